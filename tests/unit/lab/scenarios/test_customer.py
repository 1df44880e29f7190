"""A scenario's customer, cell by cell of its table."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.lab.scenarios.customer import Event, HangUp, Outcome, PhoneEnd, Place, Press, ScenarioCustomer, State
from cordboard.lab.scenarios.scenario import PlannedCustomer
from kit.table_cells import expect_every_cell

PLANNED = PlannedCustomer("c1", 5.0, "8000", "+15550c1", 30.0, 60.0, "1", 2.0, {}, None)
BEFORE = {
    State.AWAITED: (),
    State.CALLING: (Event.ARRIVES,),
    State.LISTENING: (Event.ARRIVES, Event.CONNECTED),
    State.TALKING: (Event.ARRIVES, Event.AGENT_ANSWERED),
}


def customer(state: State = State.AWAITED) -> ScenarioCustomer:
    subject = ScenarioCustomer(PLANNED, 100.0)
    for event in BEFORE[state]:
        subject.step(event, "5001", 105.0)
    assert subject.state is state
    return subject


def end(subject: ScenarioCustomer, event: Event, argument: Any = None) -> tuple[list[object], Outcome | None]:
    acts: list[object] = list(subject.step(event, argument, 110.0))
    assert (subject.state, subject.deadline, subject.ended) == (State.OVER, None, 110.0)
    return acts, subject.outcome


def test_calls_at_the_appointed_time() -> None:
    subject = customer()
    assert subject.deadline == 105.0
    assert subject.tick(105.0) == [Place(PLANNED)]
    assert (subject.called, subject.deadline) == (105.0, 135.0)


def test_presses_digits_after_a_while() -> None:
    subject = customer(State.LISTENING)
    assert subject.tick(106.9) == []
    assert subject.tick(107.0) == [Press("c1", "1")]


def test_talks_and_hangs_up() -> None:
    subject = customer(State.LISTENING)
    subject.step(Event.AGENT_ANSWERED, "5001", 120.0)
    subject.step(Event.AGENT_ANSWERED, "5002", 130.0)  # passed on
    subject.step(Event.AGENT_ANSWERED, "5002", 131.0)
    assert (subject.answered_by, subject.deadline) == (["5001", "5002"], 180.0)
    assert subject.tick(180.0) == [HangUp("c1")]
    assert (subject.outcome, subject.ended, subject.hung_up) == (Outcome.ANSWERED, 180.0, True)


@pytest.mark.parametrize("state", [State.CALLING, State.LISTENING])
def test_gives_up(state: State) -> None:
    assert end(customer(state), Event.LOSES_PATIENCE) == ([HangUp("c1")], Outcome.ABANDONED)


@pytest.mark.parametrize(
    ("state", "refusal", "outcome"),
    [
        (State.CALLING, "404 Not Found", Outcome.REFUSED),
        (State.LISTENING, "480", Outcome.REFUSED),
        (State.LISTENING, "", Outcome.RELEASED),
        (State.TALKING, "", Outcome.ANSWERED),
    ],
)
def test_the_other_side_ends_it(state: State, refusal: str, outcome: Outcome) -> None:
    assert end(customer(state), Event.PHONE_ENDED, PhoneEnd(refusal)) == ([], outcome)


@pytest.mark.parametrize("state", list(BEFORE))
def test_the_scenario_is_ended(state: State) -> None:
    acts, outcome = end(customer(state), Event.CANCELLED)
    assert acts == ([] if state is State.AWAITED else [HangUp("c1")])
    assert outcome is (Outcome.ANSWERED if state is State.TALKING else Outcome.CANCELLED)


def test_every_cell_is_visited() -> None:
    def test_parametrized() -> None:
        customer(State.CALLING).step(Event.AGENT_ANSWERED, "5001", 106.0)
        for state in (State.CALLING, State.LISTENING):
            test_gives_up(state)
            test_the_other_side_ends_it(state, "480", Outcome.REFUSED)
        test_the_other_side_ends_it(State.TALKING, "", Outcome.ANSWERED)
        for state in BEFORE:
            test_the_scenario_is_ended(state)

    expect_every_cell(ScenarioCustomer, {**globals(), "test_parametrized": test_parametrized})
