"""REFER in the dialog: refused, or carried out by the gateway itself; the page stays in its call."""

from __future__ import annotations

import pytest

from cordboard.call.media import Side, Verb
from cordboard.call.trunk.settings import TrunkSettings
from kit.gateway_ladders import CONNECTED, HELD, between
from kit.gateway_stack import GatewayStack, page_peer, trunk_peer
from kit.ladder import Ladder

REFERRED = """
    trunk -> REFER + Refer-To: <sip:1004@127.0.0.81:5060>
    trunk <- 202 REFER + Contact: <sip:5001@127.0.0.9:5060>
    trunk <- NOTIFY + Event: refer + Subscription-State: /active/ + Content-Type: /sipfrag/ | /SIP.2.0 100 Trying/
    target <- INVITE sip:1004@127.0.0.81:5060 + From: /^<sip:5001@127.0.0.81:5060>;tag=/ \
+ Referred-By: sip:1003@127.0.0.81:5060 | /s=trunk_offer/
    trunk -> 200 NOTIFY
"""

TRANSFERRED = """
    target -> 180
    trunk <- NOTIFY + Subscription-State: /active/ | /SIP.2.0 180 Ringing/
    trunk -> 200 NOTIFY
    target -> 200 + X-Genesys-CallUUID: TWO | music
    target <- ACK
    trunk <- NOTIFY + Subscription-State: /terminated/ | /SIP.2.0 200 OK/
    page  <- INFO | /{"call":{"uuid":"TWO"}}/
    page  <- INFO | /{"call":{"transferred":"1004"}}/
    page  -> 200 INFO
    trunk -> 200 NOTIFY
    trunk <- BYE
    trunk -> 200 BYE
"""


@pytest.fixture
def settings() -> TrunkSettings:
    return TrunkSettings(accepts_refer=True)


@pytest.fixture
def gateway(settings: TrunkSettings) -> GatewayStack:
    return GatewayStack(trunk_settings=settings)


@pytest.fixture
def ladder(gateway: GatewayStack) -> Ladder:
    ladder = Ladder(gateway, {"trunk": trunk_peer(), "target": trunk_peer("target"), "page": page_peer()})
    ladder(CONNECTED)
    gateway.next_column[Side.TRUNK] = "target"
    return ladder


