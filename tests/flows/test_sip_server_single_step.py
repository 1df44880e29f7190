"""SIP Server look-alike: transfers in a single step, without REFER; redirection (SIP Server reference 2.5)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_ladders import DIRECT_ANSWERED, DIRECT_TO_RINGING, connected
from kit.sip_server_parties import two_dialogs
from kit.sip_server_stack import SipServerStack, ladder_of


def new_server() -> SipServerStack:
    return two_dialogs(SipServerStack())


def new_ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server, third=True)


@pytest.fixture
def server() -> SipServerStack:
    return new_server()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return new_ladder(server)


TARGET_RINGS = r"""
    cti    -> SingleStepTransfer 5001 5003
    third  <- INVITE sip:5003@127.0.0.66:5060 + From: /15550100/ + X-Genesys-CallUUID: /./ + P-Asserted-Identity: /15550100/ | none
    third  -> 180
    cti    <- EventRinging 5003 state=Ringing type=Inbound
"""  # noqa: E501
TARGET_ANSWERED = r"""
    third  -> 200 INVITE | third-full
    caller <- INVITE | /s=third-full/
    caller -> 200 INVITE | caller-answer
    caller <- ACK
    third  <- ACK | /s=caller-answer/
    cti    <- EventEstablished 5003 state=Established
    agent  <- BYE
    cti    <- EventReleased 5001 reference=7
"""


def test_in_a_single_step_the_agent_stays_until_the_target_has_answered(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    (before,) = server.switch.views("5001")
    ladder(TARGET_RINGS + TARGET_ANSWERED)
    (call,) = server.switch.views("5003")
    assert (call.call_uuid, call.participants) == (before.call_uuid, ("+15550100",))
    ladder("third -> BYE\nthird <- 200 BYE\ncaller <- BYE\ncti <- EventReleased 5003")
    assert not server.switch.calls


def test_the_target_answers_by_cti(ladder: Ladder) -> None:
    connected(ladder)
    ladder(TARGET_RINGS)
    ladder("cti -> AnswerCall 5003\nthird <- NOTIFY + Event: talk\nthird -> 200 NOTIFY")
    ladder(TARGET_ANSWERED)


def test_the_target_answers_at_once(ladder: Ladder) -> None:
    connected(ladder)
    ladder("cti -> SingleStepTransfer 5001 5003\nthird <- INVITE | none")
    ladder(TARGET_ANSWERED)


def test_a_held_customer_is_transferred_from_the_music(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        cti    -> HoldCall 5001
        agent  <- NOTIFY
        agent  -> 200 NOTIFY
        agent  -> INVITE | agent-inactive
        agent  <- 200 INVITE
        cti    <- EventHeld 5001
        caller <- INVITE | /s=music/
        agent  -> ACK
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        """
    )
    ladder(TARGET_RINGS)
    server.media_asks = True
    ladder(TARGET_ANSWERED + "    media <- CloseMedia")


@pytest.mark.parametrize(
    "refusal", ["third -> 486 INVITE\nthird <- ACK", "cti -> ReleaseCall 5003\nthird <- CANCEL"], ids=["phone", "CTI"]
)
def test_a_target_who_refuses_leaves_the_call_with_the_agent(refusal: str) -> None:
    server = SipServerStack()
    ladder = ladder_of(server, third=True)
    connected(ladder)
    ladder(TARGET_RINGS)
    ladder(refusal + "\ncti <- EventReleased 5003\ncti <- Error 5001 code=52 reference=7")
    assert [view.state for view in server.switch.views("5001")] == ["Established"]


def test_a_target_who_refuses_before_it_rings(ladder: Ladder) -> None:
    connected(ladder)
    ladder(
        """
        cti   -> SingleStepTransfer 5001 5003
        third <- INVITE
        third -> 486 INVITE
        third <- ACK
        cti   <- Error 5001 code=52 reference=7
        """
    )


