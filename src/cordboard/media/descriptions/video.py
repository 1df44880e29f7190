"""What one side and we have agreed on about video, and whether it still fits the other side.

Theory of operation. A side's *wish* is what it has said of its own free will: that it sends, that it receives. An
offer of its own says both; an answer says only what our offer left open, so a page whose line we had to make inactive
still wants what it wanted. A hold says nothing about the camera: while sound is not open both ways, the side is
paused, its wish stays and nobody is bothered. What we tell a side follows from the other side's wish, and the two
together say whether a description that was exchanged is out of date (`stale`): that side is to be offered anew.

A side that has refused our line is not asked again until it offers video itself. The trunk is: when the page turns its
camera on, and in every offer that it gets for other reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from cordboard.sdp.codec import Codec
from cordboard.sdp.direction import Direction, answer_direction, direction_of
from cordboard.sdp.plain import UNSPECIFIED, offered_direction
from cordboard.sdp.selection import with_numbers
from cordboard.sdp.video import CODECS, FEEDBACK, LocalVideo, RemoteVideo, choose_video, same_video

MOST_LINES = 8  # media lines of a description; more are not added by us
MOST_FORMATS = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """What a side would do with video if the other side did its part."""

    sends: bool = True
    receives: bool = True


NOTHING = Wish(sends=False, receives=False)
OPEN = Direction.SENDRECV


@dataclass(frozen=True, slots=True)
class Line:
    """A video line of ours as far as it does not depend on codecs and direction: where it would stand if it was new."""

    index: int
    port: int
    protocol: str
    mid: str = ""


class VideoSide:
    """Video of one side. `remote` is its line, `codec` what we send there; both None while there is no video.

    `names` are the codecs that are passed on, the best first; none: no video at all. The trunk `leads`: it stays with
    the codec that it has while the page can follow. The page's line is inactive, not refused, where the trunk has no
    video, so that a browser's camera and line outlive it. `same_numbers`: the engine passes packets on with the payload
    number that they have, so the page is asked for the trunk's.
    """

    def __init__(self, names: Sequence[str] = CODECS, *, leads: bool = True, same_numbers: bool = False) -> None:
        self._names = names
        self._leads = leads
        self._same_numbers = same_numbers
        self.remote: RemoteVideo | None = None
        self.codec: Codec | None = None
        self.accepted: dict[int, Codec] = {}
        self.wish: Wish | None = None
        self.described = False  # it has sent a description, with video or without
        self.declined = False
        self._paused = False
        self._said = Direction.INACTIVE  # by us, in the latest exchange that was finished
        self._offered: LocalVideo | None = None
        self._asked_number: int | None = None  # the other side's for the codec in use, at our last offer

    @property
    def live(self) -> bool:
        """There is a line that both have agreed to."""
        return self.codec is not None

    @property
    def they_receive(self) -> bool:
        remote = self.remote
        return remote is not None and remote.direction.receives and remote.address not in UNSPECIFIED

    def formats(self) -> list[Codec]:
        """What this side has of what can be passed on, that in use before all others."""
        if self.remote is None or self.codec is None:
            return []
        names = {name.lower() for name in self._names}
        usable = [codec for codec in self.remote.codecs if codec.name.lower() in names]
        return sorted(usable, key=lambda codec: not same_video(codec, self.codec))

    # --- ours

    def offer(self, line: Line, other: VideoSide, ours: Direction, taken: Collection[int]) -> LocalVideo | None:
        """Our line in an offer, None where there is none; `ours` is what may be said at all (a hold)."""
        self._offered = None
        # The trunk may be somebody else by now: whoever it is, a refusal of before is not his.
        again = self._leads or not self.declined
        if not (self._is_wanted(other) and again if self.remote is None else self._is_kept(other)):
            return None
        wanted = other.formats() or self.formats()
        self._asked_number = other.codec.payload_type if other.codec is not None else None
        codecs = with_numbers(wanted, self._numbers(wanted), taken, same_video)[:MOST_FORMATS]
        if self.remote is not None:
            line = self._present(line, self.remote)
        if not codecs or line.index >= MOST_LINES:
            return None
        feedback = FEEDBACK if self.remote is None else self.remote.feedback or FEEDBACK
        self._offered = _local(line, codecs, self._direction(other.wish if other.described else Wish(), ours), feedback)
        return self._offered

    def answer(self, line: Line, other: VideoSide, ours: Direction) -> LocalVideo | None:
        """Our line in an answer, None where theirs is refused or missing."""
        remote = self.remote
        if remote is None or self.codec is None:
            return None
        offered = offered_direction(remote.direction, remote.address)
        wish = other.wish if other.live else NOTHING if other.declined else Wish()  # or is it going to be asked?
        self.codec = self._chosen(remote, other) or self.codec
        self.accepted = {**self.accepted, self.codec.payload_type: self.codec}
        self._said = answer_direction(offered, self._direction(wish, ours))
        return _local(self._present(line, remote), [_without_source(self.codec)], self._said, remote.feedback)

    def _numbers(self, wanted: Sequence[Codec]) -> dict[int, Codec]:
        """What each payload number means to this side; not those of codecs that get the other side's."""
        if not self._same_numbers:
            return self.accepted
        moved = [codec for codec in wanted if self._could_number(codec)]
        return {
            number: codec
            for number, codec in self.accepted.items()
            if not any(same_video(codec, each) and number != each.payload_type for each in moved)
        }

    def _could_number(self, codec: Codec) -> bool:
        return same_video(self.accepted.get(codec.payload_type, codec), codec)

    def _number_differs(self, other: VideoSide) -> bool:
        """The page has another number for the codec than the trunk, and has not been asked for the same."""
        if self._leads or not self._same_numbers or self.codec is None or other.codec is None:
            return False
        return other.codec.payload_type not in (self.codec.payload_type, self._asked_number)

    def _present(self, line: Line, remote: RemoteVideo) -> Line:
        return replace(line, index=remote.index, protocol=remote.protocol, mid=remote.mid)

    def _direction(self, wish: Wish | None, ours: Direction) -> Direction:
        wish = wish or NOTHING
        return direction_of(sends=wish.sends and ours.sends, receives=wish.receives and ours.receives)

    def _is_kept(self, other: VideoSide) -> bool:
        return not self._leads or other.live or not other.described

    def _is_wanted(self, other: VideoSide) -> bool:
        wish = other.wish if other.live else None
        return wish is not None and wish != NOTHING

    # --- theirs

    def take_offer(self, videos: Sequence[RemoteVideo], other: VideoSide, *, is_open: bool) -> None:
        """Their offer's lines. `is_open`: sound goes both ways, so a direction is no hold."""
        remote, self._asked_number = _pick(videos, self.remote), None
        self._settle(remote, None if remote is None else self._chosen(remote, other), is_open)
        if is_open:
            self.wish = None if remote is None else Wish(remote.direction.sends, remote.direction.receives)
        # A trunk that offers none has none; a page without a camera may like to see.
        self.declined = not self.live and (self.declined or (self._leads and not videos))

    def take_answer(self, videos: Sequence[RemoteVideo], other: VideoSide, *, is_open: bool) -> None:
        """Their answer's lines: the one at the place of ours counts.

        An offer that crossed with theirs may be answered after all: our latest one stays what answers are to.
        """
        offered = self._offered
        codecs = offered.codecs if offered is not None else ()
        remote = next((video for video in videos if offered is not None and video.index == offered.index), None)
        chosen = None
        if remote is not None:
            chosen = choose_video(remote.codecs, other.formats()[:1]) or choose_video(remote.codecs, codecs)
        self._settle(remote, chosen, is_open)
        self.accepted |= {codec.payload_type: codec for codec in codecs}
        if self.remote is None or offered is None:
            self.declined = self.declined or offered is not None
            self.wish = self.wish if self._paused else None
            return
        self._said = said = Direction(offered.direction)
        if is_open:
            before, direction = self.wish or Wish(), self.remote.direction
            self.wish = Wish(
                sends=direction.sends if said.receives else before.sends,
                receives=direction.receives if said.sends else before.receives,
            )

    def _chosen(self, remote: RemoteVideo, other: VideoSide) -> Codec | None:
        if other.declined and self._leads:
            return None
        wishes = other.formats() if other.live else []
        if (
            self._leads
            and self.codec is not None
            and (not wishes or any(same_video(self.codec, each) for each in wishes))
        ):
            wishes = [self.codec, *wishes]
        return choose_video(remote.codecs, wishes, self._names) or choose_video(remote.codecs, None, self._names)

    def _settle(self, remote: RemoteVideo | None, codec: Codec | None, is_open: bool) -> None:
        self.described, self._paused = True, not is_open
        self.remote, self.codec = (remote, codec) if codec is not None else (None, None)
        self._said = self._said if codec is not None else Direction.INACTIVE
        if codec is not None:
            self.accepted = {**self.accepted, codec.payload_type: codec}

    def drop(self) -> None:
        """There is no line of ours after all."""
        self.remote, self.codec, self._offered, self._said = None, None, None, Direction.INACTIVE

    # --- both

    def ask_again(self) -> None:
        """The other side has turned its camera on: a refusal of before does not count."""
        self.declined = False

    def stale(self, other: VideoSide, *, is_unanswered: bool = False) -> bool:
        """What this side has agreed to does not fit what the other one wants any more.

        `is_unanswered`: an offer of ours is out, with the line that it has or without one, and counts instead.
        """
        if not self.described or not other.described or self._paused or other._paused:
            return False
        offered = self._offered if is_unanswered else None
        if offered is not None:
            fits = not other.live or any(same_video(codec, other.codec) for codec in offered.codecs)
            return not fits or offered.direction != self._direction(other.wish if other.live else None, OPEN)
        if not self.live:
            return self._is_wanted(other) and not self.declined
        mine, theirs = self.wish or Wish(), (other.wish if other.live else None) or NOTHING
        fitting = (theirs.sends and mine.receives, theirs.receives and mine.sends)
        agreed = (self._said.sends and mine.receives, self._said.receives and mine.sends)
        misfits = not same_video(self.codec, other.codec) or self._number_differs(other)
        return fitting != agreed or (any(fitting) and misfits)


def _pick(videos: Sequence[RemoteVideo], present: RemoteVideo | None) -> RemoteVideo | None:
    """A browser that turns its camera on again may do so in a new line, beside the old one."""
    index = present.index if present is not None else None
    return min(videos, key=lambda video: (not video.direction.sends, video.index != index), default=None)


def _without_source(codec: Codec) -> Codec:
    """Parameters that describe the sender's own pictures (RFC 6184 section 8.1: sprop-...) are not repeated to it."""
    parts = [part.strip() for part in codec.parameters.split(";")]
    return replace(codec, parameters=";".join(part for part in parts if part and not part.startswith("sprop-")))


def _local(line: Line, codecs: Sequence[Codec], direction: Direction, feedback: Collection[str]) -> LocalVideo:
    return LocalVideo(
        line.index, line.port, tuple(codecs), direction, line.protocol, line.mid, feedback=tuple(feedback)
    )
