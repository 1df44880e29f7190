"""The stand-in for an agent, cell by cell of its table."""

from __future__ import annotations

from cordboard.lab.scenarios.behaviour import AgentBehaviour, StandIn, State
from cordboard.lab.scenarios.scenario import Span, StandIns
from cordboard.lab.telephony import (
    AgentLogin,
    AgentLogout,
    AgentSetReady,
    AgentState,
    AnswerCall,
    CallEvent,
    CallEventName,
    CallState,
    CallType,
    CallView,
    DnEvent,
    DnView,
    Error,
)
from kit.table_cells import expect_every_cell


def stand_in() -> StandIn:
    subject = StandIn("5001", "agent5001", StandIns(("5001",), Span(2, 2), 8.0), seed=1, acceleration=2.0)
    behaviour: AgentBehaviour = subject
    assert behaviour.begin(10.0) == [AgentLogin("5001", "agent5001"), AgentSetReady("5001")]
    return subject


def event(name: CallEventName, call: str = "u1") -> CallEvent:
    view = CallView(call, "1", CallState.RINGING, CallType.INBOUND, "5001", "+15550100", "8000", (), {}, None)
    return CallEvent(name, view, {})


def agent(state: AgentState, work_mode: str = "") -> DnEvent:
    return DnEvent(DnView("5001", True, "agent5001", state, work_mode))


def ringing() -> StandIn:
    subject = stand_in()
    assert subject.told(event(CallEventName.RINGING), 20.0) == []
    return subject


def talking() -> StandIn:
    subject = ringing()
    subject.told(event(CallEventName.ESTABLISHED), 21.0)
    assert subject.state is State.TALKING
    assert subject.deadline is None
    return subject


def test_answers_after_a_while() -> None:
    subject = ringing()
    assert subject.deadline == 21.0
    assert subject.tick(21.0) == [AnswerCall("5001", "u1")]
    subject.told(event(CallEventName.ESTABLISHED), 21.1)
    subject.told(event(CallEventName.RELEASED, "another"), 22.0)
    assert subject.state is State.TALKING
    subject.told(event(CallEventName.RELEASED), 30.0)
    subject.told(agent(AgentState.NOT_READY, "AfterCallWork"), 30.0)
    assert (subject.state, subject.deadline) == (State.READY, None)


def test_a_caller_who_gives_up() -> None:
    subject = ringing()
    subject.told(event(CallEventName.RELEASED), 20.5)
    assert (subject.state, subject.deadline) == (State.READY, None)


def test_comes_back_after_no_answer() -> None:
    subject = stand_in()
    subject.told(agent(AgentState.NOT_READY), 20.0)
    assert subject.deadline == 24.0
    assert subject.tick(24.0) == [AgentSetReady("5001")]


def test_somebody_else_makes_it_ready() -> None:
    subject = stand_in()
    subject.told(agent(AgentState.NOT_READY), 20.0)
    subject.told(agent(AgentState.READY), 21.0)
    assert (subject.state, subject.deadline) == (State.READY, None)


def test_a_call_that_was_answered_elsewhere_or_made() -> None:
    subject = stand_in()
    subject.told(event(CallEventName.ESTABLISHED), 20.0)
    assert subject.state is State.TALKING


def test_a_direct_call_rings_at_a_not_ready_agent_too() -> None:
    subject = stand_in()
    subject.told(agent(AgentState.NOT_READY), 20.0)
    subject.told(event(CallEventName.RINGING), 21.0)
    assert subject.state is State.RINGING


def test_errors_mean_nothing() -> None:
    assert ringing().told(Error("5001", 0, 185, "no"), 20.0) == []


def test_logs_out_whatever_it_does() -> None:
    resting = stand_in()
    resting.told(agent(AgentState.NOT_READY), 20.0)
    for subject in (stand_in(), ringing(), talking(), resting):
        assert subject.end(40.0) == [AgentLogout("5001")]
        assert (subject.state, subject.deadline) == (State.AWAY, None)


def test_every_cell_is_visited() -> None:
    expect_every_cell(StandIn, globals())
