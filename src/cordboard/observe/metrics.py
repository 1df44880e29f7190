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
        self.calls = Gauge("cordboard_calls", "Calls now, ringing ones included.", registry=self.registry)
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
