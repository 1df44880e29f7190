"""The lab's media server: music for calls that wait or are held, and the echo (SIP Server's 8000, held calls, 600).

It carries out the requests of `media_server_port`; each session has a socket of its own. It is no party of calls
between people: their RTP flows directly, as with SIP Server.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from cordboard.lab.media_server_port import (
    CloseMedia,
    MediaFailed,
    MediaOpened,
    MediaReply,
    MediaRequest,
    OpenMedia,
    PointMedia,
    Service,
)
from cordboard.lab.mixer import Echo, Part, playing_music
from cordboard.lab.pacer import Pacer
from cordboard.lab.rtp_party import RtpParty
from cordboard.lab.rtp_socket import RtpSocket, open_rtp
from cordboard.net.errors import AddressUnusable
from cordboard.net.tasks import Tasks
from cordboard.sdp.errors import SdpError

log = structlog.get_logger("lab")

MAXIMUM_SESSIONS = 500

PARTS: dict[Service, Callable[[], Part]] = {Service.MUSIC: playing_music, Service.ECHO: Echo}


class MediaServer:
    """`host` is where the sockets are opened; `on_reply` gets every reply, never from within `request`."""

    def __init__(self, host: str, on_reply: Callable[[MediaReply], None], pacer: Pacer, tasks: Tasks) -> None:
        self._host = host
        self._on_reply = on_reply
        self._pacer = pacer
        self._tasks = tasks
        self._sessions: dict[str, RtpSocket | None] = {}  # None: being opened

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    def request(self, request: MediaRequest) -> None:
        match request:
            case OpenMedia():
                self._tasks.start(self._open(request), f"open {request.service}")
            case PointMedia(session, sdp):
                self._point(session, sdp)
            case CloseMedia(session):
                if (socket := self._sessions.pop(session, None)) is not None:
                    socket.close()

    async def _open(self, request: OpenMedia) -> None:
        """Open the session's socket, if it has none, and describe it. It may be closed meanwhile."""
        session = request.session
        if session not in self._sessions and len(self._sessions) >= MAXIMUM_SESSIONS:
            return self._on_reply(MediaFailed(session, "too many media sessions"))
        socket = self._sessions.setdefault(session, None)
        try:
            if socket is None:
                socket = await open_rtp(PARTS[request.service](), self._host, self._pacer)
                if session not in self._sessions:
                    return socket.close()
                self._sessions[session] = socket
            self._on_reply(MediaOpened(session, describe(socket.party, request.sdp)))
        except (AddressUnusable, SdpError) as error:
            self._fail(session, error)

    def _fail(self, session: str, error: Exception) -> None:
        """A session that never was described is over; one that was goes on as it is."""
        socket = self._sessions.get(session)
        if socket is None or socket.party.target is None:
            self._sessions.pop(session, None)
            if socket is not None:
                socket.close()
        self._on_reply(MediaFailed(session, str(error)))

    def _point(self, session: str, sdp: str) -> None:
        socket = self._sessions.get(session)
        if socket is None:
            return
        try:
            socket.party.take_answer(sdp)
        except SdpError as error:
            log.warning("media session keeps its far side", why=str(error))

    def close(self) -> None:
        for socket in self._sessions.values():
            if socket is not None:
                socket.close()
        self._sessions.clear()


def describe(party: RtpParty, offer: str) -> str:
    """The party's answer to an offer, or its own offer if there is none. Raises `SdpError`."""
    return party.answer(offer) if offer else party.offer()
