"""`cordboard records`: what it prints, in each form, and when there is nothing to read."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from cordboard.cli.main import main
from cordboard.records.stores.sqlite import SqliteStore
from kit.records import a_record


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "lab.toml"
    file.write_text(f'[gateway]\nstate_directory = "{tmp_path}"\n')
    return str(file)


@pytest.fixture
def written(tmp_path: Path, config: str) -> str:
    store = SqliteStore(tmp_path / "records.db")
    now = time.time()
    store.write(
        [
            a_record("old", ended=now - 7200, begun=now - 7300, answered=now - 7290),
            a_record("new", ended=now, begun=now - 60, answered=None, bad=(), mos_from_page=None, cause="=1+1"),
        ]
    )
    store.close()
    return config


def records(config: str, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["records", "--lab", "--config", config, *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_for_people(written: str) -> None:
    head, new, old, total = records(written).splitlines()
    assert head.split()[:3] == ["ended", "DN", "by"]
    assert "***01" in new
    assert "90 s" in old
    assert "bad: planes disagree: held-here-only" in old
    assert total == "2 calls, 1 bad"


def test_chosen(written: str) -> None:
    assert records(written, "--since", "1h").endswith("1 calls, 0 bad\n")
    assert records(written, "--bad").endswith("1 calls, 1 bad\n")
    assert records(written, "--dn", "5002").endswith("0 calls, 0 bad\n")
    assert records(written, "--most", "1").endswith("1 calls, 0 bad\n")
    assert records(written, "--since", "2000-01-01T00:00").endswith("2 calls, 1 bad\n")


def test_as_comma_separated_values(written: str) -> None:
    new, old = csv.DictReader(records(written, "--csv").splitlines())
    assert (new["call"], new["cause"], new["answered"], new["mos_from_page"]) == ("new", "'=1+1", "", "")
    assert (old["dn"], old["far_number"], old["bad"]) == ("***01", "***00", "planes disagree: held-here-only")


def test_as_json(written: str) -> None:
    new, old = map(json.loads, records(written, "--json", "--private").splitlines())
    assert (new["call"], new["bad"], new["answered"]) == ("new", [], None)
    assert (old["dn"], old["far_number"]) == ("5001", "+15550100")


@pytest.mark.parametrize(("text", "why"), [("", "there is no file"), ("what is this", "no database")])
def test_nothing_to_read(tmp_path: Path, config: str, text: str, why: str) -> None:
    if text:
        (tmp_path / "records.db").write_text(text)
    result = CliRunner().invoke(main, ["records", "--lab", "--config", config])
    assert (result.exit_code, why in result.output) == (1, True), result.output


def test_no_database_and_wrong_times(config: str, tmp_path: Path) -> None:
    none = tmp_path / "none.toml"
    none.write_text("")
    result = CliRunner().invoke(main, ["records", "--lab", "--config", str(none)])
    assert (result.exit_code, "no records are kept" in result.output) == (1, True)
    result = CliRunner().invoke(main, ["records", "--lab", "--config", config, "--since", "yesterday"])
    assert (result.exit_code, "say 90m" in result.output) == (2, True)
