"""Digits that CTI asks for: INFO to the other party, one after the other (reference: SIP Server 2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.leg import Outputs, Phase, Phone
from cordboard.lab.sip_server.calls.vocabulary import State
from cordboard.lab.telephony import CallEventName
from cordboard.sip.events import SendInDialog

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.call import Call

DURATION = 250  # milliseconds
DIGITS = frozenset("0123456789*#ABCD")


def are(digits: str) -> bool:
    return bool(digits) and DIGITS.issuperset(digits)


def send(call: Call, phone: Phone, digits: str, reference: int, now: float) -> Outputs:
    phone.references[CallEventName.DTMF_SENT] = reference
    idle = not call.digits
    call.digits.extend(digits)
    return next_digit(call, phone, now) if idle else []


def next_digit(call: Call, phone: Phone, now: float) -> Outputs:
    """Send the first of the digits that wait, to all others in a conference; the event when there is none left."""
    others = [each for each in call.talkers() if each is not phone and each.phase is Phase.CONNECTED]
    if not others and call.state is State.QUEUED:
        call.server.routing.pressed(call, "".join(call.digits), now)
    if not call.digits or not others:
        call.digits.clear()
        return call.report(CallEventName.DTMF_SENT, phone, now)
    body = f"Signal={call.digits.popleft()}\r\nDuration={DURATION}\r\n".encode()
    keys = [call.key(phone, "dtmf"), *(call.key(phone, "dtmf copy") for _ in others[1:])]
    return [
        SendInDialog(each.session, key, "INFO", (each.uuid_header,), "application/dtmf-relay", body)
        for key, each in zip(keys, others, strict=True)
    ]


def signal(body: str) -> str:
    """The digit of an application/dtmf-relay body; empty for none."""
    for line in body.splitlines():
        name, _, value = line.partition("=")
        digit = value.strip()[:1].upper()
        if name.strip().lower() == "signal" and digit in DIGITS:
            return digit
    return ""
