"""SIP Server's manner of writing, as it was traced, can be had from the core by a style."""

from __future__ import annotations

from cordboard.sip import events
from cordboard.sip.events import Flow
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, parse_message
from cordboard.sip.style import SIP_SERVER_REQUESTS, SIP_SERVER_RESPONSES, WireStyle, arrange, with_defaults
from kit.pair import SDP
from kit.solo import Solo

STYLE = WireStyle(
    request_order=SIP_SERVER_REQUESTS,
    response_order=SIP_SERVER_RESPONSES,
    rport=False,
    repeated_in_ack=("X-Genesys-CallUUID",),
)
UUID = ("X-Genesys-CallUUID", "TTL7J9EM750GP936CFL0EOACN8000001")


def names(solo: Solo, method: str) -> list[str]:
    return [name for name, _ in solo.request(method).headers.items()]


def call() -> tuple[Solo, Request]:
    solo = Solo(style=STYLE, user_agent="")
    invite = solo.call(
        headers=(("Max-Forwards", "70"), UUID, ("Session-Expires", "1800;refresher=uac"), ("Min-SE", "90"),
                 ("Supported", "uui,100rel,timer")),
    )  # fmt: skip
    return solo, invite


def test_invite_of_sip_server() -> None:
    solo, invite = call()
    assert names(solo, "INVITE") == [
        "From", "To", "Call-ID", "CSeq", "Content-Length", "Content-Type", "Via", "Contact", "Allow", "Max-Forwards",
        "X-Genesys-CallUUID", "Session-Expires", "Min-SE", "Supported",
    ]  # fmt: skip
    assert invite.headers.get("Via") == "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKour-3"


def test_notify_of_sip_server() -> None:
    solo, invite = call()
    solo.reply(180, invite)
    state = ("Subscription-State", "active")
    headers = (("Event", "talk"), state, ("Max-Forwards", "70"), UUID)
    solo.do(events.SendInDialog("s", "k", "NOTIFY", headers))
    assert names(solo, "NOTIFY") == [
        "From", "To", "Call-ID", "CSeq", "Content-Length", "Via", "Contact", "Event", "Subscription-State",
        "Max-Forwards", "X-Genesys-CallUUID",
    ]  # fmt: skip
    assert solo.request("NOTIFY").headers.get("CSeq") == "2 NOTIFY"


def test_ack_and_bye_of_sip_server() -> None:
    solo, invite = call()
    solo.reply(200, invite, sdp=SDP)
    assert names(solo, "ACK") == [
        "From", "To", "Call-ID", "CSeq", "Content-Length", "Via", "Max-Forwards", "X-Genesys-CallUUID"
    ]  # fmt: skip
    reason = ("Reason", 'SIP;cause=403;text="Forbidden"')
    solo.do(events.Hangup("s", headers=(reason, ("Max-Forwards", "70"), UUID)))
    assert names(solo, "BYE") == [
        "From", "To", "Call-ID", "CSeq", "Content-Length", "Via", "Reason", "Max-Forwards", "X-Genesys-CallUUID"
    ]  # fmt: skip


def test_from_and_to_without_brackets_are_written_as_given() -> None:
    solo = Solo(style=STYLE, user_agent="")
    flow = Flow("UDP", "trunk", ("127.0.0.2", 5070))
    solo.do(
        events.Invite(
            "s", flow, "sip:1003@127.0.0.2:5070", "sip:1002@127.0.0.1", "sip:1003@127.0.0.1:5060",
            "<sip:1002@127.0.0.1:5060>", SDP,
        )
    )  # fmt: skip
    invite = solo.request("INVITE")
    assert invite.headers.get("From") == "sip:1002@127.0.0.1;tag=our-tag2"
    assert invite.headers.get("To") == "sip:1003@127.0.0.1:5060"
    solo.reply(200, invite, tag="t")
    assert solo.request("ACK").headers.get("To") == "sip:1003@127.0.0.1:5060;tag=t"


def test_response_order() -> None:
    solo = Solo(style=STYLE)
    solo.invite()
    solo.do(events.Ring(solo.last(events.Invited).session, "<sip:5001@127.0.0.1>", headers=(("X-A", "b"),)))
    written = [name for name, _ in solo.response("180 INVITE").headers.items()]
    assert written == ["From", "To", "Call-ID", "CSeq", "Via", "Contact", "X-A", "Content-Length"]


def test_natural_order_has_via_first() -> None:
    solo = Solo()
    solo.call()
    assert names(solo, "INVITE")[:5] == ["Via", "From", "To", "Call-ID", "CSeq"]


def test_arranging_keeps_the_order_of_equal_and_of_unnamed_fields() -> None:
    headers = Headers([("Via", "1"), ("X-B", "b"), ("via", "2"), ("X-A", "a"), ("To", "t")])
    assert arrange(headers, ("to", "VIA")).items() == [
        ("To", "t"), ("Via", "1"), ("Via", "2"), ("X-B", "b"), ("X-A", "a")
    ]  # fmt: skip


def test_content_length_in_an_order_is_right() -> None:
    style = WireStyle(request_order=("Content-Length",))
    data = style.encode(Request("INFO", "sip:a@b", Headers([("X-A", "y")]), b"12345"), request=True)
    assert data.startswith(b"INFO sip:a@b SIP/2.0\r\nContent-Length: 5\r\nX-A: y\r\n\r\n")
    assert parse_message(data).body == b"12345"


def test_defaults_give_way_to_what_is_given_and_vanish_when_empty() -> None:
    assert with_defaults([("contact", "mine"), ("A", "1")], ("Contact", "ours"), ("B", "2"), ("C", "")) == [
        ("B", "2"), ("contact", "mine"), ("A", "1")
    ]  # fmt: skip
