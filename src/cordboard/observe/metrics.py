"""The few numbers that tell whether agents can work, in Prometheus' text format."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

OPINIONS = (1.5, 2.0, 2.5, 3.0, 3.4, 3.6, 3.8, 4.0, 4.1, 4.2, 4.3, 4.4)
LOSSES = (0.0, 0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
WAITS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
SET_UPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)
JITTERS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)


class Metrics:
    """One set of metrics with its own registry; no label ever holds a number, a name or an address."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.pages = Gauge("cordboard_pages", "Pages whose WebSocket is open.", registry=self.registry)
        self.registered_dns = Gauge("cordboard_registered_dns", "DNs registered at SIP Server.", registry=self.registry)
        self.reachable_dns = Gauge(
            "cordboard_reachable_dns",
            "DNs whose page has proved that it can take calls, with a SIP Server there.",
            registry=self.registry,
        )
        self.registration_failures = Counter(
            "cordboard_registration_failures",
            "REGISTERs that SIP Server refused or did not answer, by status.",
            ["status"],
            registry=self.registry,
        )
        self.registrations_wiped = Counter(
            "cordboard_registrations_wiped",
            "Registrations that SIP Server had lost before their time.",
            registry=self.registry,
        )
        self.sip_server_reachable = Gauge(
            "cordboard_sip_server_reachable", "1 while a SIP Server answers.", registry=self.registry
        )
        self.failovers = Counter("cordboard_failovers", "Changes of the SIP Server in use.", registry=self.registry)
        self.calls = Gauge("cordboard_calls", "Calls now, ringing ones included.", registry=self.registry)
        self.draining = Gauge(
            "cordboard_draining", "1 while the gateway takes no new calls before it stops.", registry=self.registry
        )
        self.calls_ended = Counter(
            "cordboard_calls_ended",
            "Calls that ended, by the side that made them (page, trunk) and how (answered, not answered, broken).",
            ["made_by", "outcome"],
            registry=self.registry,
        )
        self._call_course()
        self._media()
        self.malformed = Counter(
            "cordboard_malformed_messages",
            "Messages that could not be used, by the side they came from.",
            ["side"],
            registry=self.registry,
        )
        self.sip_sessions = Gauge(
            "cordboard_sip_sessions",
            "SIP dialogs now, those that end included, by side.",
            ["side"],
            registry=self.registry,
        )
        self.sip_transactions = Gauge(
            "cordboard_sip_transactions", "SIP transactions now, by side.", ["side"], registry=self.registry
        )
        self._desk()
        self._site()

    def _call_course(self) -> None:
        """How calls came about, and why some did not; of each call once, when it has ended."""
        self.call_setup = Histogram(
            "cordboard_call_setup_seconds",
            "From a call's INVITE until its caller was told that it rings (180) or is answered (200), by the side that"
            " made it.",
            ["made_by", "until"],
            buckets=SET_UPS,
            registry=self.registry,
        )
        self.answer_to_audio = Histogram(
            "cordboard_answer_to_audio_seconds",
            "From a call's answer until sound had gone to both sides; 0 where it went before.",
            buckets=WAITS,
            registry=self.registry,
        )
        self.calls_failed = Counter(
            "cordboard_calls_failed",
            "Calls that were not answered, or ended for another reason than that somebody hung up, by cause.",
            ["made_by", "cause"],
            registry=self.registry,
        )
        self.calls_refused = Counter(
            "cordboard_calls_refused",
            "INVITEs that were refused before there was a call: no page, busy, unknown DN, draining; by side and"
            " status.",
            ["side", "status"],
            registry=self.registry,
        )

    def _site(self) -> None:
        """What /readyz and the doctor say."""
        self.ready = Gauge("cordboard_ready", "1 while everything holds that /readyz asks for.", registry=self.registry)
        self.configured_dns = Gauge(
            "cordboard_configured_dns", "DNs of agents in the settings.", registry=self.registry
        )
        self.certificate_expires = Gauge(
            "cordboard_certificate_expires_timestamp_seconds",
            "When a certificate of the settings ends, its chain's included, as seconds of the Unix epoch; by what it is"
            " for (site, websocket, sip server).",
            ["certificate"],
            registry=self.registry,
        )
        self.doctor_findings = Gauge(
            "cordboard_doctor_findings",
            "Findings of the doctor's last round on the admin page, by state (ok, warning, failed, skipped).",
            ["state"],
            registry=self.registry,
        )
        self.information = Gauge(
            "cordboard_information", "1, with the version that runs.", ["version"], registry=self.registry
        )
        ProcessCollector(registry=self.registry)

    def _desk(self) -> None:
        """What the desk sees of GWS, and what pages tell it."""
        self.gws_failures = Counter(
            "cordboard_gws_failures", "Requests that GWS did not answer.", registry=self.registry
        )
        self.gws_requests = Counter(
            "cordboard_gws_requests",
            "Pages' requests to GWS, by what they asked for and the class of the answer's status (none: none came).",
            ["route", "status"],
            registry=self.registry,
        )
        self.gws_seconds = Histogram(
            "cordboard_gws_seconds",
            "How long GWS took for a page's request, the answer's body included; long polls are left out.",
            ["route"],
            buckets=WAITS,
            registry=self.registry,
        )
        self.gws_reachable = Gauge(
            "cordboard_gws_reachable",
            "1 while GWS answers the desk; asked when metrics or /readyz are.",
            registry=self.registry,
        )
        self.cti_lag = Histogram(
            "cordboard_cti_lag_seconds",
            "How much later one plane told of a call's change than the other: from its SIP message passing the gateway"
            " to its CometD event passing the desk on the way to the page, or the other way round; by the change"
            " (ringing, established, released) and the plane that was later (gws, sip).",
            ["change", "later"],
            buckets=WAITS,
            registry=self.registry,
        )
        self.plane_disagreements = Counter(
            "cordboard_plane_disagreements",
            "Calls of which SIP and GWS said different things for longer than a moment, as pages told, by name.",
            ["name"],
            registry=self.registry,
        )

    def _media(self) -> None:
        """Quality of the calls that have ended, by the direction of the sound, and how busy the engine is."""
        ways = ["direction"]  # from_page, from_trunk
        self.call_mos = Histogram(
            "cordboard_call_mos",
            "Mean opinion score of a call's sound as it came in, by the E-model (ITU-T G.107).",
            ways,
            buckets=OPINIONS,
            registry=self.registry,
        )
        self.call_loss = Histogram(
            "cordboard_call_loss",
            "Fraction of a call's packets that never came.",
            ways,
            buckets=LOSSES,
            registry=self.registry,
        )
        self.call_jitter = Histogram(
            "cordboard_call_jitter_seconds",
            "Jitter of a call's packets when it ended (RFC 3550).",
            ways,
            buckets=JITTERS,
            registry=self.registry,
        )
        self.trunk_gone_calls = Gauge(
            "cordboard_trunk_gone_calls",
            "Calls now whose trunk used to send RTCP and sends nothing any more.",
            registry=self.registry,
        )
        self.calls_shed = Counter(
            "cordboard_calls_shed", "Calls refused because the media engine was full.", registry=self.registry
        )
        self.media_load = Gauge(
            "cordboard_media_load",
            "Share of its core that a media worker used in the last second.",
            ["worker"],
            registry=self.registry,
        )
        self.media_shedding = Gauge(
            "cordboard_media_shedding", "1 while the media engine takes no new calls.", registry=self.registry
        )

    def text(self) -> bytes:
        """What a Prometheus server is given."""
        return generate_latest(self.registry)
