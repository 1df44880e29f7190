"""`cordboard doctor` as monitoring sees it."""

from __future__ import annotations

import builtins
import errno
import json
import signal
import subprocess
import sys
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
        (("--explain", "nothing"), "nothing is no check; `cordboard doctor --list`"),
        (("--explain", "sip.registr"), "sip.registr is no check; the closest is sip.register; "),
        (("--explain", "sip"), "sip is a group of checks: sip.certificate"),
        (("--lab", "--only", "sips"), "sips is no check and no group of checks; the closest is sip; "),
        (("--lab", "--only", ""), "--only names no check"),
        (("--lab", "--only", " , "), "--only names no check"),
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


EXAMINED_WITHOUT_END = """
import asyncio, os, sys
from cordboard.cli import doctor

async def run(*_, **__):
    try:
        os.kill(os.getpid(), int(sys.argv[1]))
        await asyncio.get_running_loop().create_future()
        yield
    finally:
        print("taken back")

doctor.run = run
doctor.doctor(["--lab"])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    """In a process of its own: which thread and which loop a signal wakes is the whole process' matter."""
    arguments = (sys.executable, "-c", EXAMINED_WITHOUT_END, str(int(number)))
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, "interrupted" in done.stderr, done.stdout) == (3, True, "taken back\n"), done.stderr


@pytest.mark.parametrize(("arguments", "status"), [(("doctor", "--list"), 1), (("doctor", "--lab", "--json"), 3)])
def test_no_room_for_the_output(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], status: int) -> None:
    monkeypatch.setattr(command, "run", findings(State.OK))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(builtins, "print", full) if status == 1 else monkeypatch.setattr(command.json, "dumps", full)
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == status
    assert "the output cannot be written: no space left on device" in result.output
