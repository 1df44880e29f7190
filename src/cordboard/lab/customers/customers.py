"""All customers of the lab: those who call, each on a line of its own, and those who are called, behind one trunk."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cordboard import observe
from cordboard.lab.customers.customer import Customer, State
from cordboard.lab.customers.line import Line, open_line
from cordboard.lab.customers.spectrum import strongest
from cordboard.lab.customers.voice import clip
from cordboard.lab.mixer import Part, Playing, playing_tone
from cordboard.lab.pacer import Pacer
from cordboard.lab.rtp_socket import RtpSocket, open_rtp
from cordboard.lab.telephony import UserData
from cordboard.lab.wake import Wake
from cordboard.net.tasks import Tasks
from cordboard.sip import events as sip
from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.uri import Uri

log = observe.get_log("lab.customers")

HostPort = tuple[str, int]

MAXIMUM_CALLS = 200
REMEMBERED_CALLS = 100  # that are over
HEARD_SECONDS = 1.0
SERVICE_UNAVAILABLE = 503
NOT_FOUND = 404


class TooManyCalls(Exception):
    """There are as many customers as the lab takes."""


@dataclass(frozen=True, slots=True)
class CustomersSettings:
    """`trunk` is where calls to customers come in (port 0: a free one), `host` where their own sockets are opened."""

    trunk: HostPort = ("127.0.0.1", 0)
    host: str = "127.0.0.1"
    maximum_calls: int = MAXIMUM_CALLS


@dataclass(slots=True)
class CustomerCall:
    """One customer's call; `began` in seconds of the epoch."""

    id: str
    customer: Customer
    rtp: RtpSocket
    line: Line
    wake: Wake
    call_id: str
    began: float = field(default_factory=time.time)

    @property
    def over(self) -> bool:
        return self.customer.state is State.ENDED

    def heard(self, seconds: float) -> bytes:
        """What the customer heard in the last seconds: linear audio, 8000 samples of 16 bits a second."""
        return self.rtp.party.heard(seconds, self.line.now)

    def view(self) -> dict[str, Any]:
        """The call as `GET /lab/calls/{id}` shows it."""
        party, customer = self.rtp.party, self.customer
        heard = self.heard(HEARD_SECONDS)
        frequency, share = strongest(heard)
        return {
            "id": self.id,
            "from": customer.own,
            "to": customer.other,
            "state": str(customer.state),
            "outcome": customer.outcome,
            "began": self.began,
            "packets": party.packets,
            "firstReceived": party.first_received,
            "heard": {"frequency": frequency, "share": share, "seconds": len(heard) / 16000},
            "digits": party.digits,
        }


