"""From a file to `Settings`, or to a list of all that is wrong with it."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cordboard.config import kinds, lab
from cordboard.config.completion import complete, conflicts
from cordboard.config.location import Path, locate
from cordboard.config.setting import Declaration, Setting
from cordboard.config.settings import AGENT_SETTINGS, SECTIONS, SETTINGS, Agent, Settings

_LARGEST_FILE = 1_000_000


class ConfigError(Exception):
    """The settings cannot be used; `problems` are whole sentences, one per mistake, with file and line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def load(path: str | os.PathLike[str], *, in_lab: bool = False) -> Settings:
    """Read a settings file; what it leaves out has its default, or the lab's. Raises `ConfigError`."""
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise ConfigError([f"{path}: more than {_LARGEST_FILE} bytes; this is no settings file"])
        text = content.decode()
    except OSError as error:
        raise ConfigError([f"{path}: {(error.strerror or 'cannot be read').lower()}"]) from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([f"{path}:{line}: not UTF-8 text"]) from None
    return parse(text, str(path), in_lab=in_lab)


def parse(text: str, name: str = "cordboard.toml", *, in_lab: bool = False) -> Settings:
    """Settings from the text of a file called `name`. Raises `ConfigError`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax_problem(name, text, str(error))]) from None
    except RecursionError:
        raise ConfigError([f"{name}: nested too deeply"]) from None
    return _Reading(name, locate(text), in_lab).settings(document)


def lab_settings(changes: Mapping[str, object] = MappingProxyType({})) -> Settings:
    """What `cordboard lab` uses without a file; `changes` gives other values, as of `Settings`, by `section.key`."""
    reading = _Reading("the lab", {}, in_lab=True)
    unknown = set(changes) - {each.name for each in SETTINGS}
    if unknown:
        raise ConfigError([f"{name} is no setting" for name in sorted(unknown)])
    reading.values.update(changes)
    reading.sources.update(dict.fromkeys(changes, "changed"))
    return reading.settings({})


def _syntax_problem(name: str, text: str, message: str) -> str:
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    if place is None:
        return f"{name}: not TOML: {message}"
    what = message[: place.start()]
    what = what[:1].lower() + what[1:]
    if place[1]:
        return f"{name}:{place[1]}: not TOML: {what} (column {place[2]})"
    return f"{name}:{text.rstrip().count(chr(10)) + 1}: not TOML: {what} (at the end of the file)"


@dataclass(frozen=True, slots=True)
class _Problem:
    line: int  # 0 where the mistake is that something is missing
    text: str


class _Reading:
    """One pass over a document: values and sources by setting, and the problems met."""

    def __init__(self, file: str, lines: Mapping[Path, int], in_lab: bool) -> None:
        self.file = file
        self.lines = lines
        self.in_lab = in_lab
        self.values: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        self.refused: set[str] = set()
        self.problems: list[_Problem] = []

    def settings(self, document: Mapping[str, object]) -> Settings:
        for section, table in document.items():
            if section != "agents":
                self.section(section, table)
        agents = self.agents(document.get("agents", []))
        self.defaults()
        if not self.problems:
            complete(self.values)
            for names, why in conflicts(self.values):
                self.problem(self.first_in_file(names), why)
        self.give_up_on_problems()
        if self.in_lab:
            agents = agents or lab.agents()
        return Settings(
            **{name: self.made(name, kind) for name, kind in SECTIONS.items()},
            agents=agents,
            prefill=lab.prefill(agents) if self.in_lab else None,
            sources=MappingProxyType(self.sources),
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
            for key, value in self.read((section,), f"[{section}]", known, table).items():
                self.values[f"{section}.{key}"] = value
                self.sources[f"{section}.{key}"] = f"{self.file}:{self.lines.get((section, key), 0)}"

    def agents(self, tables: object) -> tuple[Agent, ...]:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.problem(("agents",), "agents: is a list of agents; write [[agents]] on a line of its own for each")
            return ()
        found: dict[str, Agent] = {}
        for index, table in enumerate(tables):
            agent = self.agent(("agents", index), table)
            if agent and agent.dn in found:
                self.problem(("agents", index, "dn"), f"[[agents]] dn: {kinds.quoted(agent.dn)} is listed twice")
            elif agent:
                found[agent.dn] = agent
        return tuple(found.values())

    def agent(self, path: Path, table: Mapping[str, object]) -> Agent | None:
        before = len(self.problems)
        values = self.read(path, "[[agents]]", AGENT_SETTINGS, table)
        if "dn" not in table:
            self.problem(path, f"[[agents]] dn: is missing; for example {AGENT_SETTINGS[0].example}")
        return Agent(**values) if len(self.problems) == before else None

    def read(self, path: Path, heading: str, known: Iterable[Setting], table: Mapping[str, object]) -> dict[str, Any]:
        """The values of the settings of one table."""
        settings = {each.key: each for each in known}
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in settings:
                self.problem((*path, key), f"{heading} {key}: no such setting; {_nearest_key(key, list(settings))}")
                continue
            try:
                values[key] = settings[key].declared.kind.read(value)
            except kinds.Wrong as wrong:
                self.refused.add(settings[key].name)
                self.problem((*path, key), f"{heading} {key}: {_why(settings[key].declared, value, wrong)}")
        return values

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
        """The path of the first of these settings that the file holds."""
        paths = [tuple(name.split(".")) for name in names]
        return next((path for path in paths if path in self.lines), paths[0])

    def problem(self, path: Path, text: str) -> None:
        line = next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), 0)
        self.problems.append(_Problem(line, text))

    def give_up_on_problems(self) -> None:
        if self.problems:
            raise ConfigError(
                f"{self.file}:{each.line}: {each.text}" if each.line else f"{self.file}: {each.text}"
                for each in sorted(self.problems, key=lambda problem: problem.line)
            )


def _why(declared: Declaration, value: object, wrong: kinds.Wrong) -> str:
    """`"127.0.0.1" is not host:port; right would be "127.0.0.1:5060"`, but never the value of a secret."""
    if declared.secret:
        return f"the value {wrong.why}"
    right = wrong.right or ("" if declared.required else as_written(declared.default))
    return f"{as_written(value)} {wrong.why}" + (f"; right would be {right}" if right else "")


def as_written(value: object) -> str:
    """A value as it would stand in the file, shortened where it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return kinds.quoted(value if len(value) <= 80 else value[:77] + "...")
    if isinstance(value, list):
        return "[" + ", ".join(as_written(item) for item in value[:8]) + (", ...]" if len(value) > 8 else "]")
    return "a table" if isinstance(value, dict) else str(value)


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1, 0.5)
    return f"the closest is {close[0]}" if close else f"there is {', '.join(known)}"


def _nearest_key(key: str, known: list[str]) -> str:
    elsewhere = [each.section for each in SETTINGS if each.key == key]
    if elsewhere:
        return f"it belongs to [{elsewhere[0]}]"
    return _nearest(key, known)
