"""What a call asks of the media engine, as data: requests go out, replies come in (architecture section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NEVER_HEARD = 1e9  # seconds


class Side(StrEnum):
    """The two sides of a call: the browser's and SIP Server's."""

    PAGE = "page"
    TRUNK = "trunk"

    @property
    def other(self) -> Side:
        return Side.TRUNK if self is Side.PAGE else Side.PAGE


class Verb(StrEnum):
    """The verbs of the media engine port; the first four make a description, the next four take one in."""

    PAGE_OFFER = "page_offer"
    PAGE_ANSWER = "page_answer"
    TRUNK_OFFER = "trunk_offer"
    TRUNK_ANSWER = "trunk_answer"
    TAKE_PAGE_OFFER = "take_page_offer"
    TAKE_PAGE_ANSWER = "take_page_answer"
    TAKE_TRUNK_OFFER = "take_trunk_offer"
    TAKE_TRUNK_ANSWER = "take_trunk_answer"
    RECALL_PAGE = "recall_page"  # take in what the page said long ago, as an offer that nothing is answered to
    RECALL_TRUNK = "recall_trunk"
    HOLD_TRUNK = "hold_trunk"
    RESUME_TRUNK = "resume_trunk"
    RENEW_PAGE = "renew_page"  # forget the page: another one takes its place
    LISTEN_PAGE = "listen_page"  # ask how long the page has been silent
    CLOSE = "close"

    @property
    def side(self) -> Side:
        return Side.PAGE if "page" in self.value else Side.TRUNK


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """Carry out `verb`; requests of one call are carried out in the order in which they were put out."""

    verb: Verb
    sdp: str = ""


@dataclass(frozen=True, slots=True)
class MediaReply:
    """The outcome of a request: the description made or taken in, or why not with a SIP status (0: it worked).

    `reoffer` with a description taken in: what the other side was told is out of date (video, codec). That side is to
    be offered anew, or, while our answer to it has been made but not sent, the answer is to be made anew.
    `silent` with LISTEN_PAGE: seconds since the page's last packet.
    """

    verb: Verb
    sdp: str = ""
    status: int = 0
    why: str = ""
    reoffer: bool = False
    silent: float = NEVER_HEARD


@dataclass(frozen=True, slots=True)
class MediaMoved:
    """What carried the call's media died. Another carries it now, which knows nothing of the call; what was asked
    before is not replied to any more."""

    why: str


@dataclass(frozen=True, slots=True)
class MediaConnected:
    """The page's DTLS is done: media passes."""


@dataclass(frozen=True, slots=True)
class MediaLost:
    """The engine reports that the page's media failed, or that nobody is left to carry it; `silent`: that the page has
    said nothing for long, which ends no call that waits for its page; `failed`: that its DTLS was refused."""

    why: str
    silent: bool = False
    failed: bool = False
