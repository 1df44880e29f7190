"""What the kernel knows of running processes: time, memory, open files, and on which core they run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """What some processes hold together. `memory` in bytes (resident), `cpu` in seconds since their start."""

    cpu: float
    memory: int
    files: int
    sockets: int


def tree(pid: int) -> tuple[int, ...]:
    """The process and all its descendants that live."""
    return (pid, *(each for child in _children(pid) for each in tree(child)))


def _children(pid: int) -> Iterator[int]:
    for file in (PROC / str(pid) / "task").glob("*/children"):
        try:
            yield from (int(each) for each in file.read_text().split())
        except OSError:
            continue


def usage(pids: Iterable[int]) -> Usage:
    """Together; a process that has ended counts nothing."""
    each = [found for pid in pids if (found := _usage(pid)) is not None]
    return Usage(
        sum(one.cpu for one in each),
        sum(one.memory for one in each),
        sum(one.files for one in each),
        sum(one.sockets for one in each),
    )


def _usage(pid: int) -> Usage | None:
    place = PROC / str(pid)
    try:
        memory = int((place / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        links = [_link(file) for file in (place / "fd").iterdir()]
        return Usage(cpu_seconds(pid), memory, len(links), sum(link.startswith("socket:") for link in links))
    except OSError:
        return None


def _link(file: Path) -> str:
    try:
        return os.readlink(file)
    except OSError:
        return ""


def cpu_seconds(*pids: int) -> float:
    """Seconds on a core, in user and kernel mode, all threads."""
    total = 0
    for pid in pids:
        try:
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def cores() -> tuple[int | None, int | None]:
    """The core of the server and that of the load; None where there is only one."""
    first, *others = sorted(os.sched_getaffinity(0))
    return (first, others[0]) if others else (None, None)


def pin(pid: int, core: int | None) -> None:
    """Keep all threads of a process on that core; 0 is this process."""
    if core is None:
        return
    for thread in (PROC / str(pid or os.getpid()) / "task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})
