"""What a part of a site's configuration is made of: files, each with its place on the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cordboard.config import Settings

SECRET = 0o600
PROGRAM = 0o755


class RenderProblem(Exception):
    """These settings make no configuration; `problems` are whole sentences, one per mistake."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Rendered:
    """One file. `path` is relative to the directory that is rendered into and begins with the part's name.

    `place` is the absolute path of the file on the machine, empty where it is used from the directory. `note` tells,
    in commands where there are some, how it is switched on. `comment` begins a comment of one line in the file's
    language; empty: it has none, or this file no room for one. `secrets` are texts in it that are never shown. `owner`
    is whom it belongs to on the machine, as for chown; empty: root.
    """

    path: str
    text: str
    mode: int = 0o644
    note: str = ""
    place: str = ""
    comment: str = "#"
    secrets: tuple[str, ...] = ()
    owner: str = ""


Part = Callable[[Settings], list[Rendered]]
"""Makes one part's files; raises `RenderProblem`, and gives none where the settings have no use for it."""
