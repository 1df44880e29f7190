"""What carried a call's media died while offers were out, or while the page was away."""

from __future__ import annotations

import pytest

from cordboard.call.media import MediaConnected, MediaLost, Verb
from kit.gateway_ladders import ASKED_TO_HOLD
from kit.gateway_stack import GatewayStack
from kit.ladder import Ladder
from kit.page_ladders import (
    ANSWER,
    BOTH_ACCEPT,
    CALLED_ANEW,
    INVITE,
    NEW_PLACE,
    OFFERED_NEW_PLACE,
    PARKED,
    TOLD_TO_HOLD,
    hung_up,
    loaded_again,
)
from kit.peer import BODIES


@pytest.fixture
def connected(ladder: Ladder, gateway: GatewayStack) -> GatewayStack:
    ladder(INVITE + ANSWER)
    return gateway


class TestOffersInFlight:
    def test_ours_to_the_trunk(self, ladder: Ladder, connected: GatewayStack) -> None:
        """SIP Server answers the hold of the old place first."""
        ladder(ASKED_TO_HOLD)
        connected.media_moved(ladder.now)
        ladder(f"page <- INVITE | /{NEW_PLACE}/\n page -> 200 INVITE | page description\n page <- ACK")
        ladder(f"""
            trunk -> 200 INVITE | server hold
            trunk <- ACK
            trunk <- INVITE | /(?s){NEW_PLACE}.*a=inactive/
            trunk -> 200 INVITE | server hold
            trunk <- ACK
        """)
        assert connected.engine.verbs[-3:] == ["recall_trunk", "trunk_offer", "take_trunk_answer"]
        hung_up(ladder, connected)

    def test_ours_to_the_trunk_is_refused(self, ladder: Ladder, connected: GatewayStack) -> None:
        """That was the old place's."""
        ladder(ASKED_TO_HOLD)
        connected.media_moved(ladder.now)
        ladder(f"""
            page  <- INVITE
            page  -> 200 INVITE | page description
            page  <- ACK
            trunk -> 500 INVITE
            trunk <- ACK
            trunk <- INVITE | /{NEW_PLACE}/
            trunk -> 200 INVITE | server hold
            trunk <- ACK
        """)
        hung_up(ladder, connected)

    def test_ours_to_the_trunk_meets_theirs(self, ladder: Ladder, connected: GatewayStack) -> None:
        """Ours is made anew, and is the new place's then."""
        ladder(ASKED_TO_HOLD + "trunk -> 491 INVITE\n trunk <- ACK")
        connected.media_moved(ladder.now)
        ladder("page <- INVITE\n page -> 200 INVITE | page description\n page <- ACK")
        ladder(f"""
            trunk -> INVITE | server offer
            trunk <- 200 | /{NEW_PLACE}/
            trunk -> ACK
            trunk <- INVITE | /{NEW_PLACE}/
            trunk -> 200 INVITE | server hold
            trunk <- ACK
            after 40 s
        """)
        hung_up(ladder, connected)

    def test_ours_to_the_page(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE + "trunk -> 200 INVITE | server answer\n trunk <- ACK")
        connected.media_moved(ladder.now)
        ladder("trunk <- INVITE | /30002/\n trunk -> 200 INVITE | server answer\n trunk <- ACK")
        ladder("""
            page  -> 488 INVITE
            page  <- ACK
            page  <- INVITE | /30002/
            page  -> 200 INVITE | page description
            page  <- ACK
        """)
        hung_up(ladder, connected)

    def test_the_pages_meets_ours_and_goes_first(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE + "trunk -> 200 INVITE | server answer\n trunk <- ACK")
        connected.media_moved(ladder.now)
        ladder("trunk <- INVITE\n trunk -> 200 INVITE | server answer\n trunk <- ACK")
        ladder("""
            page  -> INVITE | page restarts ICE
            page  <- 200 INVITE | /30002/
            page  -> ACK
            page  <- INVITE | /30002/
            page  -> 200 INVITE | page description
            page  <- ACK
        """)
        hung_up(ladder, connected)

    @pytest.mark.parametrize("peer", ["trunk", "page"])
    def test_theirs_is_taken_in_and_answered_by_the_new_place(
        self, ladder: Ladder, connected: GatewayStack, peer: str
    ) -> None:
        connected.engine_is_slow = True
        body = "music" if peer == "trunk" else "page restarts ICE"
        ladder(f"{peer} -> INVITE | {body}")
        connected.media_moved(ladder.now)
        connected.engine_is_slow = False
        connected.engine_replies(ladder.now)
        other = "page" if peer == "trunk" else "trunk"
        ladder(f"""
            {peer} <- 200 INVITE | /{NEW_PLACE}/
            {other} <- INVITE | /{NEW_PLACE}/
            {peer} -> ACK
            {peer} <- INVITE | /{NEW_PLACE}/
        """)
        ladder(BOTH_ACCEPT)
        hung_up(ladder, connected)

    def test_their_update_too(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.engine_is_slow = True
        ladder("trunk -> UPDATE | music")
        connected.media_moved(ladder.now)
        connected.engine_is_slow = False
        connected.engine_replies(ladder.now)
        ladder(f"trunk <- 200 UPDATE | /{NEW_PLACE}/\n" + OFFERED_NEW_PLACE + BOTH_ACCEPT)
        hung_up(ladder, connected)

    def test_our_offer_in_a_200_is_answered_by_its_ack(self, ladder: Ladder, connected: GatewayStack) -> None:
        """SIP Server collects offers all the time (reference 2.1): what its ACK answers is gone."""
        ladder("""
            trunk -> INVITE
            trunk <- 200 | /m=audio 30000 /
        """)
        connected.media_moved(ladder.now)
        ladder(f"""
            page  <- INVITE | /{NEW_PLACE}/
            trunk -> ACK | music
            trunk <- INVITE | /{NEW_PLACE}/
        """)
        assert connected.engine.requests[-1].verb is Verb.RECALL_TRUNK
        assert connected.engine.requests[-1].sdp == BODIES["music"]
        ladder(BOTH_ACCEPT)
        assert connected.engine.verbs[-1] == "take_trunk_answer"
        hung_up(ladder, connected)


class TestThePageDoesNotCome:
    """It has accepted the offer, but its DTLS has stayed with the old place: Firefox is so."""

    @pytest.fixture
    def accepted(self, ladder: Ladder, connected: GatewayStack) -> GatewayStack:
        connected.page_connects = False
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE + BOTH_ACCEPT)
        return connected

    def test_it_is_called_anew(self, ladder: Ladder, accepted: GatewayStack) -> None:
        ladder("after 2.9 s")
        ladder.wait(0.2)
        ladder.peers["page"].forget()
        accepted.page_connects = True
        ladder(f"""
            page  <- BYE
            page  <- INVITE sip:abc@xyz.invalid;transport=ws + X-Cordboard-Call: resumed | /{NEW_PLACE}/
            page  -> 200 INVITE | page description
            page  <- ACK
            after 40 s
        """)
        hung_up(ladder, accepted)

    def test_held_stays_held(self, ladder: Ladder, connected: GatewayStack) -> None:
        ladder(TOLD_TO_HOLD)
        connected.page_connects = False
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE + BOTH_ACCEPT.replace("server answer", "server hold"))
        ladder.wait(3.1)
        ladder.peers["page"].forget()
        ladder("""
            page  <- BYE
            page  <- INVITE + X-Cordboard-Call: resumed
            page  -> 200 INVITE | page description
            page  <- ACK
            page  <- INFO | /{"do":"hold"}/
            page  -> 200 INFO
            after 40 s
        """)
        hung_up(ladder, connected)

    def test_its_handshake_was_with_the_old_place(self, ladder: Ladder, connected: GatewayStack) -> None:
        """It was in the midst of it, and does not know the new certificate: it is called anew at once."""
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE)
        connected.feed(MediaLost("certificate unknown", failed=True), ladder.now)
        ladder.peers["page"].forget()
        ladder("""
            page  <- BYE
            page  <- INVITE + X-Cordboard-Call: resumed
            page  -> 200 INVITE | page description
            page  <- ACK
            trunk -> 200 INVITE | server answer
            trunk <- ACK
        """)
        connected.feed(MediaLost("certificate unknown", failed=True), ladder.now)
        ladder("""
            page  <- BYE
            trunk <- BYE
        """)

    def test_it_comes_late(self, ladder: Ladder, accepted: GatewayStack) -> None:
        ladder("after 2.5 s")
        accepted.feed(MediaConnected(), ladder.now)
        ladder("after 40 s")
        hung_up(ladder, accepted)

    def test_its_connection_is_lost_meanwhile(self, ladder: Ladder, accepted: GatewayStack) -> None:
        """Then it is a page that is away; back again, it is looked for again."""
        accepted.engine.page_silent = 0.02
        accepted.page_lost(ladder.now)
        ladder("after 30 s")
        accepted.page_back(ladder.now, same=True)
        ladder("after 2.9 s")
        ladder.wait(0.2)
        ladder.peers["page"].forget()
        ladder("""
            page  <- BYE
            page  <- INVITE + X-Cordboard-Call: resumed
        """)


