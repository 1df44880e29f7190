"""SIP Server look-alike: phones, callers and CTI do anything at any time; no call breaks, nothing stays at the end."""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass, field

import pytest

from cordboard.lab import telephony as cti
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from kit.counted import CountedIdentifiers
from kit.sip_server_stack import SERVER, TRUNK, SipServerStack, description

CTI = (cti.AnswerCall, cti.HoldCall, cti.RetrieveCall, cti.ReleaseCall)
NUMBERS = ("5001", "5002", "5003", "8000", "600", "+15550199", "5999")
HOLDS = ("a=sendonly\r\n", "a=inactive\r\n", "")
STEPS = 120


@dataclass
class Bot:
    """A phone that does what it pleases; `network` carries its datagrams."""

    name: str
    number: str
    address: tuple[str, int]
    network: Network
    chance: random.Random
    pending: set[str] = field(default_factory=set)
    talking: set[str] = field(default_factory=set)
    counter: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        host, port = self.address
        self.core = UserAgentCore(CountedIdentifiers(self.name), via_host=lambda flow: f"{host}:{port}")
        self.flow = sip.Flow("UDP", "bot", SERVER)

    @property
    def contact(self) -> str:
        return f"<sip:{self.number}@{self.address[0]}:{self.address[1]}>"

    def sdp(self, extra: str = "") -> str:
        return description(self.name, self.address[0], 8000, "0 8 101", extra)

    def feed(self, input: sip.Input) -> None:
        for output in self.core.handle(input, self.network.now):
            if isinstance(output, sip.Transmit):
                self.network.carry(self.address, output.flow.remote, output.data)
            else:
                self.take(output)

    def take(self, event: sip.Output) -> None:
        match event:
            case sip.Invited(session, _, _):
                self.pending.add(session)
                self.feed(sip.Ring(session, self.contact))
            case sip.Accepted(session, _, _):
                self.talking.add(session)
                self.pending.discard(session)
            case sip.Reinvited(session, request):
                if self.chance.random() < 0.1:
                    self.feed(sip.Reject(session, 488))
                else:
                    self.feed(sip.Accept(session, self.contact, self.sdp()))
            case sip.Requested(_, transaction, request):
                self.feed(sip.Respond(transaction, self.chance.choice((200, 200, 200, 489))))
                self.told(event.session, request.headers.get("Event") or "")
            case sip.Rejected(session) | sip.Cancelled(session) | sip.Ended(session):
                self.pending.discard(session)
                self.talking.discard(session)

    def told(self, session: str, event: str) -> None:
        if event == "talk" and session in self.pending:
            self.answer(session)
        elif event and session in self.talking:
            extra = self.chance.choice(HOLDS[:2]) if event == "hold" else "a=sendrecv\r\n"
            self.feed(sip.Reinvite(session, self.sdp(extra)))

    def answer(self, session: str) -> None:
        self.pending.discard(session)
        self.talking.add(session)
        self.feed(sip.Accept(session, self.contact, self.sdp()))

    def act(self) -> None:
        """One random deed."""
        deed = self.chance.choice(("dial", "answer", "reject", "hold", "retrieve", "hang up", "nothing"))
        pending, talking = sorted(self.pending), sorted(self.talking)
        if deed == "dial":
            self.dial(self.chance.choice(NUMBERS))
        elif deed == "answer" and pending:
            self.answer(pending[0])
        elif deed == "reject" and pending:
            self.pending.discard(pending[0])
            self.feed(sip.Reject(pending[0], self.chance.choice((486, 480, 603))))
        elif deed in ("hold", "retrieve") and talking:
            extra = self.chance.choice(HOLDS) if deed == "hold" else "a=sendrecv\r\n"
            self.feed(sip.Reinvite(talking[0], self.sdp(extra)))
        elif deed == "hang up" and talking:
            self.hang_up(talking[0])

    def dial(self, number: str) -> None:
        session = f"own-{next(self.counter)}"
        uri = f"sip:%s@{SERVER[0]}:{SERVER[1]}"
        self.talking.add(session)  # so that it may be hung up at any time
        self.feed(
            sip.Invite(
                session,
                self.flow,
                uri % number,
                f"<{uri % self.number}>",
                f"<{uri % number}>",
                self.contact,
                self.sdp(),
            )
        )

    def hang_up(self, session: str) -> None:
        self.pending.discard(session)
        self.talking.discard(session)
        self.feed(sip.Hangup(session))


