"""The [[agents]] of one TOML text: adding, taking away and changing them, with all else as it was.

The text is cut by lines into blocks, so that comments stay where they belong; inside of a block tomlkit changes values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import tomlkit
from tomlkit.items import Array

from cordboard.config.location import statements

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines from `first` to before `end`, counted from 0; `comment` is where the comment above it begins."""

    comment: int
    first: int
    end: int


def with_agents(text: str, agents: Iterable[tuple[str, Values]]) -> str:
    """The text with further agents, behind those it has."""
    if _inline(text):
        return _with_inline(text, agents)
    lines = _lines(text)
    blocks = _blocks(text, lines)
    at = blocks[-1].end if blocks else _trimmed(lines)
    new = [line for dn, values in agents for line in ("", *_block_of(dn, values))]
    return _joined(text, lines[:at] + (new if at else new[1:]) + lines[at:])


def without_agents(text: str, dns: Collection[str]) -> str:
    """The text without these agents, and without the comments that are theirs."""
    if _inline(text):
        return _without_inline(text, dns)
    lines = _lines(text)
    names = _names(text)
    for index, block in reversed(list(enumerate(_blocks(text, lines)))):
        if names[index] in dns:
            first = block.comment if index else block.first
            end = block.end
            while end < len(lines) and not lines[end].strip():
                end += 1
            gone_to_the_end = end == len(lines)
            while gone_to_the_end and first and not lines[first - 1].strip():
                first -= 1
            lines[first:end] = [""] if gone_to_the_end and first else []
    return _joined(text, lines)


def with_values(text: str, changes: Mapping[str, Values]) -> str:
    """The text with other values for some keys of agents that it has."""
    if _inline(text):
        return _with_inline_values(text, changes)
    lines = _lines(text)
    names = _names(text)
    for index, block in reversed(list(enumerate(_blocks(text, lines)))):
        if values := changes.get(names[index]):
            lines[block.first : block.end] = _changed(lines[block.first : block.end], values)
    return _joined(text, lines)


# --- blocks


def _blocks(text: str, lines: list[str]) -> list[_Block]:
    """The blocks of [[agents]], in their order."""
    found: list[_Block] = []
    first = last = 0
    inside = False
    for each in statements(text):
        if each.header:
            if inside:
                found.append(_Block(_comment_above(lines, first), first, _end(lines, last)))
            inside = len(each.path) == 2 and each.path[0] == "agents"
            first = each.first - 1
        last = each.last
    if inside:
        found.append(_Block(_comment_above(lines, first), first, _end(lines, last)))
    return found


def _comment_above(lines: list[str], first: int) -> int:
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return first


def _end(lines: list[str], last: int) -> int:
    """Comments right below the last value are still the block's, unless they lead over to the next header."""
    end = last
    while end < len(lines) and lines[end].lstrip().startswith("#"):
        end += 1
    return last if end < len(lines) and lines[end].lstrip().startswith("[") else end


def _block_of(dn: str, values: Values) -> list[str]:
    table = tomlkit.document()
    table.update({"dn": dn, **values})
    return ["[[agents]]", *tomlkit.dumps(table).splitlines()]


def _changed(block: list[str], values: Values) -> list[str]:
    document = tomlkit.parse("\n".join(block) + "\n")
    document["agents"][0].update(values)
    return tomlkit.dumps(document).rstrip("\n").split("\n")


def _names(text: str) -> list[str]:
    return [str(agent.get("dn", "")) for agent in tomllib.loads(text).get("agents", [])]


# --- an array of inline tables: agents = [{ dn = "5001" }]


def _inline(text: str) -> bool:
    return any(each.path == ("agents",) and not each.header for each in statements(text))


def _array(document: tomlkit.TOMLDocument) -> Array:
    found = document["agents"]
    assert isinstance(found, Array)
    return found


def _with_inline(text: str, agents: Iterable[tuple[str, Values]]) -> str:
    document = tomlkit.parse(text)
    for dn, values in agents:
        table = tomlkit.inline_table()
        table.update({"dn": dn, **values})
        _array(document).append(table)
    return tomlkit.dumps(document)


def _without_inline(text: str, dns: Collection[str]) -> str:
    document = tomlkit.parse(text)
    for index in reversed(range(len(_array(document)))):
        if _array(document)[index].get("dn") in dns:
            del _array(document)[index]
    return tomlkit.dumps(document)


def _with_inline_values(text: str, changes: Mapping[str, Values]) -> str:
    document = tomlkit.parse(text)
    for table in _array(document):
        table.update(changes.get(table["dn"], {}))
    return tomlkit.dumps(document)


# --- lines


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return lines if lines[-1] == "" else [*lines, ""]


def _trimmed(lines: list[str]) -> int:
    """Where the text ends, empty lines at its end left out."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _joined(text: str, lines: list[str]) -> str:
    return "\n".join(lines).replace("\n", "\r\n" if "\r\n" in text else "\n")
