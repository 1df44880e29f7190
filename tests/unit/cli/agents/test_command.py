"""`cordboard agents` as an administrator meets it."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cordboard.cli.agents import agents
from cordboard.config import load
from cordboard.config.files import secrets_path

SITE = """\
# ours
[sip_server]
address = "sip.example:5060" # the old one
[gws]
url = "http://gws.example:8090"

[[agents]]
dn = "5001" # Anna
"""
SECRETS = '# keep\n[[agents]]\ndn = "5001"\nsip_server_password = "s3cr3t"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cordboard.toml"
    file.write_text(SITE)
    secrets_path(file).write_text(SECRETS)
    secrets_path(file).chmod(0o600)
    return file


def run(file: Path, *words: str) -> Result:
    return CliRunner().invoke(agents, [*words, "--config", str(file)])


def dns(file: Path) -> list[str]:
    return [agent.dn for agent in load(file).agents]


def texts(file: Path) -> tuple[str, str]:
    return file.read_text(), secrets_path(file).read_text()


def test_agents_are_added_with_passwords_like_the_others(file: Path) -> None:
    result = run(file, "add", "5002-5003", "5010")
    assert result.exit_code == 0, result.output
    assert "Added: 5002-5003 5010" in result.output
    assert "In Genesys:" in result.output
    assert "Restart Cordboard" in result.output
    assert dns(file) == ["5001", "5002", "5003", "5010"]
    assert len({agent.sip_server_password for agent in load(file).agents}) == 4
    assert file.read_text().startswith(SITE)
    assert secrets_path(file).read_text().startswith(SECRETS)
    assert stat.S_IMODE(secrets_path(file).stat().st_mode) == 0o600


def test_without_passwords_none_is_made(file: Path) -> None:
    secrets_path(file).unlink()
    assert run(file, "add", "5002").exit_code == 0
    assert not secrets_path(file).exists()
    assert run(file, "add", "5003", "--sip-passwords").exit_code == 0
    assert [bool(agent.sip_server_password) for agent in load(file).agents] == [False, False, True]
    assert stat.S_IMODE(secrets_path(file).stat().st_mode) == 0o600


def test_pages_that_register_by_digest_get_passwords_too(file: Path) -> None:
    file.write_text(SITE + "[gateway]\npage_digest = true\n")
    assert run(file, "add", "5002").exit_code == 0
    assert load(file).agents[1].page_password


def test_removing_leaves_the_rest_as_it_was(file: Path) -> None:
    before = texts(file)
    run(file, "add", "5002-5020")
    result = run(file, "remove", "5002-5020")
    assert "Removed: 5002-5020" in result.output
    assert texts(file) == before


def test_the_list(file: Path) -> None:
    run(file, "add", "5002", "--no-sip-passwords")
    assert run(file, "list").output.splitlines() == [
        "DN    password at SIP Server  password of pages",
        "5001  secrets                 -",
        "5002  -                       -",
        "2 agents",
    ]
    listed = json.loads(run(file, "list", "--json").output)
    assert listed[0] == {"dn": "5001", "sip_server_password": "secrets", "page_password": ""}


def test_rotation_tells_what_genesys_must_be_told_and_no_password(file: Path) -> None:
    result = run(file, "rotate", "5001")
    assert result.exit_code == 0, result.output
    new = load(file).agents[0].sip_server_password
    assert new != "s3cr3t"
    assert new not in result.output
    assert "option password, of these DNs at the same time" in result.output
    assert secrets_path(file).read_text() == SECRETS.replace("s3cr3t", new)
    assert file.read_text() == SITE


def test_a_list_is_taken_whole_or_not_at_all(file: Path, tmp_path: Path) -> None:
    before = texts(file)
    agents_file = tmp_path / "agents.csv"
    agents_file.write_text("dn,sip_server_password\n5002,p2\n5001,p1\n5 3,p3\n")
    result = run(file, "import", str(agents_file))
    assert result.exit_code == 2
    assert f"{agents_file}:3: 5001 is there already" in result.output
    assert f"{agents_file}:4: " in result.output
    assert texts(file) == before
    agents_file.write_bytes("\ufeffdn,sip_server_password\r\n5002,p2\r\n5001,p1\r\n".encode())
    result = run(file, "import", str(agents_file), "--update")
    assert result.exit_code == 0, result.output
    assert [agent.sip_server_password for agent in load(file).agents] == ["p1", "p2"]
    assert "p1" not in result.output


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("dn\n5002\n".encode("utf-16"), 'list.csv:1: not UTF-8 text; spreadsheets write it as "CSV UTF-8"'),
        (b"dn\n5002\n\xe4\n", "list.csv:3: not UTF-8 text"),
        (b"x" * 4_000_001, "list.csv: more than 4000000 bytes; this is no list of agents"),
        (
            b"dn,sip_server_password\n" + b"".join(b"%d,%0300d\n" % (number, 7) for number in range(10_000, 13_300)),
            "cordboard.secrets.toml: would have more than 1000000 bytes, which is not read; take fewer agents",
        ),
    ],
    ids=["utf-16", "latin-1", "too large", "makes secrets too large"],
)
def test_a_list_that_cannot_be_taken(file: Path, tmp_path: Path, content: bytes, problem: str) -> None:
    before = texts(file)
    (tmp_path / "list.csv").write_bytes(content)
    result = run(file, "import", str(tmp_path / "list.csv"))
    assert result.exit_code == 2
    assert problem in result.output
    assert texts(file) == before


def test_options_to_paste(file: Path) -> None:
    run(file, "add", "5002")
    table = run(file, "options").output
    assert "sip-cti-control = talk,hold" in table
    assert "5001-5002" in table
    rows = list(csv.reader(run(file, "options", "5001", "--format", "csv", "--passwords").output.splitlines()))
    assert ["5001", "TServer", "password", "s3cr3t"] in rows
    for form in ("table", "csv", "annex", "json"):
        assert "s3cr3t" not in run(file, "options", "--format", form).output
    listed = json.loads(run(file, "options", "5002", "--format", "json").output)
    assert listed[0]["TServer"]["refer-enabled"] == "false"
    assert "; 5001-5002\n[TServer]\n" in run(file, "options", "--format", "annex").output


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["add", "5001"], "5001: there already; nothing was added"),
        (["add", "5002-5001"], "5002-5001 ends before it begins"),
        (["remove", "5002"], "5002: no such agent"),
        (["rotate", "5002"], "5002: no such agent"),
        (["options", "5002"], "5002: no such agent"),
        (["import", "/nowhere.csv"], "/nowhere.csv: no such file or directory"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(file: Path, words: list[str], problem: str) -> None:
    before = texts(file)
    result = run(file, *words)
    assert result.exit_code == 2
    assert result.output.startswith(problem)
    assert texts(file) == before


def test_mistakes_in_the_files_come_first(file: Path) -> None:
    secrets_path(file).chmod(0o644)
    assert "`chmod 600 " in run(file, "add", "5002").output
    secrets_path(file).chmod(0o600)
    file.write_text(SITE + "[log]\nlevel = 1\n")
    result = run(file, "add", "5002")
    assert (result.exit_code, f"{file}:10: [log] level" in result.output) == (2, True)
    result = run(file.parent / "nowhere" / "cordboard.toml", "list")
    assert "no such file or directory" in result.output
    assert "no such file or directory" in run(file.parent / "nowhere" / "cordboard.toml", "add", "1").output


def test_secrets_from_elsewhere_are_not_needed_to_add_an_agent(file: Path) -> None:
    file.write_text(SITE + '[turn]\nurls = ["turn:turn.example"]\nsecret = { credential = "turn" }\n')
    assert run(file, "add", "5002").exit_code == 0
    assert run(file, "list").exit_code == 0


def test_a_directory_that_cannot_be_written_is_one_sentence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = texts(file)
    real = os.open

    def read_only(path: object, flags: int, *mode: int, **more: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(30, "Read-only file system")
        return real(path, flags, *mode, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", read_only)
    result = run(file, "add", "5002")
    assert result.exit_code == 2
    assert "nothing was changed, because it cannot be written: read-only file system" in result.output
    monkeypatch.undo()
    assert texts(file) == before


@pytest.mark.parametrize("words", [["add", "5002"], ["remove", "5001"]])
def test_a_crash_between_both_files_leaves_settings_that_load(
    file: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    before = texts(file)
    real = os.replace
    done: list[Path] = []

    def crash(source: Path, target: Path) -> None:
        if done:
            raise KeyboardInterrupt
        real(source, target)
        done.append(target)

    monkeypatch.setattr(os, "replace", crash)
    assert run(file, *words).exit_code == 1
    assert [name == old for name, old in zip(texts(file), before, strict=True)].count(False) == 1
    assert load(file).agents


def test_a_file_here_is_taken_without_being_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert "1 agent\n" in CliRunner().invoke(agents, ["list"]).output
