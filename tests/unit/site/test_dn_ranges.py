from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.site.dn_ranges import read, written
from cordboard.site.errors import SiteProblem


@pytest.mark.parametrize(
    ("words", "dns"),
    [
        (["5001-5003"], ("5001", "5002", "5003")),
        (["5001-5002 5030"], ("5001", "5002", "5030")),
        (["5001-5002,5030", "x.1"], ("5001", "5002", "5030", "x.1")),
        (["0098-0101"], ("0098", "0099", "0100", "0101")),
        (["5001-5001"], ("5001",)),
        ([], ()),
        (["Agent-7"], ("Agent-7",)),
    ],
)
def test_ranges_are_expanded(words: list[str], dns: tuple[str, ...]) -> None:
    assert read(words) == dns


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("5001-", "5001- is no range of DNs; right would be 5001-5020"),
        ("-5001", "-5001 is no range of DNs; right would be 5001-5020"),
        ("5001..5009", "5001..5009 is no range of DNs; right would be 5001-5009"),
        ("5020-5001", "5020-5001 ends before it begins; right would be 5001-5020"),
        ("1-5001", "1-5001 is a range of DNs of different lengths; right would be 5001-5020"),
        ("5001-5003 5002", "5002 is given twice"),
        ("00000-99999", "00000-99999 makes more than 5000 agents at once"),
        ("5001;5002", '5001;5002 is not a DN: digits, letters and _ . + - only; right would be "5001"'),
    ],
)
def test_what_is_wrong_is_told(word: str, problem: str) -> None:
    with pytest.raises(SiteProblem) as caught:
        read([word])
    assert caught.value.problems == (problem,)


NUMBERS = st.integers(0, 9999).map("{:04}".format)
NAMES = st.integers(0, 99).map("agent{}".format)


@settings(deadline=None, max_examples=50)
@given(st.lists(NUMBERS | NAMES, unique=True, max_size=20))
def test_what_is_written_is_read_again(dns: list[str]) -> None:
    assert read([written(dns)]) == tuple(dns)
