"""Two SIP cores and the link between them under one manual clock: lossy, duplicating and reordering if wanted."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, TypeVar

from cordboard.sip import events
from cordboard.sip.core import UserAgentCore
from cordboard.sip.events import Flow, Input, Output, Received, Tick, Transmit
from kit.counted import CountedIdentifiers

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"

Wanted = TypeVar("Wanted")


@dataclass(slots=True)
class Link:
    """How the network treats a message: shares of 1 and seconds. The default delivers at once and in order."""

    loss: float = 0.0
    duplication: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    random: Random = field(default_factory=lambda: Random(0))
    drop: Callable[[bytes], bool] = lambda data: False

    def arrivals(self, data: bytes) -> list[float]:
        """After how many seconds each copy arrives; none if the message is lost."""
        if self.drop(data):
            return []
        copies = (self.random.random() >= self.loss) + (self.random.random() < self.duplication)
        return [self.delay + self.random.random() * self.jitter for _ in range(copies)]


class End:
    """One core with all that came out of it. `flow` leads to the other end; `react` is called with each output."""

    def __init__(self, name: str, flow: Flow, own: tuple[str, int], pair: Pair, **options: Any) -> None:
        self.name = name
        self.flow = flow
        self.own = own
        self.pair = pair
        self.core = UserAgentCore(CountedIdentifiers(name), via_host=lambda _: f"{own[0]}:{own[1]}", **options)
        self.outputs: list[Output] = []
        self.sent: list[tuple[float, bytes]] = []
        self.react: Callable[[Output], None] = lambda output: None

    def do(self, input: Input) -> None:
        """Give the core an input now and carry out what it says."""
        fresh = self.core.handle(input, self.pair.now)
        for output in fresh:
            if isinstance(output, Transmit):
                self.sent.append((self.pair.now, output.data))
                self.pair.carry(self, output)
            else:
                self.outputs.append(output)
        for output in fresh:
            if not isinstance(output, Transmit):
                self.react(output)

    def call(self, session: str = "call", sdp: str = SDP, **more: Any) -> None:
        """Send an INVITE to the other end."""
        host, port = self.flow.remote
        self.do(
            events.Invite(
                session, self.flow, f"sip:bob@{host}:{port}", "<sip:alice@example.com>", "<sip:bob@example.com>",
                self.contact, sdp, **more,
            )
        )  # fmt: skip

    @property
    def contact(self) -> str:
        return f"<sip:{self.name}@{self.own[0]}:{self.own[1]}>"

    def all(self, kind: type[Wanted]) -> list[Wanted]:
        """All outputs of that kind so far."""
        return [output for output in self.outputs if isinstance(output, kind)]

    def last(self, kind: type[Wanted]) -> Wanted:
        """The latest output of that kind."""
        found = self.all(kind)
        assert found, f"{self.name} has no {kind.__name__} among {[type(each).__name__ for each in self.outputs]}"
        return found[-1]

    @property
    def kinds(self) -> list[str]:
        """The names of all outputs so far."""
        return [type(output).__name__ for output in self.outputs]

    def lines(self) -> list[str]:
        """The start lines of all that was sent, retransmissions included."""
        return [data.split(b"\r\n", 1)[0].decode() for _, data in self.sent]


class Pair:
    """`a` and `b`, each with a flow to the other."""

    def __init__(self, link: Link | None = None, transport: str = "UDP", **options: Any) -> None:
        self.now = 0.0
        self.link = link or Link()
        addresses = ("127.0.0.1", 5060), ("127.0.0.2", 5060)
        connection = "" if transport == "UDP" else "c1"
        self.a = End("a", Flow(transport, "trunk", addresses[1], connection), addresses[0], self, **options)
        self.b = End("b", Flow(transport, "trunk", addresses[0], connection), addresses[1], self, **options)
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def other(self, end: End) -> End:
        return self.b if end is self.a else self.a

    def carry(self, sender: End, output: Transmit) -> None:
        receiver = self.other(sender)
        if output.flow.transport == "UDP" and output.flow.remote != receiver.own:
            return  # to an address where nobody is
        for after in self.link.arrivals(output.data):
            self.later(after, lambda: receiver.do(Received(receiver.flow, output.data)))

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Let something happen when that time has passed."""
        heapq.heappush(self._coming, (self.now + seconds, next(self._order), action))

    @property
    def next_event(self) -> float | None:
        times = [time for time in (self.a.core.deadline, self.b.core.deadline) if time is not None]
        if self._coming:
            times.append(self._coming[0][0])
        return min(times) if times else None

    def settle(self) -> None:
        """Deliver all that arrives without time passing."""
        self.run(0.0)

    def run(self, seconds: float) -> None:
        """Let time pass, waking the cores at their deadlines."""
        until = self.now + seconds
        while (time := self.next_event) is not None and time <= until:
            self.now = max(self.now, time)
            self._happen()
        self.now = until

    def _happen(self) -> None:
        while self._coming and self._coming[0][0] <= self.now:
            heapq.heappop(self._coming)[2]()
        for end in (self.a, self.b):
            deadline = end.core.deadline
            if deadline is not None and deadline <= self.now:
                end.do(Tick())
