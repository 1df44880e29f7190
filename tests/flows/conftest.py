"""Ladders against the gateway's call machine."""

from __future__ import annotations

from collections.abc import Iterator

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

visited.record()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the ladders have visited is known after the last of them."""
    items.sort(key=lambda item: item.path.name == "test_gateway_tables.py")


@pytest.fixture(autouse=True)
def counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the ladders of the gateway visit counts, and nothing else."""
    visited.counting = request.path.name.startswith("test_gateway_")
    yield
    visited.counting = False


@pytest.fixture
def gateway() -> GatewayStack:
    return GatewayStack()


@pytest.fixture
def ladder(gateway: GatewayStack) -> Ladder:
    return Ladder(gateway, {"trunk": trunk_peer(), "page": page_peer()})
