"""What ladders about pages that come and go have in common."""

from __future__ import annotations

from kit.gateway_stack import GatewayStack
from kit.ladder import Ladder
from kit.peer import BODIES

PAGE_DESCRIPTION = """v=0\r
o=- 1 1 IN IP4 127.0.0.1\r
s=-\r
t=0 0\r
m=audio 9 UDP/TLS/RTP/SAVPF 0\r
c=IN IP4 0.0.0.0\r
a=mid:0\r
a=ice-ufrag:abcd\r
a=ice-pwd:abcdefghijklmnopqrstuvwx\r
a=fingerprint:sha-256 {fingerprint}\r
a=setup:active\r
a=rtcp-mux\r
a=sendrecv\r
a=rtpmap:0 PCMU/8000\r
""".format(fingerprint=":".join(["AB"] * 32))
BODIES["page description"] = PAGE_DESCRIPTION
BODIES["page restarts ICE"] = PAGE_DESCRIPTION.replace("ufrag:abcd", "ufrag:wxyz")

INVITE = """
    trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: ONE + P-Asserted-Identity: <sip:1003@127.0.0.81> \
| server offer
    trunk <- 100
    page  <- INVITE
    page  -> 180
    trunk <- 180
"""
ANSWER = """
    page  -> 200 | page description
    page  <- ACK
    trunk <- 200
    trunk -> ACK
"""
HELD_BY_CTI = """
    trunk -> NOTIFY + Event: hold
    trunk <- 200 NOTIFY
    trunk <- INVITE | /a=inactive/
    trunk -> 200 INVITE | server hold
    trunk <- ACK
"""
TOLD_TO_HOLD = """
    trunk -> NOTIFY + Event: hold
    trunk <- 200 NOTIFY
    trunk <- INVITE | /a=inactive/
    page  <- INFO | /{"do":"hold"}/
    trunk -> 200 INVITE | server hold
    trunk <- ACK
    page  -> 200 INFO
"""
PARKED = """
    after 1.0 s
    trunk <- INVITE | /a=inactive/
    trunk -> 200 INVITE | server hold
    trunk <- ACK
"""
CALLED_ANEW = """
    page  <- BYE
    page  <- INVITE sip:new@xyz.invalid;transport=ws + X-Cordboard-Call: resumed + X-Genesys-CallUUID: ONE \
| /page_offer/
"""
RETRIEVED = """
    page  -> 200 INVITE | page description
    page  <- ACK
    trunk <- INVITE | /a=sendrecv/
    trunk -> 200 INVITE | server answer
    trunk <- ACK
"""
ENDED = """
    trunk -> BYE
    trunk <- 200 BYE
    page  <- BYE
    page  -> 200 BYE
    after 100 s
"""

NEW_PLACE = "m=audio 30001 "  # where the media is after it has moved once, of port 30000 before
OFFERED_NEW_PLACE = f"""
    trunk <- INVITE | /{NEW_PLACE}/
    page  <- INVITE | /{NEW_PLACE}/
"""
BOTH_ACCEPT = """
    page  -> 200 INVITE | page description
    page  <- ACK
    trunk -> 200 INVITE | server answer
    trunk <- ACK
"""


def loaded_again(ladder: Ladder, gateway: GatewayStack) -> None:
    """The page went without a word, and a new one is there; the old one's dialog is nobody's."""
    gateway.page_back(ladder.now)
    ladder.peers["page"].forget()


def hung_up(ladder: Ladder, gateway: GatewayStack) -> None:
    """SIP Server ends the established call; nothing is left of it."""
    ladder(ENDED)
    assert gateway.idle
    assert gateway.ended[0].answered
