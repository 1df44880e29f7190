"""An agent of the running lab in Chromium: the desktop with the softphone in its frame, or the softphone alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Frame, Locator, Page, expect

from kit.chromium import Sound, heard_silence, heard_tone

PATIENCE = 12.0  # seconds
GLANCE, LONGER = 100.0, 1.25  # milliseconds for a first look, and how much longer each next one may take a busy browser
PAUSE = 0.05  # seconds
REMOTE = "[...document.querySelectorAll('audio')].map((each) => each.srcObject).find((each) => each)"
ALL_SOUNDS = """(frequency) => {
  const streams = [...document.querySelectorAll('audio')].map((each) => each.srcObject).filter((each) => each);
  const sounds = streams.map((each) => cordboardSound.measure(each));
  const isTone = ({ share, level, frequency: at }) => Math.abs(at - frequency) < 12 && share > 0.8 && level > 0.01;
  return sounds.filter(isTone).length === 1 && sounds.filter(({ level }) => level >= 0.002).length === 1;
}"""
ALL_TONES = """(frequencies) => {
  const streams = [...document.querySelectorAll('audio')].map((each) => each.srcObject).filter((each) => each);
  return streams.some((each) => {
    const shares = cordboardSound.shares(each, frequencies);
    return shares.every((share) => share > 0.2) && shares.reduce((sum, share) => sum + share, 0) > 0.8;
  });
}"""

# Notes the length of every tone that a page begins to play; a period of the ring tone lasts 3 s (platform/tones.js).
NOTE_TONES = """
globalThis.begunTones = [];
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...when) {
  globalThis.begunTones.push(this.buffer.duration);
  return start.apply(this, when);
};
"""
RING_PERIOD = 3.0


async def soon(is_so: Callable[..., Awaitable[None]], *expected: Any, within: float = PATIENCE) -> None:
    """Ask often, of `expect(...)`: left alone it asks after 0.1, 0.35 and 0.85 s, and then once a second.

        await soon(expect(card).to_have_attribute, "data-state", "talking")

    Raises what it says last.
    """
    loop = asyncio.get_running_loop()
    end, glance = loop.time() + within, GLANCE
    while True:
        try:
            return await is_so(*expected, timeout=glance)
        except AssertionError:
            if loop.time() > end:
                raise
        glance = min(glance * LONGER, within * 1000)
        await asyncio.sleep(PAUSE)


@dataclass(slots=True)
class AgentPage:
    """A browser page of one agent; `phone` is the frame in which the softphone runs, or `page` itself."""

    page: Page
    phone: Page | Frame

    @property
    def alone(self) -> bool:
        return self.phone is self.page

    def by(self, name: str) -> Locator:
        """An element by its test id, in the desktop or in the softphone."""
        place = self.page if name.startswith(("desk-", "login-")) else self.phone
        return place.get_by_test_id(name)

    async def press(self, *names: str) -> None:
        for name in names:
            await self.by(name).first.click(timeout=PATIENCE * 1000)

    async def shows(self, name: str, text: str, within: float = PATIENCE) -> None:
        await soon(expect(self.by(name).first).to_contain_text, text, within=within)

    async def shows_no(self, name: str, within: float = PATIENCE) -> None:
        await soon(expect(self.by(name)).to_have_count, 0, within=within)

    # --- the softphone alone

    async def connect(self, plane: str) -> None:
        """Press Connect ("sip") or Connect GWS ("gws") and see the light turn green."""
        await self.press(f"connect-{plane}")
        await self.light(plane, "on")

    async def dial(self, number: str) -> None:
        """In the softphone."""
        await self.by("dial-number").fill(number)
        await self.press("dial-call")

    # --- states

    async def light(self, plane: str, state: str, within: float = PATIENCE) -> None:
        await soon(expect(self.by(f"light-{plane}")).to_have_attribute, "data-state", state, within=within)

    async def registered(self, within: float = PATIENCE) -> None:
        await self.light("sip", "on", within)
        await self.light("gws", "on", within)

    async def ready(self) -> None:
        """Press Ready and see it come true."""
        await self.press("state-Ready" if self.alone else "desk-state-Ready")
        await self.is_in("Ready")

    async def is_in(self, state: str, within: float = PATIENCE) -> None:
        """The agent's state, on every screen."""
        for name in ("agent-state",) if self.alone else ("desk-state", "agent-state"):
            await soon(expect(self.by(name)).to_have_text, state, within=within)

    async def card(self, state: str, within: float = PATIENCE) -> None:
        """There is one card, in this state."""
        await soon(expect(self.by("call-card")).to_have_attribute, "data-state", state, within=within)

    async def cards(self) -> list[dict[str, Any]]:
        return list(await self.phone.evaluate("window.cordboard.cards"))

    async def idle(self) -> None:
        """No card, no case, no microphone, no tone, nobody's sound."""
        await self.shows_no("call-card")
        await self.shows_no("desk-call")
        left = "[cordboard.microphones, cordboard.tone, document.querySelectorAll('audio').length]"
        assert await self.phone.evaluate(left) == [0, "none", 0]

    # --- sound

    async def rang(self) -> bool:
        """Whether a ring tone has been begun since the page was loaded."""
        return RING_PERIOD in await self.phone.evaluate("begunTones.map((each) => Math.round(each))")

    async def plays(self, name: str, within: float = PATIENCE) -> None:
        """The page plays ring, waiting or ringback."""
        await self.phone.wait_for_function("(name) => cordboard.tone === name", arg=name, timeout=within * 1000)

    async def hears(self, frequency: float, within: float = PATIENCE) -> Sound:
        sound = await heard_tone(self.phone, REMOTE, frequency, within)
        assert sound.is_tone(frequency), f"the agent hears {sound}, not {frequency} Hz"
        return sound

    async def hears_among(self, frequency: float, within: float = PATIENCE) -> None:
        """The tone in one of several calls, and silence in all others."""
        await self.phone.wait_for_function(ALL_SOUNDS, arg=frequency, timeout=within * 1000)

    async def hears_all(self, *frequencies: float, within: float = PATIENCE) -> None:
        """These tones together, each clearly there."""
        await self.phone.wait_for_function(ALL_TONES, arg=list(frequencies), timeout=within * 1000)

    async def hears_nothing(self, within: float = PATIENCE) -> None:
        sound = await heard_silence(self.phone, REMOTE, within)
        assert sound.is_silence, f"the agent hears {sound}"
