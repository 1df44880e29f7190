"""SIP servers that crash, fall silent, refuse, forget and return, and one gateway's choice of them: the `Failover` and
the `RegistrationPool` of the product, joined as `gateway/availability.py` and `gateway/registrations.py` join them.

    world = Registrars(("one", "other"), ("5001", "5002"))
    world.handle(("want", "5001"))
    world.handle(("silent", "one"))
    world.pass_time(60.0)

What must hold at every moment is asserted wherever it could be broken; `handle` takes no output away.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from cordboard.sip import availability as choice
from cordboard.sip import digest, registration
from cordboard.sip.events import Tick
from cordboard.sip.headers import Headers
from cordboard.sip.message import Response, reason_phrase
from cordboard.sip.registration import pool as pools
from kit.counted import CountedIdentifiers

EXPIRES = 120  # seconds of a binding
ROUND_TRIP = 0.05
GIVES_UP = 32.0  # seconds after which a transaction ends by itself (RFC 3261 timer F)
PACE = registration.Pace(in_flight=3, per_second=5.0)
IN_A_ROW = PACE.per_second * pools.CATCH_UP + 1  # REGISTERs that may leave at once

Step = tuple[str, str]


@dataclass(slots=True)
class Registrar:
    """`mood` is well, silent, refuses (503) or demands (a password)."""

    name: str
    mood: str = "well"
    bindings: dict[str, float] = field(default_factory=dict)  # DN -> until when

    def response(self, register: registration.SendRegister, dn: str, now: float) -> Response | None:
        """To a REGISTER; None for silence."""
        headers = Headers(register.headers)
        if self.mood == "silent":
            return None
        if self.mood == "refuses":
            return _response(503, register.cseq)
        if self.mood == "demands" and headers.get("Authorization") is None:
            return _response(401, register.cseq, ("WWW-Authenticate", digest.challenge("realm", "nonce", qop=True)))
        if headers.get("Contact") is not None:
            self.bindings.pop(dn, None)
            if headers.get("Expires") != "0":
                self.bindings[dn] = now + EXPIRES
        bound = self.bindings.get(dn, 0.0) > now
        shown = [("Contact", f"{_contact(dn)};expires={EXPIRES}")] if bound else []
        return _response(200, register.cseq, *shown)


class Registrars:
    """The servers by name, in the order of preference, and the gateway's part. `bound` is what the gateway holds for
    registered, and where."""

    def __init__(
        self, servers: tuple[str, ...], dns: tuple[str, ...], upkeep: registration.Upkeep | None = None
    ) -> None:
        self.now = 1000.0
        self.servers = {name: Registrar(name) for name in servers}
        self.failover = choice.Failover(servers, choice.FailoverSettings(), self.now)
        self.used = self.failover.current
        self.pool = registration.RegistrationPool(
            CountedIdentifiers(), upkeep or registration.Upkeep(check_seconds=30.0), PACE
        )
        for dn in dns:
            self.pool.add(dn, self._account(dn))
        self.wanted: set[str] = set()
        self.bound: dict[str, str] = {}
        self.sent_at: list[float] = []
        self.asked = 0
        self._on_their_way: set[tuple[str, int]] = set()  # at the server in use: DN and CSeq
        self._arriving: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    # --- what happens

    def handle(self, step: Step) -> None:
        """`want` or `leave` a DN; a server becomes `well`, `silent`, `refuses`, `demands` or `forgets`."""
        word, name = step
        match word:
            case "want":
                self.wanted.add(name)
                self._registrations_said(self.pool.handle(name, registration.Start(), self.now))
            case "leave":
                self.wanted.discard(name)
                self._registrations_said(self.pool.handle(name, registration.Stop(), self.now))
            case "forgets":
                self.servers[name].bindings.clear()
            case mood:
                self.servers[name].mood = mood
        self._look()

    def pass_time(self, seconds: float) -> None:
        until, woken = self.now + seconds, 0
        while (at := self._next()) <= until:
            self.now, woken = max(self.now, at), woken + 1
            assert woken <= 200 + 20 * seconds, "woken too often"
            while self._arriving and self._arriving[0][0] <= self.now:
                heapq.heappop(self._arriving)[2]()
            self._choice_said(self.failover.handle(Tick(), self.now))
            self._registrations_said(self.pool.tick(self.now))
            self._look()
        self.now = until

    def _next(self) -> float:
        arriving = self._arriving[0][0] if self._arriving else None
        times = (arriving, self.failover.deadline, self.pool.deadline)
        return min((each for each in times if each is not None), default=float("inf"))

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._arriving, (self.now + seconds, next(self._order), action))

    def _asked(self, server: str) -> None:
        """An OPTIONS has reached a server; the gateway waits no longer for one than its patience."""
        if (mood := self.servers[server].mood) != "silent":
            status = 503 if mood == "refuses" else 200
            outcome = choice.outcome_of(server, status, _response(status, 1), asked=True)
            self._choice_said(self.failover.handle(outcome, self.now))

    def _reached(self, server: str, dn: str, register: registration.SendRegister) -> None:
        response = self.servers[server].response(register, dn, self.now)
        if response is None:
            self._later(GIVES_UP, partial(self._ended, server, dn, register.cseq, None))
        else:
            self._ended(server, dn, register.cseq, response)

    def _ended(self, server: str, dn: str, cseq: int, response: Response | None) -> None:
        if server == self.used:
            self._on_their_way.discard((dn, cseq))
        status = response.status if response else 408
        reply = registration.Reply(status, response, cseq)
        self._registrations_said(self.pool.handle(dn, reply, self.now), of=server)
        self._choice_said(self.failover.handle(choice.outcome_of(server, status, response), self.now))

    # --- what the machines say

    def _choice_said(self, outputs: list[choice.Output]) -> None:
        for output in outputs:
            match output:
                case choice.Ask(server):
                    self.asked += 1
                    self._later(ROUND_TRIP, partial(self._asked, server))
                case choice.Returned(server) if server == self.used:
                    for dn in self.pool.dns:
                        self._registrations_said(self.pool.handle(dn, registration.Renew(), self.now))
                case choice.Use(server):
                    self.used = server
                    self._on_their_way.clear()
                    self.bound.clear()
                    self._registrations_said(self.pool.move(self._account, self.now))

    def _registrations_said(self, said: list[pools.Said], of: str = "") -> None:
        for dn, output in said:
            match output:
                case registration.SendRegister():
                    self._register(dn, output)
                case registration.Registered():
                    assert of == self.used, f"{dn} is held for registered by the word of {of}"
                    self.bound[dn] = of
                case registration.Failed() | registration.Wiped() | registration.Unregistered():
                    self.bound.pop(dn, None)

    def _register(self, dn: str, register: registration.SendRegister) -> None:
        assert register.target == f"sip:{self.used}", "a REGISTER to a server that is not in use"
        assert dn not in {other for other, _ in self._on_their_way}, f"two REGISTERs of {dn} at once"
        self._on_their_way.add((dn, register.cseq))
        assert len(self._on_their_way) <= PACE.in_flight
        self.sent_at.append(self.now)
        self._later(ROUND_TRIP, partial(self._reached, self.used, dn, register))

    # --- what must hold at every moment

    def _look(self) -> None:
        assert self.failover.deadline is not None, "servers are asked for ever"
        assert self.failover.deadline > self.now or self.now == 1000.0
        assert self.pool.deadline is None or self.pool.deadline > self.now
        usable = [name for name in self.servers if self.failover.state(name) is not choice.State.DOWN]
        assert self.failover.current in usable or not usable, "a server that is down is in use beside one that is not"
        assert len(self.pool._alarms) <= 2 * len(self.pool.dns) + pools.VOID_ALARMS, (
            "alarms that nobody waits for heap up"
        )
        assert len(self.pool._waiting) <= len(self.pool.dns)

    def bound_at(self, server: str) -> set[str]:
        """The DNs of which a server has a binding in force."""
        return {dn for dn, until in self.servers[server].bindings.items() if until > self.now}

    def expect_pace(self) -> None:
        """In no stretch of time did more REGISTERs leave than the pace allows."""
        times = self.sent_at
        for first, last in itertools.combinations(range(len(times)), 2):
            allowed = IN_A_ROW + PACE.per_second * (times[last] - times[first])
            assert last - first + 1 <= allowed + 1e-6

    def _account(self, dn: str) -> registration.Account:
        server = self.used
        return registration.Account(f"sip:{server}", f"<sip:{dn}@{server}>", _contact(dn), dn, "secret", EXPIRES)


def _contact(dn: str) -> str:
    return f"<sip:{dn}@127.0.0.1:5060>"


def _response(status: int, cseq: int, *headers: tuple[str, str]) -> Response:
    return Response(status, reason_phrase(status), Headers([("CSeq", f"{cseq} REGISTER"), *headers]))
