"""SIP Server look-alike: transfers and conferences that are completed as soon as the third party has answered.

The consult call still asks that party for a fresh offer then (SIP Server reference 2.4, 2.5).

The offer is acknowledged as it is before the third party is asked for anything else: its 200 would be repeated for 32 s
otherwise, and the call would end.
"""

from __future__ import annotations

import pytest

from kit.ladder import Ladder
from kit.sip_server_parties import consulted, two_dialogs
from kit.sip_server_stack import SipServerStack, ladder_of

LEGS = 3 * "    media     <- OpenMedia conference offer\n"
PUT_THROUGH = """
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


@pytest.fixture
def server() -> SipServerStack:
    return two_dialogs(SipServerStack())


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server, third=True)


def test_a_transfer_while_a_fresh_offer_is_on_its_way(ladder: Ladder) -> None:
    """The third party has been asked for an offer by the consult call when the transfer is completed."""
    consulted(ladder)
    ladder(
        """
        colleague <- INVITE | none
        cti       -> CompleteTransfer 5001
        colleague -> 200 INVITE | colleague-full
        colleague <- ACK | /s=agent-2/
        """
        + PUT_THROUGH
    )


def test_a_transfer_while_a_fresh_offer_is_not_yet_answered(ladder: Ladder) -> None:
    """The consult call has got the third party's offer and waits for the agent's answer."""
    consulted(ladder)
    ladder(
        """
        colleague <- INVITE | none
        colleague -> 200 INVITE | colleague-full
        agent-2   <- INVITE | /s=colleague-full/
        cti       -> CompleteTransfer 5001
        colleague <- ACK | /s=agent-2/
        """
        + PUT_THROUGH
    )


def test_a_conference_while_a_fresh_offer_is_on_its_way(ladder: Ladder, server: SipServerStack) -> None:
    """The third party has been asked for an offer by the consult call when the conference is completed."""
    consulted(ladder, "InitiateConference")
    ladder("colleague <- INVITE | none")
    server.media_asks = True
    ladder(
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
        colleague -> 200 INVITE | colleague-full
        colleague <- ACK | /s=agent-2/
        colleague <- INVITE | /s=conference-\d/
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        media     <- PointMedia
        agent-2   <- BYE
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventPartyChanged 5002 type=Inbound with=+15550100,5001
        cti       <- EventPartyAdded 5001 with=+15550100,5002
        """
    )


def test_a_conference_while_a_fresh_offer_is_not_yet_answered(ladder: Ladder, server: SipServerStack) -> None:
    """The consult call has got the third party's offer and waits for the agent's answer."""
    consulted(ladder, "InitiateConference")
    ladder(
        "colleague <- INVITE | none\ncolleague -> 200 INVITE | colleague-full\nagent-2 <- INVITE | /s=colleague-full/"
    )
    server.media_asks = True
    ladder(
        "    cti       -> CompleteConference 5001\n    colleague <- ACK | /s=agent-2/\n"
        + LEGS
        + r"""
        agent     <- NOTIFY + Event: talk
        caller    <- INVITE | /s=conference-\d/
        agent     -> 200 NOTIFY
        caller    -> 200 INVITE | caller-answer
        caller    <- ACK
        media     <- PointMedia
        media     <- CloseMedia
        colleague <- INVITE | /s=conference-\d/
        colleague -> 200 INVITE | colleague
        colleague <- ACK
        media     <- PointMedia
        agent-2   <- BYE
        cti       <- EventReleased 5001 type=Consult
        cti       <- EventPartyChanged 5002 type=Inbound with=+15550100,5001
        cti       <- EventPartyAdded 5001 with=+15550100,5002
        """
    )
