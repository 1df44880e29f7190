"""Calls that the agent makes in the page (1pcc, reference: SIP Server 2.3)."""

from __future__ import annotations

import pytest

from cordboard.call.media import MediaReply, Verb
from cordboard.sip.message import Request, parse_message
from cordboard.sip.uri import Uri
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


# What a stolen sign-in would try, so that a call costs somebody money, or leaves by another way than SIP Server's.
ELSEWHERE = (
    "sip:+1900555@evil.example",
    "sip:+1900555@evil.example;maddr=192.0.2.66;transport=tcp",
    "sip:+1900555@127.0.0.81:5060;maddr=192.0.2.66",
    "sip:+1900555:secret@evil.example",
    "sip:1%40evil.example@gateway.invalid",
    "sip:1%40evil.example%3B@gateway.invalid",
    "sip:1%0D%0ARoute:%20%3Csip:evil.example%3E@gateway.invalid",
    "sip:1;phone-context=evil.example@gateway.invalid",
    "sips:+1900555@gateway.invalid",
)
CLAIMS = {
    "Route": "<sip:evil.example;lr>",
    "P-Asserted-Identity": "<sip:5020@evil.example>",
    "P-Preferred-Identity": "<sip:5020@evil.example>",
    "Remote-Party-ID": "<sip:5020@evil.example>",
    "Diversion": "<sip:5020@evil.example>",
    "Referred-By": "<sip:5020@evil.example>",
    "X-Genesys-CallUUID": "evil",
    "X-ISCC-CofId": "evil",
    "Authorization": "evil",
}


@pytest.mark.parametrize("target", ELSEWHERE)
def test_wherever_a_page_calls_it_is_sip_server_in_the_dns_own_name(
    ladder: Ladder, gateway: GatewayStack, target: str
) -> None:
    claims = "".join(f" + {name}: {value}" for name, value in CLAIMS.items())
    invite = ladder.peers["page"].build(f"INVITE {target} + From: <sip:5020@evil.example>;tag=1{claims} | page offer")
    ladder.stack.receive("page", invite, ladder.now)
    (sent,) = (parse_message(data) for peer, data in gateway.sent if peer == "trunk")
    assert isinstance(sent, Request)
    uri = Uri.parse(sent.uri)
    assert (uri.scheme, uri.host, uri.port, uri.parameters, uri.headers) == ("sip", "127.0.0.81", 5060, {}, "")
    assert uri.password is None
    assert [name for name in CLAIMS if sent.headers.get(name)] == []
    assert (sent.headers.get("From") or "").startswith("<sip:5001@127.0.0.81:5060>;tag=")


def test_a_request_uri_with_headers_is_none(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder("""
        page  -> INVITE sip:5002@gateway.invalid?Route=%3Csip:evil.example%3E | page offer
        page  <- 400
        page  -> ACK
        after 64 s
    """)
    assert gateway.engine.verbs == []
