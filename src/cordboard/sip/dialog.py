"""A dialog (RFC 3261 section 12): who talks to whom, in which order, and by which way.

A dialog begins early, with the tag of a provisional response or of ours, and is confirmed by a 2xx. It numbers our
requests and checks the numbers of theirs (section 12.2.2). `local` and `remote` are the texts of From and To as they
stand on the wire, tags included, since peers compare and echo them as text. The remote target is replaced by the
Contact of target refresh requests and of their 2xx (RFC 6141 section 4.6: not before the 2xx).
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Header
from cordboard.sip.fields import CSeq
from cordboard.sip.grammar import QUOTED, WHITESPACE
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response
from cordboard.sip.uri import Uri

TARGET_REFRESH = ("INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER")


@dataclass(slots=True, eq=False)
class Dialog:
    """One dialog as one of its ends sees it; numbers are None as long as nothing was sent or received."""

    call_id: str
    local: str
    local_tag: str
    remote: str
    remote_tag: str
    remote_target: str
    route_set: tuple[str, ...] = ()
    local_cseq: int | None = None
    remote_cseq: int | None = None
    confirmed: bool = False
    owner: bool = False  # whether we chose the Call-ID, which decides who waits longer after a glare (section 14.1)

    @classmethod
    def from_request(cls, request: Request, local_tag: str) -> Dialog:
        """The dialog of an INVITE that came, before any response (section 12.1.1)."""
        remote = request.headers.get("From", "")
        return cls(
            call_id=request.headers.get("Call-ID", ""),
            local=with_tag(request.headers.get("To", ""), local_tag),
            local_tag=local_tag,
            remote=remote,
            remote_tag=tag_of(remote),
            remote_target=contact_of(request) or uri_of(remote),
            route_set=_record_route(request),
            remote_cseq=cseq_of(request).number,
        )

    @classmethod
    def from_response(cls, request: Request, response: Response) -> Dialog:
        """The dialog made by a response to our INVITE (section 12.1.2)."""
        local = request.headers.get("From", "")
        tag = tag_of(response.headers.get("To", ""))
        return cls(
            call_id=request.headers.get("Call-ID", ""),
            local=local,
            local_tag=tag_of(local),
            # The text of our own To is kept; a peer may print the address it echoes in another way.
            remote=with_tag(request.headers.get("To", ""), tag),
            remote_tag=tag,
            remote_target=contact_of(response) or request.uri,
            route_set=_reversed_route(response),
            local_cseq=cseq_of(request).number,
            confirmed=response.status >= 200,
            owner=True,
        )

    def confirm(self, response: Response) -> None:
        """Take route set and target from the 2xx of an early dialog (section 13.2.2.4)."""
        self.confirmed = True
        self.route_set = _reversed_route(response)
        self.refresh(response)

    def refresh(self, message: Request | Response) -> None:
        """Take the remote target from a target refresh request or its 2xx."""
        self.remote_target = contact_of(message) or self.remote_target

    def in_order(self, number: int) -> bool:
        """Note the number of a request that came; False if it is not higher than the last (section 12.2.2)."""
        if self.remote_cseq is not None and number <= self.remote_cseq:
            return False
        self.remote_cseq = number
        return True

    def request(self, method: str, headers: list[Header], body: bytes = b"") -> Request:
        """A new request in the dialog, without Via (section 12.2.1.1)."""
        return self._build(method, self.next_number(), headers, body)

    def next_number(self) -> int:
        """The CSeq number of our next request."""
        self.local_cseq = 1 if self.local_cseq is None else self.local_cseq + 1
        return self.local_cseq

    def ack(self, number: int, headers: list[Header], body: bytes = b"") -> Request:
        """The ACK for the 2xx of our INVITE with that number, without Via (section 13.2.2.4)."""
        return self._build("ACK", number, headers, body)

    @property
    def next_hop(self) -> str:
        """The URI that decides where requests go: the first route, or the remote target."""
        return uri_of(self.route_set[0]) if self.route_set else self.remote_target

    def _build(self, method: str, number: int, headers: list[Header], body: bytes) -> Request:
        uri, routes = route(self.remote_target, self.route_set)
        fields = [
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
            *(("Route", route) for route in routes),
            *headers,
        ]
        return Request(method, uri, Headers(fields), body)


def route(target: str, route_set: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Request-URI and Route values for a target; a first hop without `lr` is a strict router (section 12.2.1.1)."""
    if not route_set:
        return target, ()
    first = NameAddress.parse(route_set[0]).uri
    if "lr" in first.parameters:
        return target, route_set
    bare = Uri(first.scheme, first.user, first.host, first.port, first.parameters)
    return str(bare), (*route_set[1:], f"<{target}>")


def with_tag(address: str, tag: str) -> str:
    """The text of a From or To with a tag; a tag it already has stays."""
    return f"{address};tag={tag}" if tag and not tag_of(address) else address


def tag_of(address: str) -> str:
    """The tag of a From or To value; "" if it has none, as in RFC 2543."""
    return NameAddress.parse(address).tag or ""


def contact_of(message: Request | Response) -> str:
    """The URI of the first Contact; "" if there is none that can be used."""
    try:
        values = message.headers.get_list("Contact")
        return uri_of(values[0]) if values and values[0] != "*" else ""
    except RemoteProtocolError:
        return ""


def uri_of(address: str) -> str:
    """The URI of an address as it was written; SIP Server and others expect their Contact back to the letter."""
    NameAddress.parse(address)
    name = QUOTED.match(address.strip(WHITESPACE))
    rest = address[address.index(name.group()) + name.end() :] if name else address
    _, bracket, bracketed = rest.partition("<")
    uri = bracketed.partition(">")[0] if bracket else rest.partition(";")[0]
    return uri.strip(WHITESPACE)


def _record_route(message: Request | Response) -> tuple[str, ...]:
    """The Record-Route values in wire order; raises RemoteProtocolError where one is malformed."""
    values = tuple(message.headers.get_list("Record-Route"))
    for value in values:
        NameAddress.parse(value)
    return values


def _reversed_route(response: Response) -> tuple[str, ...]:
    """The route set that a response gives; none where it is malformed, since a response cannot be refused."""
    try:
        return _record_route(response)[::-1]
    except RemoteProtocolError:
        return ()


def cseq_of(message: Request | Response) -> CSeq:
    """Number and method of the CSeq header."""
    return CSeq.parse(message.headers.get("CSeq", ""))
