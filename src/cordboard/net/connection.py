"""One TCP or TLS connection that carries SIP: messages in by callback, out by `write`; keep-alive and patience."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from cordboard.observe import get_log
from cordboard.sip.events import Flow
from cordboard.sip.framing import KeepAlive
from cordboard.sip.stream import Broken, StreamDecoder

log = get_log("net")

MAXIMUM_UNSENT = 1_000_000  # octets that a peer who has stopped reading may leave waiting
PING = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Timing:
    """Times in seconds.

    `keep_alive` is the longest time between two pings, `pong` how long one may stay unanswered, `unfinished` how long
    half a message may wait for its rest, `idle` after how long without messages a connection of ours is closed.
    """

    connect: float = 5.0
    keep_alive: float = 30.0
    pong: float = 10.0
    unfinished: float = 30.0
    idle: float = 600.0
    look: float = 1.0  # how often all that is looked at


class Connection(asyncio.Protocol):
    """`opened` tells that it is one of ours. `on_made` is told when it stands, `on_lost` when it ends."""

    def __init__(
        self,
        flow: Flow,
        *,
        opened: bool,
        timing: Timing,
        on_made: Callable[[Connection], None],
        on_message: Callable[[Flow, bytes], None],
        on_lost: Callable[[Connection, str], None],
    ) -> None:
        self.flow = flow
        self.opened = opened
        self._timing = timing
        self._on_made = on_made
        self._on_message = on_message
        self._on_lost = on_lost
        self._decoder = StreamDecoder()
        self._transport: asyncio.Transport | None = None
        self._why = ""
        now = self._now()
        self._used = now
        self._began_message = now
        self._ping_at = now + self._interval()
        self._pong_due: float | None = None
        self._answers_pings = False

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._on_made(self)

    def data_received(self, data: bytes) -> None:
        if not self._decoder.pending:
            self._began_message = self._now()
        for piece in self._decoder.feed(data):
            match piece:
                case KeepAlive(answer):
                    self._kept_alive(answer)
                case Broken(why):
                    self._end(why)
                case bytes():
                    self._began_message = self._used = self._now()
                    self._deliver(piece)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._on_lost(self, self._why or (str(exc) if exc else "closed by the other side"))

    # --- its owner's

    def write(self, data: bytes) -> bool:
        """Send a message; False when the connection is gone, or ends now because its peer has stopped reading."""
        if self._transport is None or self._transport.is_closing():
            return False
        if self._transport.get_write_buffer_size() + len(data) > MAXIMUM_UNSENT:
            self.abort("the other side does not read")
            return False
        self._used = self._now()
        self._transport.write(data)
        return True

    def abort(self, why: str) -> None:
        self._why = self._why or why
        if self._transport is not None:
            self._transport.abort()

    def look(self, *, keep: bool) -> None:
        """Ping, or end what is dead; with `keep` a connection of ours is not closed for being idle."""
        now = self._now()
        if self._decoder.pending and now - self._began_message > self._timing.unfinished:
            self.abort("half a message, and no more")
        elif self._pong_due is not None and now >= self._pong_due:
            self.abort("keep-alive not answered")
        elif self.opened and not keep and now - self._used > self._timing.idle:
            self._end("idle")
        elif self.opened and now >= self._ping_at:
            self._ping(now)

    # --- inside

    def _deliver(self, message: bytes) -> None:
        try:
            self._on_message(self.flow, message)
        except Exception:
            log.exception("message could not be handled", flow=self.flow.connection, length=len(message))

    def _kept_alive(self, answer: bytes) -> None:
        """A ping is answered (RFC 5626 section 4.4.1); anything else may be the answer to ours."""
        if answer and self._transport is not None:
            self._transport.write(answer)
        elif not answer:
            self._answers_pings = True
            self._pong_due = None

    def _ping(self, now: float) -> None:
        if self._transport is not None:
            self._transport.write(PING)
        if self._answers_pings and self._pong_due is None:
            self._pong_due = now + self._timing.pong
        self._ping_at = now + self._interval()

    def _interval(self) -> float:
        """RFC 5626 section 4.4.1: between 80 and 100 percent of the longest."""
        return self._timing.keep_alive * random.uniform(0.8, 1.0)

    def _end(self, why: str) -> None:
        """Close after what is written has left."""
        self._why = self._why or why
        if self._transport is not None:
            self._transport.close()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
