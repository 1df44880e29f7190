"""Ladders against the gateway's call machine."""

from __future__ import annotations

import pytest

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
        "music": description("music", "127.0.0.82", 9000),
    }
)


@pytest.fixture
def gateway() -> GatewayStack:
    return GatewayStack()


@pytest.fixture
def ladder(gateway: GatewayStack) -> Ladder:
    return Ladder(gateway, {"trunk": trunk_peer(), "page": page_peer()})
