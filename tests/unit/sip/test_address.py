from __future__ import annotations

import pytest

from cordboard.sip.address import NameAddress, parse_addresses
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.uri import Uri

AGENT = Uri("sip", "5001", "h")


@pytest.mark.parametrize(
    ("text", "address", "printed"),
    [
        ("<sip:5001@h>", NameAddress("", AGENT), "<sip:5001@h>"),
        ("<sip:5001@h>;tag=x", NameAddress("", AGENT, {"tag": "x"}), "<sip:5001@h>;tag=x"),
        ('"Agent 5001" <sip:5001@h>', NameAddress("Agent 5001", AGENT), '"Agent 5001" <sip:5001@h>'),
        ("Agent 5001 <sip:5001@h>", NameAddress("Agent 5001", AGENT), '"Agent 5001" <sip:5001@h>'),
        ("agent<sip:5001@h>", NameAddress("agent", AGENT), '"agent" <sip:5001@h>'),
        ('"agent"<sip:5001@h>', NameAddress("agent", AGENT), '"agent" <sip:5001@h>'),
        (' "" < sip:5001@h > ; tag = x ', NameAddress("", AGENT, {"tag": "x"}), "<sip:5001@h>;tag=x"),
        (r'"a \"b\" \\ <c>" <sip:5001@h>', NameAddress(r'a "b" \ <c>', AGENT), r'"a \"b\" \\ <c>" <sip:5001@h>'),
        (
            "<sip:5001@h;transport=ws;ob>;expires=5",
            NameAddress("", Uri("sip", "5001", "h", None, {"transport": "ws", "ob": None}), {"expires": "5"}),
            "<sip:5001@h;transport=ws;ob>;expires=5",
        ),
        (
            '<sip:5001@h>;+sip.instance="<urn:uuid:0f>";reg-id=1',
            NameAddress("", AGENT, {"+sip.instance": '"<urn:uuid:0f>"', "reg-id": "1"}),
            '<sip:5001@h>;+sip.instance="<urn:uuid:0f>";reg-id=1',
        ),
        ("<tel:+15550100>", NameAddress("", Uri("tel", "+15550100", "")), "<tel:+15550100>"),
    ],
)
def test_reading_and_printing(text: str, address: NameAddress, printed: str) -> None:
    assert NameAddress.parse(text) == address
    assert str(NameAddress.parse(text)) == printed


def test_without_brackets_parameters_belong_to_the_header() -> None:
    address = NameAddress.parse("sip:1003@127.0.0.81:5060;tag=A2-6;x")
    assert address.uri == Uri("sip", "1003", "127.0.0.81", 5060)
    assert address.parameters == {"tag": "A2-6", "x": None}
    assert address.bare
    assert str(address) == "sip:1003@127.0.0.81:5060;tag=A2-6;x"


def test_without_brackets_a_quoted_parameter_may_hold_some() -> None:
    address = NameAddress.parse('sip:5001@h;+sip.instance="<urn:uuid:0f>"')
    assert address == NameAddress("", AGENT, {"+sip.instance": '"<urn:uuid:0f>"'})


def test_brackets_are_put_where_the_grammar_demands_them() -> None:
    assert str(NameAddress("", Uri("sip", "a", "h", None, {"lr": None}), bare=True)) == "<sip:a@h;lr>"
    assert str(NameAddress("", Uri("sip", "a,b", "h"), bare=True)) == "<sip:a,b@h>"
    assert str(NameAddress("A", AGENT, bare=True)) == '"A" <sip:5001@h>'


def test_tags() -> None:
    assert NameAddress.parse("<sip:5001@h;tag=no>").tag is None
    assert NameAddress.parse("<sip:5001@h>;tag").tag is None
    assert NameAddress.parse("<sip:5001@h>;TAG=yes").tag == "yes"
    assert str(NameAddress.parse("sip:5001@h;x=1").with_tag("t")) == "sip:5001@h;x=1;tag=t"
    assert str(NameAddress.parse("<sip:5001@h>;tag=a;x=1").with_tag("b")) == "<sip:5001@h>;tag=b;x=1"


def test_a_line_end_in_a_display_name_is_not_printed() -> None:
    assert str(NameAddress("a\r\nVia: b", AGENT)) == '"a  Via: b" <sip:5001@h>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "5001",
        "<>",
        "<5001>",
        "<sip:5001@h",
        "sip:5001@h>",
        '"Agent <sip:5001@h>',
        '"Agent"',
        '"Agent" sip:5001@h',
        "<sip:5001@h>x",
        "<sip:5001@h> ;tag=x, <sip:b@h>;=x",
        "<sip:5001@h>;=x",
        '<sip:5001@h>;x="',
        "sip:5001@h?Route=x",
        "sip:50,01@h",
        "Smith; John <sip:5001@h>",
    ],
)
def test_malformed_addresses_are_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        NameAddress.parse(text)


def test_lists_of_addresses_over_several_fields() -> None:
    addresses = parse_addresses(['"Bell, A." <sip:a@h>;q=1, sip:b@h;expires=3', "<sip:c@h>"])
    assert [address.uri.user for address in addresses] == ["a", "b", "c"]
    assert addresses[0].display_name == "Bell, A."
    assert parse_addresses([]) == []
