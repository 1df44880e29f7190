"""A PostgreSQL of our own for a test: Debian's program, a fresh cluster in a directory, on loopback, without fsync."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.desk import free_port

HOST = "127.0.0.85"
PATIENCE = 20.0  # seconds
USER = "postgres"  # it refuses to run as root


@dataclass(slots=True)
class Postgresql:
    """A cluster that can be stopped and started."""

    binaries: Path
    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:a-password@{HOST}:{self.port}/postgres"

    def start(self) -> None:
        command = [str(self.binaries / "postgres"), "-D", str(self.directory), "-p", str(self.port)]
        options = {"listen_addresses": HOST, "unix_socket_directories": "", "fsync": "off"}
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, **_as_user())
        assert self.process.stderr is not None
        end = time.monotonic() + PATIENCE
        for line in self.process.stderr:
            if b"ready to accept connections" in line:
                return
            assert time.monotonic() < end, line
        raise AssertionError("PostgreSQL did not start")

    def stop(self) -> None:
        """At once; who is connected notices."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.communicate(timeout=PATIENCE)
            self.process = None


@contextlib.contextmanager
def postgresql() -> Iterator[Postgresql]:
    """One that runs."""
    directory = Path(tempfile.mkdtemp(prefix="cordboard-postgresql-"))
    try:
        if os.getuid() == 0:
            shutil.chown(directory, USER)
        binaries = _binaries()
        made = subprocess.run(
            [str(binaries / "initdb"), "--no-sync", "-U", USER, "-A", "trust", "-D", str(directory / "cluster")],
            capture_output=True,
            **_as_user(),
        )
        assert made.returncode == 0, made.stderr
        server = Postgresql(binaries, directory / "cluster", free_port(HOST))
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert found, "PostgreSQL is missing (Debian: apt-get install postgresql); scripts/machine test installs it"
    return found[-1].parent


def _as_user() -> dict[str, str]:
    return {"user": USER, "cwd": "/"} if os.getuid() == 0 else {}
