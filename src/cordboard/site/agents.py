"""The agents of a site, in its settings and in its secrets."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cordboard.config.secret_sources import is_source
from cordboard.site.agent_blocks import Values, with_agents, with_values, without_agents
from cordboard.site.dn_ranges import written
from cordboard.site.errors import SiteProblem

SIP_SERVER = "sip_server_password"
PAGE = "page_password"
Tables = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Texts:
    """The settings and the secrets laid over them; `secrets` is empty where there is no such file."""

    settings: str
    secrets: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An agent as listed: `sip_server_password` and `page_password` tell where the secret is, or "" for none."""

    dn: str
    sip_server_password: str
    page_password: str


def listed(texts: Texts) -> list[Entry]:
    """All agents, in the order of the settings."""
    over = _tables(texts.secrets)
    return [
        Entry(dn, *(_place(own.get(key), over.get(dn, {}).get(key)) for key in (SIP_SERVER, PAGE)))
        for dn, own in _tables(texts.settings).items()
    ]


def chosen(texts: Texts, dns: Sequence[str]) -> list[Entry]:
    """The agents with these DNs, all if none is named. Raises `SiteProblem`."""
    entries = {entry.dn: entry for entry in listed(texts)}
    _demand_known(dns, entries)
    return [entries[dn] for dn in dns or entries]


def pages_have_passwords(texts: Texts) -> bool:
    """Whether pages register with a password of their own: by digest, or because Asterisk asks for one."""
    gateway = tomllib.loads(texts.settings).get("gateway", {})
    return isinstance(gateway, dict) and (gateway.get("page_digest") is True or gateway.get("kind") == "asterisk")


def added(texts: Texts, agents: Sequence[tuple[str, Values]]) -> Texts:
    """With further agents, each with its secrets. Raises `SiteProblem`."""
    have = _tables(texts.settings)
    if again := [dn for dn, _ in agents if dn in have]:
        raise SiteProblem([_there_already(again)])
    secrets = [(dn, values) for dn, values in agents if values]
    orphans = _tables(texts.secrets).keys() & {dn for dn, _ in agents}
    cleared = without_agents(texts.secrets, orphans) if orphans else texts.secrets
    made = Texts(
        with_agents(texts.settings, [(dn, {}) for dn, _ in agents]),
        with_agents(cleared, secrets) if secrets else cleared,
    )
    expected = {**have, **{dn: {"dn": dn} for dn, _ in agents}}
    over = {dn: table for dn, table in _tables(texts.secrets).items() if dn not in orphans}
    return _checked(texts, made, expected, {**over, **{dn: {"dn": dn, **values} for dn, values in secrets}})


def removed(texts: Texts, dns: Sequence[str]) -> Texts:
    """Without these agents and their secrets. Raises `SiteProblem`."""
    have, over = _tables(texts.settings), _tables(texts.secrets)
    _demand_known(dns, have)
    made = Texts(without_agents(texts.settings, dns), without_agents(texts.secrets, dns) if over else texts.secrets)
    return _checked(
        texts, made, *({dn: each for dn, each in tables.items() if dn not in dns} for tables in (have, over))
    )


def given(texts: Texts, passwords: Mapping[str, Values]) -> Texts:
    """With these secrets for agents that are there: where the old one stands, else in the secrets.

    Raises `SiteProblem`, also for a secret whose source is outside of both texts.
    """
    have, over = _tables(texts.settings), _tables(texts.secrets)
    _demand_known(list(passwords), have)
    outside = [dn for dn, values in passwords.items() if any(_is_outside(dn, key, have, over) for key in values)]
    if outside:
        where = "in a file, the environment or a credential"
        raise SiteProblem([f"{written(outside)}: the password is {where}; change it there"])
    plain = {dn: _here(dn, values, have, over) for dn, values in passwords.items()}
    secret = {dn: {key: values[key] for key in values if key not in plain[dn]} for dn, values in passwords.items()}
    new = [(dn, values) for dn, values in secret.items() if values and dn not in over]
    changed = {dn: values for dn, values in secret.items() if values and dn in over}
    secrets = with_values(texts.secrets, changed) if changed else texts.secrets
    made = Texts(
        with_values(texts.settings, plain) if any(plain.values()) else texts.settings,
        with_agents(secrets, new) if new else secrets,
    )
    expected = {dn: {**table, **plain.get(dn, {})} for dn, table in have.items()}
    laid_over = {dn: {**table, **changed.get(dn, {})} for dn, table in over.items()}
    return _checked(texts, made, expected, {**laid_over, **{dn: {"dn": dn, **values} for dn, values in new}})


def rotated(
    texts: Texts, dns: Sequence[str], fresh: Callable[[], str], *, needed: Collection[str] = (), missing: bool = False
) -> tuple[Texts, dict[str, dict[str, str]]]:
    """With new secrets for these agents (all, if none is named) in place of those they have, and what these are.

    `needed` are keys that get a secret even where there was none; with `missing` only those do. Raises `SiteProblem`.
    """
    passwords: dict[str, dict[str, str]] = {}
    for entry in chosen(texts, dns):
        have = {key for key in (SIP_SERVER, PAGE) if getattr(entry, key)}
        keys = [
            key for key in (SIP_SERVER, PAGE) if (key in needed and key not in have) or (key in have and not missing)
        ]
        if keys:
            passwords[entry.dn] = {key: fresh() for key in keys}
    if not passwords:
        what = "lacks one" if missing else "has a password: there is nothing to rotate"
        raise SiteProblem([f"none of these agents {what}"])
    return given(texts, passwords), passwords


def _tables(text: str) -> Tables:
    """What a text says of each agent; it was read without a problem before."""
    agents = tomllib.loads(text).get("agents", [])
    return {table["dn"]: table for table in agents}


def _place(own: object, over: object) -> str:
    value, where = (over, "secrets") if over is not None else (own, "settings")
    if isinstance(value, Mapping):
        return ", ".join(f"{source} {name}" for source, name in value.items())
    return where if value else ""


def _is_outside(dn: str, key: str, have: Tables, over: Tables) -> bool:
    return is_source(over.get(dn, {}).get(key, have[dn].get(key)))


def _here(dn: str, values: Values, have: Tables, over: Tables) -> Values:
    """Those of the values that stand in the settings, and nowhere over them."""
    return {key: text for key, text in values.items() if have[dn].get(key) and key not in over.get(dn, {})}


def _demand_known(dns: Sequence[str], known: Mapping[str, object]) -> None:
    if missing := [dn for dn in dns if dn not in known]:
        raise SiteProblem([f"{written(missing)}: no such agent; `cordboard agents list` shows those there are"])


def _there_already(dns: Sequence[str]) -> str:
    return f"{written(dns)}: there already; nothing was added"


def _checked(before: Texts, made: Texts, expected: Tables, over: Tables) -> Texts:
    """`made`, if it says what it should and all else as before; some way of writing TOML may be too unusual for us."""
    for name, old, new, agents in (
        ("settings", before.settings, made.settings, expected),
        ("secrets", before.secrets, made.secrets, over),
    ):
        wanted = {**tomllib.loads(old), "agents": list(agents.values())}
        try:
            right = {"agents": [], **tomllib.loads(new)} == wanted
        except tomllib.TOMLDecodeError:
            right = False
        if not right:
            raise SiteProblem([f"the {name} are written in a way that is not understood here; edit them by hand"])
    return made
