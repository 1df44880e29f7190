"""Runs a SIP core on the event loop: feeds inputs, writes what is to be transmitted, wakes it at its deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from cordboard.sip.events import Flow, Input, Output, Tick, Transmit


class Core(Protocol):
    def handle(self, input: Input, now: float) -> list[Output]: ...

    @property
    def deadline(self) -> float | None: ...


class CoreDriver:
    """The one place where a core meets the clock. `on_output` gets every output but `Transmit`, in order.

    What one input has transmitted leaves before anybody hears of it, so a command given in `on_output`, which may
    call `feed`, never overtakes it on the wire.
    """

    def __init__(
        self, core: Core, transmit: Callable[[Flow, bytes], None], on_output: Callable[[Output], None]
    ) -> None:
        self._core = core
        self._transmit = transmit
        self._on_output = on_output
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: float | None = None
        self._closed = False

    @property
    def now(self) -> float:
        return self._loop.time()

    def feed(self, input: Input) -> None:
        if self._closed:
            return
        outputs = self._core.handle(input, self._loop.time())
        for output in outputs:
            if isinstance(output, Transmit):
                self._transmit(output.flow, output.data)
        for output in outputs:
            if not isinstance(output, Transmit):
                self._on_output(output)
        self._schedule()

    def _schedule(self) -> None:
        """A timer that is too early stays: deadlines move with every message, and mostly away."""
        deadline = self._core.deadline
        if deadline is None or (self._timer_at is not None and self._timer_at <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = deadline
        self._timer = self._loop.call_at(deadline, self._due)

    def _due(self) -> None:
        self._timer_at = self._timer = None
        deadline = self._core.deadline
        if deadline is not None and deadline <= self._loop.time():
            self.feed(Tick())
        else:
            self._schedule()

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
