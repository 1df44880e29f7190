"""Which process has a port, as far as Linux lets us see it."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_LISTENING = "0A"  # TCP_LISTEN of the kernel; an unconnected UDP socket says 07
_PROC = Path("/proc")


def owner_of(transport: str, host: str, port: int, proc: Path = _PROC) -> str:
    """`process asterisk (pid 123)` for the socket that keeps others from binding, empty where it cannot be seen."""
    inodes = {inode for address, inode in _sockets(transport, port, proc) if _collide(address, host)}
    for pid, inode in _open_sockets(proc):
        if inode in inodes:
            return f"process {_name(proc / pid)} (pid {pid})"
    return ""


def _sockets(transport: str, port: int, proc: Path) -> Iterator[tuple[str, str]]:
    """Local address and inode of each socket on the port."""
    for table in (transport, f"{transport}6"):
        try:
            lines = (proc / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            host, _, number = fields[1].partition(":")
            if int(number, 16) == port and (transport == "udp" or fields[3] == _LISTENING):
                yield _address(host), fields[9]


def _address(written: str) -> str:
    """The kernel writes addresses as 32-bit words in the machine's byte order."""
    words = (bytes.fromhex(written[at : at + 8]) for at in range(0, len(written), 8))
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    address = ipaddress.ip_address(packed)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _collide(address: str, host: str) -> bool:
    wildcards = ("0.0.0.0", "::")
    return address == host or address in wildcards or host in wildcards or host == "localhost"


def _open_sockets(proc: Path) -> Iterator[tuple[str, str]]:
    """Process and inode of each socket that we may see."""
    for process in proc.iterdir():
        if process.name.isdigit():
            for link in _links(process / "fd"):
                if link.startswith("socket:["):
                    yield process.name, link[8:-1]


def _links(directory: Path) -> Iterator[str]:
    """Where the links in a directory lead; files come and go meanwhile."""
    with contextlib.suppress(OSError):
        for file in directory.iterdir():
            with contextlib.suppress(OSError):
                yield os.readlink(file)


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "unknown"
