"""On which line of a TOML document a key stands.

`tomllib` reads values but forgets where they were. This reads only what is needed to find keys: statements, headers and
dotted keys, stepping over strings, comments, arrays and inline tables. It expects a document that `tomllib` accepted.
A key inside an inline table is found at the line on which its statement begins.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]

_PIECE = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}'''
    r"""|'''.*?'{3,5}"""
    r'''|"(?:\\.|[^"\\\n])*"'''
    r"""|'[^'\n]*'"""
    r"""|\#[^\n]*|[^\n"'\#\[\]{}]+|.""",
    re.DOTALL,
)
_DOTTED_PART = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)\s*\.?""")


@dataclass(frozen=True, slots=True)
class Statement:
    """A table's header or a key with its value: where it leads, on which lines it is, counted from 1."""

    path: Path
    first: int
    last: int
    header: bool


def locate(text: str) -> dict[Path, int]:
    """The line, counted from 1, of each table and key; an item of an array of tables has its index in the path."""
    lines: dict[Path, int] = {}
    for statement in statements(text):
        for length in range(1, len(statement.path) + 1):
            lines.setdefault(statement.path[:length], statement.first)
    return lines


def statements(text: str) -> Iterator[Statement]:
    """All statements of a document, in their order."""
    counts: dict[Path, int] = {}
    table: Path = ()
    for first, last, statement in _statements(text.replace("\r\n", "\n")):
        if statement.startswith("[["):
            name = _inside_arrays(_parts(statement[2:].split("]]")[0]), counts)
            counts[name] = counts.get(name, -1) + 1
            table = (*name, counts[name])
            yield Statement(table, first, last, True)
        elif statement.startswith("["):
            table = _inside_arrays(_parts(statement[1:]), counts)
            yield Statement(table, first, last, True)
        else:
            yield Statement((*table, *_parts(statement)), first, last, False)


def _inside_arrays(parts: Path, counts: dict[Path, int]) -> Path:
    """`parts` with the index of the latest item behind each name of an array of tables, the last name excepted."""
    path: Path = ()
    for place, part in enumerate(parts):
        path = (*path, part)
        if place < len(parts) - 1 and path in counts:
            path = (*path, counts[path])
    return path


def _parts(text: str) -> Path:
    """The parts of a dotted key at the beginning of `text`."""
    parts: list[str | int] = []
    at = 0
    while match := _DOTTED_PART.match(text, at):
        word = match[1]
        parts.append(tomllib.loads(f"x = {word}")["x"] if word[0] in "\"'" else word)
        at = match.end()
        if not match[0].rstrip().endswith("."):
            break
    return tuple(parts)


def _statements(text: str) -> Iterator[tuple[int, int, str]]:
    """Each statement with the lines on which it begins and ends; it ends at a line's end outside of all brackets."""
    pieces: list[str] = []
    first = line = 1
    depth = 0
    for piece in _PIECE.findall(text + "\n"):
        if piece == "\n" and depth == 0:
            if statement := "".join(pieces).strip():
                yield first, line, statement
            pieces, first = [], line + 1
        elif not piece.startswith("#"):
            pieces.append(piece)
            depth += (piece in ("[", "{")) - (piece in ("]", "}"))
        line += piece.count("\n")
