from __future__ import annotations

from collections.abc import Callable

import pytest

from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.fields import (
    CSeq,
    Event,
    Reason,
    SubscriptionState,
    bearer_token,
    contacts,
    expires_of,
    is_wildcard,
    media_type,
    seconds,
)
from cordboard.sip.headers import Headers


def test_cseq() -> None:
    assert CSeq.parse("1 INVITE") == CSeq(1, "INVITE")
    assert CSeq.parse(" 0009 \t NOTIFY ") == CSeq(9, "NOTIFY")
    assert CSeq.parse("4294967295 ACK").number == 2**32 - 1
    assert str(CSeq(7, "BYE")) == "7 BYE"


@pytest.mark.parametrize("text", ["", "1", "INVITE", "INVITE 1", "-1 INVITE", "4294967296 INVITE", "1 INV@TE", "1 A B"])
def test_a_malformed_cseq_is_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        CSeq.parse(text)


def test_event() -> None:
    assert Event.parse("talk") == Event("talk")
    assert Event.parse(" Refer ; id=93 ") == Event("refer", {"id": "93"})
    assert str(Event("refer", {"id": "93"})) == "refer;id=93"


def test_subscription_state() -> None:
    assert SubscriptionState.parse("active") == SubscriptionState("active")
    ended = SubscriptionState.parse("Terminated;reason=noresource")
    assert (ended.state, ended.reason) == ("terminated", "noresource")
    assert str(ended) == "terminated;reason=noresource"
    assert SubscriptionState("active").reason is None


def test_reason() -> None:
    assert Reason.parse('SIP;cause=403;text="Forbidden"') == Reason("SIP", 403, "Forbidden")
    assert Reason.parse("Q.850 ; cause=21") == Reason("Q.850", 21)
    assert Reason.parse("SIP") == Reason("SIP")
    assert str(Reason("SIP", 200, 'a "b"')) == r'SIP;cause=200;text="a \"b\""'
    assert str(Reason("SIP")) == "SIP"


@pytest.mark.parametrize("parse", [Event.parse, SubscriptionState.parse, Reason.parse])
@pytest.mark.parametrize("text", ["", ";", "a b", "a@b;c", 'talk;x="'])
def test_malformed_words_are_refused(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        parse(text)


def test_a_cause_that_is_no_number_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        Reason.parse("SIP;cause=x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("application/sdp", "application/sdp"), (" Application/SDP ; charset=x", "application/sdp"), ("", ""), (None, "")],
)
def test_media_type(value: str | None, expected: str) -> None:
    assert media_type(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("0", 0),
        ("1800;refresher=uac", 1800),
        ("18000 (in five hours)", 18000),
        ("00060", 60),
        ("0000000000000000060", 60),
        ("4294967295", 4294967295),
        ("4294967296", 4294967295),
        ("1" * 5000, 4294967295),
        ("", 3600),
        ("-1", 3600),
        ("soon", 3600),
        ("²", 3600),
    ],
)
def test_seconds(value: str | None, expected: int | None) -> None:
    assert seconds(value) == expected


def test_a_malformed_number_of_seconds_may_count_as_something_else() -> None:
    assert seconds("soon", malformed=0) == 0


def test_contacts_and_their_lifetime() -> None:
    headers = Headers(
        [("Contact", '<sip:a@h>;expires=5, "b" <sip:b@h>'), ("m", "sip:c@h;expires=x"), ("Expires", "60")]
    )
    found = contacts(headers)
    assert [contact.uri.user for contact in found] == ["a", "b", "c"]
    assert [expires_of(headers, contact) for contact in found] == [5, 60, 3600]
    assert expires_of(headers) == 60
    assert expires_of(Headers(), NameAddress.parse("<sip:a@h>")) is None
    assert not is_wildcard(headers)


def test_the_wildcard_contact() -> None:
    headers = Headers([("Contact", "*"), ("Expires", "0")])
    assert is_wildcard(headers)
    assert contacts(headers) == []
    mixed = Headers([("Contact", "*"), ("Contact", "<sip:a@h>")])
    assert not is_wildcard(mixed)
    with pytest.raises(RemoteProtocolError):
        contacts(mixed)


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("Bearer a.b.c", "a.b.c"),
        ("bearer  x ", "x"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Digest x", None),
        (None, None),
    ],
)
def test_bearer_tokens(value: str | None, token: str | None) -> None:
    assert bearer_token(value) == token
