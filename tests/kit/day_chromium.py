"""An agent of a whole day in Chromium: the desktop with the softphone beside it, watched from inside the softphone.

The voice plane is what the softphone's SIP leg is, the desk plane what CometD brings to it, each with the page's clock;
that is this machine's. Where it answers: by turns in the desktop's toast and in the phone.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from playwright.async_api import Browser
from playwright.async_api import Error as BrowserError

from cordboard.lab.scenarios.course import CUSTOMER
from cordboard.net.tasks import Tasks
from cordboard.phone.packets.port import StreamFigures
from kit.both_planes import BothPlanes, Step
from kit.day_agents import BEFORE_ANSWER, READY_AGAIN_AFTER
from kit.lab import RunningLab, until
from kit.lab_agent import AgentPage

LOOK_EVERY = 0.1  # seconds
ANSWERS_AT = ("desk-toast-accept", "call-answer")
CLICK_WITHIN = 1500.0  # milliseconds; the caller may give up meanwhile

WATCH = """(customer) => {
  const now = () => (performance.timeOrigin + performance.now()) / 1000;
  const seen = { sip: {}, gws: {}, customers: {}, sound: {} };
  const note = (plane, uuid, step) => step && ((seen[plane][uuid] ??= {})[step] ??= now());
  const GWS = { Ringing: "ringing", Established: "talking", Released: "over" };
  const SIP = { ringing: "ringing", answering: "ringing", talking: "talking", held: "talking" };
  const parse = JSON.parse;
  JSON.parse = (...given) => {
    const found = parse(...given);
    for (const { channel, data } of Array.isArray(found) ? found : []) {
      if (channel !== "/v2/me/calls" || !data?.call) continue;
      note("gws", data.call.callUuid, GWS[data.call.state]);
      if (data.call.userData?.[customer]) seen.customers[data.call.callUuid] = data.call.userData[customer];
    }
    return found;
  };
  let newest = null;
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) {
      super(...given);
      newest = this;
    }
  };
  const listen = async (uuid, connection) => {
    const sound = (seen.sound[uuid] ??= { sent: 0, received: 0, heard: 0 });
    (await connection.getStats()).forEach((one) => {
      if (one.type === "outbound-rtp") sound.sent = one.packetsSent;
      if (one.type !== "inbound-rtp") return;
      sound.received = one.packetsReceived;
      if (one.audioLevel > 0.01) sound.heard ||= now();
    });
  };
  setInterval(() => {
    const there = new Set();
    for (const { uuid, planes } of cordboard.cards) {
      if (!uuid || !planes.here || planes.here === "ended") continue;
      there.add(uuid);
      note("sip", uuid, SIP[planes.here]);
      if (planes.here === "talking" && newest) void listen(uuid, newest);
    }
    for (const uuid of Object.keys(seen.sip)) if (!there.has(uuid)) note("sip", uuid, "over");
  }, 20);
  globalThis.dayNow = () => {
    const ringing = cordboard.cards.filter(({ state }) => state === "ringing").map(({ uuid }) => uuid);
    return { ...seen, ringing, cards: cordboard.cards.length, state: cordboard.agent?.state ?? "" };
  };
}"""


class ChromiumAgent:
    """Does what a `DayAgent` does, and is asked the same."""

    def __init__(self, lab: RunningLab, browser: Browser, dn: str, planes: BothPlanes, lets_ring: float = 0.0) -> None:
        self.dn = dn
        self.heard: dict[str, StreamFigures] = {}
        self.calls: list[str] = []
        self._lab = lab
        self._browser = browser
        self._planes = planes
        self._lets_ring = lets_ring
        self._chance = random.Random(dn)
        self._tasks = Tasks(f"agent {dn}")
        self._rang: set[str] = set()
        self._state = ""
        self._page: AgentPage

    async def begin(self) -> None:
        """Sign in at the desktop, have the phone registered, go Ready."""
        self._page = await self._lab.agent(self._browser, self.dn)
        await self._page.phone.evaluate(WATCH, CUSTOMER)
        await self._page.ready()
        self._tasks.start(self._work(), "page")

    async def end(self) -> None:
        """Log out; calls that are still there are an error."""
        await self._tasks.close()
        await self._read()
        assert self.calls == [], self.calls
        await self._page.press("desk-logout")
        dn, telephony = self.dn, self._lab.lab.telephone.telephony
        await until(lambda: (view := telephony.dn(dn)) is not None and view.state == "LoggedOut", "the log-out", 5.0)

    async def close(self) -> None:
        """Do nothing more."""
        await self._tasks.close()

    def look(self) -> None:
        """The page is looked at all the time."""

    async def _work(self) -> None:
        while True:
            await self._read()
            await asyncio.sleep(LOOK_EVERY)

    async def _read(self) -> None:
        """Tell the planes what the page saw, at the times at which it saw it, and react as an agent does."""
        seen = await self._page.phone.evaluate("dayNow()")
        ahead = time.time() - time.monotonic()
        for plane in ("sip", "gws"):
            for uuid, steps in seen[plane].items():
                joined = self._planes.of(self.dn, uuid)
                known = getattr(joined, plane)
                known |= {Step(step): at - ahead for step, at in steps.items() if Step(step) not in known}
                joined.customer = seen["customers"].get(uuid, "").rpartition("/")[2]
        self.heard = {uuid: _figures(sound, ahead) for uuid, sound in seen["sound"].items()}
        self.calls = [uuid for uuid, steps in seen["sip"].items() if "over" not in steps] or ["?"] * seen["cards"]
        for uuid in set(seen["ringing"]) - self._rang:
            self._rang.add(uuid)
            if self._chance.random() >= self._lets_ring:
                self._tasks.start(self._answer(ANSWERS_AT[len(self._rang) % 2]), "answer")
        was, self._state = self._state, seen["state"]
        if was == "Ready" and self._state == "Not Ready":
            self._tasks.start(self._rest(), "rest")

    async def _answer(self, where: str) -> None:
        await asyncio.sleep(self._chance.uniform(*BEFORE_ANSWER))
        await self._click(where)

    async def _rest(self) -> None:
        """A call that it let ring has made it Not Ready."""
        await asyncio.sleep(READY_AGAIN_AFTER)
        await self._click("desk-state-Ready")

    async def _click(self, name: str) -> None:
        try:
            await self._page.by(name).first.click(timeout=CLICK_WITHIN)
        except BrowserError:
            return  # the caller has hung up: nothing rings any more


def _figures(sound: dict[str, Any], ahead: float) -> StreamFigures:
    first_heard = sound["heard"] - ahead if sound["heard"] else 0.0
    return StreamFigures(sent=sound["sent"], received=sound["received"], first_heard=first_heard)
