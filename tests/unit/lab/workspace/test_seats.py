from __future__ import annotations

from dataclasses import replace

from cordboard.lab.telephony import CallState, CallType, CallView
from cordboard.lab.workspace.voice.seats import MOST_CALLS, Seat, Seats


def view(connection_id: str, state: CallState = CallState.ESTABLISHED, previous: str = "") -> CallView:
    return CallView(
        call_uuid=f"uuid of {connection_id}",
        connection_id=connection_id,
        state=state,
        call_type=CallType.INBOUND,
        dn="5001",
        ani="+15550100",
        dnis="5001",
        participants=("+15550100",),
        user_data={},
        established=None,
        previous_connection_id=previous,
    )


def seat() -> Seat:
    return Seat("agent5001", "5001", "Place_5001", "5001")


def test_a_new_id_takes_the_place_of_the_one_before() -> None:
    agent = seat()
    agent.note(view("consult"), {})
    known = agent.note(view("main", previous="consult"), {})

    assert known.previous == "consult"
    assert list(agent.calls) == ["main"]
    assert agent.note(view("main", CallState.RELEASED, "consult"), {}).previous == "consult"


def test_who_had_both_calls_keeps_both_ids() -> None:
    agent = seat()
    agent.note(view("main"), {})
    agent.note(view("consult"), {})
    known = agent.note(view("main", CallState.RELEASED, "consult"), {})

    assert known.previous == ""
    assert set(agent.calls) == {"main", "consult"}


def test_an_id_before_that_was_never_here_is_not_told() -> None:
    assert seat().note(view("main", previous="consult of somebody else"), {}).previous == ""


def test_extensions_stay_until_there_are_others() -> None:
    agent = seat()
    agent.note(view("main", CallState.RINGING), {"BusinessCall": 1})

    assert agent.note(view("main"), {}).extensions == {"BusinessCall": 1}
    assert agent.note(view("main"), {"WrapUpTime": 20}).extensions == {"WrapUpTime": 20}


def test_uncompleted_calls_are_bounded_and_live_ones_stay() -> None:
    agent = seat()
    agent.note(view("live"), {})
    for number in range(MOST_CALLS + 5):
        agent.note(view(f"over {number}", CallState.RELEASED), {})

    assert len(agent.calls) == MOST_CALLS
    assert "live" in agent.calls
    assert "over 0" not in agent.calls


def test_seats_are_found_by_user_and_dn() -> None:
    seats = Seats()
    first = seat()
    seats.take(first)
    seats.take(replace(first, user="agent5002", dn="5002"))

    assert seats.of_user("agent5001") is first
    assert seats.of_dn("5001") is first
    assert len(list(seats)) == 2
    assert seats.leave("agent5001") is first
    assert seats.of_dn("5001") is None
