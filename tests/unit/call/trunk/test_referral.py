"""What a REFER asks for and what its NOTIFYs say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.call.outputs import LegOutput, ToSip
from cordboard.call.trunk.referral import ReferRefused, Report, outside_dialog, read_refer, report_of
from cordboard.sip import events as sip
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request

HOSTS = ("sip.example", "127.0.0.81")
FLOW = sip.Flow("UDP", "trunk", ("127.0.0.81", 5060))


def refer(*headers: tuple[str, str]) -> Request:
    usual = [
        ("From", "sip:1003@127.0.0.81;tag=a"),
        ("To", "sip:5001@127.0.0.81"),
        ("Call-ID", "c1"),
        ("CSeq", "7 REFER"),
        ("Contact", "<sip:1003@127.0.0.81:5060>"),
    ]
    return Request("REFER", "sip:5001@127.0.0.9", Headers([*usual, *headers]))


def command(outputs: list[LegOutput]) -> sip.Input:
    [output] = outputs
    assert isinstance(output, ToSip)
    return output.command


def test_what_is_asked() -> None:
    asked = read_refer(refer(("Refer-To", '"Third" <sip:1004@sip.example:5060;user=phone?X-A=1>')), HOSTS)
    assert (asked.target, asked.number) == ("sip:1004@sip.example:5060;user=phone", "1004")
    assert asked.headers == (("X-A", "1"), ("Referred-By", "sip:1003@127.0.0.81"))


def test_referred_by_is_kept() -> None:
    asked = read_refer(refer(("Refer-To", "sip:1004@sip.example"), ("Referred-By", "<sip:9@x>")), HOSTS)
    assert asked.headers == (("Referred-By", "<sip:9@x>"),)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("", 400),
        ("<sip:1@sip.example>, <sip:2@sip.example>", 400),
        ("<sip:sip.example>", 400),
        ("<tel:>", 400),
        ("<sip:1@sip.example;method=SUBSCRIBE>", 400),
        ("<sip:1@other.example>", 403),
    ],
)
def test_refused(value: str, status: int) -> None:
    with pytest.raises(ReferRefused) as refused:
        read_refer(refer(("Refer-To", value)), HOSTS)
    assert refused.value.status == status


@given(st.lists(st.text(st.characters(min_codepoint=32), max_size=40), max_size=3))
def test_any_refer_to_is_read_or_refused(values: list[str]) -> None:
    try:
        number = read_refer(refer(*(("Refer-To", value) for value in values)), HOSTS).number
    except ReferRefused as refused:
        number = str(refused.status)
    assert number


def test_notifies_in_the_dialog() -> None:
    report = report_of(refer(), "session-1")
    trying = command(report.tell(100))
    assert isinstance(trying, sip.SendInDialog)
    assert (trying.session, trying.method, trying.body) == ("session-1", "NOTIFY", b"SIP/2.0 100 Trying\r\n")
    assert ("Event", "refer") in trying.headers
    assert report.over is False
    last = command(report.tell(486, "Busy"))
    assert isinstance(last, sip.SendInDialog)
    assert last.body == b"SIP/2.0 486 Busy\r\n"
    assert ("Subscription-State", "terminated;reason=noresource") in last.headers
    assert report.tell(200) == []


def test_second_refer_in_a_dialog_is_told_apart() -> None:
    assert report_of(refer(), "session-1", first=False).event == "refer;id=7"


@pytest.mark.parametrize(
    ("value", "wanted"), [("false", False), ("False;x", False), ("true", True), ("nonsense", True)]
)
def test_refer_sub(value: str, wanted: bool) -> None:
    report = report_of(refer(("Refer-Sub", value)), "session-1")
    assert bool(report.tell(100)) is wanted


def test_notifies_outside_dialogs_make_one() -> None:
    place = outside_dialog(refer(("Record-Route", "<sip:proxy;lr>")), "refer c", FLOW, "<sip:5001@127.0.0.9>", "t1")
    report = Report(place)
    first, second = command(report.tell(100)), command(report.tell(200))
    assert isinstance(first, sip.SendRequest)
    assert isinstance(second, sip.SendRequest)
    assert (first.call_id, first.from_tag, first.cseq, second.cseq) == ("c1", "t1", 1, 2)
    assert (first.from_uri, first.to_uri) == ("sip:5001@127.0.0.81", "sip:1003@127.0.0.81;tag=a")
    assert first.target == "sip:1003@127.0.0.81:5060"
    assert ("Route", "<sip:proxy;lr>") in first.headers
    assert ("Contact", "<sip:5001@127.0.0.9>") in first.headers


def test_refer_without_contact_makes_no_dialog() -> None:
    request = refer()
    request.headers.set("Contact", "<")
    with pytest.raises(ReferRefused):
        outside_dialog(request, "refer c", FLOW, "<sip:5001@127.0.0.9>", "t1")
