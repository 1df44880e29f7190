"""SIP Server's handwriting (SIP Server reference 1.5)."""

from __future__ import annotations

from cordboard.lab.sip_server.wire import REMEMBERED, SipServerStyle
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response, parse_message

FIELDS = [
    ("Via", "SIP/2.0/UDP 127.0.0.81:5060;branch=z9hG4bKone"),
    ("From", "sip:1003@127.0.0.81;tag=a"),
    ("To", "sip:1002@127.0.0.81"),
    ("Call-ID", "c"),
    ("Max-Forwards", "70"),
]


def names(data: bytes) -> list[str]:
    return [name for name, _ in parse_message(data).headers.items()]


def test_a_request_has_via_after_the_content() -> None:
    fields = [*FIELDS, ("CSeq", "1 INVITE"), ("Content-Type", "application/sdp"), ("Contact", "<sip:x@y>")]
    data = SipServerStyle().encode(Request("INVITE", "sip:x@y", Headers(fields), b"v=0"), request=True)
    assert names(data) == [
        "From",
        "To",
        "Call-ID",
        "CSeq",
        "Content-Length",
        "Content-Type",
        "Via",
        "Contact",
        "Max-Forwards",
    ]
    assert parse_message(data).body == b"v=0"


def test_the_ack_of_a_refusal_has_via_first() -> None:
    ack = Request("ACK", "sip:x@y", Headers([*FIELDS, ("CSeq", "1 ACK")]))
    assert names(SipServerStyle().encode(ack, request=True))[0] == "Via"
    ack.headers.set("X-Genesys-CallUUID", "U")
    assert names(SipServerStyle().encode(ack, request=True))[0] == "From"


def response(via: str) -> Response:
    return Response(200, "OK", Headers([("Via", via), *FIELDS[1:4], ("CSeq", "1 REGISTER"), ("Expires", "9")]))


def test_a_response_keeps_the_order_of_its_request() -> None:
    style = SipServerStyle()
    style.note(
        b"REGISTER sip:x SIP/2.0\r\nTo: <sip:x@y>\r\nv: SIP/2.0/UDP h;branch=z9hG4bKtwo\r\nCSeq: 1 REGISTER\r\n\r\n"
    )
    data = style.encode(response("SIP/2.0/UDP h;branch=z9hG4bKtwo"), request=False)
    assert names(data)[:3] == ["To", "Via", "CSeq"]
    data = style.encode(response("SIP/2.0/UDP h;branch=z9hG4bKnever-seen"), request=False)
    assert names(data)[:5] == ["From", "To", "Call-ID", "CSeq", "Via"]


def test_received_is_always_there_and_rport_never_filled_in() -> None:
    style = SipServerStyle()
    data = style.encode(response("SIP/2.0/UDP 127.0.0.5:99;rport=99;received=127.0.0.6;branch=z9hG4bKx"), request=False)
    assert parse_message(data).headers.get("Via") == "SIP/2.0/UDP 127.0.0.5:99;rport;branch=z9hG4bKx;received=127.0.0.6"
    data = style.encode(response("SIP/2.0/UDP 127.0.0.5;branch=z9hG4bKx"), request=False)
    assert parse_message(data).headers.get("Via") == "SIP/2.0/UDP 127.0.0.5;branch=z9hG4bKx;received=127.0.0.5"


def test_what_is_noted_does_not_grow_for_ever_and_garbage_is_ignored() -> None:
    style = SipServerStyle()
    for data in (
        b"",
        b"garbage",
        b"OPTIONS sip:x SIP/2.0\r\nTo: x\r\n\r\n",
        b"OPTIONS sip:x SIP/2.0\r\nVia: x\r\n\r\n",
    ):
        style.note(data)
    assert len(style._orders) == 0
    for number in range(REMEMBERED + 10):
        style.note(b"OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK%d\r\n\r\n" % number)
    assert len(style._orders) == REMEMBERED
