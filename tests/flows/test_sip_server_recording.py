"""SIP Server look-alike: recording by offerless re-INVITEs of both legs to the media server (reference 2.8)."""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_ladders import DIRECT_ANSWERED, DIRECT_TO_RINGING, connected
from kit.sip_server_parties import stack_with
from kit.sip_server_stack import SipServerStack, ladder_of

MOVED = """
    caller <- INVITE | none
    caller -> 200 INVITE | caller
    media  <- OpenMedia conference answer
    caller <- ACK | /s=conference/
    agent  <- INVITE | none
    agent  -> 200 INVITE | agent-full
    media  <- OpenMedia conference answer
    agent  <- ACK | /s=conference/
    media  <- RecordConference run
"""
DIRECT_AGAIN = """
    caller <- INVITE | none
    caller -> 200 INVITE | caller
    agent  <- INVITE | /s=caller/
    agent  -> 200 INVITE | agent
    agent  <- ACK
    media  <- CloseMedia
    media  <- CloseMedia
    caller <- ACK | /s=agent/
"""


def new_server() -> SipServerStack:
    return stack_with(agent={"lab-recording": "true"})


def new_ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server, third=True)


@pytest.fixture
def server() -> SipServerStack:
    return new_server()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return new_ladder(server)


def recording(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    server.media_asks = True
    ladder(
        "    cti -> RecordCall 5001 start"
        + MOVED
        + "    cti <- EventRecordingStateChanged 5001 recording=Recording reference=7"
    )


def test_recording_by_request_pause_and_stop(ladder: Ladder, server: SipServerStack) -> None:
    recording(ladder, server)
    ladder(
        """
        cti    -> RecordCall 5001 pause
        media  <- RecordConference pause
        cti    <- EventRecordingStateChanged 5001 recording=Paused reference=7
        cti    -> RecordCall 5001 resume
        media  <- RecordConference run
        cti    <- EventRecordingStateChanged 5001 recording=Recording
        cti    -> RecordCall 5001 stop
        media  <- RecordConference stop
        cti    <- EventRecordingStateChanged 5001 recording=Stopped
        """
        + DIRECT_AGAIN
    )


@pytest.mark.parametrize("action", ["pause", "resume", "stop"])
def test_what_is_not_recorded_cannot_be_paused(action: str) -> None:
    ladder = ladder_of(stack_with(agent={"lab-recording": "true"}))
    connected(ladder)
    ladder(f"cti -> RecordCall 5001 {action}\ncti <- Error 5001 code=185 reference=7")


def test_a_dn_that_is_not_recorded_cannot_ask_for_it() -> None:
    ladder = ladder_of(SipServerStack())
    connected(ladder)
    ladder("cti -> RecordCall 5001\ncti <- Error 5001 code=185 reference=7")


def test_nobody_is_recorded_or_transferred_or_supervised_alone_with_the_echo() -> None:
    server = stack_with(agent={"record": "true"})
    ladder = ladder_of(server, third=True)
    ladder(
        """
        cti    -> MonitorNextCall 5003 5001
        agent  -> INVITE sip:600@127.0.0.81:5070 | agent-full
        agent  <- 100
        cti    <- EventDialing 5001
        agent  <- 180
        agent  <- 200 INVITE | /s=echo/
        cti    <- EventEstablished 5001
        agent  -> ACK
        cti    -> RecordCall 5001 start
        cti    <- Error 5001 code=185
        cti    -> SingleStepTransfer 5001 5002
        cti    <- Error 5001 code=185
        cti    -> SingleStepConference 5001 5002
        cti    <- Error 5001 code=185
        """
    )


def test_a_dn_with_record_is_recorded_as_soon_as_it_talks() -> None:
    server = stack_with(agent={"record": "true"})
    ladder = ladder_of(server)
    ladder(DIRECT_TO_RINGING)
    server.media_asks = True
    answered = DIRECT_ANSWERED.replace("EventEstablished 5001", "EventEstablished 5001 recording=Stopped")
    ladder(answered + MOVED + "    cti <- EventRecordingStateChanged 5001 recording=Recording")


def test_a_recorded_caller_hears_music_while_held(ladder: Ladder, server: SipServerStack) -> None:
    recording(ladder, server)
    ladder(
        r"""
        cti    -> HoldCall 5001
        agent  <- NOTIFY + Event: hold
        agent  -> 200 NOTIFY
        agent  -> INVITE | agent-inactive
        agent  <- 200 INVITE | /a=inactive/
        cti    <- EventHeld 5001
        media  <- PointMedia
        media  <- OpenMedia music answer
        caller <- INVITE | /s=music/
        agent  -> ACK
        caller -> 200 INVITE | caller
        caller <- ACK
        media  <- PointMedia
        cti    -> RetrieveCall 5001
        agent  <- NOTIFY + Event: talk
        agent  -> 200 NOTIFY
        agent  -> INVITE | agent-active
        media  <- OpenMedia conference answer
        agent  <- 200 INVITE | /s=conference/
        cti    <- EventRetrieved 5001
        caller <- INVITE | none
        agent  -> ACK
        caller -> 200 INVITE | caller
        media  <- OpenMedia conference answer
        media  <- CloseMedia
        caller <- ACK | /s=conference/
        """
    )


def test_recording_a_held_call_waits_for_the_agent(ladder: Ladder, server: SipServerStack) -> None:
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
        caller -> 200 INVITE | caller
        caller <- ACK
        """
    )
    server.media_asks = True
    ladder(
        """
        cti    -> RecordCall 5001 start
        caller <- INVITE | none
        caller -> 200 INVITE | caller
        media  <- OpenMedia conference answer
        media  <- CloseMedia
        caller <- ACK | /s=conference/
        media  <- RecordConference run
        cti    <- EventRecordingStateChanged 5001 recording=Recording
        agent  -> INVITE | agent-active
        media  <- OpenMedia conference answer
        agent  <- 200 INVITE | /s=conference/
        cti    <- EventRetrieved 5001
        agent  -> ACK
        """
    )


def test_a_recorded_call_is_transferred_and_goes_on_being_recorded(ladder: Ladder, server: SipServerStack) -> None:
    recording(ladder, server)
    ladder(
        """
        cti    -> SingleStepTransfer 5001 5003
        third  <- INVITE | none
        third  -> 200 INVITE | third-full
        media  <- OpenMedia conference answer
        third  <- ACK | /s=conference/
        cti    <- EventEstablished 5003 recording=Recording
        agent  <- BYE
        media  <- CloseMedia
        cti    <- EventReleased 5001 reference=7
        """
    )


def test_a_recorded_call_is_transferred_in_two_steps(ladder: Ladder, server: SipServerStack) -> None:
    recording(ladder, server)
    server.media_asks = False
    ladder(
        """
        cti     -> InitiateTransfer 5001 5002
        agent   <- NOTIFY + Event: hold
        agent   -> 200 NOTIFY
        agent   -> INVITE | agent-inactive
        agent   <- 200 INVITE
        cti     <- EventHeld 5001
        agent-2 <- INVITE | none
        caller  <- INVITE | /s=music/
        caller  -> 200 INVITE | caller
        caller  <- ACK
        agent   -> ACK
        agent-2 -> 200 INVITE | agent-2
        cti     <- EventDialing 5001
        colleague <- INVITE
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        agent-2   <- ACK
        cti     <- EventEstablished 5002
        cti     <- EventEstablished 5001
        """
    )
    server.media_asks = True
    ladder(
        """
        cti       -> CompleteTransfer 5001
        media     <- OpenMedia conference offer
        colleague <- INVITE + X-Genesys-CallUUID: /./ | /s=conference/
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        media     <- PointMedia
        cti       <- EventReleased 5001
        cti       <- EventReleased 5001
        agent-2   <- BYE
        agent     <- BYE
        media     <- CloseMedia
        cti       <- EventPartyChanged 5002 recording=Recording
        caller    <- INVITE | none
        caller    -> 200 INVITE | caller
        media     <- OpenMedia conference answer
        media     <- CloseMedia
        caller    <- ACK | /s=conference/
        """
    )


def test_the_caller_hangs_up_while_it_is_moved(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        cti    -> RecordCall 5001 start
        caller <- INVITE | none
        caller -> BYE
        caller <- 200 BYE
        agent  <- BYE
        cti    <- EventReleased 5001
        """
    )
    assert not server.switch.calls
    assert server.broken == []


