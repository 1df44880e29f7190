"""A call through a media engine, with both of its ends."""

from __future__ import annotations

import asyncio
import itertools

from cordboard.media.port import CallStatistics, MediaEngine, MediaEvent, MediaEventKind
from kit.page import PagePhone
from kit.phone import until
from kit.trunk import TrunkPhone

_numbers = itertools.count(1)


class Conversation:
    """A call with a page and a trunk; `incoming` rings the page, `outgoing` is dialled by it."""

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

    async def incoming(self) -> None:
        """The trunk calls, the page answers, media passes."""
        await self.point_trunk()
        await self.offer_page()
        await self.take_page_answer()
        await self.page.connect()
        assert await self.told(MediaEventKind.CONNECTED)

    async def outgoing(self) -> None:
        """The page calls, the trunk answers, media passes."""
        await self.engine.take_page_offer(self.name, self.page.offer())
        self.trunk.take(await self.engine.trunk_offer(self.name))
        await self.engine.take_trunk_answer(self.name, self.trunk.describe())
        self.page.take(await self.engine.page_answer(self.name))
        await self.page.connect()
        assert await self.told(MediaEventKind.CONNECTED)

    async def talk(self) -> None:
        """Both speak, each a tone of its own, and both hear the other."""
        self.page.speak(440.0)
        self.trunk.speak(1000.0)
        heard = await asyncio.gather(self.trunk.hears(440.0), self.page.hears(1000.0))
        assert heard == [True, True], f"trunk heard, page heard: {heard}"

    async def statistics(self) -> CallStatistics:
        return await self.engine.stats(self.name)
