"""The media engine port, by sides.

One media call has two sides: *page* (WebRTC: ICE, DTLS-SRTP) and *trunk* (plain RTP). Offer/answer is per side,
because SIP Server's offerless INVITEs break every interface that turns one side's offer into the other's. Verbs
`page_offer`, `page_answer`, `trunk_offer`, `trunk_answer` make a description; the `take_...` verbs take one in. The
first verb that names a call creates it. All verbs of one call are carried out in the order in which they were asked
for, and may be pipelined. A `take_...` verb is True when what the *other* side was told last does not fit any more
(video came or went, the codec changed): that side is to be offered anew.

The law (architecture section 2): whatever happens on the trunk side, the page side's ufrag, fingerprint, mid, SSRC,
sequence and timestamps go on unbroken. Only a page that moves its video to another media line gets another SSRC
there. A repeated `trunk_offer` or `trunk_answer` keeps address, port and session id, version + 1.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from cordboard.call.media import Side
from cordboard.sdp.direction import Direction

__all__ = [
    "CallStatistics",
    "Direction",
    "EngineHealth",
    "ListedCall",
    "MediaEngine",
    "MediaError",
    "MediaEvent",
    "MediaEventKind",
    "MediaFull",
    "PlaceGone",
    "Side",
    "StreamStatistics",
]


class MediaError(Exception):
    """The engine refused; `status` is the SIP status that says why (488: no common codec, 503: no port left)."""

    def __init__(self, why: str, status: int = 488) -> None:
        super().__init__(why)
        self.status = status


class MediaFull(MediaError):
    """The engine sheds load: it takes no new calls for now, and goes on with those that it has."""

    def __init__(self, why: str) -> None:
        super().__init__(why, 503)


class PlaceGone(MediaError):
    """What carried the call died before it replied; MOVED or WORKER_GONE says how the call goes on."""

    def __init__(self, why: str) -> None:
        super().__init__(why, 503)


@dataclass(frozen=True, slots=True)
class StreamStatistics:
    """What one side received and sent. Times are seconds of the Unix epoch, 0.0 for never; jitter in seconds."""

    packets_received: int = 0
    packets_sent: int = 0
    packets_lost: int = 0
    packets_refused: int = 0  # wrong source, bad authentication, media before the fingerprint was verified
    jitter: float = 0.0
    first_received: float = 0.0
    first_sent: float = 0.0
    last_received: float = 0.0
    codec: str = ""
    peer_lost: int = 0  # packets of ours that the other end says it missed (RTCP)
    round_trip: float = 0.0  # seconds to the other end and back (RTCP), 0.0 while not known
    burst: float = 0.0  # packets that are lost in a row, on the average; 0.0 while none was lost, or not known
    mos: float = 0.0  # how what was received sounds, 1.0 to 4.5 (`rtp/quality.py`); 0.0 while not known


@dataclass(frozen=True, slots=True)
class CallStatistics:
    """Sound of both sides, and pictures once the call has had any."""

    page: StreamStatistics
    trunk: StreamStatistics
    connected: float = 0.0  # when DTLS was done and the fingerprint verified
    page_video: StreamStatistics | None = None
    trunk_video: StreamStatistics | None = None


class MediaEventKind(StrEnum):
    CONNECTED = "connected"  # DTLS done, fingerprint verified: media passes
    FAILED = "failed"  # fingerprint wrong or DTLS refused
    LOST = "lost"  # no STUN consent for 30 s
    TRUNK_GONE = "trunk gone"  # a trunk that used to send RTCP has sent neither RTP nor RTCP for long; ends nothing
    TRUNK_BACK = "trunk back"  # it is heard again
    MOVED = (
        "moved"  # what carried the call died: it is another's, which knows nothing; both sides are to be offered anew
    )
    WORKER_GONE = "worker gone"  # what carried the call died, and there is no other to carry it


@dataclass(frozen=True, slots=True)
class MediaEvent:
    call: str
    kind: MediaEventKind
    why: str = ""


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """`workers` counts the relay's processes or rtpengine's daemons that are well; `load` is the busiest one's, 0.0 to
    1.0, `loads` each one's by its number; `shedding`: new calls are refused with 503 until it falls.
    """

    ok: bool
    calls: int
    workers: int
    why: str = ""
    load: float = 0.0
    shedding: bool = False
    loads: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListedCall:
    """A call that the engine carries, with the snapshot that the gateway stored beside it (architecture section
    4.4).
    """

    call: str
    snapshot: str


class MediaEngine(Protocol):
    """What the gateway asks of an engine. Every verb raises `MediaError`; SDP goes in and out as text.

    The first ten are with the engine when they return, before they are awaited: what the gateway sends next, a 200
    for instance, does not overtake them.
    """

    def page_offer(self, call: str) -> Awaitable[str]: ...

    def page_answer(self, call: str) -> Awaitable[str]: ...

    def trunk_offer(self, call: str) -> Awaitable[str]: ...

    def trunk_answer(self, call: str) -> Awaitable[str]: ...

    def take_page_offer(self, call: str, sdp: str) -> Awaitable[bool]: ...

    def take_page_answer(self, call: str, sdp: str) -> Awaitable[bool]: ...

    def take_trunk_offer(self, call: str, sdp: str) -> Awaitable[bool]: ...

    def take_trunk_answer(self, call: str, sdp: str) -> Awaitable[bool]: ...

    def renew_page(self, call: str) -> Awaitable[None]:
        """Forget the page: its ICE, DTLS and keys. The next `page_offer` is for another page, in another dialog; the
        trunk's side and its streams go on unbroken.
        """

    def direction(self, call: str, side: Side, direction: Direction) -> Awaitable[None]:
        """Set what our descriptions of that side say from now on, and stop or resume forwarding accordingly at once."""

    async def snapshot(self, call: str, text: str) -> None:
        """Keep up to 4 kB of text beside the call."""

    async def stats(self, call: str) -> CallStatistics: ...

    async def list(self) -> list[ListedCall]: ...

    async def close(self, call: str) -> None:
        """Release ports and keys at once; closing an unknown call is no error."""

    async def health(self) -> EngineHealth: ...

    def on_event(self, listener: Callable[[MediaEvent], None]) -> None: ...

    async def shutdown(self) -> None:
        """End the workers that this engine started."""
