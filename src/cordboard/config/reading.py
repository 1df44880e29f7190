"""From a file to `Settings`, or to a list of all that is wrong with it."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from cordboard.config import kinds, lab, secret_sources
from cordboard.config.completion import complete, conflicts
from cordboard.config.files import ConfigError, secrets_path, secrets_text, settings_text
from cordboard.config.location import Path, locate
from cordboard.config.setting import Declaration, Setting
from cordboard.config.settings import AGENT_SETTINGS, SECTIONS, SETTINGS, Agent, Settings
from cordboard.config.syntax import syntax_problem

__all__ = ["ConfigError", "as_written", "lab_settings", "load", "parse"]


FEW = 12  # keys of a section, so that all can be told


@dataclass(frozen=True, slots=True)
class _Document:
    """One file: the lines of its keys, and its tables."""

    file: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    tables: Mapping[str, object] = field(default_factory=dict)


def load(path: str | os.PathLike[str], *, in_lab: bool = False) -> Settings:
    """Read a settings file, and the file of secrets beside it; what they leave out has its default, or the lab's.

    Raises `ConfigError`.
    """
    beside = secrets_path(path)
    return parse(settings_text(path), str(path), in_lab=in_lab, secrets=secrets_text(beside), secrets_name=str(beside))


def parse(
    text: str,
    name: str = "cordboard.toml",
    *,
    in_lab: bool = False,
    secrets: str | None = None,
    secrets_name: str = "cordboard.secrets.toml",
    fetch: bool = True,
) -> Settings:
    """Settings from the text of a file called `name`, with those of a file of secrets over it. Raises `ConfigError`.

    Without `fetch` secrets that are elsewhere are not fetched; the settings are good for looking at others only.
    """
    documents = [_document(text, name)]
    if secrets is not None:
        documents.append(_document(secrets, secrets_name))
    return _Reading(documents, in_lab, fetch).settings()


def _document(text: str, name: str) -> _Document:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([syntax_problem(name, text, str(error))]) from None
    except RecursionError:
        raise ConfigError([f"{name}: nested too deeply"]) from None
    return _Document(name, locate(text), tables)


def lab_settings(changes: Mapping[str, object] = MappingProxyType({})) -> Settings:
    """What `cordboard lab` uses without a file; `changes` gives other values, as of `Settings`, by `section.key`."""
    reading = _Reading([_Document("the lab")], in_lab=True, fetch=True)
    unknown = set(changes) - {each.name for each in SETTINGS}
    if unknown:
        raise ConfigError([f"{name} is no setting" for name in sorted(unknown)])
    reading.values.update(changes)
    reading.sources.update(dict.fromkeys(changes, "changed"))
    return reading.settings()


@dataclass(frozen=True, slots=True, order=True)
class _Problem:
    document: int
    line: int  # 0 where the mistake is that something is missing
    text: str = field(compare=False)


class _Reading:
    """One pass over the documents: values and sources by setting, and the problems met.

    What a later document says is laid over what an earlier one says.
    """

    def __init__(self, documents: Sequence[_Document], in_lab: bool, fetch: bool) -> None:
        self.documents = documents
        self.fetch = fetch
        self.credentials: set[str] = set()
        self.current = 0
        self.in_lab = in_lab
        self.values: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        self.places: dict[str, int] = {}
        self.refused: set[str] = set()
        self.problems: list[_Problem] = []

    def settings(self) -> Settings:
        agents: tuple[Agent, ...] = ()
        for number, document in enumerate(self.documents):
            self.current = number
            for section, table in document.tables.items():
                if section != "agents":
                    self.section(section, table)
            listed = self.agents(document.tables.get("agents", []))
            agents = self.with_secrets(agents, listed) if self.current else self.or_of_the_lab(listed)
        self.current = 0
        self.defaults()
        if not self.problems:
            complete(self.values)
            for names, why in conflicts(self.values):
                self.problem(self.first_in_file(names), why)
        self.give_up_on_problems()
        return Settings(
            **{name: self.made(name, kind) for name, kind in SECTIONS.items()},
            agents=agents,
            prefill=lab.prefill(agents) if self.in_lab else None,
            sources=MappingProxyType(self.sources),
            credentials=tuple(sorted(self.credentials)),
        )

    def made(self, section: str, kind: type) -> Any:
        return kind(**{each.key: self.values[each.name] for each in SETTINGS if each.section == section})

    def section(self, section: str, table: object) -> None:
        if section not in SECTIONS:
            self.problem((section,), f"[{section}]: no such section; {_nearest(section, [*SECTIONS, 'agents'])}")
        elif not isinstance(table, dict):
            self.problem((section,), f"{section}: is a section; write [{section}] on a line of its own")
        else:
            known = [each for each in SETTINGS if each.section == section]
            document = self.documents[self.current]
            for key, value in self.read((section,), f"[{section}]", known, table).items():
                name = f"{section}.{key}"
                self.values[name] = value
                self.sources[name] = f"{document.file}:{document.lines.get((section, key), 0)}"
                self.places[name] = self.current

    # --- agents

    def agents(self, tables: object) -> dict[str, Mapping[str, Any]]:
        """What a document says of each agent, by DN."""
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.problem(("agents",), "agents: is a list of agents; write [[agents]] on a line of its own for each")
            return {}
        found: dict[str, Mapping[str, Any]] = {}
        for index, table in enumerate(tables):
            agent = self.agent(("agents", index), table)
            if agent and agent["dn"] in found:
                self.problem(("agents", index, "dn"), f"[[agents]] dn: {kinds.quoted(agent['dn'])} is listed twice")
            elif agent:
                found[agent["dn"]] = agent
        return found

    def or_of_the_lab(self, listed: Mapping[str, Mapping[str, Any]]) -> tuple[Agent, ...]:
        if self.in_lab and not listed:
            return lab.agents()
        return tuple(Agent(**values) for values in listed.values())

    def with_secrets(self, agents: tuple[Agent, ...], listed: Mapping[str, Mapping[str, Any]]) -> tuple[Agent, ...]:
        """The agents with what the document of secrets says of them; it makes none."""
        known = {agent.dn for agent in agents}
        for index, dn in enumerate(listed):
            if dn not in known and not self.problems:
                why = f"is no agent of {self.documents[0].file}; list it there, or take it away here"
                self.problem(("agents", index, "dn"), f"[[agents]] dn: {kinds.quoted(dn)} {why}")
        return tuple(replace(agent, **listed.get(agent.dn, {})) for agent in agents)

    def agent(self, path: Path, table: Mapping[str, object]) -> Mapping[str, Any] | None:
        before = len(self.problems)
        values = self.read(path, "[[agents]]", AGENT_SETTINGS, table)
        if "dn" not in table:
            self.problem(path, f"[[agents]] dn: is missing; for example {AGENT_SETTINGS[0].example}")
        return values if len(self.problems) == before else None

    def read(self, path: Path, heading: str, known: Iterable[Setting], table: Mapping[str, object]) -> dict[str, Any]:
        """The values of the settings of one table."""
        settings = {each.key: each for each in known}
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in settings:
                self.problem((*path, key), f"{heading} {key}: no such setting; {_nearest_key(key, list(settings))}")
                continue
            try:
                values[key] = self.value(settings[key].declared, value)
            except kinds.Wrong as wrong:
                self.refused.add(settings[key].name)
                self.problem((*path, key), f"{heading} {key}: {_why(settings[key].declared, value, wrong)}")
        return values

    def value(self, declared: Declaration, value: object) -> object:
        if not declared.secret or not secret_sources.is_source(value):
            return declared.kind.read(value)
        if credential := secret_sources.credential_of(value):
            self.credentials.add(credential)
        found = secret_sources.resolved(value, fetch=self.fetch)
        return declared.kind.read(found) if self.fetch else found

    def defaults(self) -> None:
        """Give every setting that the document leaves out its default."""
        for each in SETTINGS:
            declared = each.declared
            if each.name in self.values or each.name in self.refused:
                continue
            if declared.required and not self.in_lab:
                self.problem((each.section,), f"[{each.section}] {each.key}: is missing; for example {each.example}")
                continue
            raw = declared.lab if self.in_lab else declared.default
            self.values[each.name] = None if declared.required else declared.kind.read(raw)
            self.sources[each.name] = "default" if raw == declared.default else "lab"

    def first_in_file(self, names: Iterable[str]) -> Path:
        """The path of the first of these settings that a file holds, which becomes the current one."""
        there = [name for name in names if name in self.places] or list(names)
        self.current = self.places.get(there[0], 0)
        return tuple(there[0].split("."))

    def problem(self, path: Path, text: str) -> None:
        lines = self.documents[self.current].lines
        line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)
        self.problems.append(_Problem(self.current, line, text))

    def give_up_on_problems(self) -> None:
        if self.problems:
            raise ConfigError(self.told(each) for each in sorted(self.problems))

    def told(self, problem: _Problem) -> str:
        file = self.documents[problem.document].file
        return f"{file}:{problem.line}: {problem.text}" if problem.line else f"{file}: {problem.text}"


def _why(declared: Declaration, value: object, wrong: kinds.Wrong) -> str:
    """`"127.0.0.1" is not host:port; right would be "127.0.0.1:5060"`, but never the value of a secret."""
    if declared.secret:
        if isinstance(value, str):
            return f"the value {wrong.why}" + (f"; right would be {declared.kind.example}" if wrong.right else "")
        told = not secret_sources.is_source(value) or wrong.right == secret_sources.FORMS
        return f"the value {wrong.why}" + (f"; right would be text in quotes, {secret_sources.FORMS}" if told else "")
    right = wrong.right or ("" if declared.required else as_written(declared.default))
    return f"{as_written(value)} {wrong.why}" + (f"; right would be {right}" if right else "")


def as_written(value: object, *, whole: bool = False) -> str:
    """A value as it would stand in the file, shortened where it is long unless it is wanted `whole`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        shown = re.sub(r"://[^/\s]*@", "://...@", value)  # a password in a URL
        return kinds.quoted(shown if whole or len(shown) <= 80 else shown[:77] + "...")
    if isinstance(value, list):
        few = value if whole else value[:8]
        return "[" + ", ".join(as_written(item, whole=whole) for item in few) + (", ...]" if few != value else "]")
    return "a table" if isinstance(value, dict) else str(value)


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word.lower(), known, 1, 0.62)
    if close:
        return f"the closest is {close[0]}"
    return f"there is {', '.join(known)}" if len(known) <= FEW else "docs/settings.md has all there are"


def _nearest_key(key: str, known: list[str]) -> str:
    elsewhere = [each.section for each in SETTINGS if each.key == key]
    if elsewhere:
        return f"it belongs to [{elsewhere[0]}]"
    return _nearest(key, known)
