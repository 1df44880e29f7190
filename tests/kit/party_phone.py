"""A phone on real sockets with as many calls at a time as it is sent, each with a voice of its own socket; it does what
NOTIFY talk and hold say, in the call in which they come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from cordboard.lab.customers.line import Line, open_line
from cordboard.lab.mixer import playing_tone
from cordboard.lab.pacer import Pacer
from cordboard.lab.rtp_socket import RtpSocket, open_rtp
from cordboard.net.tasks import Tasks
from cordboard.rtp.tone import loudness, strength
from cordboard.sdp.direction import Direction
from cordboard.sip import events as sip

PATIENCE = 6.0
SHARE = 0.25  # of the energy that one of several tones has at least


@dataclass
class OneCall:
    """One dialog of the phone."""

    rtp: RtpSocket
    offer: str
    uuid: str
    talking: bool = False
    over: bool = False


class PartyPhone:
    """Made by `PartyPhone.start`; it says a tone of `frequency` in every call and rings until it is told to talk."""

    def __init__(self, dn: str, sip_server: tuple[str, int], frequency: float) -> None:
        self.dn, self.sip_server, self.frequency = dn, sip_server, frequency
        self.line: Line
        self.calls: dict[str, OneCall] = {}
        self.registered = 0
        self.answers_itself = False
        self._tasks = Tasks(f"phone {dn}")
        self._pacer = Pacer(self._tasks)

    @classmethod
    async def start(cls, dn: str, sip_server: tuple[str, int], frequency: float) -> PartyPhone:
        phone = cls(dn, sip_server, frequency)
        phone.line = await open_line("127.0.0.1", 0, phone._took)
        host, port = sip_server
        own = f"<sip:{dn}@{host}:{port}>"
        headers = (("Contact", phone.contact), ("Expires", "1800"))
        flow = phone.line.flow(sip_server)
        phone.line.feed([sip.SendRequest("register", flow, "REGISTER", f"sip:{host}:{port}", own, own, headers)])
        await phone.until(lambda: phone.registered == 200)
        return phone

    async def close(self) -> None:
        for call in self.calls.values():
            call.rtp.close()
        self.line.close()
        await self._tasks.close()

    async def until(self, reached: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something is so; TimeoutError if that takes too long."""
        for _ in range(round(seconds / 0.01)):
            if reached():
                return
            await asyncio.sleep(0.01)
        raise TimeoutError

    # --- what it hears ---

    async def hears(self, *frequencies: float) -> None:
        """Wait until the last 200 ms of its newest call that talks are these tones, and no other but its own
        silence."""
        await self.until(lambda: self.hears_now(*frequencies))

    def hears_now(self, *frequencies: float) -> bool:
        if all(call.over for call in self.calls.values()):
            return False
        return hears(self.last().rtp.party.heard(0.2, asyncio.get_running_loop().time()), *frequencies)

    def last(self) -> OneCall:
        """The call that began last and is not over."""
        return next(call for call in reversed(self.calls.values()) if not call.over)

    @property
    def contact(self) -> str:
        return f"<sip:{self.dn}@{self.line.address[0]}:{self.line.address[1]}>"

    # --- what it does ---

    def hang_up(self) -> None:
        session = next(session for session, call in reversed(self.calls.items()) if not call.over)
        self._over(session)
        self.line.feed([sip.Hangup(session)])

    def _talk(self, session: str) -> None:
        call = self.calls[session]
        if call.talking:
            self.line.feed([sip.Reinvite(session, call.rtp.party.offer())])
            return
        call.talking = True
        party = call.rtp.party
        sdp = party.answer(call.offer) if call.offer else party.offer()
        self.line.feed([sip.Accept(session, self.contact, sdp)])

    def _hold(self, session: str) -> None:
        self.line.feed([sip.Reinvite(session, self.calls[session].rtp.party.offer(Direction.INACTIVE))])

    async def _ring(self, invited: sip.Invited) -> None:
        rtp = await open_rtp(playing_tone(self.frequency), "127.0.0.1", self._pacer)
        uuid = invited.request.headers.get("X-Genesys-CallUUID") or ""
        self.calls[invited.session] = OneCall(rtp, invited.request.body.decode(), uuid)
        self.line.feed([sip.Ring(invited.session, self.contact)])
        if self.answers_itself:
            self._talk(invited.session)

    def _took(self, event: sip.Output, line: Line) -> None:
        match event:
            case sip.OutOfDialogReplied(_, status, _):
                self.registered = status
            case sip.Invited():
                self._tasks.start(self._ring(event), "ring")
            case sip.Requested(session, transaction, request):
                line.feed([sip.Respond(transaction, 200)])
                asked = request.headers.get("Event")
                if asked in ("talk", "hold"):
                    (self._talk if asked == "talk" else self._hold)(session)
            case sip.Reinvited(session, request):
                call, offer = self.calls[session], request.body.decode()
                call.uuid = request.headers.get("X-Genesys-CallUUID") or call.uuid
                party = call.rtp.party
                line.feed([sip.Accept(session, self.contact, party.answer(offer) if offer else party.offer())])
            case sip.Acknowledged(session, request, _) if request.body:
                self.calls[session].rtp.party.take_answer(request.body.decode())
            case sip.Accepted(session, response, _):
                self.calls[session].rtp.party.take_answer(response.body.decode())
            case sip.Cancelled(session, _) | sip.Ended(session, _, _):
                self._over(session)

    def _over(self, session: str) -> None:
        """Nothing is said or heard any more."""
        self.calls[session].over = True
        self.calls[session].rtp.close()


def hears(sound: bytes, *frequencies: float) -> bool:
    """Whether this is these tones and nothing else; without frequencies, silence."""
    if len(sound) < 2400:
        return not frequencies and not sound
    if not frequencies:
        return loudness(sound) < 0.005
    shares = [strength(sound, frequency) for frequency in frequencies]
    return min(shares) > SHARE * 0.8 and sum(shares) > 0.9
