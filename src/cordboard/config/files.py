"""Reading the settings file, and the file of secrets that may be beside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

LARGEST_FILE = 1_000_000
SECRETS_MODE = 0o600


class ConfigError(Exception):
    """The settings cannot be used; `problems` are whole sentences, one per mistake, with file and line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def secrets_path(path: str | os.PathLike[str]) -> Path:
    """Where the secrets of a settings file are: `cordboard.secrets.toml` beside `cordboard.toml`."""
    file = Path(path)
    return file.with_name(f"{file.name.removesuffix('.toml')}.secrets.toml")


def settings_text(path: str | os.PathLike[str]) -> str:
    """The text of a settings file. Raises `ConfigError`."""
    try:
        with open(path, "rb") as file:
            return _decoded(str(path), file.read(LARGEST_FILE + 1))
    except OSError as error:
        raise ConfigError([f"{path}: {(error.strerror or 'cannot be read').lower()}"]) from None


def secrets_text(path: Path) -> str | None:
    """The text of a file of secrets that nobody else can read; `None` where there is no such file.

    Raises `ConfigError`. Root may read anybody's.
    """
    try:
        with open(path, "rb", opener=without_waiting) as file:
            _demand_private(path, os.fstat(file.fileno()))
            return _decoded(str(path), file.read(LARGEST_FILE + 1))
    except FileNotFoundError:
        return None
    except PermissionError:
        raise ConfigError(
            [f"{path}: this user may not read it; run this as its owner: `sudo -u {_owner(path)} cordboard ...`"]
        ) from None
    except OSError as error:
        raise ConfigError([f"{path}: {(error.strerror or 'cannot be read').lower()}"]) from None


def without_waiting(path: str, flags: int) -> int:
    """Open what may be a pipe that nobody writes to."""
    return os.open(path, flags | os.O_NONBLOCK)


def _demand_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError([f"{path}: is no file"])
    mode = stat.S_IMODE(found.st_mode)
    if mode & ~SECRETS_MODE:
        raise ConfigError([f"{path}: holds secrets, but its mode is {mode:04o}; `chmod 600 {path}`"])
    if os.geteuid() not in (0, found.st_uid):
        raise ConfigError([f"{path}: holds secrets, but belongs to another user; `chown {_user()} {path}`"])


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, OSError):
        return "cordboard"


def _user() -> str:
    """The user's own word for itself, which needs no name service."""
    return os.environ.get("USER") or os.environ.get("LOGNAME") or str(os.geteuid())


def _decoded(name: str, content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise ConfigError([f"{name}: more than {LARGEST_FILE} bytes; this is no settings file"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([f"{name}:{line}: not UTF-8 text"]) from None
