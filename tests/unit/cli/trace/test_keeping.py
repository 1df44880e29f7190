"""What remembers calls is started with the gateway, and keeps it from starting in no case."""

from __future__ import annotations

import socket
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from cordboard.cli.trace.keeping import bounds_of, own_addresses, start_memory
from cordboard.config import Address, Settings, lab_settings
from cordboard.observe.trace import PAGE, NoTraces, TraceRing
from cordboard.records import NoRecords
from kit.records import a_record


def settings_in(directory: Path, **trace: object) -> Settings:
    settings = lab_settings({"gateway.state_directory": str(directory)})
    return replace(settings, trace=replace(settings.trace, **trace))  # type: ignore[arg-type]


async def test_as_the_settings_say(tmp_path: Path) -> None:
    async with AsyncExitStack() as running:
        memory = await start_memory(settings_in(tmp_path, calls=7, megabytes=2), running)
        assert isinstance(memory.traces, TraceRing)
        memory.records.put(a_record())
    assert (tmp_path / "records.db").exists()
    assert not (tmp_path / "trace.socket").exists()
    bounds = bounds_of(settings_in(tmp_path, calls=7, megabytes=2))
    assert (bounds.calls, bounds.octets, bounds.call_octets) == (7, 2_000_000, 500_000)


async def test_nothing_is_wanted() -> None:
    settings = lab_settings()
    async with AsyncExitStack() as running:
        memory = await start_memory(replace(settings, trace=replace(settings.trace, calls=0)), running)
        assert isinstance(memory.traces, NoTraces)
        assert isinstance(memory.records, NoRecords)


async def test_nothing_of_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_address: object, **_more: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    directory = tmp_path / "state"
    directory.touch()
    settings = settings_in(directory, hep_address=Address("no-such-host.invalid", 9060))
    with structlog.testing.capture_logs() as lines:
        async with AsyncExitStack() as running:
            memory = await start_memory(settings, running)
            memory.records.put(a_record())
    assert {line["event"] for line in lines} >= {
        "nothing is sent to HOMER: its address is not known",
        "traces cannot be asked for",
        "records of calls cannot be written: they wait, calls go on",
    }


def test_our_addresses(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert own_addresses(settings)[PAGE] == (settings.gateway.websocket.host, settings.gateway.websocket.port)
