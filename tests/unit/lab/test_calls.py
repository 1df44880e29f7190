"""Orders for customers' calls, as the lab's HTTP API takes them; see `net/test_lab_telephone.py` for the routes."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.lab.calls import DEFAULT_CALLER, DEFAULT_USER_DATA, BadRequest, Order


def test_everything_has_a_default_but_the_number() -> None:
    assert Order.parse({"to": "8000"}) == Order(DEFAULT_CALLER, "8000", None, DEFAULT_USER_DATA, 0.0, "")


def test_everything_can_be_said() -> None:
    body = {"from": "+1", "to": "600", "tone": 440, "userData": {"a": {"b": 1}}, "duration": 2.5, "name": "Ada"}
    assert Order.parse(body) == Order("+1", "600", 440.0, {"a": {"b": 1}}, 2.5, "Ada")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"to": ""},
        {"to": "+"},
        {"to": "1" * 33},
        {"to": "8000\n"},
        {"to": "8000", "from": None},
        {"to": "8000", "tone": "440"},
        {"to": "8000", "tone": float("inf")},
        {"to": "8000", "duration": 1e9},
        {"to": "8000", "userData": {"a": "x" * 20_000}},
        {"to": "8000", "name": 'a"b'},
        {"to": "8000", "name": "x" * 65},
    ],
)
def test_bad_orders(body: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        Order.parse(body)
