"""Messages out of a stream of octets: SIP over TCP and TLS (RFC 3261 section 18.3, RFC 5626 sections 3.5.1 and 4.4.1).

A stream has no borders but those that Content-Length draws, so a message without one, or with one that cannot be true,
ends the stream: what follows it can be read as anything the sender likes. The head that broke it is still given out, so
that the core answers it (400 or 513) before the connection is closed.

Between messages a double CRLF is a ping and asks for a CRLF; a single CRLF is its answer. Where the two halves of a
ping arrive one by one, the first looks like an answer, which nobody minds.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.framing import KeepAlive
from cordboard.sip.headers import Headers
from cordboard.sip.message import MAXIMUM_SIZE, content_length, head_end, split_head

_LINE = b"\r\n"
_PING = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Broken:
    """The stream cannot be cut any longer: close the connection. `why` names no value of it."""

    why: str


Piece = bytes | KeepAlive | Broken


class StreamDecoder:
    """One direction of one connection. Holds 64 kB at most, and looks at each octet a fixed number of times."""

    __slots__ = ("_broken", "_buffer", "_half_a_ping", "_needed", "_searched")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # no empty line begins before this octet
        self._needed = 0  # length of the message at the front, once its head is read
        self._half_a_ping = False
        self._broken = False

    @property
    def pending(self) -> int:
        """How many octets of an unfinished message wait for the rest; a connection may be closed for it in time."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Piece]:
        """Take what was read. Gives whole messages as bytes (for `Received`), keep-alives, and `Broken` as the last."""
        pieces: list[Piece] = []
        if self._broken:
            return pieces
        self._buffer += data
        while not self._broken and (piece := self._next()) is not None:
            pieces.append(piece)
            if self._broken and not isinstance(piece, Broken):
                pieces.append(Broken("length of a message is missing or cannot be true"))
        return pieces

    def _next(self) -> Piece | None:
        if not self._needed:
            keep_alive = self._keep_alive()
            if keep_alive is not None:
                return keep_alive
            if not self._buffer or self._buffer == b"\r":
                return None
            self._half_a_ping = False
            end = self._end_of_head()
            if end is None:
                return self._give_up(MAXIMUM_SIZE + 1) if len(self._buffer) > MAXIMUM_SIZE else None
            length = _length_of_body(bytes(self._buffer[:end]))
            if length is None or end + length > MAXIMUM_SIZE:
                return self._give_up(end)
            self._needed = end + length
        return self._take(self._needed) if len(self._buffer) >= self._needed else None

    def _keep_alive(self) -> KeepAlive | None:
        """What the CRLFs at the front say; they never belong to a message (RFC 3261 section 7.5)."""
        if self._buffer.startswith(_PING):
            del self._buffer[: len(_PING)]
            self._half_a_ping = False
            return KeepAlive(_LINE)
        if not self._buffer.startswith(_LINE):
            return None
        if self._buffer == b"\r\n\r":  # the end of a ping is on its way
            return None
        del self._buffer[: len(_LINE)]
        whole = self._half_a_ping
        self._half_a_ping = not whole and not self._buffer
        return KeepAlive(_LINE if whole else b"")

    def _end_of_head(self) -> int | None:
        end = head_end(self._buffer, self._searched)
        if end is None:
            self._searched = max(0, len(self._buffer) - len(_PING))
            return None
        return end[1]

    def _take(self, length: int) -> bytes:
        piece = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._searched = self._needed = 0
        return piece

    def _give_up(self, length: int) -> bytes:
        """The broken head, for an answer; nothing after it counts."""
        piece = bytes(self._buffer[:length])
        self._buffer.clear()
        self._broken = True
        return piece


def _length_of_body(head: bytes) -> int | None:
    try:
        lines, _ = split_head(head)
        return content_length(Headers.parse(lines[1:]))
    except RemoteProtocolError:
        return None
