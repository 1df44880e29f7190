"""What ladders of an inbound call at the gateway have in common: set up, held and retrieved by CTI."""

from __future__ import annotations

CONNECTED = """
    trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: ONE | server offer
    trunk <- 100
    page  <- INVITE
    page  -> 180
    trunk <- 180
    page  -> 200 | page answer
    page  <- ACK
    trunk <- 200
    trunk -> ACK
"""
ASKED_TO_HOLD = """
    trunk -> NOTIFY + Event: hold
    trunk <- 200 NOTIFY
    trunk <- INVITE | /a=inactive/
    page  <- INFO | /{"do":"hold"}/
    page  -> 200 INFO
"""
HELD = f"""
    {ASKED_TO_HOLD.strip()}
    trunk -> 200 INVITE | server hold
    trunk <- ACK
"""
RETRIEVED = """
    trunk -> NOTIFY + Event: talk
    trunk <- 200 NOTIFY
    trunk <- INVITE | /a=sendrecv/
    page  <- INFO | /{"do":"retrieve"}/
    page  -> 200 INFO
    trunk -> 200 INVITE | server answer
    trunk <- ACK
"""
# SIP Server asks the agent's phone first (3pcc); the words let the page answer by itself.
PICKED_UP = """
    trunk -> INVITE sip:5001@127.0.0.9:5060 + Supported: timer + X-Genesys-CallUUID: ONE
    trunk <- 100
    page  <- INVITE + X-Cordboard-Call: agent-first | /s=page_offer/
    page  -> 180
    trunk <- 180
    trunk -> NOTIFY + Event: talk
    trunk <- 200 NOTIFY
    page  <- INFO | /{"do":"answer"}/
    page  -> 200 INFO
    page  -> 200 | page answer
    page  <- ACK
    trunk <- 200 | /s=trunk_offer/
"""
RELEASED = """
    trunk -> BYE
    trunk <- 200 BYE
    page  <- BYE
    page  -> 200 BYE
"""


def between(text: str, **columns: str) -> str:
    """The same ladder between other peers: `between(HELD, trunk="target")`."""
    for name, other in columns.items():
        text = text.replace(f"    {name} ", f"    {other} ")
    return text
