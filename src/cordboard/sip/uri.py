"""SIP, SIPS and tel URIs (RFC 3261 section 19.1, RFC 3966); others are carried without being understood."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote as escape
from urllib.parse import unquote_to_bytes

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import Parameters, number, parse_parameters, print_parameters

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_REST = re.compile(r"(?:([^@]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._\-]+)(?::([0-9]+))?(;[^?]*)?(?:\?(.*))?", re.DOTALL)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FORBIDDEN = re.compile(r'[\x00-\x20<>"\x7f]')

REMEMBERED = 2048  # URIs
LONGEST_REMEMBERED = 200  # characters

_USER_SAFE = "!*'()&=+$,;?/"  # mark and user-unreserved of section 25.1; letters, digits and -_.~ are always safe
_PASSWORD_SAFE = "!*'()&=+$,"

# Section 19.1.4: these parameters never match a default, so they must be in both URIs or in neither.
_DECISIVE = ("user", "ttl", "method", "maddr", "transport")


@dataclass(frozen=True, slots=True)
class Uri:
    """One URI. `user` is unescaped and "" if absent; `host` is as in the grammar, IPv6 in square brackets.

    A user may hold any character once unescaped, line ends too: put it into a message through `str(Uri(...))` only.

    A tel URI has its number in `user` and no host; any other scheme has everything after the colon in `user`.
    `parameters` have lower-case names and values as written; `headers` is the text after the question mark.
    """

    scheme: str
    user: str
    host: str
    port: int | None = None
    parameters: Parameters = field(default_factory=dict, hash=False)
    headers: str = ""
    password: str | None = None

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read a URI without angle brackets; raises RemoteProtocolError.

        Short ones are remembered, so nobody may change the parameters of what is returned.
        """
        return _remembered(text) if len(text) <= LONGEST_REMEMBERED else cls._parse(text)

    @classmethod
    def _parse(cls, text: str) -> Uri:
        scheme, colon, rest = text.partition(":")
        if not colon or not rest or not _SCHEME.fullmatch(scheme) or _FORBIDDEN.search(text):
            raise RemoteProtocolError("URI is malformed")
        scheme = scheme.lower()
        if scheme in ("sip", "sips"):
            return cls._parse_sip(scheme, rest)
        if scheme == "tel":
            subscriber, _, parameters = rest.partition(";")
            return cls(scheme, subscriber, "", None, parse_parameters(parameters))
        return cls(scheme, rest, "")

    @classmethod
    def _parse_sip(cls, scheme: str, rest: str) -> Uri:
        match = _REST.fullmatch(rest)
        if match is None:
            raise RemoteProtocolError("SIP URI is malformed")
        userinfo, host, port, parameters, headers = match.groups()
        user, password = "", None
        if userinfo is not None:
            user, password = _userinfo(userinfo)
        return cls(
            scheme,
            user,
            host,
            number(port, 65535, "port") if port else None,
            parse_parameters(parameters) if parameters else {},
            headers or "",
            password,
        )

    @property
    def is_sip(self) -> bool:
        """Whether this is a sip: or sips: URI."""
        return self.scheme in ("sip", "sips")

    def matches(self, other: Uri) -> bool:
        """Whether both name the same thing by the rules of RFC 3261 section 19.1.4."""
        return (
            self.scheme == other.scheme
            and self.user == other.user
            and self.password == other.password
            and self.host.lower() == other.host.lower()
            and self.port == other.port
            and _parameters_match(self.parameters, other.parameters)
            and _header_set(self.headers) == _header_set(other.headers)
        )

    def __str__(self) -> str:
        if not self.is_sip:
            return f"{self.scheme}:{self.user}{print_parameters(self.parameters)}"
        user = escape(self.user, _USER_SAFE) if self.user else ""
        if self.password is not None:
            user += ":" + escape(self.password, _PASSWORD_SAFE)
        return (
            f"{self.scheme}:{user}{'@' if user else ''}{self.host}{'' if self.port is None else f':{self.port}'}"
            f"{print_parameters(self.parameters)}{f'?{self.headers}' if self.headers else ''}"
        )


@lru_cache(REMEMBERED)
def _remembered(text: str) -> Uri:
    return Uri._parse(text)


def _userinfo(text: str) -> tuple[str, str | None]:
    user, colon, password = text.partition(":")
    if not user:
        raise RemoteProtocolError("SIP URI has an empty user")
    return _unescape(user), _unescape(password) if colon else None


def _unescape(text: str) -> str:
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        raise RemoteProtocolError("URI has a bad escape")
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise RemoteProtocolError("URI has an escape that is not UTF-8") from None


def _parameters_match(one: Parameters, other: Parameters) -> bool:
    """Parameters in both must be equal; those in one only are ignored unless they are decisive."""
    if any((name in one) != (name in other) for name in _DECISIVE):
        return False
    return all(_folded(one[name]) == _folded(other[name]) for name in one.keys() & other.keys())


def _folded(value: str | None) -> str | None:
    return None if value is None else unquote_to_bytes(value).decode("utf-8", "replace").lower()


def _header_set(headers: str) -> list[tuple[str, str | None]]:
    """URI headers in an order of their own: section 19.1.4 makes order irrelevant but presence decisive."""
    pairs = (part.partition("=") for part in headers.split("&") if part)
    return sorted((name.lower(), _folded(value)) for name, _, value in pairs)
