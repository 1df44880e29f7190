"""Runs SIPp with one of our scenarios and reads its own record of the messages.

Everything ends: each step of a scenario has its time, SIPp has one for the whole, and `timeout` kills it after that.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from cordboard.sip.message import Message, Request, parse_message
from kit.phone import until
from kit.site import HOST, free_port, free_sip_port

SCENARIOS = Path(__file__).parent / "sipp"
SECONDS = 25  # for a whole scenario, as SIPp counts; it is killed 3 s later
RECORD = re.compile(rb"(?:UDP|TCP) message (sent|received) [(\[](\d+)(?: bytes\)|\] bytes ):\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One message as SIPp saw it."""

    sent: bool  # by SIPp
    message: Message

    @property
    def line(self) -> str:
        """`> INVITE` for what SIPp sent, `< 200 INVITE` for what it received."""
        number, method = (self.message.headers.get("CSeq") or "? ?").split()
        what = method if isinstance(self.message, Request) else f"{self.message.status} {method}"
        return f"{'>' if self.sent else '<'} {number} {what}"


@dataclass(frozen=True, slots=True)
class Sipp:
    """A running SIPp; `address` is where it waits for the gateway."""

    process: asyncio.subprocess.Process
    address: tuple[str, int]
    directory: Path

    def messages(self) -> list[Recorded]:
        """What was sent and received until now, in order."""
        path = self.directory / "messages"
        record = path.read_bytes() if path.exists() else b""
        found = [(match[1] == b"sent", match.end(), int(match[2])) for match in RECORD.finditer(record)]
        whole = [(sent, record[at : at + size]) for sent, at, size in found if at + size <= len(record)]
        return [Recorded(sent, parse_message(data)) for sent, data in whole]

    def lines(self) -> list[str]:
        return [recorded.line for recorded in self.messages()]

    async def message(self, line: str, within: float = 8.0) -> Message:
        """Wait until SIPp has recorded a message of that line."""
        await until(lambda: line in self.lines() or self.process.returncode is not None, within)
        assert line in self.lines(), f"no {line!r}:\n{self.report()}"
        return next(each.message for each in self.messages() if each.line == line)

    async def ended(self) -> None:
        """Wait for its end, which must be a success."""
        status = await self.process.wait()
        assert status == 0, f"SIPp ended with {status}\n{self.report()}"

    def report(self) -> str:
        """What there is to say when something went wrong."""
        errors = self.directory / "errors"
        return "\n".join([*self.lines(), errors.read_text(errors="replace") if errors.exists() else ""])


@contextlib.asynccontextmanager
async def sipp(
    scenario: str | Path, directory: Path, *, transport: str = "udp", calls: int = 1, **keys: str | int
) -> AsyncIterator[Sipp]:
    """`keys` are the scenario's words in square brackets; `directory` is for its records.

    It ends after so many `calls`, as it counts them: one for each Call-ID that the gateway chooses. What it gets at its
    media port it sends back.
    """
    assert shutil.which("sipp"), "no sipp on PATH: apt-get install sip-tester"
    port = free_sip_port()
    words = [word for key, value in keys.items() for word in ("-key", key, str(value))]
    options = ["-sf", str(SCENARIOS / scenario), "-m", str(calls), "-i", HOST, "-p", str(port), "-bind_local"]
    options += ["-t", {"udp": "u1", "tcp": "t1"}[transport], "-rtp_echo", "-mp", str(free_port(kind=socket.SOCK_DGRAM))]
    records = ["-trace_msg", "-message_file", str(directory / "messages")]
    errors = ["-trace_err", "-error_file", str(directory / "errors")]
    bounds = ["-timeout", f"{SECONDS}s", "-timeout_error", "-nostdin", "-cp", str(free_port(kind=socket.SOCK_DGRAM))]
    process = await asyncio.create_subprocess_exec(
        *("timeout", "-s", "KILL", str(SECONDS + 3), "sipp"),
        *(*options, *words, *records, *errors, *bounds),
        cwd=directory,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield Sipp(process, (HOST, port), directory)
    finally:
        if process.returncode is None:
            process.terminate()  # `timeout` hands it on
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 3)
        if process.returncode is None:
            process.kill()
            await process.wait()
