"""SIP Server look-alike: the routing point, agent states, no answer (SIP Server reference 6)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_ladders import AGENT_READY, FRESH_OFFER, ROUTED_ANSWERED, ROUTED_TO_RINGING, routed
from kit.sip_server_stack import SipServerStack, ladder_of

COLLEAGUE_READY = AGENT_READY.replace("5001", "5002")
TO_THE_QUEUE = r"""
    caller -> INVITE sip:8000@127.0.0.81:5070 | caller
    caller <- 100
    caller <- 180 + X-Genesys-CallUUID: /./
    caller <- 200 INVITE | /s=music-1/
    caller -> ACK
"""


@pytest.fixture
def server() -> SipServerStack:
    return SipServerStack()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server)


def test_a_ready_agent_is_offered_the_call_and_the_caller_leaves_the_music(ladder: Ladder) -> None:
    ladder(AGENT_READY + ROUTED_TO_RINGING + ROUTED_ANSWERED)
    ladder.wait(0.012)
    ladder(FRESH_OFFER)


def test_a_call_waits_with_music_until_an_agent_is_ready(ladder: Ladder, server: SipServerStack) -> None:
    ladder(TO_THE_QUEUE + "after 60 s")
    assert server.switch.routing.router.waiting
    ladder(
        """
        cti    -> AgentLogin 5001
        cti    <- DnEvent 5001 NotReady
        cti    -> AgentSetReady 5001
        cti    <- DnEvent 5001 Ready
        agent  <- INVITE
        agent  -> 180
        cti    <- EventRinging 5001 NO_ANSWER_TIMEOUT=15
        """
    )


def test_music_ends_when_the_agent_answers(ladder: Ladder, server: SipServerStack) -> None:
    server.media_asks = True
    ladder(
        r"""
        cti    -> AgentLogin 5001
        cti    <- DnEvent 5001
        caller -> INVITE sip:8000@127.0.0.81:5070 | caller
        caller <- 100
        media  <- OpenMedia music
        caller <- 180
        caller <- 200 INVITE
        caller -> ACK
        cti    -> AgentSetReady 5001
        cti    <- DnEvent 5001
        agent  <- INVITE
        agent  -> 200 INVITE | agent
        agent  <- ACK
        cti    <- EventEstablished 5001
        caller <- INVITE | /s=agent/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        media  <- CloseMedia
        """
    )


def test_without_a_media_server_the_caller_waits_unanswered(ladder: Ladder, server: SipServerStack) -> None:
    server.media_fails = True
    ladder(
        r"""
        caller -> INVITE sip:8000@127.0.0.81:5070 | caller
        caller <- 100
        """
    )
    ladder(AGENT_READY + "    agent  <- INVITE")
    ladder(
        r"""
        agent  -> 180
        cti    <- EventRinging 5001
        caller <- 180
        agent  -> 200 INVITE | agent
        agent  <- ACK
        cti    <- EventEstablished 5001
        caller <- 200 INVITE | /s=agent/
        """
    )


def test_a_rejected_call_goes_to_the_next_ready_agent(ladder: Ladder) -> None:
    ladder(AGENT_READY + COLLEAGUE_READY + ROUTED_TO_RINGING)
    ladder(
        """
        agent     -> 486 INVITE
        agent     <- ACK
        cti       <- EventReleased 5001
        colleague <- INVITE sip:5002@127.0.0.65:5060 | /s=caller/
        colleague -> 180
        cti       <- EventRinging 5002
        """
    )


def test_a_rejected_call_returns_to_a_lone_agent_after_a_while(ladder: Ladder) -> None:
    ladder(AGENT_READY + ROUTED_TO_RINGING)
    ladder(
        """
        agent  -> 480 INVITE
        agent  <- ACK
        cti    <- EventReleased 5001
        after 4.9 s
        """
    )
    ladder.wait(0.2)
    ladder.peers["agent"].forget()  # type: ignore[attr-defined]
    ladder(
        """
        agent  <- INVITE
        agent  -> 180
        cti    <- EventRinging 5001
        """
    )


def test_an_agent_who_lets_it_ring_becomes_not_ready_and_the_call_is_recalled(ladder: Ladder) -> None:
    ladder(AGENT_READY + ROUTED_TO_RINGING + "after 14.9 s")
    ladder.wait(0.2)
    ladder(
        """
        agent  <- CANCEL
        cti    <- EventReleased 5001
        cti    <- DnEvent 5001 NotReady
        agent  -> 200 CANCEL
        agent  -> 487 INVITE
        agent  <- ACK
        after 30 s
        cti       -> AgentLogin 5002
        cti       <- DnEvent 5002
        cti       -> AgentSetReady 5002
        cti       <- DnEvent 5002 Ready
        colleague <- INVITE
        """
    )


@pytest.mark.parametrize(("action", "state"), [("logout", "LoggedOut"), ("none", "")])
def test_the_no_answer_action_is_a_setting(action: str, state: str) -> None:
    server = SipServerStack(no_answer_action=action, no_answer_timeout=3)
    ladder = ladder_of(server)
    ladder(AGENT_READY + ROUTED_TO_RINGING.replace("TIMEOUT=15", "TIMEOUT=3").replace("=notready", f"={action}"))
    ladder.wait(3.1)
    ladder("agent <- CANCEL\ncti <- EventReleased 5001" + (f"\ncti <- DnEvent 5001 {state}" if state else ""))


def test_a_caller_who_gives_up_in_the_queue_leaves_it(ladder: Ladder, server: SipServerStack) -> None:
    server.media_asks = True
    ladder(
        """
        caller -> INVITE sip:8000@127.0.0.81:5070 | caller
        caller <- 100
        media  <- OpenMedia music
        caller <- 180
        caller <- 200 INVITE
        caller -> ACK
        caller -> BYE
        caller <- 200 BYE
        media  <- CloseMedia
        """
    )
    assert server.switch.routing.router.waiting == []
    assert not server.switch.calls


def test_a_caller_who_gives_up_while_an_agent_rings_abandons(ladder: Ladder, server: SipServerStack) -> None:
    ladder(AGENT_READY + ROUTED_TO_RINGING)
    ladder(
        """
        caller -> BYE
        caller <- 200 BYE
        agent  <- CANCEL
        cti    <- EventAbandoned 5001
        cti    <- EventReleased 5001
        """
    )
    assert not server.switch.calls


def test_the_agent_who_has_been_free_the_longest_gets_the_call(ladder: Ladder) -> None:
    ladder(COLLEAGUE_READY + "after 10 s" + AGENT_READY)
    ladder(
        """
        caller    -> INVITE sip:8000@127.0.0.81:5070 | caller
        caller    <- 100
        caller    <- 180
        caller    <- 200 INVITE
        colleague <- INVITE
        """
    )


def test_an_unregistered_agent_is_not_offered_calls(ladder: Ladder, server: SipServerStack) -> None:
    ladder(AGENT_READY.replace("5001", "5003") + TO_THE_QUEUE + "after 20 s")
    assert server.switch.routing.router.waiting


def test_wrap_up_time_makes_after_call_work() -> None:
    server = SipServerStack(wrap_up_time=20)
    ladder = ladder_of(server)
    routed_with_wrap_up = ROUTED_ANSWERED.replace("EventEstablished 5001", "EventEstablished 5001 WrapUpTime=20")
    ladder(AGENT_READY + ROUTED_TO_RINGING + routed_with_wrap_up)
    ladder.wait(0.012)
    ladder(FRESH_OFFER)
    ladder(
        """
        agent  -> BYE
        agent  <- 200 BYE
        caller <- BYE
        cti    <- EventReleased 5001
        cti    <- DnEvent 5001 NotReady mode=AfterCallWork
        caller -> 200 BYE
        after 19.9 s
        """
    )
    ladder.wait(0.2)
    ladder("cti <- DnEvent 5001 Ready mode=")


def test_a_released_agent_gets_the_next_call_at_once(ladder: Ladder) -> None:
    routed(ladder)
    ladder(
        """
        trunk  -> INVITE sip:8000@127.0.0.81:5070 | caller
        trunk  <- 100
        trunk  <- 180
        trunk  <- 200 INVITE
        trunk  -> ACK
        """
    )
    ladder.peers["agent"].forget()  # type: ignore[attr-defined]
    ladder(
        """
        cti    -> ReleaseCall 5001
        caller <- BYE
        agent  <- BYE
        cti    <- EventReleased 5001
        agent  <- INVITE + From: /15550123/
        """
    )


def test_agent_requests_that_do_not_fit_are_errors(ladder: Ladder) -> None:
    ladder(
        """
        cti    -> AgentSetReady 5001
        cti    <- Error 5001 code=185 reference=7
        cti    -> AgentLogin 5999
        cti    <- Error 5999 code=59
        cti    -> AnswerCall 5001
        cti    <- Error 5001 code=56
        """
    )


def test_music_that_comes_late_answers_a_caller_whose_agent_rings_already(
    ladder: Ladder, server: SipServerStack
) -> None:
    server.media_waits = True
    ladder(AGENT_READY)
    ladder(
        r"""
        caller -> INVITE sip:8000@127.0.0.81:5070 | caller
        caller <- 100
        agent  <- INVITE
        agent  -> 180
        cti    <- EventRinging 5001
        caller <- 180
        agent  -> 180
        media  -> reply
        caller <- 200 INVITE | /s=music-1/
        caller -> ACK
        agent  -> 200 INVITE | agent
        agent  <- ACK
        cti    <- EventEstablished 5001
        caller <- INVITE | /s=agent/
        """
    )


def test_music_that_comes_too_late_is_not_played(ladder: Ladder, server: SipServerStack) -> None:
    server.media_waits = server.media_asks = True
    ladder(AGENT_READY)
    ladder(
        r"""
        caller -> INVITE sip:8000@127.0.0.81:5070 | caller
        caller <- 100
        media  <- OpenMedia music
        agent  <- INVITE
        agent  -> 200 INVITE | agent
        agent  <- ACK
        media  <- CloseMedia
        caller <- 180
        caller <- 200 INVITE | /s=agent/
        cti    <- EventEstablished 5001
        caller -> ACK
        media  -> reply
        """
    )


def test_an_agent_who_refuses_before_ringing_is_not_told_of_the_call(ladder: Ladder) -> None:
    ladder(AGENT_READY + TO_THE_QUEUE.replace("    caller -> ACK", "    agent <- INVITE"))
    ladder(
        """
        caller -> ACK
        agent  -> 480 INVITE
        agent  <- ACK
        """
    )


def test_music_that_comes_while_the_agent_is_offered_the_call(ladder: Ladder, server: SipServerStack) -> None:
    server.media_waits = True
    ladder(AGENT_READY)
    ladder(
        """
        caller -> INVITE sip:8000@127.0.0.81:5070 | caller
        caller <- 100
        agent  <- INVITE
        media  -> reply
        caller <- 180
        caller <- 200 INVITE | /s=music-1/
        """
    )
