from __future__ import annotations

from cordboard.desk.admin import attempts
from cordboard.desk.admin.attempts import AT_ONCE, MOST_KEYS, Attempts


def test_wait_ends_when_the_oldest_failure_is_forgotten() -> None:
    tried = Attempts()
    for now in range(5):
        assert tried.wait("ada", "a", float(now)) == 0.0
        tried.failed("ada", "a", float(now))
    assert tried.wait("ada", "b", 5.0) == attempts.WINDOW - 5
    assert tried.wait("bob", "a", 5.0) == 0.0
    assert tried.wait("ada", "b", attempts.WINDOW) == 0.0


def test_success_clears_the_user_and_not_the_address() -> None:
    tried = Attempts()
    for _ in range(20):
        tried.failed("ada", "a", 0.0)
    tried.succeeded("ada")
    assert tried.wait("ada", "b", 1.0) == 0.0
    assert tried.wait("bob", "a", 1.0) > 0.0


def test_few_are_examined_at_once() -> None:
    tried = Attempts()
    tried.under_way = AT_ONCE
    assert tried.wait("ada", "a", 0.0) == 1.0


def test_strangers_take_no_memory_without_end() -> None:
    tried = Attempts()
    for each in range(MOST_KEYS):
        tried.failed(f"user{each}", f"address{each}", 0.0)
    assert len(tried._failures) == MOST_KEYS
