"""Two calls of one agent at one page: the consult call as a second dialog, and what SIP Server makes of both."""

from __future__ import annotations

import pytest

from kit.gateway_ladders import HELD, RELEASED, RETRIEVED, between
from kit.gateway_stack import page_peer, trunk_peer
from kit.ladder import Ladder
from kit.two_calls import TwoCalls

SECOND = {"trunk": "trunk-2", "page": "page-2"}


@pytest.fixture
def two() -> TwoCalls:
    return TwoCalls()


@pytest.fixture
def ladder(two: TwoCalls) -> Ladder:
    """The customer's call, held by CTI (`dual-dialog-enabled=true`), and the consult call: both connected."""
    columns = {name: trunk_peer(name) for name in ("trunk", "trunk-2")} | {n: page_peer(n) for n in ("page", "page-2")}
    ladder = Ladder(two, columns)  # type: ignore[arg-type]
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: ONE | server offer
        trunk <- 100
        page  <- INVITE + X-Genesys-CallUUID: ONE
        page  -> 180
        trunk <- 180
        page  -> 200 | page answer
        page  <- ACK
        trunk <- 200
        trunk -> ACK
    """)
    ladder(HELD)
    two.next_column = {side: f"{side}-2" for side in two.next_column}
    ladder("""
        trunk-2 -> INVITE sip:5001@127.0.0.9:5060 + Supported: timer + X-Genesys-CallUUID: TWO
        trunk-2 <- 100
        page-2  <- INVITE + X-Genesys-CallUUID: TWO + X-Cordboard-Call: agent-first
        page-2  -> 180
        trunk-2 <- 180
        trunk-2 -> NOTIFY + Event: talk
        trunk-2 <- 200 NOTIFY
        page-2  <- INFO | /{"do":"answer"}/
        page-2  -> 200 INFO
        page-2  -> 200 INVITE | page answer
        page-2  <- ACK
        trunk-2 <- 200 INVITE | /s=trunk_offer/
        trunk-2 -> ACK | server answer
    """)
    return ladder


def test_each_has_its_own_media_and_the_first_is_held(ladder: Ladder, two: TwoCalls) -> None:
    first, second = two.engines
    assert (first.held, second.held) == (True, False)
    assert first.verbs.count("page_offer") == second.verbs.count("page_offer") == 1


def test_agent_goes_back_to_the_customer(ladder: Ladder, two: TwoCalls) -> None:
    """Alternate: SIP Server holds one dialog and retrieves the other."""
    ladder(between(HELD, **SECOND))
    ladder(RETRIEVED)
    first, second = two.engines
    assert (first.held, second.held) == (False, True)


def test_two_step_transfer_completed_releases_both(ladder: Ladder, two: TwoCalls) -> None:
    """Reference: SIP Server 2.5: the other parties are connected to each other, the agent gets BYE twice."""
    ladder(RELEASED + between(RELEASED, **SECOND) + "after 64 s")
    assert two.idle


def test_conference_keeps_one_dialog(ladder: Ladder, two: TwoCalls) -> None:
    """The consult dialog ends, the first is re-INVITEd to the mixer and retrieved."""
    ladder(between(RELEASED, **SECOND))
    ladder(RETRIEVED)
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060
        trunk <- 200 INVITE | /s=trunk_offer/
        trunk -> ACK | music
        page  -> BYE
        page  <- 200 BYE
        trunk <- BYE
        trunk -> 200 BYE
        after 64 s
    """)
    assert two.idle


def test_other_party_of_the_consult_call_hangs_up(ladder: Ladder, two: TwoCalls) -> None:
    ladder(between(RELEASED, **SECOND))
    assert [call.over for call, _ in two.calls] == [False, True]
    assert two.engines[0].held
