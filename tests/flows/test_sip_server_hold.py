"""SIP Server look-alike: hold and retrieve, by CTI and by the phone (SIP Server reference 2.4)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_ladders import DIRECT_TO_RINGING, colleagues, connected, routed
from kit.sip_server_stack import DnSettings, SipServerStack, lab_settings, ladder_of

HELD_ANSWER = r"/c=IN IP4 0.0.0.0[\s\S]*a=inactive/"

HOLD_BY_CTI = rf"""
    cti    -> HoldCall 5001
    agent  <- NOTIFY + Event: hold
    agent  -> 200 NOTIFY
    agent  -> INVITE | agent-inactive
    agent  <- 200 INVITE | {HELD_ANSWER}
    cti    <- EventHeld 5001 state=Held reference=7
    caller <- INVITE | /s=music/
    agent  -> ACK
    caller -> 200 INVITE | caller-answer
    caller <- ACK
"""

RETRIEVE_BY_CTI = r"""
    cti    -> RetrieveCall 5001
    agent  <- NOTIFY + Event: talk
    agent  -> 200 NOTIFY
    agent  -> INVITE | agent-active
    caller <- INVITE | /s=agent-active/
    caller -> 200 INVITE | caller
    caller <- ACK
    agent  <- 200 INVITE | /s=caller/
    cti    <- EventRetrieved 5001 state=Established reference=7
    agent  -> ACK
"""


@pytest.fixture
def server() -> SipServerStack:
    return SipServerStack()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server)


def test_hold_and_retrieve_by_cti(ladder: Ladder) -> None:
    connected(ladder)
    ladder(HOLD_BY_CTI + RETRIEVE_BY_CTI + HOLD_BY_CTI + RETRIEVE_BY_CTI)


def test_a_routed_call_is_held_too(ladder: Ladder) -> None:
    routed(ladder)
    ladder(HOLD_BY_CTI + RETRIEVE_BY_CTI)


@pytest.mark.parametrize("offer", ["agent-hold", "agent-inactive", "agent-zero"])
def test_a_phone_holds_by_itself(ladder: Ladder, server: SipServerStack, offer: str) -> None:
    connected(ladder)
    server.media_asks = True
    ladder(
        rf"""
        agent  -> INVITE | {offer}
        agent  <- 200 INVITE | {HELD_ANSWER}
        cti    <- EventHeld 5001 reference=0
        media  <- OpenMedia music
        caller <- INVITE | /s=music/
        agent  -> ACK
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        media  <- PointMedia
        agent  -> INVITE | agent-active
        caller <- INVITE | /s=agent-active/
        caller -> 200 INVITE | caller
        caller <- ACK
        media  <- CloseMedia
        agent  <- 200 INVITE | /s=caller/
        cti    <- EventRetrieved 5001 reference=0
        """
    )


def test_both_hold_and_nobody_hears_music_until_one_comes_back(ladder: Ladder) -> None:
    colleagues(ladder)
    ladder(
        rf"""
        agent     -> INVITE | agent-inactive
        agent     <- 200 INVITE | {HELD_ANSWER}
        cti       <- EventHeld 5001
        colleague <- INVITE | /s=music/
        agent     -> ACK
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        colleague -> INVITE | colleague-inactive
        colleague <- 200 INVITE | {HELD_ANSWER}
        cti       <- EventHeld 5002
        colleague -> ACK
        agent     -> INVITE | agent-active
        agent     <- 200 INVITE | /s=music/
        cti       <- EventRetrieved 5001
        agent     -> ACK
        colleague -> INVITE | colleague-full
        agent     <- INVITE | /s=colleague-full/
        agent     -> 200 INVITE | agent
        agent     <- ACK
        colleague <- 200 INVITE | /s=agent/
        cti       <- EventRetrieved 5002
        """
    )


def test_a_hold_without_media_server_is_silent(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    server.media_fails = True
    ladder(
        rf"""
        agent  -> INVITE | agent-inactive
        agent  <- 200 INVITE | {HELD_ANSWER}
        cti    <- EventHeld 5001
        agent  -> ACK
        """
    )
    ladder(RETRIEVE_BY_CTI)


def test_a_held_caller_who_refuses_the_music_stays_in_the_call(ladder: Ladder) -> None:
    connected(ladder)
    ladder(HOLD_BY_CTI.replace("caller -> 200 INVITE | caller-answer", "caller -> 488 INVITE") + RETRIEVE_BY_CTI)


def test_a_retrieve_that_the_other_party_refuses_leaves_the_call_on_hold(
    ladder: Ladder, server: SipServerStack
) -> None:
    connected(ladder)
    ladder(HOLD_BY_CTI)
    ladder(
        """
        cti    -> RetrieveCall 5001
        agent  <- NOTIFY
        agent  -> 200 NOTIFY
        agent  -> INVITE | agent-active
        caller <- INVITE
        caller -> 488 INVITE
        caller <- ACK
        agent  <- 488 INVITE
        agent  -> ACK
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Held"]


