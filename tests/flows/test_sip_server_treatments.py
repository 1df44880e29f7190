"""SIP Server look-alike: routing points with treatments, digits, selection by skill, no answer and overflow (SIP Server
reference 6.1, 6.2, 6.4)."""

from __future__ import annotations

import pytest

from cordboard.lab.media_server_port import MediaDigit
from kit.contact_center import contact_center, new_server
from kit.ladder import Ladder
from kit.sip_server_ladders import AGENT_READY, FRESH_OFFER, connected
from kit.sip_server_stack import SipServerStack, ladder_of

COLLEAGUE_READY = AGENT_READY.replace("5001", "5002")
THIRD_READY = AGENT_READY.replace("5001", "5003")
WELCOMED = r"""
    caller -> INVITE sip:8001@127.0.0.81:5070 | caller
    caller <- 100
    media  <- OpenMedia treatment
    caller <- 180 + X-Genesys-CallUUID: /./
    caller <- 200 INVITE | /s=treatment-1/
    caller -> ACK
    after 1.9 s
"""
CHOSE_ENGLISH = r"""
    media  <- PlayMedia language
    caller -> INFO + Content-Type: application/dtmf-relay | digit-1
    caller <- 200 INFO
    media  <- PlayMedia music
"""
OFFERED = r"""
    agent  <- INVITE sip:5001@127.0.0.64:5060 | /s=caller/
"""
RINGS = r"""
    agent  -> 180
    cti    <- EventRinging 5001 queue=VQ_Sales NO_ANSWER_TIMEOUT=10 NO_ANSWER_ACTION=notready NO_ANSWER_OVERFLOW=5003,recall data.Language=1 data.RTargetAgentSelected=E5001 data.RTargetPlaceSelected=Place_5001 data.RStrategyName=Sales
"""  # noqa: E501
IN_EARLY_MEDIA = r"""
    caller -> INVITE sip:8002@127.0.0.81:5070 | caller
    caller <- 100
    caller <- 183 + X-Genesys-CallUUID: /./ | /o=Genesys \d+ 1 IN[\s\S]*s=treatment-1/
"""


@pytest.fixture
def server() -> SipServerStack:
    return new_server()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return new_ladder(server)


def new_ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server, third=True)


def welcomed(ladder: Ladder, server: SipServerStack, then: str = "") -> None:
    """The caller has heard the greeting and has chosen English."""
    server.media_asks = True
    ladder(WELCOMED)
    ladder.wait(0.2)
    ladder(CHOSE_ENGLISH + then)


def test_greeting_digit_and_the_agent_with_the_skill(ladder: Ladder, server: SipServerStack) -> None:
    ladder(AGENT_READY + COLLEAGUE_READY)
    server.media_asks = True
    ladder(WELCOMED)
    ladder.wait(0.2)
    ladder(CHOSE_ENGLISH + OFFERED + RINGS)
    ladder(
        r"""
        agent  -> 200 INVITE | agent
        agent  <- ACK
        cti    <- EventEstablished 5001 WrapUpTime=20 BusinessCall=1 queue=VQ_Sales
        caller <- INVITE | /s=agent/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        media  <- CloseMedia
        """
    )
    ladder.wait(0.012)
    ladder(FRESH_OFFER)
    ladder(
        """
        caller -> BYE
        caller <- 200 BYE
        agent  <- BYE
        cti    <- EventReleased 5001
        cti    <- DnEvent 5001 NotReady mode=AfterCallWork
        agent  -> 200 BYE
        after 19.9 s
        """
    )
    ladder.wait(0.2)
    ladder("cti <- DnEvent 5001 Ready mode=")
    assert not server.switch.calls


def test_digits_by_rtp_choose_the_other_language(ladder: Ladder, server: SipServerStack) -> None:
    ladder(AGENT_READY + COLLEAGUE_READY)
    server.media_asks = True
    ladder(WELCOMED)
    (session,) = server.seats
    server.feed(MediaDigit(session, "2"), ladder.now)  # before it is asked for
    ladder.wait(0.2)
    ladder(
        """
        media     <- PlayMedia music
        colleague <- INVITE | /s=caller/
        colleague -> 180
        cti       <- EventRinging 5002 data.Language=2 data.CustomerLanguage=German
        """
    )


def test_who_presses_nothing_goes_on(ladder: Ladder, server: SipServerStack) -> None:
    server.media_asks = True
    ladder(WELCOMED)
    ladder.wait(0.2)
    ladder("    media <- PlayMedia language\n    after 3.8 s")
    ladder.wait(0.3)
    ladder("    media <- PlayMedia music")
    assert len(server.switch.routing.router.waiting) == 1


