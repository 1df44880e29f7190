"""The messages that the transaction layer makes or completes by itself: Via, ACK, CANCEL, and what a response
repeats.
"""

from __future__ import annotations

from dataclasses import replace

from cordboard.sip.dialog import cseq_of, tag_of, with_tag
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Flow, Header
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response
from cordboard.sip.via import MAGIC_COOKIE, Via, top_via

ServerKey = tuple[str, ...]


def server_key(request: Request) -> ServerKey:
    """What makes two requests the same for a server (RFC 3261 section 17.2.3); the last item is the method."""
    method = "INVITE" if request.method == "ACK" else request.method
    via = top_via(request.headers)
    if via.branch.startswith(MAGIC_COOKIE) and via.branch != MAGIC_COOKIE:  # RFC 4475 section 3.2.1
        return via.branch, via.sent_by, method
    headers = request.headers
    number = str(cseq_of(request).number)
    return request.uri, tag_of(headers.get("From", "")), headers.get("Call-ID", ""), number, str(via), method


def with_via(headers: Headers, flow: Flow, host: str, rport: bool, branch: str) -> Headers:
    """The fields with our hop on top."""
    via = f"SIP/2.0/{flow.transport} {host}{';rport' if rport else ''};branch={branch}"
    return headers.under("Via", via)


def with_top_via(headers: Headers, via: Via) -> Headers:
    """The same fields with another top Via; hops that shared a field get one each."""
    fields = headers.items()
    place = next(index for index, (name, _) in enumerate(fields) if name == "Via")
    others = [field for field in fields if field[0] != "Via"]
    others[place:place] = [("Via", str(via)), *(("Via", hop) for hop in headers.get_list("Via")[1:])]
    return Headers(others)


def way_back(flow: Flow, via: Via) -> Flow:
    """Where responses go (section 18.2.2, RFC 3581 section 4)."""
    if flow.reliable or flow.remote[1] == (port := via.reply_to[1]):
        return flow
    return replace(flow, remote=(flow.remote[0], port))


def ack_of(invite: Request, response: Response) -> Request:
    """The ACK of a response of 300 or above (section 17.1.1.3): it has the INVITE's Via and the response's To."""
    fields = [field for field in invite.headers.items() if field[0] in ("Via", "From", "Call-ID", "Route")]
    fields.append(("To", response.headers.get("To", "")))
    fields.append(("CSeq", f"{cseq_of(invite).number} ACK"))
    fields.append(("Max-Forwards", "70"))
    return Request("ACK", invite.uri, Headers(fields))


def cancel_of(invite: Request, headers: tuple[Header, ...] = ()) -> Request:
    """The CANCEL of an INVITE (section 9.1), with more headers such as Reason."""
    fields = [field for field in invite.headers.items() if field[0] in ("Via", "From", "To", "Call-ID", "Route")]
    fields += [("CSeq", f"{cseq_of(invite).number} CANCEL"), ("Max-Forwards", "70"), *headers]
    return Request("CANCEL", invite.uri, Headers(fields))


def repeated_in_response(request: Request, status: int, to_tag: str) -> list[Header]:
    """What a response repeats of its request (section 8.2.6.2); a 100 gets no tag."""
    headers = request.headers
    fields = [("Via", via) for via in headers.get_all("Via")]
    if request.method == "INVITE" and 100 < status < 300:  # section 12.1.1
        fields += [("Record-Route", route) for route in headers.get_all("Record-Route")]
    for name in ("From", "To", "Call-ID", "CSeq"):
        value = headers.get(name)
        if value is not None:
            fields.append((name, _tagged(value, to_tag) if name == "To" and status > 100 else value))
    return fields


def _tagged(to: str, tag: str) -> str:
    """The To of a response; as it came where it is too broken to take a tag."""
    try:
        return with_tag(to, tag)
    except RemoteProtocolError:
        return to
