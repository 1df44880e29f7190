"""Calls tell their history: traces and records come of it, whatever ends them, and in whatever order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cordboard.call.call import Call
from cordboard.call.media import MediaReply, MediaRequest, Verb
from cordboard.config.settings import RecordsSettings, TraceSettings
from cordboard.gateway.history.history import CallHistory, is_ping_answer
from cordboard.media.port import CallStatistics, MediaEvent, MediaEventKind, StreamStatistics
from cordboard.observe.trace import TraceRing
from cordboard.records import CallRecord
from cordboard.sip.message import Request, parse_message

INVITE = (
    b"INVITE sip:5001@127.0.0.1 SIP/2.0\r\nFrom: <sip:+15550100@127.0.0.81>;tag=a\r\nTo: <sip:5001@127.0.0.81>\r\n"
    b"Call-ID: id-1\r\nCSeq: 1 INVITE\r\nX-Genesys-CallUUID: A\r\n\r\n"
)
REFER = (
    b"REFER sip:5001@127.0.0.1 SIP/2.0\r\nFrom: <sip:127.0.0.81>;tag=a\r\nTo: <sip:5001@127.0.0.81>\r\n"
    b"Call-ID: id-2\r\nCSeq: 1 REFER\r\nRefer-To: <sip:1004@127.0.0.81>\r\nX-Genesys-CallUUID: A\r\n\r\n"
)
SETTINGS = TraceSettings(answer_seconds=10, least_mos=3.6)
BAD = StreamStatistics(packets_received=10, mos=1.5)


@dataclass
class Kept:
    records: list[CallRecord] = field(default_factory=list)
    amended: list[CallRecord] = field(default_factory=list)

    def put(self, record: CallRecord) -> None:
        self.records.append(record)

    def amend(self, record: CallRecord) -> None:
        self.amended.append(record)


class Rig:
    """A history with a ring, records and a clock."""

    def __init__(self, settings: TraceSettings = SETTINGS) -> None:
        self.now = 100.0
        self.ring = TraceRing(clock=lambda: self.now, wall=lambda: self.now + 1e6)
        self.kept = Kept()
        self.history = CallHistory(
            self.ring,
            self.kept,
            settings,
            RecordsSettings(numbers="whole"),
            lambda: self.now,
            lambda: self.now + 1e6,
        )

    def call(self, made_by: str = "trunk", *, name: str = "call-1", request: bytes = INVITE) -> Any:
        call = SimpleNamespace(
            name=name, answered=False, page=SimpleNamespace(dn="5001"), trunk=SimpleNamespace(call_uuid="A")
        )
        first = parse_message(request)
        assert isinstance(first, Request)
        self.history.begins(cast(Call, call), made_by, first)
        return call

    @property
    def record(self) -> CallRecord:
        (record,) = self.kept.records
        return record

    def titles(self) -> list[str]:
        trace = self.ring.get("A")
        return [each.title for each in trace.entries] if trace else []


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_an_answered_call(rig: Rig) -> None:
    call = rig.call()
    rig.history.rang("call-1")
    rig.now += 3
    call.answered, call.trunk.call_uuid = True, "B"
    rig.history.was_fed(call)
    rig.now += 60
    rig.history.was_fed(call)
    rig.history.ended("call-1", "answered", "hung up")
    assert rig.kept.records == []
    rig.history.figures("call-1", CallStatistics(BAD, BAD))
    record = rig.record
    assert (record.call_uuid, record.dn, record.far_number, record.outcome) == ("B", "5001", "+15550100", "answered")
    assert (record.begun, record.answered, record.ended) == (1_000_100.0, 1_000_103.0, 1_000_163.0)
    assert record.bad == ("MOS 1.5 from the page", "MOS 1.5 from the trunk")
    assert rig.ring.calls()[0].bad == record.bad
    assert rig.titles() == ["call ended: answered, hung up", "quality"]


def test_the_number_that_the_agent_dials(rig: Rig) -> None:
    rig.call("page")
    rig.history.ended("call-1", "not answered", "refused with 486")
    rig.history.figures("call-1", None)
    assert (rig.record.far_number, rig.record.made_by) == ("5001", "page")


def test_marks_of_others_are_in_the_record(rig: Rig) -> None:
    rig.call()
    rig.ring.mark_bad("A", "planes disagree: held-here-only")
    rig.history.ended("call-1", "broken", "")
    rig.history.figures("call-1", None)
    assert rig.record.bad == ("planes disagree: held-here-only", "broken")


def test_a_mark_after_the_record_goes_into_it(rig: Rig) -> None:
    rig.call()
    rig.history.ended("call-1", "answered", "hung up")
    rig.ring.mark_bad("call-1", "before its figures")
    assert rig.kept.amended == []
    rig.history.figures("call-1", None)
    assert rig.record.bad == ("before its figures",)
    rig.ring.mark_bad("A", "it crackled")
    rig.ring.mark_bad("A", "it crackled")
    (amended,) = rig.kept.amended
    assert amended == replace(rig.record, bad=("before its figures", "it crackled"))


def test_a_mark_of_a_call_without_a_record_changes_none(rig: Rig) -> None:
    rig.ring.began("another", "5001")
    rig.ring.mark_bad("another", "it crackled")
    assert rig.kept.amended == []


def test_as_many_records_as_traces_can_be_marked() -> None:
    rig = Rig(TraceSettings(calls=1, bad_calls=1))
    for number in range(3):
        rig.call(name=f"call-{number}")
        rig.history.ended(f"call-{number}", "answered", "hung up")
        rig.history.figures(f"call-{number}", None)
    for number in range(3):
        rig.ring.mark_bad(f"call-{number}", "late")
    assert [each.call for each in rig.kept.amended] == ["call-1", "call-2"]


def test_a_call_that_sip_server_places(rig: Rig) -> None:
    rig.call("page", request=REFER)
    rig.history.ended("call-1", "answered", "hung up")
    rig.history.figures("call-1", None)
    assert (rig.record.far_number, rig.record.call_uuid) == ("1004", "A")


def test_figures_before_the_end_and_twice(rig: Rig) -> None:
    rig.call()
    rig.history.figures("call-1", None)
    assert rig.kept.records == []
    rig.history.ended("call-1", "not answered", "")
    rig.history.ended("call-1", "broken", "")
    rig.history.figures("call-1", None)
    rig.history.figures("call-1", None)
    assert rig.record.outcome == "not answered"


def test_at_the_end_of_the_gateway_the_record_comes_without_figures(rig: Rig) -> None:
    rig.call()
    rig.history.ended("call-1", "answered", "the gateway stops")
    rig.history.close()
    rig.history.close()
    assert rig.record.mos_from_page is None


def test_a_call_that_is_left_to_the_next_gateway_has_no_record(rig: Rig) -> None:
    rig.call()
    rig.history.close()
    assert rig.kept.records == []


def test_media_and_words_are_in_the_trace(rig: Rig) -> None:
    call = rig.call()
    rig.history.asked("call-1", MediaRequest(Verb.PAGE_OFFER))
    rig.history.replied("call-1", MediaReply(Verb.PAGE_OFFER, sdp="v=0"))
    rig.history.replied("call-1", MediaReply(Verb.TAKE_PAGE_ANSWER, sdp="v=0", reoffer=True))
    rig.history.replied("call-1", MediaReply(Verb.TRUNK_OFFER, status=503, why="no port is left"))
    rig.history.media_happened(MediaEvent("call-1", MediaEventKind.MOVED, "its worker died"))
    rig.history.page_said([call], {"audio": {}})
    assert rig.titles() == [
        "page_offer",
        "page_offer done",
        "take_page_answer done, the other side is to be offered anew",
        "trunk_offer refused: 503 no port is left",
        "moved: its worker died",
        "the page says",
    ]
    assert is_ping_answer({"did": "ping"})
    assert not is_ping_answer({"audio": {}})


def test_what_is_no_call_of_ours_is_no_error(rig: Rig) -> None:
    rig.history.ended("call-9", "answered", "")
    rig.history.figures("call-9", None)
    rig.history.rang("call-9")
    rig.history.media_happened(MediaEvent("call-9", MediaEventKind.CONNECTED))
    assert rig.kept.records == []
    assert rig.ring.calls() == []
