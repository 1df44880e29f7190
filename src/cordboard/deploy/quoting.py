"""A value of the settings as text of another language: one function per language, and nothing gets in without one.

A name with quotes, newlines, `${}` or `;` stays a value, or is refused; it never becomes a directive.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable

_WORD = re.compile(r"[A-Za-z0-9._:/@%+=,~*\[\]-]+")
_LONGEST_OF_COTURN = 900  # bytes; it reads 1024 of a line


class Unquotable(ValueError):
    """This language has no way to write the value."""


class Quoted(str):
    """Text of the target language: a template takes no other."""

    __slots__ = ()


def _one_line(value: object) -> str:
    text = str(value)
    if not text.isprintable():
        raise Unquotable(f"{text!r} holds a character that cannot be written in one line")
    return text


def word(value: object) -> Quoted:
    """A name, a path, an address or a number that means itself in every language."""
    text = str(value)
    if not _WORD.fullmatch(text):
        raise Unquotable(f"{text!r} holds a character that means something else there")
    return Quoted(text)


def comment(value: object) -> Quoted:
    """The rest of a line that begins a comment."""
    return Quoted("".join(each if each.isprintable() else " " for each in str(value)))


def nginx(value: object) -> Quoted:
    """A parameter of an nginx directive. A dollar begins a variable and cannot be written otherwise."""
    text = _one_line(value)
    if "$" in text:
        raise Unquotable(f"{text!r} holds a dollar, which begins a variable of nginx")
    return Quoted('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')


def pattern(value: object) -> Quoted:
    """A regular expression of an nginx location, which knows no variables."""
    text = _one_line(value)
    return Quoted('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')


def systemd(value: object) -> Quoted:
    """One argument of a unit's command line (systemd.syntax, systemd.service)."""
    text = _one_line(value)
    for each, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        text = text.replace(each, written)
    return Quoted(f'"{text}"')


def path(value: object) -> Quoted:
    """A path in a setting of a unit, which takes no quotes: a space separates two of them."""
    return Quoted(word(value).replace("%", "%%"))


def words(values: Iterable[object]) -> Quoted:
    """Words with a space between them."""
    return Quoted(" ".join(map(word, values)))


def commas(values: Iterable[object]) -> Quoted:
    """Words with commas between them."""
    return Quoted(", ".join(map(word, values)))


def shell(value: object) -> Quoted:
    """One word of a POSIX shell."""
    return Quoted(shlex.quote(_one_line(value)))


def json_text(value: object) -> Quoted:
    """A value of JSON, which is one of YAML, too."""
    return Quoted(json.dumps(value, ensure_ascii=False))


def compose(value: object) -> Quoted:
    """A value of a compose file: YAML, in which a dollar begins a variable unless it is doubled."""
    return Quoted(json_text(value).replace("$", "$$"))


def pjsip(value: object) -> Quoted:
    """The rest of a line of Asterisk's configuration: a semicolon begins a comment unless escaped."""
    text = _one_line(value)
    if text != text.strip():
        raise Unquotable(f"{text!r} begins or ends with a space, which Asterisk takes away")
    return Quoted(text.replace(";", "\\;"))


def turnserver(value: object) -> Quoted:
    """The value of a line of turnserver.conf: coturn takes what is between the first quote and the last one."""
    text = _one_line(value)
    if len(text.encode()) > _LONGEST_OF_COTURN:
        raise Unquotable("it is longer than a line of coturn's may be")
    return Quoted(f'"{text}"')


FILTERS = {
    "word": word,
    "comment": comment,
    "nginx": nginx,
    "pattern": pattern,
    "systemd": systemd,
    "path": path,
    "words": words,
    "commas": commas,
    "shell": shell,
    "json": json_text,
    "compose": compose,
    "pjsip": pjsip,
    "turnserver": turnserver,
}
