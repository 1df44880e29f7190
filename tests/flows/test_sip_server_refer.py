"""SIP Server look-alike: REFER for DNs with `refer-enabled=true` (SIP Server reference 2.2, 2.5, D4)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_ladders import connected
from kit.sip_server_parties import stack_with, uuid_of
from kit.sip_server_stack import SipServerStack, ladder_of

REFERS = {"refer-enabled": "true"}


def new_server() -> SipServerStack:
    return stack_with(agent=REFERS)


def new_ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server, third=True)


@pytest.fixture
def server() -> SipServerStack:
    return new_server()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return new_ladder(server)


# --- MakeCall ---------------------------------------------------------------------------------------------------------

REFERRED = r"""
    cti    -> MakeCall 5001 5002
    agent  <- REFER sip:5001@127.0.0.64:5060 + Refer-To: <sip:5002@127.0.0.81:5070> + Referred-By: /sip:5001@/ + X-Genesys-CallUUID: /./
"""  # noqa: E501


def test_the_phone_is_told_to_call_and_calls(ladder: Ladder, server: SipServerStack) -> None:
    ladder(REFERRED + "    agent -> 202 REFER")
    ladder.peers["agent"].forget()  # type: ignore[attr-defined]
    ladder(
        r"""
        agent     -> INVITE sip:5002@127.0.0.81:5070 | agent-full
        agent     <- 100
        cti       <- EventDialing 5001 state=Dialing with=5002 reference=7
        colleague <- INVITE | /s=agent-full/
        colleague -> 180
        cti       <- EventRinging 5002
        agent     <- 180
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent     <- 200 INVITE | /s=colleague/
        cti       <- EventEstablished 5002
        cti       <- EventEstablished 5001
        """
    )
    assert len(server.switch.calls) == 1


INVITED = """
    agent     <- INVITE + From: /^sip:5002@/ | none
    agent     -> 180
    agent     <- NOTIFY + Event: talk
    agent     -> 200 NOTIFY
    agent     -> 200 INVITE | agent-full
    cti       <- EventDialing 5001 reference=7
    colleague <- INVITE
"""


def test_a_phone_that_declines_the_refer_is_invited(ladder: Ladder, server: SipServerStack) -> None:
    ladder(REFERRED + "    agent -> 603 REFER" + INVITED)
    assert "603" in server.notes[0]


@pytest.mark.parametrize("status", [403, 405, 501])
def test_a_phone_that_knows_no_refer_is_invited(status: int) -> None:
    ladder = ladder_of(stack_with(agent=REFERS))
    ladder(REFERRED + f"    agent -> {status} REFER" + INVITED)


def test_a_phone_that_accepts_and_never_calls_is_an_error(ladder: Ladder, server: SipServerStack) -> None:
    ladder(REFERRED + "    agent -> 202 REFER")
    ladder.wait(32.1)
    ladder("cti <- Error 5001 code=52 reference=7")
    assert not server.switch.calls


def test_the_phone_is_gone_when_it_is_to_be_told(ladder: Ladder, server: SipServerStack) -> None:
    """A DN without phone cannot make a call at all."""
    del server.switch.registrar._bindings["5001"]
    ladder("cti -> MakeCall 5001 5002\ncti <- Error 5001 code=58 reference=7")


def test_a_call_elsewhere_is_a_call_of_its_own(ladder: Ladder, server: SipServerStack) -> None:
    ladder(REFERRED + "    agent -> 202 REFER")
    ladder.peers["agent"].forget()  # type: ignore[attr-defined]
    ladder(
        """
        agent -> INVITE sip:5003@127.0.0.81:5070 | agent-full
        agent <- 100
        cti   <- EventDialing 5001 with=5003 reference=0
        third <- INVITE
        """
    )
    assert len(server.switch.calls) == 2


# --- single-step transfer ---------------------------------------------------------------------------------------------
# 5002 has called 5001 and transfers; it is 5001's phone that is told to call.

CALLED = r"""
    colleague -> INVITE sip:5001@127.0.0.81:5070 | colleague-full
    colleague <- 100
    cti       <- EventDialing 5002
    agent     <- INVITE
    agent     -> 200 INVITE | agent
    agent     <- ACK
    colleague <- 180
    colleague <- 200 INVITE
    cti       <- EventEstablished 5001
    cti       <- EventEstablished 5002
    colleague -> ACK
"""
FRESH = """
    agent     <- INVITE | none
    agent     -> 200 INVITE | agent-full
    colleague <- INVITE
    colleague -> 200 INVITE | colleague
    colleague <- ACK
    agent     <- ACK
"""
ASKED = r"""
    cti       -> SingleStepTransfer 5002 5003
    agent     <- REFER sip:5001@127.0.0.64:5060 + Refer-To: <sip:5003@127.0.0.81:5070> + Referred-By: /sip:5002@/ + X-Genesys-CallUUID: /./
"""  # noqa: E501
NEW_CALL = r"""
    agent-2   -> INVITE sip:5003@127.0.0.81:5070 | agent-2
    agent-2   <- 100
    third     <- INVITE + X-Genesys-CallUUID: /./ | /s=agent-2/
    third     -> 180
    cti       <- EventRinging 5003
    agent-2   <- 180 + X-Genesys-CallUUID: /./
