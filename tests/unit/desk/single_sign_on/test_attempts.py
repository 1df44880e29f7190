"""Sign-ins that wait for the browser: one use, one browser, not for long, not too many."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from cordboard.desk.single_sign_on.attempts import LASTS, MOST, MOST_OF_PAGE, Attempts, Begun

NOW = 1_800_000_000.0


def attempts() -> Attempts:
    numbers = count()
    return Attempts("https://phone.example/page/signed-in", lambda: f"{next(numbers):05}-secret-of-forty-three-or-more")


def browser(begun: Begun) -> Callable[[str], str | None]:
    return {begun.cookie: begun.browser}.get


def test_taken_once_by_the_browser_that_began_it() -> None:
    known = attempts()
    begun = known.begin("page", NOW)
    assert known.take(begun.attempt.state, browser(begun), NOW) is begun
    assert known.take(begun.attempt.state, browser(begun), NOW) is None


def test_not_taken_by_another_browser_and_still_there() -> None:
    known = attempts()
    begun, other = known.begin("page", NOW), known.begin("other page", NOW)
    for stranger in ({}.get, browser(other), {begun.cookie: other.browser}.get, {begun.cookie: "é"}.get):
        assert known.take(begun.attempt.state, stranger, NOW) is None
    assert known.take(begun.attempt.state, browser(begun), NOW) is begun


def test_unknown_state() -> None:
    known = attempts()
    begun = known.begin("page", NOW)
    assert known.take("", browser(begun), NOW) is None
    assert known.take(begun.attempt.state + "x", browser(begun), NOW) is None


def test_too_old() -> None:
    known = attempts()
    begun = known.begin("page", NOW)
    assert known.take(begun.attempt.state, browser(begun), NOW + LASTS + 1) is None
    assert len(known) == 0


def test_bounded_by_page_and_in_all() -> None:
    known = attempts()
    first = known.begin("page", NOW)
    for _ in range(MOST_OF_PAGE):
        known.begin("page", NOW)
    assert len(known) == MOST_OF_PAGE
    assert known.take(first.attempt.state, browser(first), NOW) is None
    for page in range(MOST + 10):
        known.begin(str(page), NOW)
    assert len(known) == MOST


def test_secrets_are_not_shown() -> None:
    begun = attempts().begin("the-page", NOW)
    for secret in (begun.browser, begun.attempt.verifier, "the-page"):
        assert secret not in repr(begun)
