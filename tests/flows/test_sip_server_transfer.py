"""SIP Server look-alike: transfers in two steps (SIP Server reference 2.5)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_parties import consulting, consulting_on_one_dialog, stack_with, two_dialogs, uuid_of
from kit.sip_server_stack import SipServerStack, ladder_of

COMPLETED = r"""
    cti       -> CompleteTransfer 5001
    colleague <- INVITE + X-Genesys-CallUUID: /./ | none
    colleague -> 200 INVITE | colleague-full
    caller    <- INVITE | /s=colleague-full/
    caller    -> 200 INVITE | caller-answer
    caller    <- ACK
    colleague <- ACK + X-Genesys-CallUUID: /./ | /s=caller-answer/
    cti       <- EventReleased 5001 type=Inbound
    cti       <- EventReleased 5001 type=Consult
    agent-2   <- BYE
    agent     <- BYE
    cti       <- EventPartyChanged 5002 type=Inbound state=Established with=+15550100
"""


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


def test_the_two_who_are_left_are_put_through_and_one_uuid_survives(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    main, consult = server.switch.views("5001")
    ladder(COMPLETED)
    (call,) = server.switch.views("5002")
    assert (call.call_uuid, call.connection_id) == (main.call_uuid, main.connection_id)
    assert call.previous_connection_id == consult.connection_id
    assert uuid_of(ladder, "colleague") == main.call_uuid != consult.call_uuid
    ladder(
        """
        caller    -> BYE
        caller    <- 200 BYE
        colleague <- BYE + X-Genesys-CallUUID: /./
        cti       <- EventReleased 5002
        """
    )
    assert not server.switch.calls


def test_who_was_transferred_to_can_hold_and_transfer_on(ladder: Ladder) -> None:
    consulting(ladder)
    ladder(COMPLETED)
    ladder(
        """
        cti       -> HoldCall 5002
        colleague <- NOTIFY + Event: hold
        colleague -> 200 NOTIFY
        colleague -> INVITE | colleague-inactive
        colleague <- 200 INVITE
        cti       <- EventHeld 5002
        caller    <- INVITE | /s=music/
        colleague -> ACK
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        """
    )


def test_it_can_be_asked_for_on_either_call(ladder: Ladder) -> None:
    consulting(ladder)
    ladder(COMPLETED.replace("CompleteTransfer 5001", "CompleteTransfer 5001 call=0"))


def test_a_transfer_after_alternating(ladder: Ladder) -> None:
    consulting(ladder)
    ladder(
        """
        cti       -> AlternateCall 5001
        agent-2   <- NOTIFY + Event: hold
        agent-2   -> 200 NOTIFY
        agent-2   -> INVITE | agent-inactive
        agent-2   <- 200 INVITE
        cti       <- EventHeld 5001 type=Consult
        agent     <- NOTIFY + Event: talk
        colleague <- INVITE | /s=music/
        agent-2   -> ACK
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent     -> 200 NOTIFY
        agent     -> INVITE | agent-active
        caller    <- INVITE | /s=agent-active/
        caller    -> 200 INVITE | caller
        caller    <- ACK
        agent     <- 200 INVITE
        cti       <- EventRetrieved 5001
        agent     -> ACK
        """
        + COMPLETED
    )


def test_a_customer_who_refuses_leaves_everything_as_it_was(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    _, consult = server.switch.views("5001")
    ladder(
        """
        cti       -> CompleteTransfer 5001
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        caller    <- INVITE | /s=colleague-full/
        caller    -> 488 INVITE
        caller    <- ACK
        colleague <- ACK | /s=agent-2/
        cti       <- Error 5001 code=52 reference=7
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Held", "Established"]
    assert uuid_of(ladder, "colleague") != consult.call_uuid  # the ACK belongs to the re-INVITE
    ladder(
        """
        colleague -> BYE
        colleague <- 200 BYE
        agent-2   <- BYE
        cti       <- EventReleased 5001
        cti       <- EventReleased 5002
        """
    )


