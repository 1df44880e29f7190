"""What a side and we have described to each other: offers and answers of the page (WebRTC) and of the trunk (plain
RTP).

Our description of a side keeps session id, transport and payload numbers for the whole call; each new one has the
next version.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from cordboard.media.port import Direction, MediaError
from cordboard.media.relay.sides.codecs import SideCodecs, agreed_by_their_answer, agreed_by_their_offer
from cordboard.sdp.codec import Codec
from cordboard.sdp.direction import Direction as SdpDirection
from cordboard.sdp.direction import answer_direction
from cordboard.sdp.errors import SdpError
from cordboard.sdp.plain import UNSPECIFIED, PlainLocal, PlainRemote, read_plain, write_plain
from cordboard.sdp.webrtc import WebRtcLocal, WebRtcRemote, read_webrtc, write_webrtc

Remote = TypeVar("Remote", PlainRemote, WebRtcRemote)
Result = TypeVar("Result")


class Descriptions:
    """What both kinds have in common; `direction` is what ours say we do, `codecs` what is agreed."""

    def __init__(self) -> None:
        self.direction = Direction.SENDRECV
        self.codecs = SideCodecs()
        self._offered: list[Codec] = []
        self._session_id = secrets.randbits(62)
        self._version = 0

    @property
    def we_send(self) -> bool:
        return SdpDirection(self.direction).sends

    @property
    def we_receive(self) -> bool:
        return SdpDirection(self.direction).receives

    def _next_version(self) -> int:
        self._version += 1
        return self._version

    def _new_offer(self, preferred: Codec | None) -> list[Codec]:
        self._offered = self.codecs.offer(preferred)
        return self._offered

    def _by_offer(self, remote: Remote, preferred: Codec | None) -> SideCodecs:
        return _accept(lambda: agreed_by_their_offer(remote.codecs, preferred))

    def _by_answer(self, remote: Remote) -> SideCodecs:
        return _accept(lambda: agreed_by_their_answer(remote.codecs, self._offered))


def _accept(step: Callable[[], Result]) -> Result:
    try:
        return step()
    except SdpError as error:
        raise MediaError(str(error), error.status_hint) from None


class PageDescriptions(Descriptions):
    """Offers and answers between the page and us; `ours` is what never changes of them."""

    def __init__(self, ours: WebRtcLocal) -> None:
        super().__init__()
        self._ours = ours
        self.remote: WebRtcRemote | None = None

    @property
    def they_receive(self) -> bool:
        return self.remote is not None and self.remote.direction.receives

    def offer(self, ufrag: str, password: str, preferred: Codec | None) -> str:
        return self._write("actpass", ufrag, password, self._new_offer(preferred), self.direction)

    def answer(self, ufrag: str, password: str) -> str:
        if self.remote is None:
            raise MediaError("no offer of the page to answer", 500)
        direction = answer_direction(self.remote.direction, self.direction)
        return self._write("passive", ufrag, password, list(self.codecs.listed), direction)

    def take_offer(self, sdp: str, preferred: Codec | None) -> WebRtcRemote:
        remote = self._read(sdp)
        self.codecs = self._by_offer(remote, preferred)
        self.remote = remote
        return remote

    def take_answer(self, sdp: str) -> WebRtcRemote:
        remote = self._read(sdp)
        self.codecs = self._by_answer(remote)
        self.remote = remote
        return remote

    def _read(self, sdp: str) -> WebRtcRemote:
        remote = _accept(lambda: read_webrtc(sdp))
        if remote.setup == "passive":
            raise MediaError("the page wants to be the DTLS server, and so do we", 488)
        return remote

    def _write(self, setup: str, ufrag: str, password: str, codecs: list[Codec], direction: str) -> str:
        local = replace(
            self._ours,
            session_id=self._session_id,
            version=self._next_version(),
            ice_ufrag=ufrag,
            ice_password=password,
            setup=setup,
            codecs=codecs,
            direction=direction,
        )
        if self.remote is not None:
            local = replace(
                local,
                mid=self.remote.mid,
                protocol=self.remote.protocol,
                bundle=self.remote.bundle,
                refused_media=self.remote.refused_media,
            )
        return write_webrtc(local)


class TrunkDescriptions(Descriptions):
    """Offers and answers between the trunk and us."""

    def __init__(self, address: str, port: int) -> None:
        super().__init__()
        self._address = address
        self._port = port
        self.remote: PlainRemote | None = None

    @property
    def they_receive(self) -> bool:
        return self.remote is not None and self.remote.receives

    def offer(self, preferred: Codec | None) -> str:
        return self._write(self._port, self._new_offer(preferred), self.direction)

    def answer(self) -> str:
        remote = self.remote
        if remote is None:
            raise MediaError("no offer of the trunk to answer", 500)
        offered = remote.direction
        if remote.address in UNSPECIFIED and offered.sends:
            offered = SdpDirection.SENDONLY  # RFC 2543's way to hold: nothing may be sent there
        direction = answer_direction(offered, self.direction)
        return self._write(0 if remote.refused else self._port, list(self.codecs.listed), direction)

    def take_offer(self, sdp: str, preferred: Codec | None) -> PlainRemote:
        remote = _accept(lambda: read_plain(sdp))
        self.codecs = self._by_offer(remote, preferred)
        self.remote = remote
        return remote

    def take_answer(self, sdp: str) -> PlainRemote:
        remote = _accept(lambda: read_plain(sdp))
        self.codecs = self._by_answer(remote)
        self.remote = remote
        return remote

    def _write(self, port: int, codecs: list[Codec], direction: str) -> str:
        local = PlainLocal(self._session_id, self._next_version(), self._address, port, codecs, direction)
        if self.remote is not None:
            local = replace(local, protocol=self.remote.protocol, refused_media=self.remote.refused_media)
        return write_plain(local)
