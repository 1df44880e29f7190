"""Stock Firefox, headless, driven over WebDriver BiDi by `firefox.mjs`: one page, what it shows and sounds like.

Its microphone is Firefox's own fake device, a steady tone.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.chromium import TONE_SCRIPT, Sound
from kit.lab_agent import PATIENCE, REMOTE

HERE = Path(__file__).parent
PACKAGES = HERE.parents[1] / "web" / "package.json"
START = 30.0  # seconds
TEXT = "document.querySelector('[data-testid=\"%s\"]')?.textContent ?? ''"


class FirefoxMissing(Exception):
    """No Firefox on this machine."""


def executable() -> str:
    """Where Firefox is; raises `FirefoxMissing`."""
    for name in ("firefox-esr", "firefox"):
        if path := shutil.which(name):
            return path
    raise FirefoxMissing("no firefox on PATH: apt-get install firefox-esr")


@dataclass(slots=True)
class FirefoxPage:
    process: asyncio.subprocess.Process

    async def ask(self, word: str, /, within: float = START, **more: str) -> Any:
        """One word of `firefox.mjs`; what fails in the page fails here."""
        process = self.process
        assert process.stdin is not None
        process.stdin.write(json.dumps({"do": word, **more}).encode() + b"\n")
        return await self.answer(within)

    async def answer(self, within: float) -> Any:
        assert self.process.stdout is not None
        async with asyncio.timeout(within):
            line = await self.process.stdout.readline()
        assert line, "the driver of Firefox has ended"
        said = json.loads(line)
        assert "error" not in said, said["error"]
        return said["value"]

    async def open(self, url: str) -> None:
        await self.ask("goto", url=url)
        await self.evaluate(f"{TONE_SCRIPT}\n;0")

    async def evaluate(self, script: str) -> Any:
        return await self.ask("evaluate", script=script)

    async def press(self, *names: str) -> None:
        for name in names:
            await self.until(f"document.querySelector('[data-testid=\"{name}\"]')?.checkVisibility() === true")
            await self.ask("click", name=name)

    async def fill(self, name: str, text: str) -> None:
        await self.ask("fill", name=name, text=text)

    async def shows(self, name: str, text: str) -> None:
        await self.until(f"({TEXT % name}).includes({json.dumps(text)})")

    async def card(self, state: str) -> None:
        await self.until(f"cordboard.cards.map((card) => card.state).join() === '{state}'")

    async def until(self, script: str, within: float = PATIENCE) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while not await self.evaluate(script):
            assert loop.time() < end, f"after {within} s not so: {script}; {await self.evaluate(STATE)}"
            await asyncio.sleep(0.05)

    async def hears(self, frequency: float, within: float = PATIENCE) -> Sound:
        return await self._listen(lambda sound: sound.is_tone(frequency), f"{frequency} Hz", within)

    async def hears_nothing(self, within: float = PATIENCE) -> Sound:
        return await self._listen(lambda sound: sound.is_silence, "nothing", within)

    async def _listen(self, true: Any, what: str, within: float) -> Sound:
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while True:
            found = await self.evaluate(f"cordboardSound.measure({REMOTE})")
            sound = Sound(found["frequency"], found["share"], found["level"])
            if true(sound):
                return sound
            assert loop.time() < end, f"Firefox hears {sound}, not {what}"
            await asyncio.sleep(0.05)


STATE = "JSON.stringify([cordboard.lights, cordboard.cards, cordboard.messages])"


@asynccontextmanager
async def firefox(directory: Path) -> AsyncIterator[FirefoxPage]:
    """A headless Firefox of our own with a fresh profile in `directory`, ended on the way out."""
    profile = directory / "profile"
    profile.mkdir()
    process = await asyncio.create_subprocess_exec(
        "node",
        str(HERE / "firefox.mjs"),
        str(PACKAGES),
        str(profile),
        executable(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "HOME": str(directory)},
    )
    page = FirefoxPage(process)
    try:
        await page.answer(START)
        yield page
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
