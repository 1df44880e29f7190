"""Asks SIP Server as the gateway does: the same address, transport and certificates, from a port of its own."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, replace

from cordboard.config import Address, Settings
from cordboard.doctor.asking.trouble import Trouble
from cordboard.gateway.trunk import Server, TrunkSide
from cordboard.net.errors import AddressUnusable, NameUnknown, PortTaken
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.net.tls import CertificateUnusable
from cordboard.observe.metrics import Metrics
from cordboard.sip import events as sip
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Response
from cordboard.sip.registration.requests import Requests
from cordboard.sip.registration.vocabulary import Account
from cordboard.sip.via import top_via

PATIENCE = 4.0  # seconds until a silent SIP Server counts as silent: four sendings


@dataclass(frozen=True, slots=True)
class Reply:
    """The final response; status 408 or 503 and no response where none came. `seconds` is how long it took."""

    status: int
    response: Response | None
    seconds: float

    @property
    def answered(self) -> bool:
        return self.response is not None

    @property
    def words(self) -> str:
        """The status as an administrator reads it."""
        return f"{self.status} {self.response.reason if self.response else ''}".strip()

    @property
    def seen_at(self) -> str:
        """The address that SIP Server saw the request come from, where it says so."""
        if self.response is None:
            return ""
        try:
            return (top_via(self.response.headers).parameters.get("received") or "").strip("[]")
        except RemoteProtocolError:
            return ""


class SipAsker:
    """Made by `await SipAsker.open(settings)`, ended by `close`."""

    def __init__(self, settings: Settings) -> None:
        """Raises `Trouble`."""
        gateway = settings.gateway
        listen = Address(gateway.sip.host, 0)
        own = replace(gateway, sip=listen, sip_tls=Address("", 0), advertise=replace(gateway.advertise, port=0))
        self._settings = replace(settings, gateway=own)
        self._waiting: dict[str, asyncio.Future[tuple[int, Response | None]]] = {}
        self._numbers = itertools.count(1)
        self._loop = asyncio.get_running_loop()
        try:
            self.trunk = TrunkSide(self._settings, self._said, Metrics())
        except CertificateUnusable as error:
            raise Trouble(f"SIP over TLS cannot begin: {error}") from None

    @classmethod
    async def open(cls, settings: Settings) -> SipAsker:
        """Raises `Trouble` where SIP Server's name leads nowhere or nothing can be bound."""
        asker = cls(settings)
        try:
            await asker.trunk.open()
        except NameUnknown as error:
            await asker.close()
            raise Trouble(str(error), mend=_NAME.format(host=error.host)) from None
        except (PortTaken, AddressUnusable, CertificateUnusable) as error:
            await asker.close()
            raise Trouble(f"the doctor cannot send SIP from [gateway] sip: {error}", mend=_BIND) from None
        return asker

    async def close(self) -> None:
        await self.trunk.close()

    @property
    def servers(self) -> tuple[Server, ...]:
        return self.trunk.servers

    async def options(self, server: Server) -> Reply:
        """OPTIONS outside of any dialog, as the gateway's own."""
        own = f"<sip:{server.domain}>"
        accepts = (("Accept", "application/sdp"),)
        return await self._ask(
            sip.SendRequest(self._key(), server.flow, "OPTIONS", f"sip:{server.domain}", own, own, accepts)
        )

    def registration(self, server: Server, dn: str, expires: int) -> RegistrationProbe:
        """A registration of a DN at this address, of the doctor's own."""
        agent = self._settings.agent(dn)
        account = Account(
            registrar=f"sip:{server.domain}",
            address=f"<sip:{dn}@{server.domain}>",
            contact=self.trunk.contact(dn),
            user=dn,
            password=agent.sip_server_password if agent else "",
            expires=expires,
        )
        return RegistrationProbe(self, server, account)

    async def _ask(self, request: sip.SendRequest) -> Reply:
        began = self._loop.time()
        waiting: asyncio.Future[tuple[int, Response | None]] = self._loop.create_future()
        self._waiting[request.key] = waiting
        self.trunk.feed(request)
        try:
            async with asyncio.timeout(PATIENCE):
                status, response = await waiting
        except TimeoutError:
            status, response = 408, None
        finally:
            del self._waiting[request.key]
        return Reply(status, response, self._loop.time() - began)

    def _key(self) -> str:
        return f"doctor {next(self._numbers)}"

    def _said(self, output: sip.Output) -> None:
        match output:
            case sip.OutOfDialogReplied(key, status, response):
                if (waiting := self._waiting.get(key)) is not None and not waiting.done():
                    waiting.set_result((status, response))
            case sip.OutOfDialogRequested(transaction, _, request):
                known = request.method == "OPTIONS"
                self._loop.call_soon(self.trunk.feed, sip.Respond(transaction, 200 if known else 405))
            case sip.Invited(session=session):
                self._loop.call_soon(self.trunk.feed, sip.Reject(session, 480))


class RegistrationProbe:
    """REGISTERs of one Call-ID, a challenge answered once."""

    def __init__(self, asker: SipAsker, server: Server, account: Account) -> None:
        self._asker = asker
        self._server = server
        self._requests = Requests(account, RandomIdentifiers())

    @property
    def contact(self) -> str:
        return self._requests.account.contact

    async def query(self) -> Reply:
        """REGISTER without Contact: what is bound?"""
        return await self._send(None)

    async def register(self) -> Reply:
        return await self._send(self._requests.account.expires)

    async def take_back(self) -> Reply:
        return await self._send(0)

    async def _send(self, expires: int | None) -> Reply:
        requests = self._requests
        reply = await self._once(expires)
        if reply.response is not None and reply.status in (401, 407):
            requests.authorization.accepted()
            if requests.authorization.can_answer(requests.account, reply.response):
                requests.authorization.take(reply.response)
                reply = await self._once(expires)
        return reply

    async def _once(self, expires: int | None) -> Reply:
        asker = self._asker
        return await asker._ask(self._requests.make(expires).on(asker._key(), self._server.flow))


_NAME = (
    "Correct [sip_server] address, or ask for a DNS entry of {host}; `getent hosts {host}` must show an address on this"
    " machine."
)
_BIND = "Set [gateway] sip to an address of this machine; `ip -brief address` lists them."
