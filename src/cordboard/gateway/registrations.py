"""The DNs' registrations at SIP Server: one machine per DN, on the trunk's core.

Stopping takes back what is registered and waits a moment for the answers, so that SIP Server does not offer calls to
a gateway that is gone.
"""

from __future__ import annotations

import asyncio

from cordboard.config.settings import Settings
from cordboard.gateway.trunk import TrunkSide
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.observe.log import Occasionally, get_log
from cordboard.observe.metrics import Metrics
from cordboard.sip import events as sip
from cordboard.sip.registration import (
    Account,
    Failed,
    Input,
    Registered,
    Registration,
    Reply,
    SendRegister,
    Start,
    Stop,
)
from cordboard.sip.registration.client import State

log = get_log("gateway")
LAST_WORDS = 1.0  # seconds that `close` waits for the answers to its de-REGISTERs


class Registrations:
    """Starts and stops registrations by DN; keys of its requests are `register DN`."""

    def __init__(self, settings: Settings, trunk: TrunkSide, metrics: Metrics) -> None:
        self._settings = settings
        self._trunk = trunk
        self._metrics = metrics
        self._occasionally = Occasionally(log)
        self._identifiers = RandomIdentifiers()
        self._loop = asyncio.get_running_loop()
        self._registrations: dict[str, Registration] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._quiet = asyncio.Event()

    def start(self, dn: str) -> None:
        if dn not in self._registrations:
            self._registrations[dn] = Registration(self._account(dn), self._identifiers)
        self._feed(dn, Start())

    def stop(self, dn: str) -> None:
        self._feed(dn, Stop())

    def replied(self, output: sip.OutOfDialogReplied) -> None:
        dn = output.key.removeprefix("register ")
        self._feed(dn, Reply(output.status, output.response))

    def registered(self, dn: str) -> bool:
        registration = self._registrations.get(dn)
        return registration is not None and registration.state is State.REGISTERED

    async def close(self) -> None:
        for dn in list(self._registrations):
            self._feed(dn, Stop())
        self._look_whether_quiet()
        try:
            await asyncio.wait_for(self._quiet.wait(), LAST_WORDS)
        except TimeoutError:
            log.warning("SIP Server did not answer the de-registrations")
        for timer in self._timers.values():
            timer.cancel()

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

    def _feed(self, dn: str, input: Input) -> None:
        registration = self._registrations.get(dn)
        if registration is None:
            return
        for output in registration.handle(input, self._loop.time()):
            match output:
                case SendRegister():
                    self._trunk.feed(output.on(f"register {dn}", self._trunk.server))
                case Registered(expires):
                    self._occasionally.info(f"registered {dn}", "DN registered", dn=dn, expires=expires)
                case Failed(status, retry_at):
                    again = round(retry_at - self._loop.time(), 1)
                    self._occasionally.warning(f"failed {dn}", "DN not registered", dn=dn, status=status, again=again)
                case _:
                    log.info("DN de-registered", dn=dn)
        self._schedule(dn, registration)
        self._metrics.registered_dns.set(sum(self.registered(each) for each in self._registrations))
        self._look_whether_quiet()

    def _schedule(self, dn: str, registration: Registration) -> None:
        if timer := self._timers.pop(dn, None):
            timer.cancel()
        if registration.deadline is not None:
            self._timers[dn] = self._loop.call_at(registration.deadline, self._feed, dn, sip.Tick())

    def _look_whether_quiet(self) -> None:
        if all(each.state is State.UNREGISTERED for each in self._registrations.values()):
            self._quiet.set()
        else:
            self._quiet.clear()