def test_a_phone_that_cannot_be_moved_stays_where_it_is(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        cti    -> RecordCall 5001 start
        caller <- INVITE | none
        caller -> 488 INVITE
        caller <- ACK
        agent  <- INVITE | none
        agent  -> 200 INVITE | agent-full
        agent  <- ACK | /s=conference/
        cti    <- EventRecordingStateChanged 5001
        """
    )


def test_a_hold_that_crosses_the_move_stays_a_hold(ladder: Ladder, server: SipServerStack) -> None:
    """The phone has come to hold by itself when its turn comes: to be moved is not to be retrieved."""
    connected(ladder)
    server.media_waits = True
    ladder(
        """
        cti    -> RecordCall 5001 start
        caller <- INVITE | none
        agent  -> INVITE | agent-inactive
        caller -> 200 INVITE | caller
        media  -> reply
        caller <- ACK | /s=conference/
        agent  <- 200 INVITE
        cti    <- EventHeld 5001
        agent  -> ACK
        media  -> reply
        caller <- INVITE | /s=music/
        caller -> 200 INVITE | caller
        caller <- ACK
        agent  <- INVITE | none
        agent  -> 200 INVITE | agent-inactive
        media  -> reply
        agent  <- ACK | /s=conference/
        cti    <- EventRecordingStateChanged 5001 state=Held
        """
    )
    views = server.switch.views("5001")
    assert [view.state for view in views] == ["Held"]
