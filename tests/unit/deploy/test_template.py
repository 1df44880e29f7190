"""Templates take nothing that went through no quoting function."""

from __future__ import annotations

import pytest

from cordboard.deploy import template
from cordboard.deploy.quoting import FILTERS
from cordboard.deploy.rendering import RenderProblem
from cordboard.deploy.template import Unquoted, fill


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> object:
    """Fills a template that is a text."""

    def filled(source: str, **values: object) -> str:
        made = template._environment().from_string(source)
        monkeypatch.setattr(template._environment(), "get_template", lambda name: made)
        return fill("some", **values)

    return filled


def test_a_text_needs_a_language(text) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unquoted):
        text("{{ name }}", name="a")
    assert text("{{ name | shell }} {{ 5 }}", name="a b") == "'a b' 5"


def test_what_is_missing_is_a_mistake(text) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AssertionError, match="undefined"):
        text("{{ name | word }}")


def test_a_value_that_cannot_be_written_is_a_problem(text) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RenderProblem) as problem:
        text("{{ name | nginx }}", name="a$b")
    assert problem.value.problems == ("some: 'a$b' holds a dollar, which begins a variable of nginx",)


def test_every_language_has_its_function() -> None:
    assert {"nginx", "systemd", "shell", "pjsip", "json", "word"} <= set(FILTERS)
