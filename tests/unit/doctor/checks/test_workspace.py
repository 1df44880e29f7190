"""Options of Workspace in the shapes in which GWS may give them."""

from __future__ import annotations

import pytest

from cordboard.doctor.checks.workspace import options_in

ONE = {"sipendpoint.uri": "/connector"}


@pytest.mark.parametrize(
    "said",
    [
        {"settings": {"interaction-workspace": ONE, "other": {"x": "y"}}},
        {"settings": ONE},
        {"settings": [{"name": "sipendpoint.uri", "value": "/connector"}]},
    ],
)
def test_options(said: object) -> None:
    assert options_in(said) == ONE


@pytest.mark.parametrize("said", [None, [], {}, {"settings": None}, {"settings": "x"}, {"settings": [1]}])
def test_no_options(said: object) -> None:
    assert options_in(said) == {}
