"""A customer of the running lab, through the lab's HTTP API: what it hears, its digits, its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

PATIENCE = 8.0  # seconds
FRESH = 20  # packets, 400 ms of sound: more than what a frequency is measured in


@dataclass(slots=True)
class Customer:
    """One customer's call: one it made, or one it was called by. `api` is the lab's `/lab/calls`."""

    http: aiohttp.ClientSession
    api: str
    id: str

    async def view(self) -> dict[str, Any]:
        async with self.http.get(f"{self.api}/{self.id}") as response:
            assert response.status == 200, await response.text()
            return dict(await response.json())

    async def hears(self, frequency: float, within: float = PATIENCE) -> dict[str, Any]:
        """Wait until a clean tone of that frequency is heard."""
        return await self._hears(lambda heard: is_tone(heard, frequency), f"a tone of {frequency} Hz", within)

    async def hears_music(self, within: float = PATIENCE) -> dict[str, Any]:
        """Something loud that is no single tone."""
        return await self._hears(is_music, "music", within)

    async def hears_silence(self, within: float = PATIENCE) -> dict[str, Any]:
        """Packets go on coming, and there is nothing in them."""
        return await self._hears(is_silent, "silence", within)

    async def has_digits(self, digits: str, within: float = PATIENCE) -> dict[str, Any]:
        return await self._until(lambda view: view["digits"] == digits, f"the digits {digits}", within)

    async def is_in(self, state: str, within: float = PATIENCE) -> dict[str, Any]:
        return await self._until(lambda view: view["state"] == state, f"state {state}", within)

    async def hang_up(self) -> None:
        async with self.http.delete(f"{self.api}/{self.id}") as response:
            assert response.status == 204

    async def send_digits(self, digits: str) -> None:
        async with self.http.post(f"{self.api}/{self.id}/digits", json={"digits": digits}) as response:
            assert response.status == 204

    async def _hears(self, true: Callable[[dict[str, float]], bool], what: str, within: float) -> dict[str, Any]:
        """What was heard before does not count."""
        fresh = (await self.view())["packets"] + FRESH
        return await self._until(lambda view: view["packets"] >= fresh and true(view["heard"]), what, within)

    async def _until(self, true: Callable[[dict[str, Any]], bool], what: str, within: float) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while True:
            view = await self.view()
            if true(view):
                return view
            assert loop.time() < end, f"the customer waited {within} s for {what}, and has {view}"
            await asyncio.sleep(0.05)


def is_tone(heard: dict[str, float], frequency: float) -> bool:
    return abs(heard["frequency"] - frequency) < 15 and heard["share"] > 0.8


def is_music(heard: dict[str, float]) -> bool:
    return heard["seconds"] > 0.9 and 0.0 < heard["share"] < 0.8


def is_silent(heard: dict[str, float]) -> bool:
    return heard["seconds"] > 0.0 and heard["frequency"] == 0.0
