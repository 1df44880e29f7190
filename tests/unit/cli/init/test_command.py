"""`cordboard init` as an administrator meets it."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cordboard.access.password_hash import verified
from cordboard.cli.init import command, init
from cordboard.config import Settings, load
from cordboard.config.files import secrets_path
from cordboard.site.agents import Texts

FLAGS = {
    "--sip-server": "sip.example:5060",
    "--gws": "http://gws.example:8090",
    "--public-name": "phone.example",
    "--agents": "5001-5003",
    "--listen": "127.0.0.9",
}


@pytest.fixture(autouse=True)
def no_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password of the admin page is not hashed at its full price."""
    real = command.hashed
    monkeypatch.setattr(command, "hashed", lambda password, salt: real(password, salt, 2))


def run(place: Path, *words: str, flags: dict[str, str] = FLAGS, answers: str | None = None) -> Result:
    given = [word for flag in flags.items() for word in flag]
    return CliRunner().invoke(init, [str(place), *given, *words], input=answers)


def test_flags_alone_make_a_site_that_loads(tmp_path: Path) -> None:
    place = tmp_path / "new" / "site"
    result = run(place, "--yes", "--sip-passwords")
    assert result.exit_code == 0, result.output
    settings = load(place / "cordboard.toml")
    assert [agent.dn for agent in settings.agents] == ["5001", "5002", "5003"]
    assert len({agent.sip_server_password for agent in settings.agents}) == 3
    assert stat.S_IMODE(secrets_path(place / "cordboard.toml").stat().st_mode) == 0o600
    assert "cordboard render" in result.output
    assert "cordboard agents options" in result.output
    assert "cordboard doctor" in result.output
    password = re.search(r"the password (\w+)", result.output)
    assert password is not None
    assert verified(password[1], settings.admin.password_hash)


def test_two_sites_share_no_secret(tmp_path: Path) -> None:
    for name in ("one", "other"):
        assert run(tmp_path / name, "--yes").exit_code == 0
    one, other = (load(tmp_path / name / "cordboard.toml") for name in ("one", "other"))
    assert one.gateway.token_secret != other.gateway.token_secret
    assert one.turn.secret != other.turn.secret


def test_a_wrong_answer_is_asked_again_with_the_reason(tmp_path: Path) -> None:
    answers = [
        "sip:server:5060",
        "sip.example:5060",
        "",
        "gws.example",
        "http://gws.example:8090",
        "phone example",
        "phone.example",
        "acme",
        "me@phone.example",
        "0.0.0.0",
        "127.0.0.9",
        "",
        "5003-5001",
        "5001-5003",
        "perhaps",
        "no",
        "n",
        "50 19",
        "5019",
        "5019",
        "5020",
    ]
    result = run(tmp_path, flags={}, answers="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert 'Error: "sip:server:5060" is not host or host:port; right would be' in result.output
    assert 'Error: "0.0.0.0" is every address of this machine' in result.output
    assert "5003-5001 ends before it begins" in result.output
    assert '"5019" is the DN that calls; the one that answers must be another' in result.output
    assert "certificate's key" not in result.output
    settings = load(tmp_path / "cordboard.toml")
    assert settings.site.acme
    assert not settings.turn.urls
    assert str(settings.gateway.sip) == "127.0.0.9:5060"
    assert (settings.doctor.probe_dn, settings.doctor.answering_dn) == ("5019", "5020")


def test_who_stops_in_the_middle_has_nothing(tmp_path: Path) -> None:
    result = run(tmp_path / "site", flags={}, answers="sip.example:5060\n")
    assert result.exit_code == 1
    assert "Nothing was written." in result.output
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("words", "flags", "problem"),
    [
        (["--yes"], {}, "--sip-server: is missing; it has no default"),
        ([], {"--listen": "x"}, '--listen: "x" is not this machine\'s IP address'),
        (["--acme", "me"], {}, '--acme-contact: "me" is not a mail address'),
        (["--acme", "", "--certificate", "/a"], {}, "--acme: gets a certificate itself"),
        (["--acme", "", "--certificate-key", "/a"], {}, "--certificate-key: is of no use here"),
        (["--yes", "--agents", " "], FLAGS, '--agents: this is needed; right would be "5001-5020 5030"'),
        (["--certificate", "/"], {}, '--certificate: "/" is no file'),
        (["--answering-dn", "5020"], {}, "--answering-dn: is of no use here; it belongs to --probe-dn"),
    ],
)
def test_wrong_flags_are_told_and_nothing_is_asked(
    tmp_path: Path, words: list[str], flags: dict[str, str], problem: str
) -> None:
    result = run(tmp_path, *words, flags=flags, answers="")
    assert result.exit_code == 2
    assert problem in result.output
    assert list(tmp_path.iterdir()) == []


def test_who_cannot_be_asked_is_told_of_flags(tmp_path: Path) -> None:
    result = run(tmp_path / "site", flags={}, answers="")
    assert "There is nobody to ask: give flags, and --yes." in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize("kind", ["directory", "link"])
def test_what_is_no_file_stays_as_it_is(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "cordboard.toml"
    place.mkdir() if kind == "directory" else place.symlink_to("/nonexistent/x")
    result = run(tmp_path, "--yes", "--force")
    assert result.exit_code == 2
    assert f"cordboard.toml: is a {kind}" in result.output
    assert [each.name for each in tmp_path.iterdir()] == ["cordboard.toml"]


def test_where_new_files_have_no_room_the_old_ones_stay_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, "--yes")
    before = {each.name: each.read_text() for each in tmp_path.iterdir()}

    def full(_files: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(command, "write_all", full)
    result = run(tmp_path, "--yes", "--force")
    assert (result.exit_code, "no space left on device" in result.output) == (2, True)
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == before


def test_commands_to_copy_are_quoted(tmp_path: Path) -> None:
    result = run(tmp_path / "a place", "--yes")
    assert f"cordboard doctor --config '{tmp_path}/a place/cordboard.toml'" in result.output


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    run(tmp_path, "--yes")
    before = {each.name: each.read_text() for each in tmp_path.iterdir()}
    result = run(tmp_path, "--yes")
    assert result.exit_code == 2
    assert "cordboard.toml: is there already; --force makes a new one and keeps this one" in result.output
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == before
    result = run(tmp_path, "--yes", "--force")
    assert result.exit_code == 0
    for name, text in before.items():
        assert (tmp_path / f"{name}.1").read_text() == text
    assert stat.S_IMODE((tmp_path / "cordboard.secrets.toml.1").stat().st_mode) == 0o600
    assert load(tmp_path / "cordboard.toml").turn.secret not in before["cordboard.secrets.toml"]


def test_a_file_that_came_meanwhile_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = command.checked

    def meanwhile(file: str, texts: Texts) -> Settings:
        Path(file).write_text("theirs")
        return real(file, texts)

    monkeypatch.setattr(command, "checked", meanwhile)
    result = run(tmp_path, "--yes")
    assert (result.exit_code, "is there already" in result.output) == (2, True)
    assert (tmp_path / "cordboard.toml").read_text() == "theirs"


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run(tmp_path, "--yes")
    assert result.exit_code == 2
    assert (
        result.output.strip() == f"{tmp_path}: nothing was written there, because it cannot be: no space left on device"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(tmp_path / "file" / "site", "--yes")
    assert result.exit_code == 2
    assert "not a directory" in result.output
