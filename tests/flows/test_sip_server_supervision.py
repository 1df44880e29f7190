"""SIP Server look-alike: a supervisor listens in, coaches, takes part (SIP Server reference 6.5)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_ladders import DIRECT_ANSWERED, DIRECT_TO_RINGING, connected
from kit.sip_server_stack import SipServerStack, ladder_of

CALLED = """
    third  <- INVITE sip:5003@127.0.0.66:5060 + From: /^sip:5001@/ + X-Genesys-CallUUID: /./ | none
    third  -> 180
    cti    <- EventRinging 5003
"""
JOINED = """
    third  -> 200 INVITE | third-full
    caller <- INVITE | /s=conference/
    caller -> 200 INVITE | caller-answer
    caller <- ACK
    agent  <- INVITE | /s=conference/
    agent  -> 200 INVITE | agent
    agent  <- ACK
    third  <- ACK | /s=conference/
    cti    <- EventEstablished 5003 MonitorMode={mode} with=+15550100,5001
    cti    <- EventPrivateInfo 5003 MonitorMode={mode} supervised={mode} reference=7
    cti    <- EventPrivateInfo 5001 MonitorMode={mode} supervised={mode}
"""


def new_server() -> SipServerStack:
    return SipServerStack()


def new_ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server, third=True)


@pytest.fixture
def server() -> SipServerStack:
    return new_server()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return new_ladder(server)


def supervised(ladder: Ladder, mode: str = "mute", scope: str = "call") -> None:
    """5003 supervises the call of 5001 with the caller."""
    connected(ladder)
    ladder(f"    cti -> MonitorNextCall 5003 5001 {mode} {scope}" + CALLED + JOINED.format(mode=mode))


def audience(server: SipServerStack) -> list[str] | None:
    """Who hears the supervisor, the last to come to the mixer; None: everybody."""
    (names,) = server.audiences.values()
    return names


@pytest.mark.parametrize(
    ("mode", "heard_by"), [("mute", []), ("normal", []), ("coach", ["conference-2"]), ("connect", None)]
)
def test_a_supervisor_comes_into_the_current_call(mode: str, heard_by: list[str] | None) -> None:
    """The agent is the second to get a leg."""
    server = SipServerStack()
    supervised(ladder_of(server, third=True), mode)
    assert audience(server) == heard_by
    (view,) = server.switch.views("5003")
    assert view.is_supervisor
    assert server.switch.views("5001")[0].participants == ("+15550100",)


def test_the_mode_is_switched(ladder: Ladder, server: SipServerStack) -> None:
    supervised(ladder)
    for mode, heard_by in (("coach", ["conference-2"]), ("connect", None), ("mute", [])):
        ladder(
            f"""
            cti -> SetMonitorMode 5003 {mode}
            cti <- EventPrivateInfo 5003 MonitorMode={mode} reference=7
            cti <- EventPrivateInfo 5001 MonitorMode={mode}
            """
        )
        assert audience(server) == heard_by


def test_the_next_call_is_supervised(ladder: Ladder) -> None:
    ladder("cti -> MonitorNextCall 5003 5001")
    ladder(DIRECT_TO_RINGING + DIRECT_ANSWERED.replace("    caller -> ACK\n", CALLED + "    caller -> ACK\n"))


def test_who_cancelled_is_not_called(ladder: Ladder) -> None:
    ladder(
        """
        cti -> MonitorNextCall 5003 5001
        cti -> CancelMonitoring 5003 5001
        cti -> CancelMonitoring 5003 5001
        cti <- Error 5003 code=185 reference=7
        """
    )
    connected(ladder)


def test_the_supervisor_leaves_and_the_two_are_connected_directly_again(ladder: Ladder) -> None:
    supervised(ladder)
    ladder(
        """
        third  -> BYE
        third  <- 200 BYE
        cti    <- EventReleased 5003
        cti    <- EventPartyDeleted 5001 supervised=
        caller <- INVITE | none
        caller -> 200 INVITE | caller
        agent  <- INVITE | /s=caller/
        agent  -> 200 INVITE | agent
        agent  <- ACK
        caller <- ACK | /s=agent/
        """
    )


def test_the_supervisor_leaves_by_cti(ladder: Ladder) -> None:
    supervised(ladder)
    ladder(
        """
        cti    -> ReleaseCall 5003
        third  <- BYE
        cti    <- EventReleased 5003 reference=7
        cti    <- EventPartyDeleted 5001
        caller <- INVITE | none
        """
    )


@pytest.mark.parametrize("who", ["caller", "agent"])
def test_the_call_is_over_when_one_of_the_two_leaves(who: str) -> None:
    server = SipServerStack()
    ladder = ladder_of(server, third=True)
    supervised(ladder)
    other = {"caller": "agent", "agent": "caller"}[who]
    ladder(
        f"""
        {who}  -> BYE
        {who}  <- 200 BYE
        {other} <- BYE
        third  <- BYE
        cti    <- EventReleased 5001
        cti    <- EventReleased 5003
        """
    )
    assert not server.switch.calls


@pytest.mark.parametrize(("scope", "goes"), [("agent", True), ("call", False)])
def test_by_its_scope_the_supervisor_leaves_with_the_agent(scope: str, goes: bool) -> None:
    server = SipServerStack()
    ladder = ladder_of(server, third=True)
    supervised(ladder, "mute", scope)
    ladder(
        """
        cti       -> SingleStepConference 5001 5002
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        colleague <- ACK
        cti       <- EventEstablished 5002
        cti       <- EventPartyAdded 5001
        cti       <- EventPartyAdded 5003
        agent     -> BYE
        agent     <- 200 BYE
        cti       <- EventReleased 5001
        cti       <- EventPartyDeleted 5002
        cti       <- EventPartyDeleted 5003
        """
        + ("    third <- BYE\n    cti <- EventReleased 5003\n    caller <- INVITE | none" if goes else "")
    )


def test_a_supervisor_who_does_not_take_the_call_is_told(ladder: Ladder) -> None:
    connected(ladder)
    ladder("    cti -> MonitorNextCall 5003 5001" + CALLED)
    ladder(
        """
        third -> 486 INVITE
        third <- ACK
        cti   <- EventReleased 5003
        cti   <- Error 5003 code=52 reference=7
        """
    )


def test_a_supervisor_without_a_phone(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    del server.switch.registrar._bindings["5003"]
    ladder("cti -> MonitorNextCall 5003 5001\ncti <- Error 5003 code=52 reference=7")


def test_what_cannot_be_supervised(ladder: Ladder) -> None:
    connected(ladder)
    ladder(
        """
        cti -> MonitorNextCall 5003 5999
        cti <- Error 5003 code=59 reference=7
        cti -> MonitorNextCall 5001 5002
        cti <- Error 5001 code=185
        cti -> MonitorNextCall 5003 5003
        cti <- Error 5003 code=185
        cti -> SetMonitorMode 5001 coach
        cti <- Error 5001 code=185
        """
    )


def test_the_other_party_hangs_up_while_the_supervisor_rings(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder("    cti -> MonitorNextCall 5003 5001" + CALLED)
    ladder(
        """
        caller -> BYE
        caller <- 200 BYE
        agent  <- BYE
        third  <- CANCEL
        cti    <- EventReleased 5003
        cti    <- Error 5003 code=52
        cti    <- EventReleased 5001
        """
    )
    assert not server.switch.calls
