"""The few numbers that tell whether agents can work, in Prometheus' text format."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


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
        self.malformed = Counter(
            "cordboard_malformed_messages",
            "Messages that could not be used, by the side they came from.",
            ["side"],
            registry=self.registry,
        )
        self.gws_failures = Counter(
            "cordboard_gws_failures", "Requests that GWS did not answer.", registry=self.registry
        )

    def text(self) -> bytes:
        """What a Prometheus server is given."""
        return generate_latest(self.registry)
