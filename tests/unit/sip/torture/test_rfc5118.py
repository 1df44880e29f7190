"""Each message of RFC 5118, and where its answers go."""

from __future__ import annotations

import pytest

from cordboard.sdp.description import parse
from cordboard.sip.core import UserAgentCore
from cordboard.sip.events import Flow, OutOfDialogRequested, Received, Respond, Transmit
from cordboard.sip.fields import contacts
from cordboard.sip.framing import read
from cordboard.sip.message import Request, parse_message
from cordboard.sip.uri import Uri
from cordboard.sip.via import top_via
from kit.counted import CountedIdentifiers
from kit.torture import judge, registrar_says
from unit.sip.torture.ipv6 import IPV6
from unit.sip.torture.writing import Torture

BY_NAME = {torture.name: torture for torture in IPV6}


def each(*tortures: Torture) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("torture", tortures, ids=[f"{each.section} {each.name}" for each in tortures])


def understood(name: str) -> Request:
    message = read(BY_NAME[name].octets)
    assert isinstance(message, Request)
    return message


@each(*IPV6)
def test_the_core_says(torture: Torture) -> None:
    assert judge(torture.octets) == torture.verdict


@each(*(torture for torture in IPV6 if torture.registrar))
def test_the_binding_table_says(torture: Torture) -> None:
    assert registrar_says(torture.octets) == torture.registrar


@pytest.mark.parametrize(
    ("name", "host", "port"),
    [
        ("ipv6-good", "[2001:db8::10]", None),
        ("port-ambiguous", "[2001:db8::10:5070]", None),
        ("port-unambiguous", "[2001:db8::10]", 5070),
        ("ipv6-bug-abnf-3-colons", "[2001:db8:::192.0.2.1]", None),
    ],
)
def test_host_and_port(name: str, host: str, port: int | None) -> None:
    uri = Uri.parse(understood(name).uri)
    assert (uri.host, uri.port) == (host, port)
    assert str(uri) == understood(name).uri


def test_a_contact_at_an_ipv6_address() -> None:
    (contact,) = contacts(understood("ipv6-good").headers)
    assert (contact.uri.user, contact.uri.host) == ("caller", "[2001:db8::1]")


@pytest.mark.parametrize("name", ["via-received-param-with-delim", "via-received-param-no-delim"])
def test_received_with_and_without_brackets_is_an_address(name: str) -> None:
    assert top_via(understood(name).headers).reply_to == ("2001:db8::9:255", 5060)


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("ipv6-in-sdp", {"2001:db8::20"}),
        ("mult-ip-in-sdp", {"192.0.2.1", "2001:db8::1"}),
        ("ipv4-mapped-ipv6", {"::ffff:192.0.2.10"}),
    ],
)
def test_addresses_in_descriptions(name: str, addresses: set[str]) -> None:
    description = parse(understood(name).body.decode())
    assert addresses <= {part for line in str(description).split() for part in line.split()}


def test_an_answer_goes_to_the_ipv6_address_it_came_from() -> None:
    flow = Flow("UDP", "trunk", ("2001:db8::9:1", 5060))
    core = UserAgentCore(CountedIdentifiers(), via_host=lambda flow: "[2001:db8::60]:5060")
    (asked,) = core.handle(Received(flow, BY_NAME["ipv6-good"].octets), 0.0)
    assert isinstance(asked, OutOfDialogRequested)
    (answer,) = core.handle(Respond(asked.transaction, 200), 0.0)
    assert isinstance(answer, Transmit)
    assert answer.flow == flow
    assert "received" not in top_via(parse_message(answer.data).headers).parameters
