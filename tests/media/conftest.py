"""One engine for all contract tests of a module, and a call of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from cordboard.media.port import MediaEngine, MediaEvent
from kit.conversation import Conversation
from kit.engines import ENGINES, LACKS, OF_SOUND
from kit.page import PagePhone
from kit.trunk import TrunkPhone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that needs what an engine lacks is skipped over that engine, and the run says why."""
    for item in items:
        name = getattr(item, "callspec", None) and item.callspec.params.get("engine")
        for mark in item.iter_markers("needs"):
            for trait in mark.args:
                if trait in LACKS.get(name, {}):
                    item.add_marker(pytest.mark.skip(reason=f"{name}: {LACKS[name][trait]}"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every engine that there is; the relay with the compiled loop where that loop has something to do."""
    module = metafunc.module.__name__.rpartition(".")[2]
    if "engine" in metafunc.fixturenames and module.startswith("test_contract_"):
        names = [name for name in ENGINES if module in OF_SOUND or name != "relay-compiled"]
        metafunc.parametrize("engine", names, indirect=True, scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[MediaEngine]:
    """One of the engines that there are."""
    async with ENGINES[request.param]() as engine:
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
    request: pytest.FixtureRequest,
    engine: MediaEngine,
    events: list[MediaEvent],
    new_page: Callable[..., PagePhone],
    new_trunk: Callable[..., TrunkPhone],
) -> AsyncIterator[Conversation]:
    """A call that nobody has touched yet; nothing of it is left afterwards."""
    conversation = Conversation(engine, events, new_page(), new_trunk())
    conversation.strict = "one stream" not in LACKS[request.node.callspec.params["engine"]]
    yield conversation
    await engine.close(conversation.name)
    assert conversation.name not in [listed.call for listed in await engine.list()]
