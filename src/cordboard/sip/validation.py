"""What every message must have before a transaction may look at it (RFC 3261 sections 8.1.1, 8.2 and 16.3).

Deliberately lenient where peers are: Max-Forwards may be absent (it is in some ACKs of SIP Server), the From tag too
(RFC 2543). Extensions (Require), methods and dialogs are the core's business.
"""

from __future__ import annotations

from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.fields import CSeq
from cordboard.sip.grammar import number
from cordboard.sip.message import Message, Request
from cordboard.sip.uri import Uri
from cordboard.sip.via import top_via

ONCE = ("To", "From", "Call-ID", "CSeq")


def validate(message: Message) -> None:
    """Raises RemoteProtocolError where a mandatory header is missing, repeated, malformed or contradicts another."""
    _check_once(message)
    if top_via(message.headers).version != "2.0":
        raise RemoteProtocolError("version of SIP in Via is not 2.0")
    NameAddress.parse(message.headers.get("From", ""))
    NameAddress.parse(message.headers.get("To", ""))
    sequence = CSeq.parse(message.headers.get("CSeq", ""))
    if isinstance(message, Request):
        _check_request(message, sequence)


def _check_once(message: Message) -> None:
    names = [name for name, _ in message.headers.items()]
    for name in ONCE:
        if not message.headers.get(name):
            raise RemoteProtocolError(f"{name} is missing")
        if names.count(name) > 1:
            raise RemoteProtocolError(f"{name} is given more than once")


def _check_request(request: Request, sequence: CSeq) -> None:
    if sequence.method != request.method:
        raise RemoteProtocolError("method in CSeq is not that of the request")
    forwards = request.headers.get("Max-Forwards")
    if forwards is not None:
        number(forwards, 255, "Max-Forwards")
    uri = Uri.parse(request.uri)
    if uri.headers:  # section 19.1.1: what a Request-URI must not bring in
        raise RemoteProtocolError("Request-URI has headers")
    if not uri.is_sip and uri.scheme != "tel":
        raise RemoteProtocolError("scheme of the Request-URI is not supported", status_hint=416)