def test_a_customer_who_refuses_the_target(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(TARGET_RINGS)
    ladder(
        """
        third  -> 200 INVITE | third-full
        caller <- INVITE
        caller -> 488 INVITE
        caller <- ACK
        third  <- ACK
        third  <- BYE
        cti    <- EventReleased 5003
        cti    <- Error 5001 code=52 reference=7
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Established"]


def test_the_target_hangs_up_while_the_customers_ack_is_still_to_come(ladder: Ladder, server: SipServerStack) -> None:
    ladder(DIRECT_TO_RINGING + DIRECT_ANSWERED.replace("    caller -> ACK\n", ""))
    ladder(
        """
        cti    -> SingleStepTransfer 5001 5003
        third  <- INVITE
        third  -> 200 INVITE | third-full
        third  -> BYE
        third  <- 200 BYE
        cti    <- Error 5001 code=52 reference=7
        """
    )
    assert server.broken == []


def test_the_agent_hangs_up_while_the_target_rings(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(TARGET_RINGS)
    ladder(
        """
        agent  -> BYE
        agent  <- 200 BYE
        caller <- BYE
        third  <- CANCEL
        cti    <- EventReleased 5003
        cti    <- EventReleased 5001
        """
    )
    assert not server.switch.calls


def test_the_target_is_not_reachable(ladder: Ladder) -> None:
    connected(ladder)
    ladder(
        """
        cti -> SingleStepTransfer 5001 5999
        cti <- Error 5001 code=71 reference=7
        cti -> SingleStepTransfer 5001 600
        cti <- Error 5001 code=71
        cti -> SingleStepTransfer 5001 +15550100
        cti <- Error 5001 code=71
        """
    )


def test_a_second_transfer_while_the_first_rings_is_an_error(ladder: Ladder) -> None:
    connected(ladder)
    ladder(TARGET_RINGS)
    ladder("cti -> SingleStepTransfer 5001 5002\ncti <- Error 5001 code=185")


def test_a_transfer_to_the_routing_point_puts_the_customer_back_into_the_queue(
    ladder: Ladder, server: SipServerStack
) -> None:
    connected(ladder)
    ladder(
        """
        cti    -> AgentLogin 5002
        cti    <- DnEvent 5002
        cti    -> SingleStepTransfer 5001 8000
        agent  <- BYE
        cti    <- EventReleased 5001 reference=7
        caller <- INVITE | /s=music/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        cti    -> AgentSetReady 5002
        cti    <- DnEvent 5002
        colleague <- INVITE | /s=caller-answer/
        colleague -> 180
        cti    <- EventRinging 5002 dnis=8000 NO_ANSWER_TIMEOUT=15
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        cti    <- EventEstablished 5002
        caller <- INVITE | /s=colleague/
        """
    )


# --- elsewhere --------------------------------------------------------------------------------------------------------

RINGING = """
    caller -> INVITE sip:5001@127.0.0.81:5070 | caller
    caller <- 100
    agent  <- INVITE
    agent  -> 180
    cti    <- EventRinging 5001
    caller <- 180
"""


def test_redirect_sends_a_ringing_call_elsewhere(ladder: Ladder) -> None:
    ladder(RINGING)
    ladder(
        """
        cti       -> RedirectCall 5001 5002
        agent     <- CANCEL
        cti       <- EventReleased 5001 reference=7
        colleague <- INVITE | /s=caller/
        colleague -> 180
        cti       <- EventRinging 5002 dnis=5002
        caller    <- 180
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        caller    <- 200 INVITE | /s=colleague/
        cti       <- EventEstablished 5002
        """
    )


@pytest.mark.parametrize("number", ["5999", "8000"])
def test_a_redirection_to_what_is_no_phone_is_an_error(number: str) -> None:
    ladder = ladder_of(SipServerStack())
    ladder(RINGING)
    ladder(f"cti -> RedirectCall 5001 {number}\ncti <- Error 5001 code=71 reference=7")


def test_a_redirection_of_a_call_that_does_not_ring_is_an_error(ladder: Ladder) -> None:
    connected(ladder)
    ladder("cti -> RedirectCall 5001 5002\ncti <- Error 5001 code=185 reference=7")


def test_a_302_of_the_phone_is_followed(ladder: Ladder) -> None:
    ladder(
        """
        caller    -> INVITE sip:5001@127.0.0.81:5070 | caller
        caller    <- 100
        agent     <- INVITE
        agent     -> 302 INVITE + Contact: <sip:5002@127.0.0.81:5070>
        agent     <- ACK
        colleague <- INVITE | /s=caller/
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        caller    <- 180
        caller    <- 200 INVITE | /s=colleague/
        cti       <- EventEstablished 5002
        """
    )


@pytest.mark.parametrize("contact", ["<sip:5999@127.0.0.81>", "<nonsense", "<sip:127.0.0.81>"])
def test_a_302_to_nobody_is_a_refusal(contact: str) -> None:
    ladder = ladder_of(SipServerStack())
    ladder(RINGING)
    ladder(
        f"""
        agent  -> 302 INVITE + Contact: {contact}
        agent  <- ACK
        cti    <- EventReleased 5001
        caller <- 404 INVITE
        """
    )


def test_a_302_in_a_circle_ends() -> None:
    ladder = ladder_of(SipServerStack())
    moved = "    agent <- INVITE\n    agent -> 302 INVITE + Contact: <sip:5001@127.0.0.81>\n    agent <- ACK\n"
    begin = "    caller -> INVITE sip:5001@127.0.0.81:5070 | caller\n    caller <- 100\n"
    ladder(begin + 6 * moved + "    caller <- 480 INVITE")