class Customers:
    """Made by `Customers.start`; `announce` is told Call-ID and user data of a call before it is placed."""

    def __init__(self, settings: CustomersSettings, pacer: Pacer, tasks: Tasks) -> None:
        self._settings = settings
        self._pacer = pacer
        self._tasks = tasks
        self._numbers = itertools.count(1)
        self._calls: OrderedDict[str, CustomerCall] = OrderedDict()
        self._called: dict[str, CustomerCall | None] = {}  # by session on the trunk; None while its socket is opened
        self._opening = 0
        self.listeners: list[Callable[[CustomerCall], None]] = []  # told whenever something happened to a call
        self._trunk: Line | None = None
        self._loop = asyncio.get_running_loop()
        self.sip_server: HostPort = ("127.0.0.1", 5070)
        self.announce: Callable[[str, UserData], None] = lambda call_id, user_data: None

    @classmethod
    async def start(cls, settings: CustomersSettings, pacer: Pacer | None = None) -> Customers:
        """Listen on the trunk. Raises `PortTaken` or `AddressUnusable`."""
        tasks = Tasks("customers")
        customers = cls(settings, pacer or Pacer(tasks), tasks)
        try:
            customers._trunk = await open_line(*settings.trunk, customers._from_trunk)
        except BaseException:
            await tasks.close()
            raise
        return customers

    @property
    def trunk(self) -> HostPort:
        """Where SIP Server sends calls to customers."""
        assert self._trunk is not None
        return self._trunk.address

    @property
    def calls(self) -> list[CustomerCall]:
        """All calls that are remembered, oldest first."""
        return list(self._calls.values())

    def find(self, id: str) -> CustomerCall | None:
        return self._calls.get(id)

    async def place(
        self,
        caller: str,
        number: str,
        *,
        tone: float | None = None,
        user_data: UserData | None = None,
        duration: float = 0.0,
        name: str = "",
    ) -> CustomerCall:
        """Let a customer call `number`: with a tone of that frequency, or with speech. Raises `TooManyCalls`."""
        self._make_room()
        self._opening += 1
        try:
            line = await open_line(self._settings.host, 0, self._from_line)
            rtp = await self._open_rtp(_part(tone), line)
        finally:
            self._opening -= 1
        call_id = f"{secrets.token_hex(12)}@{line.address[0]}"
        call = self._adopt("call", caller, number, line, rtp, State.CALLING, duration, call_id)
        if user_data:
            self.announce(call_id, user_data)
        target, own = _uri(number, self.sip_server), _uri(caller, line.address)
        commands = call.customer.call(line.flow(self.sip_server), target, f"<{own}>", f"<{target}>", call_id, name)
        self._carry_out(call, commands)
        return call

    def hang_up(self, call: CustomerCall) -> None:
        self._carry_out(call, call.customer.hang_up(self._loop.time()))

    async def close(self) -> None:
        """Hang up everywhere and stop at once."""
        for call in self.calls:
            if not call.over:
                self.hang_up(call)
            call.wake.close()
            call.rtp.close()
            call.line.close()
        if self._trunk is not None:
            self._trunk.close()
        await self._tasks.close()

    # --- inside ---

    def _make_room(self) -> None:
        over = [call for call in self.calls if call.over]
        for call in over[: max(0, len(over) - REMEMBERED_CALLS)]:
            del self._calls[call.id]
        if len(self._calls) - len(over) + self._opening >= self._settings.maximum_calls:
            raise TooManyCalls(f"there are {self._settings.maximum_calls} calls already")

    async def _open_rtp(self, part: Part, line: Line) -> RtpSocket:
        try:
            return await open_rtp(part, self._settings.host, self._pacer)
        except BaseException:
            line.close()
            raise

    def _adopt(
        self,
        session: str,
        own: str,
        other: str,
        line: Line,
        rtp: RtpSocket,
        state: State,
        duration: float,
        call_id: str,
    ) -> CustomerCall:
        contact = f"<{_uri(own, line.address)}>"
        customer = Customer(session, own, other, contact, rtp.party, state, duration)
        id = f"c{next(self._numbers)}"
        call = CustomerCall(id, customer, rtp, line, Wake(lambda: self._due(id)), call_id)
        self._calls[id] = call
        log.info("customer's call begins", id=id, caller=observe.Private(own), number=observe.Private(other))
        return call

    def _carry_out(self, call: CustomerCall, commands: list[sip.Input]) -> None:
        call.line.feed(commands)
        call.wake.set(call.customer.deadline)
        if call.over:
            self._settle(call)
        for listener in self.listeners:
            listener(call)

    def _settle(self, call: CustomerCall) -> None:
        """The call is over: its sound stops now, its line when SIP is done with it."""
        call.wake.close()
        call.rtp.close()
        if self._called.pop(call.customer.session, None) is None:
            call.line.finish()

    def _due(self, id: str) -> None:
        call = self._calls[id]
        self._carry_out(call, call.customer.tick(self._loop.time()))

    def _from_line(self, event: sip.Output, line: Line) -> None:
        """Something happened on the line of a customer who called."""
        call = next((call for call in reversed(self._calls.values()) if call.line is line), None)
        if call is not None:
            self._carry_out(call, call.customer.handle(event, self._loop.time()))

    def _from_trunk(self, event: sip.Output, line: Line) -> None:
        session = getattr(event, "session", "")
        if isinstance(event, sip.Invited):
            self._invited(event, line)
        elif isinstance(event, sip.OutOfDialogRequested):
            line.feed([sip.Respond(event.transaction, 200 if event.request.method == "OPTIONS" else 405)])
        elif call := self._called.get(session):
            self._carry_out(call, call.customer.handle(event, self._loop.time()))
        elif isinstance(event, sip.Cancelled | sip.Ended):
            self._called.pop(session, None)
        elif isinstance(event, sip.Requested):
            line.feed([sip.Respond(event.transaction, 481)])

    def _invited(self, event: sip.Invited, line: Line) -> None:
        try:
            number = Uri.parse(event.request.uri).user
            caller = NameAddress.parse(event.request.headers.get("From") or "").uri.user
            self._make_room()
        except RemoteProtocolError:
            return line.feed([sip.Reject(event.session, NOT_FOUND)])
        except TooManyCalls:
            return line.feed([sip.Reject(event.session, SERVICE_UNAVAILABLE)])
        self._called[event.session] = None
        self._tasks.start(self._ring(event, number, caller, line), "ring a customer")

    async def _ring(self, event: sip.Invited, number: str, caller: str, line: Line) -> None:
        rtp = await open_rtp(Playing(clip()), self._settings.host, self._pacer)
        if event.session not in self._called:  # cancelled meanwhile
            return rtp.close()
        call_id = event.request.headers.get("Call-ID") or ""
        call = self._adopt(event.session, number, caller, line, rtp, State.CALLED, 0.0, call_id)
        self._called[event.session] = call
        self._carry_out(call, call.customer.called(event.request, self._loop.time()))


def _part(tone: float | None) -> Part:
    return Playing(clip()) if tone is None else playing_tone(tone)


def _uri(number: str, address: HostPort) -> str:
    return str(Uri("sip", number, address[0], address[1]))
