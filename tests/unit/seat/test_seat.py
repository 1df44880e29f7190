"""A DN and its pages, in virtual time."""

from __future__ import annotations

import pytest

from cordboard.seat import seat as s
from cordboard.seat.store import MemoryStore
from cordboard.sip.events import Flow


def page(name: str, connection: str) -> s.Page:
    return s.Page(Flow("WS", "page", ("127.0.0.1", 1), connection), f"sip:{name}@x.invalid", name)


FIRST, SECOND = page("first", "c1"), page("second", "c2")
FIRST_AGAIN = page("first", "c3")


@pytest.fixture
def seat() -> s.Seat:
    return s.Seat("5001", page_gone_seconds=30)


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


def test_store_has_a_seat_for_each_configured_dn() -> None:
    store = MemoryStore(("5001", "5002"), 30)
    assert [seat.dn for seat in store] == ["5001", "5002"]
    assert store.seat("5001") is store.seat("5001")
    assert store.seat("9999") is None
