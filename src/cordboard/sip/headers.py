"""Header fields in wire order: a list first, a mapping second (RFC 3261 section 7.3).

Field names compare without regard to case; compact forms (section 7.3.3) are the same field as their long form and are
printed long. Well-known names are printed in their usual spelling, others as they came. Values are text as it stood in
the message, unfolded and stripped, and are interpreted by whoever needs them: `Via`, `NameAddress`, `fields`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import overload

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import is_token, split_list

MAXIMUM_FIELDS = 128

_COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "n": "Identity-Info",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}

_USUAL = """
Accept Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Authentication-Info Authorization Call-ID Call-Info
Contact Content-Disposition Content-Encoding Content-Language Content-Length Content-Type CSeq Date Diversion Error-Info
Event Expires From History-Info In-Reply-To Max-Forwards MIME-Version Min-Expires Min-SE Organization
P-Asserted-Identity P-Preferred-Identity Path Priority Privacy Proxy-Authenticate Proxy-Authorization Proxy-Require RAck
Reason Record-Route Refer-To Referred-By Remote-Party-ID Replaces Reply-To Require Retry-After Route RSeq Server
Service-Route Session-Expires SIP-ETag SIP-If-Match Subject Subscription-State Supported Timestamp To Unsupported
User-Agent User-to-User Via Warning WWW-Authenticate X-Genesys-CallInfo X-Genesys-CallUUID
"""


def _spellings() -> dict[str, tuple[str, str]]:
    """Each common spelling of a well-known name -> (key, name to print)."""
    known = {}
    for name in [*_USUAL.split(), *_COMPACT.values()]:
        for spelling in (name, name.lower(), name.upper()):
            known[spelling] = (name.lower(), name)
    for compact, name in _COMPACT.items():
        known[compact] = known[compact.upper()] = (name.lower(), name)
    return known


_KNOWN = _spellings()
_KEYS = {spelling: key for spelling, (key, _) in _KNOWN.items()}


def _identify(name: str) -> tuple[str, str]:
    lower = name.lower()
    return _KNOWN.get(lower) or (lower, name)


class Headers:
    """The header fields of one message, in wire order, repeated ones included."""

    __slots__ = ("_fields", "_first")

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._first: dict[str, str] | None = None  # key -> value of the first field, made when somebody asks
        self._fields: list[tuple[str, str, str]] = [  # (key, name, value)
            (*(_KNOWN.get(name) or _identify(name)), value) for name, value in fields
        ]

    @classmethod
    def parse(cls, lines: list[str]) -> Headers:
        """Read unfolded header lines; raises RemoteProtocolError for a line that is no header field."""
        if len(lines) > MAXIMUM_FIELDS:
            raise RemoteProtocolError(f"more than {MAXIMUM_FIELDS} header fields", status_hint=513)
        fields = []
        for line in lines:
            name, colon, value = line.partition(":")
            known = _KNOWN.get(name)
            if known is None or not colon:
                known = _identify_on_wire(name, colon)
            fields.append((known[0], known[1], value.strip(" \t")))
        headers = cls()
        headers._fields = fields
        return headers

    @overload
    def get(self, name: str) -> str | None: ...

    @overload
    def get(self, name: str, default: str) -> str: ...

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of the first field of that name."""
        first = self._first
        if first is None:
            first = self._first = {key: value for key, _, value in reversed(self._fields)}
        return first.get(_KEYS.get(name) or _key(name), default)

    def get_all(self, name: str) -> list[str]:
        """The values of all fields of that name in wire order, not split at commas."""
        key = _key(name)
        return [field[2] for field in self._fields if field[0] == key]

    def get_list(self, name: str) -> list[str]:
        """The elements of all fields of that name, split at commas outside quotes and brackets."""
        return [element for value in self.get_all(name) for element in split_list(value)]

    def items(self) -> list[tuple[str, str]]:
        """(name, value) pairs in wire order."""
        return [(field[1], field[2]) for field in self._fields]

    def add(self, name: str, value: str) -> None:
        """Append a field."""
        key, spelled = _KNOWN.get(name) or _identify(name)
        self._fields.append((key, spelled, value))
        self._first = None

    def set(self, name: str, value: str) -> None:
        """Make this the only field of its name, at the place of the first one (or the end if there was none)."""
        key, spelled = _KNOWN.get(name) or _identify(name)
        place = next((index for index, field in enumerate(self._fields) if field[0] == key), len(self._fields))
        kept = [field for field in self._fields if field[0] != key]
        kept.insert(place, (key, spelled, value))
        self._fields, self._first = kept, None

    def remove(self, name: str) -> None:
        """Take all fields of that name away; none is no error."""
        key = _key(name)
        self._fields, self._first = [field for field in self._fields if field[0] != key], None

    def copy(self) -> Headers:
        """An independent copy."""
        copied = Headers()
        copied._fields = self._fields.copy()
        return copied

    def under(self, name: str, value: str) -> Headers:
        """A copy with one more field on top."""
        headed = Headers([(name, value)])
        headed._fields += self._fields
        return headed

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        return self._fields == other._fields if isinstance(other, Headers) else NotImplemented

    def __repr__(self) -> str:
        """Names only: values hold numbers and credentials, and a repr ends up in logs."""
        return f"Headers({', '.join(field[1] for field in self._fields)})"


def _key(name: str) -> str:
    return _KEYS.get(name) or _identify(name)[0]


def _identify_on_wire(name: str, colon: str) -> tuple[str, str]:
    """The slow path: unusual spelling, blanks before the colon (RFC 3261 section 7.3.1), or no header field at all."""
    name = name.rstrip(" \t")
    if not colon or not is_token(name):
        raise RemoteProtocolError("line is not a header field")
    return _identify(name)
