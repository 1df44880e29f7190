"""What docs/install.md tells an administrator to type is understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from cordboard.cli.init import init
from cordboard.cli.main import main
from cordboard.site.option_texts import as_annex, for_agent

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "install.md").read_text()
TYPED = re.findall(r"^ {4,}(?:\S+=\S+ )?cordboard (.+)$", PAGE.replace("\\\n", " "), re.MULTILINE)
NAMED = [each for each in re.findall(r"`cordboard ([a-z][^`]*)`", PAGE.replace("\n", " ")) if each]


@pytest.mark.parametrize("typed", sorted({*TYPED, *NAMED}))
def test_command(typed: str) -> None:
    command: click.Command = main
    words = shlex.split(typed.partition(" >")[0])
    context = click.Context(main)
    if words == ["--version"]:
        return
    while isinstance(command, click.Group) and words:
        _, found, words = command.resolve_command(context, words)
        assert found is not None
        command = found
    if words and words != ["--check"]:
        assert command.make_context(typed, words)


def test_all_questions_are_told() -> None:
    flags = {flag for each in init.params for flag in each.opts if flag.startswith("--")}
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE))
    assert {flag for flag in flags if flag not in told} <= {"--turn"}
    assert "--no-turn" in told


def test_the_annex_is_what_the_command_prints() -> None:
    printed = as_annex([for_agent("5001", "", known=False)]).splitlines()[1:]
    assert "\n".join(f"    {line}" for line in printed) in PAGE
