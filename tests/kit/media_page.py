"""A page without a browser: SIP over a WebSocket, ICE, DTLS and SRTP, a tone as its microphone. It obeys the words.

page = await MediaPage.open(site.websocket_url, "5001", site.token("5001"), frequency=440.0)
call = await page.called()
await call.hears(1000.0)
await page.hang_up(call)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from cordboard.lab.wake import Wake
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.net.tasks import Tasks
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from kit.page import PagePhone
from kit.phone import until

PATIENCE = 6.0  # seconds
FLOW = sip.Flow("WS", "page", ("127.0.0.1", 0), "page")


@dataclass(slots=True)
class PageCall:
    """One call: `words` are what the gateway said by INFO, `reinvited` counts what it must never send."""

    session: str
    phone: PagePhone
    invite: dict[str, str] = field(default_factory=dict)
    words: list[dict[str, object]] = field(default_factory=list)
    state: str = "ringing"
    connected: bool = False
    reinvited: int = 0

    async def is_in(self, state: str, within: float = PATIENCE) -> None:
        assert await until(lambda: self.state == state, within), f"the page's call is {self.state}, not {state}"

    async def was_told(self, words: dict[str, object], within: float = PATIENCE) -> None:
        assert await until(lambda: words in self.words, within), f"{words} is not among {self.words}"

    async def hears(self, frequency: float, within: float = PATIENCE) -> None:
        heard = await self.phone.hears(frequency, within)
        assert heard, f"no tone of {frequency} Hz at the page, {len(self.phone.received)} packets"

    async def hears_nothing(self) -> None:
        assert await self.phone.falls_silent(PATIENCE), "packets come to the page"


class MediaPage:
    """`calls` are all it ever had, the latest last."""

    def __init__(self, dn: str, socket: aiohttp.ClientWebSocketResponse, frequency: float) -> None:
        self.dn = dn
        self.frequency = frequency
        self.calls: list[PageCall] = []
        self.registered = 0
        self.core = UserAgentCore(RandomIdentifiers(), via_host=lambda flow: f"page{dn}.invalid")
        self._own = f"sip:{dn}@gateway.invalid"
        self.contact = f"<sip:x{dn}@page{dn}.invalid;transport=ws>"
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        self._wake = Wake(lambda: self.do(sip.Tick()))
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.tasks = Tasks(f"page {dn}")

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, dn: str, token: str, *, frequency: float) -> AsyncIterator[MediaPage]:
        """Registered by the desk's token."""
        async with aiohttp.ClientSession() as http, http.ws_connect(url, protocols=("sip",)) as socket:
            page = cls(dn, socket, frequency)
            page.tasks.start(page._read(), "read")
            page.tasks.start(page._write(), "write")
            headers = (("Contact", page.contact), ("Expires", "600"), ("Authorization", f"Bearer {token}"))
            own = f"<{page._own}>"
            page.do(sip.SendRequest("register", FLOW, "REGISTER", "sip:gateway.invalid", own, own, headers))
            try:
                assert await until(lambda: page.registered == 200), f"REGISTER: {page.registered}"
                yield page
            finally:
                await page._close()

    async def _close(self) -> None:
        self._wake.close()
        await self.tasks.close()
        for call in self.calls:
            call.phone.close()

    # --- what the agent does

    async def called(self, number: int = 1, within: float = PATIENCE) -> PageCall:
        """Wait until it has been called so many times; the latest call."""
        assert await until(lambda: len(self.calls) >= number, within), f"{self.dn} is not called"
        return self.calls[number - 1]

    def dial(self, number: str) -> PageCall:
        call = PageCall(f"own-{len(self.calls)}", PagePhone(), state="dialing")
        self.calls.append(call)
        target = f"sip:{number}@gateway.invalid"
        own, offer = f"<{self._own}>", call.phone.offer()
        self.do(sip.Invite(call.session, FLOW, target, own, f"<{target}>", self.contact, offer))
        return call

    def answer(self, call: PageCall) -> None:
        call.state = "talking"
        self.do(sip.Accept(call.session, self.contact, call.phone.answer()))
        self.tasks.start(self._connect(call), "connect")

    def press(self, call: PageCall, digit: str) -> None:
        """A digit as JsSIP sends it."""
        body = f"Signal={digit}\r\nDuration=100\r\n".encode()
        self.do(sip.SendInDialog(call.session, "digit", "INFO", (), "application/dtmf-relay", body))

    def hang_up(self, call: PageCall) -> None:
        call.state = "over"
        call.phone.hush()
        self.do(sip.Hangup(call.session))

    async def _connect(self, call: PageCall) -> None:
        await call.phone.connect()
        call.connected = True
        call.phone.speak(self.frequency)

    # --- what comes

    def do(self, input: sip.Input) -> None:
        for output in self.core.handle(input, self._loop.time()):
            if isinstance(output, sip.Transmit):
                self._outbox.put_nowait(output.data)
            else:
                self._took(output)
        self._wake.set(self.core.deadline)

    def _took(self, output: sip.Output) -> None:
        match output:
            case sip.OutOfDialogReplied():
                self.registered = output.status
            case sip.OutOfDialogRequested():
                self.do(sip.Respond(output.transaction, 200))
            case sip.Invited():
                self._invited(output)
            case _ if call := self._call(getattr(output, "session", "")):
                self._happened(call, output)

    def _call(self, session: str) -> PageCall | None:
        return next((call for call in self.calls if call.session == session), None)

    def _invited(self, invited: sip.Invited) -> None:
        call = PageCall(invited.session, PagePhone(), dict(invited.request.headers.items()))
        call.phone.take(invited.request.body.decode())
        self.calls.append(call)
        self.do(sip.Ring(call.session, self.contact))

    def _happened(self, call: PageCall, output: sip.Output) -> None:
        match output:
            case sip.Requested():
                self.do(sip.Respond(output.transaction, 200))
                self._told(call, output.request.body)
            case sip.Reinvited():
                call.reinvited += 1
                self.do(sip.Reject(call.session, 488))
            case sip.Accepted():
                call.state = "talking"
                call.phone.take(output.response.body.decode())
                self.tasks.start(self._connect(call), "connect")
            case sip.Rejected():
                call.state = f"rejected {output.status}"
            case sip.Cancelled() | sip.Ended():
                call.state = "over"
                call.phone.hush()

    def _told(self, call: PageCall, body: bytes) -> None:
        if not body.startswith(b"{"):
            return
        words = json.loads(body)
        call.words.append(words)
        if words == {"do": "answer"} and call.state == "ringing":
            self.answer(call)

    async def _read(self) -> None:
        async for message in self._socket:
            self.do(sip.Received(FLOW, message.data.encode() if isinstance(message.data, str) else message.data))

    async def _write(self) -> None:
        while True:
            await self._socket.send_str((await self._outbox.get()).decode())
