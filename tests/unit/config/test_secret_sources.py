"""Secrets that are elsewhere: fetched from there, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordboard.config import ConfigError, Settings, parse
from cordboard.config.secret_sources import FORMS
from cordboard.config.setting import Setting
from cordboard.config.settings import AGENT_SETTINGS, SETTINGS

SITE = '[sip_server]\naddress = "127.0.0.9:5060"\n[gws]\nurl = "http://127.0.0.9:8090"\n'
SECRET = "hunter2" * 8
SECRETS = [each for each in (*SETTINGS, *AGENT_SETTINGS) if each.declared.secret]


def written(each: Setting, value: str) -> str:
    if each.section == "agents":
        return f'{SITE}[[agents]]\ndn = "5001"\n{each.key} = {value}\n'
    return f"{SITE}[{each.section}]\n{each.key} = {value}\n"


def problems(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return "\n".join(caught.value.problems)


def value_of(settings: Settings, each: Setting) -> object:
    holder = settings.agents[0] if each.section == "agents" else getattr(settings, each.section)
    return getattr(holder, each.key)


@pytest.fixture
def turn() -> Setting:
    return next(each for each in SECRETS if each.name == "turn.secret")


def test_what_is_a_password_is_declared_a_secret() -> None:
    words = ("password", "secret", "hash")
    bare = [each for each in (*SETTINGS, *AGENT_SETTINGS) if each.key.split("_")[-1] in words]
    assert bare
    assert [each.name for each in bare if not each.declared.secret] == []


@pytest.mark.parametrize("source", ["file", "environment", "credential"])
def test_a_secret_comes_from_elsewhere(
    turn: Setting, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "turn").write_text("from afar\n")
    monkeypatch.setenv("CORDBOARD_TURN", "from afar")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    name = {"file": str(tmp_path / "turn"), "environment": "CORDBOARD_TURN", "credential": "turn"}[source]
    assert parse(written(turn, f'{{ {source} = "{name}" }}')).turn.secret == "from afar"


@pytest.mark.parametrize("each", SECRETS, ids=lambda each: each.name)
def test_every_secret_has_all_forms_and_is_in_no_error(each: Setting, tmp_path: Path) -> None:
    for wrong in (
        f'["{SECRET}"]',
        f'{{ fil = "{SECRET}" }}',
        f'{{ file = ["{SECRET}"] }}',
        f'{{ credential = "/{SECRET}" }}',
    ):
        told = problems(written(each, wrong))
        assert SECRET not in told
        assert told.startswith(f"cordboard.toml:{7 if each.section == 'agents' else 6}: [")
        assert FORMS in told
    (tmp_path / "secret").write_text(f"{SECRET}\n\x07{SECRET}")
    told = problems(written(each, f'{{ file = "{tmp_path}/secret" }}'))
    assert SECRET not in told
    assert "one line" in told


@pytest.mark.parametrize("each", SECRETS, ids=lambda each: each.name)
def test_no_secret_is_in_the_representation(each: Setting) -> None:
    settings = parse(written(each, '{ environment = "NOWHERE" }'), fetch=False)
    assert value_of(settings, each) == "environment"
    assert f"{each.key}=" not in repr(settings)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('{ file = "turn.secret" }', "names a file without its absolute path"),
        ('{ file = "/nowhere/turn" }', "cannot be read from /nowhere/turn: no such file or directory"),
        ('{ file = "/" }', "cannot be read from /: is a directory"),
        ('{ environment = "" }', "names no variable of the environment"),
        ('{ environment = "NOT_SET" }', "is to come from the environment, where NOT_SET is not set"),
        ('{ credential = "../turn" }', "names no credential"),
        ('{ credential = "turn" }', "is the credential turn, but systemd passed none"),
        ('{ file = "/a", environment = "A" }', "names no source of a secret"),
        ("{}", "names no source of a secret"),
        ("12345", "is not text"),
    ],
)
def test_what_is_wrong_is_told(turn: Setting, value: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert problems(written(turn, value)).startswith(f"cordboard.toml:6: [turn] secret: the value {why}")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff", b"x" * 70_000], ids=["empty", "blank", "binary", "long"])
def test_a_file_that_holds_no_secret_is_a_mistake(turn: Setting, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "turn").write_bytes(content)
    assert "cannot be read from" in problems(written(turn, f'{{ file = "{tmp_path}/turn" }}'))


def test_a_source_is_only_for_secrets() -> None:
    assert "is not text" in problems(SITE + '[gateway]\nrealm = { file = "/etc/hostname" }\n')


def test_a_secret_from_elsewhere_is_held_to_the_same_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "short")
    told = problems(SITE + '[gateway]\ntoken_secret = { environment = "TOKEN" }\n')
    assert told == "cordboard.toml:6: [gateway] token_secret: the value is shorter than 32 characters"


def test_a_password_in_a_url_is_not_shown() -> None:
    told = problems(SITE.replace("http://", "http://me:hunter2@"))
    assert "hunter2" not in told
    assert "cordboard.toml:4: [gws] url" in told


def test_a_secret_is_not_given_twice() -> None:
    told = problems(SITE + '[turn]\nurls = ["turn:turn.example"]\nsecret = "a"\nsecret_file = "/b"\n')
    assert told == "cordboard.toml:7: [turn] secret: is given twice, here and as secret_file; leave one out"
