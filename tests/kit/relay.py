"""A relay engine for tests: on ports that nobody else uses, ended on the way out."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from cordboard.media.relay.engine import RelayEngine
from cordboard.media.relay.settings import RelaySettings

# Several runs of the suite may share the machine: each process has its own slice of 80 ports.
FIRST_PORT = 30000 + os.getpid() % 200 * 80
TEST_SETTINGS = RelaySettings(rtp_ports=(FIRST_PORT, FIRST_PORT + 79), webrtc_ports=(0, 0))


@asynccontextmanager
async def relay(settings: RelaySettings = TEST_SETTINGS, **changes: object) -> AsyncIterator[RelayEngine]:
    """`changes` are fields of `RelaySettings`."""
    engine = await RelayEngine.start(replace(settings, **changes))  # type: ignore[arg-type]
    try:
        yield engine
    finally:
        await engine.shutdown()