def test_the_time_of_a_treatment_counts_from_its_begin(ladder: Ladder, server: SipServerStack) -> None:
    server.media_waits = server.media_asks = True
    ladder(
        """
        caller -> INVITE sip:8001@127.0.0.81:5070 | caller
        caller <- 100
        media  <- OpenMedia treatment
        after 5 s
        media  -> reply
        caller <- 180
        caller <- 200 INVITE
        caller -> ACK
        after 1.9 s
        """
    )
    ladder.wait(0.2)
    ladder("    media <- PlayMedia language")


def test_without_a_media_server_the_strategy_goes_on_in_silence(ladder: Ladder, server: SipServerStack) -> None:
    server.media_fails = True
    ladder(AGENT_READY)
    ladder("    caller -> INVITE sip:8001@127.0.0.81:5070 | caller\n    caller <- 100\n" + OFFERED)
    ladder(
        """
        agent  -> 180
        cti    <- EventRinging 5001 data.RStrategyName=Sales
        caller <- 180
        agent  -> 200 INVITE | agent
        agent  <- ACK
        caller <- 200 INVITE | /s=agent/
        cti    <- EventEstablished 5001
        """
    )


def test_after_the_time_to_wait_the_call_overflows(ladder: Ladder, server: SipServerStack) -> None:
    ladder(THIRD_READY)
    welcomed(ladder, server)
    ladder("    after 29.9 s")
    ladder.wait(0.2)
    ladder(
        """
        media  <- PlayMedia music
        third  <- INVITE sip:5003@127.0.0.66:5060 | /s=caller/
        third  -> 180
        cti    <- EventRinging 5003 queue=8000 NO_ANSWER_TIMEOUT=15 NO_ANSWER_OVERFLOW=recall
        """
    )
    sales = next(queue for queue in server.switch.routing.router.queues(ladder.now) if queue.queue == "VQ_Sales")
    assert (sales.counts.entered, sales.counts.overflowed, sales.waiting) == (1, 1, 0)


def test_no_answer_tries_the_numbers_and_then_recalls(ladder: Ladder, server: SipServerStack) -> None:
    ladder(AGENT_READY)
    welcomed(ladder, server, OFFERED)
    ladder(RINGS + "    after 9.9 s")
    ladder.wait(0.2)
    ladder(
        """
        agent  <- CANCEL
        cti    <- EventReleased 5001
        cti    <- DnEvent 5001 NotReady
        third  <- INVITE | /s=caller/
        agent  -> 200 CANCEL
        agent  -> 487 INVITE
        agent  <- ACK
        third  -> 486 INVITE
        third  <- ACK
        after 5 s
        """
    )
    ladder.peers["agent"].forget()  # type: ignore[attr-defined]
    ladder("    cti -> AgentSetReady 5001\n    cti <- DnEvent 5001 Ready\n" + OFFERED)


def test_no_answer_without_overflow_rings_on(ladder: Ladder, server: SipServerStack) -> None:
    ladder(AGENT_READY)
    server.expect_call("caller-1", {"Extension": "5001"}, ladder.now)
    ladder(
        """
        caller -> INVITE sip:8003@127.0.0.81:5070 + Call-ID: caller-1 | caller
        caller <- 100
        agent  <- INVITE | /s=caller/
        agent  -> 180
        cti    <- EventRinging 5001 NO_ANSWER_OVERFLOW=none NO_ANSWER_TIMEOUT=5
        caller <- 180
        after 4.9 s
        """
    )
    ladder.wait(0.2)
    ladder(
        """
        cti    <- DnEvent 5001 NotReady
        after 60 s
        agent  -> 200 INVITE | agent
        agent  <- ACK
        caller <- 200 INVITE
        cti    <- EventEstablished 5001
        """
    )


def test_a_strategy_sends_a_call_to_the_echo(ladder: Ladder, server: SipServerStack) -> None:
    server.expect_call("caller-1", {"Extension": "1"}, ladder.now)
    ladder(
        """
        caller -> INVITE sip:8003@127.0.0.81:5070 + Call-ID: caller-1 | caller
        caller <- 100
        caller <- 180
        caller <- 200 INVITE | /s=echo/
        """
    )


def test_a_strategy_refuses(ladder: Ladder) -> None:
    ladder(
        """
        caller -> INVITE sip:8003@127.0.0.81:5070 | caller
        caller <- 100
        caller <- 404 INVITE
        caller -> ACK
        """
    )


def test_early_media_is_no_answer(ladder: Ladder) -> None:
    ladder(AGENT_READY + IN_EARLY_MEDIA + "    after 1.9 s")
    ladder.wait(0.2)
    ladder(
        r"""
        agent  <- INVITE | /s=caller/
        agent  -> 180
        cti    <- EventRinging 5001
        agent  -> 200 INVITE | agent
        agent  <- ACK
        caller <- 200 INVITE | /o=Genesys \d+ 1 IN[\s\S]*s=treatment-1/
        cti    <- EventEstablished 5001
        caller -> ACK
        caller <- INVITE | /s=agent/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        """
    )


