"""The reference page and the example file say what the source says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cordboard.config import parse, reference
from cordboard.config.settings import SETTINGS

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("file", "made"),
    [("docs/settings.md", reference.page), ("cordboard.example.toml", reference.example)],
)
def test_file_is_what_the_source_makes(file: str, made: object) -> None:
    assert callable(made)
    assert (PROJECT / file).read_text() == made(), f"{file} is out of date; run `make reference`"


def test_example_is_read_without_a_problem_and_holds_the_defaults() -> None:
    uncommented = re.sub(r"^# (\w+ = )", r"\1", reference.example(), flags=re.MULTILINE)
    assert parse(uncommented) == parse(reference.example())


def test_page_names_every_setting() -> None:
    page = reference.page()
    for each in SETTINGS:
        assert f"| `{each.key}` |" in page, each.name
