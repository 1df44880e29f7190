"""Calls to the agent: what SIP Server and page send and get, in virtual time."""

from __future__ import annotations

import pytest

from kit.gateway_stack import GatewayStack
from kit.ladder import Ladder

UUID = "UIVB8J6JE91C53UIM3VI59VHQ4000015"

RINGING = f"""
    trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: {UUID} + Supported: uui,100rel,timer \
+ P-Asserted-Identity: <sip:+15550100@127.0.0.81> + Session-Expires: 1800;refresher=uac | server offer
    trunk <- 100
    page  <- INVITE sip:abc@xyz.invalid;transport=ws + X-Genesys-CallUUID: {UUID} + Session-Expires: - \
+ P-Asserted-Identity: <sip:+15550100@127.0.0.81> + From: /sip:1003@127.0.0.81:5060/ | /s=page_offer/
    page  -> 180
    trunk <- 180 + Contact: <sip:5001@127.0.0.9:5060> + Allow-Events: talk, hold | none
"""

ANSWERED_BY_TALK = """
    trunk -> NOTIFY + Event: talk + Subscription-State: active
    trunk <- 200 NOTIFY
    page  <- INFO + Content-Type: application/vnd.cordboard+json | /{"do":"answer"}/
    page  -> 200 INFO
    page  -> 200 INVITE | page answer
    page  <- ACK
    trunk <- 200 INVITE + Contact: <sip:5001@127.0.0.9:5060> | /s=trunk_answer/
    trunk -> ACK
"""


def test_answered_by_cti_then_offerless_reinvite(ladder: Ladder, gateway: GatewayStack) -> None:
    """The traced inbound call: NOTIFY talk is answered in its own millisecond, the re-INVITE never reaches the page."""
    ladder(RINGING)
    ladder(ANSWERED_BY_TALK)
    ladder(f"""
        after 0.012 s
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: {UUID}
        trunk <- 200 INVITE | /s=trunk_offer/
        trunk -> ACK | server answer
        after 3 s
        trunk -> BYE
        trunk <- 200 BYE
        page  <- BYE
        page  -> 200 BYE
        after 64 s
    """)
    assert gateway.idle
    assert gateway.engine.verbs == [
        "take_trunk_offer",
        "trunk_answer",
        "page_offer",
        "take_page_answer",
        "trunk_offer",
        "take_trunk_answer",
        "close",
    ]
    assert [end.answered for end in gateway.ended] == [True]


def test_answered_in_the_page(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(RINGING)
    ladder("""
        page  -> 200 | page answer
        page  <- ACK
        trunk <- 200 | /s=trunk_answer/
        trunk -> ACK
        page  -> BYE
        page  <- 200 BYE
        trunk <- BYE
        trunk -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


def test_notify_before_the_page_has_a_tag_waits_for_its_180(ladder: Ladder) -> None:
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 | server offer
        trunk <- 100
        page  <- INVITE
        page  -> 180
        trunk <- 180
    """)
    ladder(ANSWERED_BY_TALK)


def test_customer_abandons_while_ringing(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(RINGING)
    ladder("""
        trunk -> CANCEL
        trunk <- 200 CANCEL
        trunk <- 487
        page  <- CANCEL
        page  -> 200 CANCEL
        page  -> 487
        page  <- ACK
        trunk -> ACK
        after 64 s
    """)
    assert gateway.idle
    assert [end.answered for end in gateway.ended] == [False]


@pytest.mark.parametrize("status", [486, 480])
def test_agent_rejects_or_has_no_microphone(ladder: Ladder, gateway: GatewayStack, status: int) -> None:
    ladder(RINGING)
    ladder(f"""
        page  -> {status}
        page  <- ACK
        trunk <- {status}
        trunk -> ACK
        after 64 s
    """)
    assert gateway.idle


def test_page_gone_while_ringing(ladder: Ladder, gateway: GatewayStack) -> None:
    """The call waits two seconds for the page, then SIP Server is told that nobody is there."""
    ladder(RINGING)
    gateway.page_gone(ladder.now)
    ladder.wait(1.9)
    ladder.wait(0.2)
    ladder("""
        page  <- CANCEL
        trunk <- 480
        trunk -> ACK
        after 100 s
    """)
    assert gateway.idle


def test_page_back_while_ringing_rings_again(ladder: Ladder, gateway: GatewayStack) -> None:
    """What the page began by an answer that was lost with the connection, ICE and DTLS, is not its next answer's."""
    ladder(RINGING)
    gateway.page_gone(ladder.now)
    ladder.wait(1.0)
    gateway.engine.requests.clear()
    gateway.page_back(ladder.now)
    assert gateway.engine.verbs == ["renew_page", "page_offer"]
    ladder.peers["page"].forget()
    ladder("""
        page  <- CANCEL
        page  <- INVITE sip:new@xyz.invalid;transport=ws | /s=page_offer/
        page  -> 180
        trunk <- 180
        page  -> 200 | page answer
        page  <- ACK
        trunk <- 200 | /s=trunk_answer/
        trunk -> ACK
        trunk -> BYE
        trunk <- 200 BYE
        page  <- BYE
        page  -> 200 BYE
        after 100 s
    """)
    assert gateway.idle


def test_connection_lost_while_ringing(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(RINGING)
    gateway.page_lost(ladder.now)
    ladder.wait(1.9)
    ladder("")
    ladder.wait(0.2)
    ladder("""
        trunk <- 480
        trunk -> ACK
        after 100 s
    """)
    assert gateway.idle


def test_connection_lost_while_ringing_and_back_in_time(ladder: Ladder, gateway: GatewayStack) -> None:
    """Answer is pressed while the page is away: it is answered as soon as it rings again."""
    ladder(RINGING)
    gateway.page_lost(ladder.now)
    ladder.wait(1.0)
    ladder("""
        trunk -> NOTIFY + Event: talk
        trunk <- 200 NOTIFY
    """)
    gateway.page_back(ladder.now)
    ladder.peers["page"].forget()
    ladder("""
        page  <- INVITE sip:new@xyz.invalid;transport=ws | /s=page_offer/
        page  -> 180
        trunk <- 180
        page  <- INFO | /{"do":"answer"}/
        page  -> 200 INFO
        page  -> 200 | page answer
        page  <- ACK
        trunk <- 200 | /s=trunk_answer/
        trunk -> ACK
    """)


def test_abandoned_while_the_connection_is_lost(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(RINGING)
    gateway.page_lost(ladder.now)
    ladder("""
        trunk -> CANCEL
        trunk <- 200 CANCEL
        trunk <- 487
        trunk -> ACK
        after 100 s
    """)
    assert gateway.idle


def test_words_of_ours_from_sip_server_go_no_further(ladder: Ladder) -> None:
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Cordboard-Call: agent-first | server offer
        trunk <- 100
        page  <- INVITE + X-Cordboard-Call: -
        page  -> 180
        trunk <- 180
        trunk -> INFO + Content-Type: application/vnd.cordboard+json
        trunk <- 200 INFO
        trunk -> NOTIFY + Event: presence
        trunk <- 489 NOTIFY
        trunk -> REFER + Refer-To: <sip:5003@127.0.0.81>
        trunk <- 603 REFER
    """)
