from __future__ import annotations

import pytest

from cordboard.genesys.states import (
    AFTER_CALL_WORK,
    AGENT_STATES,
    AUX_WORK,
    NOT_READY,
    OFFLINE,
    READY,
    UserState,
    user_state,
)


@pytest.mark.parametrize(
    ("state", "work_mode", "expected"),
    [
        ("Ready", "", READY),
        ("NotReady", "", NOT_READY),
        ("NotReady", "AfterCallWork", AFTER_CALL_WORK),
        ("NotReady", "AuxWork", AUX_WORK),
        ("NotReady", "LegalGuard", NOT_READY),
        ("LoggedOut", "", OFFLINE),
    ],
)
def test_a_state_and_a_work_mode_are_one_of_the_constants(state: str, work_mode: str, expected: UserState) -> None:
    assert user_state(state, work_mode) == expected


def test_the_ids_are_those_of_every_installation() -> None:
    assert [entry.user_state.id for entry in AGENT_STATES] == [
        "9430250E-0A1B-421F-B372-F29E69366DED",
        "900D55CC-2BB0-431F-8BF9-D3525B383BE6",
        "D3663509-3D82-4DD3-A82E-2EA8EFA02AEF",
        "2B36138D-C564-4562-A8CB-3C32D564F296",
        "0F7F5003-EF26-4D13-A6Ef-D0C7EC819BEB",
    ]


def test_an_unknown_state_is_an_error() -> None:
    with pytest.raises(ValueError, match="Asleep"):
        user_state("Asleep")
