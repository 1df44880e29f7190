"""An agent's phone on real sockets, at the SIP Server look-alike, that does what NOTIFY talk and hold say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cordboard.lab.customers.line import Line, open_line
from cordboard.lab.mixer import playing_tone
from cordboard.lab.pacer import Pacer
from cordboard.lab.rtp_socket import RtpSocket, open_rtp
from cordboard.net.tasks import Tasks
from cordboard.rtp.tone import strength
from cordboard.sdp.direction import Direction
from cordboard.sip import events as sip

PATIENCE = 5.0


class AgentPhone:
    """Made by `AgentPhone.start`; it says a tone of `frequency` in every call."""

    def __init__(self, dn: str, sip_server: tuple[str, int]) -> None:
        self.dn = dn
        self.sip_server = sip_server
        self.line: Line
        self.rtp: RtpSocket
        self.session = ""
        self.offer = ""
        self.state = "idle"
        self.invite_headers: list[tuple[str, str]] = []
        self.registered = 0
        self._tasks = Tasks(f"phone {dn}")

    @classmethod
    async def start(cls, dn: str, sip_server: tuple[str, int], frequency: float) -> AgentPhone:
        phone = cls(dn, sip_server)
        phone.line = await open_line("127.0.0.1", 0, phone._took)
        phone.rtp = await open_rtp(playing_tone(frequency), "127.0.0.1", Pacer(phone._tasks))
        phone._register(1800)
        await phone.until(lambda: phone.registered == 200)
        return phone

    async def close(self) -> None:
        self.rtp.close()
        self.line.close()
        await self._tasks.close()

    async def until(self, reached: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something is so; TimeoutError if that takes too long."""
        for _ in range(round(seconds / 0.01)):
            if reached():
                return
            await asyncio.sleep(0.01)
        raise TimeoutError

    async def hears(self, frequency: float, share: float = 0.9) -> None:
        """Wait until the last 200 ms are mostly this tone."""
        await self.until(lambda: strength(self.rtp.party.heard(0.2), frequency) > share)

    def dial(self, number: str) -> None:
        host, port = self.sip_server
        self.session, self.state = "own-call", "dialing"
        target, own = f"sip:{number}@{host}:{port}", f"<sip:{self.dn}@{host}:{port}>"
        flow = self.line.flow(self.sip_server)
        self.line.feed(
            [sip.Invite(self.session, flow, target, own, f"<{target}>", self.contact, self.rtp.party.offer())]
        )

    def answer(self) -> None:
        party = self.rtp.party
        self.state = "talking"
        self.line.feed(
            [sip.Accept(self.session, self.contact, party.answer(self.offer) if self.offer else party.offer())]
        )

    def reject(self, status: int) -> None:
        self.state = "idle"
        self.line.feed([sip.Reject(self.session, status)])

    def hold(self) -> None:
        self.line.feed([sip.Reinvite(self.session, self.rtp.party.offer(Direction.INACTIVE))])

    def retrieve(self) -> None:
        self.line.feed([sip.Reinvite(self.session, self.rtp.party.offer())])

    def hang_up(self) -> None:
        self.state = "idle"
        self.line.feed([sip.Hangup(self.session)])

    @property
    def contact(self) -> str:
        return f"<sip:{self.dn}@{self.line.address[0]}:{self.line.address[1]}>"

    def register(self) -> None:
        """Register once more; `registered` becomes the status of the answer."""
        self.registered = 0
        self._register(1800)

    def _register(self, expires: int) -> None:
        host, port = self.sip_server
        own = f"<sip:{self.dn}@{host}:{port}>"
        headers = (("Contact", self.contact), ("Expires", str(expires)))
        flow = self.line.flow(self.sip_server)
        self.line.feed([sip.SendRequest("register", flow, "REGISTER", f"sip:{host}:{port}", own, own, headers)])

    def _took(self, event: sip.Output, line: Line) -> None:
        party = self.rtp.party
        match event:
            case sip.OutOfDialogReplied(_, status, _):
                self.registered = status
            case sip.Invited(session, _, request):
                self.session, self.offer, self.state = session, request.body.decode(), "ringing"
                self.invite_headers = request.headers.items()
                line.feed([sip.Ring(session, self.contact)])
            case sip.Requested(_, transaction, request):
                line.feed([sip.Respond(transaction, 200)])
                self._told(request.headers.get("Event") or "")
            case sip.Reinvited(session, request):
                offer = request.body.decode()
                line.feed([sip.Accept(session, self.contact, party.answer(offer) if offer else party.offer())])
            case sip.Acknowledged(_, request, _) if request.body:
                party.take_answer(request.body.decode())
            case sip.Accepted(_, response, _):
                self.state = "talking"
                party.take_answer(response.body.decode())
            case sip.Cancelled() | sip.Ended() | sip.Rejected():
                self.state = "idle"

    def _told(self, event: str) -> None:
        if event == "talk" and self.state == "ringing":
            self.answer()
        elif event == "talk":
            self.retrieve()
        elif event == "hold":
            self.hold()
