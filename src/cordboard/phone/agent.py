"""A headless agent: a page with a phone, without a browser.

    packets = make()
    agent = Agent(AgentSettings("ws://127.0.0.1:8443/ws", "5001", token=token), packets)
    await agent.connect()
    await agent.register()
    call = agent.dial("5002")
    await call.connected()
    call.hang_up()
    await agent.close()

Failures are `PhoneError`s with the reason in words.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cordboard.media.relay.dtls_srtp import Identity
from cordboard.net.driver import CoreDriver
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.observe.log import get_log
from cordboard.phone import words
from cordboard.phone.call import PhoneCall
from cordboard.phone.connection import SipConnection
from cordboard.phone.errors import NotConnected
from cordboard.phone.media.call_media import CallMedia
from cordboard.phone.media.settings import MediaOwner, MediaSettings
from cordboard.phone.packets.port import PacketLoop
from cordboard.phone.registration import KEY, PhoneRegistration
from cordboard.phone.settings import AgentSettings
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from cordboard.sip.headers import Headers
from cordboard.sip.registration import SendRegister

log = get_log("phone")
USER_AGENT = "Cordboard phone/0.1.0"
ALLOW = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "MESSAGE")
RESUMED = ("X-Cordboard-Call", "resumed")


class AgentEventKind(StrEnum):
    LOST = "lost"  # the connection; calls go on, `connect` takes them up
    REGISTERED = "registered"  # a refresh was granted
    NOT_REGISTERED = "not registered"  # a refresh was refused; it is tried again
    TAKEN_OVER = "taken over"  # another page of the DN gets its calls
    DRAINING = "draining"  # the gateway is about to be restarted


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """What happened to an agent without its doing."""

    kind: AgentEventKind
    why: str = ""


@functools.cache
def identity() -> Identity:
    """The certificate of all phones of this process."""
    return Identity()


class Agent:
    """One DN's phone; `calls` are those that are not over. Listeners are called on the event loop."""

    def __init__(self, settings: AgentSettings, packets: PacketLoop) -> None:
        self.settings = settings
        self.calls: dict[str, PhoneCall] = {}
        self._media = MediaSettings(
            settings.address, settings.audio, settings.ice, identity(), packets, settings.sockets
        )
        self._host = f"{secrets.token_hex(6)}.invalid"
        self.contact = f"<sip:{secrets.token_hex(4)}@{self._host};transport=ws>"
        self._own = f"<sip:{settings.dn}@{settings.sip_domain}>"
        identifiers = RandomIdentifiers()
        core = UserAgentCore(
            identifiers,
            via_host=lambda flow: self._host,
            allow=ALLOW,
            user_agent=USER_AGENT,
            supported=(),
            credentials=self._credentials,
        )
        self._driver = CoreDriver(core, self._transmit, self._took)
        self._registration = PhoneRegistration(settings, self.contact, identifiers, self._send_register, self._told)
        self._connection: SipConnection | None = None
        self._flow: sip.Flow | None = None
        self._numbers = itertools.count(1)
        self._on_call: Callable[[PhoneCall], None] = lambda call: None
        self._on_event: Callable[[AgentEvent], None] = lambda event: None

    # --- connection and registration

    async def connect(self) -> None:
        """Open the connection, or a new one after `LOST`: calls move to it. Raises `NotConnected`."""
        if self._connection is not None:
            return
        self._connection = await SipConnection.open(self.settings, self._message, self._lost)
        number = next(self._numbers)
        transport = "WSS" if self.settings.secure else "WS"
        self._flow = sip.Flow(transport, "phone", self._connection.remote, f"phone-{number}")
        for session in self.calls:
            self.feed(sip.MoveSession(session, self._flow))

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    @property
    def is_registered(self) -> bool:
        return self._registration.registered

    async def register(self) -> int:
        """Register, or refresh now; the seconds granted. Raises `NotRegistered` or `NotConnected`."""
        self._connected_flow()
        return await self._registration.register(self.settings.respond_within)

    def unregister(self) -> None:
        """Take the registration back."""
        self._registration.unregister()

    async def close(self) -> None:
        """Hang up, unregister and leave."""
        for call in list(self.calls.values()):
            call.hang_up("the phone was closed")
        if self._connection is not None:
            self._registration.unregister()
            await self._connection.close()
            self._connection = self._flow = None
        self._registration.close()
        self._driver.close()

    async def drop(self) -> None:
        """Lose the connection without a word, as a page that is closed does; `LOST` is not told."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._flow_closed()
            await connection.abort()

    # --- calls

    def dial(self, number: str, headers: tuple[sip.Header, ...] = ()) -> PhoneCall:
        """Call a number. Raises `NotConnected`."""
        flow = self._connected_flow()
        call = PhoneCall(self, f"own-{next(self._numbers)}", self.settings.media_within)
        self.calls[call.session] = call
        call.dial(flow, f"sip:{number}@{self.settings.sip_domain}", self._own, headers)
        return call

    def on_call(self, listener: Callable[[PhoneCall], None]) -> None:
        """Who is told of a call that has come; it rings already, and is answered as the settings say."""
        self._on_call = listener

    def on_event(self, listener: Callable[[AgentEvent], None]) -> None:
        """Who is told what happens to the agent."""
        self._on_event = listener

    # --- what its calls need

    def feed(self, input: sip.Input) -> None:
        self._driver.feed(input)

    def new_media(self, owner: MediaOwner) -> CallMedia:
        return CallMedia(self._media, owner)

    def forget(self, session: str) -> None:
        self.calls.pop(session, None)

    # --- what comes

    def _message(self, data: bytes) -> None:
        if self._flow is None:
            return
        try:
            self.feed(sip.Received(self._flow, data))
        except Exception:
            log.exception("a message could not be handled", length=len(data))

    def _took(self, output: sip.Output) -> None:
        match output:
            case sip.Invited():
                self._invited(output)
            case sip.OutOfDialogReplied():
                if output.key == KEY:
                    self._registration.replied(output)
            case sip.OutOfDialogRequested():
                self._requested(output)
            case sip.Malformed():
                log.debug("a message was unusable", why=output.why)
            case sip.Transmit():
                pass
            case _:
                if (call := self.calls.get(output.session)) is not None:
                    call.handle(output)

    def _invited(self, invited: sip.Invited) -> None:
        call = PhoneCall(self, invited.session, self.settings.media_within, invite=invited.request)
        self.calls[call.session] = call
        call.ring()
        self._on_call(call)
        after = self.settings.answer_after
        if is_resumed(invited.request.headers) or after == 0.0:
            call.answer()
        elif after is not None:
            asyncio.get_running_loop().call_later(after, call.answer)

    def _requested(self, output: sip.OutOfDialogRequested) -> None:
        """MESSAGE brings the gateway's words, OPTIONS asks whether we are there."""
        known = output.request.method in ("MESSAGE", "OPTIONS")
        said = words.words_of(output.request)
        self.feed(sip.Respond(output.transaction, 200 if known else 405, headers=words.ping_reply(said)))
        for kind in (AgentEventKind.TAKEN_OVER, AgentEventKind.DRAINING):
            if said.get(kind) is True:
                self._on_event(AgentEvent(kind))

    def _lost(self, why: str) -> None:
        self._connection = None
        self._flow_closed()
        self._on_event(AgentEvent(AgentEventKind.LOST, why))

    def _flow_closed(self) -> None:
        flow, self._flow = self._flow, None
        if flow is not None:
            self.feed(sip.FlowClosed(flow))

    # --- what goes

    def _connected_flow(self) -> sip.Flow:
        if self._flow is None:
            raise NotConnected("the phone is not connected")
        return self._flow

    def _transmit(self, flow: sip.Flow, data: bytes) -> None:
        if self._connection is not None and flow == self._flow:
            self._connection.send(data)

    def _send_register(self, request: SendRegister) -> None:
        if self._flow is None:
            self._registration.replied(sip.OutOfDialogReplied(KEY, 503, None))
        else:
            self.feed(request.on(KEY, self._flow))

    def _told(self, status: int, why: str) -> None:
        kind = AgentEventKind.REGISTERED if status == 200 else AgentEventKind.NOT_REGISTERED
        self._on_event(AgentEvent(kind, "" if status == 200 else f"{status} {why}"))

    def _credentials(self, flow: sip.Flow, address: str) -> sip.Credentials | None:
        password = self.settings.password
        return sip.Credentials(self.settings.dn, password) if password else None


def is_resumed(headers: Headers) -> bool:
    """A call that another page of the DN has had is answered without a ring."""
    name, value = RESUMED
    return (headers.get(name) or "").lower() == value
