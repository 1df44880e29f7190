from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.cli.admin.kept_records import CountedRecords, count, failure_of
from cordboard.observe import Metrics
from cordboard.observe.trace import NoTraces
from cordboard.records import CallRecord

CALL = CallRecord("call-1", "UUID1", "5001", "trunk", 100.0, 103.5, 163.5, "SIP Server ended the call", "answered")


@pytest.mark.parametrize(
    ("outcome", "cause", "failure"),
    [
        ("answered", "SIP Server ended the call", ""),
        ("answered", "the agent ended the call", ""),
        ("not answered", "SIP Server ended the call", "given up"),
        ("not answered", "refused with 486", "busy"),
        ("not answered", "refused with 480", "no answer"),
        ("not answered", "refused with 599", "refused 5xx"),
        ("not answered", "anything: +15550100", "given up"),
        ("answered", "no STUN consent for 30 s", "media"),
        ("answered", "the page is gone", "page"),
        ("answered", "SIP Server did not refresh the session", "session"),
        ("answered", "the gateway stops", "gateway stops"),
        ("broken", "", "broken"),
    ],
)
def test_cause_is_one_of_a_few_words(outcome: str, cause: str, failure: str) -> None:
    assert failure_of(replace(CALL, outcome=outcome, cause=cause)) == failure


def test_record_is_counted() -> None:
    metrics = Metrics()
    count(metrics, replace(CALL, setup_seconds=0.25, answer_to_audio_seconds=0.0625))
    count(metrics, replace(CALL, answered=None, outcome="not answered", cause="refused with 486"))
    text = metrics.text().decode()
    assert 'cordboard_call_setup_seconds_sum{made_by="trunk",until="ringing"} 0.25' in text
    assert 'cordboard_call_setup_seconds_sum{made_by="trunk",until="answered"} 3.5' in text
    assert "cordboard_answer_to_audio_seconds_sum 0.0625" in text
    assert 'cordboard_calls_failed_total{cause="busy",made_by="trunk"} 1.0' in text


async def test_a_record_with_further_marks_takes_the_place_of_the_first_and_is_not_counted_again() -> None:
    further = Kept()
    records = CountedRecords(Metrics(), NoTraces(), further)
    other, marked = replace(CALL, call="call-2"), replace(CALL, bad=("it crackled",))
    for record in (CALL, other):
        records.put(record)
    records.amend(marked)
    assert list(records.latest) == [other, marked]
    assert (further.put_down, further.amended) == ([CALL, other], [marked])


class Kept:
    def __init__(self) -> None:
        self.put_down: list[CallRecord] = []
        self.amended: list[CallRecord] = []

    def put(self, record: CallRecord) -> None:
        self.put_down.append(record)

    def amend(self, record: CallRecord) -> None:
        self.amended.append(record)
