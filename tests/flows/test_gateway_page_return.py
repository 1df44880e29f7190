"""A page that goes away in a call: who is asked, who is told, and how the next page gets the call."""

from __future__ import annotations

import pytest

from cordboard.call.media import Verb
from cordboard.call.page.presence import CallSettings
from kit.gateway_stack import GatewayStack, page_peer, trunk_peer
from kit.ladder import Ladder
from kit.page_ladders import ANSWER, CALLED_ANEW, ENDED, INVITE, PARKED, RETRIEVED, TOLD_TO_HOLD, loaded_again


@pytest.fixture
def connected(ladder: Ladder, gateway: GatewayStack) -> GatewayStack:
    ladder(INVITE + ANSWER)
    return gateway


def test_loaded_again_the_customer_is_held_and_retrieved(ladder: Ladder, connected: GatewayStack) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    ladder.wait(0.5)
    connected.engine.requests.clear()
    loaded_again(ladder, connected)
    ladder(CALLED_ANEW)
    assert connected.engine.verbs == ["renew_page", "page_offer"]
    ladder(RETRIEVED + ENDED)
    assert connected.idle
    assert connected.ended[0].answered


def test_back_within_the_second_the_customer_is_never_held(ladder: Ladder, connected: GatewayStack) -> None:
    """The new page is there before the hold treatment is due, and the old one has been silent for long enough."""
    connected.page_lost(ladder.now)
    ladder.wait(0.6)
    connected.engine.page_silent = 0.6
    loaded_again(ladder, connected)
    ladder(CALLED_ANEW)
    ladder("""
        page  -> 200 INVITE | page description
        page  <- ACK
    """)
    ladder(ENDED)


def test_the_new_page_is_told_how_long_and_by_whom(ladder: Ladder, connected: GatewayStack) -> None:
    ladder.wait(73.0)
    connected.page_lost(ladder.now)
    ladder(PARKED)
    loaded_again(ladder, connected)
    ladder("""
        page  <- BYE
        page  <- INVITE + X-Cordboard-Seconds: 74 + P-Asserted-Identity: <sip:1003@127.0.0.81> + From: /1003/
    """)


def test_a_changed_call_uuid_is_the_resumed_calls(ladder: Ladder, connected: GatewayStack) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    ladder(
        """
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: TWO | server hold
        trunk <- 100
        trunk <- 200 INVITE
        trunk -> ACK
    """.replace("        trunk <- 100\n", "")
    )
    loaded_again(ladder, connected)
    ladder("""
        page  <- BYE
        page  <- INVITE + X-Genesys-CallUUID: TWO
    """)


def test_a_call_that_the_agent_held_stays_held_and_the_page_is_told(ladder: Ladder, connected: GatewayStack) -> None:
    ladder(TOLD_TO_HOLD)
    connected.page_lost(ladder.now)
    ladder("after 30 s")
    loaded_again(ladder, connected)
    ladder(CALLED_ANEW)
    ladder("""
        page  -> 200 INVITE | page description
        page  <- ACK
        page  <- INFO | /{"do":"hold"}/
        page  -> 200 INFO
        trunk -> NOTIFY + Event: talk
        trunk <- 200 NOTIFY
        trunk <- INVITE | /a=sendrecv/
        page  <- INFO | /{"do":"retrieve"}/
    """)


NEW_CALL = """
    trunk -> INVITE + X-Genesys-CallUUID: TWO | server offer
    trunk <- 200 | /a=inactive/
    trunk -> ACK
"""


def test_another_call_in_the_dialog_opens_nothing_while_no_page_is_there(
    ladder: Ladder, connected: GatewayStack
) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED + NEW_CALL)
    assert connected.engine.held
    loaded_again(ladder, connected)
    ladder("""
        page  <- BYE
        page  <- INVITE + X-Cordboard-Call: resumed + X-Genesys-CallUUID: TWO
        page  -> 200 INVITE | page description
        trunk <- INVITE | /a=sendrecv/
        page  <- ACK
    """)
    assert not connected.engine.held


def test_nor_one_that_the_agent_held_before_the_page_went(ladder: Ladder, connected: GatewayStack) -> None:
    ladder(TOLD_TO_HOLD)
    connected.page_lost(ladder.now)
    ladder("after 2 s" + NEW_CALL)
    loaded_again(ladder, connected)
    ladder("""
        page  <- BYE
        page  <- INVITE + X-Cordboard-Call: resumed + X-Genesys-CallUUID: TWO
        page  -> 200 INVITE | page description
        page  <- ACK
        page  <- INFO | /{"do":"hold"}/
        page  -> 200 INFO
        trunk -> INVITE + X-Genesys-CallUUID: THREE | server offer
        trunk <- 200 | /a=sendrecv/
        page  <- INFO | /{"do":"retrieve"}/
        page  <- INFO | /{"call":{"uuid":"THREE"}}/
        trunk -> ACK
    """)


