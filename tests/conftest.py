"""What holds for all tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], uvloop.Loop]]:
    """Tests run on the event loop that Cordboard runs on."""
    return {"uvloop": uvloop.new_event_loop}
