"""The file of secrets beside the settings: laid over them, and nobody else's to read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cordboard.config import Agent, ConfigError, files, load, parse
from cordboard.config.files import secrets_path, secrets_text

SITE = """\
[sip_server]
address = "127.0.0.9:5060"
[gws]
url = "http://127.0.0.9:8090"
[gateway]
realm = "a"
[[agents]]
dn = "5001"
[[agents]]
dn = "5002"
page_password = "plain"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cordboard.toml"
    file.write_text(SITE)
    return file


def keep(file: Path, text: str, mode: int = 0o600) -> Path:
    secrets = secrets_path(file)
    secrets.write_text(text)
    secrets.chmod(mode)
    return secrets


def problems(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(file)
    return [each.replace(f"{file.parent}/", "") for each in caught.value.problems]


def test_where_the_secrets_are() -> None:
    assert str(secrets_path("/etc/cordboard/cordboard.toml")) == "/etc/cordboard/cordboard.secrets.toml"
    assert str(secrets_path("site")) == "site.secrets.toml"


def test_secrets_are_laid_over_the_settings(file: Path) -> None:
    keep(file, '[gateway]\nrealm = "b"\n[[agents]]\ndn = "5001"\nsip_server_password = "s"\n')
    settings = load(file)
    assert settings.gateway.realm == "b"
    assert settings.source("gateway.realm") == f"{secrets_path(file)}:2"
    assert settings.agents == (Agent("5001", "s", ""), Agent("5002", "", "plain"))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o602, 0o4600, 0o700])
def test_secrets_that_others_can_read_are_refused(file: Path, mode: int) -> None:
    secrets = keep(file, "", mode)
    assert problems(file) == [
        f"cordboard.secrets.toml: holds secrets, but its mode is {mode:04o}; `chmod 600 cordboard.secrets.toml`"
    ]
    secrets.chmod(0o400)
    assert load(file) == parse(SITE)


def test_secrets_of_another_user_are_refused_except_to_root(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = keep(file, "")
    theirs = os.stat_result((stat.S_IFREG | 0o600, 0, 0, 1, 4711, 4711, 0, 0, 0, 0))
    monkeypatch.setattr(os, "fstat", lambda _file: theirs)
    monkeypatch.setattr(os, "geteuid", lambda: 4712)
    monkeypatch.setenv("USER", "cordboard")
    assert problems(file) == [
        "cordboard.secrets.toml: holds secrets, but belongs to another user; `chown cordboard cordboard.secrets.toml`"
    ]
    for reader in (0, 4711):
        monkeypatch.setattr(os, "geteuid", lambda reader=reader: reader)
        assert secrets_text(secrets) == ""


def test_secrets_that_this_user_may_not_read_name_their_owner(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets_path(file).write_text("")

    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "without_waiting", refused)
    with pytest.raises(ConfigError) as caught:
        secrets_text(secrets_path(file))
    assert f"run this as its owner: `sudo -u {secrets_path(file).owner()} cordboard" in str(caught.value)


def test_secrets_that_are_no_file_are_refused(file: Path) -> None:
    os.mkfifo(secrets_path(file))
    assert problems(file) == ["cordboard.secrets.toml: is no file"]
    secrets_path(file).unlink()
    secrets_path(file).mkdir()
    assert problems(file) == ["cordboard.secrets.toml: is a directory"]


@pytest.mark.parametrize(
    ("secrets", "problem"),
    [
        ('[gateway]\nrealm = "s3cr3t', "cordboard.secrets.toml:2: not TOML: unterminated string"),
        ("[gateway\n", "cordboard.secrets.toml:1: not TOML: expected ']' at the end of a table declaration (column 9)"),
        ("[turn]\nsecret = 1", "cordboard.secrets.toml:2: [turn] secret: the value is not text"),
        ('[trun]\nsecret = "s3cr3t"', "cordboard.secrets.toml:1: [trun]: no such section; the closest is turn"),
        (
            '[[agents]]\ndn = "5009"\npage_password = "s3cr3t"',
            'cordboard.secrets.toml:2: [[agents]] dn: "5009" is no agent of cordboard.toml; list it there, or take it'
            " away here",
        ),
        ('[[agents]]\npage_password = "s3cr3t"', "cordboard.secrets.toml:1: [[agents]] dn: is missing"),
        (
            '[gateway]\ntoken_secret = "s3cr3t"',
            "cordboard.secrets.toml:2: [gateway] token_secret: the value is shorter",
        ),
        (
            '[turn]\nsecret = "a"\nsecret_file = "/b"',
            "cordboard.secrets.toml:2: [turn] secret: is given twice, here and as secret_file",
        ),
    ],
)
def test_mistakes_in_the_secrets_have_their_place_and_no_value(file: Path, secrets: str, problem: str) -> None:
    keep(file, secrets)
    (told,) = problems(file)
    assert told.startswith(problem)
    assert "s3cr3t" not in told


def test_mistakes_in_both_files_are_told_together(file: Path) -> None:
    file.write_text(SITE + "[log]\nlevel = 1\n")
    keep(file, "[log]\nformat = 1\n")
    told = problems(file)
    assert [each.split(": ")[0] for each in told] == ["cordboard.toml:13", "cordboard.secrets.toml:2"]


def test_a_file_that_ends_in_the_middle_is_told_with_its_name(file: Path) -> None:
    whole = file.read_text()
    told: list[str] = []
    for end in range(len(whole)):
        file.write_text(whole[:end])
        try:
            load(file)
        except ConfigError as error:
            told += error.problems
    assert len(told) > len(whole) // 2
    assert [each for each in told if not each.startswith(str(file))] == []


def test_a_byte_order_mark_of_windows_is_no_mistake(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + SITE.encode())
    assert load(file) == parse(SITE)
