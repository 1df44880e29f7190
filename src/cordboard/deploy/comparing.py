"""What a running site has, beside what would be rendered. Secrets are masked, ours and those that stand there now."""

from __future__ import annotations

import difflib
import grp
import os
import pwd
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from cordboard.deploy.rendering import Rendered
from cordboard.deploy.whole import without_header

MASK = "********"
_LARGEST = 4_000_000
_SAYS_SECRET = re.compile(r"(?i)(\b[\w.-]*(?:secret|passw(?:or)?d|token|auth[-_]?key)[\w.-]*\s*[=:]\s*).+")


def differences(rendered: Iterable[Rendered], root: Path, directory: Path | None = None) -> Iterator[str]:
    """Each difference as a text of one or more lines. Files without a place are looked for below `directory`."""
    for each in rendered:
        if each.place:
            yield from _difference(each, root / each.place.lstrip("/"))
        elif directory is not None:
            yield from _difference(each, directory / each.path)


def absent_parts(rendered: Iterable[Rendered], root: Path) -> list[str]:
    """The parts that this machine has no use for, as none of their files is in its place; none where all are so."""
    there: dict[str, bool] = {}
    for each in rendered:
        if each.place:
            part = each.path.partition("/")[0]
            there[part] = os.path.lexists(root / each.place.lstrip("/")) or there.get(part, False)
    return [part for part, has_some in there.items() if not has_some] if any(there.values()) else []


def _difference(rendered: Rendered, file: Path) -> Iterator[str]:
    try:
        with open(file, "rb", opener=_without_waiting) as opened:
            found = os.fstat(opened.fileno())
            text = opened.read(_LARGEST).decode(errors="replace") if stat.S_ISREG(found.st_mode) else None
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        yield f"{file}: {'is missing' if missing else (error.strerror or 'cannot be read').lower()}"
        return
    if text is None:
        yield f"{file}: is no file"
        return
    mode = stat.S_IMODE(found.st_mode)
    if mode != rendered.mode:
        yield f"{file}: its mode is {mode:04o}, {rendered.mode:04o} would be right"
    if wrong := _wrong_owner(rendered, found):
        yield f"{file}: {wrong}"
    lines = _lines(rendered, str(file), text)
    if lines:
        yield "\n".join(lines)


def _wrong_owner(rendered: Rendered, found: os.stat_result) -> str:
    """Whom it belongs to where that matters; a name that this machine does not know is nobody."""
    user, _, group = rendered.owner.partition(":")
    wanted = {"user": user, "group": group}
    for kind, identifier, name_of in (("user", found.st_uid, _user), ("group", found.st_gid, _group)):
        if wanted[kind] and name_of(identifier) != wanted[kind]:
            return f"its {kind} is {name_of(identifier)}, {wanted[kind]} would be right"
    return ""


def _user(identifier: int) -> str:
    try:
        return pwd.getpwuid(identifier).pw_name
    except KeyError:
        return str(identifier)


def _group(identifier: int) -> str:
    try:
        return grp.getgrgid(identifier).gr_name
    except KeyError:
        return str(identifier)


def _lines(rendered: Rendered, name: str, text: str) -> list[str]:
    mask = _Mask(rendered)
    there, wanted = without_header(text).splitlines(), without_header(rendered.text).splitlines()
    # Compared as they are, shown masked: a secret that differs is a difference.
    compared = difflib.unified_diff(there, wanted, name, f"{rendered.path} (rendered)", lineterm="")
    return [each if number < 2 else mask(each) for number, each in enumerate(compared)]


class _Mask:
    """Hides the file's secrets, whatever stands where they would, and whatever calls itself a secret."""

    def __init__(self, rendered: Rendered) -> None:
        self._secrets = sorted(filter(None, rendered.secrets), key=len, reverse=True)
        lines = rendered.text.splitlines()
        self._prefixes = {line.partition(each)[0] for each in self._secrets for line in lines if each in line}
        self._prefixes -= {""}

    def __call__(self, line: str) -> str:
        sign, rest = line[:1], line[1:]
        for prefix in self._prefixes:
            if rest.startswith(prefix):
                return f"{sign}{prefix}{MASK}"
        for secret in self._secrets:
            rest = rest.replace(secret, MASK)
        return sign + _SAYS_SECRET.sub(rf"\1{MASK}", rest)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