"""
TALKING = """
    third     -> 200 INVITE | third
    third     <- ACK
    agent-2   <- 200 INVITE | /s=third/
    cti       <- EventEstablished 5003
    colleague <- BYE
    agent     <- BYE
    cti       <- EventReleased 5002 reference=7
    cti       <- EventPartyChanged 5001 with=5003
    agent-2   -> ACK
"""


def talking(ladder: Ladder) -> None:
    ladder(CALLED)
    ladder.wait(0.012)
    ladder(FRESH)


def test_the_other_partys_phone_is_told_to_call_the_target(ladder: Ladder, server: SipServerStack) -> None:
    talking(ladder)
    (before,) = server.switch.views("5001")
    ladder(ASKED + "    agent -> 202 REFER" + NEW_CALL)
    assert [view.state for view in server.switch.views("5002")] == ["Established"]
    ladder(TALKING)
    assert [view.call_uuid for view in server.switch.views("5001")] == [before.call_uuid]
    assert uuid_of(ladder, "third") == before.call_uuid


def test_the_report_of_success_releases_the_old_call(ladder: Ladder, server: SipServerStack) -> None:
    talking(ladder)
    ladder(ASKED + "    agent -> 202 REFER" + NEW_CALL)
    ladder(
        """
        agent     -> NOTIFY + Event: refer + Subscription-State: active | sipfrag 100
        agent     <- 200 NOTIFY
        agent     -> NOTIFY + Event: refer;id=1 + Subscription-State: terminated | sipfrag 200
        agent     <- 200 NOTIFY
        colleague <- BYE
        agent     <- BYE
        cti       <- EventReleased 5002 reference=7
        third     -> 200 INVITE | third
        third     <- ACK
        agent-2   <- 200 INVITE | /s=third/
        cti       <- EventEstablished 5003
        cti       <- EventPartyChanged 5001 with=5003
        """
    )
    assert len(server.switch.calls) == 1


def test_by_option_the_old_call_is_released_as_soon_as_the_refer_is_accepted() -> None:
    server = stack_with(agent={**REFERS, "lab-refer-release": "202"})
    ladder = ladder_of(server, third=True)
    talking(ladder)
    ladder(
        ASKED
        + """
        agent     -> 202 REFER
        colleague <- BYE
        agent     <- BYE
        cti       <- EventReleased 5002 reference=7
        cti       <- EventReleased 5001
        """
    )
    uuid = uuid_of(ladder, "agent")
    assert not server.switch.calls
    ladder(
        """
        agent-2   -> INVITE sip:5003@127.0.0.81:5070 | agent-2
        agent-2   <- 100
        cti       <- EventDialing 5001 with=5003
        third     <- INVITE
        """
    )
    assert list(server.switch.calls) == [uuid] == [uuid_of(ladder, "third")]


def test_a_target_who_refuses_leaves_the_call_as_it_was(ladder: Ladder, server: SipServerStack) -> None:
    talking(ladder)
    ladder(ASKED + "    agent -> 202 REFER" + NEW_CALL)
    ladder(
        """
        third   -> 486 INVITE
        third   <- ACK
        agent-2 <- 486 INVITE
        cti     <- EventReleased 5003
        agent-2 -> ACK
        agent   -> NOTIFY + Event: refer + Subscription-State: terminated | sipfrag 486
        agent   <- 200 NOTIFY
        cti     <- Error 5002 code=52 reference=7
        """
    )
    assert [view.state for view in server.switch.views("5001")] == ["Established"]
    assert [view.state for view in server.switch.views("5002")] == ["Established"]


def test_a_phone_that_refuses_the_refer_is_transferred_by_reinvite(ladder: Ladder, server: SipServerStack) -> None:
    talking(ladder)
    ladder(
        ASKED
        + """
        agent     -> 603 REFER
        third     <- INVITE + From: /^sip:5001@/ | none
        third     -> 200 INVITE | third-full
        agent     <- INVITE | /s=third-full/
        agent     -> 200 INVITE | agent
        agent     <- ACK
        third     <- ACK | /s=agent/
        cti       <- EventEstablished 5003
        colleague <- BYE
        cti       <- EventReleased 5002 reference=7
        cti       <- EventPartyChanged 5001
        """
    )
    assert "603" in server.notes[0]


def test_a_report_that_belongs_to_nothing_is_answered(ladder: Ladder) -> None:
    talking(ladder)
    ladder("agent -> NOTIFY + Event: refer | sipfrag 200\nagent <- 200 NOTIFY")


def test_a_party_outside_is_told_if_the_trunk_is_so_configured() -> None:
    server = stack_with(trunk_options={"refer-enabled": "true"})
    ladder = ladder_of(server, third=True)
    connected(ladder)
    ladder("cti -> SingleStepTransfer 5001 5003\ncaller <- REFER + Refer-To: <sip:5003@127.0.0.81:5070>")


def test_the_old_call_ends_while_the_phone_calls(ladder: Ladder, server: SipServerStack) -> None:
    talking(ladder)
    ladder(ASKED + "    agent -> 202 REFER" + NEW_CALL)
    ladder(
        """
        colleague -> BYE
        colleague <- 200 BYE
        agent     <- BYE
        cti       <- EventReleased 5002
        third     -> 200 INVITE | third
        third     <- ACK
        agent-2   <- 200 INVITE | /s=third/
        cti       <- EventEstablished 5003
        cti       <- EventPartyChanged 5001 with=5003
        """
    )
    assert server.broken == []
