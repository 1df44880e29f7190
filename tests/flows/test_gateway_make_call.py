"""MakeCall by CTI at the agent's end: both flows of RFC 3725, and by REFER outside any dialog."""

from __future__ import annotations

import pytest

from cordboard.call.media import Side, Verb
from kit.gateway_ladders import PICKED_UP
from kit.gateway_stack import GatewayStack, page_peer, trunk_peer
from kit.ladder import Ladder
from kit.peer import BODIES


@pytest.fixture
def ladder(gateway: GatewayStack) -> Ladder:
    names = ("trunk", "target")
    return Ladder(gateway, {"page": page_peer(), **{name: trunk_peer(name) for name in names}})


def hang_up(ladder: Ladder, gateway: GatewayStack, column: str) -> None:
    ladder(f"""
        page  -> BYE
        page  <- 200 BYE
        {column} <- BYE
        {column} -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


class TestFlow1:
    def test_callee_answers_after_31_seconds(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """The 200 goes unacknowledged for as long as the callee rings; nothing is given up before 32 s."""
        ladder(PICKED_UP)
        for seconds in (0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0):
            ladder.wait(seconds)
            ladder("trunk <- 200 | /s=trunk_offer/")
        ladder.wait(3.5)
        ladder("trunk -> ACK | server answer")
        assert gateway.engine.verbs[-1] == "take_trunk_answer"
        hang_up(ladder, gateway, "trunk")

    def test_agent_hangs_up_before_the_callee_answers(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """A BYE has to wait for the ACK (RFC 3261 section 15)."""
        ladder(PICKED_UP)
        ladder("""
            page  -> BYE
            page  <- 200 BYE
            trunk -> ACK | 3pcc Make Call
            trunk <- BYE
            trunk -> 200 BYE
            after 64 s
        """)
        assert gateway.idle

    def test_callee_refuses(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """SIP Server acknowledges with the agent's own description and hangs up with a Reason, which the page gets."""
        ladder(PICKED_UP)
        ladder("""
            trunk -> ACK | server answer
            trunk -> BYE + Reason: SIP;cause=403;text="Forbidden"
            trunk <- 200 BYE
            page  <- BYE + Reason: SIP;cause=403;text="Forbidden"
            page  -> 200 BYE
            after 64 s
        """)
        assert gateway.idle

    def test_callee_never_answers(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """The traced end: the 200 again and again, then an ACK with a description to nowhere and a BYE, before 32 s."""
        ladder(PICKED_UP)
        for seconds in (0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0):
            ladder.wait(seconds)
            ladder("trunk <- 200 | /s=trunk_offer/")
        ladder.wait(0.452)
        ladder("""
            trunk -> ACK | 3pcc Make Call
            trunk -> BYE
            trunk <- 200 BYE
            page  <- BYE
            page  -> 200 BYE
            after 64 s
        """)
        assert gateway.idle
        assert gateway.engine.requests[-2].sdp.startswith("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=3pcc Make Call")

    def test_page_holds_before_the_callee_answers(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """The re-INVITE waits for the ACK."""
        ladder(PICKED_UP)
        BODIES["page hold"] = BODIES["page offer"]
        ladder("""
            page  -> UPDATE sip:5001@gateway.invalid
            page  <- 200 UPDATE
            trunk -> ACK | server answer
        """)
        hang_up(ladder, gateway, "trunk")


def test_flow_2_answered_against_a_dummy_then_offered_the_callee(ladder: Ladder, gateway: GatewayStack) -> None:
    """The product's default: the agent is connected to a hold SDP, later re-INVITEs bring ringback and the callee."""
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + Supported: timer + X-Genesys-CallUUID: ONE | 3pcc Make Call
        trunk <- 100
        page  <- INVITE
        page  -> 180
        trunk <- 180
        trunk -> NOTIFY + Event: talk
        trunk <- 200 NOTIFY
        page  <- INFO | /{"do":"answer"}/
        page  -> 200 INFO
        page  -> 200 | page answer
        page  <- ACK
        trunk <- 200 | /s=trunk_answer/
        trunk -> ACK
    """)
    before = len(gateway.engine.verbs)
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 | music
        trunk <- 200 INVITE | /s=trunk_answer/
        trunk -> ACK
        after 20 s
        trunk -> INVITE sip:5001@127.0.0.9:5060
        trunk <- 200 INVITE | /s=trunk_offer/
        trunk -> ACK | server answer
    """)
    assert all("page" not in verb for verb in gateway.engine.verbs[before:])
    hang_up(ladder, gateway, "trunk")


ORDERED = """
    trunk -> REFER sip:5001@127.0.0.9:5060 + Refer-To: <sip:1004@127.0.0.81:5060> + X-Genesys-CallUUID: ONE
    trunk <- 202 REFER + Contact: <sip:5001@127.0.0.9:5060> + To: /tag=referred/
    trunk <- NOTIFY + Event: refer + Subscription-State: /active/ + From: /tag=referred/ + CSeq: 1 NOTIFY | /100 Trying/
    page  <- INVITE + X-Cordboard-Call: agent-first + X-Genesys-CallUUID: ONE + From: /sip:1004@127.0.0.81/
    trunk -> 200 NOTIFY
    page  -> 180
    page  <- INFO | /{"do":"answer"}/
    page  -> 200 INFO
"""

AGENT_THERE = """
    page   -> 200 INVITE | page answer
    page   <- ACK
    target <- INVITE sip:1004@127.0.0.81:5060 + From: /^<sip:5001@/ + Referred-By: sip:1003@127.0.0.81:5060
"""


class TestRefer:
    """Reference: SIP Server 2.2, `refer-enabled=true`."""

    @pytest.fixture(autouse=True)
    def ordered(self, ladder: Ladder, gateway: GatewayStack) -> None:
        gateway.next_column[Side.TRUNK] = "target"
        ladder(ORDERED)

    def test_answered(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(AGENT_THERE)
        ladder("""
            target -> 183 | music
            trunk  <- NOTIFY + CSeq: 2 NOTIFY | /183/
            trunk  -> 200 NOTIFY
            target -> 200 + X-Genesys-CallUUID: TWO | server answer
            target <- ACK
            trunk  <- NOTIFY + CSeq: 3 NOTIFY + Subscription-State: /terminated/ | /200 OK/
            page   <- INFO | /{"call":{"uuid":"TWO"}}/
            page   -> 200 INFO
            trunk  -> 200 NOTIFY
            target -> INVITE sip:5001@127.0.0.9:5060
            target <- 200 INVITE | /s=trunk_offer/
            target -> ACK | server answer
        """)
        hang_up(ladder, gateway, "target")
        assert [end.answered for end in gateway.ended] == [True]

    def test_refused(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(AGENT_THERE)
        ladder("""
            target -> 180
            trunk  <- NOTIFY | /180/
            trunk  -> 200 NOTIFY
            target -> 403
            target <- ACK
            trunk  <- NOTIFY + Subscription-State: /terminated/ | /403 Forbidden/
            page   <- BYE + Reason: SIP;cause=403
            trunk  -> 200 NOTIFY
            page   -> 200 BYE
            after 64 s
        """)
        assert gateway.idle

    def test_answer_is_unusable(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(AGENT_THERE)
        gateway.engine.failing[Verb.TAKE_TRUNK_ANSWER] = 488
        gateway.engine_is_slow = True
        ladder("""
            target -> 183 | music
            trunk  <- NOTIFY | /183/
            trunk  -> 200 NOTIFY
        """)
        gateway.engine_replies(ladder.now)
        ladder("""
            target <- CANCEL
            trunk  <- NOTIFY | /487/
            page   <- BYE
            trunk  -> 200 NOTIFY
            target -> 200 CANCEL
            target -> 487 INVITE
            target <- ACK
            page   -> 200 BYE
            after 64 s
        """)
        assert gateway.idle

    def test_agent_gives_up(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(AGENT_THERE)
        ladder("""
            target -> 180
            trunk  <- NOTIFY | /180/
            trunk  -> 200 NOTIFY
            page   -> BYE
            page   <- 200 BYE
            trunk  <- NOTIFY | /487/
            target <- CANCEL
            trunk  -> 200 NOTIFY
            target -> 200 CANCEL
            target -> 487 INVITE
            target <- ACK
            after 64 s
        """)
        assert gateway.idle

    def test_agent_holds_while_the_number_rings(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """The trunk is shut at once; SIP Server learns it when there is a dialog."""
        BODIES["page hold"] = HOLD
        ladder(AGENT_THERE)
        ladder("""
            page   -> INVITE sip:5001@gateway.invalid | page hold
            page   <- 200 | /s=page_answer/
            page   -> ACK
            target -> 200 | server answer
            target <- ACK
            trunk  <- NOTIFY | /200 OK/
            target <- INVITE | /a=inactive/
            trunk  -> 200 NOTIFY
            target -> 200 INVITE | server hold
            target <- ACK
        """)
        assert gateway.engine.held
        hang_up(ladder, gateway, "target")

    @pytest.mark.parametrize(("status", "told"), [("486", "486"), ("404", "480")])
    def test_agent_rejects(self, ladder: Ladder, gateway: GatewayStack, status: str, told: str) -> None:
        ladder(f"""
            page  -> {status} INVITE
            page  <- ACK
            trunk <- NOTIFY + Subscription-State: /terminated/ | /{told}/
            trunk -> 200 NOTIFY
            after 64 s
        """)
        assert gateway.idle

    def test_page_description_is_unusable(self, ladder: Ladder, gateway: GatewayStack) -> None:
        gateway.engine.failing[Verb.TAKE_PAGE_ANSWER] = 488
        ladder("""
            page   -> 200 INVITE | page answer
            page   <- ACK
            page   <- BYE
            trunk  <- NOTIFY | /487/
            page   -> 200 BYE
            trunk  -> 200 NOTIFY
            after 64 s
        """)
        assert gateway.idle

    def test_gateway_ends_it(self, ladder: Ladder, gateway: GatewayStack) -> None:
        gateway.end(ladder.now)
        ladder("""
            page  <- CANCEL
            trunk <- NOTIFY | /487/
            page  -> 200 CANCEL
            page  -> 487 INVITE
            page  <- ACK
            trunk -> 200 NOTIFY
            after 64 s
        """)
        assert gateway.idle


@pytest.mark.parametrize(
    ("header", "status"),
    [("Refer-To: <", 400), ("Refer-To: <sip:1004@elsewhere.example>", 403), ("Subject: none", 400)],
)
def test_refer_that_cannot_be_followed(ladder: Ladder, header: str, status: int) -> None:
    ladder(f"""
        trunk -> REFER sip:5001@127.0.0.9:5060 + {header}
        trunk <- {status} REFER
    """)


HOLD = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 0 101\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 "
    + ":".join(["AB"] * 32)
    + "\r\na=setup:actpass\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
