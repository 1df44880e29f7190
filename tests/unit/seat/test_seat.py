"""A DN and its pages, in virtual time."""

from __future__ import annotations

import pytest

from cordboard.seat import seat as s
from cordboard.seat.store import MemoryStore
from cordboard.sip.events import Flow
from kit.table_cells import expect_every_cell


def page(name: str, connection: str) -> s.Page:
    return s.Page(Flow("WS", "page", ("127.0.0.1", 1), connection), f"sip:{name}@x.invalid", name)


FIRST, SECOND = page("first", "c1"), page("second", "c2")
FIRST_AGAIN = page("first", "c3")


def new_seat() -> s.Seat:
    return s.Seat("5001", page_gone_seconds=30)


@pytest.fixture
def seat() -> s.Seat:
    return new_seat()


def test_first_page_starts_the_registration(seat: s.Seat) -> None:
    assert seat.handle(s.PageRegistered(FIRST), 0) == [s.StartRegistration(), s.PageArrived(FIRST, same=False)]
    assert seat.page == FIRST
    assert seat.deadline is None


def test_refresh_changes_nothing(seat: s.Seat) -> None:
    seat.handle(s.PageRegistered(FIRST), 0)
    assert seat.handle(s.PageRegistered(FIRST), 10) == []
    assert seat.pages == [FIRST]


def test_page_gone_for_30_seconds_ends_the_registration(seat: s.Seat) -> None:
    seat.handle(s.PageRegistered(FIRST), 0)
    assert seat.handle(s.PageRemoved(FIRST.flow), 5) == [s.PageLeft(FIRST)]
    assert seat.page is None
    assert seat.deadline == 35
    assert seat.handle(s.Tick(), 34.9) == []
    assert seat.handle(s.Tick(), 35) == [s.StopRegistration()]
    assert seat.state is s.SeatState.ABSENT


def test_page_back_in_time_keeps_the_registration(seat: s.Seat) -> None:
    seat.handle(s.PageRegistered(FIRST), 0)
    seat.handle(s.PageRemoved(FIRST.flow), 5)
    assert seat.handle(s.PageRegistered(FIRST_AGAIN), 20) == [s.PageArrived(FIRST_AGAIN, same=True)]
    assert seat.handle(s.Tick(), 100) == []


def test_newest_page_gets_calls_and_the_older_is_told(seat: s.Seat) -> None:
    seat.handle(s.PageRegistered(FIRST), 0)
    assert seat.handle(s.PageRegistered(SECOND), 1) == [s.TakenOver(FIRST), s.PageArrived(SECOND, same=False)]
    assert seat.page == SECOND
    assert seat.handle(s.PageRemoved(SECOND.flow), 2) == [s.PageLeft(SECOND)]
    assert seat.page == FIRST
    assert seat.deadline is None


def test_same_page_on_a_new_connection_replaces_its_old_one(seat: s.Seat) -> None:
    seat.handle(s.PageRegistered(FIRST), 0)
    outputs = seat.handle(s.PageRegistered(FIRST_AGAIN), 1)
    assert outputs == [s.PageLeft(FIRST), s.PageArrived(FIRST_AGAIN, same=True)]
    assert seat.handle(s.PageRemoved(FIRST.flow), 2) == []
    assert seat.page == FIRST_AGAIN


def test_removal_of_an_unknown_page_means_nothing(seat: s.Seat) -> None:
    assert seat.handle(s.PageRemoved(FIRST.flow), 0) == []
    seat.handle(s.PageRegistered(FIRST), 0)
    assert seat.handle(s.PageRemoved(SECOND.flow), 1) == []
    assert seat.page == FIRST


# --- pages that cannot take calls

FROZEN, LOST = s.PageUnusable(FIRST.flow, "frozen"), s.PageUnusable(FIRST.flow, "microphone")
DEREGISTERS, STAYS = True, False


def unreachable(deregisters: bool) -> s.Seat:
    seat = s.Seat("5001", page_gone_seconds=30, deregisters=deregisters)
    seat.handle(s.PageRegistered(FIRST), 0)
    seat.handle(FROZEN, 5)
    assert seat.state is s.SeatState.UNREACHABLE
    assert not seat.reachable
    return seat


@pytest.mark.parametrize("deregisters", [DEREGISTERS, STAYS])
def test_page_of_no_use_makes_the_dn_unreachable_until_it_is_of_use(deregisters: bool) -> None:
    seat = s.Seat("5001", page_gone_seconds=30, deregisters=deregisters)
    seat.handle(s.PageRegistered(FIRST), 0)
    assert seat.reachable
    stop = [s.StopRegistration()] if deregisters else []
    start = [s.StartRegistration()] if deregisters else []
    assert seat.handle(FROZEN, 5) == [s.Unreachable("frozen"), *stop]
    assert seat.handle(LOST, 6) == []
    assert seat.handle(s.PageUsable(FIRST.flow), 7) == [s.Reachable(), *start]
    assert seat.handle(s.PageUsable(FIRST.flow), 8) == []
    assert seat.reachable


