"""SIP Server look-alike: consult calls in a second dialog and on the one (SIP Server reference 2.5)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_ladders import connected
from kit.sip_server_parties import (
    HELD,
    HELD_ANSWER,
    MUSIC,
    PARKED,
    PARKED_ANSWERED,
    PICKED_UP,
    RINGING,
    SECOND_DIALOG,
    consulting,
    consulting_on_one_dialog,
    stack_with,
    two_dialogs,
    uuid_of,
)
from kit.sip_server_stack import SipServerStack, ladder_of

ONE_DIALOG = {"dual-dialog-enabled": "false"}
RETRIEVED = """
    agent  -> INVITE | agent-active
    caller <- INVITE | /s=agent-active/
    caller -> 200 INVITE | caller
    caller <- ACK
    agent  <- 200 INVITE | /s=caller/
    cti    <- EventRetrieved 5001 state=Established reference=7
    agent  -> ACK
"""


def new_server() -> SipServerStack:
    return two_dialogs(SipServerStack())


def new_ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server)


@pytest.fixture
def server() -> SipServerStack:
    return new_server()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return new_ladder(server)


@pytest.mark.parametrize("request_name", ["InitiateTransfer", "InitiateConference"])
def test_the_call_is_held_and_a_second_dialog_begun(request_name: str) -> None:
    server = two_dialogs(SipServerStack())
    ladder = ladder_of(server)
    consulting(ladder, request_name)
    main, consult = server.switch.views("5001")
    assert (main.state, main.consult_call) == ("Held", consult.call_uuid)
    assert (consult.state, consult.parent_call) == ("Established", main.call_uuid)
    assert uuid_of(ladder, "agent") == main.call_uuid
    assert uuid_of(ladder, "agent-2") == consult.call_uuid == uuid_of(ladder, "colleague")


def test_a_call_that_is_held_already_is_not_held_again(ladder: Ladder) -> None:
    connected(ladder)
    ladder("    cti -> HoldCall 5001" + HELD + MUSIC)
    ladder("    cti -> InitiateTransfer 5001 5002" + SECOND_DIALOG)


def test_a_phone_without_hold_is_held_by_reinvite() -> None:
    ladder = ladder_of(stack_with(agent={"sip-cti-control": "talk"}))
    connected(ladder)
    ladder(
        r"""
        cti     -> InitiateTransfer 5001 5002
        agent   <- INVITE | /c=IN IP4 0.0.0.0/
        agent   -> 200 INVITE | agent-inactive
        agent   <- ACK
        cti     <- EventHeld 5001
        agent-2 <- INVITE | none
        caller  <- INVITE | /s=music/
        """
    )


def test_a_phone_that_does_not_hold_is_an_error(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        cti    -> InitiateTransfer 5001 5002
        agent  <- NOTIFY + Event: hold
        agent  -> 489 NOTIFY
        cti    <- Error 5001 code=52 reference=7
        """
    )
    assert [view.consult_call for view in server.switch.views("5001")] == [""]


