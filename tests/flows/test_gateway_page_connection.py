"""A page whose connection is lost while it lives: what was said meanwhile, what it offers itself, what it dialled."""

from __future__ import annotations

import pytest

from cordboard.call.call import MediaLost
from cordboard.call.media import MediaReply, Side, Verb
from kit.gateway_stack import GatewayStack
from kit.ladder import Ladder
from kit.page_ladders import (
    ANSWER,
    CALLED_ANEW,
    ENDED,
    HELD_BY_CTI,
    INVITE,
    PARKED,
    RETRIEVED,
    TOLD_TO_HOLD,
    loaded_again,
)


@pytest.fixture
def connected(ladder: Ladder, gateway: GatewayStack) -> GatewayStack:
    ladder(INVITE + ANSWER)
    return gateway


# --- the connection alone is lost


def test_a_page_that_is_heard_is_not_gone(ladder: Ladder, connected: GatewayStack) -> None:
    """Only its WebSocket is lost: the customer notices nothing, and another page of the DN does not get the call."""
    connected.engine.page_silent = 0.02
    connected.page_lost(ladder.now)
    ladder("after 20 s")
    connected.page_back(ladder.now)
    ladder("after 3 s")
    connected.page_back(ladder.now, same=True)
    ladder(ENDED)
    assert connected.idle


def test_a_page_that_falls_silent_later_is_held_then(ladder: Ladder, connected: GatewayStack) -> None:
    connected.engine.page_silent = 0.02
    connected.page_lost(ladder.now)
    ladder("after 10 s")
    connected.engine.page_silent = 5.0
    ladder.wait(1.1)
    ladder("""
        trunk <- INVITE | /a=inactive/
        trunk -> 200 INVITE | server hold
        trunk <- ACK
        after 40 s
    """)
    connected.page_back(ladder.now, same=True)
    ladder("""
        trunk <- INVITE | /a=sendrecv/
        trunk -> 200 INVITE | server answer
        trunk <- ACK
    """)


def test_the_other_page_gets_the_call_as_soon_as_the_first_is_silent(ladder: Ladder, connected: GatewayStack) -> None:
    connected.engine.page_silent = 0.02
    connected.page_lost(ladder.now)
    connected.page_back(ladder.now)
    ladder.wait(0.4)
    connected.engine.page_silent = 0.6
    ladder.wait(0.2)
    ladder.peers["page"].forget()
    ladder(CALLED_ANEW)


def test_the_other_page_goes_before_the_first_is_silent(ladder: Ladder, connected: GatewayStack) -> None:
    connected.engine.page_silent = 0.02
    connected.page_lost(ladder.now)
    connected.page_back(ladder.now)
    connected.page_gone(ladder.now)
    connected.engine.page_silent = 60.0
    ladder.wait(1.1)
    ladder("trunk <- INVITE | /a=inactive/")


def test_words_meanwhile_are_said_when_it_is_back(ladder: Ladder, connected: GatewayStack) -> None:
    connected.engine.page_silent = 0.02
    connected.page_lost(ladder.now)
    ladder(HELD_BY_CTI + "after 5 s")
    connected.page_back(ladder.now, same=True)
    ladder("""
        page  <- INFO | /{"do":"hold"}/
        page  -> 200 INFO
        after 5 s
    """)


def test_words_that_went_into_the_closing_connection_are_said_again(ladder: Ladder, connected: GatewayStack) -> None:
    connected.engine.page_silent = 0.02
    ladder(TOLD_TO_HOLD.replace("page  -> 200 INFO", ""))
    connected.page_lost(ladder.now)
    ladder("after 1 s")
    connected.page_back(ladder.now, same=True)
    ladder("""
        page  <- INFO | /{"do":"hold"}/
        page  -> 200 INFO
        after 5 s
    """)


