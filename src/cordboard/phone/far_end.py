"""A far end for load: SIP Server as far as calls with a tone need it, lean enough not to be what is measured.

It registers any DN, answers OPTIONS, places calls to a gateway's DNs and answers what their pages dial; there is no
routing, no CTI and no challenge. The lab's SIP Server is the faithful one.

    far_end = FarEnd("127.0.0.1", 5062, packets)
    await far_end.open()
    await far_end.registered("5001")
    call = await far_end.call("5001", gateway)
    await call.connected()
    print(call.figures().heard)
    call.hang_up()
    await far_end.close()
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cordboard.genesys.call_uuid import call_uuid
from cordboard.genesys.dialect import CALL_UUID
from cordboard.net.driver import CoreDriver
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.observe.log import Occasionally, get_log
from cordboard.phone.far_call import FarCall, FarState
from cordboard.phone.far_sound import FarSound, SoundSettings
from cordboard.phone.packets.port import PacketLoop
from cordboard.phone.packets.sockets import SharedSockets
from cordboard.sip import events as sip
from cordboard.sip.address import NameAddress
from cordboard.sip.core import UserAgentCore
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Request
from cordboard.sip.uri import Uri

LISTENER = "far end"
LAST_WORDS = 2.0  # seconds that `close` waits for the answers to its BYEs
LOOK_EVERY = 0.05
USUAL_EXPIRES = "3600"
log = get_log("phone")


@dataclass(frozen=True, slots=True)
class FarEndSettings:
    """`caller` is the number that calls come from; None in `answer_after` leaves calls that come to their listener."""

    caller: str = "+15550100"
    answer_after: float | None = 0.0  # seconds of ringing
    sound: SoundSettings = field(default_factory=SoundSettings)
    calls_per_socket: int = 1  # of RTP


class FarEnd:
    """`registrations` counts what was registered since the beginning, renewals included."""

    def __init__(self, host: str, port: int, packets: PacketLoop, settings: FarEndSettings | None = None) -> None:
        self._settings = settings or FarEndSettings()
        self._bind = (host, port)
        self._packets = packets
        self._sockets = SharedSockets(host, self._settings.calls_per_socket)
        self._run, self._numbers = secrets.token_bytes(16), itertools.count(1)
        self._occasionally = Occasionally(log)
        self._socket: UdpSocket | None = None
        self._bindings: dict[str, str] = {}
        self._changed = asyncio.Event()
        self._calls: dict[str, FarCall] = {}
        self._listener: Callable[[FarCall], None] | None = None
        self._closed = False
        self.registrations = 0
        self.core = UserAgentCore(
            RandomIdentifiers(host), via_host=lambda flow: self._own, user_agent="", supported=("timer",)
        )

    async def open(self) -> None:
        """Bind the socket. Raises `PortTaken` or `AddressUnusable`."""
        self._driver = CoreDriver(self.core, self._transmit, self._said)
        self._socket = await open_udp(*self._bind, self._received)

    async def close(self) -> None:
        """Hang up what is left, and wait a moment for the answers."""
        self._closed = True
        for call in list(self._calls.values()):
            call.close()
        left = LAST_WORDS
        while self.core.sessions and left > 0:
            await asyncio.sleep(LOOK_EVERY)
            left -= LOOK_EVERY
        if self._socket is not None:
            self._driver.close()
            self._socket.close()

    @property
    def address(self) -> tuple[str, int]:
        return self._socket.address if self._socket is not None else self._bind

    @property
    def calls(self) -> int:
        """How many calls there are now."""
        return len(self._calls)

    # --- registrations

    @property
    def bindings(self) -> Mapping[str, str]:
        """The contact URI of every DN that is registered."""
        return self._bindings

    def forget(self) -> None:
        """Lose all registrations, as SIP Server does when it starts anew."""
        self._bindings.clear()

    async def registered(self, *dns: str) -> None:
        """Wait until all of these DNs are registered."""
        while any(dn not in self._bindings for dn in reversed(dns)):
            self._changed.clear()
            await self._changed.wait()

    # --- calls

    async def call(
        self, dn: str, gateway: tuple[str, int] | None = None, headers: Iterable[sip.Header] = ()
    ) -> FarCall:
        """Call a DN: at its contact, or at `gateway` where that is a PBX with a registrar of its own.

        Returns when the INVITE has left; then wait for `connected`. Raises LookupError for a DN that is not registered
        and has no gateway.
        """
        contact = self._bindings.get(dn)
        if contact is None and gateway is None:
            raise LookupError(f"{dn} is not registered here")
        target = contact or f"sip:{dn}@{_host_port(gateway or ('', 0))}"
        number = next(self._numbers)
        call = self._make(f"placed-{number}", dn, FarState.DIALING)
        given = ((CALL_UUID, call_uuid(self._run, number)), *headers)
        self._driver.feed(
            sip.Invite(
                call.session,
                self._flow(target, gateway),
                target,
                f"<sip:{self._settings.caller}@{self._own}>",
                f"<sip:{dn}@{self._own}>",
                self._contact(self._settings.caller),
                call.sound.offer(),
                given,
            )
        )
        return call

    def on_call(self, listener: Callable[[FarCall], None]) -> None:
        """Who is told of the calls that come, before they are answered."""
        self._listener = listener

    def _make(self, session: str, dn: str, state: FarState) -> FarCall:
        contact = self._contact(self._settings.caller if state is FarState.DIALING else dn)
        sound = FarSound(self._sockets, self._packets, self._settings.sound)
        call = FarCall(session, dn, contact, sound, self._driver.feed, state)
        call.on_over = self._forget
        self._calls[session] = call
        return call

    def _forget(self, call: FarCall) -> None:
        self._calls.pop(call.session, None)

    def _invited(self, output: sip.Invited) -> None:
        if self._closed:
            self._driver.feed(sip.Reject(output.session, 503))
            return
        call = self._make(output.session, _user(output.request.uri), FarState.RINGING)
        call.invited(output.request)
        if self._listener is not None:
            self._listener(call)
        after = self._settings.answer_after
        if after == 0:
            call.answer()
        elif after is not None:
            asyncio.get_running_loop().call_later(after, call.answer)

    # --- the SIP core

    @property
    def _own(self) -> str:
        return _host_port(self.address)

    def _contact(self, user: str) -> str:
        return f"<sip:{user}@{self._own}>"

    def _flow(self, target: str, gateway: tuple[str, int] | None) -> sip.Flow:
        uri = Uri.parse(target)
        return sip.Flow("UDP", LISTENER, gateway or (uri.host.strip("[]"), uri.port or 5060))

    def _received(self, data: bytes, source: tuple[str, int]) -> None:
        self._driver.feed(sip.Received(sip.Flow("UDP", LISTENER, source), data))

    def _transmit(self, flow: sip.Flow, data: bytes) -> None:
        if self._socket is not None:
            self._socket.send(data, flow.remote)

    def _said(self, output: sip.Output) -> None:
        match output:
            case sip.Invited():
                self._invited(output)
            case sip.OutOfDialogRequested(transaction, _, request):
                self._asked(transaction, request)
            case sip.Malformed(_, why):
                self._occasionally.info(why, "message could not be used", why=why)
            case sip.Transmit() | sip.OutOfDialogReplied():
                pass
            case _:
                if (call := self._calls.get(output.session)) is not None:
                    call.take(output)

    def _asked(self, transaction: str, request: Request) -> None:
        if request.method == "REGISTER":
            self._driver.feed(self._register(transaction, request))
        else:
            self._driver.feed(sip.Respond(transaction, 200 if request.method == "OPTIONS" else 481))

    def _register(self, transaction: str, request: Request) -> sip.Respond:
        """One binding per DN, as at SIP Server; whoever asks may have it."""
        expires = request.headers.get("Expires") or USUAL_EXPIRES
        try:
            dn = NameAddress.parse(request.headers.get("To") or "").uri.user
            contact = request.headers.get("Contact") or ""
            uri = str(NameAddress.parse(contact).uri) if contact not in ("", "*") else ""
        except RemoteProtocolError:
            return sip.Respond(transaction, 400)
        if expires == "0":
            self._bindings.pop(dn, None)
        elif uri:
            self._bindings[dn] = uri
            self.registrations += 1
        bound = self._bindings.get(dn, "")
        self._changed.set()
        answer = (("Contact", f"<{bound}>;expires={expires}"),) if bound else ()
        return sip.Respond(transaction, 200, headers=(("Expires", expires), *answer))


def _host_port(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _user(uri: str) -> str:
    try:
        return Uri.parse(uri).user
    except RemoteProtocolError:
        return ""
