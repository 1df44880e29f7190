"""REFER: what it asks for, and the NOTIFYs that tell how it goes (RFC 3515, RFC 3892, RFC 4488, RFC 5589).

SIP Server sends it to a phone whose DN has `refer-enabled=true` (reference: SIP Server 2.2, 2.5). A REFER makes a
subscription without a SUBSCRIBE; each NOTIFY carries the status line that the INVITE has come to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cordboard.call.events import Refer
from cordboard.call.media import Side
from cordboard.call.outputs import LegOutput, ToSip, without_tag
from cordboard.call.trunk.targets import headers_in, is_own, request_uri
from cordboard.sip import events as sip
from cordboard.sip.address import NameAddress, parse_addresses
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Request, reason_phrase
from cordboard.sip.uri import Uri

SIPFRAG = "message/sipfrag;version=2.0"
EXPIRES = 180  # seconds; an INVITE has its final response by then (RFC 3261 section 16.6, timer C)
LAST = "last NOTIFY"


class ReferRefused(Exception):
    """`status` is the response to the REFER."""

    def __init__(self, status: int) -> None:
        super().__init__(f"REFER refused with {status}")
        self.status = status


def read_refer(request: Request, hosts: Sequence[str]) -> Refer:
    """What a REFER asks for; `hosts` are SIP Server's names and addresses. Raises `ReferRefused`."""
    uri = _refer_to(request)
    if uri.scheme == "tel" and uri.user:
        uri = Uri("sip", uri.user, hosts[0])
    headers = headers_in(uri)
    method = (uri.parameters.get("method") or "INVITE").upper()
    if headers is None or not uri.user or uri.scheme not in ("sip", "sips") or method != "INVITE":
        raise ReferRefused(400)
    if not is_own(uri, hosts):
        raise ReferRefused(403)
    referrer = request.headers.get("Referred-By") or without_tag(request.headers.get("From") or "")
    return Refer(request_uri(uri), uri.user, (*headers, ("Referred-By", referrer)))


def _refer_to(request: Request) -> Uri:
    """RFC 3515 section 2.4.1: exactly one Refer-To."""
    try:
        addresses = parse_addresses(request.headers.get_all("Refer-To"))
    except RemoteProtocolError:
        raise ReferRefused(400) from None
    if len(addresses) != 1:
        raise ReferRefused(400)
    return addresses[0].uri


@dataclass(frozen=True, slots=True)
class Outside:
    """The dialog that a REFER outside any dialog makes: its NOTIFYs are sent as requests of their own."""

    key: str
    flow: sip.Flow
    target: str
    from_uri: str
    to_uri: str
    call_id: str
    tag: str
    headers: tuple[sip.Header, ...] = ()


@dataclass(slots=True)
class Report:
    """The subscription of one REFER. It is silent where the REFER asked for none (`Refer-Sub: false`)."""

    place: str | Outside  # the session in whose dialog the REFER came, or the dialog that it made
    event: str = "refer"
    wanted: bool = True
    over: bool = False
    told: int = field(default=0)

    def tell(self, status: int, reason: str = "") -> list[LegOutput]:
        """One NOTIFY; a final status ends the subscription, and what comes after it is not told."""
        if self.over or not self.wanted:
            return []
        self.over = status >= 200
        self.told += 1
        headers = (
            ("Event", self.event),
            ("Subscription-State", "terminated;reason=noresource" if self.over else f"active;expires={EXPIRES}"),
        )
        body = f"SIP/2.0 {status} {reason or reason_phrase(status)}\r\n".encode()
        return [ToSip(Side.TRUNK, self._notify(headers, body))]

    def _notify(self, headers: tuple[sip.Header, ...], body: bytes) -> sip.Input:
        place = self.place
        if isinstance(place, str):
            key = LAST if self.over else "NOTIFY"
            return sip.SendInDialog(place, key, "NOTIFY", headers, SIPFRAG, body)
        return sip.SendRequest(
            place.key,
            place.flow,
            "NOTIFY",
            place.target,
            place.from_uri,
            place.to_uri,
            (*place.headers, *headers),
            SIPFRAG,
            body,
            place.call_id,
            place.tag,
            self.told,
        )


def report_of(request: Request, place: str | Outside, first: bool = True) -> Report:
    """The subscription that a REFER makes; a later one in the same dialog is told apart by its CSeq."""
    number = (request.headers.get("CSeq") or "").split()[0]
    wanted = (request.headers.get("Refer-Sub") or "").split(";")[0].strip().lower() != "false"
    return Report(place, "refer" if first else f"refer;id={number}", wanted)


def outside_dialog(request: Request, key: str, flow: sip.Flow, contact: str, tag: str) -> Outside:
    """The dialog that a REFER outside any dialog makes (RFC 3261 section 12.1.1). Raises `ReferRefused`."""
    headers = request.headers
    try:
        target = NameAddress.parse(headers.get("Contact") or "").uri
    except RemoteProtocolError:
        raise ReferRefused(400) from None
    routes = tuple(("Route", route) for route in headers.get_all("Record-Route"))
    own = without_tag(headers.get("To") or "")
    return Outside(
        key,
        flow,
        str(target),
        own,
        headers.get("From") or "",
        headers.get("Call-ID") or "",
        tag,
        (*routes, ("Contact", contact)),
    )
