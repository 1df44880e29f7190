"""The agents of `bench.events`, in a process of their own: `python -m bench.event_agents`, started by it.

Each agent is a page to the desk (its own identifier, GWS session, CometD client and long poll through the desk's proxy)
and a phone that registers at SIP Server, answers what rings and speaks to nobody: one socket for all of them, no sound.
The agents call each other in pairs. Whatever comes on the channel of calls is stamped when its JSON has been read.

It reads one line, its orders, from standard input, says `ready`, works until the next line, and answers with one line:
what came, by DN.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvloop

from cordboard.cli.running import short_collections
from cordboard.genesys import channels
from cordboard.lab.customers.line import Line, open_line
from cordboard.sip import events as sip

PAGE_HEADER = "X-Cordboard-Page"
AT_ONCE = 20  # agents that sign in side by side
TALK = 12.0  # seconds
ANSWER_AFTER = 0.3
WANTED = (channels.CALLS, channels.DEVICES, channels.CHANNELS, channels.SERVICES)
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0\r\na={}\r\n"


@dataclass(frozen=True, slots=True)
class Orders:
    """`partner` is the agent whom the page calls by `page`; `calls` is how many calls a second begin."""

    desk: str
    sip_server: tuple[str, int]
    dns: tuple[str, ...]
    page: str
    partner: str
    calls: float

    @classmethod
    def read(cls, line: str) -> Orders:
        told = json.loads(line)
        return cls(**{**told, "sip_server": tuple(told["sip_server"]), "dns": tuple(told["dns"])})


class Refused(Exception):
    """The desk or GWS did not do what an agent asked."""


@dataclass(slots=True)
class Page:
    """One agent's page; `came` has (CallUUID, notification, state, when) of every message about a call."""

    desk: str
    dn: str
    http: aiohttp.ClientSession
    headers: dict[str, str]
    came: list[tuple[str, str, str, float]] = field(default_factory=list)
    polls: int = 0
    _client: str = ""

    async def begin(self) -> None:
        """Open the page, sign in, listen, start the agent's session."""
        opened = await self._ask("/page", {})
        self.headers[PAGE_HEADER] = opened["page"]
        name = f"agent{self.dn}"
        await self._ask("/page/sign-in", {"userName": name, "password": name})
        shake = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]}
        [shaken] = await self._cometd([shake])
        self._client = shaken["clientId"]
        wishes = [{"channel": "/meta/subscribe", "subscription": one, "clientId": self._client} for one in WANTED]
        if not all(reply["successful"] for reply in await self._cometd(wishes)):
            raise Refused(f"{self.dn} may not subscribe")
        start = {"operationName": "StartContactCenterSession", "channels": ["voice"]}
        await self._ask("/gws/api/v2/me", start)

    async def poll(self) -> None:
        """Keep one poll at GWS, for ever."""
        while True:
            connect = {"channel": "/meta/connect", "connectionType": "long-polling", "clientId": self._client}
            replies = await self._cometd([connect])
            now = time.time()
            self.polls += 1
            for message in replies:
                if message["channel"] == "/meta/connect" and not message["successful"]:
                    raise Refused(f"{self.dn} is known no more: {message.get('error')}")
                if message["channel"] == channels.CALLS and "call" in message["data"]:
                    told = message["data"]
                    self.came.append((told["call"]["callUuid"], told["notificationType"], told["call"]["state"], now))

    async def _ask(self, path: str, body: object) -> Any:
        async with self.http.post(self.desk + path, json=body, headers=self.headers) as answer:
            content = await answer.read()
        if answer.status != 200:
            raise Refused(f"{self.dn}: {path} is answered with {answer.status}: {content[:200]!r}")
        return json.loads(content)

    async def _cometd(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        replies: list[dict[str, Any]] = await self._ask("/gws" + channels.NOTIFICATIONS_PATH, messages)
        return replies


class Phones:
    """The phones of all agents on one socket."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._line: Line
        self._replies: dict[str, int] = {}
        self._all_replied = asyncio.Event()
        self._held: dict[str, str] = {}  # DN by session
        self._numbers = 0
        self.wrong: list[str] = []
        self._loop = asyncio.get_running_loop()
        self._sound: asyncio.DatagramTransport

    async def begin(self) -> None:
        """Register everybody. Raises `Refused`."""
        self._line = await open_line("127.0.0.1", 0, self._took)
        self._sound, _ = await self._loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        host, port = self._orders.sip_server
        flow = self._line.flow(self._orders.sip_server)
        for place, dn in enumerate(self._orders.dns):
            own = f"<sip:{dn}@{host}:{port}>"
            headers = (("Contact", self._contact(dn)), ("Expires", "1800"))
            self._line.feed([sip.SendRequest(dn, flow, "REGISTER", f"sip:{host}:{port}", own, own, headers)])
            if place % AT_ONCE == 0:
                await asyncio.sleep(0.02)
        async with asyncio.timeout(10):
            await self._all_replied.wait()
        if refused := {status for status in self._replies.values() if status != 200}:
            raise Refused(f"SIP Server refuses a phone: {refused}")

    def call(self, dn: str, number: str) -> str:
        """Let `dn` call; the session."""
        self._numbers += 1
        session = f"own-{self._numbers}"
        self._held[session] = dn
        host, port = self._orders.sip_server
        target, own = f"sip:{number}@{host}:{port}", f"<sip:{dn}@{host}:{port}>"
        flow = self._line.flow(self._orders.sip_server)
        offer = sip.Invite(session, flow, target, own, f"<{target}>", self._contact(dn), self._sdp())
        self._line.feed([offer])
        return session

    def hang_up(self, session: str) -> None:
        if session in self._held:
            self._line.feed([sip.Hangup(session)])

    def close(self) -> None:
        self._line.close()
        self._sound.close()

    def _took(self, event: sip.Output, line: Line) -> None:
        match event:
            case sip.OutOfDialogReplied(key, status, _):
                self._replies[key] = status
                if len(self._replies) == len(self._orders.dns):
                    self._all_replied.set()
            case sip.Invited(session, _, request):
                self._held[session] = request.uri.partition(":")[2].partition("@")[0]
                line.feed([sip.Ring(session, self._contact(self._held[session]))])
                self._loop.call_later(ANSWER_AFTER, self._answer, session)
            case sip.Requested(_, transaction, _):
                line.feed([sip.Respond(transaction, 200)])
            case sip.Reinvited(session):
                self._answer(session)
            case sip.Rejected(session):
                self.wrong.append(f"{self._held.get(session)} was refused with {event.status}")
                self._held.pop(session, None)
            case sip.Cancelled(session) | sip.Ended(session):
                self._held.pop(session, None)

    def _answer(self, session: str) -> None:
        if (dn := self._held.get(session)) is not None:
            self._line.feed([sip.Accept(session, self._contact(dn), self._sdp())])

    def _contact(self, dn: str) -> str:
        return f"<sip:{dn}@{self._line.address[0]}:{self._line.address[1]}>"

    def _sdp(self) -> str:
        return SDP.format(self._sound.get_extra_info("sockname")[1], "sendrecv")


class Work:
    """Pairs of agents call each other, the one after the other."""

    def __init__(self, orders: Orders, phones: Phones) -> None:
        self._orders = orders
        self._phones = phones
        self._chance = random.Random(5)
        self.standing: set[str] = set()

    async def run(self) -> None:
        self._phones.call(self._orders.partner, self._orders.page)
        others = [dn for dn in self._orders.dns if dn != self._orders.partner]
        pairs = list(zip(others[::2], others[1::2], strict=False))
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            pair = pairs.pop(0)
            pairs.append(pair)
            session = self._phones.call(*pair)
            loop.call_later(TALK, self._phones.hang_up, session)
            due += self._chance.expovariate(self._orders.calls)
            await asyncio.sleep(max(0.0, due - loop.time()))


async def late(found: list[float]) -> None:
    """How late this process's own event loop comes, in seconds."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + 0.02
        await asyncio.sleep(0.02)
        found.append(loop.time() - due)


async def line_from_standard_input() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


async def main() -> None:
    orders = Orders.read(await line_from_standard_input())
    connector = aiohttp.TCPConnector(limit=0)
    phones = Phones(orders)
    lateness: list[float] = []
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        await phones.begin()
        pages = [Page(orders.desk, dn, http, {"Origin": orders.desk}) for dn in orders.dns]
        for place in range(0, len(pages), AT_ONCE):
            await asyncio.gather(*(page.begin() for page in pages[place : place + AT_ONCE]))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(page.poll()) for page in pages]
            await asyncio.sleep(0.5)
            with short_collections():
                print("ready", flush=True)
                await line_from_standard_input()
                tasks += [group.create_task(Work(orders, phones).run()), group.create_task(late(lateness))]
                await line_from_standard_input()
            for task in tasks:
                task.cancel()
        phones.close()
    came = {page.dn: page.came for page in pages}
    told = {"came": came, "late": lateness, "wrong": phones.wrong, "polls": sum(page.polls for page in pages)}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