def test_the_caller_hangs_up_while_on_hold(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(HOLD_BY_CTI)
    server.media_asks = True
    ladder(
        """
        caller -> BYE
        caller <- 200 BYE
        agent  <- BYE
        media  <- CloseMedia
        cti    <- EventReleased 5001
        """
    )


def test_the_caller_hangs_up_in_the_middle_of_a_hold(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        rf"""
        agent  -> INVITE | agent-inactive
        agent  <- 200 INVITE | {HELD_ANSWER}
        cti    <- EventHeld 5001
        caller <- INVITE
        caller -> BYE
        caller <- 200 BYE
        agent  <- BYE
        cti    <- EventReleased 5001
        """
    )
    assert not server.switch.calls
    assert server.broken == []


def test_the_caller_changes_its_address(ladder: Ladder) -> None:
    connected(ladder)
    ladder(
        """
        caller -> INVITE | caller
        agent  <- INVITE | /s=caller/
        agent  -> 200 INVITE | agent
        agent  <- ACK
        caller <- 200 INVITE | /s=agent/
        caller -> ACK
        """
    )


def test_a_held_caller_can_change_its_address(ladder: Ladder) -> None:
    connected(ladder)
    ladder(HOLD_BY_CTI)
    ladder(
        """
        caller -> INVITE | caller
        caller <- 200 INVITE | /s=music/
        caller -> ACK
        """
    )
    ladder(RETRIEVE_BY_CTI)


def test_an_unreadable_offer_is_refused_and_the_call_goes_on(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        agent  -> INVITE + Subject: x | rubbish
        agent  <- 400 INVITE
        agent  -> ACK
        """
    )
    ladder(HOLD_BY_CTI)


def test_a_phone_that_asks_for_an_offer_gets_the_other_partys_description(ladder: Ladder) -> None:
    connected(ladder)
    ladder(
        """
        agent  -> INVITE
        agent  <- 200 INVITE | /s=caller-answer/
        agent  -> ACK | agent
        caller <- INVITE | /s=agent/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        """
    )


@pytest.mark.parametrize(
    ("rfc3264", "at_rest"),
    [("false", r"/c=IN IP4 0.0.0.0[\s\S]*m=audio 8000/"), ("true", r"/c=IN IP4 127.0.0.90[\s\S]*a=inactive/")],
)
def test_without_the_token_in_sip_cti_control_the_server_holds_by_reinvite(rfc3264: str, at_rest: str) -> None:
    options = {"sip-cti-control": "talk", "sip-hold-rfc3264": rfc3264}
    ladder = ladder_of(SipServerStack(lab_settings(dns=(DnSettings("5001", annex=options),))))
    connected(ladder)
    ladder(
        rf"""
        cti    -> HoldCall 5001
        agent  <- INVITE | {at_rest}
        agent  -> 200 INVITE | agent-inactive
        agent  <- ACK
        cti    <- EventHeld 5001 state=Held reference=7
        caller <- INVITE | /s=music/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        cti    -> RetrieveCall 5001
        agent  <- INVITE | none
        agent  -> 200 INVITE | agent-full
        caller <- INVITE | /s=agent-full/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        agent  <- ACK | /s=caller-answer/
        cti    <- EventRetrieved 5001 state=Established reference=7
        """
    )


def test_a_retrieve_by_reinvite_that_the_other_party_refuses_is_an_error() -> None:
    dns = (DnSettings("5001", annex={"sip-cti-control": "talk"}),)
    ladder = ladder_of(SipServerStack(lab_settings(dns=dns)))
    connected(ladder)
    ladder(
        r"""
        cti    -> HoldCall 5001
        agent  <- INVITE | /c=IN IP4 0.0.0.0/
        agent  -> 200 INVITE | agent-inactive
        agent  <- ACK
        cti    <- EventHeld 5001
        caller <- INVITE | /s=music/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        cti    -> RetrieveCall 5001
        agent  <- INVITE | none
        agent  -> 200 INVITE | agent-full
        caller <- INVITE | /s=agent-full/
        caller -> 488 INVITE
        caller <- ACK
        agent  <- ACK | /c=IN IP4 0.0.0.0/
        cti    <- Error 5001 code=52 reference=7
        """
    )


def test_answering_needs_the_token_in_sip_cti_control() -> None:
    dns = (DnSettings("5001", annex={"sip-cti-control": "hold"}),)
    ladder = ladder_of(SipServerStack(lab_settings(dns=dns)))
    ladder(DIRECT_TO_RINGING + "    cti -> AnswerCall 5001\n    cti <- Error 5001 code=51 reference=7")


def test_retrieve_needs_a_held_call(ladder: Ladder) -> None:
    connected(ladder)
    ladder(
        """
        cti    -> RetrieveCall 5001
        cti    <- Error 5001 code=185 reference=7
        cti    -> AnswerCall 5001
        cti    <- Error 5001 code=185 reference=7
        """
    )
