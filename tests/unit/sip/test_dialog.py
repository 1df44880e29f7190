from __future__ import annotations

import pytest

from cordboard.sip.dialog import Dialog, contact_of, route, tag_of, uri_of, with_tag
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response


def invite(**fields: str) -> Request:
    headers = {
        "From": '"Ann" <sip:ann@example.com>;tag=a',
        "To": "sip:bob@example.com",
        "Call-ID": "c",
        "CSeq": "5 INVITE",
        "Contact": "<sip:ann@127.0.0.2:5070;ob>",
    }
    headers |= {name.replace("_", "-"): value for name, value in fields.items()}
    return Request("INVITE", "sip:bob@127.0.0.1", Headers([field for field in headers.items() if field[1]]))


def success(status: int = 200, **fields: str) -> Response:
    headers = {"To": "<sip:bob@example.com>;tag=b", "Contact": "<sip:bob@127.0.0.3>", "CSeq": "5 INVITE"}
    headers |= {name.replace("_", "-"): value for name, value in fields.items()}
    return Response(status, "OK", Headers([field for field in headers.items() if field[1]]))


def test_dialog_of_an_invite_that_came() -> None:
    dialog = Dialog.from_request(invite(Record_Route="<sip:127.0.0.8;lr>"), "ours")
    assert dialog.local == "sip:bob@example.com;tag=ours"
    assert dialog.remote == '"Ann" <sip:ann@example.com>;tag=a'
    assert (dialog.local_tag, dialog.remote_tag, dialog.call_id) == ("ours", "a", "c")
    assert dialog.remote_target == "sip:ann@127.0.0.2:5070;ob"
    assert (dialog.local_cseq, dialog.remote_cseq) == (None, 5)
    assert not dialog.confirmed
    assert not dialog.owner
    assert dialog.next_hop == "sip:127.0.0.8;lr"
    bye = dialog.request("BYE", [("X-A", "y")])
    assert bye.uri == "sip:ann@127.0.0.2:5070;ob"
    assert bye.headers.items() == [
        ("From", "sip:bob@example.com;tag=ours"),
        ("To", '"Ann" <sip:ann@example.com>;tag=a'),
        ("Call-ID", "c"),
        ("CSeq", "1 BYE"),
        ("Route", "<sip:127.0.0.8;lr>"),
        ("X-A", "y"),
    ]


def test_dialog_of_an_invite_of_ours() -> None:
    early = Dialog.from_response(invite(), success(180))
    assert early.owner
    assert not early.confirmed
    assert early.local == '"Ann" <sip:ann@example.com>;tag=a'
    assert early.remote == "sip:bob@example.com;tag=b"  # as we wrote it, not as the peer prints it
    assert (early.local_cseq, early.remote_cseq) == (5, None)
    early.confirm(success(Contact="<sip:bob@127.0.0.4>", Record_Route="<sip:1.example;lr>, <sip:2.example;lr>"))
    assert early.confirmed
    assert early.remote_target == "sip:bob@127.0.0.4"
    assert early.route_set == ("<sip:2.example;lr>", "<sip:1.example;lr>")
    assert early.next_hop == "sip:2.example;lr"
    ack = early.ack(5, [])
    assert ack.headers.get("CSeq") == "5 ACK"
    assert early.request("INFO", []).headers.get("CSeq") == "6 INFO"


def test_peers_of_old_without_tag_and_without_contact() -> None:
    called = Dialog.from_request(invite(From="sip:ann@example.com", Contact=""), "ours")
    assert called.remote_tag == ""
    assert called.remote_target == "sip:ann@example.com"
    calling = Dialog.from_response(invite(), success(To="sip:bob@example.com", Contact=""))
    assert calling.remote_tag == ""
    assert calling.remote == "sip:bob@example.com"
    assert calling.remote_target == "sip:bob@127.0.0.1"


def test_numbers_of_requests_that_come_must_rise() -> None:
    dialog = Dialog.from_request(invite(), "ours")
    assert [dialog.in_order(number) for number in (5, 4, 6, 6, 100, 99)] == [False, False, True, False, True, False]
    ours = Dialog.from_response(invite(), success())
    assert ours.in_order(0)
    assert not ours.in_order(0)


def test_target_is_refreshed_by_a_contact_only() -> None:
    dialog = Dialog.from_response(invite(), success())
    dialog.refresh(success(Contact=""))
    dialog.refresh(success(Contact="<sip:broken"))
    assert dialog.remote_target == "sip:bob@127.0.0.3"
    dialog.refresh(success(Contact="<sip:new@127.0.0.5>"))
    assert dialog.remote_target == "sip:new@127.0.0.5"


def test_routes_of_loose_and_strict_routers() -> None:
    assert route("sip:t@h", ()) == ("sip:t@h", ())
    assert route("sip:t@h", ("<sip:1;lr>", "<sip:2;lr>")) == ("sip:t@h", ("<sip:1;lr>", "<sip:2;lr>"))
    strict = route("sip:t@h", ("<sip:1.example;x=y?h=v>", "<sip:2;lr>"))
    assert strict == ("sip:1.example;x=y", ("<sip:2;lr>", "<sip:t@h>"))


def test_malformed_routes_are_refused_in_requests_and_ignored_in_responses() -> None:
    with pytest.raises(RemoteProtocolError):
        Dialog.from_request(invite(Record_Route="<sip:1"), "ours")
    assert Dialog.from_response(invite(), success(Record_Route="<sip:1")).route_set == ()


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("<sip:5001@127.0.0.1:5060;transport=UDP>;expires=60", "sip:5001@127.0.0.1:5060;transport=UDP"),
        ("sip:5001@127.0.0.1;tag=x", "sip:5001@127.0.0.1"),
        ('"a <b> \\" c" <sip:%35001@h>;q=1', "sip:%35001@h"),
        ("Ann < sip:ann@h >", "sip:ann@h"),
        ("  sip:ann@h  ", "sip:ann@h"),
    ],
)
def test_uri_of_an_address_is_the_text_as_written(address: str, uri: str) -> None:
    assert uri_of(address) == uri


def test_tags() -> None:
    assert with_tag("sip:a@b", "t") == "sip:a@b;tag=t"
    assert with_tag("<sip:a@b>;tag=own", "t") == "<sip:a@b>;tag=own"
    assert with_tag("sip:a@b", "") == "sip:a@b"
    assert tag_of("sip:a@b;x=y;tag=t") == "t"
    assert tag_of("<sip:a@b;tag=not>") == ""


def test_contact_that_cannot_be_used_is_none() -> None:
    assert contact_of(success(Contact="*")) == ""
    assert contact_of(success(Contact='"open <sip:a@b>')) == ""
    assert contact_of(success(Contact="<sip:a@b>, <sip:c@d>")) == "sip:a@b"
