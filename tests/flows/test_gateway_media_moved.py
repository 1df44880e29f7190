"""What carried a call's media died: the call goes on in another by an offer to both sides at once, or ends.

The engine's descriptions have port 30000 until then, and 30001 from then on.
"""

from __future__ import annotations

import re

import pytest

from cordboard.call.media import MediaLost, Side, Verb
from cordboard.call.trunk.settings import TrunkSettings
from kit.gateway_ladders import RETRIEVED
from kit.gateway_stack import GatewayStack, page_peer, trunk_peer
from kit.ladder import Ladder
from kit.page_ladders import (
    ANSWER,
    BOTH_ACCEPT,
    INVITE,
    NEW_PLACE,
    OFFERED_NEW_PLACE,
    PAGE_DESCRIPTION,
    TOLD_TO_HOLD,
    hung_up,
)
from kit.peer import BODIES

RELEASED = """
    page  <- BYE
    trunk <- BYE
    page  -> 200 BYE
    trunk -> 200 BYE
    after 100 s
"""


@pytest.fixture
def connected(ladder: Ladder, gateway: GatewayStack) -> GatewayStack:
    ladder(INVITE + ANSWER)
    return gateway


def origins(ladder: Ladder, peer: str) -> list[tuple[str, int]]:
    """Session and version of the descriptions that the peer got."""
    bodies = (message.body.decode() for message in ladder.peers[peer].got)
    found = (re.search(r"o=- (\S+) (\d+) ", body) for body in bodies)
    return [(each[1], int(each[2])) for each in found if each]


class TestInACall:
    def test_both_sides_are_offered_the_new_place_at_once(self, ladder: Ladder, connected: GatewayStack) -> None:
        """It is told first what both have said of themselves."""
        connected.media_moved(ladder.now)
        told = connected.engine.requests[:2]
        assert [each.sdp for each in told] == [BODIES["server offer"], PAGE_DESCRIPTION]
        ladder(OFFERED_NEW_PLACE + BOTH_ACCEPT)
        assert connected.engine.verbs == [
            "recall_trunk",
            "recall_page",
            "trunk_offer",
            "page_offer",
            "take_page_answer",
            "take_trunk_answer",
        ]
        ladder("after 40 s")
        hung_up(ladder, connected)

    @pytest.mark.parametrize("peer", ["trunk", "page"])
    def test_the_o_line_goes_on(self, ladder: Ladder, connected: GatewayStack, peer: str) -> None:
        """RFC 3264 section 8: one session, and each version is one more than the last, over two moves."""
        for _ in range(2):
            connected.media_moved(ladder.now)
            ladder(OFFERED_NEW_PLACE.replace("30001", r"\d+") + BOTH_ACCEPT)
        ladder("""
            trunk -> INVITE | server offer
            trunk <- 200
            trunk -> ACK
        """)
        found = origins(ladder, peer)
        assert {session for session, _ in found} == {"1"}
        versions = [version for _, version in found]
        assert versions == sorted(set(versions))
        assert len(versions) == (4 if peer == "trunk" else 3)

    def test_held_by_the_agent(self, ladder: Ladder, connected: GatewayStack) -> None:
        ladder(TOLD_TO_HOLD)
        connected.media_moved(ladder.now)
        ladder(f"""
            trunk <- INVITE | /(?s){NEW_PLACE}.*a=inactive/
            page  <- INVITE | /{NEW_PLACE}/
        """)
        assert connected.engine.verbs.index("hold_trunk") < connected.engine.verbs.index("trunk_offer")
        ladder(BOTH_ACCEPT.replace("server answer", "server hold"))
        ladder(RETRIEVED)
        hung_up(ladder, connected)

    def test_held_by_sip_server(self, ladder: Ladder, connected: GatewayStack) -> None:
        """The new place learns by what SIP Server said last that nothing is to be sent there."""
        ladder("""
            trunk -> INVITE | server hold
            trunk <- 200
            trunk -> ACK
        """)
        connected.media_moved(ladder.now)
        assert connected.engine.requests[0].sdp == BODIES["server hold"]
        ladder(OFFERED_NEW_PLACE + BOTH_ACCEPT.replace("server answer", "server hold"))
        hung_up(ladder, connected)

    def test_once_more_while_the_offers_are_out(self, ladder: Ladder, connected: GatewayStack) -> None:
        """Their answers tell what the peers can, and each is offered the newest place then."""
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE)
        connected.media_moved(ladder.now)
        ladder("""
            page  -> 200 INVITE | page description
            page  <- ACK
            page  <- INVITE | /m=audio 30002 /
            trunk -> 200 INVITE | server answer
            trunk <- ACK
            trunk <- INVITE | /m=audio 30002 /
        """)
        assert "take_page_answer" not in connected.engine.verbs
        ladder(BOTH_ACCEPT + "after 40 s")
        hung_up(ladder, connected)

    def test_once_more_while_the_offers_are_made(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.engine_is_slow = True
        connected.media_moved(ladder.now)
        connected.media_moved(ladder.now)
        connected.engine_is_slow = False
        connected.engine_replies(ladder.now)
        ladder(OFFERED_NEW_PLACE.replace("30001", "30002") + BOTH_ACCEPT)
        hung_up(ladder, connected)

    def test_what_the_new_place_agrees_to_is_offered_to_the_other_side(
        self, ladder: Ladder, connected: GatewayStack
    ) -> None:
        """An engine refuses to take the first answer as it took the last: that side has no sound, and the call ends."""
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE)
        connected.engine.failing[Verb.TAKE_PAGE_ANSWER] = 488
        ladder("""
            page  -> 200 INVITE | page description
            page  <- ACK
            page  <- BYE
            trunk <- BYE
            page  -> 200 BYE
            trunk -> 487 INVITE
            trunk <- ACK
            trunk -> 200 BYE
            after 100 s
        """)
        assert connected.idle

    def test_nobody_to_carry_it_ends_the_call(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.feed(MediaLost("its media worker died"), ladder.now)
        ladder(RELEASED)
        assert connected.idle


class TestItCannotBe:
    @pytest.mark.parametrize("status", [488, 500])
    def test_the_page_refuses(self, ladder: Ladder, connected: GatewayStack, status: int) -> None:
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE + "trunk -> 200 INVITE | server answer\n trunk <- ACK")
        ladder(f"page -> {status} INVITE\n page <- ACK\n" + RELEASED)
        assert connected.idle
        assert f"the page answered {status}" in connected.ended[0].cause

    def test_sip_server_refuses(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE + "page -> 200 INVITE | page description\n page <- ACK")
        ladder("trunk -> 488 INVITE\n trunk <- ACK\n" + RELEASED)
        assert connected.idle
        assert "SIP Server answered 488" in connected.ended[0].cause

    @pytest.mark.parametrize("verb", [Verb.PAGE_OFFER, Verb.TRUNK_OFFER, Verb.RECALL_TRUNK])
    def test_the_new_place_has_no_room(self, ladder: Ladder, connected: GatewayStack, verb: Verb) -> None:
        connected.engine.failing[verb] = 503
        connected.media_moved(ladder.now)
        asked_already = "trunk <- INVITE" if verb is Verb.PAGE_OFFER else ""
        ladder(f"{asked_already}\n page <- BYE\n trunk <- BYE")
        assert connected.call.over
        assert "the engine refuses" in connected.ended[0].cause

    def test_the_page_takes_too_long(self, ladder: Ladder, connected: GatewayStack) -> None:
        """It says that it is at it, and never more."""
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE + "trunk -> 200 INVITE | server answer\n trunk <- ACK")
        ladder("page -> 100 INVITE\n after 31.9 s")
        ladder.wait(0.2)
        ladder("""
            page  <- BYE
            trunk <- BYE
            page  -> 200 BYE
            trunk -> 200 BYE
            page  -> 487 INVITE
            page  <- ACK
            after 100 s
        """)
        assert connected.idle
        assert "in time" in connected.ended[0].cause

    def test_sip_server_says_request_pending_for_ever(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE + "page -> 200 INVITE | page description\n page <- ACK")
        for _ in range(9):
            ladder("trunk -> 491 INVITE\n trunk <- ACK")
            ladder.wait(0.95)
            ladder("trunk <- INVITE")
        ladder("trunk -> 491 INVITE\n trunk <- ACK")
        ladder.wait(23.5)
        ladder(RELEASED)
        assert connected.idle