def test_the_consulted_party_refuses(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder("    cti -> InitiateTransfer 5001 5002" + HELD + SECOND_DIALOG + MUSIC + PICKED_UP + RINGING)
    ladder(
        """
        colleague -> 486 INVITE
        colleague <- ACK
        agent-2   <- ACK
        agent-2   <- BYE + Reason: /cause=486/
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        cti       -> RetrieveCall 5001
        agent     <- NOTIFY + Event: talk
        agent     -> 200 NOTIFY
        """
        + RETRIEVED
    )
    (main,) = server.switch.views("5001")
    assert main.consult_call == ""


def test_the_consulted_party_hangs_up(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    ladder(
        """
        colleague -> BYE
        colleague <- 200 BYE
        agent-2   <- BYE
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Held"]


def test_the_customer_hangs_up_and_the_consultation_goes_on(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    ladder(
        """
        caller -> BYE
        caller <- 200 BYE
        agent  <- BYE
        cti    <- EventReleased 5001 type=Inbound
        """
    )
    (consult,) = server.switch.views("5001")
    assert (consult.state, consult.parent_call, consult.call_type) == ("Established", "", "Consult")
    ladder("cti -> CompleteTransfer 5001\ncti <- Error 5001 code=185 reference=7")


def test_alternate_goes_to_and_fro(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    ladder(
        rf"""
        cti       -> AlternateCall 5001
        agent-2   <- NOTIFY + Event: hold
        agent-2   -> 200 NOTIFY
        agent-2   -> INVITE | agent-inactive
        agent-2   <- 200 INVITE | {HELD_ANSWER}
        cti       <- EventHeld 5001 type=Consult
        agent     <- NOTIFY + Event: talk
        colleague <- INVITE | /s=music/
        agent-2   -> ACK
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent     -> 200 NOTIFY
        """
        + RETRIEVED
    )
    assert [view.state for view in server.switch.views("5001")] == ["Established", "Held"]
    ladder(
        rf"""
        cti       -> AlternateCall 5001 call=0
        agent     <- NOTIFY + Event: hold
        agent     -> 200 NOTIFY
        agent     -> INVITE | agent-inactive
        agent     <- 200 INVITE | {HELD_ANSWER}
        cti       <- EventHeld 5001 type=Inbound
        agent-2   <- NOTIFY + Event: talk
        caller    <- INVITE | /s=music/
        agent     -> ACK
        """
    )


def test_an_alternate_whose_hold_fails_is_an_error(ladder: Ladder) -> None:
    consulting(ladder)
    ladder(
        """
        cti       -> AlternateCall 5001
        agent-2   <- NOTIFY + Event: hold
        agent-2   -> 403 NOTIFY
        cti       <- Error 5001 code=52 reference=7
        """
    )


def test_reconnect_ends_the_consultation_and_retrieves(ladder: Ladder) -> None:
    consulting(ladder)
    ladder(
        """
        cti       -> ReconnectCall 5001
        agent-2   <- BYE
        colleague <- BYE
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        agent     <- NOTIFY + Event: talk
        agent     -> 200 NOTIFY
        """
        + RETRIEVED
    )


def test_reconnect_while_it_rings(ladder: Ladder) -> None:
    connected(ladder)
    ladder("    cti -> InitiateTransfer 5001 5002" + HELD + SECOND_DIALOG + MUSIC + PICKED_UP + RINGING)
    ladder(
        """
        cti       -> ReconnectCall 5001
        agent-2   <- ACK
        agent-2   <- BYE
        colleague <- CANCEL
        cti       <- EventAbandoned 5002
        cti       <- EventReleased 5001
        cti       <- EventReleased 5002
        agent     <- NOTIFY + Event: talk
        """
    )


def test_reconnect_before_the_agents_second_dialog_is_answered(ladder: Ladder) -> None:
    connected(ladder)
    ladder("    cti -> InitiateTransfer 5001 5002" + HELD + SECOND_DIALOG + MUSIC)
    ladder(
        """
        agent-2   -> 180
        agent-2   <- NOTIFY
        agent-2   -> 200 NOTIFY
        cti       -> ReconnectCall 5001
        agent-2   <- CANCEL
        cti       <- Error 5001 code=52
        agent     <- NOTIFY + Event: talk
        """
    )


@pytest.mark.parametrize("request_line", ["CompleteTransfer", "CompleteConference", "AlternateCall", "ReconnectCall"])
def test_what_needs_a_consultation_is_an_error_without(request_line: str) -> None:
    ladder = ladder_of(two_dialogs(SipServerStack()))
    connected(ladder)
    ladder(f"cti -> {request_line} 5001\ncti <- Error 5001 code=185 reference=7")


def test_what_needs_two_who_talk_is_an_error_while_it_rings(ladder: Ladder) -> None:
    connected(ladder)
    ladder("    cti -> InitiateTransfer 5001 5002" + HELD + SECOND_DIALOG + MUSIC + PICKED_UP + RINGING)
    ladder(
        """
        cti -> CompleteTransfer 5001
        cti <- Error 5001 code=185
        cti -> AlternateCall 5001
        cti <- Error 5001 code=185
        cti -> InitiateTransfer 5001 5002
        cti <- Error 5001 code=185
        """
    )


def test_a_consultation_with_nobody_is_an_error(ladder: Ladder) -> None:
    connected(ladder)
    ladder(
        """
        cti -> InitiateTransfer 5001 5999
        cti <- Error 5001 code=71 reference=7
        cti -> InitiateTransfer 5001 5001
        cti <- Error 5001 code=71 reference=7
        """
    )


# --- on the one dialog ------------------------------------------------------------------------------------------------


def test_the_one_dialog_is_reinvited_to_the_consulted_party() -> None:
    server = stack_with(agent=ONE_DIALOG)
    ladder = ladder_of(server)
    connected(ladder)
    before = uuid_of(ladder, "agent")
    ladder(PARKED + PARKED_ANSWERED)
    main, consult = server.switch.views("5001")
    assert (main.state, consult.state) == ("Held", "Established")
    assert uuid_of(ladder, "agent") == consult.call_uuid != before == main.call_uuid


def test_reconnect_on_the_one_dialog() -> None:
    server = stack_with(agent=ONE_DIALOG)
    ladder = ladder_of(server)
    consulting_on_one_dialog(ladder)
    main, _ = server.switch.views("5001")
    ladder(
        """
        cti       -> ReconnectCall 5001
        agent     <- INVITE | /c=IN IP4 0.0.0.0/
        colleague <- BYE
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        agent     -> 200 INVITE | agent
        agent     <- ACK
        agent     <- INVITE | none
        agent     -> 200 INVITE | agent-full
        caller    <- INVITE | /s=agent-full/
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        agent     <- ACK | /s=caller-answer/
        cti       <- EventRetrieved 5001 reference=7
        """
    )
    assert uuid_of(ladder, "agent") == main.call_uuid


def test_alternate_on_the_one_dialog() -> None:
    server = stack_with(agent=ONE_DIALOG)
    ladder = ladder_of(server)
    consulting_on_one_dialog(ladder)
    main, consult = server.switch.views("5001")
    ladder(
        """
        cti       -> AlternateCall 5001
        cti       <- EventHeld 5001 type=Consult
        colleague <- INVITE | /s=music/
        agent     <- INVITE | none
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent     -> 200 INVITE | agent-full
        caller    <- INVITE | /s=agent-full/
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        agent     <- ACK | /s=caller-answer/
        cti       <- EventRetrieved 5001 type=Inbound reference=7
        """
    )
    assert uuid_of(ladder, "agent") == main.call_uuid
    ladder(
        """
        cti       -> AlternateCall 5001
        cti       <- EventHeld 5001 type=Inbound
        caller    <- INVITE | /s=music/
        agent     <- INVITE | none
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        agent     -> 200 INVITE | agent-full
        colleague <- INVITE | /s=agent-full/
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent     <- ACK | /s=colleague/
        cti       <- EventRetrieved 5001 type=Consult reference=7
        """
    )
    assert uuid_of(ladder, "agent") == consult.call_uuid


def test_the_consulted_party_hangs_up_on_the_one_dialog() -> None:
    server = stack_with(agent=ONE_DIALOG)
    ladder = ladder_of(server)
    consulting_on_one_dialog(ladder)
    ladder(
        """
        colleague -> BYE
        colleague <- 200 BYE
        agent     <- INVITE | /c=IN IP4 0.0.0.0/
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        agent     -> 200 INVITE | agent
        agent     <- ACK
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Held"]


def test_the_customer_hangs_up_and_the_one_dialog_serves_the_consultation() -> None:
    server = stack_with(agent=ONE_DIALOG)
    ladder = ladder_of(server)
    consulting_on_one_dialog(ladder)
    ladder(
        """
        caller    -> BYE
        caller    <- 200 BYE
        cti       <- EventReleased 5001 type=Inbound
        colleague -> BYE
        colleague <- 200 BYE
        agent     <- BYE
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        """
    )
    assert not server.switch.calls


def test_the_agents_phone_hangs_up_the_one_dialog_and_both_calls_are_over() -> None:
    server = stack_with(agent=ONE_DIALOG)
    ladder = ladder_of(server)
    consulting_on_one_dialog(ladder)
    ladder(
        """
        agent     -> BYE
        agent     <- 200 BYE
        caller    <- BYE
        colleague <- BYE
        cti       <- EventReleased 5001 type=Inbound
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        """
    )
    assert not server.switch.calls
    assert server.broken == []


@pytest.mark.parametrize("answer", ["488 INVITE", "486 INVITE"])
def test_the_agents_phone_refuses_the_reinvite(answer: str) -> None:
    server = stack_with(agent=ONE_DIALOG)
    ladder = ladder_of(server)
    connected(ladder)
    ladder(
        f"""
        cti       -> InitiateTransfer 5001 5002
        cti       <- EventHeld 5001
        agent     <- INVITE | none
        caller    <- INVITE | /s=music/
        agent     -> {answer}
        agent     <- ACK
        cti       <- Error 5001 code=52 reference=7
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        agent     <- INVITE | /c=IN IP4 0.0.0.0/
        """
    )
    assert server.broken == []


def test_the_agents_phone_hangs_up_instead_of_answering_the_reinvite() -> None:
    server = stack_with(agent=ONE_DIALOG)
    ladder = ladder_of(server)
    connected(ladder)
    ladder(
        """
        cti       -> InitiateTransfer 5001 5002
        cti       <- EventHeld 5001
        agent     <- INVITE | none
        caller    <- INVITE | /s=music/
        agent     -> BYE
        agent     <- 200 BYE
        cti       <- Error 5001 code=52 reference=7
        caller    <- BYE
        cti       <- EventReleased 5001
        """
    )
    assert not server.switch.calls
    assert server.broken == []


def test_the_consulted_party_refuses_on_the_one_dialog() -> None:
    server = stack_with(agent=ONE_DIALOG)
    ladder = ladder_of(server)
    connected(ladder)
    ladder(PARKED)
    ladder(
        """
        colleague -> 486 INVITE
        colleague <- ACK
        agent     <- INVITE | /c=IN IP4 0.0.0.0/
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Held"]
