"""The few numbers that tell whether agents can work, in Prometheus' text format."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

OPINIONS = (1.5, 2.0, 2.5, 3.0, 3.4, 3.6, 3.8, 4.0, 4.1, 4.2, 4.3, 4.4)
LOSSES = (0.0, 0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
WAITS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
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
