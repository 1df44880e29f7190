"""Where SIP Server may send us, and what its URIs may ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.call.trunk.targets import contacts_by_preference, headers_in, hosts_of, is_own, request_uri
from cordboard.sip.events import Flow
from cordboard.sip.headers import Headers
from cordboard.sip.uri import Uri

FLOW = Flow("UDP", "trunk", ("127.0.0.81", 5060))


@pytest.mark.parametrize(
    ("domain", "name"),
    [("sip.example:5060", "sip.example"), ("sip.example", "sip.example"), ("[::1]:5060", "[::1]"), ("[::1]", "[::1]")],
)
def test_hosts(domain: str, name: str) -> None:
    assert hosts_of(domain, FLOW) == (name, "127.0.0.81")


@pytest.mark.parametrize(
    ("uri", "own"),
    [
        ("sip:1@SIP.example:5070", True),
        ("sip:1@127.0.0.81", True),
        ("sip:1@127.0.0.81;transport=tcp", True),
        ("sip:1@127.0.0.82", False),
        ("sips:1@sip.example", False),
        ("sip:1@sip.example;maddr=127.0.0.66", False),
        ("tel:1", False),
    ],
)
def test_own(uri: str, own: bool) -> None:
    assert is_own(Uri.parse(uri), ("sip.example", "127.0.0.81")) is own


def test_own_by_ipv6_with_and_without_brackets() -> None:
    assert is_own(Uri.parse("sip:1@[::1]:5060"), ("::1",))


def test_request_uri_has_no_headers_and_no_method() -> None:
    assert (
        request_uri(Uri.parse("sip:1@a.example;transport=udp;method=INVITE?X-A=1")) == "sip:1@a.example;transport=udp"
    )


def test_contacts_by_q() -> None:
    headers = Headers([("Contact", "<sip:1@a>;q=0.1, <sip:2@a>, <sip:3@a>;q=0.5, <sip:4@a>;q=nonsense")])
    assert [uri.user for uri in contacts_by_preference(headers)] == ["2", "3", "1", "4"]
    assert contacts_by_preference(Headers([("Contact", "<")])) == []
    assert contacts_by_preference(Headers([])) == []


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2", (("Replaces", "a@b;to-tag=1;from-tag=2"),)),
        ("X-Note=1&User-to-User=00", (("X-Note", "1"), ("User-to-User", "00"))),
        ("From=x&Via=y&Route=z&body=b&Contact=c", ()),
        ("X-Cordboard-Call=resumed", ()),
        ("X-A=1%0d%0aVia:%20x", None),
        ("X%20A=1", None),
        ("", ()),
    ],
)
def test_headers_in_a_uri(asked: str, given: tuple[tuple[str, str], ...] | None) -> None:
    assert headers_in(Uri("sip", "1", "a.example", headers=asked)) == given


@given(st.text(max_size=60))
def test_no_uri_brings_a_line_end_into_a_header(asked: str) -> None:
    found = headers_in(Uri("sip", "1", "a.example", headers=asked)) or ()
    assert not any("\r" in text or "\n" in text for pair in found for text in pair)
