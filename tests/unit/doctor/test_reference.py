"""docs/doctor.md says what the code does."""

from __future__ import annotations

from pathlib import Path

from cordboard.doctor.catalogue import CHECKS, GROUPS
from cordboard.doctor.reference import BEGIN, page, reference

PROJECT = Path(__file__).resolve().parents[3]


def test_page_is_current() -> None:
    text = (PROJECT / "docs" / "doctor.md").read_text()
    assert text == page(text), "docs/doctor.md is out of date; run `make reference`"


def test_every_check_is_there_once() -> None:
    text = reference()
    assert all(text.count(f"| `{each.id}` |") == 1 for each in CHECKS)
    assert all(f"## {heading}\n" in text for heading in GROUPS.values())


def test_what_was_written_by_hand_stays() -> None:
    assert page(f"# Doctor\n\nwords\n\n{BEGIN}\nold").startswith(f"# Doctor\n\nwords\n\n{BEGIN}\n\n## This machine")
