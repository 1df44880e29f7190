"""Session timers (RFC 4028): a session that nobody refreshes in time is over.

The interval and who refreshes are agreed by each INVITE or UPDATE and its 2xx. A 2xx without Session-Expires ends the
agreement: no session is ever ended whose peer gave no timer. An interval below our minimum is not believed, so that a
peer cannot make us talk without end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Header
from cordboard.sip.fields import MAXIMUM_SECONDS, seconds
from cordboard.sip.grammar import WHITESPACE
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request

OPTION = "timer"
OPTION_HEADER = "Session-Expires"
METHODS = ("INVITE", "UPDATE")  # the requests that refresh a session
LOWEST_MINIMUM = 90  # seconds; RFC 4028 section 4 allows no lower Min-SE
LONGEST_MARGIN = 32.0  # seconds before the end at which a BYE is sent; section 10


@dataclass(frozen=True, slots=True)
class SessionTimer:
    """What a core asks for, in seconds: the interval, and the shortest it takes (Session-Expires and Min-SE)."""

    expires: int = 1800
    minimum: int = LOWEST_MINIMUM


@dataclass(frozen=True, slots=True)
class Interval:
    """A Session-Expires value: seconds, and "uac", "uas" or "" for the refresher."""

    seconds: int
    refresher: str = ""

    @classmethod
    def of(cls, headers: Headers) -> Interval | None:
        """What a message says; None for nothing, or nothing that can be read."""
        value = headers.get("Session-Expires")
        if value is None or (length := seconds(value, 0)) in (None, 0):
            return None
        words = [word.strip(WHITESPACE).lower().replace(" ", "") for word in value.split(";")[1:]]
        named = next((word.partition("=")[2] for word in words if word.startswith("refresher=")), "")
        return cls(length or 0, named if named in ("uac", "uas") else "")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both ends said: the session lives `seconds` from each 2xx, and we refresh it, or the peer."""

    seconds: int
    ours: bool

    @property
    def refresh_after(self) -> float:
        return self.seconds / 2

    @property
    def over_after(self) -> float:
        """When a BYE is sent: a little before the peer or a proxy forgets the session (section 10)."""
        return self.seconds - min(LONGEST_MARGIN, self.seconds / 3)


def asked_headers(timer: SessionTimer, minimum: int, agreed: Agreement | None) -> tuple[Header, ...]:
    """What an INVITE or UPDATE of ours asks for; once agreed, roles stay as they are (section 7.4)."""
    length = max(agreed.seconds if agreed else timer.expires, minimum)
    refresher = "" if agreed is None else f";refresher={'uac' if agreed.ours else 'uas'}"
    return ("Session-Expires", f"{length}{refresher}"), ("Min-SE", str(max(timer.minimum, minimum)))


def agreed_by_answer(timer: SessionTimer, answer: Headers) -> Agreement | None:
    """What the 2xx to a request of ours agrees to (section 7.2)."""
    interval = Interval.of(answer)
    if interval is None:
        return None
    return Agreement(max(interval.seconds, timer.minimum), interval.refresher != "uas")


def answer_to(timer: SessionTimer, request: Request) -> tuple[Agreement | None, tuple[Header, ...]]:
    """What we agree to, and the headers of the 2xx that say so (section 9, table 2)."""
    interval = Interval.of(request.headers)
    if interval is None:
        return None, ()
    able = supports(request.headers, OPTION)
    length = min(interval.seconds, max(timer.expires, minimum_of(request.headers), timer.minimum))
    theirs = able and interval.refresher != "uas"
    said: list[Header] = [("Session-Expires", f"{length};refresher={'uac' if theirs else 'uas'}")]
    if theirs:
        said.insert(0, ("Require", OPTION))
    return Agreement(max(length, timer.minimum), not theirs), tuple(said)


def is_too_small(timer: SessionTimer, request: Request) -> bool:
    """Whether the request gets 422: only who supports timers knows what to make of it (section 9)."""
    interval = Interval.of(request.headers)
    return interval is not None and interval.seconds < timer.minimum and supports(request.headers, OPTION)


def minimum_of(headers: Headers) -> int:
    """The shortest interval that a message allows."""
    return min(max(seconds(headers.get("Min-SE"), 0) or 0, LOWEST_MINIMUM), MAXIMUM_SECONDS)


def supports(headers: Headers, option: str, names: Iterable[str] = ("Supported", "Require")) -> bool:
    """Whether the sender knows the option: it says that it supports it, or requires it in a list that can be read."""
    try:
        return any(option == each.lower() for name in names for each in headers.get_list(name))
    except RemoteProtocolError:
        return False
