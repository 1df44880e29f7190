"""Ladders of calls with three parties at the SIP Server look-alike, up to an established consultation."""

from __future__ import annotations

from kit.ladder import Ladder
from kit.sip_server_ladders import connected
from kit.sip_server_stack import DnSettings, SipServerStack, lab_settings

HELD_ANSWER = r"/c=IN IP4 0.0.0.0[\s\S]*a=inactive/"

HELD = rf"""
    agent  <- NOTIFY + Event: hold
    agent  -> 200 NOTIFY
    agent  -> INVITE | agent-inactive
    agent  <- 200 INVITE | {HELD_ANSWER}
    cti    <- EventHeld 5001 state=Held
"""
MUSIC = """
    caller <- INVITE | /s=music/
    agent  -> ACK
    caller -> 200 INVITE | caller-answer
    caller <- ACK
"""
SECOND_DIALOG = """
    agent-2 <- INVITE sip:5001@127.0.0.64:5060 + Supported: timer + X-Genesys-CallUUID: /./ + From: /^sip:5002@/ | none
"""
PICKED_UP = r"""
    agent-2 -> 180
    agent-2 <- NOTIFY + Event: talk
    agent-2 -> 200 NOTIFY
    agent-2 -> 200 INVITE | agent-2
    cti     <- EventDialing 5001 state=Dialing type=Consult with=5002 reference=7 parent=True
    colleague <- INVITE sip:5002@127.0.0.65:5060 + From: /^sip:5001@/ | /s=agent-2/
"""
RINGING = """
    colleague -> 180
    cti     <- EventRinging 5002 type=Consult with=5001 parent=False
"""
ANSWERED = """
    colleague -> 200 INVITE | colleague
    colleague <- ACK | none
    agent-2 <- ACK | /s=colleague/
    cti     <- EventEstablished 5002
    cti     <- EventEstablished 5001 type=Consult state=Established
"""
CONSULT_FRESH = """
    colleague <- INVITE | none
    colleague -> 200 INVITE | colleague-full
    agent-2   <- INVITE | /s=colleague-full/
    agent-2   -> 200 INVITE | agent-2
    agent-2   <- ACK
    colleague <- ACK | /s=agent-2/
"""

PARKED = r"""
    cti       -> InitiateTransfer 5001 5002
    cti       <- EventHeld 5001 state=Held
    agent     <- INVITE + X-Genesys-CallUUID: /./ | none
    caller    <- INVITE | /s=music/
    caller    -> 200 INVITE | caller-answer
    caller    <- ACK
    agent     -> 200 INVITE | agent-full
    agent     <- ACK | /s=ringback/
    cti       <- EventDialing 5001 type=Consult reference=7
    colleague <- INVITE | /s=agent-full/
    colleague -> 180
    cti       <- EventRinging 5002
"""
PARKED_ANSWERED = """
    colleague -> 200 INVITE | colleague
    colleague <- ACK | none
    cti       <- EventEstablished 5002
    cti       <- EventEstablished 5001 type=Consult
    agent     <- INVITE | /s=colleague/
    agent     -> 200 INVITE | agent
    agent     <- ACK
"""
PARKED_FRESH = """
    colleague <- INVITE | none
    colleague -> 200 INVITE | colleague-full
    agent     <- INVITE | /s=colleague-full/
    agent     -> 200 INVITE | agent
    agent     <- ACK
    colleague <- ACK | /s=agent/
"""


def stack_with(
    colleague: dict[str, str] | None = None, agent: dict[str, str] | None = None, **options: object
) -> SipServerStack:
    """A server whose DNs 5001 and 5002 have these options beside the usual."""
    dns = (DnSettings("5001", annex=agent or {}), DnSettings("5002", annex=colleague or {}), DnSettings("5003"))
    return two_dialogs(SipServerStack(lab_settings(dns=dns, **options)))


def two_dialogs(server: SipServerStack) -> SipServerStack:
    server.two_dialogs.add("agent")
    return server


def consulting(ladder: Ladder, request: str = "InitiateTransfer") -> None:
    """5001 talks to 5002 in a second dialog, the caller hears music."""
    consulted(ladder, request)
    ladder(CONSULT_FRESH)


def consulted(ladder: Ladder, request: str = "InitiateTransfer") -> None:
    """The same up to where 5002 is asked for a fresh offer."""
    connected(ladder)
    ladder(f"    cti -> {request} 5001 5002" + HELD + SECOND_DIALOG + MUSIC + PICKED_UP + RINGING + ANSWERED)
    ladder.wait(0.012)


def consulting_on_one_dialog(ladder: Ladder) -> None:
    """The same with `dual-dialog-enabled=false`."""
    connected(ladder)
    ladder(PARKED + PARKED_ANSWERED)
    ladder.wait(0.012)
    ladder(PARKED_FRESH)


def uuid_of(ladder: Ladder, peer: str, last: int = -1) -> str:
    """The X-Genesys-CallUUID of the last request that this peer got with one."""
    got = [message.headers.get("X-Genesys-CallUUID") for message in ladder.peers[peer].got]  # type: ignore[attr-defined]
    return [uuid for uuid in got if uuid][last]
