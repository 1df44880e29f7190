"""SIP Server look-alike: conferences by central mixing (SIP Server reference 2.5, D5)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_ladders import connected
from kit.sip_server_parties import consulting, consulting_on_one_dialog, stack_with, two_dialogs, uuid_of
from kit.sip_server_stack import SipServerStack, ladder_of

LEGS = 3 * "    media     <- OpenMedia conference offer\n"
COMPLETED = (
    "    cti       -> CompleteConference 5001\n"
    + LEGS
    + r"""
    agent     <- NOTIFY + Event: talk
    caller    <- INVITE | /s=conference-\d/
    agent     -> 200 NOTIFY
    caller    -> 200 INVITE | caller-answer
    caller    <- ACK
    media     <- PointMedia
    media     <- CloseMedia
    colleague <- INVITE + X-Genesys-CallUUID: /./ | /s=conference-\d/
    colleague -> 200 INVITE | colleague
    colleague <- ACK
    media     <- PointMedia
    agent-2   <- BYE
    cti       <- EventReleased 5001 type=Consult
    cti       <- EventPartyChanged 5002 type=Inbound with=+15550100,5001
    cti       <- EventPartyAdded 5001 with=+15550100,5002 reference=7 ThirdPartyDN=5002
    agent     -> INVITE | agent-active
    media     <- OpenMedia conference answer
    agent     <- 200 INVITE | /s=conference-\d/
    cti       <- EventRetrieved 5001 state=Established
    agent     -> ACK
"""
)
DIRECT_AGAIN = """
    caller    <- INVITE | none
    caller    -> 200 INVITE | caller
    {left} <- INVITE | /s=caller/
    {left} -> 200 INVITE | {left}
    {left} <- ACK
    media     <- CloseMedia
    media     <- CloseMedia
    caller    <- ACK | /s={left}/
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


def conferring(ladder: Ladder, server: SipServerStack) -> None:
    """The caller, 5001 and 5002 talk through the mixer."""
    consulting(ladder)
    server.media_asks = True
    ladder(COMPLETED)