def test_another_page_is_taken_at_its_word() -> None:
    seat = unreachable(DEREGISTERS)
    assert seat.handle(s.PageRegistered(SECOND), 6) == [
        s.TakenOver(FIRST),
        s.PageArrived(SECOND, same=False),
        s.Reachable(),
        s.StartRegistration(),
    ]


def test_the_same_page_must_prove_itself_on_its_new_connection() -> None:
    seat = unreachable(DEREGISTERS)
    assert seat.handle(s.PageRegistered(FIRST), 6) == [], "a refresh proves nothing"
    assert seat.handle(s.PageRegistered(FIRST_AGAIN), 7) == [s.PageLeft(FIRST), s.PageArrived(FIRST_AGAIN, same=True)]
    assert not seat.reachable
    assert seat.handle(s.PageUsable(FIRST_AGAIN.flow), 8) == [s.Reachable(), s.StartRegistration()]


def test_the_page_that_new_calls_go_to_is_what_counts() -> None:
    seat = s.Seat("5001", deregisters=DEREGISTERS)
    seat.handle(s.PageRegistered(FIRST), 0)
    seat.handle(s.PageRegistered(SECOND), 1)
    assert seat.handle(FROZEN, 2) == []
    assert seat.handle(s.PageRemoved(SECOND.flow), 3) == [
        s.PageLeft(SECOND),
        s.Unreachable("frozen"),
        s.StopRegistration(),
    ]


def test_page_of_no_use_that_leaves_and_comes_back() -> None:
    seat = unreachable(DEREGISTERS)
    assert seat.handle(s.PageRemoved(FIRST.flow), 6) == [s.PageLeft(FIRST)]
    assert seat.state is s.SeatState.LEAVING
    assert not seat.reachable
    assert seat.handle(s.PageRegistered(FIRST_AGAIN), 10) == [
        s.StartRegistration(),
        s.PageArrived(FIRST_AGAIN, same=True),
    ]
    gone = unreachable(DEREGISTERS)
    gone.handle(s.PageRemoved(FIRST.flow), 6)
    assert gone.handle(s.Tick(), 36) == [], "it is de-registered already"


def test_what_is_said_of_a_page_that_is_not_here(seat: s.Seat) -> None:
    assert seat.handle(FROZEN, 0) == []
    seat.handle(s.PageRegistered(SECOND), 1)
    assert seat.handle(FROZEN, 2) == []
    assert seat.handle(s.PageUsable(FIRST.flow), 3) == []
    assert seat.reachable
    other = unreachable(STAYS)
    assert other.handle(s.PageUsable(SECOND.flow), 6) == []


def test_store_has_a_seat_for_each_configured_dn() -> None:
    store = MemoryStore(("5001", "5002"), 30)
    assert [seat.dn for seat in store] == ["5001", "5002"]
    assert store.seat("5001") is store.seat("5001")
    assert store.seat("9999") is None


def test_a_page_of_an_earlier_process_is_expected_and_the_dn_registered(seat: s.Seat) -> None:
    assert seat.handle(s.PageExpected(), 0) == [s.StartRegistration()]
    assert seat.page is None
    assert not seat.reachable
    assert seat.handle(s.PageRegistered(FIRST), 3) == [s.PageArrived(FIRST, same=False)]
    assert seat.reachable


def test_an_expected_page_that_does_not_come_ends_the_registration(seat: s.Seat) -> None:
    seat.handle(s.PageExpected(), 0)
    assert seat.handle(s.PageExpected(), 1) == [], "a second call of the same DN"
    assert seat.handle(s.Tick(), 30) == [s.StopRegistration()]


def test_every_cell_is_visited() -> None:
    expect_every_cell(s, globals(), seat=new_seat, deregisters=lambda: True)


def test_a_page_whose_agent_signed_out_takes_the_registration_along_at_once() -> None:
    seat = s.Seat("5001", page_gone_seconds=30.0)
    seat.handle(s.PageRegistered(FIRST), 0)
    assert seat.handle(s.PageRemoved(FIRST.flow, for_good=True), 5) == [s.PageLeft(FIRST), s.StopRegistration()]
    assert (seat.state, seat.deadline) == (s.SeatState.ABSENT, None)
    assert seat.handle(s.PageRegistered(SECOND), 6)[0] == s.StartRegistration()


def test_the_other_page_of_the_dn_keeps_the_registration() -> None:
    seat = s.Seat("5001")
    seat.handle(s.PageRegistered(FIRST), 0)
    seat.handle(s.PageRegistered(SECOND), 1)
    assert seat.handle(s.PageRemoved(SECOND.flow, for_good=True), 5) == [s.PageLeft(SECOND)]
    assert seat.page == FIRST
