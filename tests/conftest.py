"""What holds for all tests."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping

import pytest
import structlog
import uvloop
from hypothesis import settings
from xdist.remote import Producer

from kit.sharing_out import SharingOut, rank

settings.register_profile("shared machine", deadline=None)  # how long an example takes is what others do meanwhile
settings.load_profile("shared machine")


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], uvloop.Loop]]:
    """Tests run on the event loop that Cordboard runs on."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharingOut:
    return SharingOut(config, log)


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """What a command that runs inside a test sets up for its process is gone when the next test looks at its lines."""
    root = logging.getLogger()
    level = root.level
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        root.handlers[:] = []
        root.setLevel(level)
