"""What cannot be bound is told before anything starts, with the setting that moves it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordboard.cli.ports import Listener, listeners, problems
from cordboard.config import Address, lab_settings, parse


@pytest.fixture(params=["udp", "tcp"])
def taken(request: pytest.FixtureRequest) -> Iterator[Listener]:
    kind = socket.SOCK_DGRAM if request.param == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as owner:
        owner.bind(("127.0.0.1", 0))
        if request.param == "tcp":
            owner.listen()
        yield Listener(request.param, Address("127.0.0.1", owner.getsockname()[1]), "[gateway] sip")


def test_taken_port_is_told_with_its_owner_and_setting(taken: Listener) -> None:
    name = Path("/proc/self/comm").read_text().strip()
    owner = f"process {name} (pid {os.getpid()})"
    place = f"port {taken.address.port}/{taken.transport} on 127.0.0.1"
    assert problems([taken]) == [f"{place} is taken by {owner}; [gateway] sip moves it"]


def test_free_port_is_no_problem_and_stays_free(taken: Listener) -> None:
    free = Listener(taken.transport, Address("127.0.0.77", taken.address.port), "[gateway] sip")
    assert problems([free]) == []
    assert problems([free]) == []


def test_all_problems_are_told_together(taken: Listener) -> None:
    strange = Listener("udp", Address("192.0.2.1", 5060), "[desk] listen")
    unknown = Listener("tcp", Address("nowhere.invalid", 5060), "[lab] gws")
    assert [why.rsplit("; ", 1)[1] for why in problems([taken, strange, unknown])] == [
        "[gateway] sip moves it",
        "[desk] listen says to listen there",
        "[lab] gws says to listen there",
    ]


def test_lab_binds_more_than_the_product() -> None:
    product = parse('[sip_server]\naddress = "a:1"\n[gws]\nurl = "http://a"\n[metrics]\nlisten = "127.0.0.1:9095"')
    names = [f"{each.setting} {each.transport}" for each in listeners(product)]
    assert names == [
        "[gateway] sip udp",
        "[gateway] sip tcp",
        "[gateway] websocket tcp",
        "[desk] listen tcp",
        "[metrics] listen tcp",
    ]
    more = [f"{each.setting} {each.transport}" for each in listeners(lab_settings())][4:]
    assert more == ["[admin] listen tcp", "[lab] sip_server udp", "[lab] sip_server tcp", "[lab] gws tcp"]


def test_beside_asterisk_the_gateways_ports_are_not_ours() -> None:
    product = parse('[gateway]\nkind = "asterisk"\n[sip_server]\naddress = "a:1"\n[gws]\nurl = "http://a"')
    assert [each.setting for each in listeners(product)] == ["[desk] listen"]


def test_tls_has_a_listener_of_its_own() -> None:
    secure = 'sip_tls = "127.0.0.1:5061"\n[sip_server]\naddress = "a:1"\ntls_certificate = "/a.pem"\ntls_key = "/a.key"'
    product = parse(f'[gws]\nurl = "http://a"\n[gateway]\n{secure}')
    found = [each for each in listeners(product) if each.setting == "[gateway] sip_tls"]
    assert found == [Listener("tcp", Address("127.0.0.1", 5061), "[gateway] sip_tls")]