def test_after_early_media_a_strategy_can_still_refuse(ladder: Ladder, server: SipServerStack) -> None:
    ladder(IN_EARLY_MEDIA + "    after 61.9 s")
    ladder.wait(0.2)
    ladder(
        """
        caller <- 480 INVITE
        caller -> ACK
        """
    )
    assert not server.switch.calls


def test_after_routing_timeout_is_for_phones_that_do_not_even_ring(ladder: Ladder) -> None:
    ladder(AGENT_READY + IN_EARLY_MEDIA)
    ladder.wait(2.05)
    ladder(
        """
        agent  <- INVITE | /s=caller/
        agent  -> 100
        after 3.9 s
        """
    )
    ladder.wait(0.2)
    ladder(
        """
        agent  <- CANCEL
        cti    <- DnEvent 5001 LoggedOut
        """
    )


def test_after_routing_timeout_is_shorter_than_no_answer(ladder: Ladder) -> None:
    ladder(AGENT_READY + IN_EARLY_MEDIA)
    ladder.wait(2.05)
    ladder(
        """
        agent  <- INVITE | /s=caller/
        agent  -> 180
        cti    <- EventRinging 5001 NO_ANSWER_ACTION=logout
        after 3.9 s
        """
    )
    ladder.wait(0.2)
    ladder(
        """
        agent  <- CANCEL
        cti    <- EventReleased 5001
        cti    <- DnEvent 5001 LoggedOut
        """
    )


def test_an_agent_can_press_digits_by_cti(ladder: Ladder, server: SipServerStack) -> None:
    ladder(COLLEAGUE_READY)
    ladder(
        """
        cti    -> MakeCall 5001 8001
        agent  <- INVITE | none
        agent  -> 180
        agent  <- NOTIFY + Event: talk
        agent  -> 200 NOTIFY
        agent  -> 200 INVITE | agent-full
        cti    <- EventDialing 5001
        agent  <- ACK | /s=treatment/
        cti    <- EventEstablished 5001
        after 2.1 s
        cti    -> SendDtmf 5001 2
        cti    <- EventDtmfSent 5001 reference=7
        cti    <- EventAttachedDataChanged 5001 data.Language=2
        cti    <- EventAttachedDataChanged 5001 data.CustomerLanguage=German
        cti    <- EventAttachedDataChanged 5001 data.RTargetAgentSelected=E5002
        colleague <- INVITE
        """
    )


def test_a_customer_is_transferred_to_a_routing_point_and_hears_its_treatments(
    ladder: Ladder, server: SipServerStack
) -> None:
    connected(ladder)
    server.media_asks = True
    ladder(
        """
        cti    -> SingleStepTransfer 5001 8001
        agent  <- BYE
        cti    <- EventReleased 5001 reference=7
        media  <- OpenMedia treatment
        caller <- INVITE | /s=treatment/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        media  <- PointMedia
        agent  -> 200 BYE
        after 1.9 s
        """
    )
    ladder.wait(0.2)
    ladder(CHOSE_ENGLISH)
    assert server.switch.routing.router.queue_of(next(iter(server.switch.calls))) == "VQ_Sales"


OUT = """
[agents]
5001 = { groups = ["Sales"] }
[routing_points.8001]
steps = [{ select = { group = "Sales" }, timeout = 5, overflow = "+15550123" }]
"""


def overflowed_outside() -> Ladder:
    """Nobody sells: the call goes to a number outside, and rings there."""
    ladder = new_ladder(SipServerStack(contact_center=contact_center(OUT)))
    ladder("    caller -> INVITE sip:8001@127.0.0.81:5070 | caller\n    caller <- 100\n    after 4.9 s")
    ladder.wait(0.2)
    ladder("    trunk <- INVITE sip:+15550123@127.0.0.90:5060 | /s=caller/\n    trunk -> 180\n    caller <- 180")
    return ladder


def test_a_call_overflows_to_a_number_outside() -> None:
    ladder = overflowed_outside()
    ladder("    trunk -> 200 INVITE | caller-answer\n    trunk <- ACK\n    caller <- 200 INVITE | /s=caller-answer/")


def test_a_number_outside_refuses_an_overflowed_call() -> None:
    ladder = overflowed_outside()
    ladder("    trunk -> 486 INVITE\n    trunk <- ACK\n    caller <- 486 INVITE\n    caller -> ACK")
    assert not ladder.stack.switch.calls  # type: ignore[attr-defined]
