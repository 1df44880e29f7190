"""All parts of a site together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from cordboard.config import Settings
from cordboard.deploy.parts import PARTS
from cordboard.deploy.quoting import comment
from cordboard.deploy.rendering import Rendered, RenderProblem

DEFAULT_FILE = "/etc/cordboard/cordboard.toml"
_HEADER = "Made by `cordboard render` from {file}. Change the settings there, not this."
_ENDS = {"<!--": " -->"}


def render_all(settings: Settings, only: Collection[str] = (), file: str = DEFAULT_FILE) -> list[Rendered]:
    """The files of these parts, or of all, in their order; `file` is where the settings are.

    Raises `RenderProblem` with what is wrong in all of them.
    """
    problems = [f"{name} is no part: {', '.join(PARTS)} are" for name in only if name not in PARTS]
    found: list[Rendered] = []
    for name, part in PARTS.items():
        if only and name not in only:
            continue
        try:
            found += part(settings)
        except RenderProblem as problem:
            problems += [f"{name}: {each}" for each in problem.problems]
    if problems:
        raise RenderProblem(problems)
    return [_headed(each, file) for each in found]


def without_header(text: str) -> str:
    """The text as its part made it: the same settings may lie elsewhere on another machine."""
    return "".join(line for line in text.splitlines(keepends=True) if not _is_header(line))


def _headed(rendered: Rendered, file: str) -> Rendered:
    if not rendered.comment:
        return rendered
    header = f"{rendered.comment} {comment(_HEADER.format(file=file))}{_ENDS.get(rendered.comment, '')}\n"
    return replace(rendered, text="".join(_with(header, rendered.text)))


def _with(header: str, text: str) -> Iterator[str]:
    """The header comes first, unless the first line says which program or format this is."""
    first, newline, rest = text.partition("\n")
    if first.startswith(("#!", "<?")):
        yield from (first, newline, header, rest)
    else:
        yield from (header, text)


def _is_header(line: str) -> bool:
    return _HEADER.partition("{")[0] in line
