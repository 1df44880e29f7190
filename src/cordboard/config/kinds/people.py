"""Kinds of settings that say who somebody is."""

from __future__ import annotations

import re

from cordboard.config.kinds.kind import Kind, Wrong, items_of, quoted, text_of

_HASH = re.compile(r"scrypt\$[0-9]{1,8}\$[0-9]{1,3}\$[0-9]{1,3}\$[A-Za-z0-9_-]{8,200}\$[A-Za-z0-9_-]{8,200}")


def _user_names(value: object) -> tuple[str, ...]:
    names = items_of(value, "user names")
    if not all(re.fullmatch(r"[^\s:\x00-\x1f\x7f]{1,128}", name) for name in names):
        raise Wrong("is not a list of user names", '["supervisor"]')
    return tuple(names)


USER_NAMES = Kind("list of user names", _user_names, '["supervisor"]')


def _user_name(value: object) -> str:
    text = text_of(value, "a user name")
    if not re.fullmatch(r"[^\s:\x00-\x1f\x7f]{1,128}", text):
        raise Wrong("is not a user name", quoted("administrator"))
    return text


USER_NAME = Kind("user name", _user_name, '"administrator"')


def _password_hash(value: object) -> str:
    text = text_of(value, "a hash of scrypt")
    if text and not _HASH.fullmatch(text):
        raise Wrong("is not what `cordboard admin password` prints")
    return text


PASSWORD_HASH = Kind("hash of a password", _password_hash, '"scrypt$..."')
