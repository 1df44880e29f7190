"""What SIP Server asks of the lab's media server, and what it answers.

A media session is one RTP stream with one far side. Source of the roles: reference, SIP Server section 2.7 (NETANN's
`annc` for music, `conf` for conferences; the echo is the lab's own number).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cordboard.lab.contact_center.strategy import Sound


class Service(StrEnum):
    MUSIC = "music"
    ECHO = "echo"
    RINGBACK = "ringback"
    TREATMENT = "treatment"  # what a routing strategy lets a caller hear; it listens for digits
    CONFERENCE = "conference"  # a seat in a conference: hears everybody else in it


@dataclass(frozen=True, slots=True)
class OpenMedia:
    """Open a session, or offer again to an open one. `sdp` is what the far side offered; empty: it has not said.

    `conference` names the conference that the session sits in, for that service; `sound` is what it plays, None for
    what the service plays anyway.
    """

    session: str
    service: Service
    sdp: str = ""
    conference: str = ""
    sound: Sound | None = None


@dataclass(frozen=True, slots=True)
class PlayMedia:
    """Play this from now on; no reply."""

    session: str
    sound: Sound


@dataclass(frozen=True, slots=True)
class PointMedia:
    """The far side's new description; no reply."""

    session: str
    sdp: str


@dataclass(frozen=True, slots=True)
class CloseMedia:
    """End a session; one that is not there is no error."""

    session: str


@dataclass(frozen=True, slots=True)
class SetAudience:
    """Who in its conference hears this session: the sessions in `heard_by`, or everybody else for None; no reply."""

    session: str
    heard_by: tuple[str, ...] | None


class Tape(StrEnum):
    """What the recorder of a conference does."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class RecordConference:
    """Let the recorder of a conference run, pause or stop; no reply. It hears what everybody says together."""

    conference: str
    tape: Tape


MediaRequest = OpenMedia | PlayMedia | PointMedia | CloseMedia | SetAudience | RecordConference


@dataclass(frozen=True, slots=True)
class MediaOpened:
    """The answer to the `sdp` of `OpenMedia`, or an offer if it had none."""

    session: str
    sdp: str


@dataclass(frozen=True, slots=True)
class MediaFailed:
    """The session could not be opened, or not with that description."""

    session: str
    why: str


@dataclass(frozen=True, slots=True)
class MediaDigit:
    """The far side of a session pressed a digit (RFC 4733)."""

    session: str
    digit: str


MediaReply = MediaOpened | MediaFailed | MediaDigit
