"""The DNs' registrations at SIP Server: the pool of their machines on the trunk's core, told in logs and metrics.

Nothing is taken back that somebody else may have by now: a de-REGISTER wipes the DN's binding whosever contact it
names (reference: SIP Server 1.3 rule 4). Only a DN that its page has left is de-registered, and all of them where the
gateway stops for good.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cordboard.config.settings import Settings
from cordboard.gateway.trunk import TrunkSide
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.observe.log import Occasionally, get_log
from cordboard.observe.metrics import Metrics
from cordboard.sip import events as sip
from cordboard.sip.registration import (
    Account,
    Failed,
    Forget,
    Input,
    Output,
    Pace,
    Registered,
    RegistrationPool,
    Renew,
    Reply,
    SendRegister,
    Start,
    State,
    Stop,
    Unregistered,
    Upkeep,
    Wiped,
)

log = get_log("gateway")
LAST_WORDS = 1.0  # seconds that `close` waits for the answers to its de-REGISTERs
REGISTER = "register "
WHY_WIPED = "something else has de-registered this DN, another softphone or gateway perhaps: a DN has one registrar"
MEANING = {
    401: "SIP Server wants another password for this DN",
    403: "SIP Server refuses this DN",
    404: "SIP Server does not know this DN, or it is disabled there",
    407: "SIP Server wants another password for this DN",
}


class Registrations:
    """Starts and stops registrations by DN; keys of its requests are `register SERVER CSEQ DN`.

    `on_change` is told of each DN whose registration came to stand or fell.
    """

    def __init__(
        self,
        settings: Settings,
        trunk: TrunkSide,
        metrics: Metrics,
        on_change: Callable[[str], None] = lambda dn: None,
    ) -> None:
        gateway = settings.gateway
        self._settings = settings
        self._trunk = trunk
        self._metrics = metrics
        self._on_change = on_change
        self._occasionally = Occasionally(log)
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        upkeep = Upkeep(check_seconds=gateway.registration_check, query=gateway.registration_check_by == "query")
        pace = Pace(gateway.registrations_in_flight, gateway.registrations_per_second)
        self._pool = RegistrationPool(RandomIdentifiers(), upkeep, pace)
        self._bound: set[str] = set()
        self._refused: dict[str, int] = {}
        self._closing = False
        self._quiet = asyncio.Event()

    def start(self, dn: str) -> None:
        """Register the DN and keep it registered."""
        if dn not in self._pool:
            self._pool.add(dn, self._account(dn))
        self._feed(dn, Start())

    def stop(self, dn: str) -> None:
        """Take the DN's registration back."""
        self._feed(dn, Stop())

    def move(self) -> None:
        """Another SIP Server is in use: register there, without a word to the old one."""
        fallen, self._bound = self._bound, set()
        for dn in fallen:
            self._on_change(dn)
        self._said(self._pool.move(self._account, self._loop.time()))

    def renew(self) -> None:
        """SIP Server was away: whatever it knew may be forgotten."""
        for dn in self._pool.dns:
            self._feed(dn, Renew())

    def replied(self, output: sip.OutOfDialogReplied) -> str:
        """Take the response to a REGISTER; the name of the server that it was sent to."""
        _, server, cseq, dn = output.key.split(" ", 3)
        self._feed(dn, Reply(output.status, output.response, int(cseq)))
        return server

    def registered(self, dn: str) -> bool:
        return dn in self._bound

    def refused(self, dn: str) -> int:
        """The status that the DN's registration failed with last, 0 since it stands or was not tried."""
        return self._refused.get(dn, 0)

    async def close(self, *, take_back: bool = True) -> None:
        """`take_back` False leaves the bindings as they are, for whoever takes the DNs over."""
        for dn in self._pool.dns:
            self._feed(dn, Stop() if take_back else Forget())
        self._closing = True
        self._look_whether_quiet()
        try:
            await asyncio.wait_for(self._quiet.wait(), LAST_WORDS)
        except TimeoutError:
            log.warning("SIP Server did not answer the de-registrations")
        if self._timer is not None:
            self._timer.cancel()

    def _account(self, dn: str) -> Account:
        agent = self._settings.agent(dn)
        domain = self._trunk.domain
        return Account(
            registrar=f"sip:{domain}",
            address=f"<sip:{dn}@{domain}>",
            contact=self._trunk.contact(dn),
            user=dn,
            password=agent.sip_server_password if agent else "",
            expires=self._settings.gateway.registration_expires,
        )

    # --- to and from the machines

    def _feed(self, dn: str, input: Input) -> None:
        self._said(self._pool.handle(dn, input, self._loop.time()))

    def _tick(self) -> None:
        self._said(self._pool.tick(self._loop.time()))

    def _said(self, outputs: list[tuple[str, Output]]) -> None:
        for dn, output in outputs:
            before = dn in self._bound
            self._carry_out(dn, output)
            if before is not (dn in self._bound):
                self._on_change(dn)
        self._schedule()
        self._metrics.registered_dns.set(len(self._bound))
        if self._closing:  # it looks at all DNs
            self._look_whether_quiet()

    def _carry_out(self, dn: str, output: Output) -> None:
        match output:
            case SendRegister():
                key = f"{REGISTER}{self._trunk.current.name} {output.cseq} {dn}"
                self._trunk.feed(output.on(key, self._trunk.server))
            case Registered(expires):
                if dn not in self._bound:
                    self._occasionally.info(f"registered {dn}", "DN registered", dn=dn, expires=expires)
                self._bound.add(dn)
                self._refused.pop(dn, None)
            case Failed(status, retry_at):
                self._failed(dn, status, retry_at)
            case Wiped():
                self._bound.discard(dn)
                self._metrics.registrations_wiped.inc()
                self._occasionally.warning(f"wiped {dn}", "DN was no longer registered", dn=dn, why=WHY_WIPED)
            case Unregistered():
                self._bound.discard(dn)
                log.info("DN de-registered", dn=dn)

    def _failed(self, dn: str, status: int, retry_at: float) -> None:
        self._bound.discard(dn)
        self._refused[dn] = status
        self._metrics.registration_failures.labels(str(status)).inc()
        again = round(retry_at - self._loop.time(), 1)
        why = MEANING.get(status, "")
        self._occasionally.warning(
            f"failed {dn} {status}", "DN not registered", dn=dn, status=status, why=why, again=again
        )

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._pool.deadline
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._tick)

    def _look_whether_quiet(self) -> None:
        if all(self._pool.state(dn) is State.UNREGISTERED for dn in self._pool.dns):
            self._quiet.set()
        else:
            self._quiet.clear()
