"""What of Workspace's options is kept, and what of it the page hears."""

from __future__ import annotations

import pytest

from cordboard.desk.connector.options import FAILED_PINGS, MOST_OPTIONS, kept_options, number_of, words_of


def test_only_plain_values_are_kept_and_not_too_many_nor_too_long() -> None:
    assert kept_options({"a": "1", "b": 2, "c": True, "d": None, "e": [1], "f": {"g": 1}}) == {
        "a": "1",
        "b": 2,
        "c": True,
    }
    assert len(kept_options({str(number): number for number in range(1000)})) == MOST_OPTIONS
    assert kept_options({"long": "x" * 1000}) == {}
    assert kept_options(["auto"]) == kept_options(None) == {}


@pytest.mark.parametrize(
    ("value", "on"), [("1", True), (1, True), (True, True), ("true", True), ("0", False), (0, False), ("False", False)]
)
def test_switches_are_read_in_every_manner(value: str | int | bool, on: bool) -> None:
    assert words_of({"policy.session.auto_answer": value}) == {"do": "options", "autoAnswer": on}


def test_the_policy_goes_before_the_older_name() -> None:
    both = {"policy.session.noise_suppression": "0", "noise_suppression": "1"}
    assert words_of(both) == {"do": "options", "noiseSuppression": False}
    assert words_of({"noise_suppression": "1"}) == {"do": "options", "noiseSuppression": True}


def test_options_about_a_program_on_the_pc_are_no_word() -> None:
    assert words_of({"transport-protocol": "UDP", "ping-interval": 2000}) == {}


@pytest.mark.parametrize("value", [None, "", "ten", -1, 0, "0", 1.5, True, "9" * 9])
def test_a_number_that_is_none_is_the_default(value: object) -> None:
    assert number_of(value, FAILED_PINGS) == FAILED_PINGS
    assert number_of("7", FAILED_PINGS) == number_of(7, FAILED_PINGS) == 7
