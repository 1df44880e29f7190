"""Starts what remembers calls beside the gateway: the ring of traces, HEP as it happens, the writer of records."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from cordboard.cli.trace.control import TraceControl, socket_path
from cordboard.config import Address, Settings
from cordboard.observe.log import get_log
from cordboard.observe.trace import PAGE, SIP_SERVER, Bounds, NoTraces, TraceRing, Traces
from cordboard.observe.trace.hep import LiveHep
from cordboard.records import NoRecords, Records
from cordboard.records.opening import record_writer

log = get_log("trace")
MEGABYTE = 1_000_000
LOOK_UP_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process remembers of its calls."""

    traces: Traces
    records: Records


async def start_memory(settings: Settings, running: AsyncExitStack) -> Memory:
    """`running` ends it; nothing of it that fails keeps the gateway from starting."""
    live = await _live(settings)
    if live is not None:
        running.callback(live.close)
    traces: Traces = NoTraces()
    if settings.trace.calls or live is not None:
        traces = TraceRing(bounds_of(settings), live)
    control = TraceControl(socket_path(settings), traces)
    await control.start()
    running.push_async_callback(control.close)
    writer = record_writer(settings)
    if writer is not None:
        writer.start()
        running.push_async_callback(asyncio.to_thread, writer.close)
    return Memory(traces, writer or NoRecords())


def bounds_of(settings: Settings) -> Bounds:
    """How much the ring keeps."""
    wanted = settings.trace
    octets = wanted.megabytes * MEGABYTE
    return Bounds(wanted.calls, octets, wanted.bad_calls, wanted.bad_megabytes * MEGABYTE, min(octets // 4, MEGABYTE))


def own_addresses(settings: Settings) -> dict[str, tuple[str, int]]:
    """Ours, by who is at the far end."""

    def of(address: Address) -> tuple[str, int]:
        return address.host, address.port

    return {PAGE: of(settings.gateway.websocket), SIP_SERVER: of(settings.gateway.advertise)}


async def _live(settings: Settings) -> LiveHep | None:
    """A name is looked up beside the loop; what takes too long is not waited for."""
    wanted = settings.trace
    if not wanted.hep_address:
        return None
    address = (wanted.hep_address.host, wanted.hep_address.port)
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            return await asyncio.to_thread(
                LiveHep, address, own_addresses(settings), wanted.hep_capture_id, wanted.hep_password
            )
    except (OSError, TimeoutError) as error:
        log.error("nothing is sent to HOMER: its address is not known", why=str(error) or "no answer")
        return None