class Network:
    """Datagrams that take a random while, may overtake each other and now and then are lost."""

    def __init__(self, seed: int, loss: float) -> None:
        self.now = 1000.0
        self.chance = random.Random(seed)
        self.loss = loss
        self.server = SipServerStack(no_answer_timeout=5)
        self.bots: dict[tuple[str, int], Bot] = {}
        self._flying: list[tuple[float, int, tuple[str, int], tuple[str, int], bytes]] = []
        self._counter = itertools.count()

    def add(self, name: str, number: str, address: tuple[str, int]) -> None:
        self.bots[address] = Bot(name, number, address, self, self.chance)
        self.server.addresses[address] = name
        if number.startswith("50"):
            self.server.register(number, name, self.now)

    def carry(self, source: tuple[str, int], target: tuple[str, int], data: bytes) -> None:
        if self.chance.random() >= self.loss:
            delay = self.chance.uniform(0.001, 0.03)
            heapq.heappush(self._flying, (self.now + delay, next(self._counter), source, target, data))

    def collect(self) -> None:
        """Take what the server sent."""
        for peer, data in self.server.sent:
            if peer != "cti":
                self.carry(SERVER, self.server.address(peer), data)
        self.server.sent.clear()

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while (at := self._next()) is not None and at <= until:
            self.now = max(self.now, at)
            self._step()
            self.collect()
        self.now = until

    def _next(self) -> float | None:
        times = [self.server.deadline, *(bot.core.deadline for bot in self.bots.values())]
        times += [self._flying[0][0]] if self._flying else []
        return min((time for time in times if time is not None), default=None)

    def _step(self) -> None:
        if self._flying and self._flying[0][0] <= self.now:
            _, _, source, target, data = heapq.heappop(self._flying)
            if target == SERVER:
                self.server.receive(self.server.addresses[source], data, self.now)
            else:
                self.bots[target].feed(sip.Received(sip.Flow("UDP", "bot", source), data))
            return
        self.server.pass_time(self.now)
        for bot in self.bots.values():
            bot.feed(sip.Tick())

    def ask(self) -> None:
        """One random request of CTI."""
        dn = self.chance.choice(("5001", "5002", "5003"))
        views = self.server.switch.views(dn)
        if views and self.chance.random() < 0.8:
            kind = self.chance.choice(CTI)
            self.server.feed(kind(dn, self.chance.choice(views).call_uuid, reference=1), self.now)
        elif self.chance.random() < 0.5:
            self.server.feed(cti.MakeCall(dn, self.chance.choice(NUMBERS), reference=2), self.now)
        else:
            self.server.feed(self.chance.choice((cti.AgentSetReady(dn), cti.AgentSetNotReady(dn))), self.now)
        self.collect()


@pytest.mark.parametrize("loss", [0.0, 0.05])
@pytest.mark.parametrize("seed", range(20))
def test_no_call_breaks_and_nothing_is_left(seed: int, loss: float) -> None:
    network = Network(seed, loss)
    for place, dn in enumerate(("5001", "5002", "5003")):
        network.add(f"phone-{dn}", dn, (f"127.0.0.{60 + place}", 5060))
        network.server.feed(cti.AgentLogin(dn, dn), network.now)
    network.add("caller", "+15550100", ("127.0.0.91", 5060))
    network.add("trunk", "+15550199", TRUNK)
    for _ in range(STEPS):
        network.run(network.chance.choice((0.0, 0.005, 0.05, 0.5, 3.0)))
        network.chance.choice([*(bot.act for bot in network.bots.values()), network.ask, network.ask])()
        network.collect()
    assert [str(broken.error) for broken in network.server.broken] == []
    settle(network)
    assert not network.server.switch.calls
    assert network.server.switch.routing.router.waiting == []
    core = network.server.stack.core
    assert (core.sessions, core.transactions) == (0, 0)
    assert network.server.switch._sides == {}
    assert pairs_match(network.server.events)


def settle(network: Network) -> None:
    """Everybody hangs up, as often as it takes."""
    for _ in range(6):
        for bot in network.bots.values():
            for session in [*sorted(bot.talking), *sorted(bot.pending)]:
                bot.hang_up(session)
        network.collect()
        network.run(40.0)


def pairs_match(events: list[cti.TelephonyEvent]) -> bool:
    """Every call that began for a DN was released for it, once."""
    began, released = [], []
    for event in events:
        if isinstance(event, cti.CallEvent):
            key = (event.call.call_uuid, event.call.dn)
            if event.name in (cti.CallEventName.RINGING, cti.CallEventName.DIALING):
                began.append(key)
            elif event.name is cti.CallEventName.RELEASED:
                released.append(key)
            elif event.name is cti.CallEventName.ESTABLISHED and key not in began:
                began.append(key)  # answered without ringing
    return sorted(began) == sorted(released)
