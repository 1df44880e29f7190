"""What the documents tell one to type or to open is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cordboard.cli.main import main
from structure.tree import PROJECT, name, text_files

DOCUMENTS = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"), *PROJECT.glob("examples/**/*.md")]
PROGRAMS = ("src", "web", "tests", "bench", "scripts", "examples")
FILES = [name(file) for file in text_files(*PROGRAMS)]
FOREIGN = {"npm-cli.js", "wwe-service-client-api.js"}
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_make_targets_exist(document: Path) -> None:
    told = set(re.findall(r"(?:^|`|^ {4})make ([a-z][a-z-]*)", document.read_text(), re.MULTILINE))
    assert told <= TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", document.read_text())
    local = [(document.parent / link if link else document, heading) for link, heading in links if "://" not in link]
    assert [name(file) for file, _ in local if not file.exists()] == []
    assert [(name(file), heading) for file, heading in local if heading and heading not in headings(file)] == []


def headings(document: Path) -> set[str]:
    """As links name them: small letters, no punctuation, hyphens for blanks."""
    found = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_files_that_are_named_exist(document: Path) -> None:
    told = set(re.findall(r"`((?:[\w.-]+/)*[\w*-]+\.(?:py|js|mjs|c|h|css|html))`", document.read_text())) - FOREIGN
    patterns = {path: re.compile(rf"(?:^|/){re.escape(path).replace(chr(92) + '*', '[^/]*')}$") for path in told}
    assert [path for path, pattern in patterns.items() if not any(map(pattern.search, FILES))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_have_what_they_are_told(document: Path) -> None:
    text = document.read_text().replace("\\\n", " ")
    code = [*re.findall(r"^ {4}(.*)$", text, re.MULTILINE), *re.findall(r"`([^`\n]+)`", text)]
    told = [told for line in code for told in re.findall(r"(?:^|bin/|\s)cordboard ((?:[a-z]|--)[^|;&#>)]*)", line)]
    assert [line for line in told if list(unknown(main, line.split("  ")[0].split()))] == []


def unknown(command: click.Command, words: list[str]) -> Iterator[str]:
    """What of these words the command does not know."""
    context = click.Context(command)
    options = {
        each for parameter in command.get_params(context) for each in (*parameter.opts, *parameter.secondary_opts)
    }
    for index, word in enumerate(words):
        option = word.partition("=")[0].rstrip(".,")
        if option.startswith("-") and option not in options:
            yield option
        if isinstance(command, click.Group) and (below := command.get_command(context, word.rstrip(".,"))):
            yield from unknown(below, words[index + 1 :])
            return


def test_readme_is_short_and_tells_the_two_commands() -> None:
    readme = (PROJECT / "README.md").read_text()
    assert len(readme.splitlines()) <= 40
    assert "make lab" in readme
    assert "make test" in readme


def test_help_of_the_makefile_names_its_main_targets() -> None:
    assert {"lab", "test", "lint", "types", "bench", "wheel", "clean"} <= TARGETS