def test_a_dialog_that_is_to_take_the_trunks_place_is_offered_the_new_place_too() -> None:
    """A REFER is being carried out: its target answers the old place, and takes over when it has answered the new."""
    gateway = GatewayStack(trunk_settings=TrunkSettings(accepts_refer=True))
    ladder = Ladder(gateway, {"trunk": trunk_peer(), "target": trunk_peer("target"), "page": page_peer()})
    ladder(INVITE + ANSWER)
    gateway.next_column[Side.TRUNK] = "target"
    ladder("""
        trunk -> REFER + Refer-To: <sip:1004@127.0.0.81:5060>
        trunk <- 202 REFER
        trunk <- NOTIFY
        target <- INVITE
        trunk -> 200 NOTIFY
        target -> 183 | music
        trunk <- NOTIFY
        trunk -> 200 NOTIFY
    """)
    gateway.media_moved(ladder.now)
    ladder(OFFERED_NEW_PLACE + BOTH_ACCEPT)
    ladder(f"""
        target -> 200 INVITE | music
        target <- ACK
        target <- INVITE | /{NEW_PLACE}/
        target -> 200 INVITE | music
        target <- ACK
        trunk <- NOTIFY | /200 OK/
        page  <- INFO | /transferred/
        page  -> 200 INFO
        trunk -> 200 NOTIFY
        trunk <- BYE
        trunk -> 200 BYE
        after 40 s
        page  -> BYE
        page  <- 200 BYE
        target <- BYE
        target -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


def test_released_while_the_target_is_called(ladder: Ladder) -> None:
    """The early media of the old place is gone; the target's answer is not."""
    gateway = GatewayStack(trunk_settings=TrunkSettings(accepts_refer=True))
    ladder = Ladder(gateway, {"trunk": trunk_peer(), "target": trunk_peer("target"), "page": page_peer()})
    ladder(INVITE + ANSWER)
    gateway.next_column[Side.TRUNK] = "target"
    ladder("""
        trunk -> REFER + Refer-To: <sip:1004@127.0.0.81:5060>
        trunk <- 202 REFER
        trunk <- NOTIFY
        target <- INVITE
        target -> 183 | music
        trunk <- NOTIFY
    """)
    gateway.media_moved(ladder.now)
    ladder(OFFERED_NEW_PLACE + BOTH_ACCEPT)
    ladder("""
        trunk -> BYE
        trunk <- 200 BYE
    """)
    assert gateway.engine.verbs[-1] == "take_trunk_answer"
    ladder(f"""
        target -> 200 INVITE | music
        target <- ACK
        target <- INVITE | /{NEW_PLACE}/
        target -> 200 INVITE | music
        target <- ACK
        page  <- INFO | /transferred/
        page  -> 200 INFO
    """)
