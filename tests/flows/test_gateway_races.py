"""What comes at the same time: a slow engine, a page that goes away, hang-ups that cross answers."""

from __future__ import annotations

import pytest

from cordboard.call.media import MediaReply, Verb
from kit.gateway_stack import PAGE_FLOW, GatewayStack
from kit.ladder import Ladder

INBOUND = """
    trunk -> INVITE sip:5001@127.0.0.9:5060 | server offer
    trunk <- 100
"""
RINGING = """
    page  <- INVITE
    page  -> 180
    trunk <- 180
"""
OUTBOUND = """
    page  -> INVITE sip:5002@gateway.invalid | page offer
    page  <- 100
    trunk <- INVITE
    trunk -> 100
"""


@pytest.fixture
def slow(gateway: GatewayStack) -> GatewayStack:
    """The engine replies only when the test says so."""
    gateway.engine_is_slow = True
    return gateway


def ringing_without_description(ladder: Ladder, gateway: GatewayStack) -> None:
    """The page answers while the trunk's description is still being made."""
    gateway.engine.requests.clear()
    ladder(INBOUND)
    replies = list(gateway._replies)
    gateway._replies.clear()
    gateway._replies.append(replies[2])  # the page's offer overtakes the trunk's answer
    gateway.engine_replies(ladder.now)
    ladder(RINGING)
    gateway._replies.extend(replies[:2])
    ladder("""
        page  -> 200 | page answer
        page  <- ACK
    """)


def test_page_answers_before_the_trunks_description_is_made(ladder: Ladder, slow: GatewayStack) -> None:
    ringing_without_description(ladder, slow)
    slow.engine_replies(ladder.now)
    ladder("""
        trunk <- 200 | /s=trunk_answer/
        trunk -> ACK
    """)


@pytest.mark.parametrize(
    "ending",
    [
        """
        trunk -> CANCEL
        trunk <- 200 CANCEL
        trunk <- 487
        page  <- BYE
        trunk -> ACK
        page  -> 200 BYE
        """,
        """
        trunk -> BYE
        trunk <- 200 BYE
        trunk <- 487
        page  <- BYE
        trunk -> ACK
        page  -> 200 BYE
        """,
        """
        trunk -> NOTIFY + Event: talk
        trunk <- 200 NOTIFY
        page  <- INFO
        page  -> 200 INFO
        page  -> BYE
        page  <- 200 BYE
        trunk <- 480
        trunk -> ACK
        """,
    ],
)
def test_the_end_crosses_the_answer(ladder: Ladder, slow: GatewayStack, ending: str) -> None:
    ringing_without_description(ladder, slow)
    ladder(ending)
    slow.engine_replies(ladder.now)
    ladder("after 100 s")
    assert slow.idle