def test_held_by_cti_while_the_page_is_away(ladder: Ladder, connected: GatewayStack) -> None:
    """What we held, the agent holds from now on: the page that comes is told, and nothing is retrieved."""
    connected.page_lost(ladder.now)
    ladder(PARKED)
    ladder("""
        trunk -> NOTIFY + Event: hold
        trunk <- 200 NOTIFY
    """)
    loaded_again(ladder, connected)
    ladder(CALLED_ANEW)
    ladder("""
        page  -> 200 INVITE | page description
        page  <- ACK
        page  <- INFO | /{"do":"hold"}/
        page  -> 200 INFO
        after 5 s
    """)


def test_retrieved_by_cti_while_the_page_is_away(ladder: Ladder, connected: GatewayStack) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    ladder("""
        trunk -> NOTIFY + Event: talk
        trunk <- 200 NOTIFY
        trunk <- INVITE | /a=sendrecv/
        trunk -> 200 INVITE | server answer
        trunk <- ACK
    """)
    connected.engine.page_silent = 3.0
    loaded_again(ladder, connected)
    ladder(CALLED_ANEW)
    ladder("""
        page  -> 200 INVITE | page description
        page  <- ACK
        after 5 s
    """)


@pytest.mark.parametrize("said", ["hold", "talk"])
def test_hold_and_retrieve_while_the_new_page_is_called(ladder: Ladder, connected: GatewayStack, said: str) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    loaded_again(ladder, connected)
    retrieved = "trunk <- INVITE | /a=sendrecv/\n trunk -> 200 INVITE | server answer\n trunk <- ACK"
    ladder(
        CALLED_ANEW
        + f"""
        trunk -> NOTIFY + Event: {said}
        trunk <- 200 NOTIFY
        {retrieved if said == "talk" else ""}
    """
    )
    if said == "talk":
        ladder("""
            page  -> 200 INVITE | page description
            page  <- ACK
            after 5 s
        """)
    else:
        ladder("""
            page  -> 200 INVITE | page description
            page  <- ACK
            page  <- INFO | /{"do":"hold"}/
            page  -> 200 INFO
            after 5 s
        """)


def test_what_sip_server_says_while_the_new_page_is_called_is_said_when_it_has_answered(
    ladder: Ladder, connected: GatewayStack
) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    connected.engine_is_slow = True
    loaded_again(ladder, connected)
    ladder("""
        page  <- BYE
        trunk -> INFO + Content-Type: application/dtmf-relay | digit
        trunk <- 200 INFO
        trunk -> UPDATE + X-Genesys-CallUUID: TWO
        trunk <- 200 UPDATE
    """)
    connected.engine_is_slow = False
    connected.engine_replies(ladder.now)
    ladder("""
        page  <- INVITE + X-Genesys-CallUUID: TWO
        trunk -> INFO + Content-Type: application/dtmf-relay | digit
        trunk <- 200 INFO
        page  -> 180
        page  -> INFO + Content-Type: application/vnd.cordboard+json
        page  <- 200 INFO
    """)
    ladder("""
        page  -> 200 INVITE | page description
        trunk <- INVITE | /a=sendrecv/
        page  <- ACK
        page  <- INFO + Content-Type: application/dtmf-relay
        page  <- INFO | /{"call":{"uuid":"TWO"}}/
        page  <- INFO + Content-Type: application/dtmf-relay
    """)


@pytest.mark.parametrize("when", ["waiting", "resuming", "recalling"])
def test_sip_server_hangs_up(ladder: Ladder, connected: GatewayStack, when: str) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    connected.engine_is_slow = when == "resuming"
    if when != "waiting":
        connected.page_back(ladder.now)
        ladder("page <- BYE" if when == "resuming" else CALLED_ANEW)
        ladder("page -> 180" if when == "recalling" else "")
    told = {"waiting": "page <- BYE", "resuming": "", "recalling": "page <- CANCEL"}[when]
    ladder(f"""
        trunk -> BYE
        trunk <- 200 BYE
        {told}
    """)
    if when == "recalling":
        ladder("""
            page  -> 200 CANCEL
            page  -> 487
            page  <- ACK
        """)
    connected.engine_replies(ladder.now)
    ladder("after 100 s")
    assert connected.idle


