from __future__ import annotations

import pytest

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Message, Request, parse_message
from cordboard.sip.validation import validate
from unit.sip.samples import ASTERISK_RINGING, SAMPLES, SIP_SERVER_INVITE_WITHOUT_OFFER


def invite() -> Request:
    message = parse_message(SIP_SERVER_INVITE_WITHOUT_OFFER)
    assert isinstance(message, Request)
    return message


def refusal(message: Message) -> int:
    with pytest.raises(RemoteProtocolError) as refused:
        validate(message)
    return refused.value.status_hint


@pytest.mark.parametrize("data", SAMPLES.values(), ids=SAMPLES.keys())
def test_what_real_peers_send_is_valid(data: bytes) -> None:
    validate(parse_message(data))


@pytest.mark.parametrize("name", ["To", "From", "Call-ID", "CSeq", "Via"])
@pytest.mark.parametrize("data", [SIP_SERVER_INVITE_WITHOUT_OFFER, ASTERISK_RINGING], ids=["request", "response"])
def test_mandatory_headers(data: bytes, name: str) -> None:
    for value in (None, ""):
        message = parse_message(data)
        message.headers.remove(name)
        if value is not None:
            message.headers.add(name, value)
        assert refusal(message) == 400


@pytest.mark.parametrize("name", ["To", "From", "Call-ID", "CSeq"])
def test_headers_that_must_not_be_repeated(name: str) -> None:
    message = invite()
    message.headers.add(name, message.headers.get(name, ""))
    assert refusal(message) == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("To", '"unclosed <sip:5001@h>'),
        ("From", "nobody"),
        ("Via", "SIP/2.0/UDP"),
        ("CSeq", "one INVITE"),
        ("CSeq", "36893488147419103232 INVITE"),
        ("CSeq", "1 BYE"),
        ("CSeq", "1 invite"),
        ("Max-Forwards", "300"),
        ("Max-Forwards", "x"),
    ],
)
def test_malformed_or_contradicting_values(name: str, value: str) -> None:
    message = invite()
    message.headers.set(name, value)
    assert refusal(message) == 400


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        ("<sip:5001@h>", 400),
        ("sip:5001", 0),
        ("sip:50 01@h", 400),
        ("5001", 400),
        ("soap.beep://h:3002", 416),
        ("tel:1", 0),
    ],
)
def test_request_uris(uri: str, status: int) -> None:
    message = invite()
    message.uri = uri
    if status:
        assert refusal(message) == status
    else:
        validate(message)


def test_what_old_peers_leave_out_is_not_missed() -> None:
    message = invite()
    message.headers.remove("Max-Forwards")
    message.headers.set("From", "<sip:15550100@h>")
    message.headers.set("Via", "SIP/2.0/UDP h")
    validate(message)


def test_the_last_hop_is_not_too_many() -> None:
    message = invite()
    message.headers.set("Max-Forwards", "0")
    validate(message)


def test_a_response_may_have_an_unknown_method_in_its_cseq() -> None:
    message = parse_message(ASTERISK_RINGING)
    message.headers.set("CSeq", "1 NEWMETHOD")
    validate(message)
