"""Hold and retrieve, by CTI, by the page and by SIP Server; call identifiers that change."""

from __future__ import annotations

import pytest

from cordboard.call.media import Verb
from kit.gateway_ladders import CONNECTED, HELD, RETRIEVED
from kit.gateway_stack import GatewayStack
from kit.ladder import Ladder
from kit.peer import BODIES


@pytest.fixture(autouse=True)
def connected(ladder: Ladder) -> None:
    ladder(CONNECTED)


def test_hold_and_retrieve_by_cti(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(HELD)
    assert gateway.engine.verbs[-3:] == ["hold_trunk", "trunk_offer", "take_trunk_answer"]
    ladder(RETRIEVED)
    assert gateway.engine.verbs[-3:] == ["resume_trunk", "trunk_offer", "take_trunk_answer"]


def test_held_call_stays_silent_whatever_sip_server_collects(ladder: Ladder) -> None:
    ladder(HELD)
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060
        trunk <- 200 INVITE | /a=inactive/
        trunk -> ACK | music
    """)


def test_repeated_hold_and_talk_change_nothing(ladder: Ladder) -> None:
    ladder("""
        trunk -> NOTIFY + Event: talk
        trunk <- 200 NOTIFY
    """)
    ladder(HELD)
    ladder("""
        trunk -> NOTIFY + Event: hold
        trunk <- 200 NOTIFY
    """)


def test_retrieve_while_the_hold_is_under_way_follows_it(ladder: Ladder) -> None:
    ladder("""
        trunk -> NOTIFY + Event: hold
        trunk <- 200 NOTIFY
        trunk <- INVITE | /a=inactive/
        page  <- INFO | /hold/
        page  -> 200 INFO
        trunk -> NOTIFY + Event: talk
        trunk <- 200 NOTIFY
        page  <- INFO | /retrieve/
        page  -> 200 INFO
        trunk -> 200 INVITE | server hold
        trunk <- ACK
        trunk <- INVITE | /a=sendrecv/
        trunk -> 200 INVITE | server answer
        trunk <- ACK
    """)


def test_refused_hold_leaves_the_agent_unheard(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder("""
        trunk -> NOTIFY + Event: hold
        trunk <- 200 NOTIFY
        trunk <- INVITE | /a=inactive/
        page  <- INFO | /hold/
        page  -> 200 INFO
        trunk -> 488 INVITE
        trunk <- ACK
    """)
    assert gateway.engine.held


def test_sip_server_holds_by_reinvite_and_the_page_is_left_alone(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 | server hold
        trunk <- 200 INVITE | /s=trunk_answer/
        trunk -> ACK
    """)
    assert gateway.engine.verbs[-2:] == ["take_trunk_offer", "trunk_answer"]


def test_changed_call_uuid_reaches_the_page(ladder: Ladder) -> None:
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: TWO | music
        trunk <- 200 INVITE
        page  <- INFO | /{"call":{"uuid":"TWO"}}/
        page  -> 200 INFO
        trunk -> ACK
    """)


def test_page_holds_by_reinvite(ladder: Ladder, gateway: GatewayStack) -> None:
    BODIES["page hold"] = WEBRTC.replace("a=sendrecv", "a=sendonly")
    BODIES["page resume"] = WEBRTC
    ladder("""
        page  -> INVITE sip:5001@gateway.invalid | page hold
        trunk <- INVITE | /a=inactive/
        page  <- 200 | /s=page_answer/
        page  -> ACK
        trunk -> 200 INVITE | server hold
        trunk <- ACK
        page  -> INVITE sip:5001@gateway.invalid | page resume
        trunk <- INVITE | /a=sendrecv/
        page  <- 200 | /s=page_answer/
        page  -> ACK
        trunk -> 200 INVITE | server answer
        trunk <- ACK
    """)
    assert not gateway.engine.held


def test_page_retrieves_by_reinvite_what_was_held_by_cti(ladder: Ladder, gateway: GatewayStack) -> None:
    BODIES["page resume"] = WEBRTC
    ladder(HELD)
    ladder("""
        page  -> INVITE sip:5001@gateway.invalid | page resume
        trunk <- INVITE | /a=sendrecv/
        page  <- 200 | /s=page_answer/
        page  -> ACK
        trunk -> 200 INVITE | server answer
        trunk <- ACK
    """)
    assert not gateway.engine.held


def test_page_holds_by_update(ladder: Ladder, gateway: GatewayStack) -> None:
    """JsSIP's `hold({useUpdate: true})`."""
    BODIES["page hold"] = WEBRTC.replace("a=sendrecv", "a=sendonly")
    ladder("""
        page  -> UPDATE sip:5001@gateway.invalid | page hold
        trunk <- INVITE | /a=inactive/
        page  <- 200 UPDATE | /s=page_answer/
        trunk -> 200 INVITE | server hold
        trunk <- ACK
    """)
    assert gateway.engine.held


def test_unusable_offer_of_sip_server_is_refused_and_the_call_goes_on(ladder: Ladder, gateway: GatewayStack) -> None:
    gateway.engine.failing[Verb.TAKE_TRUNK_OFFER] = 488
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 | music
        trunk <- 488 INVITE
        trunk -> ACK
        page  -> INFO + Content-Type: application/dtmf-relay | digit
        page  <- 200 INFO
        trunk <- INFO + Content-Type: application/dtmf-relay | digit
        trunk -> 200 INFO
    """)


def test_lost_media_ends_both_sides(ladder: Ladder, gateway: GatewayStack) -> None:
    gateway.end(ladder.now)
    ladder("""
        page  <- BYE
        trunk <- BYE
        page  -> 200 BYE
        trunk -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


WEBRTC = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 0 101\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 "
    + ":".join(["AB"] * 32)
    + "\r\na=setup:actpass\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
