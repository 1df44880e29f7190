"""A page that goes away in a call: who is asked, who is told, and how the next page gets the call."""

from __future__ import annotations

import pytest

from cordboard.call.call import MediaLost
from cordboard.call.media import MediaReply, Verb
from cordboard.call.page.presence import CallSettings
from kit.gateway_stack import GatewayStack, page_peer, trunk_peer
from kit.ladder import Ladder
from kit.peer import BODIES

BODIES["page description"] = """v=0\r
o=- 1 1 IN IP4 127.0.0.1\r
s=-\r
t=0 0\r
m=audio 9 UDP/TLS/RTP/SAVPF 0\r
c=IN IP4 0.0.0.0\r
a=mid:0\r
a=ice-ufrag:abcd\r
a=ice-pwd:abcdefghijklmnopqrstuvwx\r
a=fingerprint:sha-256 {fingerprint}\r
a=setup:active\r
a=rtcp-mux\r
a=sendrecv\r
a=rtpmap:0 PCMU/8000\r
""".format(fingerprint=":".join(["AB"] * 32))
BODIES["page restarts ICE"] = BODIES["page description"].replace("ufrag:abcd", "ufrag:wxyz")

INVITE = """
    trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: ONE + P-Asserted-Identity: <sip:1003@127.0.0.81> \
| server offer
    trunk <- 100
    page  <- INVITE
    page  -> 180
    trunk <- 180
"""
ANSWER = """
    page  -> 200 | page description
    page  <- ACK
    trunk <- 200
    trunk -> ACK
"""
HELD_BY_CTI = """
    trunk -> NOTIFY + Event: hold
    trunk <- 200 NOTIFY
    trunk <- INVITE | /a=inactive/
    trunk -> 200 INVITE | server hold
    trunk <- ACK
"""
TOLD_TO_HOLD = """
    trunk -> NOTIFY + Event: hold
    trunk <- 200 NOTIFY
    trunk <- INVITE | /a=inactive/
    page  <- INFO | /{"do":"hold"}/
    trunk -> 200 INVITE | server hold
    trunk <- ACK
    page  -> 200 INFO
"""
PARKED = """
    after 1.0 s
    trunk <- INVITE | /a=inactive/
    trunk -> 200 INVITE | server hold
    trunk <- ACK
"""
CALLED_ANEW = """
    page  <- BYE
    page  <- INVITE sip:new@xyz.invalid;transport=ws + X-Cordboard-Call: resumed + X-Genesys-CallUUID: ONE \
| /page_offer/
"""
RETRIEVED = """
    page  -> 200 INVITE | page description
    page  <- ACK
    trunk <- INVITE | /a=sendrecv/
    trunk -> 200 INVITE | server answer
    trunk <- ACK
"""
ENDED = """
    trunk -> BYE
    trunk <- 200 BYE
    page  <- BYE
    page  -> 200 BYE
    after 100 s
"""


@pytest.fixture
def connected(ladder: Ladder, gateway: GatewayStack) -> GatewayStack:
    ladder(INVITE + ANSWER)
    return gateway


def loaded_again(ladder: Ladder, gateway: GatewayStack) -> None:
    """The page went without a word, and a new one is there; the old one's dialog is nobody's."""
    gateway.page_back(ladder.now)
    ladder.peers["page"].forget()


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
    connected.engine_replies(ladder.now)
    ladder("""
        page  <- INVITE + X-Genesys-CallUUID: TWO
        trunk <- INVITE | /a=sendrecv/
        trunk -> INFO + Content-Type: application/dtmf-relay | digit
        trunk <- 200 INFO
        page  -> 180
        page  -> INFO + Content-Type: application/vnd.cordboard+json
        page  <- 200 INFO
    """)
    ladder("""
        page  -> 200 INVITE | page description
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
