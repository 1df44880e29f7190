"""Options of Workspace as a traced GWS gives them."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.doctor.checks.workspace import options_in


def answer(*sections: Any) -> dict[str, Any]:
    return {"statusCode": 0, "resources": {"agentStates": [], "user": {"settings": list(sections)}}}


def test_the_options_are_those_of_the_section_of_workspace() -> None:
    other = {"name": "workspace-tab", "settings": [{"name": "label", "value": "CRM"}], "key": "name"}
    own = {"name": "interaction-workspace", "settings": [{"name": "sipendpoint.uri", "value": "/connector"}]}
    assert options_in(answer(other, own)) == {"sipendpoint.uri": "/connector"}


@pytest.mark.parametrize(
    "said",
    [None, [], {}, {"resources": None}, answer(), answer(1), answer({"name": "interaction-workspace", "settings": 1})],
)
def test_no_options(said: object) -> None:
    assert options_in(said) == {}
