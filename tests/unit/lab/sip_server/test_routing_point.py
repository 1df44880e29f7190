"""Who gets which call (SIP Server reference 6.2)."""

from __future__ import annotations

from cordboard.lab.sip_server.agents import Agent
from cordboard.lab.sip_server.routing_point import RoutingPoint, Selected
from cordboard.lab.telephony import AgentState


def ready(dn: str, since: float) -> Agent:
    return Agent(dn, dn, AgentState.READY, idle_since=since)


def point(*agents: Agent, busy: tuple[str, ...] = ()) -> RoutingPoint:
    return RoutingPoint(agents, lambda dn: dn not in busy, reoffer_after=5.0)


def test_first_come_first_served_by_the_longest_free() -> None:
    subject = point(ready("5001", 20.0), ready("5002", 10.0))
    subject.enqueue("a", 30.0)
    subject.enqueue("b", 31.0)
    assert subject.select(32.0) == Selected("a", "5002")


def test_nobody_who_is_not_ready_or_not_free() -> None:
    subject = point(Agent("5001", "x", AgentState.NOT_READY), ready("5002", 0.0), busy=("5002",))
    subject.enqueue("a", 1.0)
    assert subject.select(2.0) is None
    assert subject.waiting == ["a"]


def test_a_call_that_comes_back_keeps_its_place() -> None:
    subject = point(ready("5001", 0.0))
    subject.enqueue("a", 1.0)
    assert subject.select(2.0) == Selected("a", "5001")
    subject.enqueue("b", 3.0)
    subject.take_back("a", "5001", 4.0)
    assert subject.waiting == ["a", "b"]
    assert subject.select(4.0) == Selected("b", "5001")  # "a" is not offered to 5001 again so soon


def test_a_refusal_is_forgiven_after_a_while() -> None:
    subject = point(ready("5001", 0.0))
    subject.enqueue("a", 1.0)
    subject.select(1.0)
    subject.take_back("a", "5001", 2.0)
    assert subject.select(6.9) is None
    assert subject.deadline == 7.0
    assert subject.select(7.0) == Selected("a", "5001")
    assert subject.deadline is None


def test_a_call_that_is_over_is_forgotten() -> None:
    subject = point(ready("5001", 0.0))
    subject.enqueue("a", 1.0)
    subject.forget("a")
    assert subject.select(2.0) is None
