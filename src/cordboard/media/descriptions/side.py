"""What a side and we have described to each other, whichever of the two sides it is.

Our description of a side keeps session id, transport and payload numbers for the whole call; each new one has the
next version.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from cordboard.media.descriptions.codecs import (
    ORDER,
    SideCodecs,
    agreed_by_their_answer,
    agreed_by_their_offer,
    compatible,
)
from cordboard.media.descriptions.video import Line, VideoSide
from cordboard.media.port import Direction, MediaError
from cordboard.sdp.codec import OPUS, Codec
from cordboard.sdp.direction import Direction as SdpDirection
from cordboard.sdp.errors import SdpError
from cordboard.sdp.plain import PlainRemote
from cordboard.sdp.video import CODECS, LocalVideo
from cordboard.sdp.webrtc import WebRtcRemote

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Policy:
    """Which codecs are used, the best first. No video codec: no video.

    `transcodes`: the engine does so where the sides have no codec in common. `same_numbers`: it passes
    packets on with the payload number that they have, so it has to be the same on both sides. `bundles`: sound and
    pictures share the page's transport; if not, each has its own, which a page with `bundlePolicy` max-bundle refuses.
    """

    audio: Sequence[str] = ORDER
    video: Sequence[str] = CODECS
    transcodes: bool = False
    same_numbers: bool = False
    bundles: bool = True

    @property
    def has_opus(self) -> bool:
        return any(name.lower() == "opus" for name in self.audio)


EVERYTHING = Policy()
SENDS = frozenset(direction for direction in Direction if SdpDirection(direction).sends)
RECEIVES = frozenset(direction for direction in Direction if SdpDirection(direction).receives)


class Descriptions:
    """What both kinds have in common; `direction` is what ours say we do, `codecs` and `video` what is agreed.

    `other` is the other side's, set by the call before the first verb.
    """

    other: Descriptions
    leads: ClassVar[bool]  # which side's codec stays when the two do not fit; the other one is offered anew

    def __init__(self, policy: Policy) -> None:
        self.direction = Direction.SENDRECV
        self._policy = policy
        self._begin()

    def _begin(self) -> None:
        self.codecs = SideCodecs()
        self.video = VideoSide(self._policy.video, leads=self.leads, same_numbers=self._policy.same_numbers)
        self._offered: list[Codec] = []
        self._is_unanswered = False  # what we have offered last
        self._session_id = secrets.randbits(62)
        self._version = 0

    @property
    def we_send(self) -> bool:
        return self.direction in SENDS

    @property
    def we_receive(self) -> bool:
        return self.direction in RECEIVES

    @property
    def stale(self) -> bool:
        """What this side was told last does not fit the other side any more: what was agreed, or offered meanwhile."""
        if self.codecs.audio is None or self.direction is not Direction.SENDRECV:
            return False
        told = [codec for codec in self._offered if codec.is_audio] if self._is_unanswered else [self.codecs.audio]
        fits = any(compatible(codec, self.other.codecs.audio) for codec in told) or self._is_transcoded
        return not fits or self._numbers_differ or self.video.stale(self.other.video, is_unanswered=self._is_unanswered)

    @property
    def _is_transcoded(self) -> bool:
        """This side has nothing that the other one speaks, and the engine translates."""
        audio = self.other.codecs.audio
        return self._policy.transcodes and audio is not None and self.codecs.spoken and not self.codecs.has(audio)

    @property
    def _numbers_differ(self) -> bool:
        """The page has another payload number for something than the trunk, and has not been asked for the same."""
        own, other = self.codecs, self.other.codecs
        if self.leads or not self._policy.same_numbers or self._is_unanswered:
            return False
        wanted = [codec for codec in (other.audio, other.telephone_event) if codec is not None]
        moving = [codec for codec in wanted if own.numbered(codec) != codec and own.could_number(codec)]
        asked = [(codec.payload_type, codec.name) for codec in self._offered]
        return any((codec.payload_type, codec.name) not in asked for codec in moving if _has(own, codec))

    def _next_version(self) -> int:
        self._version += 1
        return self._version

    def _new_offer(self) -> list[Codec]:
        self._is_unanswered = True
        self._offered = self.codecs.offer(
            self.other.codecs,
            self._policy.audio,
            self.video.accepted,
            leads=self.leads,
            transcodes=self._policy.transcodes,
            same_numbers=self._policy.same_numbers,
        )
        return self._offered

    def _video_offer(self, line: Line) -> LocalVideo | None:
        # Payload numbers are those of a transport.
        shared = (*self.codecs.known, *self._offered) if self._policy.bundles else ()
        taken = {codec.payload_type for codec in shared}
        return self.video.offer(line, self.other.video, SdpDirection(self.direction), taken)

    def _video_answer(self, line: Line) -> LocalVideo | None:
        return self.video.answer(line, self.other.video, SdpDirection(self.direction))

    def _take_offer(self, remote: PlainRemote | WebRtcRemote, *, is_open: bool) -> None:
        self._agree(remote.codecs)
        self._is_unanswered = False
        self.video.take_offer(remote.videos, self.other.video, is_open=is_open)

    def _agree(self, offered: list[Codec]) -> None:
        # RFC 7874 section 3: every browser has Opus, also one that has not been asked.
        presumed = self.leads and self._policy.has_opus
        present = self.codecs.audio if self.leads else None
        policy, other = self._policy, self.other.codecs
        self.codecs = accepted(
            lambda: agreed_by_their_offer(
                offered, other, policy.audio, presumed=presumed, present=present, transcodes=policy.transcodes
            )
        )

    def _agree_again(self, offered: list[Codec]) -> None:
        """Before the answer was sent the other side has said what it has."""
        audio, other = self.codecs.audio, self.other.codecs
        follows = audio is None or not other.spoken or (other.has(audio) if self.leads else False)
        if not follows and not compatible(audio, other.audio):
            self._agree(offered)

    def _take_answer(self, remote: PlainRemote | WebRtcRemote, *, is_open: bool) -> None:
        before = self.codecs.known or (() if self.leads or not self._policy.has_opus else (OPUS,))
        answered, other = remote.codecs, self.other.codecs
        self.codecs = accepted(lambda: agreed_by_their_answer(answered, self._offered, other, before))
        self._is_unanswered = False
        self.video.take_answer(remote.videos, self.other.video, is_open=is_open)


def _has(codecs: SideCodecs, codec: Codec) -> bool:
    return any(each is not None and each.matches(codec) for each in (codecs.audio, codecs.telephone_event))


def accepted(step: Callable[[], Result]) -> Result:
    """The step's result; what is wrong with a description becomes the `MediaError` that says so."""
    try:
        return step()
    except SdpError as error:
        raise MediaError(str(error), error.status_hint) from None
