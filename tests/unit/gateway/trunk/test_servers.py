"""Primary and backup: which target of a server is used, and what its addresses are."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from cordboard.config import Address
from cordboard.gateway.trunk.servers import Server
from cordboard.sip.events import Flow
from cordboard.sip.location import Target


def target(number: int, port: int = 5060) -> Target:
    return Target("TCP", f"127.0.0.{number}", port, "a.example")


@pytest.fixture
def server() -> Server:
    return Server("primary", Address("ss.example", 0), "TCP")


def test_nothing_found_yet_is_a_way_to_nowhere(server: Server) -> None:
    assert server.flow == Flow("TCP", "trunk", ("ss.example", 5060))
    assert server.domain == "ss.example"
    assert not server.has("127.0.0.1")


def test_the_first_target_is_used_until_it_fails(server: Server) -> None:
    server.located((target(1), target(2)))
    assert server.flow.remote == ("127.0.0.1", 5060)
    assert not server.failed(Flow("TCP", "trunk", ("127.0.0.9", 5060))), "a failure elsewhere"
    assert server.failed(server.flow)
    assert server.flow.remote == ("127.0.0.2", 5060)
    assert server.failed(server.flow)
    assert server.flow.remote == ("127.0.0.1", 5060), "round and round"


def test_a_single_target_stays(server: Server) -> None:
    server.located((target(1),))
    assert not server.failed(server.flow)
    assert server.flow.remote == ("127.0.0.1", 5060)


def test_another_order_moves_nobody(server: Server) -> None:
    """Weights are drawn anew at each look: registrations must not follow them."""
    server.located((target(1), target(2)))
    server.located((target(2), target(1)))
    assert server.flow.remote[0] == "127.0.0.1"
    server.located((target(3), target(2)))
    assert server.flow.remote[0] == "127.0.0.3", "it is not named any more"


def test_earlier_addresses_are_still_known(server: Server) -> None:
    server.located((target(1),))
    server.located((target(2),))
    assert server.has("127.0.0.1")
    assert server.has("127.0.0.2")
    assert not server.has("127.0.0.3")


def test_nothing_found_again_changes_nothing_and_is_told(server: Server) -> None:
    server.located((target(1),))
    with capture_logs() as lines:
        server.located(())
    assert server.flow.remote[0] == "127.0.0.1"
    assert [line["event"] for line in lines] == ["SIP Server cannot be found"]


def test_ipv6_is_known_in_every_form() -> None:
    server = Server("backup", Address("::1", 5070), "UDP")
    server.located((Target("UDP", "::1", 5070, "::1"),))
    assert server.domain == "[::1]:5070"
    assert server.has("0:0:0:0:0:0:0:1")
    assert not server.has("::2")
    assert not server.has("no address")