class TestThePageIsAway:
    def test_it_is_offered_the_new_place_when_it_is_back(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.page_lost(ladder.now)
        connected.media_moved(ladder.now)
        ladder(f"""
            trunk <- INVITE | /{NEW_PLACE}/
            trunk -> 200 INVITE | server answer
            trunk <- ACK
        """)
        ladder(PARKED + "after 35 s")
        connected.page_back(ladder.now, same=True)
        ladder(f"""
            trunk <- INVITE | /a=sendrecv/
            page  <- INVITE | /{NEW_PLACE}/
        """)
        ladder(BOTH_ACCEPT + "after 40 s")
        hung_up(ladder, connected)

    def test_its_connection_is_lost_while_the_offer_is_out(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.media_moved(ladder.now)
        ladder(OFFERED_NEW_PLACE + "trunk -> 200 INVITE | server answer\n trunk <- ACK")
        connected.page_lost(ladder.now)
        connected.page_back(ladder.now, same=True)
        ladder(f"""
            page  <- INVITE | /{NEW_PLACE}/
            page  -> 200 INVITE | page description
            page  <- ACK
        """)
        hung_up(ladder, connected)

    def test_another_page_is_called_with_it(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.page_lost(ladder.now)
        ladder(PARKED)
        connected.media_moved(ladder.now)
        ladder(f"""
            trunk <- INVITE | /(?s){NEW_PLACE}.*a=inactive/
            trunk -> 200 INVITE | server hold
            trunk <- ACK
        """)
        loaded_again(ladder, connected)
        ladder(CALLED_ANEW.replace("/page_offer/", f"/{NEW_PLACE}/"))
        ladder("""
            page  -> 200 INVITE | page description
            page  <- ACK
            trunk <- INVITE | /a=sendrecv/
            trunk -> 200 INVITE | server answer
            trunk <- ACK
            after 40 s
        """)
        hung_up(ladder, connected)

    def test_another_page_is_about_to_be_called(self, ladder: Ladder, connected: GatewayStack) -> None:
        connected.page_lost(ladder.now)
        ladder(PARKED)
        connected.engine_is_slow = True
        loaded_again(ladder, connected)
        ladder("page <- BYE")
        connected.engine_is_slow = False
        connected.media_moved(ladder.now)
        ladder(f"""
            trunk <- INVITE | /{NEW_PLACE}/
            page  <- INVITE + X-Cordboard-Call: resumed | /{NEW_PLACE}/
            trunk -> 200 INVITE | server hold
            trunk <- ACK
            page  -> 200 INVITE | page description
            page  <- ACK
            trunk <- INVITE | /a=sendrecv/
            trunk -> 200 INVITE | server answer
            trunk <- ACK
        """)
        hung_up(ladder, connected)

    def test_another_page_is_called_already(self, ladder: Ladder, connected: GatewayStack) -> None:
        """It is offered the new place when it has answered."""
        connected.page_lost(ladder.now)
        ladder(PARKED)
        loaded_again(ladder, connected)
        ladder(CALLED_ANEW)
        connected.media_moved(ladder.now)
        ladder(f"""
            trunk <- INVITE | /{NEW_PLACE}/
            trunk -> 200 INVITE | server hold
            trunk <- ACK
            page  -> 200 INVITE | page description
            page  <- ACK
            trunk <- INVITE | /a=sendrecv/
            page  <- INVITE | /{NEW_PLACE}/
        """)
        ladder(BOTH_ACCEPT)
        hung_up(ladder, connected)
