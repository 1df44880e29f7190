"""What is kept on disk from one run to the next: the secret that signs pages' tokens."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

LENGTH = 32  # bytes
NAME = "token-secret"


class StateUnusable(Exception):
    """The state directory cannot be used; the text says why."""


def token_secret(directory: str, given: str = "") -> bytes:
    """The secret of this site: `given`, or made once and kept in a file that only we can read.

    Without a directory a fresh one: pages fetch a new token when the gateway refuses the old one. Raises
    `StateUnusable`.
    """
    if given:
        return given.encode()
    if not directory:
        return secrets.token_bytes(LENGTH)
    path = Path(directory)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _kept(path / NAME)
    except OSError as failure:
        raise StateUnusable(f"[gateway] state_directory {path} cannot be used: {failure.strerror}") from None


def _kept(file: Path) -> bytes:
    """Another gateway may be making it at the same time: whoever is first has made it for both."""
    fresh = file.with_name(f"{NAME}.{secrets.token_hex(8)}")
    made = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(made, secrets.token_bytes(LENGTH))
        os.fsync(made)
    finally:
        os.close(made)
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read(file)


def _read(file: Path) -> bytes:
    with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as opened:
        found = os.fstat(opened.fileno())
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise StateUnusable(f"{file} signs pages' tokens: it must belong to this user, with mode 0600")
        content = opened.read()
    if len(content) != LENGTH:
        raise StateUnusable(f"{file} is damaged: take it away, and a new one is made")
    return content