def test_a_third_party_that_refuses_the_reinvite(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    ladder(
        """
        cti       -> CompleteTransfer 5001
        colleague <- INVITE | none
        colleague -> 488 INVITE
        colleague <- ACK
        cti       <- Error 5001 code=52 reference=7
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Held", "Established"]


def test_the_third_party_hangs_up_in_the_middle(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    ladder(
        """
        cti       -> CompleteTransfer 5001
        colleague <- INVITE | none
        colleague -> BYE
        colleague <- 200 BYE
        agent-2   <- BYE
        cti       <- Error 5001 code=52
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Held"]


def test_the_third_party_hangs_up_while_the_customer_is_asked(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    ladder(
        """
        cti       -> CompleteTransfer 5001
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        caller    <- INVITE | /s=colleague-full/
        colleague -> BYE
        colleague <- 200 BYE
        agent-2   <- BYE
        cti       <- Error 5001 code=52
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventReleased 5002
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        """
    )
    assert server.broken == []


def test_the_customer_hangs_up_in_the_middle(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    ladder(
        """
        cti       -> CompleteTransfer 5001
        colleague <- INVITE | none
        caller    -> BYE
        caller    <- 200 BYE
        agent     <- BYE
        cti       <- Error 5001 code=52
        cti       <- EventReleased 5001 type=Inbound
        colleague -> 200 INVITE | colleague-full
        colleague <- ACK | /s=agent-2/
        """
    )
    assert [(view.state, view.call_type) for view in server.switch.views("5001")] == [("Established", "Consult")]


def test_the_customer_hangs_up_while_it_is_asked(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    ladder(
        """
        cti       -> CompleteTransfer 5001
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        caller    <- INVITE | /s=colleague-full/
        caller    -> BYE
        caller    <- 200 BYE
        agent     <- BYE
        colleague <- ACK | /s=agent-2/
        cti       <- Error 5001 code=52
        cti       <- EventReleased 5001 type=Inbound
        """
    )
    assert [(view.state, view.call_type) for view in server.switch.views("5001")] == [("Established", "Consult")]


def test_on_the_one_dialog_the_agent_gets_one_bye() -> None:
    server = stack_with(agent={"dual-dialog-enabled": "false"})
    ladder = ladder_of(server)
    consulting_on_one_dialog(ladder)
    ladder(COMPLETED.replace("    agent-2   <- BYE\n", ""))
    assert [view.state for view in server.switch.views("5002")] == ["Established"]
    assert server.broken == []


@pytest.mark.parametrize("mode", ["1", "2"])
def test_with_sip_replaces_mode_the_third_party_gets_a_new_dialog_in_the_place_of_its_old(mode: str) -> None:
    server = stack_with(colleague={"sip-replaces-mode": mode})
    server.two_dialogs.add("colleague")
    ladder = ladder_of(server)
    consulting(ladder)
    main, _ = server.switch.views("5001")
    old = ladder.peers["colleague"]
    value = f"{old.call_id};to-tag={old.tag};from-tag={old.other_tag}"  # type: ignore[attr-defined]
    ladder(
        rf"""
        cti         -> CompleteTransfer 5001
        colleague-2 <- INVITE sip:5002@127.0.0.65:5060 + Replaces: {value} + Require: replaces | none
        colleague-2 -> 200 INVITE | colleague-full
        caller      <- INVITE | /s=colleague-full/
        caller      -> 200 INVITE | caller-answer
        caller      <- ACK
        colleague-2 <- ACK | /s=caller-answer/
        cti         <- EventReleased 5001 type=Inbound
        cti         <- EventReleased 5001 type=Consult
        agent-2     <- BYE
        colleague   <- BYE
        agent       <- BYE
        cti         <- EventPartyChanged 5002 type=Inbound state=Established
        """
    )
    (call,) = server.switch.views("5002")
    assert call.call_uuid == main.call_uuid == uuid_of(ladder, "colleague-2")


def test_a_phone_that_knows_no_replaces_is_reinvited() -> None:
    server = stack_with(colleague={"sip-replaces-mode": "1"})
    server.two_dialogs.add("colleague")
    ladder = ladder_of(server)
    consulting(ladder)
    asked, rest = COMPLETED.split("5001\n", 1)
    refused = "    colleague-2 <- INVITE + Require: replaces\n    colleague-2 -> 420\n    colleague-2 <- ACK\n"
    ladder(f"{asked}5001\n{refused}{rest}")
    assert "420" in server.notes[0]


def test_the_phone_is_gone_when_replaces_is_to_be_sent() -> None:
    """Its registration has run out meanwhile, its dialog lives: it is re-INVITEd."""
    server = stack_with(colleague={"sip-replaces-mode": "1"})
    ladder = ladder_of(server)
    consulting(ladder)
    del server.switch.registrar._bindings["5002"]
    ladder(COMPLETED)
