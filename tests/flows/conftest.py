"""Ladders against the gateway's call machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit import visited
from kit.gateway_stack import GatewayStack, description, page_peer, trunk_peer
from kit.ladder import Ladder
from kit.peer import BODIES

BODIES.update(
    {
        "server offer": description("server offer", "127.0.0.81", 8006),
        "server answer": description("server answer", "127.0.0.81", 8006),
        "server hold": description("server hold", "0.0.0.0", 8006),
        "page offer": description("page offer"),
        "page answer": description("page answer"),
        "digit": "Signal=5\r\nDuration=160\r\n",
        "3pcc Make Call": description("3pcc Make Call", "0.0.0.0", 10000),
        "music": description("music", "127.0.0.82", 9000),
    }
)

ALL = pytest.StashKey[bool]()
visited.record()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The cells are counted only when all ladders of the gateway run."""
    here = Path(__file__).parent
    files = {item.path for item in items if item.path.parent == here}
    config.stash[ALL] = set(here.glob("test_gateway_*.py")) <= files and not config.option.keyword


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.stash.get(ALL, False) and not session.testsfailed and (missing := visited.unvisited()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        for table, cells in missing.items():
            print(f"\nno ladder visits, in {table}: {', '.join(cells)}")


@pytest.fixture
def gateway() -> GatewayStack:
    return GatewayStack()


@pytest.fixture
def ladder(gateway: GatewayStack) -> Ladder:
    return Ladder(gateway, {"trunk": trunk_peer(), "page": page_peer()})
