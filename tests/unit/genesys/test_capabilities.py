from __future__ import annotations

import pytest

from cordboard.genesys.capabilities import MATRIX, Capability, Situation, capabilities, device_capabilities, situation
from cordboard.genesys.operations import CallOperation
from cordboard.genesys.states import CallState, RecordingState

USER_DATA = {"AttachUserData", "UpdateUserData", "DeleteUserData", "DeleteUserDataPair"}
SINGLE_STEP = {"SingleStepTransfer", "SingleStepConference"}
INITIATE = {"InitiateTransfer", "InitiateConference"}
COMPLETE = {"CompleteTransfer", "CompleteConference"}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Situation.RINGING, {"Answer", "ClearCall"} | USER_DATA),
        (Situation.DIALING, {"Hangup", "SendDtmf"} | USER_DATA),
        (Situation.ESTABLISHED, {"Hangup", "Hold", "SendDtmf", "ClearCall"} | INITIATE | SINGLE_STEP | USER_DATA),
        (Situation.HELD, {"Hangup", "Retrieve", "ClearCall"} | INITIATE | SINGLE_STEP | USER_DATA),
        (Situation.HELD_PARENT, {"Hangup", "SwapCalls"} | COMPLETE | INITIATE | SINGLE_STEP | USER_DATA),
        (Situation.CONSULT_ESTABLISHED, {"Hangup", "SendDtmf", "SwapCalls"} | COMPLETE | USER_DATA),
        (Situation.RELEASED, set()),
    ],
)
def test_the_table(where: Situation, expected: set[str]) -> None:
    assert {capability.value for capability in capabilities(where)} == expected
    assert len(set(MATRIX[where])) == len(MATRIX[where])


def test_every_situation_has_a_row() -> None:
    assert MATRIX.keys() == set(Situation)


@pytest.mark.parametrize("state", list(CallState))
def test_an_ordinary_call_stands_where_its_state_says(state: CallState) -> None:
    assert situation(state).value == state.value


def test_consult_legs_and_their_parents_stand_elsewhere() -> None:
    assert situation(CallState.ESTABLISHED, is_consult=True) is Situation.CONSULT_ESTABLISHED
    assert situation(CallState.HELD, has_consult=True) is Situation.HELD_PARENT
    assert situation(CallState.DIALING, is_consult=True) is Situation.DIALING


def test_after_a_swap_it_is_the_other_way_round() -> None:
    assert situation(CallState.ESTABLISHED, has_consult=True) is Situation.CONSULT_ESTABLISHED
    assert situation(CallState.HELD, is_consult=True) is Situation.HELD_PARENT


@pytest.mark.parametrize(
    ("recording", "added"),
    [
        (None, set()),
        (RecordingState.STOPPED, {Capability.START_CALL_RECORDING}),
        (RecordingState.RECORDING, {Capability.PAUSE_CALL_RECORDING, Capability.STOP_CALL_RECORDING}),
        (RecordingState.PAUSED, {Capability.RESUME_CALL_RECORDING, Capability.STOP_CALL_RECORDING}),
    ],
)
def test_recording_adds_to_calls_that_are_up(recording: RecordingState | None, added: set[Capability]) -> None:
    for where in Situation:
        more = set(capabilities(where, recording)) - set(MATRIX[where])
        assert more == (added if where in (Situation.ESTABLISHED, Situation.HELD) else set())


def test_every_capability_is_an_operation() -> None:
    assert {capability.value for capability in Capability} <= {operation.value for operation in CallOperation}


def test_a_devices_capabilities_flip() -> None:
    assert device_capabilities(False, False) == ("DoNotDisturbOn", "ForwardCallsOn")
    assert device_capabilities(True, True) == ("DoNotDisturbOff", "ForwardCallsOff")


def test_a_supervisor_has_monitoring_beside_and_can_cancel_what_is_asked_for() -> None:
    idle = device_capabilities(False, False, supervisor=True)
    busy = device_capabilities(False, False, supervisor=True, monitoring=True)

    assert idle[2:] == ("ListenIn", "Coach", "BargeIn")
    assert busy == (*idle, "CancelSupervisorMonitoring")


@pytest.mark.parametrize(
    ("mode", "possible"),
    [
        ("mute", {"SwitchToCoach", "SwitchToBargeIn"}),
        ("coach", {"SwitchToListenIn", "SwitchToBargeIn"}),
        ("connect", {"SwitchToListenIn"}),
        ("", set()),
    ],
)
def test_how_a_supervisor_in_a_call_may_go_on(mode: str, possible: set[str]) -> None:
    for where in Situation:
        more = set(capabilities(where, supervising=mode)) - set(MATRIX[where])
        assert more == (possible if where is Situation.ESTABLISHED else set())


def test_a_participant_can_be_removed_where_there_are_several() -> None:
    assert "RemoveParticipantFromConference" in capabilities(Situation.ESTABLISHED, participants=2)
    assert "RemoveParticipantFromConference" not in capabilities(Situation.ESTABLISHED)
    assert "RemoveParticipantFromConference" not in capabilities(Situation.RINGING, participants=2)
