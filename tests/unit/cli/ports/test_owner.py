"""Who has a port, told by files as the kernel writes them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cordboard.cli.ports.owner import owner_of

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def line(address: str, state: str, inode: int) -> str:
    return f"   1: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 {inode} 2 0\n"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """asterisk listens at 127.0.0.1:5060/udp and [::]:8088/tcp; it also has a connection from port 8080."""
    if sys.byteorder != "little":
        pytest.skip("the sample is written in little-endian order")
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "udp").write_text(HEAD + line("0100007F:13C4", "07", 71))
    (tmp_path / "net" / "tcp").write_text(HEAD + line("0100007F:1F90", "01", 72))
    (tmp_path / "net" / "tcp6").write_text(HEAD + line("0" * 32 + ":1F98", "0A", 73))
    for pid, comm, inodes in (("99", "sshd", (5,)), ("123", "asterisk", (71, 72, 73))):
        (tmp_path / pid / "fd").mkdir(parents=True)
        (tmp_path / pid / "comm").write_text(comm + "\n")
        for number, inode in enumerate(inodes):
            os.symlink(f"socket:[{inode}]", tmp_path / pid / "fd" / str(number))
    (tmp_path / "self").mkdir()
    (tmp_path / "404").mkdir()  # a process that ended while we looked
    return tmp_path


@pytest.mark.parametrize(
    ("transport", "host", "port", "owner"),
    [
        ("udp", "127.0.0.1", 5060, "process asterisk (pid 123)"),
        ("udp", "0.0.0.0", 5060, "process asterisk (pid 123)"),
        ("udp", "127.0.0.2", 5060, ""),
        ("udp", "127.0.0.1", 5061, ""),
        ("tcp", "127.0.0.1", 5060, ""),
        ("tcp", "127.0.0.1", 8088, "process asterisk (pid 123)"),
        ("tcp", "127.0.0.1", 8080, ""),
    ],
)
def test_owner(proc: Path, transport: str, host: str, port: int, owner: str) -> None:
    assert owner_of(transport, host, port, proc) == owner


def test_machine_that_shows_nothing(tmp_path: Path) -> None:
    assert owner_of("udp", "127.0.0.1", 5060, tmp_path) == ""
