"""Dialogs with SIP Server that come, change and go: Replaces, 302, early media, forks, UPDATE, 100rel, timers."""

from __future__ import annotations

import pytest

from cordboard.call.media import Side, Verb
from cordboard.call.trunk.settings import TrunkSettings
from cordboard.sip.session.timer import SessionTimer
from kit.gateway_ladders import CONNECTED
from kit.gateway_stack import GatewayStack, page_peer, trunk_peer
from kit.ladder import Ladder
from kit.peer import BODIES, SipPeer

CALLING = """
    page  -> INVITE sip:5002@gateway.invalid | page offer
    page  <- 100
    trunk <- INVITE sip:5002@127.0.0.81:5060 | /s=trunk_offer/
"""


@pytest.fixture
def ladder(gateway: GatewayStack) -> Ladder:
    return columns(gateway)


def columns(gateway: GatewayStack) -> Ladder:
    names = ("trunk", "second", "third")
    return Ladder(gateway, {"page": page_peer(), **{name: trunk_peer(name) for name in names}})


def replacing(ladder: Ladder, column: str = "trunk") -> str:
    """The Replaces value that names the dialog of that column."""
    peer = ladder.peers[column]
    assert isinstance(peer, SipPeer)
    return f"{peer.call_id};to-tag={peer.other_tag};from-tag={peer.tag}"


