"""What carried a call's media died before the call was established."""

from __future__ import annotations

import pytest

from cordboard.call.media import Side
from kit.gateway_stack import GatewayStack, trunk_peer
from kit.ladder import Ladder
from kit.page_ladders import BOTH_ACCEPT, INVITE, NEW_PLACE, hung_up

OUTBOUND = """
    page  -> INVITE sip:5002@gateway.invalid | page description
    page  <- 100
    trunk <- INVITE sip:5002@127.0.0.81:5060 | /m=audio 30000 /
    trunk -> 180
    page  <- 180
"""


def answered_while_it_moves(ladder: Ladder, gateway: GatewayStack, called: str, answered: str) -> None:
    """The engine has made the offer to the other side, but not yet what that side's answer asks of it."""
    gateway.engine_is_slow = True
    ladder(called)
    offer = gateway._replies.pop()
    gateway._replies.clear()
    gateway.feed(offer, ladder.now)
    ladder(answered)
    gateway.engine_is_slow = False
    gateway.media_moved(ladder.now)


class TestItRings:
    def test_the_page_rings_on_and_is_offered_the_new_place_when_it_has_answered(
        self, ladder: Ladder, gateway: GatewayStack
    ) -> None:
        ladder(INVITE)
        gateway.media_moved(ladder.now)
        ladder("after 60 s")
        ladder(f"""
            page  -> 200 | page description
            page  <- ACK
            trunk <- 200 | /{NEW_PLACE}/
            page  <- INVITE | /{NEW_PLACE}/
            trunk -> ACK
            page  -> 200 INVITE | page description
            page  <- ACK
        """)
        assert gateway.engine.verbs == [
            "take_trunk_offer",
            "trunk_answer",
            "recall_page",
            "page_offer",
            "take_page_answer",
        ]
        ladder("after 40 s")
        hung_up(ladder, gateway)

    def test_before_the_page_is_called(self, ladder: Ladder, gateway: GatewayStack) -> None:
        gateway.engine_is_slow = True
        ladder("""
            trunk -> INVITE sip:5001@127.0.0.9:5060 | server offer
            trunk <- 100
        """)
        gateway.media_moved(ladder.now)
        gateway.engine_is_slow = False
        gateway.engine_replies(ladder.now)
        ladder(f"""
            page  <- INVITE | /{NEW_PLACE}/
            page  -> 180
            trunk <- 180
            page  -> 200 | page description
            page  <- ACK
            trunk <- 200 | /{NEW_PLACE}/
            trunk -> ACK
        """)
        hung_up(ladder, gateway)

    def test_the_page_has_answered_and_sip_servers_200_is_made(self, ladder: Ladder, gateway: GatewayStack) -> None:
        answered_while_it_moves(
            ladder,
            gateway,
            "trunk -> INVITE sip:5001@127.0.0.9:5060 | server offer\n trunk <- 100",
            """
            page  <- INVITE
            page  -> 180
            trunk <- 180
            page  -> 200 | page description
            page  <- ACK
            """,
        )
        ladder(f"""
            trunk <- 200 | /{NEW_PLACE}/
            page  <- INVITE | /{NEW_PLACE}/
            trunk -> ACK
            page  -> 200 INVITE | page description
            page  <- ACK
        """)
        hung_up(ladder, gateway)

    def test_without_an_offer_of_sip_servers(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder("""
            trunk -> INVITE sip:5001@127.0.0.9:5060
            trunk <- 100
            page  <- INVITE
            page  -> 180
            trunk <- 180
        """)
        gateway.media_moved(ladder.now)
        ladder(f"""
            page  -> 200 | page description
            page  <- ACK
            trunk <- 200 | /{NEW_PLACE}/
            page  <- INVITE | /{NEW_PLACE}/
            trunk -> ACK | server answer
            page  -> 200 INVITE | page description
            page  <- ACK
        """)
        assert "take_trunk_answer" in gateway.engine.verbs
        hung_up(ladder, gateway)

    @pytest.mark.parametrize("early", [True, False])
    def test_sip_server_has_our_offer_already(self, ladder: Ladder, gateway: GatewayStack, early: bool) -> None:
        """In a reliable 180: the re-INVITE after the ACK tells of the new place."""
        ladder("""
            trunk -> INVITE sip:5001@127.0.0.9:5060 + Require: 100rel + Supported: 100rel
            trunk <- 100
            page  <- INVITE
            page  -> 180
            trunk <- 180 + Require: 100rel | /m=audio 30000 /
        """)
        prack = "trunk -> PRACK + RAck: 1 1 INVITE | server answer\n trunk <- 200 PRACK"
        ladder("" if early else prack)
        gateway.media_moved(ladder.now)
        ladder(prack if early else "")
        ladder(f"""
            page  -> 200 INVITE | page description
            page  <- ACK
            trunk <- 200 INVITE | none
            page  <- INVITE | /{NEW_PLACE}/
            trunk -> ACK
            trunk <- INVITE | /{NEW_PLACE}/
        """)
        assert "take_trunk_answer" not in gateway.engine.verbs
        ladder(BOTH_ACCEPT)
        hung_up(ladder, gateway)

    def test_the_page_comes_back_and_is_called_anew(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(INVITE)
        gateway.media_moved(ladder.now)
        gateway.page_gone(ladder.now)
        gateway.page_back(ladder.now)
        ladder.peers["page"].forget()
        ladder(f"""
            page  <- CANCEL
            page  <- INVITE | /{NEW_PLACE}/
            page  -> 180
            trunk <- 180
            page  -> 200 INVITE | page description
            page  <- ACK
            trunk <- 200 INVITE
            trunk -> ACK
            after 40 s
        """)


class TestThePageDials:
    def test_answered_afterwards(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """The new place takes the page's offer in and answers it; SIP Server is offered it after its 200."""
        ladder(OUTBOUND)
        gateway.media_moved(ladder.now)
        assert gateway.engine.verbs == ["take_page_offer", "page_answer"]
        ladder(f"""
            trunk -> 183 | music
            page  <- 183 | /{NEW_PLACE}/
            trunk -> 200 INVITE | server answer
            trunk <- ACK
            page  <- 200 | /{NEW_PLACE}/
            trunk <- INVITE | /{NEW_PLACE}/
            page  -> ACK
            trunk -> 200 INVITE | server answer
            trunk <- ACK
        """)
        assert gateway.engine.verbs[2:] == ["recall_trunk", "trunk_offer", "take_trunk_answer"]
        ladder("after 40 s")
        hung_up(ladder, gateway)

    def test_before_sip_server_is_called(self, ladder: Ladder, gateway: GatewayStack) -> None:
        gateway.engine_is_slow = True
        ladder("page -> INVITE sip:5002@gateway.invalid | page description\n page <- 100")
        gateway.media_moved(ladder.now)
        assert gateway.engine.verbs == ["take_page_offer", "page_answer", "trunk_offer"]
        gateway.engine_is_slow = False
        gateway.engine_replies(ladder.now)
        ladder(f"""
            trunk <- INVITE | /{NEW_PLACE}/
            trunk -> 180
            page  <- 180
            trunk -> 200 INVITE | server answer
            trunk <- ACK
            page  <- 200 | /{NEW_PLACE}/
            page  -> ACK
        """)
        hung_up(ladder, gateway)

    def test_sip_server_has_answered_and_the_pages_200_is_made(self, ladder: Ladder, gateway: GatewayStack) -> None:
        answered_while_it_moves(
            ladder,
            gateway,
            "page -> INVITE sip:5002@gateway.invalid | page description\n page <- 100",
            """
            trunk <- INVITE
            trunk -> 200 INVITE | server answer
            trunk <- ACK
            """,
        )
        ladder(f"""
            page  <- 200 | /{NEW_PLACE}/
            trunk <- INVITE | /{NEW_PLACE}/
            page  -> ACK
            trunk -> 200 INVITE | server answer
            trunk <- ACK
        """)
        hung_up(ladder, gateway)

    def test_redirected_afterwards(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """A new INVITE has the new place in it."""
        ladder(OUTBOUND)
        gateway.media_moved(ladder.now)
        gateway.next_column[Side.TRUNK] = "other"
        ladder.peers["other"] = trunk_peer("other")
        ladder(f"""
            trunk -> 302 INVITE + Contact: <sip:5003@127.0.0.81:5060>
            trunk <- ACK
            other <- INVITE sip:5003@127.0.0.81:5060 | /{NEW_PLACE}/
            other -> 200 INVITE | server answer
            other <- ACK
            page  <- 200 | /{NEW_PLACE}/
            page  -> ACK
            after 40 s
        """)