@pytest.mark.parametrize("treatment", [1.0, 0.0])
def test_nobody_comes(treatment: float) -> None:
    gateway = GatewayStack(CallSettings(hold_treatment=treatment, without_page=60.0))
    ladder = Ladder(gateway, {"trunk": trunk_peer(), "page": page_peer()})
    ladder(INVITE + ANSWER)
    gateway.page_lost(ladder.now)
    if treatment:
        ladder(PARKED + "after 58.9 s")
    else:
        ladder("after 59.9 s")
    ladder.wait(0.2)
    ladder("""
        page  <- BYE
        trunk <- BYE + Reason: /cause=480/
        trunk -> 200 BYE
        after 100 s
    """)
    assert gateway.idle
    assert gateway.ended[0].cause == "the page is gone"


@pytest.mark.parametrize("slow", [True, False])
def test_the_new_page_does_not_take_it(ladder: Ladder, connected: GatewayStack, slow: bool) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    connected.engine_is_slow = slow
    loaded_again(ladder, connected)
    ladder("page <- BYE" if slow else CALLED_ANEW + "page -> 180")
    ladder.wait(60.0)
    if not slow:
        ladder(
            "page <- CANCEL\n page -> 200 CANCEL\n page -> 487\n page <- ACK".replace(
                "page <- CANCEL", "page <- CANCEL\n trunk <- BYE", 1
            )
        )
    else:
        ladder("trunk <- BYE + Reason: /cause=480/")
    ladder("trunk -> 200 BYE")
    connected.engine_replies(ladder.now)
    ladder("after 100 s")
    assert connected.idle


def test_the_agent_declines_the_resumed_call(ladder: Ladder, connected: GatewayStack) -> None:
    """A page that knows nothing of resumed calls rings, and its agent may say no."""
    connected.page_lost(ladder.now)
    ladder(PARKED)
    loaded_again(ladder, connected)
    ladder(
        CALLED_ANEW
        + """
        page  -> 180
        page  -> 486
        page  <- ACK
        trunk <- BYE
        trunk -> 200 BYE
        after 100 s
    """
    )
    assert connected.idle


def test_a_page_without_microphone_leaves_the_call_to_the_next_one(ladder: Ladder, connected: GatewayStack) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    loaded_again(ladder, connected)
    ladder(
        CALLED_ANEW
        + """
        page  -> 480
        page  <- ACK
        after 3 s
    """
    )
    loaded_again(ladder, connected)
    ladder("page <- INVITE + X-Cordboard-Call: resumed")
    ladder(RETRIEVED + ENDED)


def test_the_new_page_goes_before_it_has_answered(ladder: Ladder, connected: GatewayStack) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    loaded_again(ladder, connected)
    ladder(CALLED_ANEW + "page -> 180")
    connected.page_gone(ladder.now)
    ladder("page <- CANCEL")
    ladder.wait(0.1)
    loaded_again(ladder, connected)
    ladder("page <- INVITE + X-Cordboard-Call: resumed")
    ladder(RETRIEVED)


def test_the_new_page_goes_while_its_offer_is_made(ladder: Ladder, connected: GatewayStack) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    connected.engine_is_slow = True
    loaded_again(ladder, connected)
    ladder("page <- BYE")
    connected.page_gone(ladder.now)
    connected.engine_replies(ladder.now)
    ladder("after 0.5 s")
    connected.engine_is_slow = False
    loaded_again(ladder, connected)
    ladder("page <- INVITE + X-Cordboard-Call: resumed")
    ladder(RETRIEVED)


def test_the_new_page_comes_back_while_its_offer_is_made(ladder: Ladder, connected: GatewayStack) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    connected.engine_is_slow = True
    loaded_again(ladder, connected)
    ladder("page <- BYE")
    connected.page_gone(ladder.now)
    connected.page_back(ladder.now)
    connected.engine_is_slow = False
    connected.engine_replies(ladder.now)
    ladder("page <- INVITE sip:new@xyz.invalid;transport=ws + X-Cordboard-Call: resumed")
    ladder(RETRIEVED + ENDED)


def test_no_media_for_the_new_page_ends_the_call(ladder: Ladder, connected: GatewayStack) -> None:
    connected.page_lost(ladder.now)
    ladder(PARKED)
    connected.engine.failing[Verb.PAGE_OFFER] = 503
    loaded_again(ladder, connected)
    ladder("""
        page  <- BYE
        trunk <- BYE
        trunk -> 200 BYE
        after 100 s
    """)
    assert connected.idle
