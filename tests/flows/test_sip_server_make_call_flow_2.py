"""SIP Server look-alike: MakeCall with `make-call-rfc3725-flow=2`: the agent is acknowledged at once and hears ringback
(SIP Server reference 2.2)."""

from __future__ import annotations

from kit.ladder import Ladder
from kit.sip_server_stack import DnSettings, SipServerStack, lab_settings, ladder_of

PICKED_UP = r"""
    cti    -> MakeCall 5001 5002
    agent  <- INVITE + Supported: timer | none
    agent  -> 180
    agent  <- NOTIFY + Event: talk
    agent  -> 200 NOTIFY
    agent  -> 200 INVITE | agent-full
    cti    <- EventDialing 5001 state=Dialing reference=7
"""
INVITED = r"""
    agent  <- ACK + CSeq: 1 ACK + X-Genesys-CallUUID: /./ | /s=ringback-1/
    colleague <- INVITE sip:5002@127.0.0.65:5060 | /s=agent-full/
    colleague -> 180
    cti    <- EventRinging 5002
"""
CONNECTED = r"""
    colleague -> 200 INVITE | colleague
    colleague <- ACK | none
    cti    <- EventEstablished 5002
    cti    <- EventEstablished 5001
    agent  <- INVITE + X-Genesys-CallUUID: /./ | /s=colleague/
    agent  -> 200 INVITE | agent
    agent  <- ACK
"""


def stack(**annex: str) -> SipServerStack:
    options = {"make-call-rfc3725-flow": "2", **{name.replace("_", "-"): value for name, value in annex.items()}}
    return SipServerStack(lab_settings(dns=(DnSettings("5001", annex=options), DnSettings("5002"))))


def test_the_agent_hears_ringback_and_is_reinvited_when_the_callee_answers() -> None:
    server = stack()
    ladder = ladder_of(server)
    server.media_asks = True
    ladder(PICKED_UP + "    media <- OpenMedia ringback answer" + INVITED)
    ladder("after 90 s")  # no limit of 32 seconds here
    ladder(
        CONNECTED.replace("agent  -> 200 INVITE | agent\n", "agent  -> 200 INVITE | agent\n    media <- CloseMedia\n")
    )
    assert server.switch.calls


def test_without_a_media_server_the_agent_is_acknowledged_with_a_description_at_rest() -> None:
    server = stack()
    server.media_fails = True
    ladder = ladder_of(server)
    ladder(PICKED_UP + INVITED.replace("/s=ringback-1/", r"/s=3pcc Make Call\r\nc=IN IP4 0.0.0.0/") + CONNECTED)


def test_a_media_server_that_fails_late() -> None:
    server = stack()
    server.media_fails = server.media_waits = True
    ladder = ladder_of(server)
    ladder(PICKED_UP + "    colleague <- INVITE\n    media -> reply\n    agent <- ACK | /s=3pcc Make Call/")


def test_a_media_server_that_fails_while_the_callee_rings() -> None:
    server = stack()
    server.media_fails = server.media_waits = True
    ladder = ladder_of(server)
    ladder(PICKED_UP + "    colleague <- INVITE\n    colleague -> 180\n    cti <- EventRinging 5002")
    ladder("media -> reply\nagent <- ACK | /s=3pcc Make Call/")


def test_the_ringback_that_comes_after_the_answer_is_not_played() -> None:
    server = stack()
    server.media_waits = True
    ladder = ladder_of(server)
    ladder(PICKED_UP + "    colleague <- INVITE")
    ladder(
        """
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent     <- ACK | /s=colleague/
        cti       <- EventEstablished 5002
        cti       <- EventEstablished 5001
        media     -> reply
        """
    )


def test_without_ringback_tone_it_is_a_description_at_rest() -> None:
    ladder = ladder_of(stack(ring_tone_on_make_call="false"))
    ladder(PICKED_UP + INVITED.replace("/s=ringback-1/", r"/s=3pcc Make Call\r\nc=IN IP4 0.0.0.0/") + CONNECTED)


def test_a_callee_who_refuses_is_told_in_the_bye() -> None:
    server = stack()
    ladder = ladder_of(server)
    ladder(PICKED_UP + INVITED)
    server.media_asks = True
    ladder(
        """
        colleague -> 486 INVITE
        colleague <- ACK
        agent     <- BYE + Reason: /cause=486/
        media     <- CloseMedia
        cti       <- EventReleased 5001
        cti       <- EventReleased 5002
        """
    )
    assert not server.switch.calls


def test_the_agent_gives_up_while_the_callee_rings() -> None:
    server = stack()
    ladder = ladder_of(server)
    ladder(PICKED_UP + INVITED)
    ladder(
        """
        agent     -> BYE
        agent     <- 200 BYE
        colleague <- CANCEL
        cti       <- EventAbandoned 5002
        cti       <- EventReleased 5001
        cti       <- EventReleased 5002
        """
    )


def _established(ladder: Ladder) -> None:
    ladder(PICKED_UP + INVITED + CONNECTED)


def test_the_fresh_offer_follows_as_on_every_call() -> None:
    ladder = ladder_of(stack())
    _established(ladder)
    ladder.wait(0.012)
    ladder(
        """
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        agent     <- INVITE | /s=colleague-full/
        agent     -> 200 INVITE | agent
        agent     <- ACK
        colleague <- ACK | /s=agent/
        """
    )


def test_to_the_queue_the_media_server_answers_anyway() -> None:
    ladder = ladder_of(stack())
    ladder(
        PICKED_UP.replace("MakeCall 5001 5002", "MakeCall 5001 8000")
        + "    agent <- ACK | /s=music-1/\n    cti <- EventEstablished 5001\n    after 40 s"
    )
