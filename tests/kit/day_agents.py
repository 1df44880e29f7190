"""An agent of a whole day without a browser: a phone with sound at the gateway, and a desktop's GWS by the desk.

The one knows nothing of the other, as in life: the phone is called by SIP, the desktop by CometD. Who answers by GWS
does it on Ringing, and the phone obeys SIP Server's word; who answers in the phone does it there.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Mapping
from typing import Any

from cordboard.genesys import channels
from cordboard.lab.scenarios.course import CUSTOMER
from cordboard.net.tasks import Tasks
from cordboard.phone.agent import Agent
from cordboard.phone.call import PhoneCall
from cordboard.phone.packets.port import StreamFigures
from cordboard.phone.record import CallState
from kit.agents import Agents
from kit.both_planes import BothPlanes, Step
from kit.desk import PageInBrowser

COMETD = "/gws" + channels.NOTIFICATIONS_PATH
STEPS = {"Ringing": Step.RINGING, "Established": Step.TALKING, "Released": Step.OVER}
BEFORE_ANSWER = (0.05, 0.3)  # seconds
READY_AGAIN_AFTER = 0.5


class DayAgent:
    """`lets_ring` is the share of calls that this agent does not answer; `by_gws` says where it answers."""

    def __init__(self, agents: Agents, dn: str, planes: BothPlanes, by_gws: bool, lets_ring: float = 0.0) -> None:
        self.dn = dn
        self.by_gws = by_gws
        self.state = ""
        self.heard: dict[str, StreamFigures] = {}  # by CallUUID, of calls that are over
        self._agents = agents
        self._planes = planes
        self._lets_ring = lets_ring
        self._chance = random.Random(dn)
        self._page = PageInBrowser(agents.lab.settings.desk.url, agents.lab.http)
        self._client = ""
        self._open: dict[str, PhoneCall] = {}
        self._tasks = Tasks(f"agent {dn}")
        self._working = False
        self.phone: Agent

    @property
    def calls(self) -> Iterable[object]:
        """What its phone has."""
        return self.phone.calls

    async def begin(self) -> None:
        """Sign in, register, listen, start the session, go Ready."""
        await self._page.open()
        name = f"agent{self.dn}"
        await self._ask("/page/sign-in", {"userName": name, "password": name})
        token = str((await self._ask("/page/token"))["token"])
        self.phone = Agent(self._agents.settings(self.dn, token=token, answer_after=None), self._agents.packets)
        self._agents.running.append(self.phone)
        self.phone.on_call(self._called)
        await self.phone.connect()
        await self.phone.register()
        await self._listen()
        await self._ask("/gws/api/v2/me", {"operationName": "StartContactCenterSession", "channels": ["voice"]})
        self._working = True
        await self._voice("Ready")

    async def end(self) -> None:
        """Log out; what GWS still has of calls is an error."""
        self._working = False
        left = (await self._page.ask("GET", "/gws/api/v2/me/calls?fields=*")).json
        assert left["calls"] == [], left
        await self._ask("/gws/api/v2/me", {"operationName": "EndContactCenterSession"})

    async def close(self) -> None:
        """Do nothing more."""
        await self._tasks.close()

    def look(self) -> None:
        """Tell the planes what the phone's calls have done meanwhile, at the times at which they did it."""
        for uuid, call in list(self._open.items()):
            steps, times = self._planes.of(self.dn, uuid).sip, call.times
            steps[Step.RINGING] = times.ringing
            if times.accepted:
                steps[Step.TALKING] = times.accepted
            if call.state is CallState.OVER:
                steps[Step.OVER] = times.ended
                self.heard[uuid] = call.figures()
                del self._open[uuid]

    # --- the phone

    def _called(self, call: PhoneCall) -> None:
        self._open[call.headers["X-Genesys-CallUUID"]] = call
        if not self.by_gws and self._answers():
            self._tasks.start(self._answer_there(call), "answer")

    async def _answer_there(self, call: PhoneCall) -> None:
        await asyncio.sleep(self._chance.uniform(*BEFORE_ANSWER))
        call.answer()

    def _answers(self) -> bool:
        return self._chance.random() >= self._lets_ring

    # --- GWS

    async def _listen(self) -> None:
        shake = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]}
        [shaken] = await self._ask(COMETD, [shake])
        self._client = shaken["clientId"]
        wish = {"channel": "/meta/subscribe", "clientId": self._client, "subscription": channels.EVERYTHING_OF_ME}
        [subscribed] = await self._ask(COMETD, [wish])
        assert subscribed["successful"], subscribed
        self._tasks.start(self._poll(), "poll")

    async def _poll(self) -> None:
        connect = {"channel": "/meta/connect", "connectionType": "long-polling", "clientId": self._client}
        while True:
            answer = await self._page.ask("POST", COMETD, [connect])
            now = time.monotonic()
            if answer.status == 403 and not self._working:
                return  # the session is over
            assert answer.status == 200, (self.dn, answer.status, answer.body)
            for message in answer.json:
                assert message.get("successful", True), message
                if message["channel"] == channels.CALLS and "call" in message["data"]:
                    self._call(message["data"], now)
                if message["channel"] == channels.DEVICES:
                    self._state(message["data"]["devices"][0]["userState"]["state"])

    def _call(self, told: Mapping[str, Any], now: float) -> None:
        call = told["call"]
        joined = self._planes.of(self.dn, call["callUuid"])
        joined.customer = str(call["userData"].get(CUSTOMER, "")).rpartition("/")[2]
        step = STEPS[call["state"]]
        is_new = step not in joined.gws
        joined.gws.setdefault(step, now)
        if is_new and step is Step.RINGING and self.by_gws and self._answers():
            self._tasks.start(self._answer_by_gws(call["id"]), "answer")

    async def _answer_by_gws(self, call: str) -> None:
        await asyncio.sleep(self._chance.uniform(*BEFORE_ANSWER))
        answer = await self._page.ask("POST", f"/gws/api/v2/me/calls/{call}", {"operationName": "Answer"})
        assert answer.status in (200, 404), answer.body  # the caller may have hung up meanwhile

    def _state(self, state: str) -> None:
        was, self.state = self.state, state
        if self._working and was == "Ready" and state == "NotReady":
            self._tasks.start(self._rest(), "rest")

    async def _rest(self) -> None:
        """A call that it let ring has made it Not Ready."""
        await asyncio.sleep(READY_AGAIN_AFTER)
        await self._voice("Ready")

    async def _voice(self, operation: str) -> None:
        await self._ask("/gws/api/v2/me/channels/voice", {"operationName": operation})

    async def _ask(self, path: str, body: object = None) -> Any:
        answer = await self._page.ask("POST", path, body)
        assert answer.status == 200, (self.dn, path, answer.status, answer.body)
        return answer.json
