"""What became of every customer."""

from __future__ import annotations

from dataclasses import replace

from cordboard.lab.contact_center.statistics import Journey
from cordboard.lab.scenarios.account import account
from cordboard.lab.scenarios.course import CUSTOMER, Cancel, Course, PhoneConnected, PhoneEnded, TimePassed
from cordboard.lab.scenarios.customer import HangUp, Outcome, Place
from cordboard.lab.scenarios.scenario import PlannedCustomer
from cordboard.lab.telephony import CallEvent, CallEventName, CallState, CallType, CallView

FIRST = PlannedCustomer("c1", 0.0, "8000", "+1", 30.0, 60.0, "", 1.0, {}, None)
PLANNED = (FIRST, replace(FIRST, id="c2", at=1.0), replace(FIRST, id="c3", at=2.0))


def course() -> Course:
    subject = Course("s1", PLANNED)
    assert subject.begin(100.0) == []
    return subject


def established(tag: str, dn: str = "5001") -> CallEvent:
    view = CallView("u", "1", CallState.ESTABLISHED, CallType.INBOUND, dn, "+1", "8000", (), {CUSTOMER: tag}, None)
    return CallEvent(CallEventName.ESTABLISHED, view, {})


def test_customers_call_in_their_order() -> None:
    subject = course()
    assert subject.deadline == 100.0
    assert subject.handle(TimePassed(), 101.0) == [Place(PLANNED[0]), Place(PLANNED[1])]
    assert subject.deadline == 102.0


def test_everyone_has_an_entry_from_the_start() -> None:
    book = account(course(), [])
    assert [entry.id for entry in book.entries] == ["c1", "c2", "c3"]
    assert (book.unaccounted, book.summary()["unaccounted"], book.summary()["averageWait"]) == (3, 3, None)


def test_a_whole_course() -> None:
    subject = course()
    subject.handle(TimePassed(), 102.0)
    subject.handle(PhoneConnected("c1"), 103.0)
    subject.handle(established("s1/c1"), 110.0)
    subject.handle(established("s2/c2"), 110.0)  # of another scenario
    subject.handle(established("s1/c9"), 110.0)
    subject.handle(PhoneEnded("c2", "486 Busy Here"), 111.0)
    assert not subject.over
    assert subject.handle(TimePassed(), 132.0) == [HangUp("c3")]
    assert subject.handle(TimePassed(), 170.0) == [HangUp("c1")]
    assert subject.over
    journeys = [
        Journey("u", "s1/c1", ("VQ", "8000"), "answered", "5001", True, 8.0),
        Journey("v", "s1/c1", ("8000",), "answered", "5002", False, 8.0),
        Journey("w", "", ("8000",), "answered", "5002", False, 8.0),
    ]
    book = account(subject, journeys)
    first, second, third = book.entries
    assert (first.outcome, first.answered_by, first.waited, first.talked) == (Outcome.ANSWERED, ("5001",), 8.0, 60.0)
    assert (first.overflowed, first.queues) == (True, ("VQ", "8000", "8000"))
    assert (second.outcome, second.status, second.overflowed) == (Outcome.REFUSED, "486 Busy Here", False)
    assert third.outcome is Outcome.ABANDONED
    summary = book.summary()
    assert (summary["answered"], summary["refused"], summary["abandoned"], summary["overflowed"]) == (1, 1, 1, 1)
    assert (summary["byAgent"], summary["longestWait"]) == ({"5001": 1}, 8.0)
    assert first.view()["answeredBy"] == ["5001"]


def test_a_scenario_that_is_ended() -> None:
    subject = course()
    subject.handle(TimePassed(), 100.0)
    assert subject.handle(Cancel(), 100.5) == [HangUp("c1")]
    assert subject.over
    assert {entry.outcome for entry in account(subject, []).entries} == {Outcome.CANCELLED}
    assert subject.handle(PhoneEnded("c1"), 101.0) == []
