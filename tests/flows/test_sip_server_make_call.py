"""SIP Server look-alike: calls from a DN, 3rd-party and 1st-party (SIP Server reference 2.2, 2.3)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_ladders import MAKE_CALL_CONNECTED, MAKE_CALL_PICKED_UP, MAKE_CALL_RINGING, colleagues
from kit.sip_server_stack import SipServerStack, ladder_of


@pytest.fixture
def server() -> SipServerStack:
    return SipServerStack()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server)


def test_the_agent_is_called_first_and_acknowledged_when_the_callee_answers(ladder: Ladder) -> None:
    colleagues(ladder)


def test_a_colleague_answers_by_cti(ladder: Ladder) -> None:
    ladder(MAKE_CALL_PICKED_UP + MAKE_CALL_RINGING)
    ladder(
        """
        cti       -> AnswerCall 5002
        colleague <- NOTIFY + Event: talk
        colleague -> 200 NOTIFY
        """
    )
    ladder(MAKE_CALL_CONNECTED)


def test_a_callee_who_refuses_is_told_to_the_agent_in_the_bye(ladder: Ladder, server: SipServerStack) -> None:
    ladder(MAKE_CALL_PICKED_UP + MAKE_CALL_RINGING)
    ladder(
        r"""
        colleague -> 403 INVITE
        colleague <- ACK + X-Genesys-CallUUID: -
        agent  <- ACK + CSeq: 1 ACK + X-Genesys-CallUUID: /./ | agent-full
        agent  <- BYE + CSeq: 3 BYE + Reason: SIP;cause=403;text="Forbidden" + X-Genesys-CallUUID: /./
        cti    <- EventReleased 5001
        cti    <- EventReleased 5002
        agent  -> 200 BYE
        """
    )
    assert not server.switch.calls


def test_after_32_seconds_the_agents_call_is_given_up(ladder: Ladder, server: SipServerStack) -> None:
    ladder(MAKE_CALL_PICKED_UP + MAKE_CALL_RINGING)
    ladder("after 31.9 s")
    ladder.wait(0.2)
    ladder(
        r"""
        agent     <- ACK | /s=3pcc Make Call\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 10000 RTP.AVP 101 8 0 4 18 3\r\n/
        agent     <- BYE + Reason: -
        colleague <- CANCEL + X-Genesys-CallUUID: -
        cti       <- EventAbandoned 5002
        cti       <- EventReleased 5001
        cti       <- EventReleased 5002
        """
    )
    assert not server.switch.calls


def test_the_agent_gives_up_while_the_callee_rings(ladder: Ladder, server: SipServerStack) -> None:
    ladder(MAKE_CALL_PICKED_UP + MAKE_CALL_RINGING)
    ladder(
        """
        cti       -> ReleaseCall 5001
        agent     <- ACK
        agent     <- BYE
        colleague <- CANCEL
        cti       <- EventAbandoned 5002
        cti       <- EventReleased 5001 reference=7
        cti       <- EventReleased 5002
        """
    )
    assert not server.switch.calls


def test_the_agents_own_phone_refuses(ladder: Ladder, server: SipServerStack) -> None:
    ladder(
        """
        cti    -> MakeCall 5001 5002
        agent  <- INVITE | none
        agent  -> 480 INVITE
        agent  <- ACK
        cti    <- Error 5001 code=52 reference=7
        """
    )
    assert not server.switch.calls


def test_make_call_outside_goes_to_the_trunk(ladder: Ladder) -> None:
    ladder(
        r"""
        cti    -> MakeCall 5001 +15550199
        agent  <- INVITE + From: /^sip:.15550199@127.0.0.81:5070;tag=/ | none
        agent  -> 200 INVITE | agent-full
        cti    <- EventDialing 5001 type=Outbound
        trunk  <- INVITE sip:+15550199@127.0.0.90:5060 + From: /^sip:5001@/ + P-Asserted-Identity: - | /s=agent-full/
        trunk  -> 180
        trunk  -> 200 INVITE | caller-answer
        trunk  <- ACK
        agent  <- ACK | /s=caller-answer/
        cti    <- EventEstablished 5001 type=Outbound
        after 1 s
        """
    )


def test_make_call_to_the_echo(ladder: Ladder, server: SipServerStack) -> None:
    server.media_asks = True
    ladder(
        r"""
        cti    -> MakeCall 5001 600
        agent  <- INVITE | none
        agent  -> 180
        agent  <- NOTIFY
        agent  -> 200 NOTIFY
        agent  -> 200 INVITE | agent-full
        cti    <- EventDialing 5001
        media  <- OpenMedia echo
        agent  <- ACK | /s=echo-1/
        cti    <- EventEstablished 5001
        agent  -> BYE
        agent  <- 200 BYE
        media  <- CloseMedia
        cti    <- EventReleased 5001
        """
    )


def test_make_call_to_the_routing_point_hears_music(ladder: Ladder) -> None:
    ladder(
        r"""
        cti    -> MakeCall 5001 8000
        agent  <- INVITE | none
        agent  -> 200 INVITE | agent-full
        cti    <- EventDialing 5001
        agent  <- ACK | /s=music-1/
        cti    <- EventEstablished 5001
        after 40 s
        """
    )


@pytest.mark.parametrize(
    ("request_line", "code"),
    [("5003 5001", 58), ("5001 5999", 71), ("5001 5001", 71), ("5999 5001", 59)],
    ids=["not registered", "unknown destination", "oneself", "unknown DN"],
)
def test_a_make_call_that_cannot_be_is_an_error(ladder: Ladder, request_line: str, code: int) -> None:
    ladder(f"cti -> MakeCall {request_line}\ncti <- Error {request_line.split()[0]} code={code} reference=7")


def test_a_make_call_to_an_unregistered_dn_fails_after_the_agent_picked_up(ladder: Ladder) -> None:
    ladder(
        """
        cti    -> MakeCall 5001 5003
        agent  <- INVITE | none
        agent  -> 200 INVITE | agent-full
        cti    <- EventDialing 5001
        agent  <- ACK | agent-full
        agent  <- BYE + Reason: SIP;cause=480;text="Temporarily Unavailable"
        cti    <- EventReleased 5001
        """
    )


def test_a_second_make_call_needs_the_first_on_hold(ladder: Ladder) -> None:
    colleagues(ladder)
    ladder(
        """
        cti    -> MakeCall 5001 600
        cti    <- Error 5001 code=185 reference=7
        """
    )


def test_a_phone_dials_itself(ladder: Ladder) -> None:
    ladder(
        r"""
        agent     -> INVITE sip:5002@127.0.0.81:5070 | agent-full
        agent     <- 100
        cti       <- EventDialing 5001 type=Internal ani=5001 dnis=5002 with=5002
        colleague <- INVITE + From: /^sip:5001@127.0.0.81:5070;tag=/ + P-Asserted-Identity: - | /s=agent-full/
        colleague -> 180
        cti       <- EventRinging 5002 with=5001
        agent     <- 180 + X-Genesys-CallUUID: /./
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent     <- 200 INVITE | /s=colleague/
        cti       <- EventEstablished 5002
        cti       <- EventEstablished 5001
        agent     -> ACK
        """
    )
    ladder.wait(0.012)
    ladder("colleague <- INVITE | none")


def test_a_phone_dials_the_echo(ladder: Ladder) -> None:
    ladder(
        r"""
        agent  -> INVITE sip:600@127.0.0.81:5070 | agent-full
        agent  <- 100
        cti    <- EventDialing 5001
        agent  <- 180 + X-Genesys-CallUUID: /./
        agent  <- 200 INVITE | /s=echo-1/
        cti    <- EventEstablished 5001
        agent  -> ACK
        agent  -> INVITE | agent-hold
        agent  <- 200 INVITE | /c=IN IP4 0.0.0.0[\s\S]*a=inactive/
        cti    <- EventHeld 5001
        agent  -> ACK
        agent  -> INVITE | agent-active
        agent  <- 200 INVITE | /s=echo-2/
        cti    <- EventRetrieved 5001 state=Established
        """
    )


def test_somebody_else_cannot_call_as_a_dn(ladder: Ladder) -> None:
    ladder(
        """
        caller -> INVITE sip:5001@127.0.0.81:5070 + From: <sip:5002@127.0.0.81>;tag=x | caller
        caller <- 100
        caller <- 403 INVITE
        """
    )


def test_without_a_media_server_the_echo_is_unavailable(ladder: Ladder, server: SipServerStack) -> None:
    server.media_fails = True
    ladder(
        """
        caller -> INVITE sip:600@127.0.0.81:5070 | caller
        caller <- 100
        caller <- 503 INVITE
        """
    )


def test_the_agents_own_phone_rings_too_long(ladder: Ladder, server: SipServerStack) -> None:
    ladder(
        """
        cti    -> MakeCall 5001 5002
        agent  <- INVITE | none
        agent  -> 180
        agent  <- NOTIFY
        agent  -> 200 NOTIFY
        after 31.9 s
        """
    )
    ladder.wait(0.2)
    ladder(
        """
        agent  <- CANCEL
        cti    <- Error 5001 code=52 reference=7
        """
    )
    assert not server.switch.calls


def test_a_callee_who_says_no_more_than_trying(ladder: Ladder) -> None:
    ladder(MAKE_CALL_PICKED_UP + "    colleague -> 100 INVITE\n    after 31.9 s")
    ladder.wait(0.2)
    ladder(
        r"""
        agent     <- ACK | /s=3pcc Make Call/
        agent     <- BYE
        colleague <- CANCEL
        cti       <- EventReleased 5001
        """
    )


def test_a_queue_without_music_cannot_keep_a_make_call_for_long(ladder: Ladder, server: SipServerStack) -> None:
    server.media_fails = True
    ladder(
        """
        cti    -> MakeCall 5001 8000
        agent  <- INVITE | none
        agent  -> 200 INVITE | agent-full
        cti    <- EventDialing 5001
        after 31.9 s
        """
    )
    ladder.wait(0.2)
    ladder("agent <- ACK | /s=3pcc Make Call/\nagent <- BYE\ncti <- EventReleased 5001")
    assert server.switch.routing.router.waiting == []


def test_an_agent_leaves_the_queue_by_cti(ladder: Ladder, server: SipServerStack) -> None:
    ladder(
        """
        agent  -> INVITE sip:8000@127.0.0.81:5070 | agent-full
        agent  <- 100
        cti    <- EventDialing 5001 dnis=8000
        agent  <- 180
        agent  <- 200 INVITE | /s=music-1/
        cti    <- EventEstablished 5001
        agent  -> ACK
        cti    -> ReleaseCall 5001
        agent  <- BYE
        cti    <- EventReleased 5001 reference=7
        """
    )
    assert server.switch.routing.router.waiting == []


DIALLED = """
    agent     -> INVITE sip:5002@127.0.0.81:5070 | agent-full
    agent     <- 100
    cti       <- EventDialing 5001
    colleague <- INVITE
"""


def test_a_phone_gives_up_before_the_callee_rings(ladder: Ladder, server: SipServerStack) -> None:
    ladder(DIALLED)
    ladder(
        """
        agent     -> CANCEL
        agent     <- 200 CANCEL
        agent     <- 487
        cti       <- EventReleased 5001
        agent     -> ACK
        colleague -> 180
        colleague <- CANCEL
        """
    )
    assert not server.switch.calls


def test_an_agent_gives_up_by_cti_before_the_callee_rings(ladder: Ladder, server: SipServerStack) -> None:
    ladder(DIALLED)
    ladder(
        """
        cti       -> ReleaseCall 5001
        agent     <- 480 INVITE
        cti       <- EventReleased 5001 reference=7
        """
    )
    assert not server.switch.calls
