"""Beginnings of ladders against the SIP Server look-alike, up to an established call."""

from __future__ import annotations

from kit.ladder import Ladder

DIRECT_TO_RINGING = r"""
    caller -> INVITE sip:5001@127.0.0.81:5070 | caller
    caller <- 100
    agent  <- INVITE sip:5001@127.0.0.64:5060 + Supported: uui,100rel,timer + X-Genesys-CallUUID: /^[0-9A-V]{32}$/ + P-Asserted-Identity: /15550100/ | /o=Genesys \d+ 1 IN[\s\S]*s=caller/
    agent  -> 180
    cti    <- EventRinging 5001 state=Ringing type=Inbound ani=+15550100 dnis=5001 with=+15550100 BusinessCall=1
    caller <- 180 + X-Genesys-CallUUID: /^[0-9A-V]{32}$/ | none
"""  # noqa: E501

DIRECT_ANSWERED = r"""
    agent  -> 200 INVITE | agent
    agent  <- ACK + CSeq: 1 ACK + X-Genesys-CallUUID: /./ | none
    caller <- 200 INVITE | /s=agent/
    cti    <- EventEstablished 5001 state=Established
    caller -> ACK
"""

FRESH_OFFER = r"""
    agent  <- INVITE + Supported: timer | none
    agent  -> 200 INVITE | agent-full
    caller <- INVITE | /s=agent-full/
    caller -> 200 INVITE | caller-answer
    caller <- ACK
    agent  <- ACK | /s=caller-answer/
"""

AGENT_READY = """
    cti    -> AgentLogin 5001
    cti    <- DnEvent 5001 NotReady
    cti    -> AgentSetReady 5001
    cti    <- DnEvent 5001 Ready
"""

ROUTED_TO_RINGING = r"""
    caller -> INVITE sip:8000@127.0.0.81:5070 | caller
    caller <- 100
    caller <- 180 + X-Genesys-CallUUID: /./
    caller <- 200 INVITE | /s=music-1/
    agent  <- INVITE sip:5001@127.0.0.64:5060 | /s=caller/
    caller -> ACK
    agent  -> 180
    cti    <- EventRinging 5001 dnis=8000 NO_ANSWER_TIMEOUT=15 NO_ANSWER_ACTION=notready NO_ANSWER_OVERFLOW=recall OriginationDN=+15550100
"""  # noqa: E501

ROUTED_ANSWERED = r"""
    agent  -> 200 INVITE | agent
    agent  <- ACK
    cti    <- EventEstablished 5001
    caller <- INVITE | /s=agent/
    caller -> 200 INVITE | caller-answer
    caller <- ACK
"""

MAKE_CALL_PICKED_UP = r"""
    cti    -> MakeCall 5001 5002
    agent  <- INVITE sip:5001@127.0.0.64:5060 + From: /^sip:5002@127.0.0.81:5070;tag=/ + To: sip:5001@127.0.0.81:5070 + Supported: timer | none
    agent  -> 180
    agent  <- NOTIFY + Event: talk + CSeq: 2 NOTIFY
    agent  -> 200 NOTIFY
    agent  -> 200 INVITE | agent-full
    cti    <- EventDialing 5001 state=Dialing type=Internal with=5002 reference=7
    colleague <- INVITE sip:5002@127.0.0.65:5060 + From: /^sip:5001@/ + Supported: uui,100rel,timer | /s=agent-full/
"""  # noqa: E501

MAKE_CALL_RINGING = r"""
    colleague -> 180
    cti    <- EventRinging 5002 type=Internal with=5001
"""

MAKE_CALL_CONNECTED = r"""
    colleague -> 200 INVITE | colleague
    colleague <- ACK | none
    agent  <- ACK + CSeq: 1 ACK | /s=colleague/
    cti    <- EventEstablished 5002
    cti    <- EventEstablished 5001
"""


def connected(ladder: Ladder) -> None:
    """The caller talks to 5001, which called its number; the fresh offer is done."""
    ladder(DIRECT_TO_RINGING + DIRECT_ANSWERED)
    ladder.wait(0.012)
    ladder(FRESH_OFFER)


def routed(ladder: Ladder) -> None:
    """The caller called 8000 and talks to 5001; the fresh offer is done."""
    ladder(AGENT_READY + ROUTED_TO_RINGING + ROUTED_ANSWERED)
    ladder.wait(0.012)
    ladder(FRESH_OFFER)


def colleagues(ladder: Ladder) -> None:
    """5001 has called 5002 by MakeCall and they talk; the fresh offer is done."""
    ladder(MAKE_CALL_PICKED_UP + MAKE_CALL_RINGING + MAKE_CALL_CONNECTED)
    ladder.wait(0.012)
    ladder(
        r"""
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        agent     <- INVITE | /s=colleague-full/
        agent     -> 200 INVITE | agent
        agent     <- ACK
        colleague <- ACK | /s=agent/
        """
    )
