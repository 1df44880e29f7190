"""What the connector knows of each agent's phone beside the seat itself: options, pings, and who waits for the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cordboard.desk.connector.options import FAILED_PINGS, PING_MILLISECONDS, Scalar, number_of, words_of
from cordboard.observe import Occasionally, get_log
from cordboard.seat.desk_port import AudioView, SeatWords

_log = get_log("connector")
MOST_PARAMETERS = 100
LONGEST_SILENCE = 3600.0  # seconds

Wanted = Callable[[AudioView], bool]


@dataclass(slots=True)
class Endpoint:
    """One agent's. `told` is the connection of the page that has heard the options."""

    dn: str
    options: dict[str, Scalar] = field(default_factory=dict)
    parameters: dict[str, object] = field(default_factory=dict)
    ping_milliseconds: int = PING_MILLISECONDS
    told: str = ""
    silence: asyncio.TimerHandle | None = None
    waiting: set[asyncio.Future[None]] = field(default_factory=set)


class Endpoints:
    """The endpoints by DN; only agents of this desk have one, so they are bounded. `on_silence` gets a DN whose
    Workspace has ceased to ping.
    """

    def __init__(self, seats: SeatWords, on_silence: Callable[[str], None]) -> None:
        self._seats = seats
        self._on_silence = on_silence
        self._endpoints: dict[str, Endpoint] = {}
        self.occasionally = Occasionally(_log)
        seats.on_change(self._changed)

    def endpoint(self, dn: str) -> Endpoint:
        return self._endpoints.setdefault(dn, Endpoint(dn))

    def forget(self, dn: str) -> None:
        """The agent is gone."""
        if (endpoint := self._endpoints.pop(dn, None)) and endpoint.silence:
            endpoint.silence.cancel()

    def close(self) -> None:
        for dn in list(self._endpoints):
            self.forget(dn)

    def set_options(self, dn: str, options: Mapping[str, Scalar]) -> None:
        """Keep Workspace's options and say to the page what concerns it, now or when it comes."""
        endpoint = self.endpoint(dn)
        endpoint.options, endpoint.told = dict(options), ""
        endpoint.ping_milliseconds = number_of(options.get("ping-interval"), endpoint.ping_milliseconds)
        self._tell_options(endpoint)

    def pinged(self, dn: str) -> None:
        """Workspace is there; so many pings later it is missed."""
        endpoint = self.endpoint(dn)
        if endpoint.silence is not None:
            endpoint.silence.cancel()
        failed = number_of(endpoint.options.get("max-failed-ping"), FAILED_PINGS)
        seconds = min(failed * endpoint.ping_milliseconds / 1000, LONGEST_SILENCE)
        endpoint.silence = asyncio.get_running_loop().call_later(seconds, self._silent, endpoint)

    async def audio(self, dn: str, wanted: Wanted, patience: float) -> AudioView | None:
        """What the page tells of its audio, as soon as it is as wanted, or when patience is over."""
        endpoint = self.endpoint(dn)
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while True:
            audio = self._seats.view(dn).audio
            if (audio is not None and wanted(audio)) or loop.time() >= end:
                return audio
            change: asyncio.Future[None] = loop.create_future()
            endpoint.waiting.add(change)
            try:
                await asyncio.wait_for(change, end - loop.time())
            except TimeoutError:
                continue
            finally:
                endpoint.waiting.discard(change)

    def _changed(self, dn: str) -> None:
        endpoint = self._endpoints.get(dn)
        if endpoint is None:
            return
        for change in endpoint.waiting:
            if not change.done():
                change.set_result(None)
        self._tell_options(endpoint)

    def _tell_options(self, endpoint: Endpoint) -> None:
        """A page that came anew knows nothing of what the one before was told."""
        words, connection = words_of(endpoint.options), self._seats.view(endpoint.dn).connection
        if words and connection and connection != endpoint.told and self._seats.say(endpoint.dn, words):
            endpoint.told = connection

    def _silent(self, endpoint: Endpoint) -> None:
        endpoint.silence = None
        _log.info("Workspace no longer pings the softphone", dn=endpoint.dn)
        self._on_silence(endpoint.dn)
