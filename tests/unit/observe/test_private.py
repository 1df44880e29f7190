from __future__ import annotations

import pytest

from cordboard.observe import Private


@pytest.mark.parametrize(
    ("text", "shown"), [("+15550100", "***00"), ("5001", "***01"), ("501", "***01"), ("50", "***"), ("", "***")]
)
def test_only_the_last_two_characters_are_shown(text: str, shown: str) -> None:
    private = Private(text)
    assert str(private) == repr(private) == f"{private}" == shown
    assert f"{private:>8}" == shown.rjust(8)


def test_text_and_equality_are_those_of_the_whole() -> None:
    assert Private("5001").text == "5001"
    assert Private("5001") == Private("5001") != Private("6001")
    assert str(Private("5001")) == str(Private("6001"))