def hang_up(ladder: Ladder, gateway: GatewayStack, column: str = "trunk") -> None:
    ladder(f"""
        page  -> BYE
        page  <- 200 BYE
        {column} <- BYE
        {column} -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


class TestReplaces:
    @pytest.mark.parametrize(("body", "description"), [(" | music", "trunk_answer"), ("", "trunk_offer")])
    def test_new_dialog_takes_the_place_of_the_old_one(
        self, ladder: Ladder, gateway: GatewayStack, body: str, description: str
    ) -> None:
        ladder(CONNECTED)
        before = len(gateway.engine.verbs)
        ladder(f"""
            second -> INVITE sip:5001@127.0.0.9:5060 + Replaces: {replacing(ladder)} + X-Genesys-CallUUID: TWO{body}
            second <- 100
            second <- 200 | /s={description}/
            trunk  <- BYE
            page   <- INFO | /{{"call":{{"uuid":"TWO"}}}}/
            page   -> 200 INFO
            trunk  -> 200 BYE
        """)
        ladder("second -> ACK" if body else "second -> ACK | music")
        assert all("page" not in verb for verb in gateway.engine.verbs[before:])
        hang_up(ladder, gateway, "second")

    def test_same_call_in_a_new_dialog_is_not_told(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CONNECTED)
        ladder(f"""
            second -> INVITE sip:5001@127.0.0.9:5060 + Replaces: {replacing(ladder)} | music
            second <- 100
            second <- 200
            trunk  <- BYE
            trunk  -> 200 BYE
            second -> ACK
        """)
        hang_up(ladder, gateway, "second")

    def test_unusable_offer_leaves_the_old_dialog(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CONNECTED)
        gateway.engine.failing[Verb.TAKE_TRUNK_OFFER] = 488
        ladder(f"""
            second -> INVITE sip:5001@127.0.0.9:5060 + Replaces: {replacing(ladder)} | music
            second <- 100
            second <- 488
            second -> ACK
        """)
        hang_up(ladder, gateway)

    def test_cancelled_before_the_description_is_made(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CONNECTED)
        gateway.engine_is_slow = True
        ladder(f"""
            second -> INVITE sip:5001@127.0.0.9:5060 + Replaces: {replacing(ladder)} | music
            second <- 100
            second -> CANCEL
            second <- 200 CANCEL
            second <- 487
            second -> ACK
        """)
        gateway.engine_replies(ladder.now)
        gateway.engine_is_slow = False
        hang_up(ladder, gateway)

    def test_one_at_a_time(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CONNECTED)
        gateway.engine_is_slow = True
        ladder(f"""
            second -> INVITE sip:5001@127.0.0.9:5060 + Replaces: {replacing(ladder)} | music
            second <- 100
            third  -> INVITE sip:5001@127.0.0.9:5060 + Replaces: {replacing(ladder)} | music
            third  <- 100
            third  <- 491
            third  -> ACK
        """)
        gateway.engine_replies(ladder.now)
        gateway.engine_is_slow = False
        ladder("""
            second <- 200
            trunk  <- BYE
            trunk  -> 200 BYE
            second -> ACK
        """)
        hang_up(ladder, gateway, "second")

    def test_old_dialog_ends_while_the_new_one_is_made(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CONNECTED)
        gateway.engine_is_slow = True
        ladder(f"""
            second -> INVITE sip:5001@127.0.0.9:5060 + Replaces: {replacing(ladder)} | music
            second <- 100
            trunk  -> BYE
            trunk  <- 200 BYE
        """)
        gateway.engine_replies(ladder.now)
        gateway.engine_is_slow = False
        ladder("""
            second <- 200
            second -> ACK
        """)
        hang_up(ladder, gateway, "second")

    def test_ringing_call_of_the_agent_is_picked_up(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """Our INVITE rings; another dialog answers in its place (RFC 3891 section 3, early dialogs)."""
        ladder(CALLING)
        ladder("""
            trunk -> 180
            page  <- 180
        """)
        ladder(f"""
            second -> INVITE sip:5001@127.0.0.9:5060 + Replaces: {replacing(ladder)} | music
            second <- 100
            second <- 200
            trunk  <- CANCEL
            page   <- 200 | /s=page_answer/
            page   -> ACK
            trunk  -> 200 CANCEL
            trunk  -> 487 INVITE
            trunk  <- ACK
            second -> ACK
        """)
        hang_up(ladder, gateway, "second")

    def test_ringing_call_to_the_agent_cannot_be_replaced(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder("""
            trunk -> INVITE sip:5001@127.0.0.9:5060 | server offer
            trunk <- 100
            page  <- INVITE
            page  -> 180
            trunk <- 180
        """)
        ladder(f"""
            second -> INVITE sip:5001@127.0.0.9:5060 + Replaces: {replacing(ladder)} | music
            second <- 481
            second -> ACK
        """)


class TestRedirected:
    def test_followed_to_sip_server(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CALLING)
        gateway.next_column[Side.TRUNK] = "second"
        ladder("""
            trunk  -> 302 + Contact: <sip:7@elsewhere.example>, <sip:5009@127.0.0.81:5060;transport=udp?X-A=1>;q=0.5
            trunk  <- ACK
            second <- INVITE sip:5009@127.0.0.81:5060;transport=udp + From: /^<sip:5001@127.0.0.81:5060>;tag=/
            second -> 180
            page   <- 180
            second -> 200 | server answer
            second <- ACK
            page   <- 200
            page   -> ACK
        """)
        hang_up(ladder, gateway, "second")

    def test_agent_gives_up_after_a_redirection(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CALLING)
        gateway.next_column[Side.TRUNK] = "second"
        ladder("""
            trunk  -> 301 + Contact: <sip:5009@127.0.0.81:5060>
            trunk  <- ACK
            second <- INVITE
            second -> 180
            page   <- 180
            page   -> CANCEL
            page   <- 200 CANCEL
            page   <- 487
            second <- CANCEL
            page   -> ACK
            second -> 200 CANCEL
            second -> 487 INVITE
            second <- ACK
            after 64 s
        """)
        assert gateway.idle

    @pytest.mark.parametrize(
        "contact",
        [
            "<sip:7@elsewhere.example>",
            "<sips:7@127.0.0.81>",
            "<sip:7@127.0.0.81;maddr=127.0.0.99>",
            "<sip:5002@127.0.0.81:5060>",  # where it was
            "<",
            "<tel:+15550100>",
        ],
    )
    def test_not_followed(self, ladder: Ladder, gateway: GatewayStack, contact: str) -> None:
        ladder(CALLING)
        ladder(f"""
            trunk -> 302 + Contact: {contact}
            trunk <- ACK
            page  <- 480
            page  -> ACK
            after 64 s
        """)
        assert gateway.idle

    def test_not_for_ever(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CALLING)
        for number, column in ((5003, "second"), (5004, "third")):
            before = "trunk" if column == "second" else "second"
            gateway.next_column[Side.TRUNK] = column
            ladder(f"""
                {before} -> 302 + Contact: <sip:{number}@127.0.0.81:5060>
                {before} <- ACK
                {column} <- INVITE sip:{number}@127.0.0.81:5060
            """)
        ladder("""
            third -> 302 + Contact: <sip:5005@127.0.0.81:5060>
            third <- ACK
            page  <- 480
            page  -> ACK
            after 64 s
        """)
        assert gateway.idle


class TestEarlyMedia:
    def test_changes_as_it_likes_and_the_page_keeps_its_description(
        self, ladder: Ladder, gateway: GatewayStack
    ) -> None:
        ladder(CALLING)
        ladder("""
            trunk -> 183 | music
            page  <- 183 | /s=page_answer/
            trunk -> 183 | server answer
            page  <- 183 | /s=page_answer/
            trunk -> 180
            page  <- 180 | none
            trunk -> 200 | server offer
            trunk <- ACK
            page  <- 200 | /s=page_answer/
            page  -> ACK
        """)
        taken = [request.sdp for request in gateway.engine.requests if request.verb is Verb.TAKE_TRUNK_ANSWER]
        assert taken == [BODIES["music"], BODIES["server answer"], BODIES["server offer"]]
        assert gateway.engine.verbs.count("page_answer") == 1
        hang_up(ladder, gateway)

    def test_reliable_and_not_repeated_in_the_200(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """RFC 3262: the 183 had the answer, the 200 has none."""
        ladder(CALLING)
        ladder("""
            trunk -> 183 + Require: 100rel + RSeq: 1 | music
            trunk <- PRACK + RAck: /^1 [0-9]+ INVITE$/
            page  <- 183 | /s=page_answer/
            trunk -> 200 PRACK
            trunk -> UPDATE | server answer
            trunk <- 200 UPDATE | /s=trunk_answer/
            trunk -> 200 INVITE
            trunk <- ACK
            page  <- 200
            page  -> ACK
        """)
        hang_up(ladder, gateway)

    def test_forks_ring_and_the_one_that_answers_counts(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CALLING)
        ladder("""
            trunk -> 183 + To: <sip:5002@127.0.0.81:5060>;tag=fork-a | music
            page  <- 183
            trunk -> 183 + To: <sip:5002@127.0.0.81:5060>;tag=fork-b | server offer
            page  <- 183
            trunk -> 200 + To: <sip:5002@127.0.0.81:5060>;tag=fork-a | server answer
            trunk <- ACK
            page  <- 200
            page  -> ACK
            trunk -> 200 INVITE + To: <sip:5002@127.0.0.81:5060>;tag=fork-b | music
            trunk <- ACK
            trunk <- BYE + To: /fork-b/
            trunk -> 200 BYE
        """)
        assert gateway.engine.requests[-1].sdp == BODIES["server answer"]


class TestUpdate:
    def test_with_sdp_in_the_call(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(CONNECTED)
        ladder("""
            trunk -> UPDATE + X-Genesys-CallUUID: TWO | music
            page  <- INFO | /{"call":{"uuid":"TWO"}}/
            trunk <- 200 UPDATE | /s=trunk_answer/
            page  -> 200 INFO
            trunk -> UPDATE
            trunk <- 200 UPDATE | none
        """)
        hang_up(ladder, gateway)

    def test_without_sdp_while_it_rings(self, ladder: Ladder) -> None:
        ladder("""
            trunk -> INVITE sip:5001@127.0.0.9:5060 | server offer
            trunk <- 100
            page  <- INVITE
            page  -> 180
            trunk <- 180
            trunk -> UPDATE
            trunk <- 200 UPDATE
        """)


class TestReliableProvisional:
    @pytest.fixture
    def gateway(self) -> GatewayStack:
        return GatewayStack(trunk_settings=TrunkSettings(reliable_provisional=True))

    def test_ringing_is_acknowledged(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder("""
            trunk -> INVITE sip:5001@127.0.0.9:5060 + Supported: uui,100rel,timer | server offer
            trunk <- 100
            page  <- INVITE
            page  -> 180
            trunk <- 180 + Require: 100rel + RSeq: 1
            trunk -> PRACK + RAck: 1 1 INVITE
            trunk <- 200 PRACK
            page  -> 200 INVITE | page answer
            page  <- ACK
            trunk <- 200 INVITE | /s=trunk_answer/
            trunk -> ACK
        """)
        hang_up(ladder, gateway)

    def test_not_where_sip_server_cannot(self, ladder: Ladder) -> None:
        ladder("""
            trunk -> INVITE sip:5001@127.0.0.9:5060 + Supported: timer | server offer
            trunk <- 100
            page  <- INVITE
            page  -> 180
            trunk <- 180 + Require: -
        """)


def test_offerless_call_that_requires_it_has_its_exchange_while_it_rings(ladder: Ladder, gateway: GatewayStack) -> None:
    """RFC 3262 section 5: the 180 offers, the PRACK answers, 200 and ACK have nothing to say."""
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + Require: 100rel
        trunk <- 100
        page  <- INVITE
        page  -> 180
        trunk <- 180 + Require: 100rel | /s=trunk_offer/
        trunk -> PRACK + RAck: 1 1 INVITE | server answer
        trunk <- 200 PRACK
        page  -> 200 INVITE | page answer
        page  <- ACK
        trunk <- 200 INVITE
        trunk -> ACK
    """)
    assert gateway.engine.verbs.count("take_trunk_answer") == 1
    hang_up(ladder, gateway)


