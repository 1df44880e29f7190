"""Headers whose value is a word or a number with parameters: CSeq, Event, Subscription-State, Expires, Reason and kin.

Those with addresses are in `address`, Via in `via`, credentials in `digest`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from cordboard.sip.address import NameAddress, parse_addresses
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import (
    WHITESPACE,
    Parameters,
    is_token,
    number,
    parse_parameters,
    print_parameters,
    quote,
    unquote,
)
from cordboard.sip.headers import Headers

MAXIMUM_CSEQ = 2**32 - 1
REMEMBERED = 256  # values of CSeq
LONGEST_REMEMBERED = 40  # characters
MAXIMUM_SECONDS = 2**32 - 1


@dataclass(frozen=True, slots=True)
class CSeq:
    """Sequence number and method (RFC 3261 section 20.16)."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """Read the value of a CSeq header; raises RemoteProtocolError. It is asked for several times per message."""
        return _remembered(text) if len(text) <= LONGEST_REMEMBERED else cls._parse(text)

    @classmethod
    def _parse(cls, text: str) -> CSeq:
        words = text.split()
        if len(words) != 2 or not is_token(words[1]):
            raise RemoteProtocolError("CSeq is malformed")
        return cls(number(words[0], MAXIMUM_CSEQ, "number in CSeq"), words[1])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


@lru_cache(REMEMBERED)
def _remembered(text: str) -> CSeq:
    return CSeq._parse(text)


@dataclass(frozen=True, slots=True)
class Event:
    """An event package and its parameters (RFC 6665 section 8.2.1); SIP Server sends `talk` and `hold` without more."""

    package: str
    parameters: Parameters = field(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, text: str) -> Event:
        """Read the value of an Event header; the package is made lower-case. Raises RemoteProtocolError."""
        word, parameters = _word(text, "Event")
        return cls(word.lower(), parameters)

    def __str__(self) -> str:
        return self.package + print_parameters(self.parameters)


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """What a NOTIFY says of its subscription (RFC 6665 section 8.2.3): "active", "pending", "terminated" or another."""

    state: str
    parameters: Parameters = field(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, text: str) -> SubscriptionState:
        """Read the value of a Subscription-State header; the state is made lower-case. Raises RemoteProtocolError."""
        word, parameters = _word(text, "Subscription-State")
        return cls(word.lower(), parameters)

    @property
    def reason(self) -> str | None:
        """Why a terminated subscription ended, such as "noresource"."""
        return self.parameters.get("reason")

    def __str__(self) -> str:
        return self.state + print_parameters(self.parameters)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a request was sent (RFC 3326): `protocol` "SIP" with a status, or "Q.850" with a cause; 0 for no cause."""

    protocol: str
    cause: int = 0
    text: str = ""

    @classmethod
    def parse(cls, value: str) -> Reason:
        """Read one element of a Reason header; raises RemoteProtocolError."""
        protocol, parameters = _word(value, "Reason")
        cause = parameters.get("cause")
        return cls(protocol, number(cause, 999, "cause") if cause else 0, unquote(parameters.get("text") or ""))

    def __str__(self) -> str:
        cause = f";cause={self.cause}" if self.cause else ""
        return f"{self.protocol}{cause}{f';text={quote(self.text)}' if self.text else ''}"


def media_type(value: str | None) -> str:
    """The type of a Content-Type value without parameters, lower-case: "application/sdp"; "" for None."""
    return (value or "").partition(";")[0].strip(WHITESPACE).lower()


def seconds(value: str | None, malformed: int = 3600) -> int | None:
    """A number of seconds as in Expires, Min-SE or Retry-After; None if absent.

    What follows the digits (parameters, a comment) is not looked at. A malformed value counts as `malformed` (RFC 3261
    section 20.10 asks for 3600), one too large as the largest.
    """
    if value is None:
        return None
    digits = value.partition(";")[0].partition("(")[0].strip(WHITESPACE)
    if not (digits.isascii() and digits.isdigit()):
        return malformed
    return MAXIMUM_SECONDS if len(digits.lstrip("0")) > 10 else min(int(digits[-10:]), MAXIMUM_SECONDS)


def is_wildcard(headers: Headers) -> bool:
    """Whether the only Contact is `*`, by which a REGISTER takes away all bindings (RFC 3261 section 10.2.2)."""
    return headers.get_all("Contact") == ["*"]


def contacts(headers: Headers) -> list[NameAddress]:
    """The addresses of all Contact fields; raises RemoteProtocolError where one is malformed, `*` gives none."""
    return [] if is_wildcard(headers) else parse_addresses(headers.get_all("Contact"))


def expires_of(headers: Headers, contact: NameAddress | None = None) -> int | None:
    """The lifetime asked for or granted, in seconds: the contact's own, else the Expires header's, else None."""
    own = contact.parameters.get("expires") if contact is not None else None
    return seconds(own if own is not None else headers.get("Expires"))


def bearer_token(value: str | None) -> str | None:
    """The token of an `Authorization: Bearer` value (RFC 8898 section 2); None for another scheme or none at all."""
    scheme, _, token = (value or "").strip(WHITESPACE).partition(" ")
    return token.strip(WHITESPACE) or None if scheme.lower() == "bearer" else None


def _word(text: str, header: str) -> tuple[str, Parameters]:
    word, _, parameters = text.partition(";")
    word = word.strip(WHITESPACE)
    if not is_token(word):
        raise RemoteProtocolError(f"{header} is malformed")
    return word, parse_parameters(parameters) if parameters else {}
