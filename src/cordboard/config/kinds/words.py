"""Kinds of settings that are words, numbers, names and files."""

from __future__ import annotations

import re

from cordboard.config.kinds.addresses import in_ascii
from cordboard.config.kinds.kind import Kind, Wrong, items_of, quoted, text_of


def file(example: str) -> Kind:
    """The absolute path of a file, or nothing."""

    def read(value: object) -> str:
        text = _line_of_text(value)
        if text and not text.startswith("/"):
            raise Wrong("is not an absolute path", quoted(example))
        return text

    return Kind("path", read, quoted(example))


def _cookie_names(value: object) -> tuple[str, ...]:
    names = items_of(value, "cookie names")
    if not all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in names):
        raise Wrong("is not a list of cookie names", '["JSESSIONID"]')
    return tuple(names)


COOKIE_NAMES = Kind("list of cookie names", _cookie_names)


def _options(value: object) -> tuple[str, ...]:
    options = items_of(value, "name=value")
    if not all(re.fullmatch(r"[A-Za-z0-9_./-]+=[^\x00-\x1f\x7f]*", option) for option in options):
        raise Wrong("is not a list of name=value", '["refer-enabled=true"]')
    return tuple(options)


OPTIONS = Kind("list of name=value", _options)

_MODIFIER = r"(Ctrl|Alt|Shift|Meta)\+"
_SHORTCUT = re.compile(
    rf"(answer|hang-up|mute|hold)=(({_MODIFIER})*F([1-9]|1[0-9]|2[0-4])|(?=.*(Ctrl|Alt|Meta)\+)({_MODIFIER})+[A-Z0-9])"
)


def _shortcuts(value: object) -> tuple[str, ...]:
    shortcuts = items_of(value, "shortcuts")
    if not all(_SHORTCUT.fullmatch(shortcut) for shortcut in shortcuts):
        raise Wrong("is not a list of answer, hang-up, mute or hold = key", '["answer=F2", "hang-up=Ctrl+Alt+H"]')
    return tuple(shortcuts)


SHORTCUTS = Kind("list of action=key", _shortcuts)


def _url_path(value: object) -> str:
    text = text_of(value, "a path").rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", text) or any(part in (".", "..") for part in text.split("/")):
        raise Wrong("is not the path of a URL", '"/connector"')
    return text


URL_PATH = Kind("path of a URL", _url_path, '"/connector"')
URL_PATHS = Kind(
    "list of paths of URLs",
    lambda value: tuple(_url_path(item) for item in items_of(value, "paths")),
    '["/connector"]',
)


def whole(minimum: int, maximum: int) -> Kind:
    """A whole number with its limits."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong("is not a whole number", value if isinstance(value, str) and value.isdecimal() else "")
        if not minimum <= value <= maximum:
            raise Wrong(f"is not between {minimum} and {maximum}")
        return value

    return Kind(f"whole number, {minimum} to {maximum}", read)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        guess = {"yes": "true", "on": "true", "1": "true", "true": "true", "no": "false", "off": "false", "0": "false"}
        raise Wrong("is not true or false", guess.get(str(value).lower(), "true" if value == 1 else "false"))
    return value


TRUTH = Kind("true or false", _truth)


def choice(*words: str) -> Kind:
    """One of a few words."""
    among = " or ".join(quoted(word) for word in words)

    def read(value: object) -> str:
        if value not in words:
            raise Wrong(f"is not {among}" if len(words) < 3 else f"is none of {', '.join(map(quoted, words))}")
        return str(value)

    return Kind(among, read)


def choices(*words: str) -> Kind:
    """Some of a few words, the best first."""
    among = ", ".join(quoted(word) for word in words)

    def read(value: object) -> tuple[str, ...]:
        chosen = items_of(value, "words")
        if not chosen or not set(chosen) <= set(words) or len(set(chosen)) != len(chosen):
            raise Wrong(f"is not a list of some of {among}", f"[{among}]")
        return tuple(chosen)

    return Kind(f"list of {among}", read)


def _line_of_text(value: object) -> str:
    text = text_of(value, "text")
    if not text.isprintable():
        raise Wrong("holds a character that cannot be printed")
    return text


TEXT = Kind("text", _line_of_text)


def _signing_secret(value: object) -> str:
    text = _line_of_text(value)
    if text and len(text) < 32:
        raise Wrong("is shorter than 32 characters")
    return text


SIGNING_SECRET = Kind("text, 32 characters at least", _signing_secret)


def _realm(value: object) -> str:
    text = _line_of_text(value)
    if not text or '"' in text or "\\" in text:
        raise Wrong("is not a realm: it must not be empty nor hold quotes or backslashes", '"cordboard"')
    return text


REALM = Kind("text", _realm)


def _number(value: object) -> str:
    text = text_of(value, "text")
    if not re.fullmatch(r"[A-Za-z0-9_.+-]{1,64}", text):
        raise Wrong("is not a DN: digits, letters and _ . + - only", '"5001"')
    return text


DN = Kind("text", _number, '"5001"')
OPTIONAL_DN = Kind("text", lambda value: _number(value) if value != "" else "", '"5001"')


def _host_name(value: object) -> str:
    text = text_of(value, "a host name")
    label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    if text and (len(text) > 253 or not re.fullmatch(rf"{label}(\.{label})*", text) or re.fullmatch(r"[0-9.]+", text)):
        raise Wrong("is not a host name", quoted(in_ascii(text) or "phone.example"))
    return text.lower()


HOST_NAME = Kind("host name", _host_name, '"phone.example"')


def _mail(value: object) -> str:
    text = text_of(value, "a mail address")
    if text and not re.fullmatch(r"[A-Za-z0-9.!#$%&*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", text):
        raise Wrong("is not a mail address", quoted("operator@phone.example"))
    return text


MAIL = Kind("mail address", _mail, '"operator@phone.example"')


def _user(value: object) -> str:
    text = text_of(value, "the name of a user")
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", text):
        raise Wrong("is not the name of a user", quoted("cordboard"))
    return text


USER = Kind("name of a user", _user, '"cordboard"')