def test_answer_in_the_prack_comes_after_the_agent_has_answered(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + Require: 100rel
        trunk <- 100
        page  <- INVITE
        page  -> 180
        trunk <- 180 | /s=trunk_offer/
        page  -> 200 INVITE | page answer
        page  <- ACK
        trunk -> PRACK + RAck: 1 1 INVITE | server answer
        trunk <- 200 PRACK
        trunk <- 200 INVITE
        trunk -> ACK
    """)
    assert gateway.engine.verbs.count("take_trunk_answer") == 1
    hang_up(ladder, gateway)


class TestSessionTimer:
    @pytest.fixture
    def gateway(self) -> GatewayStack:
        return GatewayStack(session_timer=SessionTimer(1800, 90))

    ANSWERED = """
        trunk -> INVITE sip:5001@127.0.0.9:5060 + Supported: timer + Allow: INVITE, ACK, BYE, CANCEL \
+ Session-Expires: 1800;refresher={refresher} + Min-SE: 90 | server offer
        trunk <- 100
        page  <- INVITE + Session-Expires: -
        page  -> 180
        trunk <- 180
        page  -> 200 | page answer
        page  <- ACK
        trunk <- 200 + Session-Expires: 1800;refresher={refresher}
        trunk -> ACK
        page  -> INFO + Content-Type: application/vnd.cordboard+json | digit
        page  <- 200 INFO
    """

    def test_we_refresh_by_reinvite_and_the_page_is_left_alone(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """A peer without UPDATE; the description is ours as it is, with the next version."""
        ladder(self.ANSWERED.format(refresher="uas"))
        ladder.wait(900)
        ladder("""
            trunk <- INVITE + Session-Expires: /1800/ | /a=sendrecv/
            trunk -> 200 + Session-Expires: 1800;refresher=uac | server answer
            trunk <- ACK
        """)
        assert gateway.engine.verbs[-2:] == ["trunk_offer", "take_trunk_answer"]
        hang_up(ladder, gateway)

    def test_session_that_sip_server_does_not_refresh_ends_cleanly(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(self.ANSWERED.format(refresher="uac"))
        ladder.wait(1768)
        ladder("""
            trunk <- BYE
            page  <- BYE
            page  -> 200 BYE
            trunk -> 200 BYE
            after 64 s
        """)
        assert gateway.idle
        assert [end.cause for end in gateway.ended] == ["SIP Server did not refresh the session"]


def test_reason_of_a_cancelled_call_reaches_the_page(ladder: Ladder, gateway: GatewayStack) -> None:
    """The page can tell a call that was answered elsewhere from one that was abandoned (RFC 3326)."""
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 | server offer
        trunk <- 100
        page  <- INVITE
        page  -> 180
        trunk <- 180
        trunk -> CANCEL + Reason: SIP;cause=200;text="Call completed elsewhere"
        trunk <- 200 CANCEL
        trunk <- 487
        page  <- CANCEL + Reason: SIP;cause=200;text="Call completed elsewhere"
        trunk -> ACK
        page  -> 200 CANCEL
        page  -> 487 INVITE
        page  <- ACK
        after 64 s
    """)
    assert gateway.idle
