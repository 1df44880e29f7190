"""Which settings a command takes that is not told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordboard.cli import running


def test_the_file_here_then_that_of_the_machine_then_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    of_the_machine = tmp_path / "etc.toml"
    monkeypatch.setattr(running, "USUAL", str(of_the_machine))
    assert running.site_file() is None
    of_the_machine.touch()
    assert running.site_file() == running.usual_file() == str(of_the_machine)
    (tmp_path / "cordboard.toml").touch()
    assert running.site_file() == running.usual_file() == "cordboard.toml"
