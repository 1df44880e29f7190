"""Which SIP Server is in use: OPTIONS to each of them, and what becomes of the other requests.

The registrations move when another server comes into use, and are renewed when the one in use was away.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from cordboard.config.settings import SipServerSettings
from cordboard.gateway.trunk import Server, TrunkSide
from cordboard.observe.log import get_log
from cordboard.observe.metrics import Metrics
from cordboard.sip import events as sip
from cordboard.sip.availability import (
    Ask,
    Down,
    Failed,
    Failover,
    FailoverSettings,
    Input,
    Output,
    Returned,
    Use,
    outcome_of,
)
from cordboard.sip.message import Response

log = get_log("gateway")
OPTIONS = "options "


class Registrations(Protocol):
    """Those of all DNs."""

    def move(self) -> None: ...

    def renew(self) -> None: ...


class Availability:
    """Runs a `Failover` for the trunk's servers; keys of its requests are `options SERVER`."""

    def __init__(
        self,
        settings: SipServerSettings,
        trunk: TrunkSide,
        registrations: Registrations,
        metrics: Metrics,
    ) -> None:
        self._trunk = trunk
        self._servers: dict[str, Server] = {server.name: server for server in trunk.servers}
        self._registrations = registrations
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        times = FailoverSettings(
            check_seconds=settings.check_seconds, failback_seconds=float(settings.failback_seconds)
        )
        self._failover = Failover(tuple(self._servers), times, self._loop.time())

    @property
    def reachable(self) -> bool:
        """Whether any SIP Server answers."""
        return self._failover.reachable

    def start(self) -> None:
        """From now on the servers are asked."""
        self._said([])

    def replied(self, output: sip.OutOfDialogReplied) -> None:
        """The end of an OPTIONS; that it timed out was known long before."""
        if output.response is not None or output.status != 408:
            server = output.key.removeprefix(OPTIONS)
            self._feed(outcome_of(server, output.status, output.response, asked=True))

    def ended(self, server: str, status: int, response: Response | None) -> None:
        """A request to a server came to its end."""
        if server in self._servers:
            self._feed(outcome_of(server, status, response))

    def call_ended(self, status: int, response: Response | None) -> None:
        """An INVITE of ours failed; a server that refuses a call is well."""
        if isinstance(outcome := outcome_of(self._failover.current, status, response), Failed):
            self._feed(outcome)

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _feed(self, input: Input) -> None:
        if not self._closed:
            self._said(self._failover.handle(input, self._loop.time()))

    def _said(self, outputs: list[Output]) -> None:
        self._schedule()
        for output in outputs:
            self._carry_out(output)
        self._metrics.sip_server_reachable.set(self.reachable)

    def _carry_out(self, output: Output) -> None:
        match output:
            case Ask(name):
                self._ask(self._servers[name])
            case Down(name, every):
                log.warning("SIP Server does not answer", server=name)
                self._servers[name].failed(self._servers[name].flow)
                if every:
                    log.error("no SIP Server answers: DNs cannot be called, it is tried on")
            case Returned(name):
                log.warning("SIP Server answers again", server=name)
                if name == self._failover.current and self._servers[name] is self._trunk.current:
                    self._registrations.renew()
            case Use(name):
                self._trunk.use(self._servers[name])
                self._metrics.failovers.inc()
                self._registrations.move()

    def _ask(self, server: Server) -> None:
        own = f"<sip:{server.domain}>"
        self._trunk.feed(
            sip.SendRequest(OPTIONS + server.name, server.flow, "OPTIONS", f"sip:{server.domain}", own, own)
        )

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._failover.deadline
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._feed, sip.Tick())
