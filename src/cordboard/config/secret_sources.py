"""Where a secret may be instead of in the file: in another file, in the environment, among systemd's credentials."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeGuard

from cordboard.config.files import without_waiting
from cordboard.config.kinds import Wrong

_LARGEST = 65_536
_CREDENTIAL = re.compile(r"[A-Za-z0-9_.@-]+")
_DIRECTORY = "CREDENTIALS_DIRECTORY"
FORMS = '{ file = "/etc/cordboard/name.secret" }, { environment = "NAME" } or { credential = "name" }'


def resolved(value: Mapping[str, object], *, fetch: bool = True) -> str:
    """The secret at the source that a value names, or without `fetch` a word in its place.

    Raises `Wrong`, which never tells a secret.
    """
    if len(value) != 1 or not set(value) <= set(_SOURCES):
        raise Wrong("names no source of a secret", FORMS)
    ((source, name),) = value.items()
    if not isinstance(name, str):
        raise Wrong(f"names no {source}", FORMS)
    return _SOURCES[source](name) if fetch else source


def is_source(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value of the file is to name a source, and is no secret itself."""
    return isinstance(value, Mapping)


def credential_of(value: Mapping[str, object]) -> str:
    """The credential that a source names; empty where it names another source."""
    name = value.get("credential", "")
    return name if isinstance(name, str) and _CREDENTIAL.fullmatch(name) else ""


def _from_file(name: str) -> str:
    if not name.startswith("/") or not name.isprintable():
        raise Wrong("names a file without its absolute path", FORMS)
    return _content(Path(name))


def _from_environment(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise Wrong("names no variable of the environment", FORMS)
    found = os.environ.get(name, "")
    if not found:
        raise Wrong(f"is to come from the environment, where {name} is not set")
    return found


def _from_credential(name: str) -> str:
    if not _CREDENTIAL.fullmatch(name) or name in (".", ".."):
        raise Wrong("names no credential", FORMS)
    directory = os.environ.get(_DIRECTORY, "")
    if not directory:
        raise Wrong(
            f"is the credential {name}, but systemd passed none; the unit needs LoadCredential={name}:<file>, and"
            f" without systemd {_DIRECTORY} must name the directory of that file"
        )
    return _content(Path(directory) / name)


def _content(path: Path) -> str:
    """The one line of a file."""
    try:
        with open(path, "rb", opener=without_waiting) as file:
            content = file.read(_LARGEST + 1)
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise Wrong(f"cannot be read from {path}: {(error.strerror or 'it failed').lower()}") from None
    except UnicodeDecodeError:
        raise Wrong(f"cannot be read from {path}: not UTF-8 text") from None
    if len(content) > _LARGEST:
        raise Wrong(f"cannot be read from {path}: more than {_LARGEST} bytes")
    if not text or "\n" in text:
        raise Wrong(f"cannot be read from {path}: it must hold the secret in one line")
    return text


_SOURCES: Mapping[str, Callable[[str], str]] = {
    "file": _from_file,
    "environment": _from_environment,
    "credential": _from_credential,
}