def test_bye_instead_of_cancel_while_ringing(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(INBOUND + RINGING)
    ladder("""
        trunk -> BYE
        trunk <- 200 BYE
        trunk <- 487
        page  <- CANCEL
        trunk -> ACK
        page  -> 200 CANCEL
        page  -> 487
        page  <- ACK
        after 64 s
    """)
    assert gateway.idle


def test_abandoned_before_the_page_was_called(ladder: Ladder, slow: GatewayStack) -> None:
    ladder(INBOUND)
    ladder("""
        trunk -> CANCEL
        trunk <- 200 CANCEL
        trunk <- 487
        trunk -> ACK
    """)
    slow.engine_replies(ladder.now)
    ladder("after 64 s")
    assert slow.idle


def test_talk_while_the_page_is_called_again_is_said_when_it_rings(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(INBOUND + RINGING)
    gateway.page_gone(ladder.now)
    gateway.engine_is_slow = True
    gateway.page_back(ladder.now)
    ladder.peers["page"].forget()
    ladder("""
        page  <- CANCEL
        trunk -> NOTIFY + Event: talk
        trunk <- 200 NOTIFY
    """)
    gateway.engine_replies(ladder.now)
    ladder("""
        page  <- INVITE
        page  -> 180
        trunk <- 180
        page  <- INFO | /{"do":"answer"}/
        page  -> 200 INFO
    """)


def test_abandoned_while_the_page_is_called_again(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(INBOUND + RINGING)
    gateway.page_gone(ladder.now)
    gateway.engine_is_slow = True
    gateway.page_back(ladder.now)
    ladder("""
        page  <- CANCEL
        trunk -> CANCEL
        trunk <- 200 CANCEL
        trunk <- 487
        trunk -> ACK
    """)
    gateway.engine_replies(ladder.now)
    ladder("after 64 s")
    assert gateway.idle


def test_page_gone_before_it_was_called(ladder: Ladder, slow: GatewayStack) -> None:
    ladder(INBOUND)
    slow.page_gone(ladder.now)
    ladder.wait(2.1)
    ladder("""
        trunk <- 480
        trunk -> ACK
    """)
    slow.engine_replies(ladder.now)
    ladder("after 64 s")
    assert slow.idle


def test_page_back_before_it_was_called(ladder: Ladder, slow: GatewayStack) -> None:
    ladder(INBOUND)
    slow.page_gone(ladder.now)
    slow.page_back(ladder.now)
    slow.engine_replies(ladder.now)
    ladder("""
        page  <- INVITE sip:new@xyz.invalid;transport=ws
        page  -> 180
        trunk <- 180
    """)


def test_page_says_something_while_it_rings(ladder: Ladder) -> None:
    ladder(INBOUND + RINGING)
    ladder("""
        page  -> INFO + Content-Type: application/vnd.cordboard+json
        page  <- 200 INFO
    """)


def test_calling_page_gone_and_not_back(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(OUTBOUND + "trunk -> 180\n page <- 180")
    gateway.page_gone(ladder.now)
    ladder.wait(2.1)
    ladder("""
        page  <- 480
        trunk <- CANCEL
        trunk -> 200 CANCEL
        trunk -> 487
        trunk <- ACK
        page  -> ACK
        after 64 s
    """)
    assert gateway.idle


def test_calling_page_back_on_a_new_connection(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(OUTBOUND + "trunk -> 180\n page <- 180")
    gateway.page_gone(ladder.now)
    gateway.page_back(ladder.now, same=True)
    ladder.wait(2.1)
    ladder("""
        trunk -> 200 | server answer
        trunk <- ACK
        page  <- 200 | /s=page_answer/
        page  -> ACK
    """)


def test_calling_page_loses_its_connection_and_comes_back(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(OUTBOUND + "trunk -> 180\n page <- 180")
    gateway.page_lost(ladder.now)
    ladder.wait(1.0)
    gateway.page_back(ladder.now, same=True)
    ladder.wait(2.1)
    ladder("""
        trunk -> 200 | server answer
        trunk <- ACK
        page  <- 200 | /s=page_answer/
        page  -> ACK
    """)


def test_connected_page_on_a_new_connection_keeps_its_call(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(INBOUND + RINGING)
    ladder("""
        page  -> 200 | page answer
        page  <- ACK
        trunk <- 200
        trunk -> ACK
    """)
    gateway.page_gone(ladder.now)
    gateway.engine.page_silent = 0.02
    ladder.wait(10.0)
    gateway.page_back(ladder.now, same=True)
    assert gateway.call.page.flow == PAGE_FLOW
    ladder("""
        trunk -> BYE
        trunk <- 200 BYE
        page  <- BYE
        page  -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


def test_calling_page_sends_digits_early_and_gives_up_by_bye(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(OUTBOUND + "trunk -> 180\n page <- 180")
    ladder("""
        page  -> INFO + Content-Type: application/dtmf-relay | digit
        page  <- 200 INFO
        trunk -> INFO + Content-Type: application/dtmf-relay | digit
        trunk <- 200 INFO
        page  -> BYE
        page  <- 200 BYE
        page  <- 487
        trunk <- CANCEL
        page  -> ACK
        trunk -> 200 CANCEL
        trunk -> 487
        trunk <- ACK
        after 64 s
    """)
    assert gateway.idle


def test_sip_server_answers_before_the_pages_description_is_made(ladder: Ladder, slow: GatewayStack) -> None:
    replies = answered_without_description(ladder, slow)
    slow._replies.extend(replies)
    slow.engine_replies(ladder.now)
    ladder("""
        page  <- 200 | /s=page_answer/
        page  -> ACK
    """)


def answered_without_description(ladder: Ladder, gateway: GatewayStack) -> list[MediaReply]:
    ladder("""
        page  -> INVITE sip:5002@gateway.invalid | page offer
        page  <- 100
    """)
    replies = list(gateway._replies)
    gateway._replies.clear()
    gateway._replies.append(replies[2])
    gateway.engine_replies(ladder.now)
    ladder("""
        trunk <- INVITE
        trunk -> 180
        page  <- 180
        trunk -> 200 | server answer
        trunk <- ACK
    """)
    return replies[:2]


@pytest.mark.parametrize(
    "ending",
    [
        """
        page  -> CANCEL
        page  <- 200 CANCEL
        page  <- 487
        trunk <- BYE
        page  -> ACK
        trunk -> 200 BYE
        """,
        """
        page  -> BYE
        page  <- 200 BYE
        page  <- 487
        trunk <- BYE
        page  -> ACK
        trunk -> 200 BYE
        """,
        """
        trunk -> BYE
        trunk <- 200 BYE
        page  <- 480
        page  -> ACK
        """,
    ],
)
def test_the_end_crosses_sip_servers_answer(ladder: Ladder, slow: GatewayStack, ending: str) -> None:
    answered_without_description(ladder, slow)
    ladder(ending)
    slow.engine_replies(ladder.now)
    ladder("after 100 s")
    assert slow.idle


def test_sip_server_ends_a_call_it_has_not_answered(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder(OUTBOUND + "trunk -> 180\n page <- 180")
    gateway.end(ladder.now)
    ladder("""
        page  <- 500
        trunk <- CANCEL
        page  -> ACK
        trunk -> 200 CANCEL
        trunk -> 487
        trunk <- ACK
        after 64 s
    """)
    assert gateway.idle


def test_unusable_answer_of_the_page_ends_the_call(ladder: Ladder, gateway: GatewayStack) -> None:
    gateway.engine.failing[Verb.TAKE_PAGE_ANSWER] = 488
    ladder(INBOUND + RINGING)
    ladder("""
        page  -> 200 | page answer
        page  <- ACK
        trunk <- 200
        page  <- BYE
        trunk -> ACK
        trunk <- BYE
        page  -> 200 BYE
        trunk -> 200 BYE
        after 64 s
    """)
    assert gateway.idle
