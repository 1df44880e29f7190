"""Calls that the agent makes in the page (1pcc, reference: SIP Server 2.3)."""

from __future__ import annotations

from cordboard.call.media import MediaReply, Verb
from kit.gateway_stack import GatewayStack
from kit.ladder import Ladder

CALLING = """
    page  -> INVITE sip:5002@gateway.invalid | page offer
    page  <- 100
    trunk <- INVITE sip:5002@127.0.0.81:5060 + From: /^<sip:5001@127.0.0.81:5060>;tag=/ \
+ Contact: <sip:5001@127.0.0.9:5060> | /s=trunk_offer/
    trunk -> 100
"""


def test_answered(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(CALLING)
    ladder("""
        trunk -> 180 + X-Genesys-CallUUID: ONE
        page  <- 180 + X-Genesys-CallUUID: ONE | none
        trunk -> 200 + X-Genesys-CallUUID: ONE | server answer
        trunk <- ACK
        page  <- 200 + X-Genesys-CallUUID: ONE | /s=page_answer/
        page  -> ACK
        page  -> BYE
        page  <- 200 BYE
        trunk <- BYE
        trunk -> 200 BYE
        after 64 s
    """)
    assert gateway.idle
    assert gateway.engine.verbs == ["take_page_offer", "page_answer", "trunk_offer", "take_trunk_answer", "close"]


def test_early_media(ladder: Ladder) -> None:
    ladder(CALLING)
    ladder("""
        trunk -> 183 | server answer
        page  <- 183 | /s=page_answer/
    """)


def media_changed(gateway: GatewayStack, now: float) -> None:
    gateway.feed(MediaReply(Verb.TAKE_TRUNK_ANSWER, reoffer=True), now)


EARLY = """
    trunk -> 183 | server answer
    page  <- 183 | /s=page_answer/
"""


def test_early_answer_that_changes_the_media_changes_the_pages_200(ladder: Ladder, gateway: GatewayStack) -> None:
    """Another codec, or no video: the preview was wrong, the answer is made anew before it counts."""
    ladder(CALLING + EARLY)
    media_changed(gateway, ladder.now)
    ladder(f"""
        trunk -> 200
        trunk <- ACK
        page  <- 200 | /o=- 1 {gateway.engine.made} [\\s\\S]*s=page_answer/
        page  -> ACK
    """)
    assert gateway.engine.verbs.count("page_answer") == 2


def test_the_200_waits_for_the_last_description(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(CALLING + EARLY)
    gateway.engine_is_slow = True
    media_changed(gateway, ladder.now)
    ladder("""
        trunk -> 200
        trunk <- ACK
    """)
    media_changed(gateway, ladder.now)
    gateway.engine_replies(ladder.now)
    ladder(f"""
        page  <- 200 | /o=- 1 {gateway.engine.made} [\\s\\S]*s=page_answer/
        page  -> ACK
    """)
    assert gateway.engine.verbs.count("page_answer") == 3


def test_busy(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(CALLING)
    ladder("""
        trunk -> 486
        trunk <- ACK
        page  <- 486
        page  -> ACK
        after 64 s
    """)
    assert gateway.idle


def test_agent_gives_up(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(CALLING)
    ladder("""
        trunk -> 180
        page  <- 180
        page  -> CANCEL
        page  <- 200 CANCEL
        page  <- 487
        trunk <- CANCEL
        page  -> ACK
        trunk -> 200 CANCEL
        trunk -> 487
        trunk <- ACK
        after 64 s
    """)
    assert gateway.idle


def test_no_common_codec_with_the_page(ladder: Ladder, gateway: GatewayStack) -> None:
    gateway.engine.failing[Verb.TAKE_PAGE_OFFER] = 488
    ladder("""
        page  -> INVITE sip:5002@gateway.invalid | page offer
        page  <- 100
        page  <- 488
        page  -> ACK
        after 64 s
    """)
    assert gateway.idle


def test_no_port_left(ladder: Ladder, gateway: GatewayStack) -> None:
    gateway.engine.failing[Verb.TRUNK_OFFER] = 503
    ladder("""
        page  -> INVITE sip:5002@gateway.invalid | page offer
        page  <- 100
        page  <- 503
        page  -> ACK
        after 64 s
    """)
    assert gateway.idle


def test_sip_server_does_not_answer_at_all(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder("""
        page  -> INVITE sip:5002@gateway.invalid | page offer
        page  <- 100
        trunk <- INVITE
    """)
    for seconds in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0):
        ladder.wait(seconds)
        ladder("trunk <- INVITE")
    ladder.wait(1.0)
    ladder("""
        page  <- 408
        page  -> ACK
        after 64 s
    """)
    assert gateway.idle


def test_unusable_early_media_ends_the_call(ladder: Ladder, gateway: GatewayStack) -> None:
    gateway.engine.failing[Verb.TAKE_TRUNK_ANSWER] = 488
    ladder(CALLING)
    ladder("""
        trunk -> 183 | server answer
        page  <- 183
        trunk <- CANCEL
        page  <- 480
        page  -> ACK
        trunk -> 200 CANCEL
        trunk -> 487
        trunk <- ACK
        after 64 s
    """)
    assert gateway.idle


def test_sip_server_hangs_up_before_it_answered(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(CALLING)
    ladder("""
        trunk -> 180
        page  <- 180
        trunk -> BYE
        trunk <- 200 BYE
        trunk <- CANCEL
        page  <- 487
        page  -> ACK
    """)
