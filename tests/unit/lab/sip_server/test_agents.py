"""Agent states (SIP Server reference 6.3)."""

from __future__ import annotations

import pytest

from cordboard.lab.sip_server.agents import TRANSITIONS, Agent, AgentRequest
from cordboard.lab.telephony import AgentLogin, AgentLogout, AgentSetNotReady, AgentSetReady, AgentState

REQUESTS: dict[type[AgentRequest], AgentRequest] = {
    AgentLogin: AgentLogin("5001", "agent5001"),
    AgentLogout: AgentLogout("5001"),
    AgentSetReady: AgentSetReady("5001"),
    AgentSetNotReady: AgentSetNotReady("5001"),
}


def agent_in(state: AgentState) -> Agent:
    return Agent("5001", name="" if state is AgentState.LOGGED_OUT else "agent5001", state=state)


@pytest.mark.parametrize("state", AgentState)
@pytest.mark.parametrize("kind", REQUESTS)
def test_every_request_in_every_state(state: AgentState, kind: type[AgentRequest]) -> None:
    agent = agent_in(state)
    wrong = agent.handle(REQUESTS[kind], 0.0)
    after = TRANSITIONS.get((state, kind))
    assert bool(wrong) is (after is None)
    assert agent.state is (after or state)
    assert bool(agent.name) is agent.is_logged_in


def test_one_agent_per_dn() -> None:
    agent = agent_in(AgentState.READY)
    assert agent.handle(AgentLogin("5001", "somebody"), 0.0)
    assert (agent.name, agent.state) == ("agent5001", AgentState.READY)


def test_a_reason_lasts_until_the_next_state() -> None:
    agent = agent_in(AgentState.READY)
    agent.handle(AgentSetNotReady("5001", "AuxWork", "Lunch"), 0.0)
    assert (agent.work_mode, agent.reason) == ("AuxWork", "Lunch")
    agent.handle(AgentSetReady("5001"), 1.0)
    assert (agent.work_mode, agent.reason) == ("", "")


def test_idle_since_counts_from_ready_and_from_the_last_call() -> None:
    agent = agent_in(AgentState.NOT_READY)
    agent.handle(AgentSetReady("5001"), 10.0)
    agent.handle(AgentSetReady("5001"), 20.0)
    assert agent.idle_since == 10.0
    assert not agent.call_ended(0.0, 30.0)
    assert agent.idle_since == 30.0


@pytest.mark.parametrize("before", [AgentState.READY, AgentState.NOT_READY])
def test_wrap_up_returns_to_what_was(before: AgentState) -> None:
    agent = agent_in(before)
    assert agent.call_ended(20.0, 100.0)
    assert (agent.state, agent.work_mode, agent.wrap_up_until) == (AgentState.NOT_READY, "AfterCallWork", 120.0)
    assert not agent.expire(119.9)
    assert agent.expire(120.0)
    assert (agent.state, agent.work_mode, agent.wrap_up_until) == (before, "", None)


def test_ready_ends_the_wrap_up_early() -> None:
    agent = agent_in(AgentState.READY)
    agent.call_ended(20.0, 100.0)
    agent.handle(AgentSetReady("5001"), 101.0)
    assert (agent.state, agent.wrap_up_until, agent.idle_since) == (AgentState.READY, None, 101.0)


def test_nobody_logged_in_has_no_wrap_up() -> None:
    agent = agent_in(AgentState.LOGGED_OUT)
    assert not agent.call_ended(20.0, 100.0)
