"""Emptying a gateway that is to stop: no new calls, and those in progress have their time.

Pages and SIP Server are told, so that nobody sends a call here to be refused; each new one is refused all the same.
Pages stay connected, for their calls. An administrator may begin it by hand, and end it again.
"""

from __future__ import annotations

import asyncio

from cordboard.config.settings import GatewaySettings
from cordboard.gateway.calls import Calls
from cordboard.gateway.pages import PageSide
from cordboard.gateway.registrations import Registrations
from cordboard.gateway.seats import Seats
from cordboard.observe.log import get_log
from cordboard.observe.metrics import Metrics

log = get_log("gateway")


class Stopping(Exception):
    """The process is about to end: its draining cannot be taken back."""


class Draining:
    """`active` from `begin` to `cancel`; from the beginning of `run` for good."""

    def __init__(
        self,
        settings: GatewaySettings,
        calls: Calls,
        seats: Seats,
        pages: PageSide,
        registrations: Registrations,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._calls = calls
        self._seats = seats
        self._pages = pages
        self._registrations = registrations
        self._metrics = metrics
        self.active = False
        self._stops = False

    @property
    def status(self) -> int:
        """What new calls are refused with."""
        return self._settings.drain_status

    async def run(self) -> None:
        """Returns when the last call has ended, or its time is up."""
        self._stops = True
        self.begin()
        seconds = self._settings.drain_seconds
        log.info("the process ends when no call is left", calls=len(self._calls), seconds=seconds)
        try:
            async with asyncio.timeout(seconds):
                await self._calls.emptied()
            log.info("drained: no call is left")
        except TimeoutError:
            log.warning("drained: time is up", calls=len(self._calls), then=self._settings.after_drain)

    def begin(self) -> None:
        """Take no new calls from now on."""
        if self.active:
            return
        self.active = True
        self._metrics.draining.set(1)
        log.warning("draining: no new calls", calls=len(self._calls))
        self._tell()

    def cancel(self) -> None:
        """Take calls again. Raises `Stopping`."""
        if self._stops:
            raise Stopping("the process is about to end")
        if not self.active:
            return
        self.active = False
        self._metrics.draining.set(0)
        log.warning("draining ended: new calls are taken again")
        for seat in self._seats:
            for page in seat.pages:
                self._pages.tell(page, seat.dn, {"draining": False})
            if seat.wants_registration:
                self._registrations.start(seat.dn)

    def _tell(self) -> None:
        for seat in self._seats:
            for page in seat.pages:
                self._pages.tell(page, seat.dn, {"draining": True})
            if self._settings.drain_registrations == "take back":
                self._registrations.stop(seat.dn)
