"""Offers and answers between the page and us: WebRTC."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import ClassVar

from cordboard.media.descriptions.side import EVERYTHING, Descriptions, Policy, accepted
from cordboard.media.descriptions.video import Line, Wish
from cordboard.media.port import MediaError
from cordboard.sdp.codec import Codec
from cordboard.sdp.direction import Direction as SdpDirection
from cordboard.sdp.direction import answer_direction
from cordboard.sdp.transport import LocalTransport
from cordboard.sdp.video import LocalVideo, RemoteVideo
from cordboard.sdp.webrtc import WebRtcLocal, WebRtcRemote, read_webrtc, write_webrtc


class PageDescriptions(Descriptions):
    """Offers and answers between the page and us; `ours` is what never changes of them.

    `video_ssrc` is that of the video line that was described last. Each further line has another one: a browser has the
    SSRC of the line before bound to that line, and Firefox shows nothing of it in a new one.
    """

    leads: ClassVar[bool] = False

    def __init__(self, ours: WebRtcLocal, policy: Policy = EVERYTHING) -> None:
        super().__init__(policy)
        # A browser that has once agreed to a group puts each further line in there.
        self._groups = policy.bundles or not policy.video
        self._ours = replace(ours, bundle=self._groups)
        self.video_ssrc = secrets.randbits(32)
        self._video_mid: str | None = None
        self._pictures_at: LocalTransport | None = None
        self._restarts = 0
        self.remote: WebRtcRemote | None = None

    @property
    def they_receive(self) -> bool:
        return self.remote is not None and self.remote.direction.receives

    def reach_us_at(self, address: str, port: int, fingerprint: str, pictures: LocalTransport | None = None) -> None:
        """Where the next descriptions say that we are, for an engine that gets to know it late.

        `pictures` have a transport of their own where nothing is bundled.
        """
        self._ours = replace(self._ours, address=address, port=port, fingerprint=fingerprint)
        self._pictures_at = pictures

    def renew(self) -> None:
        """Another page: nothing is agreed with it, and it knows no description of ours."""
        self.remote = None
        self._restarts = 0
        self._begin()

    def offer(self, ufrag: str, password: str) -> str:
        codecs = self._new_offer()
        return self._write("actpass", ufrag, password, codecs, self.direction, self._video_offer(self._line()))

    def answer(self, ufrag: str, password: str) -> str:
        if self.remote is None:
            raise MediaError("no offer of the page to answer", 500)
        self._agree_again(self.remote.codecs)
        direction = answer_direction(self.remote.direction, self.direction)
        video = self._video_answer(self._line())
        return self._write("passive", ufrag, password, list(self.codecs.listed), direction, video)

    def take_offer(self, sdp: str) -> WebRtcRemote:
        remote = self._read(sdp)
        before = self.video.wish
        self._take_offer(remote, is_open=remote.direction is SdpDirection.SENDRECV)
        if _turns_on(before, self.video.wish):
            self.other.video.ask_again()
        self._restarts += self.remote is not None and self.remote.ice_ufrag != remote.ice_ufrag
        self.remote = remote
        return remote

    def take_answer(self, sdp: str) -> WebRtcRemote:
        remote = self._read(sdp)
        self._take_answer(remote, is_open=remote.direction is SdpDirection.SENDRECV)
        self.remote = remote
        return remote

    def _read(self, sdp: str) -> WebRtcRemote:
        remote = accepted(lambda: read_webrtc(sdp))
        if remote.setup == "passive":
            raise MediaError("the page wants to be the DTLS server, and so do we", 488)
        return replace(remote, videos=tuple(each for each in remote.videos if self._is_usable(each)))

    def _is_usable(self, video: RemoteVideo) -> bool:
        if self._policy.bundles:
            return video.bundled
        return video.transport is not None and video.transport.setup != "passive"

    def _line(self) -> Line:
        """A new line comes behind all others, with a mid that none of them has (RFC 8829 section 5.2.2)."""
        others = self.remote.refused_media if self.remote is not None else ()
        mids = {self.remote.mid if self.remote is not None else self._ours.mid, *(line.mid for line in others)}
        index = len(others) + 1
        mid = next(name for name in (str(index), f"video{index}", secrets.token_hex(4)) if name not in mids)
        return Line(index, self._ours.port, self._ours.protocol, mid)

    def _write(
        self, setup: str, ufrag: str, password: str, codecs: list[Codec], direction: str, video: LocalVideo | None
    ) -> str:
        local = replace(
            self._ours,
            session_id=self._session_id,
            version=self._next_version(),
            ice_ufrag=ufrag,
            ice_password=password,
            candidate_priority=candidate_priority(self._restarts),
            setup=setup,
            codecs=codecs,
            direction=direction,
            video=self._with_source(video),
        )
        if self.remote is not None:
            local = replace(
                local,
                mid=self.remote.mid,
                protocol=self.remote.protocol,
                bundle=self.remote.bundle and self._groups,
                refused_media=self.remote.refused_media,
            )
        return write_webrtc(local)

    def _with_source(self, video: LocalVideo | None) -> LocalVideo | None:
        if video is None or not self._policy.bundles:
            return video if video is None else replace(video, transport=self._pictures_at)
        if self._video_mid not in (None, video.mid):
            self.video_ssrc = secrets.randbits(32)
        self._video_mid = video.mid
        return replace(video, ssrc=self.video_ssrc)


def candidate_priority(restarts: int) -> int:
    """Our candidate's, which grows with every ICE restart.

    It is below that of each candidate of a browser's own, so that it decides the order of pairs (RFC 8445 section
    6.1.2.3): a browser goes over to the new path as soon as that is valid. Else Chromium stays with the old one, if it
    was of a better network, until nothing has come there for 3.5 s.
    """
    return (64 << 24) | (min(restarts, 65_535) << 8) | 255


def _turns_on(before: Wish | None, after: Wish | None) -> bool:
    return after is not None and after.sends and (before is None or not before.sends)
