"""The proof that a page is alive, in virtual time."""

from __future__ import annotations

from cordboard.seat import proof
from cordboard.seat.proof import (
    Answered,
    Arrived,
    Doubted,
    Life,
    Microphone,
    Ping,
    Proof,
    ProofOutput,
    ProofSettings,
    Responded,
    Tick,
    Unusable,
    Usable,
)
from kit.table_cells import expect_every_cell

TIMES = ProofSettings(ping_seconds=5, patience=2, frozen_seconds=30)


def arrived() -> Proof:
    """It has answered its first ping."""
    page = Proof(TIMES)
    assert page.handle(Arrived(), 0.0) == [Ping()]
    assert page.handle(Answered(), 0.1) == [Usable()]
    return page


def until(page: Proof, end: float) -> list[tuple[float, ProofOutput]]:
    """What is said while the page is silent."""
    said: list[tuple[float, ProofOutput]] = []
    while page.deadline is not None and page.deadline <= end:
        now = page.deadline
        said += [(round(now, 1), output) for output in page.handle(Tick(), now)]
    return said


def frozen() -> Proof:
    page = arrived()
    until(page, 10)
    assert page.life is Life.FROZEN
    return page


def test_answers_are_asked_for_at_their_times() -> None:
    page = arrived()
    assert page.handle(Tick(), 5.0) == []
    assert until(page, 5.1) == [(5.1, Ping())]
    assert page.handle(Answered(), 5.2) == []
    assert page.deadline == 10.2
    assert page.heard_at == 5.2


def test_frozen_page_is_found_in_less_than_ten_seconds() -> None:
    page = arrived()
    assert until(page, 10) == [(5.1, Ping()), (7.1, Ping()), (9.1, Ping()), (9.1, Unusable("frozen"))]
    assert not page.usable
    assert until(page, 100) == [(39.1, Ping()), (69.1, Ping()), (99.1, Ping())]


def test_page_that_thaws_is_of_use_again() -> None:
    page = frozen()
    assert page.handle(Answered(), 50.0) == [Usable()]
    assert page.deadline == 55.0


def test_late_page_that_answers_says_nothing() -> None:
    page = arrived()
    until(page, 7.5)
    assert page.life is Life.LATE
    assert page.handle(Answered(), 7.6) == []
    assert page.life is Life.ALIVE


def test_microphone_lost_and_found() -> None:
    page = arrived()
    assert page.handle(Answered(Microphone.LOST), 1.0) == [Unusable("microphone")]
    assert page.handle(Answered(Microphone.LOST), 6.0) == []
    assert page.handle(Answered(Microphone.ASKED), 7.0) == [Usable()]
    assert page.handle(Answered(Microphone.READY), 8.0) == []


def test_page_that_thaws_without_its_microphone_stays_of_no_use() -> None:
    page = frozen()
    assert page.handle(Answered(Microphone.LOST), 50.0) == []
    assert page.handle(Answered(), 51.0) == [Usable()]


def test_page_that_knows_no_words_is_judged_by_its_responses() -> None:
    page = Proof(TIMES)
    page.handle(Arrived(), 0.0)
    assert page.handle(Responded(), 0.1) == [Usable()]
    until(page, 7.5)
    assert page.handle(Responded(), 7.6) == []
    assert until(page, 30)[-1] == (16.6, Unusable("frozen"))
    assert page.handle(Responded(), 31.0) == [Usable()]


def test_page_that_knows_words_is_not_judged_by_its_responses() -> None:
    page = arrived()
    until(page, 5.5)
    page.handle(Responded(), 5.6)
    until(page, 7.5)
    page.handle(Responded(), 7.6)
    assert until(page, 10)[-1] == (9.1, Unusable("frozen"))
    assert page.handle(Responded(), 11.0) == []


def test_doubt_asks_once() -> None:
    page = arrived()
    assert page.handle(Doubted(), 2.0) == [Ping()]
    assert page.handle(Doubted(), 2.1) == []
    assert page.handle(Answered(), 2.2) == []
    page.handle(Doubted(), 3.0)
    until(page, 5.5)
    assert page.life is Life.LATE
    assert page.handle(Doubted(), 5.6) == [], "the second ping is on its way"


def test_new_connection_is_asked_anew() -> None:
    for page in (arrived(), frozen()):
        assert page.handle(Arrived(), 60.0) == [Ping()]
    late = arrived()
    until(late, 7.5)
    assert late.handle(Arrived(), 8.0) == [Ping()]
    assert frozen().handle(Doubted(), 60.0) == []


def test_without_pings_a_page_counts_as_alive() -> None:
    page = Proof(ProofSettings(ping_seconds=0))
    assert page.handle(Arrived(), 0.0) == []
    assert page.handle(Tick(), 100.0) == []
    assert page.usable
    assert page.handle(Answered(Microphone.LOST), 101.0) == [Unusable("microphone")]
    assert page.deadline is None


def test_every_cell_is_visited() -> None:
    expect_every_cell(proof, globals())
