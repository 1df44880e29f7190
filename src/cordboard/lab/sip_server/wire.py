"""SIP Server's handwriting (reference: SIP Server section 1.5, read from traces).

Requests begin From, To, Call-ID, CSeq, Content-Length, Content-Type, and only then have Via; the ACK of a refusal is
the one with Via first. From and To are bare URIs, which the commands to the core already say. Responses repeat the
fields of their request in the request's order. The server knows no rport: it neither asks for it nor fills it in, and
writes `received` always.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from cordboard.genesys.dialect import CALL_UUID
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Message, Request, parse_message
from cordboard.sip.style import WireStyle, arrange
from cordboard.sip.via import Via

REQUEST_ORDER = (
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Content-Length",
    "Content-Type",
    "Via",
    "Contact",
    "Event",
    "Subscription-State",
    "Reason",
    "Allow",
    "Max-Forwards",
    CALL_UUID,
    "Session-Expires",
    "Min-SE",
    "Supported",
)
REFUSAL_ACK_ORDER = ("Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length")
RESPONSE_ORDER = ("From", "To", "Call-ID", "CSeq", "Via")
ECHOED = frozenset(name.lower() for name in RESPONSE_ORDER)
REMEMBERED = 2000

OWN_ALLOW = ("ACK", "BYE", "CANCEL", "INFO", "INVITE", "MESSAGE", "NOTIFY", "OPTIONS", "PRACK", "REFER", "UPDATE")


@dataclass(frozen=True, slots=True)
class SipServerStyle(WireStyle):
    """Tell it of each datagram that comes with `note`, so that responses can keep the order of their requests."""

    request_order: tuple[str, ...] = REQUEST_ORDER
    response_order: tuple[str, ...] = RESPONSE_ORDER
    rport: bool = False
    repeated_in_ack: tuple[str, ...] = (CALL_UUID,)
    _orders: OrderedDict[str, tuple[str, ...]] = field(default_factory=OrderedDict)

    def note(self, data: bytes) -> None:
        """Remember in which order a request has the fields that its responses echo."""
        try:
            message = parse_message(data)
            branch = Via.parse(message.headers.get_list("Via")[0]).branch
        except (RemoteProtocolError, IndexError):
            return
        if isinstance(message, Request):
            self._orders[branch] = tuple(
                dict.fromkeys(name for name, _ in message.headers.items() if name.lower() in ECHOED)
            )
            while len(self._orders) > REMEMBERED:
                self._orders.popitem(last=False)

    def encode(self, message: Message, request: bool) -> bytes:
        if request:
            is_refusal_ack = message.headers.get("CSeq", "").endswith(" ACK") and not message.headers.get(CALL_UUID)
            order = REFUSAL_ACK_ORDER if is_refusal_ack else self.request_order
            message.headers.set("Content-Length", str(len(message.body)))
        else:
            order = self._echo_order(message)
        message.headers = arrange(message.headers, order)
        return WireStyle().encode(message, request)

    def _echo_order(self, message: Message) -> tuple[str, ...]:
        """Settle the top Via and give the order of the response's fields."""
        values = message.headers.get_list("Via")
        via = Via.parse(values[0])
        parameters = {name: None if name == "rport" else value for name, value in via.parameters.items()}
        received = parameters.pop("received", None) or via.host.strip("[]")
        parameters["received"] = received
        if len(values) == 1:
            message.headers.set("Via", str(replace(via, parameters=parameters)))
        return self._orders.get(via.branch, self.response_order)
