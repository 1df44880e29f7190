"""Whom files belong to: a command by root reads and makes what the service's own user then may not touch."""

from __future__ import annotations

import asyncio
import os
import pwd
import stat
from pathlib import Path

from cordboard.config import Settings
from cordboard.doctor.check import Result, check, failed, ok, skipped, together, warning
from cordboard.doctor.patient import TOKEN_SECRET, Patient


@check(
    "machine.state_directory",
    "What outlives a restart can be kept",
    why="The secret that signs pages' tokens is kept there: without it all softphones sign in anew after each restart.",
    mend="`sudo install -d -m 0700 -o SITE_USER STATE_DIRECTORY`; what is in it belongs to the user that runs"
    " Cordboard, mode 0600.",
)
async def state_directory(patient: Patient) -> Result:
    """Looks whether [gateway] state_directory can be written to, and is closed to others."""
    return await asyncio.to_thread(_state_directory, patient.settings)


def _state_directory(settings: Settings) -> Result:
    if not settings.gateway.state_directory:
        if settings.in_lab or settings.gateway.token_secret:
            return skipped("[gateway] state_directory is empty: nothing is kept")
        return warning(
            "[gateway] state_directory is empty: nothing is kept over a restart",
            mend='Set [gateway] state_directory = "/var/lib/cordboard".',
        )
    path = Path(settings.gateway.state_directory)
    mend = f"`sudo install -d -m 0700 -o {settings.site.user} {path}`; what is in it must be mode 0600."
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return failed(f"{path}: {(error.strerror or str(error)).lower()}", mend=mend)
    if not stat.S_ISDIR(mode):
        return failed(f"{path} is no directory", mend=mend)
    if other := _of_another(path, settings) or _of_another(path / TOKEN_SECRET, settings):
        return failed(
            f"{other}, and Cordboard runs as {settings.site.user}", mend=f"`sudo chown -R {settings.site.user}: {path}`"
        )
    if not os.access(path, os.W_OK | os.X_OK):
        return failed(
            f"{path} cannot be written to by {_name(os.getuid())}",
            mend=f"{mend} Run the doctor as {settings.site.user}.",
        )
    if stat.S_IMODE(mode) & 0o077:
        return warning(f"{path} is open to others (mode {stat.S_IMODE(mode):04o})", mend=f"`sudo chmod 0700 {path}`")
    return _secret(path / TOKEN_SECRET) or ok(f"{path}")


def _of_another(path: Path, settings: Settings) -> str:
    """Whom it belongs to, where it is not the site's user and there is such a user; the lab's is whoever starts it."""
    if settings.in_lab:
        return ""
    try:
        wanted = pwd.getpwnam(settings.site.user).pw_uid
        owner = path.stat().st_uid
    except (KeyError, OSError):
        return ""
    return "" if owner == wanted else f"{path} belongs to {_name(owner)}"


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def _secret(file: Path) -> Result | None:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return None  # made at the first start
    if mode & 0o077:
        return failed(f"{file} signs tokens and is open to others (mode {mode:04o})", mend=f"`sudo chmod 0600 {file}`")
    return None


@check(
    "machine.secrets",
    "Cordboard can read its settings",
    why="The service does not start when its user may not read settings or secrets; root may read everything, so that"
    " a command by root shows nothing of it.",
    mend="`sudo chown SITE_USER` the file of secrets, mode 0600; settings are mode 0644.",
)
async def readable(patient: Patient) -> Result:
    """Looks whom the files belong to that the settings came from, and whether [site] user may read them."""
    settings = patient.settings
    files = sorted({source.rpartition(":")[0] for source in settings.sources.values() if ":" in source} - {""})
    paths = [path for path in map(Path, files) if path.is_file()]
    if settings.in_lab or not paths:
        return skipped("the lab runs as whoever starts it" if settings.in_lab else "the settings came from no file")
    try:
        user = pwd.getpwnam(settings.site.user)
    except KeyError:
        return skipped(f"[site] user {settings.site.user} is no user of this machine")
    results = [_readable(path, user) for path in paths]
    return together(results, f"{', '.join(map(str, paths))}, by {user.pw_name}")


def _readable(path: Path, user: pwd.struct_passwd) -> Result:
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    own, group = found.st_uid == user.pw_uid, found.st_gid == user.pw_gid
    may = mode & (0o400 if own else 0o040 if group else 0o004)
    if may or user.pw_uid == 0:
        return ok(str(path))
    return failed(
        f"{path} belongs to {_name(found.st_uid)} with mode {mode:04o}: {user.pw_name} may not read it",
        mend=f"`sudo chown {user.pw_name} {path}`",
    )


CHECKS = (readable, state_directory)
