"""The session's table as a whole: every cell is gone through by some test of the session."""

from __future__ import annotations

from cordboard.sip.session.states import Event, State
from cordboard.sip.session.usage import Session
from kit.table_cells import expect_every_cell
from unit.sip import (
    test_session_called,
    test_session_caller,
    test_session_digest,
    test_session_ending,
    test_session_reinvite,
    test_session_reliable,
    test_session_timer,
)

MODULES = (
    test_session_caller,
    test_session_called,
    test_session_reinvite,
    test_session_ending,
    test_session_reliable,
    test_session_timer,
    test_session_digest,
)


def scenarios() -> dict[str, object]:
    found: dict[str, object] = {}
    for module in MODULES:
        found |= {
            f"{name}_{module.__name__}": value for name, value in vars(module).items() if name.startswith("test_")
        }
    return found


def test_every_cell_is_visited() -> None:
    ending = test_session_ending

    def test_parametrized() -> None:
        for end in ("Reject", "Hangup", "CANCEL", "BYE"):
            test_session_reliable.held_success_and_the_end(end)
        for state in ending.ESTABLISHED:
            test_session_timer.refresh_and_expiry(state)
            ending.their_bye(state)
            ending.our_hangup(state)
            for status in (481, 408):
                ending.dialog_gone(state, status)
        for status in (481, 408):
            ending.reinvite_shows_dialog_gone(status)

    expect_every_cell(Session, {**scenarios(), "test_parametrized": test_parametrized})


def test_every_state_can_be_left() -> None:
    left = {state for (state, _), (to, _) in Session.TABLE.items() if to is not state}
    assert left == set(State) - {State.ENDED}


def test_every_event_means_something_somewhere() -> None:
    assert {event for _, event in Session.TABLE} == set(Event)
