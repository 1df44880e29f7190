"""Many DNs and their SIP Servers in virtual time: pool, failover and a SIP core on one side, registrars on the other.

site = RegistrationSite(dns=1000)
site.start()
site.wait(10)
site.servers["primary"].crash()
site.wait(20)
assert site.servers["backup"].bound == 1000

Every REGISTER and OPTIONS is a SIP message; a server that is not there swallows them, and what it knew is gone when it
comes back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cordboard.lab.sip_server.registrar import Registrar
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from cordboard.sip import events as sip
from cordboard.sip.availability import Ask, Down, Failover, FailoverSettings, Returned, Use, outcome_of
from cordboard.sip.availability import Input as FailoverInput
from cordboard.sip.core import UserAgentCore
from cordboard.sip.message import Request
from cordboard.sip.registration import (
    Account,
    Failed,
    Input,
    Move,
    Output,
    Pace,
    Registered,
    RegistrationPool,
    Renew,
    Reply,
    SendRegister,
    Start,
    Upkeep,
    Wiped,
)
from kit.counted import CountedIdentifiers

GATEWAY = sip.Flow("UDP", "sip-server", ("127.0.0.9", 5060))


@dataclass
class RegistrarServer:
    """A SIP Server as far as REGISTER and OPTIONS go. `options` are those of every DN."""

    name: str
    host: str
    dns: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)
    there: bool = True
    answers_options: bool = True
    requests: list[tuple[float, Request]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flow = sip.Flow("UDP", "trunk", (self.host, 5060))
        self.start()

    def start(self) -> None:
        """Begin with nothing known."""
        self.core = UserAgentCore(CountedIdentifiers(self.name), via_host=lambda flow: f"{self.host}:5060")
        dns = tuple(DnSettings(dn, password="secret", annex=self.options) for dn in self.dns)
        self.registrar = Registrar(SipServerSettings(dns=dns), b"secret")
        self.there = True

    def crash(self) -> None:
        self.there = False

    @property
    def bound(self) -> int:
        return sum(self.registrar.binding(dn) is not None for dn in self.dns) if self.there else 0

    def receive(self, data: bytes, now: float) -> list[bytes]:
        if not self.there:
            return []
        return self._handle(sip.Received(GATEWAY, data), now)

    def count(self, method: str, since: float = 0.0) -> int:
        return sum(request.method == method for at, request in self.requests if at >= since)

    def busiest_second(self, since: float = 0.0) -> int:
        """How many REGISTERs came in the second in which most came."""
        times = [at for at, request in self.requests if request.method == "REGISTER" and at >= since]
        return max((sum(start <= at < start + 1 for at in times) for start in set(times)), default=0)

    def _handle(self, input: sip.Input, now: float) -> list[bytes]:
        sent: list[bytes] = []
        for output in self.core.handle(input, now):
            match output:
                case sip.Transmit(data=data):
                    sent.append(data)
                case sip.OutOfDialogRequested(transaction, flow, request):
                    self.requests.append((now, request))
                    sent += self._answer(transaction, flow, request, now)
        return sent

    def _answer(self, transaction: str, flow: sip.Flow, request: Request, now: float) -> list[bytes]:
        if request.method == "OPTIONS":
            if not self.answers_options:
                return []
            return self._handle(sip.Respond(transaction, 200), now)
        answer = self.registrar.register(transaction, flow, request, now).answer
        return [] if answer is None else self._handle(answer, now)


class RegistrationSite:
    """`said` counts what the registrations and the failover said."""

    def __init__(
        self,
        dns: int = 1,
        servers: tuple[str, ...] = ("primary",),
        upkeep: Upkeep | None = None,
        pace: Pace | None = None,
        failover: FailoverSettings | None = None,
        password: str = "secret",
    ) -> None:
        self.now = 1000.0
        self.dns = tuple(str(5001 + number) for number in range(dns))
        self.servers = {
            name: RegistrarServer(name, f"127.0.0.{81 + number}", self.dns) for number, name in enumerate(servers)
        }
        self.pool = RegistrationPool(CountedIdentifiers("pool"), upkeep or Upkeep(), pace or Pace())
        self.failover = Failover(servers, failover or FailoverSettings(), self.now)
        self.core = UserAgentCore(CountedIdentifiers("gateway"), via_host=lambda flow: "127.0.0.9:5060")
        self.said: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.most_in_flight = 0
        self._password = password
        self._in_flight = 0

    def start(self) -> None:
        """Every DN has a page."""
        for dn in self.dns:
            if dn not in self.pool:
                self.pool.add(dn, self._account(dn))
            self.tell(dn, Start())

    def tell(self, dn: str, input: Input) -> None:
        self._pool_said(self.pool.handle(dn, input, self.now))

    def failover_hears(self, input: FailoverInput) -> None:
        for output in self.failover.handle(input, self.now):
            self.said[type(output).__name__] += 1
            match output:
                case Ask(name):
                    self._ask(name)
                case Returned(name) if name == self.failover.current:
                    self._all(Renew())
                case Down(all=True):
                    self.said["nobody"] += 1
                case Use():
                    for dn in self.dns:
                        self.tell(dn, Move(self._account(dn)))

    def wait(self, seconds: float) -> None:
        """Let virtual time pass; everybody is woken at their deadlines."""
        until = self.now + seconds
        while (deadline := self._deadline) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self._core(sip.Tick())
            self._pool_said(self.pool.tick(self.now))
            self.failover_hears(sip.Tick())
            for server in self.servers.values():
                server.core.handle(sip.Tick(), self.now)
        self.now = until

    @property
    def _deadline(self) -> float | None:
        everybody = (self.core, self.pool, self.failover, *(server.core for server in self.servers.values()))
        return min((each.deadline for each in everybody if each.deadline is not None), default=None)

    def _account(self, dn: str) -> Account:
        host = self.servers[self.failover.current].host
        return Account(f"sip:{host}", f"<sip:{dn}@{host}>", f"<sip:{dn}@127.0.0.9:5060>", dn, self._password)

    def _all(self, input: Input) -> None:
        for dn in self.dns:
            self.tell(dn, input)

    def _ask(self, name: str) -> None:
        server = self.servers[name]
        uri = f"sip:{server.host}"
        self._core(sip.SendRequest(f"options {name}", server.flow, "OPTIONS", uri, f"<{uri}>", f"<{uri}>"))

    def _pool_said(self, outputs: list[tuple[str, Output]]) -> None:
        for dn, output in outputs:
            self.said[type(output).__name__] += 1
            match output:
                case SendRegister():
                    self._in_flight += 1
                    self.most_in_flight = max(self.most_in_flight, self._in_flight)
                    name = self.failover.current
                    self._core(output.on(f"register {name} {output.cseq} {dn}", self.servers[name].flow))
                case Failed(status):
                    self.statuses[status] += 1
                case Registered() | Wiped():
                    pass

    def _core(self, input: sip.Input) -> None:
        outputs = self.core.handle(input, self.now)
        for output in outputs:
            match output:
                case sip.Transmit(flow, data):
                    server = next(each for each in self.servers.values() if each.flow == flow)
                    for answer in server.receive(data, self.now):
                        self._core(sip.Received(flow, answer))
                case sip.OutOfDialogReplied():
                    self._replied(output)

    def _replied(self, output: sip.OutOfDialogReplied) -> None:
        method, name, *rest = output.key.split(" ")
        if method == "register":
            self._in_flight -= 1
            self.tell(rest[1], Reply(output.status, output.response, int(rest[0])))
        if method == "register" or output.response is not None:
            asked = method == "options"
            self.failover_hears(outcome_of(name, output.status, output.response, asked=asked))
