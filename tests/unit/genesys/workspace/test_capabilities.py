from __future__ import annotations

import pytest

from cordboard.genesys.workspace.capabilities import (
    SUPERVISING,
    USER_DATA,
    CallOperation,
    DnOperation,
    call_capabilities,
    dn_capabilities,
)
from cordboard.genesys.workspace.words import AgentState, CallState

TWO_CALLS = {
    CallOperation.ALTERNATE,
    CallOperation.RECONNECT,
    CallOperation.MERGE,
    CallOperation.COMPLETE_TRANSFER,
    CallOperation.COMPLETE_CONFERENCE,
}


@pytest.mark.parametrize("state", CallState)
@pytest.mark.parametrize("paired", [False, True])
def test_user_data_may_always_be_changed(state: CallState, paired: bool) -> None:
    assert set(USER_DATA) <= set(call_capabilities(state, paired=paired))


@pytest.mark.parametrize(
    ("state", "first"),
    [
        (CallState.RINGING, CallOperation.ANSWER),
        (CallState.DIALING, CallOperation.RELEASE),
        (CallState.ESTABLISHED, CallOperation.RELEASE),
        (CallState.HELD, CallOperation.RELEASE),
        (CallState.RELEASED, CallOperation.COMPLETE),
        (CallState.COMPLETED, CallOperation.COMPLETE),
    ],
)
def test_what_comes_first(state: CallState, first: CallOperation) -> None:
    assert call_capabilities(state)[0] is first


def test_hold_and_retrieve_take_turns() -> None:
    talking, held = call_capabilities(CallState.ESTABLISHED), call_capabilities(CallState.HELD)

    assert set(talking) - set(held) == {CallOperation.HOLD, CallOperation.SEND_DTMF}
    assert set(held) - set(talking) == {CallOperation.RETRIEVE}


def test_of_two_calls_the_active_one_may_end_the_consultation() -> None:
    active = set(call_capabilities(CallState.ESTABLISHED, paired=True))
    waiting = set(call_capabilities(CallState.HELD, paired=True))

    assert active >= TWO_CALLS
    assert not waiting & TWO_CALLS
    assert not active & {CallOperation.INITIATE_TRANSFER, CallOperation.SINGLE_STEP_TRANSFER}
    assert set(call_capabilities(CallState.RELEASED, paired=True)) == {CallOperation.COMPLETE, *USER_DATA}


def test_a_party_can_be_dropped_from_a_conference_alone() -> None:
    drop = CallOperation.DELETE_FROM_CONFERENCE

    assert drop in call_capabilities(CallState.ESTABLISHED, participants=2)
    assert drop not in call_capabilities(CallState.ESTABLISHED)
    assert drop not in call_capabilities(CallState.HELD, participants=2)


def test_recording_is_offered_while_a_call_is_up_and_can_be_recorded() -> None:
    start = CallOperation.START_RECORDING

    assert start in call_capabilities(CallState.HELD, recording="Stopped")
    assert start not in call_capabilities(CallState.HELD)
    assert start not in call_capabilities(CallState.RINGING, recording="Stopped")
    assert start not in call_capabilities(CallState.ESTABLISHED, recording="Recording")


@pytest.mark.parametrize("mode", SUPERVISING)
def test_a_supervisor_may_switch_to_the_other_modes_and_leave(mode: str) -> None:
    found = call_capabilities(CallState.ESTABLISHED, supervising=mode)

    assert found[0] is CallOperation.RELEASE
    assert len([one for one in found if one.startswith("switch-to-")]) == 2
    assert CallOperation.ANSWER in call_capabilities(CallState.RINGING, supervising=mode)


def test_what_a_dn_may_do_next() -> None:
    plain = {"do_not_disturb": False, "forwarding": False, "supervisor": False}

    assert dn_capabilities(AgentState.LOGGED_OUT, **plain)[0] is DnOperation.LOGIN
    assert DnOperation.READY not in dn_capabilities(AgentState.READY, **plain)
    assert DnOperation.READY in dn_capabilities(AgentState.NOT_READY, **plain)
    assert dn_capabilities(AgentState.OUT_OF_SERVICE, **plain) == ()
    flipped = dn_capabilities(AgentState.READY, do_not_disturb=True, forwarding=True, supervisor=True)
    assert {DnOperation.DND_OFF, DnOperation.CANCEL_FORWARD, DnOperation.START_MONITORING} <= set(flipped)
    assert not {DnOperation.DND_ON, DnOperation.SET_FORWARD} & set(flipped)
