"""`cordboard doctor` as monitoring sees it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cordboard.cli import doctor as command
from cordboard.cli.main import main
from cordboard.doctor import Finding, State


def findings(*states: State) -> Any:
    async def run(settings: object, only: object, **more: object) -> AsyncIterator[Finding]:
        for number, state in enumerate(states):
            yield Finding(f"web.n{number}", "A title", state, "what", "why", "mend")

    return run


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((State.OK, State.SKIPPED), 0),
        ((State.OK, State.WARNING), 1),
        ((State.WARNING, State.FAILED, State.OK), 2),
    ],
)
def test_exit_status(monkeypatch: pytest.MonkeyPatch, states: tuple[State, ...], status: int) -> None:
    monkeypatch.setattr(command, "run", findings(*states))
    assert called("--lab").exit_code == status


def test_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run", findings(State.OK, State.FAILED))
    result = called("--lab", "--json")
    whole = json.loads(result.stdout)
    assert (result.exit_code, whole["state"], [each["id"] for each in whole["findings"]]) == (
        2,
        "failed",
        ["web.n0", "web.n1"],
    )


def test_text_is_without_colours_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run", findings(State.FAILED))
    result = called("--lab")
    assert "  FAILED    web.n0: what\n            why   why\n            mend  mend\n" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--config", "/nowhere/cordboard.toml"), "/nowhere/cordboard.toml"),
        (("--lab", "--only", "nothing"), "nothing is no check and no group of checks"),
        (("--explain", "nothing"), "nothing is no check"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_what_cannot_run_ends_with_three(arguments: tuple[str, ...], said: str) -> None:
    result = called(*arguments)
    assert (result.exit_code, said in result.stderr) == (3, True), result.output


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    file = tmp_path / "cordboard.toml"
    file.write_text('[gateway]\nsip = "nowhere"\n')
    result = called("--config", str(file))
    assert result.exit_code == 3
    assert f"{file}:2" in result.stderr


def test_list_and_explain_need_no_settings() -> None:
    assert "sip.server" in called("--list").stdout
    result = called("--explain", "call.sound")
    assert (result.exit_code, "does   Each phone says a tone" in result.stdout) == (0, True)
