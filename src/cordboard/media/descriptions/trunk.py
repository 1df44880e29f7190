"""Offers and answers between the trunk and us: plain RTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from cordboard.media.descriptions.side import EVERYTHING, Descriptions, Policy, accepted
from cordboard.media.descriptions.video import Line
from cordboard.media.port import MediaError
from cordboard.sdp.codec import Codec
from cordboard.sdp.direction import answer_direction
from cordboard.sdp.plain import UNSPECIFIED, PlainLocal, PlainRemote, offered_direction, read_plain, write_plain
from cordboard.sdp.refused import RefusedMedia
from cordboard.sdp.video import LocalVideo


class TrunkDescriptions(Descriptions):
    """Offers and answers between the trunk and us; `video_port` opens a pair of ports and gives 0 if there is none."""

    leads: ClassVar[bool] = True

    def __init__(
        self,
        address: str,
        port: int,
        policy: Policy = EVERYTHING,
        video_port: Callable[[], int] = lambda: 0,
    ) -> None:
        super().__init__(policy)
        self._address = address
        self._port = port
        self._video_port = video_port
        self.remote: PlainRemote | None = None

    @property
    def they_receive(self) -> bool:
        return self.remote is not None and self.remote.receives

    def reach_us_at(self, address: str, port: int) -> None:
        """Where the next descriptions say that we are, for an engine that gets to know it late."""
        self._address, self._port = address, port

    def offer(self) -> str:
        codecs = self._new_offer()
        return self._write(self._port, codecs, self.direction, self._with_port(self._video_offer(self._line())))

    def answer(self) -> str:
        remote = self.remote
        if remote is None:
            raise MediaError("no offer of the trunk to answer", 500)
        self._agree_again(remote.codecs)
        direction = answer_direction(offered_direction(remote.direction, remote.address), self.direction)
        video = self._with_port(self._video_answer(self._line()))
        return self._write(0 if remote.refused else self._port, list(self.codecs.listed), direction, video)

    def take_offer(self, sdp: str) -> PlainRemote:
        remote = self._read(sdp)
        self._take_offer(remote, is_open=_is_open(remote))
        self.remote = remote
        return remote

    def take_answer(self, sdp: str) -> PlainRemote:
        remote = self._read(sdp)
        self._take_answer(remote, is_open=_is_open(remote))
        self.remote = remote
        return remote

    def _read(self, sdp: str) -> PlainRemote:
        remote = accepted(lambda: read_plain(sdp))
        if remote.address not in UNSPECIFIED and (":" in remote.address) != (":" in self._address):
            raise MediaError("the trunk's address is of another family than ours", 488)
        return remote

    def _line(self) -> Line:
        """A place that was refused before is used again (RFC 3264 section 8.2)."""
        others: tuple[RefusedMedia, ...] = self.remote.refused_media if self.remote is not None else ()
        index = next((line.index for line in others if line.kind == "video"), len(others) + 1)
        return Line(index, 0, self.remote.protocol if self.remote is not None else "RTP/AVP")

    def _with_port(self, video: LocalVideo | None) -> LocalVideo | None:
        if video is not None and (port := self._video_port()):
            return replace(video, port=port)
        if video is not None:
            self.video.drop()
        return None

    def _write(self, port: int, codecs: list[Codec], direction: str, video: LocalVideo | None) -> str:
        local = PlainLocal(self._session_id, self._next_version(), self._address, port, codecs, direction, video=video)
        if self.remote is not None:
            local = replace(local, protocol=self.remote.protocol, refused_media=self.remote.refused_media)
        return write_plain(local)


def _is_open(remote: PlainRemote) -> bool:
    return remote.receives and remote.direction.sends
