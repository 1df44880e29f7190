"""A phone's registration: asked for by hand, refreshed by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from cordboard.phone.errors import NotRegistered
from cordboard.phone.settings import AgentSettings
from cordboard.sip import events as sip
from cordboard.sip import registration
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.registration import Account, Registration, State

KEY = "register"
WHY = {0: "not answered", 408: "no answer", 503: "the connection was lost"}


class PhoneRegistration:
    """`send` takes a `SendRegister`; `told` hears of every change after the first answer: 200, or the refusal."""

    def __init__(
        self,
        settings: AgentSettings,
        contact: str,
        identifiers: Identifiers,
        send: Callable[[registration.SendRegister], None],
        told: Callable[[int, str], None],
    ) -> None:
        domain = settings.sip_domain
        own = f"<sip:{settings.dn}@{domain}>"
        account = Account(f"sip:{domain}", own, contact, settings.dn, settings.password, settings.expires)
        self._machine = Registration(account, identifiers)
        self._token = settings.token
        self._send = send
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[int] | None = None
        self._reason = ""

    @property
    def registered(self) -> bool:
        return self._machine.state is State.REGISTERED

    async def register(self, within: float) -> int:
        """Register now, or once more; the seconds that were granted. Raises `NotRegistered`."""
        self._waiter = waiter = self._loop.create_future()
        renews = self._machine.state not in (State.UNREGISTERED, State.WAITING)
        self._feed(registration.Renew() if renews else registration.Start())
        try:
            async with asyncio.timeout(within):
                seconds: int = await waiter
                return seconds
        except TimeoutError:
            self._feed(registration.Forget())
            raise NotRegistered(408, WHY[408]) from None
        finally:
            self._waiter = None

    def unregister(self) -> None:
        """Take the registration back; nobody waits for the answer."""
        self._feed(registration.Stop())

    def replied(self, reply: sip.OutOfDialogReplied) -> None:
        """The answer to a REGISTER."""
        self._reason = reply.response.reason if reply.response else WHY.get(reply.status, "")
        self._feed(registration.Reply(reply.status, reply.response))

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _feed(self, input: registration.Input) -> None:
        for output in self._machine.handle(input, self._loop.time()):
            match output:
                case registration.SendRegister():
                    self._send(self._with_token(output))
                case registration.Registered():
                    self._settled(200, "", output.expires)
                case registration.Failed():
                    self._settled(output.status, self._reason, 0)
        self._schedule()

    def _with_token(self, request: registration.SendRegister) -> registration.SendRegister:
        token = self._token() if callable(self._token) else self._token
        if not token:
            return request
        return replace(request, headers=(*request.headers, ("Authorization", f"Bearer {token}")))

    def _settled(self, status: int, why: str, expires: int) -> None:
        waiter = self._waiter
        if waiter is None or waiter.done():
            self._told(status, why)
        elif status == 200:
            waiter.set_result(expires)
        else:
            self._feed(registration.Forget())  # whoever asked decides whether it is tried again
            waiter.set_exception(NotRegistered(status, why))

    def _schedule(self) -> None:
        self.close()
        if self._machine.deadline is not None:
            self._timer = self._loop.call_at(self._machine.deadline, self._feed, sip.Tick())
