"""How our messages look on the wire: the order of header fields and the few habits in which peers differ.

A message is put together in a natural order (Via first) and then arranged: the fields named by the style's order come
first, the rest follow in the order they were given. That is enough to speak in SIP Server's manner, see
`SIP_SERVER_REQUESTS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cordboard.sip.events import Header
from cordboard.sip.headers import Headers
from cordboard.sip.message import Message, to_bytes

SIP_SERVER_REQUESTS = ("From", "To", "Call-ID", "CSeq", "Content-Length", "Content-Type", "Via", "Contact")
"""SIP Server's order of a request's fields; after Contact come those that the request is about, then Max-Forwards."""

SIP_SERVER_RESPONSES = ("From", "To", "Call-ID", "CSeq", "Via", "Contact")


@dataclass(frozen=True, slots=True)
class WireStyle:
    """Orders are field names; an empty one keeps the natural order.

    `rport` asks for symmetric responses (RFC 3581). `repeated_in_ack` names fields of an INVITE that its ACK repeats
    when the 2xx is acknowledged at once: SIP Server does so with X-Genesys-CallUUID.
    """

    request_order: tuple[str, ...] = ()
    response_order: tuple[str, ...] = ()
    rport: bool = True
    repeated_in_ack: tuple[str, ...] = ()

    def encode(self, message: Message, request: bool) -> bytes:
        """The bytes of a message with its fields in this style's order."""
        order = self.request_order if request else self.response_order
        if order:
            if "Content-Length" in order:
                message.headers.set("Content-Length", str(len(message.body)))
            message.headers = arrange(message.headers, order)
        return to_bytes(message)


def arrange(headers: Headers, order: Sequence[str]) -> Headers:
    """The same fields, those named in `order` first; equal names keep their order among themselves."""
    rank = {name.lower(): place for place, name in enumerate(order)}
    last = len(rank)
    return Headers(sorted(headers.items(), key=lambda field: rank.get(field[0].lower(), last)))


def with_defaults(given: Iterable[Header], *defaults: Header) -> list[Header]:
    """`defaults` with a value that `given` does not override, then `given`."""
    fields = list(given)
    names = {name.lower() for name, _ in fields}
    return [field for field in defaults if field[1] and field[0].lower() not in names] + fields
