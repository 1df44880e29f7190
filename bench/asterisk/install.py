"""Asterisk from Debian's packages, unpacked into a folder of its own: `python -m bench.asterisk.install` tells where.

Bookworm has no Asterisk. Sid's packages and all that they need, their C library too, are downloaded by apt with an
empty list of installed packages and unpacked; nothing of the machine is changed and no maintainer script runs. The
programs are then run by the dynamic loader of that folder. Where sid cannot be had, bullseye's Asterisk 16 is taken.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("asterisk", "asterisk-modules", "asterisk-config")
SUITES = ("sid", "bullseye")
ATTEMPTS = 2
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LONGEST = 240.0  # seconds for one download
MERGED = ("bin", "sbin", "lib", "lib64")
UNNEEDED = ("./usr/share/doc/*", "./usr/share/man/*", "./usr/share/locale/*")


class InstallError(Exception):
    """Asterisk cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The folder with Asterisk's own root."""

    root: Path

    @property
    def libraries(self) -> Path:
        """Where the shared libraries are, the dynamic loader among them."""
        found = sorted(self.root.glob("usr/lib/*-linux-gnu"))
        if not found:
            raise InstallError(f"{self.root} has no libraries")
        return found[0]

    @property
    def modules(self) -> Path:
        """Asterisk's own modules."""
        places = (self.libraries / "asterisk" / "modules", self.root / "usr" / "lib" / "asterisk" / "modules")
        return next((place for place in places if place.is_dir()), places[0])

    @property
    def data(self) -> Path:
        """What Asterisk reads and never writes."""
        return self.root / "usr" / "share" / "asterisk"

    def command(self, *arguments: str, preload: Path | None = None) -> list[str]:
        """How to run asterisk with these arguments."""
        found = [*self.libraries.glob("ld-linux*.so.*"), *self.libraries.glob("ld-2.*.so")]
        if not found:
            raise InstallError(f"{self.libraries} has no dynamic loader")
        before = ["--preload", str(preload)] if preload else []
        path = f"{self.libraries}:{self.root / 'usr' / 'lib'}"
        asterisk = str(self.root / "usr" / "sbin" / "asterisk")
        return [str(found[0]), *before, "--library-path", path, asterisk, *arguments]

    def version(self) -> str:
        """As `asterisk -V` says, "Asterisk 22.10.1"; raises `InstallError` if it does not run."""
        try:
            result = subprocess.run(self.command("-V"), capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise InstallError(f"asterisk does not start: {failure}") from failure
        if result.returncode != 0:
            raise InstallError(f"asterisk does not start: {result.stderr.strip()[-300:]}")
        return result.stdout.strip().partition("~")[0]


def place() -> Path:
    """Where it is kept from run to run: `cordboard-bench` in the user's cache folder (XDG base directories)."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "cordboard-bench" / "asterisk"


def install(root: Path | None = None) -> Installed:
    """The Asterisk in `root`, unpacked there first if there is none that runs. Raises `InstallError`."""
    installed = Installed(root or place())
    try:
        installed.version()
        return installed
    except InstallError:
        pass
    mirror, failures = _mirror(), []
    for suite in SUITES:
        for _ in range(ATTEMPTS):
            try:
                _unpack(mirror, suite, installed.root)
                installed.version()
                return installed
            except InstallError as failure:
                failures.append(f"{suite}: {failure}")
    raise InstallError("; ".join(failures))


def _mirror() -> str:
    """The Debian mirror that this machine uses."""
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    try:
        lines = subprocess.run(asked, capture_output=True, text=True, timeout=30).stdout.split()
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise InstallError(f"apt-get is needed to get Asterisk: {failure}") from failure
    found = [line for line in lines if line.rstrip("/").endswith("/debian")]
    if not found:
        raise InstallError("the sources of apt name no Debian mirror")
    return found[0].rstrip("/")


def _unpack(mirror: str, suite: str, root: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="cordboard-asterisk-") as name:
        work = Path(name)
        _download(mirror, suite, work)
        packages = sorted((work / "cache" / "archives").glob("*.deb"))
        if not packages:
            raise InstallError("nothing was downloaded")
        shutil.rmtree(root, ignore_errors=True)
        for folder in MERGED:  # Debian's merged /usr, which older packages do not follow
            (root / "usr" / folder).mkdir(parents=True)
            (root / folder).symlink_to(f"usr/{folder}")
        for package in packages:
            _extract(package, root)


def _download(mirror: str, suite: str, work: Path) -> None:
    """All packages of the closure, by an apt that knows only this mirror and has nothing installed."""
    for folder in ("lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    (work / "sources").write_text(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
    options = {
        "Dir::Etc::sourcelist": work / "sources",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::State::extended_states": work / "extended",
        "Dir::Cache": work / "cache",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",  # else apt wants to be able to read the folder as _apt
        "Acquire::Check-Valid-Until": "false",  # a mirror may be a snapshot
        "Acquire::Retries": "3",
        "Debug::NoLocking": "true",
    }
    apt = ["apt-get", "-qq", "-y", *(f"-o{name}={value}" for name, value in options.items())]
    _run([*apt, "update"])
    _run([*apt, "--download-only", "install", *PACKAGES])


def _extract(package: Path, root: Path) -> None:
    left_out = [f"--exclude={pattern}" for pattern in UNNEEDED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as files:
        tar = ["tar", "-x", "-C", str(root), "--no-same-owner", "--keep-directory-symlink", *left_out, "-f", "-"]
        if subprocess.run(tar, stdin=files.stdout).returncode != 0:
            raise InstallError(f"{package.name} cannot be unpacked")


def _run(command: list[str]) -> None:
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise InstallError(str(failure)) from failure
    if result.returncode != 0:
        raise InstallError((result.stderr.strip() or result.stdout.strip())[-300:])


def main() -> int:
    began = time.monotonic()
    try:
        installed = install()
        print(f"{installed.version()} in {installed.root} ({time.monotonic() - began:.1f} s)")
    except InstallError as failure:
        print(f"no Asterisk: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
