"""What the documents tell one to type or to open is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from structure.tree import PROJECT, name

DOCUMENTS = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")]
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_make_targets_exist(document: Path) -> None:
    told = set(re.findall(r"(?:^|`|^ {4})make ([a-z][a-z-]*)", document.read_text(), re.MULTILINE))
    assert told <= TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text())
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_readme_is_short_and_tells_the_two_commands() -> None:
    readme = (PROJECT / "README.md").read_text()
    assert len(readme.splitlines()) <= 40
    assert "make lab" in readme
    assert "make test" in readme


def test_help_of_the_makefile_names_its_main_targets() -> None:
    assert {"lab", "test", "lint", "types", "bench", "wheel", "clean"} <= TARGETS
