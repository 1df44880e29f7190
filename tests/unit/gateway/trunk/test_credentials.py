"""Who gets an answer to a digest challenge: SIP Server, for a DN with a password, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.config import Address, lab_settings
from cordboard.gateway.trunk.credentials import ServerCredentials
from cordboard.gateway.trunk.servers import Server
from cordboard.sip.events import Credentials, Flow
from cordboard.sip.location import Target

OWN = "<sip:5001@127.0.0.81:5060>"


@pytest.fixture
def credentials() -> ServerCredentials:
    lab = lab_settings({})
    first, *others = lab.agents
    settings = replace(lab, agents=(replace(first, sip_server_password="secret"), *others))
    primary = Server("primary", Address("127.0.0.81", 5060), "UDP")
    backup = Server("backup", Address("sip.example", 0), "UDP")
    host = "sip.example"
    backup.located((Target("UDP", "127.0.0.82", 5060, host), Target("UDP", "127.0.0.83", 5070, host)))
    return ServerCredentials(settings, lambda: (primary, backup))


def flow(host: str, port: int = 5060) -> Flow:
    return Flow("UDP", "trunk", (host, port))


@pytest.mark.parametrize("where", [flow("127.0.0.81"), flow("127.0.0.82"), flow("127.0.0.83", 5070)])
def test_sip_server_wherever_it_was_found(credentials: ServerCredentials, where: Flow) -> None:
    assert credentials(where, OWN) == Credentials("5001", "secret")


@pytest.mark.parametrize("where", [flow("127.0.0.66"), flow("127.0.0.81", 5061), flow("127.0.0.83")])
def test_nobody_else(credentials: ServerCredentials, where: Flow) -> None:
    assert credentials(where, OWN) is None


@pytest.mark.parametrize("address", ["<sip:5002@127.0.0.81>", "<sip:9999@127.0.0.81>", "<sip:127.0.0.81>", "<", ""])
def test_nothing_for_a_dn_without_password_or_a_stranger(credentials: ServerCredentials, address: str) -> None:
    assert credentials(flow("127.0.0.81"), address) is None