def test_the_order_to_answer_is_not_lost_with_the_connection(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(
        INVITE
        + """
        trunk -> NOTIFY + Event: talk
        trunk <- 200 NOTIFY
        page  <- INFO | /{"do":"answer"}/
    """
    )
    gateway.page_lost(ladder.now)
    loaded_again(ladder, gateway)
    ladder("""
        page  <- INVITE
        page  -> 180
        trunk <- 180
        page  <- INFO | /{"do":"answer"}/
        page  -> 200 INFO
    """)


def test_silence_of_the_media_ends_no_call_that_waits_for_its_page(ladder: Ladder, connected: GatewayStack) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    connected.feed(MediaLost("the page has said nothing for 30 s", silent=True), ladder.now)
    assert not connected.call.over
    loaded_again(ladder, connected)
    ladder(CALLED_ANEW + RETRIEVED)
    connected.feed(MediaLost("the page has said nothing for 30 s", silent=True), ladder.now)
    ladder("""
        page  <- BYE
        trunk <- BYE
    """)


def test_an_ice_restart_retrieves_nothing_and_sip_server_hears_nothing(ladder: Ladder, connected: GatewayStack) -> None:
    ladder(TOLD_TO_HOLD)
    ladder("""
        page  -> INVITE | page restarts ICE
        page  <- 200 INVITE | /page_answer/
        page  -> ACK
        after 1 s
        page  -> INVITE | page restarts ICE
        page  <- 200 INVITE | /page_answer/
        trunk <- INVITE | /a=sendrecv/
        page  -> ACK
    """)


# --- a call that the page makes


OUTBOUND = """
    page  -> INVITE sip:5002@gateway.invalid | page description
    page  <- 100
    trunk <- INVITE
    trunk -> 180 + X-Genesys-CallUUID: TEN
    page  <- 180
"""


def test_a_call_that_the_page_made_is_resumed_from_the_number_it_dialled(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(
        OUTBOUND
        + """
        trunk -> 200 | server answer
        trunk <- ACK
        page  <- 200 | /s=page_answer/
        page  -> ACK
    """
    )
    gateway.page_lost(ladder.now)
    ladder(PARKED)
    loaded_again(ladder, gateway)
    ladder("""
        page  <- BYE
        page  <- INVITE + X-Cordboard-Call: resumed + X-Genesys-CallUUID: TEN + From: /5002/
    """)
    ladder(RETRIEVED + ENDED)
    assert gateway.idle


def test_a_call_being_dialled_ends_with_its_page(ladder: Ladder, gateway: GatewayStack) -> None:
    """The page that dialled is gone, the new one knows nothing of it: the far end is not to answer into the void."""
    ladder(OUTBOUND)
    gateway.page_lost(ladder.now)
    ladder.wait(0.5)
    loaded_again(ladder, gateway)
    ladder.wait(1.6)
    ladder("""
        page  <- 480
        trunk <- CANCEL
        trunk -> 200 CANCEL
        trunk -> 487
        trunk <- ACK
        after 64 s
    """)
    assert gateway.idle


def test_answered_while_the_dialling_page_is_loaded_again(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(OUTBOUND)
    gateway.page_lost(ladder.now)
    ladder("""
        trunk -> 200 | server answer
        trunk <- ACK
        page  <- 200
    """)
    ladder.wait(1.0)
    loaded_again(ladder, gateway)
    ladder.wait(0.1)
    ladder("page <- INVITE + X-Cordboard-Call: resumed")


@pytest.mark.parametrize("back", [True, False])
def test_the_page_goes_while_its_200_is_being_made(ladder: Ladder, gateway: GatewayStack, back: bool) -> None:
    gateway.engine_is_slow = True
    ladder("""
        page  -> INVITE sip:5002@gateway.invalid | page description
        page  <- 100
    """)
    mine = [gateway._replies.popleft() for _ in range(2)]
    gateway.engine_replies(ladder.now)
    ladder("""
        trunk <- INVITE
        trunk -> 200 | server answer
        trunk <- ACK
    """)
    gateway.page_gone(ladder.now)
    if back:
        gateway.page_back(ladder.now, same=True)
    gateway.engine_is_slow = False
    gateway._replies.extendleft(reversed(mine))
    gateway.engine_replies(ladder.now)
    ladder("page <- 200 | /page_answer/\n page -> ACK")
    ladder.wait(2.1)
    if not back:
        ladder("trunk <- INVITE | /a=inactive/")


# --- codec or media lines change


def reoffered(ladder: Ladder, gateway: GatewayStack) -> None:
    """What SIP Server described last changes the page's side."""
    gateway.feed(MediaReply(Verb.TAKE_TRUNK_OFFER, reoffer=True), ladder.now)


def test_changed_media_is_offered_to_the_page_one_offer_at_a_time(ladder: Ladder, connected: GatewayStack) -> None:
    reoffered(ladder, connected)
    reoffered(ladder, connected)
    ladder("""
        page  <- INVITE | /page_offer/
        page  -> 200 INVITE | page description
        page  <- ACK
        page  <- INVITE | /page_offer/
        page  -> 488 INVITE
        page  <- ACK
        after 5 s
    """)


def test_changed_media_meets_the_pages_own_offer(ladder: Ladder, connected: GatewayStack) -> None:
    """Glare: ours is refused with 491 and sent again, theirs is answered."""
    reoffered(ladder, connected)
    ladder("""
        page  <- INVITE | /page_offer/
        page  -> 491 INVITE
        page  <- ACK
        page  -> INVITE | page description
        page  <- 200 INVITE | /page_answer/
        page  -> ACK
        page  <- INVITE | /page_offer/
        page  -> 200 INVITE | page description
        page  <- ACK
    """)


def test_the_pages_own_offer_goes_before_ours(ladder: Ladder, connected: GatewayStack) -> None:
    """Glare, and the page's comes first: no 491 for JsSIP, which would repeat its offer word by word after a second."""
    reoffered(ladder, connected)
    ladder("""
        page  <- INVITE | /page_offer/
        page  -> INVITE | page restarts ICE
        page  <- 200 INVITE | /page_answer/
        page  -> ACK
        page  <- INVITE | /page_offer/
        page  -> 200 INVITE | page description
        page  <- ACK
        after 64 s
    """)
    assert connected.cores[Side.PAGE].transactions == 0


def test_changed_media_waits_for_a_page_that_is_away(ladder: Ladder, connected: GatewayStack) -> None:
    connected.engine.page_silent = 0.02
    connected.page_lost(ladder.now)
    reoffered(ladder, connected)
    ladder("after 3 s")
    connected.page_back(ladder.now, same=True)
    ladder("page <- INVITE | /page_offer/")


def test_an_offer_that_was_lost_with_the_connection_is_made_again(ladder: Ladder, connected: GatewayStack) -> None:
    connected.engine.page_silent = 0.02
    reoffered(ladder, connected)
    ladder("page <- INVITE | /page_offer/")
    connected.page_lost(ladder.now)
    ladder.wait(1.0)
    connected.page_back(ladder.now, same=True)
    ladder("page <- INVITE | /page_offer/")


def test_media_that_changes_while_the_new_page_is_called_is_offered_when_it_has_answered(
    ladder: Ladder, connected: GatewayStack
) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    loaded_again(ladder, connected)
    ladder(CALLED_ANEW)
    reoffered(ladder, connected)
    ladder("""
        page  -> 200 INVITE | page description
        trunk <- INVITE | /a=sendrecv/
        page  <- ACK
        page  <- INVITE | /page_offer/
        page  -> 200 INVITE | page description
        page  <- ACK
    """)
