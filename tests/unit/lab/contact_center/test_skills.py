"""Skill expressions."""

from __future__ import annotations

import pytest

from cordboard.lab.contact_center.skills import WrongExpression, parse

SKILLS = {"english": 9, "sales": 3, "after-hours": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("english", True),
        ("german", False),
        ("german = 0", True),
        ("english >= 9", True),
        ("english > 9", False),
        ("english != 9", False),
        ("sales <= 3 and english == 9", True),
        ("sales < 3 & english", False),
        ("german or english", True),
        ("german | spanish", False),
        ("german and spanish or english", True),
        ("english and (german or sales >= 3)", True),
        ("after-hours", True),
    ],
)
def test_who_matches(text: str, expected: bool) -> None:
    assert parse(text).matches(SKILLS) is expected


def test_names() -> None:
    assert parse("a and (b > 2 or c) or a").names() == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "a skill is expected at the end"),
        ("english >=", "a level is expected after english >="),
        ("english and", "a skill is expected at the end"),
        ("(english", "a parenthesis is not closed"),
        ("english sales", "'sales' is not expected"),
        ("english > high", "a level is expected"),
        ("english > 5 %", "'%' is not expected"),
        ("5 > english", "a skill is expected before '5'"),
    ],
)
def test_what_is_wrong_is_said(text: str, what: str) -> None:
    with pytest.raises(WrongExpression) as raised:
        parse(text)
    assert what in str(raised.value)
