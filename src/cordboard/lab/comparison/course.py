"""The lab's SIP Server with phones in virtual time: nothing is on a network, and a call takes a moment only."""

from __future__ import annotations

from collections import deque

from cordboard.lab import telephony as cti
from cordboard.lab.comparison.message import Captured, captured
from cordboard.lab.comparison.phone import SERVER, Phone, description
from cordboard.lab.media_server_port import MediaOpened, OpenMedia
from cordboard.lab.sip_server.identifiers import GenesysIdentifiers
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from cordboard.lab.sip_server.stack import Stack, StackInput
from cordboard.sip import events as sip

CALLER = ("127.0.0.83", 5060)
STEP = 0.5  # seconds from one thing that people do to the next
MOST_EVENTS = 10_000


class Course:
    """SIP Server, its phones, and the way between them, on one clock that jumps."""

    def __init__(self, scene: int) -> None:
        self.scene = scene
        guids = iter(f"{scene:06X}{number:02X}-1111-4222-8333-444455556666" for number in range(1, 4))
        dns = (DnSettings("5001"), DnSettings("5002"))
        settings = SipServerSettings(address=SERVER, dns=dns, media_address=SERVER[0], trunk=CALLER)
        self.stack = Stack(
            settings, GenesysIdentifiers(SERVER[0], lambda: next(guids)), run=bytes(16), secret=b"-", wall_clock=1.7e9
        )
        self.now = 1000.0
        self.messages: list[Captured] = []
        self.call_uuid = ""
        self.phones: dict[tuple[str, int], Phone] = {}
        self._work: deque[tuple[object, object]] = deque()

    def phone(self, address: tuple[str, int], number: str, answers: bool = False) -> Phone:
        phone = Phone(address, number, answers, scene=self.scene)
        self.phones[address] = phone
        return phone

    # --- doings

    def cti(self, request: cti.TelephonyRequest) -> None:
        self._do(None, request)

    def does(self, phone: Phone, *commands: sip.Input) -> None:
        for command in commands:
            self._do(phone, command)

    def registers(self, phone: Phone, number: str, expires: int = 1800) -> None:
        own = f"<sip:{number}@{SERVER[0]}:{SERVER[1]}>"
        headers = (("Contact", phone.contact), ("Expires", str(expires)))
        self.does(phone, sip.SendRequest("register", phone.flow, "REGISTER", f"sip:{SERVER[0]}", own, own, headers))

    def dials(self, phone: Phone, number: str) -> None:
        phone.session = f"dialled {self.now}"
        own = f"<sip:{phone.number}@{SERVER[0]}:{SERVER[1]}>"
        target = f"sip:{number}@{SERVER[0]}:{SERVER[1]}"
        self.does(phone, sip.Invite(phone.session, phone.flow, target, own, f"<{target}>", phone.contact, phone.sdp()))

    # --- time

    def _do(self, who: object, what: object) -> None:
        self._work.append((who, what))
        self._settle()
        self.passes(STEP)

    def passes(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := min((each for each in self._deadlines() if each is not None), default=end)) < end:
            self.now = max(self.now, due)
            self._work.extend((who, sip.Tick()) for who in (None, *self.phones.values()))
            self._settle()
        self.now = end

    def _deadlines(self) -> list[float | None]:
        return [self.stack.deadline, *(phone.core.deadline for phone in self.phones.values())]

    def _settle(self) -> None:
        for _ in range(MOST_EVENTS):
            if not self._work:
                return
            who, what = self._work.popleft()
            if isinstance(who, Phone):
                self._at_phone(who, what)  # type: ignore[arg-type]
            else:
                self._at_server(what)  # type: ignore[arg-type]
        raise AssertionError("the calls of the comparison go round in circles")

    def _at_phone(self, phone: Phone, what: sip.Input) -> None:
        for output in phone.core.handle(what, self.now):
            if isinstance(output, sip.Transmit):
                self._note(False, output.data)
                self._work.append((None, sip.Received(sip.Flow("UDP", "sip-server", phone.address), output.data)))
            else:
                self._work.extend((phone, command) for command in phone.heard(output))

    def _at_server(self, what: StackInput) -> None:
        for output in self.stack.handle(what, self.now):
            if isinstance(output, sip.Transmit):
                self._note(True, output.data)
                if phone := self.phones.get(output.flow.remote):
                    self._work.append((phone, sip.Received(phone.flow, output.data)))
            elif isinstance(output, OpenMedia):
                self._work.append((None, MediaOpened(output.session, description(SERVER[0]))))
            elif isinstance(output, cti.CallEvent):
                self.call_uuid = output.call.call_uuid

    def _note(self, by_server: bool, data: bytes) -> None:
        if (message := captured(self.now, by_server, data)) is not None:
            self.messages.append(message)