def hang_up(ladder: Ladder, gateway: GatewayStack, column: str) -> None:
    """The agent hangs up; nothing is left."""
    ladder(f"""
        page  -> BYE
        page  <- 200 BYE
        {column} <- BYE
        {column} -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


class TestRefused:
    @pytest.fixture
    def settings(self) -> TrunkSettings:
        return TrunkSettings()

    def test_by_default(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder("""
            trunk -> REFER + Refer-To: <sip:1004@127.0.0.81:5060>
            trunk <- 603 REFER
        """)
        hang_up(ladder, gateway, "trunk")


def test_page_stays_in_its_call_and_the_media_follows(ladder: Ladder, gateway: GatewayStack) -> None:
    """The trunk side is re-pointed by the new dialog's answer; the page's side has not one request."""
    ladder(REFERRED)
    before = len(gateway.engine.requests)
    ladder(TRANSFERRED)
    assert gateway.engine.verbs[before:] == ["take_trunk_answer"]
    assert "s=music" in gateway.engine.requests[-1].sdp
    hang_up(ladder, gateway, "target")


def test_new_dialog_is_held_and_transferred_like_any_other(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    ladder(TRANSFERRED)
    ladder(between(HELD, trunk="target"))
    hang_up(ladder, gateway, "target")


def test_sip_server_sends_the_bye_itself(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    ladder("""
        target -> 200 | music
        target <- ACK
        trunk <- NOTIFY | /SIP.2.0 200 OK/
        page  <- INFO | /transferred/
        page  -> 200 INFO
        trunk -> BYE
        trunk <- 200 BYE
        trunk -> 200 NOTIFY
    """)
    hang_up(ladder, gateway, "target")


def test_old_dialog_is_released_before_the_new_one_is_there(ladder: Ladder, gateway: GatewayStack) -> None:
    """Reference: SIP Server 2.5: it has its 202 and releases the call by itself. The page hears the early media."""
    ladder(REFERRED)
    ladder("""
        target -> 183 | music
        trunk <- NOTIFY | /SIP.2.0 183/
        trunk -> 200 NOTIFY
    """)
    assert gateway.engine.verbs[-1] == "trunk_offer"
    ladder("""
        trunk -> BYE
        trunk <- 200 BYE
    """)
    assert gateway.engine.verbs[-1] == "take_trunk_answer"
    ladder("""
        target -> 200 | server answer
        target <- ACK
        page  <- INFO | /transferred/
        page  -> 200 INFO
    """)
    hang_up(ladder, gateway, "target")


def test_old_dialog_is_released_and_the_new_one_fails(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    ladder("""
        trunk -> BYE
        trunk <- 200 BYE
        target -> 486 + Reason: Q.850;cause=17
        target <- ACK
        page  <- BYE + Reason: Q.850;cause=17
        page  -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


@pytest.mark.parametrize(("status", "told"), [("486", "486 Busy Here"), ("603", "603 Decline")])
def test_failure_is_told_and_the_old_call_goes_on(
    ladder: Ladder, gateway: GatewayStack, status: str, told: str
) -> None:
    ladder(REFERRED)
    ladder(f"""
        target -> {status}
        target <- ACK
        trunk <- NOTIFY + Subscription-State: /terminated/ | /SIP.2.0 {told}/
        trunk -> 200 NOTIFY
        trunk -> INVITE sip:5001@127.0.0.9:5060
        trunk <- 200 INVITE | /s=trunk_offer/
        trunk -> ACK | server answer
    """)
    hang_up(ladder, gateway, "trunk")


def test_unusable_answer_of_the_target_leaves_the_old_call(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    gateway.engine.failing[Verb.TAKE_TRUNK_ANSWER] = 488
    ladder("""
        target -> 200 | music
        target <- ACK
        target <- BYE
        trunk <- NOTIFY + Subscription-State: /terminated/ | /SIP.2.0 487/
        target -> 200 BYE
        trunk -> 200 NOTIFY
    """)
    hang_up(ladder, gateway, "trunk")


def test_second_refer_while_one_runs(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    ladder("""
        trunk -> REFER + Refer-To: <sip:1005@127.0.0.81:5060>
        trunk <- 491 REFER
        target -> 404
        target <- ACK
        trunk <- NOTIFY | /SIP.2.0 404/
        trunk -> 200 NOTIFY
    """)
    ladder.peers["target"].forget()  # type: ignore[attr-defined]
    ladder("""
        trunk -> REFER + Refer-To: <sip:1004@127.0.0.81:5060>
        trunk <- 202 REFER
        trunk <- NOTIFY + Event: /^refer;id=[0-9]+$/ | /100 Trying/
        target <- INVITE
        trunk -> 200 NOTIFY
        target -> 200 | music
        target <- ACK
        trunk <- NOTIFY + Event: /^refer;id=[0-9]+$/ | /200 OK/
        page  <- INFO | /transferred/
        page  -> 200 INFO
        trunk -> 481 NOTIFY
        trunk <- BYE
        trunk -> 200 BYE
    """)
    hang_up(ladder, gateway, "target")


def test_agent_hangs_up_while_the_target_rings(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    ladder("""
        target -> 180
        trunk <- NOTIFY | /180/
        trunk -> 200 NOTIFY
        page  -> BYE
        page  <- 200 BYE
        trunk <- BYE
        target <- CANCEL
        trunk -> 200 BYE
        target -> 200 CANCEL
        target -> 487 INVITE
        target <- ACK
        after 64 s
    """)
    assert gateway.idle


def test_gateway_ends_the_call_while_the_target_rings(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    ladder("""
        target -> 180
        trunk <- NOTIFY | /180/
        trunk -> 200 NOTIFY
    """)
    gateway.end(ladder.now)
    ladder("""
        page  <- BYE
        trunk <- BYE
        target <- CANCEL
        page  -> 200 BYE
        trunk -> 200 BYE
        target -> 200 CANCEL
        target -> 487 INVITE
        target <- ACK
        after 64 s
    """)
    assert gateway.idle


def test_target_that_answers_and_hangs_up_at_once_is_the_end(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    ladder(TRANSFERRED)
    ladder("""
        target -> BYE + Reason: SIP;cause=200
        target <- 200 BYE
        page  <- BYE + Reason: SIP;cause=200
        page  -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


def test_held_call_stays_held_in_the_new_dialog(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder("""
        trunk -> NOTIFY + Event: hold
        trunk <- 200 NOTIFY
        trunk <- INVITE | /a=inactive/
        page  <- INFO | /hold/
        page  -> 200 INFO
        trunk -> 200 INVITE | server hold
        trunk <- ACK
        trunk -> REFER + Refer-To: <sip:1004@127.0.0.81:5060>
        trunk <- 202 REFER
        trunk <- NOTIFY | /100/
        target <- INVITE | /a=inactive/
        trunk -> 200 NOTIFY
        target -> 200 | music
        target <- ACK
        trunk <- NOTIFY | /200 OK/
        page  <- INFO | /transferred/
        page  -> 200 INFO
        trunk -> 200 NOTIFY
        trunk <- BYE
        trunk -> 200 BYE
        target -> NOTIFY + Event: talk
        target <- 200 NOTIFY
        target <- INVITE | /a=sendrecv/
        page  <- INFO | /retrieve/
        page  -> 200 INFO
        target -> 200 INVITE | music
        target <- ACK
    """)
    hang_up(ladder, gateway, "target")


def test_hold_while_the_target_rings_is_told_to_the_new_dialog(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    ladder("""
        trunk -> NOTIFY + Event: hold
        trunk <- 200 NOTIFY
        trunk <- INVITE | /a=inactive/
        page  <- INFO | /hold/
        page  -> 200 INFO
        trunk -> 200 INVITE | server hold
        trunk <- ACK
        target -> 200 | music
        target <- ACK
        trunk <- NOTIFY | /200 OK/
        target <- INVITE | /a=inactive/
        page  <- INFO | /transferred/
        page  -> 200 INFO
        target -> 200 INVITE | server hold
        target <- ACK
        trunk -> 200 NOTIFY
        trunk <- BYE
        trunk -> 200 BYE
    """)
    assert gateway.engine.held
    hang_up(ladder, gateway, "target")


def test_replaced_dialog_can_do_nothing_any_more(ladder: Ladder, gateway: GatewayStack) -> None:
    """Between the last NOTIFY and the BYE."""
    ladder(REFERRED)
    ladder("""
        target -> 200 | music
        target <- ACK
        trunk <- NOTIFY | /200 OK/
        page  <- INFO | /transferred/
        page  -> 200 INFO
    """)
    before = len(gateway.engine.requests)
    ladder("""
        trunk -> NOTIFY + Event: hold
        trunk <- 200 NOTIFY
        trunk -> REFER + Refer-To: <sip:1005@127.0.0.81:5060>
        trunk <- 603 REFER
        trunk -> UPDATE | server hold
        trunk <- 488 UPDATE
        trunk -> INVITE sip:5001@127.0.0.9:5060 | server hold
        trunk <- 488 INVITE
        trunk -> ACK
    """)
    assert len(gateway.engine.requests) == before
    ladder("""
        page  -> BYE
        page  <- 200 BYE
        target <- BYE
        trunk <- BYE
        target -> 200 BYE
        trunk -> 200 BYE
        trunk -> 200 NOTIFY
        after 64 s
    """)
    assert gateway.idle


def test_description_under_way_in_the_replaced_dialog_is_still_sent(ladder: Ladder, gateway: GatewayStack) -> None:
    """SIP Server's re-INVITE waits for the engine while the new dialog is connected."""
    ladder(REFERRED)
    gateway.engine_is_slow = True
    ladder("""
        target -> 200 | music
        target <- ACK
        trunk -> INVITE sip:5001@127.0.0.9:5060
    """)
    gateway.engine_replies(ladder.now, 1)
    ladder("""
        trunk <- NOTIFY | /200 OK/
        page  <- INFO | /transferred/
        page  -> 200 INFO
    """)
    gateway.engine_replies(ladder.now)
    gateway.engine_is_slow = False
    ladder("""
        trunk <- 200 INVITE | /s=trunk_offer/
        trunk -> ACK | server answer
        trunk -> 200 NOTIFY
        trunk <- BYE
        trunk -> 200 BYE
    """)
    hang_up(ladder, gateway, "target")


def test_refer_sub_false_is_reported_nowhere(ladder: Ladder, gateway: GatewayStack) -> None:
    """RFC 4488."""
    ladder("""
        trunk -> REFER + Refer-To: <sip:1004@127.0.0.81:5060> + Refer-Sub: false
        trunk <- 202 REFER + Refer-Sub: false
        target <- INVITE
        target -> 200 | music
        target <- ACK
        trunk <- BYE
        page  <- INFO | /transferred/
        page  -> 200 INFO
        trunk -> 200 BYE
    """)
    hang_up(ladder, gateway, "target")


def test_headers_in_the_uri_are_limited_and_replaces_becomes_a_header(ladder: Ladder, gateway: GatewayStack) -> None:
    """Two-step transfer: the new INVITE replaces the consult call's dialog at SIP Server."""
    ladder("""
        trunk -> REFER + Referred-By: <sip:1009@127.0.0.81> + Refer-To: \
<sip:1004@127.0.0.81:5060?Replaces=abc%40h%3Bto-tag%3D1%3Bfrom-tag%3D2&From=%3Csip:7%40evil%3E&X-Note=1>
        trunk <- 202 REFER
        trunk <- NOTIFY | /100/
        target <- INVITE sip:1004@127.0.0.81:5060 + Replaces: abc@h;to-tag=1;from-tag=2 + X-Note: 1 \
+ From: /^<sip:5001@127.0.0.81:5060>;tag=/ + Referred-By: <sip:1009@127.0.0.81>
        trunk -> 200 NOTIFY
        target -> 404
        target <- ACK
        trunk <- NOTIFY | /404/
        trunk -> 200 NOTIFY
    """)
    hang_up(ladder, gateway, "trunk")


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Refer-To: <", 400),
        ("Refer-To: nothing", 400),
        ("Refer-To: <sip:1004@127.0.0.81>, <sip:1005@127.0.0.81>", 400),
        ("Refer-To: <sip:127.0.0.81>", 400),
        ("Refer-To: <mailto:a@127.0.0.81>", 400),
        ("Refer-To: <sip:1004@127.0.0.81;method=BYE>", 400),
        ("Refer-To: <sip:1004@127.0.0.81?X-A=1%0d%0aVia:x>", 400),
        ("Refer-To: <sip:1004@elsewhere.example>", 403),
        ("Refer-To: <sips:1004@127.0.0.81>", 403),
        ("Refer-To: <sip:1004@127.0.0.81;maddr=127.0.0.99>", 403),
        ("Subject: none", 400),
    ],
)
def test_refer_that_cannot_be_followed(ladder: Ladder, gateway: GatewayStack, header: str, status: int) -> None:
    ladder(f"""
        trunk -> REFER + {header}
        trunk <- {status} REFER
    """)
    hang_up(ladder, gateway, "trunk")


def test_telephone_number_is_dialled_at_sip_server(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder("""
        trunk -> REFER + Refer-To: <tel:+15550100>
        trunk <- 202 REFER
        trunk <- NOTIFY | /100/
        target <- INVITE /sip:.15550100@127.0.0.81/
        trunk -> 200 NOTIFY
        target -> 404
        target <- ACK
        trunk <- NOTIFY | /404/
        trunk -> 200 NOTIFY
    """)
    hang_up(ladder, gateway, "trunk")


def test_unanswered_notify_does_not_keep_the_old_dialog(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(REFERRED)
    ladder("""
        target -> 200 | music
        target <- ACK
        trunk <- NOTIFY | /200 OK/
        page  <- INFO | /transferred/
        page  -> 200 INFO
    """)
    for seconds in (0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0):
        ladder.wait(seconds)
        ladder("trunk <- NOTIFY | /200 OK/")
    ladder.wait(0.5)
    ladder("""
        trunk <- BYE
        trunk -> 200 BYE
    """)
    hang_up(ladder, gateway, "target")
