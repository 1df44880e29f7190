from __future__ import annotations

import re

from click.testing import CliRunner

from cordboard.access.password_hash import verified
from cordboard.cli.main import main


def test_password_becomes_a_line_of_the_settings() -> None:
    said = CliRunner().invoke(main, ["admin", "password"], input="correct horse battery\n")
    assert said.exit_code == 0
    found = re.fullmatch(r'password_hash = "([^"]+)"\n', said.stdout)
    assert found
    assert verified("correct horse battery", found[1])


def test_short_password_is_refused() -> None:
    said = CliRunner().invoke(main, ["admin", "password"], input="short\n")
    assert (said.exit_code, said.stdout) == (2, "")
    assert "12 characters" in said.stderr
