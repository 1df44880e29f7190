"""The two files of a new site, made from what was decided, with the declarations' words as comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import tomlkit

from cordboard.config.kinds import split_address
from cordboard.config.reading import as_written
from cordboard.config.reference import about, comment
from cordboard.config.setting import Setting
from cordboard.config.settings import AGENT_SETTINGS, SECTIONS, SETTINGS, Agent
from cordboard.site.agent_blocks import with_agents
from cordboard.site.agents import SIP_SERVER, Texts
from cordboard.site.answers import DIRECTORY, Answers, Chance

_HEAD = """\
# Settings of Cordboard for {name}.
# What stands here was decided; after a # are the defaults of the settings that are changed most often.
# All of them: docs/settings.md. Passwords and other secrets are in cordboard.secrets.toml.
"""
_SECRETS_HEAD = """\
# Secrets of Cordboard, laid over cordboard.toml. Only the user that Cordboard runs as may read this file (mode 0600).
# Instead of its text a secret can be { file = "/path" }, { environment = "NAME" } or { credential = "name" } (systemd).
"""
_BY_NAME = {each.name: each for each in (*SETTINGS, *AGENT_SETTINGS)}


@dataclass(frozen=True, slots=True)
class _Section:
    """`decided` are written with their value, `offered` as comments with their default."""

    name: str
    decided: Mapping[str, object]
    offered: Sequence[str] = ()


RESTART_SECONDS = 5  # that calls in the making have; the others go on in their media workers


def new_site(answers: Answers, chance: Chance) -> Texts:
    """The texts of `cordboard.toml` and `cordboard.secrets.toml`."""
    settings = [_HEAD.format(name=answers.public_name)]
    settings += [_text(section) for section in _sections(answers)]
    settings.append(_agents_comment())
    secrets = [_SECRETS_HEAD, *(_text(section) for section in _secret_sections(answers, chance))]
    passwords = [(dn, {SIP_SERVER: text}) for dn, text in chance.sip_server_passwords.items()]
    return Texts(
        with_agents("\n".join(settings), [(dn, {}) for dn in answers.agents]),
        with_agents("\n".join(secrets), passwords) if passwords else "\n".join(secrets),
    )


def _sections(answers: Answers) -> list[_Section]:
    host = split_address(answers.listen).host
    return [
        _site(answers),
        _Section(
            "sip_server",
            _without_empty({"address": answers.sip_server, "backup": answers.sip_server_backup}),
            [*([] if answers.sip_server_backup else ["backup"]), "transport", "tls_ca_file"],
        ),
        _Section(
            "gateway",
            {
                "sip": answers.listen,
                "state_directory": "/var/lib/cordboard",
                "drain_seconds": RESTART_SECONDS,
                "after_drain": "hand over",
            },
            ["kind"],
        ),
        _Section(
            "media",
            {
                "address": host,
                **({"advertise": answers.media_address} if answers.media_address != host else {}),
                "worker_directory": "/run/cordboard/media",
                "workers_by": "systemd",
            },
            ["engine", "rtp_ports", "webrtc_ports", "workers", "codecs"],
        ),
        _Section("desk", {}, ["embed_origins"]),
        _Section("gws", {"url": answers.gws}, ["browser_url", "session_cookies", "login_url"]),
        *([_turn(answers, host)] if answers.turn else []),
        _Section("admin", {"listen": "127.0.0.1:8091"}, ["url", "users"]),
        _Section("metrics", {}, ["listen"]),
        _doctor(answers),
        _Section("log", {}, ["level", "format"]),
    ]


def _site(answers: Answers) -> _Section:
    decided: dict[str, object] = {"public_name": answers.public_name}
    if answers.acme:
        decided |= {"acme": True, "acme_contact": answers.acme_contact}
    else:
        decided |= {"certificate": answers.certificate, "certificate_key": answers.certificate_key}
    if answers.directory != DIRECTORY:
        decided["configuration_directory"] = answers.directory
    return _Section("site", _without_empty(decided), ["user", "install_directory"])


def _turn(answers: Answers, host: str) -> _Section:
    name = answers.public_name
    decided: dict[str, object] = {
        "urls": [f"turn:{name}:3478?transport=udp", f"turn:{name}:3478?transport=tcp"],
        "listen": f"[{host}]:3478" if ":" in host else f"{host}:3478",
    }
    if answers.media_address != host:
        decided["external_address"] = answers.media_address
    return _Section("turn", decided, ["listen_tls", "relay_ports"])


def _doctor(answers: Answers) -> _Section:
    dns = {"probe_dn": answers.probe_dn, "answering_dn": answers.answering_dn}
    return _Section("doctor", _without_empty(dns), [*(key for key, dn in dns.items() if not dn), "gws_user"])


def _secret_sections(answers: Answers, chance: Chance) -> list[_Section]:
    return [
        _Section("gateway", {"token_secret": chance.token}),
        *([_Section("turn", {"secret": chance.turn})] if answers.turn else []),
        _Section("admin", {"password_hash": chance.admin_hash}),
    ]


def _without_empty(values: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value != ""}


# --- text


def _text(section: _Section) -> str:
    lines = [*about(SECTIONS[section.name]), f"[{section.name}]"]
    for key, value in section.decided.items():
        lines += [*comment(_setting(section, key)), f"{key} = {tomlkit.item(value).as_string()}"]
    for key in section.offered:
        each = _setting(section, key)
        lines += [*comment(each), f"# {key} = {as_written(each.declared.default, whole=True)}"]
    return "\n".join(lines) + "\n"


def _setting(section: _Section, key: str) -> Setting:
    return _BY_NAME[f"{section.name}.{key}"]


def _agents_comment() -> str:
    """Above the agents: what each of them may have."""
    dn, *others = (each.declared.help for each in AGENT_SETTINGS)
    lines = [f"# {Agent.__doc__} `cordboard agents` adds and removes them.", f"# dn: {dn}"]
    lines += [f"# {each.key}: {text}" for each, text in zip(AGENT_SETTINGS[1:], others, strict=True)]
    return "\n".join(lines)