def test_one_leg_per_party_is_opened_before_anybody_is_moved(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    main = server.switch.views("5001")[0]
    server.media_asks = server.media_waits = True
    ladder(
        "cti -> CompleteConference 5001\n" + LEGS + "media -> reply\nmedia -> reply\nmedia -> reply\n"
        "agent <- NOTIFY\ncaller <- INVITE | /s=conference/"
    )
    assert uuid_of(ladder, "agent") == main.call_uuid


def test_everybody_is_in_one_call(ladder: Ladder, server: SipServerStack) -> None:
    conferring(ladder, server)
    (call,) = server.switch.views("5001")
    assert call.participants == ("+15550100", "5002")
    assert {view.call_uuid for view in server.switch.views("5002")} == {call.call_uuid}
    assert uuid_of(ladder, "colleague") == call.call_uuid


@pytest.mark.parametrize("who", ["caller", "colleague"])
def test_the_last_two_are_connected_directly_again(who: str) -> None:
    server = two_dialogs(SipServerStack())
    ladder = ladder_of(server)
    conferring(ladder, server)
    if who == "colleague":
        ladder(
            """
            colleague -> BYE
            colleague <- 200 BYE
            media     <- CloseMedia
            cti       <- EventReleased 5002
            cti       <- EventPartyDeleted 5001 with=+15550100 ThirdPartyDN=5002
            """
            + DIRECT_AGAIN.format(left="agent")
        )
        return
    ladder(
        """
        caller    -> BYE
        caller    <- 200 BYE
        media     <- CloseMedia
        cti       <- EventPartyDeleted 5002 with=5001
        cti       <- EventPartyDeleted 5001 with=5002
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        agent     <- INVITE | /s=colleague-full/
        agent     -> 200 INVITE | agent
        agent     <- ACK
        media     <- CloseMedia
        media     <- CloseMedia
        colleague <- ACK | /s=agent/
        """
    )
    ladder(
        """
        agent     -> BYE
        agent     <- 200 BYE
        colleague <- BYE
        cti       <- EventReleased 5002
        cti       <- EventReleased 5001
        """
    )
    assert not server.switch.calls


def test_a_direct_connection_that_is_refused_leaves_them_at_the_mixer(ladder: Ladder, server: SipServerStack) -> None:
    conferring(ladder, server)
    ladder(
        """
        colleague -> BYE
        colleague <- 200 BYE
        media     <- CloseMedia
        cti       <- EventReleased 5002
        cti       <- EventPartyDeleted 5001
        caller    <- INVITE | none
        caller    -> 488 INVITE
        caller    <- ACK
        caller    -> BYE
        caller    <- 200 BYE
        agent     <- BYE
        media     <- CloseMedia
        media     <- CloseMedia
        cti       <- EventReleased 5001
        """
    )


def test_by_setting_the_last_two_stay_at_the_mixer() -> None:
    server = stack_with(stay_mixed=True)
    ladder = ladder_of(server)
    conferring(ladder, server)
    ladder(
        """
        cti       -> ReleaseCall 5001
        agent     <- BYE
        media     <- CloseMedia
        cti       <- EventReleased 5001 reference=7
        cti       <- EventPartyDeleted 5002 with=+15550100
        agent     -> 200 BYE
        agent-2   -> 200 BYE
        after 5 s
        """
    )


def test_the_agent_deletes_a_party(ladder: Ladder, server: SipServerStack) -> None:
    conferring(ladder, server)
    ladder(
        """
        cti       -> DeleteFromConference 5001 5002
        colleague <- BYE
        media     <- CloseMedia
        cti       <- EventReleased 5002
        cti       <- EventPartyDeleted 5001 reference=7
        """
        + DIRECT_AGAIN.format(left="agent")
    )
    ladder("cti -> DeleteFromConference 5001 +15550100\ncti <- Error 5001 code=185 reference=7")


def test_who_is_not_there_cannot_be_deleted(ladder: Ladder, server: SipServerStack) -> None:
    conferring(ladder, server)
    ladder("cti -> DeleteFromConference 5001 5999\ncti <- Error 5001 code=53 reference=7")


def test_clear_ends_it_for_everybody(ladder: Ladder, server: SipServerStack) -> None:
    conferring(ladder, server)
    ladder(
        """
        cti       -> ClearCall 5001
        caller    <- BYE
        agent     <- BYE
        colleague <- BYE
        media     <- CloseMedia
        media     <- CloseMedia
        media     <- CloseMedia
        cti       <- EventReleased 5001 reference=7
        cti       <- EventReleased 5002
        """
    )


def test_one_of_three_holds_and_comes_back(ladder: Ladder, server: SipServerStack) -> None:
    conferring(ladder, server)
    ladder(
        r"""
        cti       -> HoldCall 5001
        agent     <- NOTIFY + Event: hold
        agent     -> 200 NOTIFY
        agent     -> INVITE | agent-inactive
        agent     <- 200 INVITE | /a=inactive/
        cti       <- EventHeld 5001
        media     <- PointMedia
        agent     -> ACK
        cti       -> RetrieveCall 5001
        agent     <- NOTIFY + Event: talk
        agent     -> 200 NOTIFY
        agent     -> INVITE | agent-active
        media     <- OpenMedia conference answer
        agent     <- 200 INVITE | /s=conference-\d+/
        cti       <- EventRetrieved 5001
        agent     -> ACK
        """
    )


def test_a_phone_that_was_held_by_reinvite_is_simply_moved() -> None:
    server = stack_with(agent={"sip-cti-control": "talk"})
    ladder = ladder_of(server)
    connected(ladder)
    ladder(
        r"""
        cti     -> InitiateConference 5001 5002
        agent   <- INVITE | /c=IN IP4 0.0.0.0/
        agent   -> 200 INVITE | agent-inactive
        agent   <- ACK
        cti     <- EventHeld 5001
        agent-2 <- INVITE | none
        caller  <- INVITE | /s=music/
        caller  -> 200 INVITE | caller-answer
        caller  <- ACK
        agent-2 -> 200 INVITE | agent-2
        cti     <- EventDialing 5001
        colleague <- INVITE
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent-2   <- ACK
        cti       <- EventEstablished 5002
        cti       <- EventEstablished 5001
        cti       -> CompleteConference 5001
        caller    <- INVITE | /s=conference/
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        agent     <- INVITE | /s=conference/
        agent     -> 200 INVITE | agent
        agent     <- ACK
        cti       <- EventRetrieved 5001 state=Established
        colleague <- INVITE | /s=conference/
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent-2   <- BYE
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventPartyChanged 5002
        cti       <- EventPartyAdded 5001
        """
    )


def test_on_the_one_dialog_the_agent_is_reinvited_back() -> None:
    server = stack_with(agent={"dual-dialog-enabled": "false"})
    ladder = ladder_of(server)
    consulting_on_one_dialog(ladder)
    main, _ = server.switch.views("5001")
    ladder(
        """
        cti       -> CompleteConference 5001
        caller    <- INVITE | /s=conference/
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        agent     <- INVITE | /s=conference/
        agent     -> 200 INVITE | agent
        agent     <- ACK
        cti       <- EventRetrieved 5001 type=Inbound
        colleague <- INVITE | /s=conference/
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventPartyChanged 5002
        cti       <- EventPartyAdded 5001
        """
    )
    assert uuid_of(ladder, "agent") == main.call_uuid
    assert server.broken == []


def test_a_mixer_that_cannot_leaves_everything_as_it_was(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    server.failing_services.add("conference")
    ladder("cti -> CompleteConference 5001\ncti <- Error 5001 code=52 reference=7")
    assert [view.state for view in server.switch.views("5001")] == ["Held", "Established"]
    ladder(
        """
        colleague -> BYE
        colleague <- 200 BYE
        agent-2   <- BYE
        cti       <- EventReleased 5001
        cti       <- EventReleased 5002
        """
    )


def test_the_third_party_hangs_up_while_the_legs_are_opened(ladder: Ladder, server: SipServerStack) -> None:
    consulting(ladder)
    server.media_waits = True
    ladder(
        """
        cti       -> CompleteConference 5001
        colleague -> BYE
        colleague <- 200 BYE
        agent-2   <- BYE
        cti       <- EventReleased 5001
        cti       <- EventReleased 5002
        media     -> reply
        media     -> reply
        media     -> reply
        agent     <- NOTIFY + Event: talk
        caller    <- INVITE | /s=conference/
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        cti       <- Error 5001 code=52 reference=7
        """
    )
    assert server.broken == []


# --- in a single step -------------------------------------------------------------------------------------------------

ADDED = r"""
    cti    -> SingleStepConference 5001 5003
    third  <- INVITE sip:5003@127.0.0.66:5060 + X-Genesys-CallUUID: /./ | none
    third  -> 180
    cti    <- EventRinging 5003
    third  -> 200 INVITE | third-full
    caller <- INVITE | /s=conference/
    caller -> 200 INVITE | caller-answer
    caller <- ACK
    agent  <- INVITE | /s=conference/
    agent  -> 200 INVITE | agent
    agent  <- ACK
    third  <- ACK | /s=conference/
    cti    <- EventEstablished 5003 with=+15550100,5001
    cti    <- EventPartyAdded 5001 with=+15550100,5003 reference=7
"""


def test_a_party_is_added_in_a_single_step_and_another(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(ADDED)
    ladder(
        """
        cti       -> SingleStepConference 5001 5002
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        colleague <- ACK | /s=conference/
        cti       <- EventEstablished 5002
        cti       <- EventPartyAdded 5001
        cti       <- EventPartyAdded 5003
        """
    )
    assert server.switch.views("5002")[0].participants == ("+15550100", "5001", "5003")


def test_a_party_who_is_to_be_added_refuses(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        cti    -> SingleStepConference 5001 5003
        third  <- INVITE
        third  -> 486 INVITE
        third  <- ACK
        cti    <- Error 5001 code=52 reference=7
        """
    )


def test_a_mixer_that_cannot_take_the_added_party(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    server.failing_services.add("conference")
    ladder(
        """
        cti    -> SingleStepConference 5001 5003
        third  <- INVITE
        third  -> 200 INVITE | third-full
        third  <- ACK
        third  <- BYE
        cti    <- Error 5001 code=52 reference=7
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Established"]


def test_the_added_party_hangs_up_while_it_joins(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        cti    -> SingleStepConference 5001 5003
        third  <- INVITE
        third  -> 200 INVITE | third-full
        caller <- INVITE | /s=conference/
        third  -> BYE
        third  <- 200 BYE
        cti    <- Error 5001 code=52 reference=7
        """
    )
    assert server.broken == []


def test_digits_go_to_everybody_else(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(ADDED)
    ladder(
        """
        cti    -> SendDtmf 5001 5
        caller <- INFO | digit-5-sent
        third  <- INFO | digit-5-sent
        third  -> 200 INFO
        caller -> 200 INFO
        cti    <- EventDtmfSent 5001 reference=7
        """
    )


def test_a_customer_leaves_and_a_transfer_out_of_the_mix(ladder: Ladder, server: SipServerStack) -> None:
    """Single-step transfer of a call that is mixed: the target gets a leg, the agent's goes."""
    connected(ladder)
    ladder(ADDED)
    ladder(
        """
        cti       -> SingleStepTransfer 5001 5002
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        colleague <- ACK | /s=conference/
        cti       <- EventEstablished 5002
        agent     <- BYE
        cti       <- EventReleased 5001 reference=7
        cti       <- EventPartyChanged 5003
        """
    )
    assert server.switch.views("5002")[0].participants == ("+15550100", "5003")
