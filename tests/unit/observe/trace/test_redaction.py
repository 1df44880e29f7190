"""Redaction: no number, name, address, user data or secret is left, and the same value has the same stand-in."""

from __future__ import annotations

import json

import pytest

from cordboard.observe.trace import GATEWAY, GWS, PAGE, SIP_SERVER, CallTrace, Plane, TraceEntry
from cordboard.observe.trace.redaction import SECRET, Redactor

INVITE = """INVITE sip:5001@203.0.113.3:5060;transport=ws SIP/2.0\r
Via: SIP/2.0/UDP switch.acme.test:5060;branch=z9hG4bK1;received=203.0.113.99\r
From: "Mary Smith" <sip:+4930123456@switch.acme.test>;tag=a\r
To: <sip:5001@[2001:db8:7::7]:5060>\r
Contact: Agent Jones <sip:4930123456@203.0.113.3>\r
Call-ID: 17@203.0.113.3\r
CSeq: 5001 INVITE\r
Authorization: Digest username="5001", response="0123456789abcdef", nonce="n0nce"\r
X-Genesys-CallUUID: 9QUR098L0E90DH5QDO0HSJ2TLG000001\r
X-Customer: gold tariff\r
Subject: about my invoice\r
Content-Type: application/sdp\r
\r
v=0\r
o=- 1 1 IN IP4 203.0.113.3\r
c=IN IP4 203.0.113.3\r
m=audio 5001 RTP/AVP 0 101\r
a=rtpmap:0 PCMU/8000\r
a=ice-pwd:verysecretpassword\r
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r
"""
EVENT = json.dumps(
    [
        {
            "channel": "/v2/me/calls",
            "data": {
                "call": {
                    "callUuid": "9QUR098L0E90DH5QDO0HSJ2TLG000001",
                    "state": "Ringing",
                    "dnis": "5001",
                    "participants": [{"phoneNumber": "+4930123456", "digits": "4930123456"}],
                    "userData": {"Account": "77-1234", "Nested": {"PIN": 4711}},
                    "uri": "http://gws.acme.test:8090/api/v2/me/calls/9QUR",
                },
                "user": {"userName": "msmith", "password": "hunter22"},
            },
        }
    ]
)
PRIVATE = (
    "Mary Smith",
    "Agent Jones",
    "4930123456",
    "203.0.113.3",
    "203.0.113.99",
    "2001:db8:7::7",
    "acme",
    "gold tariff",
    "invoice",
    "77-1234",
    "4711",
    "msmith",
)
SECRETS = ("0123456789abcdef", "n0nce", "verysecretpassword", "c2VjcmV0", "hunter22")


def trace_of(*entries: TraceEntry) -> CallTrace:
    return CallTrace("call-1", "9QUR", "5001", 1.0, 2.0, entries)


def whole() -> CallTrace:
    return trace_of(
        TraceEntry(1.0, Plane.SIP, SIP_SERVER, GATEWAY, INVITE.partition("\r")[0], INVITE, "UDP 203.0.113.3:5060"),
        TraceEntry(1.1, Plane.COMETD, GWS, PAGE, "", EVENT),
        TraceEntry(1.2, Plane.REST, PAGE, GWS, "POST /api/v2/me/calls/9QUR", '{"operationName": "Answer"}'),
        TraceEntry(1.3, Plane.CALL, PAGE, GATEWAY, "the page says", '{"dial": "+4930123456"}'),
    )


def all_text(trace: CallTrace) -> str:
    return "\n".join(f"{each.title}\n{each.text}\n{each.remote}" for each in trace.entries) + trace.dn


@pytest.mark.parametrize("value", [*PRIVATE, *SECRETS])
def test_nothing_private_is_left(value: str) -> None:
    assert value in all_text(whole())
    assert value not in all_text(Redactor().trace(whole()))


def test_numbers_of_the_protocol_stay() -> None:
    text = Redactor().trace(whole()).entries[0].text
    for kept in ("CSeq: 5001 INVITE", "m=audio 5001 RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000", "branch=z9hG4bK1"):
        assert kept in text
    assert "X-Genesys-CallUUID: 9QUR098L0E90DH5QDO0HSJ2TLG000001" in text


def test_one_value_has_one_stand_in_in_both_planes() -> None:
    invite, event, _, said = (each.text for each in Redactor().trace(whole()).entries)
    caller = json.loads(event)[0]["data"]["call"]["participants"][0]["phoneNumber"]
    assert caller.startswith("number-")
    assert f"<sip:{caller}@host-1.example>" in invite
    assert json.loads(said) == {"dial": caller}
    assert json.loads(event)[0]["data"]["call"]["dnis"] == Redactor().trace(whole()).dn


def test_what_is_redacted_can_still_be_read_by_programs() -> None:
    text = Redactor().trace(whole()).entries[0].text
    assert text.startswith("INVITE sip:number-1@192.0.2.")
    assert "c=IN IP4 192.0.2." in text
    assert "2001:db8::" in text


def test_private_shows_all_but_secrets() -> None:
    text = all_text(Redactor(private=True).trace(whole()))
    assert [value for value in PRIVATE if value not in text] == []
    assert [value for value in SECRETS if value in text] == []
    assert SECRET in text


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl",
        "proxy-authorization: Digest username=x",
        "Cookie: JSESSIONID=0123456789",
        "said Bearer 0123456789 once",
    ],
)
def test_secrets_in_any_text(text: str) -> None:
    redacted = Redactor(private=True).text(text)
    assert SECRET in redacted
    assert "0123456789" not in redacted
    assert "eyJ" not in redacted


def test_digits_that_are_pressed_may_be_a_password() -> None:
    assert "7" not in Redactor().text("Signal=7\r\nDuration=160\r\n").partition("Duration")[0]


def test_short_numbers_are_replaced_in_their_place_only() -> None:
    redactor = Redactor()
    shown = redactor.trace(
        trace_of(TraceEntry(1.0, Plane.SIP, PAGE, GATEWAY, "", "INVITE sip:12@h.test SIP/2.0\r\n\r\n"))
    )
    assert shown.entries[0].text.startswith("INVITE sip:number-")
    assert redactor.text("12 packets") == "12 packets"


def test_many_addresses() -> None:
    redactor = Redactor()
    found = {redactor.text(f"127.9.{number // 250}.{number % 250}") for number in range(400)}
    assert len(found) == 400
