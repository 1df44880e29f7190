"""SIP Server look-alike: DNs that want no calls, forward them, are out of service, or do not answer (GWS reference 5,
SIP Server reference 6.4)."""

from __future__ import annotations

import pytest

from cordboard.lab.sip_server.machine import DnsOutOfService
from kit.contact_center import contact_center, new_server
from kit.ladder import Ladder
from kit.sip_server_ladders import AGENT_READY
from kit.sip_server_stack import SipServerStack, ladder_of


@pytest.fixture
def server() -> SipServerStack:
    return new_server()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return new_ladder(server)


def new_ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server, third=True)


def test_do_not_disturb_refuses_calls_and_is_not_routed_to(ladder: Ladder, server: SipServerStack) -> None:
    ladder(AGENT_READY)
    ladder(
        """
        cti    -> SetDoNotDisturb 5001 true
        cti    <- DnEvent 5001 Ready reference=7 dnd=True
        caller -> INVITE sip:5001@127.0.0.81:5070 | caller
        caller <- 100
        caller <- 486
        caller -> ACK
        trunk  -> INVITE sip:8000@127.0.0.81:5070 | caller
        trunk  <- 100
        trunk  <- 180
        trunk  <- 200 INVITE
        trunk  -> ACK
        after 20 s
        cti    -> SetDoNotDisturb 5001
        cti    <- DnEvent 5001 dnd=False
        agent  <- INVITE
        """
    )


def test_calls_to_a_forwarded_dn_go_elsewhere(ladder: Ladder) -> None:
    ladder(
        """
        cti    -> SetForward 5001 5001
        cti    <- Error 5001 code=71 reference=7
        cti    -> SetForward 5001 5999
        cti    <- Error 5001 code=71
        cti    -> SetForward 5001 5002
        cti    <- DnEvent 5001 reference=7 forward=5002
        caller -> INVITE sip:5001@127.0.0.81:5070 | caller
        caller <- 100
        colleague <- INVITE sip:5002@127.0.0.65:5060 | /s=caller/
        colleague -> 180
        cti    <- EventRinging 5002 dnis=5001
        caller <- 180
        """
    )


def test_a_dn_that_is_out_of_service_is_not_called(ladder: Ladder, server: SipServerStack) -> None:
    ladder(AGENT_READY)
    server.feed(DnsOutOfService(frozenset({"5001"})), ladder.now)
    ladder(
        """
        cti    <- DnEvent 5001 Ready service=False
        caller -> INVITE sip:5001@127.0.0.81:5070 | caller
        caller <- 100
        caller <- 480
        caller -> ACK
        cti    -> MakeCall 5001 5002
        cti    <- Error 5001 code=58
        trunk  -> INVITE sip:8000@127.0.0.81:5070 | caller
        trunk  <- 100
        trunk  <- 180
        trunk  <- 200 INVITE
        trunk  -> ACK
        after 20 s
        """
    )
    server.feed(DnsOutOfService(frozenset()), ladder.now)
    ladder("    cti <- DnEvent 5001 service=True\n    agent <- INVITE")


# --- an agent's own no-answer -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overflow", "after"),
    [
        ('["5002"]', "    colleague <- INVITE sip:5002@127.0.0.65:5060 | /s=caller/"),
        ('["8000"]', "    caller <- 200 INVITE | /s=music/"),
        ('["release"]', "    caller <- 480 INVITE\n    caller -> ACK"),
    ],
)
def test_a_direct_call_that_rings_too_long(overflow: str, after: str) -> None:
    text = f"""
[agents]
5001 = {{ no_answer = {{ timeout = 6, overflow = {overflow} }} }}
[routing_points.8000]
steps = [{{ music = true }}, {{ select = {{}} }}]
"""
    ladder = new_ladder(SipServerStack(contact_center=contact_center(text)))
    ladder(AGENT_READY)
    ladder(
        """
        caller -> INVITE sip:5001@127.0.0.81:5070 | caller
        caller <- 100
        agent  <- INVITE
        agent  -> 180
        cti    <- EventRinging 5001 NO_ANSWER_TIMEOUT=6
        caller <- 180
        after 5.9 s
        """
    )
    ladder.wait(0.2)
    ladder("    agent <- CANCEL\n    cti <- EventReleased 5001\n    cti <- DnEvent 5001 NotReady\n" + after)
