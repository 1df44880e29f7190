from __future__ import annotations

import pytest

from cordboard.sip.framing import KeepAlive, Unreadable, read
from cordboard.sip.message import MAXIMUM_SIZE, parse_message
from unit.sip.samples import ASTERISK_RINGING, SAMPLES, SIP_SERVER_BYE, SIP_SERVER_INVITE_WITH_OFFER, wire

NEEDED = ["From", "To", "Call-ID", "CSeq", "Via"]


def unreadable(data: bytes) -> Unreadable:
    framed = read(data)
    assert isinstance(framed, Unreadable)
    return framed


@pytest.mark.parametrize("data", SAMPLES.values(), ids=SAMPLES.keys())
@pytest.mark.parametrize("connection", [False, True])
def test_messages(data: bytes, connection: bool) -> None:
    assert read(data, connection=connection) == parse_message(data)


@pytest.mark.parametrize("data", [b"", b"\r\n", b"\r\n\r\n", b"\0", b"\0\0\0\0", b"  ", b"\n"])
def test_keep_alives_in_datagrams_want_no_answer(data: bytes) -> None:
    assert read(data) == KeepAlive(b"")


def test_a_ping_on_a_connection_wants_its_pong() -> None:
    assert read(b"\r\n\r\n", connection=True) == KeepAlive(b"\r\n")
    assert read(b"\r\n", connection=True) == KeepAlive(b"")


def test_a_request_cut_short_can_still_be_answered() -> None:
    broken = unreadable(SIP_SERVER_INVITE_WITH_OFFER[:-10])
    assert broken.status == 400
    assert broken.why == "body is shorter than Content-Length"
    assert broken.request is not None
    assert (broken.request.method, broken.request.uri) == ("INVITE", "sip:5001@127.0.0.60:5060")
    assert [name for name, _ in broken.request.headers.items()] == NEEDED
    assert broken.request.body == b""


@pytest.mark.parametrize(
    ("was", "becomes", "status"),
    [
        (b"SIP/2.0\r\n", b"SIP/7.0\r\n", 505),
        (b"BYE sip:", b"BYE  sip:", 400),
        (b"sip:5001@127.0.0.60:5060 ", b"<sip:5001@127.0.0.60:5060> ", 400),
        (b"sip:5001@127.0.0.60:5060 ", b"nobodyKnowsThisScheme:x ", 416),
        (b"Max-Forwards: 70", b"Max-Forwards: many", 400),
        (b"Max-Forwards: 70", b"a line that is no header", 400),
        (b"Content-Length: 0", b"Content-Length: -999", 400),
        (b"CSeq: 3 BYE", b"CSeq: 3 INVITE", 400),
        (b"To: sip", b'To: "sip', 400),
        (b"\r\n\r\n", b"\r\n", 400),
    ],
)
def test_broken_requests_that_can_be_answered(was: bytes, becomes: bytes, status: int) -> None:
    assert was in SIP_SERVER_BYE
    broken = unreadable(SIP_SERVER_BYE.replace(was, becomes, 1))
    assert broken.status == status
    assert broken.request is not None
    assert broken.request.method == "BYE"
    assert [name for name, _ in broken.request.headers.items()] == NEEDED


def test_what_is_missing_is_missing_in_the_answer_too() -> None:
    broken = unreadable(SIP_SERVER_BYE.replace(b"Call-ID: ", b"Call ID: "))
    assert broken.request is not None
    assert [name for name, _ in broken.request.headers.items()] == ["From", "To", "CSeq", "Via"]


def test_a_repeated_header_is_answered_with_its_first_value() -> None:
    broken = unreadable(SIP_SERVER_BYE.replace(b"CSeq: 3 BYE", b"CSeq: 3 BYE\r\nCSeq: 4 BYE"))
    assert broken.request is not None
    assert broken.request.headers.get_all("CSeq") == ["3 BYE"]


def test_all_hops_are_kept_for_the_answer() -> None:
    hops = b"Max-Forwards: x\r\nVia: SIP/2.0/UDP next"
    broken = unreadable(SIP_SERVER_BYE.replace(b"Max-Forwards: 70", hops))
    assert broken.request is not None
    assert broken.request.headers.get_all("Via")[1:] == ["SIP/2.0/UDP next"]


@pytest.mark.parametrize(
    "data",
    [
        ASTERISK_RINGING[:-10],
        ASTERISK_RINGING.replace(b"SIP/2.0 180", b"SIP/2.0 1800"),
        ASTERISK_RINGING.replace(b"CSeq: 1 INVITE", b"CSeq: INVITE"),
        SIP_SERVER_INVITE_WITH_OFFER.replace(b"INVITE", b"ACK")[:-10],
        SIP_SERVER_BYE.replace(b"Via: ", b"Vie: "),
        SIP_SERVER_BYE.replace(b"Via: SIP", b"Via: SAP"),
        SIP_SERVER_BYE.replace(b"CSeq: ", b"C Seq: "),
        SIP_SERVER_BYE.replace(b"BYE sip", b"B(Y)E sip"),
        SIP_SERVER_BYE.replace(b"Max-Forwards: ", b"Max-Forwards:\r"),
        b"\0\1\0\0" * 5,
        b"\xff" * 40,
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        wire("OPTIONS sip:a@b SIP/2.0"),
    ],
)
def test_what_can_not_be_answered_is_dropped(data: bytes) -> None:
    assert unreadable(data).request is None


def test_a_message_that_is_too_large_is_told_so() -> None:
    broken = unreadable(SIP_SERVER_BYE.ljust(MAXIMUM_SIZE + 1, b"x"))
    assert broken.status == 513
    assert broken.request is not None


def test_the_complaint_names_no_value_of_the_message() -> None:
    broken = unreadable(SIP_SERVER_BYE.replace(b"From: sip:15550100@127.0.0.81", b"From: sip:15550100@"))
    assert "15550100" not in broken.why
