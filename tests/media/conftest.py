"""One engine for all contract tests of a module, and a call of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from cordboard.media.port import MediaEngine, MediaEvent
from kit.conversation import Conversation
from kit.page import PagePhone
from kit.relay import relay
from kit.trunk import TrunkPhone


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["relay"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[MediaEngine]:
    """Every engine that there is."""
    engines = {"relay": relay}
    async with engines[request.param](report_seconds=0.4) as engine:
        yield engine


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def events(engine: MediaEngine) -> list[MediaEvent]:
    """All events of the engine, in order."""
    events: list[MediaEvent] = []
    engine.on_event(events.append)
    return events


@pytest_asyncio.fixture(loop_scope="module")
async def new_page() -> AsyncIterator[Callable[..., PagePhone]]:
    """Makes page phones, which are closed at the end."""
    made: list[PagePhone] = []

    def make(*arguments: object) -> PagePhone:
        made.append(PagePhone(*arguments))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for page in made:
        page.close()


@pytest_asyncio.fixture(loop_scope="module")
async def new_trunk() -> AsyncIterator[Callable[..., TrunkPhone]]:
    """Makes trunk phones, which are closed at the end."""
    made: list[TrunkPhone] = []

    def make(*arguments: object) -> TrunkPhone:
        made.append(TrunkPhone(*arguments))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for trunk in made:
        trunk.close()


@pytest_asyncio.fixture(loop_scope="module")
async def call(
    engine: MediaEngine,
    events: list[MediaEvent],
    new_page: Callable[..., PagePhone],
    new_trunk: Callable[..., TrunkPhone],
) -> AsyncIterator[Conversation]:
    """A call that nobody has touched yet; nothing of it is left afterwards."""
    conversation = Conversation(engine, events, new_page(), new_trunk())
    yield conversation
    await engine.close(conversation.name)
    assert conversation.name not in [listed.call for listed in await engine.list()]
