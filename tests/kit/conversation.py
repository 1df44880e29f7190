"""A call through a media engine, with both of its ends."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable

from cordboard.media.port import CallStatistics, MediaEngine, MediaEvent, MediaEventKind
from kit.camera import Camera
from kit.page import PagePhone
from kit.phone import Phone, until
from kit.trunk import TrunkPhone

_numbers = itertools.count(1)
Meanwhile = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """The page connects at once."""


class Conversation:
    """A call with a page and a trunk; `incoming` rings the page, `outgoing` is dialled by it.

    `strict`: the engine makes each way one stream of its own.
    """

    strict = True

    def __init__(self, engine: MediaEngine, events: list[MediaEvent], page: PagePhone, trunk: TrunkPhone) -> None:
        self.engine = engine
        self.name = f"call-{next(_numbers)}"
        self.page = page
        self.trunk = trunk
        self._events = events

    @property
    def events(self) -> list[MediaEventKind]:
        return [event.kind for event in self._events if event.call == self.name]

    async def told(self, kind: MediaEventKind) -> bool:
        return await until(lambda: kind in self.events)

    async def offer_page(self) -> None:
        self.page.take(await self.engine.page_offer(self.name))

    async def take_page_answer(self) -> None:
        await self.engine.take_page_answer(self.name, self.page.answer())

    async def point_trunk(self, trunk: TrunkPhone | None = None) -> None:
        """Offer and answer with the trunk, which is `trunk` from then on."""
        self.trunk = trunk or self.trunk
        await self.engine.take_trunk_offer(self.name, self.trunk.describe())
        self.trunk.take(await self.engine.trunk_answer(self.name))

    async def incoming(self, meanwhile: Meanwhile = nothing) -> None:
        """The trunk calls, the page answers, media passes; `meanwhile` comes when all ports are known and open."""
        await self.point_trunk()
        await self.offer_page()
        await self.take_page_answer()
        await meanwhile()
        await self.page.connect()
        assert await self.told(MediaEventKind.CONNECTED)

    async def outgoing(self, meanwhile: Meanwhile = nothing) -> None:
        """The page calls, the trunk answers, media passes; `meanwhile` as for `incoming`."""
        await self.engine.take_page_offer(self.name, self.page.offer())
        self.trunk.take(await self.engine.trunk_offer(self.name))
        await self.engine.take_trunk_answer(self.name, self.trunk.describe())
        self.page.take(await self.engine.page_answer(self.name))
        await meanwhile()
        await self.page.connect()
        assert await self.told(MediaEventKind.CONNECTED)

    async def offer_the_new_place(self) -> None:
        """After MOVED, as the gateway does it: both tell again who they are, and are offered anew."""
        engine, name, before = self.engine, self.name, self.page.remote
        taken = engine.take_trunk_offer(name, self.trunk.describe()), engine.take_page_offer(name, self.page.answer())
        offers = engine.trunk_offer(name), engine.page_offer(name)
        await asyncio.gather(*taken)
        self.trunk.take(await offers[0])
        remote = self.page.take(await offers[1])
        assert before is not None
        assert (remote.ice_ufrag, remote.fingerprint) != (before.ice_ufrag, before.fingerprint)
        assert remote.mid == before.mid
        self.page.begin_anew()
        await engine.take_page_answer(name, self.page.answer())
        assert not await engine.take_trunk_answer(name, self.trunk.describe()), "the page's offer fits"
        await self.page.connect()

    async def talk(self) -> None:
        """Both speak, each a tone of its own, and both hear the other."""
        self.page.speak(440.0)
        self.trunk.speak(1000.0)
        heard = await asyncio.gather(self.trunk.hears(440.0), self.page.hears(1000.0))
        assert heard == [True, True], f"trunk heard, page heard: {heard}"

    async def keep_up(self, is_stale: bool) -> None:
        """The page is to be offered anew only where packets keep their source's payload numbers."""
        assert not (is_stale and self.strict)
        if is_stale:
            await self.offer_page()
            await self.take_page_answer()

    def unbroken(self, end: Phone | Camera) -> bool:
        """What the end received is one stream; over an engine that makes none, nothing came twice or late."""
        return end.unbroken() if self.strict else end.in_order()

    async def statistics(self) -> CallStatistics:
        return await self.engine.stats(self.name)
