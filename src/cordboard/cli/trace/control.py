"""The way from `cordboard trace` to the gateway that runs: a Unix socket which only its user can open.

One JSON object per line asks, one answers: `{"do": "list"}`, `{"do": "get", "call": ...}`, `{"do": "mark", "call": ...,
"why": ...}`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cordboard.config import Settings
from cordboard.observe.log import get_log
from cordboard.observe.trace import Traces
from cordboard.observe.trace.written import summary_to_json, trace_to_json

log = get_log("trace")
NAME = "trace.socket"
LONGEST_PATH = 100  # octets; the kernel takes 107
LONGEST_LINE = 4096
ANSWER_SECONDS = 10.0
BY_HAND = "marked by hand"


class NobodyThere(Exception):
    """No gateway with these settings runs on this machine, or it is another user's."""


def socket_path(settings: Settings) -> Path:
    """In the state directory; without one, or where that is too deep, in a directory of this user."""
    directory = settings.gateway.state_directory
    if directory and len(os.fsencode(directory)) + len(NAME) < LONGEST_PATH:
        return Path(directory) / NAME
    name = hashlib.sha256(f"{directory} {settings.gateway.websocket}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"cordboard-{os.getuid()}" / f"{name}.socket"


class TraceControl:
    """Answers what `cordboard trace` asks. A socket that cannot be opened is said, and calls go on."""

    def __init__(self, path: Path, traces: Traces) -> None:
        self._path = path
        self._traces = traces
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        try:
            self._server = await asyncio.start_unix_server(self._serve, sock=_listening(self._path))
        except OSError as error:
            log.warning("traces cannot be asked for", path=str(self._path), why=error.strerror or str(error))

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                asked = _object(await reader.readuntil(b"\n"))
                writer.write(json.dumps(self._answer(asked)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    def _answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        call = str(asked.get("call", ""))
        match asked.get("do"):
            case "list":
                return {"calls": [summary_to_json(each) for each in self._traces.calls()]}
            case "get":
                found = self._traces.get(call)
                return {"trace": trace_to_json(found) if found else None}
            case "mark":
                return {"marked": self._traces.mark_bad(call, str(asked.get("why") or BY_HAND))}
        return {"error": "unknown"}


def ask(settings: Settings, question: Mapping[str, str]) -> dict[str, Any]:
    """What the gateway with these settings answers. Raises `NobodyThere`."""
    path = socket_path(settings)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(str(path))
            connection.sendall(json.dumps(dict(question)).encode() + b"\n")
            with connection.makefile("rb") as answer:
                return _answered(_object(answer.readline()))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no answer"
        said = f"no gateway with these settings can be asked at {path}: {why}"
        raise NobodyThere(f"{said}; {_way_out(error, settings)}") from None


def _answered(answer: dict[str, Any]) -> dict[str, Any]:
    """One of the answers above."""
    if not answer.keys() & {"calls", "trace", "marked"}:
        raise ValueError("not understood")
    return answer


def _way_out(error: Exception, settings: Settings) -> str:
    if isinstance(error, PermissionError):
        return f"ask as its user: sudo -u {settings.site.user} cordboard trace ..."
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return "it does not run, or --config names other settings"
    return "it may be of another version, or busy; restart it if that stays so"


def _listening(path: Path) -> socket.socket:
    """A socket that only this user can open. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.parent.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise OSError(f"{path.parent} belongs to somebody else")
    listening = socket.socket(socket.AF_UNIX)
    try:
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
    except BaseException:
        listening.close()
        raise
    return listening


def _object(line: bytes) -> dict[str, Any]:
    content = json.loads(line)
    if not isinstance(content, dict):
        raise ValueError("not an object")
    return content
