"""The lab's media server: music, ringback, the echo, and conferences, which are also what records and supervises.

It carries out the requests of `media_server_port`; each session has a socket of its own. It is no party of calls
between two people: their RTP flows directly, as with SIP Server. Recordings are kept in memory, the last few of them.
"""

from __future__ import annotations

from collections.abc import Callable

from cordboard.lab.conference import Conference
from cordboard.lab.contact_center.strategy import Sound
from cordboard.lab.media_server_port import (
    CloseMedia,
    MediaDigit,
    MediaFailed,
    MediaOpened,
    MediaReply,
    MediaRequest,
    OpenMedia,
    PlayMedia,
    PointMedia,
    RecordConference,
    Service,
    SetAudience,
)
from cordboard.lab.mixer import Echo, Part, playing_music, playing_ringback, playing_tones
from cordboard.lab.pacer import Pacer
from cordboard.lab.rtp_party import RtpParty
from cordboard.lab.rtp_socket import RtpSocket, open_rtp
from cordboard.net.errors import AddressUnusable
from cordboard.net.tasks import Tasks
from cordboard.observe import get_log
from cordboard.sdp.errors import SdpError

log = get_log("lab")

MAXIMUM_SESSIONS = 500

KEPT_RECORDINGS = 20

PARTS: dict[Service, Callable[[], Part]] = {
    Service.MUSIC: playing_music,
    Service.ECHO: Echo,
    Service.TREATMENT: playing_music,
    Service.RINGBACK: playing_ringback,
}


class MediaServer:
    """`host` is where the sockets are opened; `on_reply` gets every reply, never from within `request`."""

    def __init__(self, host: str, on_reply: Callable[[MediaReply], None], pacer: Pacer, tasks: Tasks) -> None:
        self._host = host
        self._on_reply = on_reply
        self._pacer = pacer
        self._tasks = tasks
        self._sessions: dict[str, RtpSocket | None] = {}  # None: being opened
        self._sounds: dict[str, Sound] = {}  # what sessions play that were told so
        self._conferences: dict[str, Conference] = {}
        self._seats: dict[str, str] = {}  # session -> conference
        self._recordings: dict[str, bytes] = {}

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    def request(self, request: MediaRequest) -> None:
        match request:
            case OpenMedia():
                if request.sound is not None:
                    self._sounds.setdefault(request.session, request.sound)
                self._tasks.start(self._open(request), f"open {request.service}")
            case PlayMedia(session, sound):
                self._play(session, sound)
            case PointMedia(session, sdp):
                self._point(session, sdp)
            case CloseMedia(session):
                self._sounds.pop(session, None)
                if (socket := self._sessions.pop(session, None)) is not None:
                    socket.close()
                self._stand_up(session)
            case SetAudience(session, heard_by):
                if session in self._seats:
                    seat = self._conferences[self._seats[session]].seats[session]
                    seat.heard_by = None if heard_by is None else frozenset(heard_by)
            case RecordConference(name, tape):
                conference = self._conferences.get(name)
                if conference is not None:
                    conference.tape = tape

    def recording(self, conference: str) -> bytes:
        """What was recorded of a conference until now, or before it ended; linear audio, empty for none."""
        if conference in self._conferences:
            return self._conferences[conference].recorded
        return self._recordings.get(conference, b"")

    # --- conferences ---

    def _part(self, request: OpenMedia) -> Part:
        if request.service is not Service.CONFERENCE:
            return PARTS[request.service]()
        self._seats[request.session] = request.conference
        return self._conferences.setdefault(request.conference, Conference()).join(request.session)

    def _stand_up(self, session: str) -> None:
        """Leave the conference; the last to go ends it."""
        name = self._seats.pop(session, None)
        if name is None:
            return
        conference = self._conferences[name]
        conference.leave(session)
        if not conference.seats:
            del self._conferences[name]
            self._keep(name, conference)

    def _keep(self, name: str, conference: Conference) -> None:
        if conference.recorded:
            self._recordings[name] = conference.recorded
        while len(self._recordings) > KEPT_RECORDINGS:
            del self._recordings[next(iter(self._recordings))]

    # --- sessions ---

    async def _open(self, request: OpenMedia) -> None:
        """Open the session's socket, if it has none, and describe it. It may be closed meanwhile."""
        session = request.session
        if session not in self._sessions and len(self._sessions) >= MAXIMUM_SESSIONS:
            return self._on_reply(MediaFailed(session, "too many media sessions"))
        socket = self._sessions.setdefault(session, None)
        try:
            if socket is None:
                socket = await open_rtp(self._part(request), self._host, self._pacer)
                socket.party.on_digit = lambda digit: self._on_reply(MediaDigit(session, digit))
                if session not in self._sessions:
                    return socket.close()
                self._sessions[session] = socket
                if session in self._sounds:
                    socket.party.part = playing(self._sounds[session])
            self._on_reply(MediaOpened(session, describe(socket.party, request.sdp)))
        except (AddressUnusable, SdpError) as error:
            self._fail(session, error)

    def _fail(self, session: str, error: Exception) -> None:
        """A session that never was described is over; one that was goes on as it is."""
        socket = self._sessions.get(session)
        if socket is None or socket.party.target is None:
            self._sessions.pop(session, None)
            self._sounds.pop(session, None)
            self._stand_up(session)
            if socket is not None:
                socket.close()
        self._on_reply(MediaFailed(session, str(error)))

    def _play(self, session: str, sound: Sound) -> None:
        """A session that is still being opened begins with it."""
        if session not in self._sessions:
            return
        self._sounds[session] = sound
        if (socket := self._sessions[session]) is not None:
            socket.party.part = playing(sound)

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


def playing(sound: Sound) -> Part:
    """The lab's melody has no tones of its own."""
    return playing_tones(sound.tones, sound.again) if sound.tones else playing_music()


def describe(party: RtpParty, offer: str) -> str:
    """The party's answer to an offer, or its own offer if there is none. Raises `SdpError`."""
    return party.answer(offer) if offer else party.offer()
