from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.genesys.workspace.key_values import DEEPEST, MOST, pairs, read_pairs

KEYS = st.sampled_from(["Segment", "Level", "a b", "\N{GREEK SMALL LETTER ALPHA}"])
SCALARS = st.text(max_size=8) | st.integers(-(2**31), 2**31 - 1)
DATA = st.dictionaries(KEYS, SCALARS | st.dictionaries(KEYS, SCALARS, max_size=2), max_size=3)


@given(DATA)
def test_what_t_library_knows_comes_back_as_it_went(data: dict[str, Any]) -> None:
    assert read_pairs(pairs(data)) == data


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [("Gold", "str", "Gold"), (2, "int", 2), (True, "int", 1), (1.5, "str", "1.5"), (None, "str", "null")],
)
def test_types(value: object, kind: str, told: object) -> None:
    assert pairs({"Key": value}) == [{"key": "Key", "type": kind, "value": told}]


def test_a_list_within_a_list() -> None:
    inner = {"key": "Id", "type": "str", "value": "C-1"}

    assert pairs({"Case": {"Id": "C-1"}}) == [{"key": "Case", "type": "kvlist", "value": [inner]}]


def test_a_type_may_be_left_out_and_the_last_of_two_values_stays() -> None:
    assert read_pairs([{"key": "a", "value": "1"}, {"key": "a", "value": 2}]) == {"a": "2"}


def nested(depth: int) -> list[dict[str, Any]]:
    value: list[dict[str, Any]] = []
    for _ in range(depth):
        value = [{"key": "a", "type": "kvlist", "value": value}]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"a": "b"},
        "a",
        None,
        ["a"],
        [{"value": "no key"}],
        [{"key": "", "value": "x"}],
        [{"key": 5, "value": "x"}],
        [{"key": "a", "type": "int", "value": "many"}],
        [{"key": "a", "type": "kvlist", "value": "x"}],
        [{"key": "a", "type": "str", "value": {}}],
        [{"key": "a", "type": "str"}],
        [{"key": "a", "type": "binary", "value": "x"}],
        nested(DEEPEST),
        [{"key": "a", "value": "x"}] * (MOST + 1),
    ],
)
def test_what_is_no_list_of_pairs(value: object) -> None:
    with pytest.raises(ValueError, match=r"is |has "):
        read_pairs(value)
