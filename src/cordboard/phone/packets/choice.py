"""Which packet loop it is."""

from __future__ import annotations

from enum import StrEnum

from cordboard.media.compiled.library import NotCompiled
from cordboard.observe import get_log
from cordboard.phone.packets.compiled_loop import CompiledLoop
from cordboard.phone.packets.port import PacketLoop
from cordboard.phone.packets.python_loop import PythonLoop

log = get_log("phone")


class Wanted(StrEnum):
    AUTO = "auto"  # compiled where it can be had
    COMPILED = "compiled"
    PYTHON = "python"


def make(wanted: str = Wanted.AUTO) -> PacketLoop:
    """A packet loop for the running asyncio loop; close it in the end. "compiled" raises `NotCompiled` without one."""
    if Wanted(wanted) is Wanted.PYTHON:
        return PythonLoop()
    try:
        return CompiledLoop()
    except NotCompiled as why:
        if wanted == Wanted.COMPILED:
            raise
        log.warning("the packet loop in Python is used: it is for some tens of calls", why=str(why))
        return PythonLoop()
