"""What SIP Server does to a dialog by re-INVITE: consult, transfer, conference, recording, supervision, storms.

The page's side has not one request in any of them; the words tell it what it must know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from cordboard.call.media import MediaReply, Verb
from cordboard.call.trunk.settings import HoldForm, TrunkSettings
from kit.gateway_ladders import CONNECTED, HELD
from kit.gateway_stack import GatewayStack, description
from kit.ladder import Ladder
from kit.peer import BODIES, SipPeer

BODIES.update(
    {
        "consulted": description("consulted", "127.0.0.83", 7000),
        "third party": description("third party", "127.0.0.84", 7000),
        "mixer": description("mixer", "127.0.0.85", 20000),
        "server sendonly": description("music", "127.0.0.82", 9000, "a=sendonly\r\n"),
        "server inactive": description("silence", "127.0.0.82", 9000, "a=inactive\r\n"),
    }
)


@pytest.fixture(autouse=True)
def page_untouched(ladder: Ladder, gateway: GatewayStack) -> Iterator[None]:
    """Connected before the test; hung up after it, and nothing left."""
    ladder(CONNECTED)
    before = len(gateway.engine.verbs)
    yield
    assert [verb for verb in gateway.engine.verbs[before:] if "page" in verb] == []
    versions = [int(version) for version in re.findall(r"o=- 1 (\d+)", "".join(sent(ladder)))]
    assert versions == sorted(versions)
    ladder("""
        page  -> BYE
        page  <- 200 BYE
        trunk <- BYE
        trunk -> 200 BYE
        after 64 s
    """)
    assert gateway.idle


def sent(ladder: Ladder) -> list[str]:
    """The descriptions that SIP Server got, in their order."""
    peer = ladder.peers["trunk"]
    assert isinstance(peer, SipPeer)
    return [message.body.decode() for message in peer.got if message.body]


def last_taken(gateway: GatewayStack) -> str:
    """Where the trunk was pointed to last."""
    taken = [
        each.sdp for each in gateway.engine.requests if each.verb in (Verb.TAKE_TRUNK_OFFER, Verb.TAKE_TRUNK_ANSWER)
    ]
    return taken[-1]


def test_consult_call_in_the_one_dialog_and_back(ladder: Ladder, gateway: GatewayStack) -> None:
    """`dual-dialog-enabled=false`: held, then re-INVITEd to the consulted party, then back to the customer."""
    ladder(HELD)
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: TWO
        page  <- INFO | /{"do":"retrieve"}/
        page  <- INFO | /{"call":{"uuid":"TWO"}}/
        trunk <- 200 INVITE | /a=sendrecv/
        page  -> 200 INFO
        trunk -> ACK | consulted
    """)
    assert last_taken(gateway) == BODIES["consulted"]
    assert not gateway.engine.held
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: ONE | server offer
        page  <- INFO | /{"call":{"uuid":"ONE"}}/
        trunk <- 200 INVITE | /a=sendrecv/
        page  -> 200 INFO
        trunk -> ACK
    """)


class TestAgentRetrieves:
    @pytest.fixture
    def gateway(self) -> GatewayStack:
        return GatewayStack(trunk_settings=TrunkSettings(new_call_retrieves=False))

    def test_another_call_in_a_held_dialog_stays_held(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder(HELD)
        ladder("""
            trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: TWO
            page  <- INFO | /{"call":{"uuid":"TWO"}}/
            trunk <- 200 INVITE | /a=inactive/
            page  -> 200 INFO
            trunk -> ACK | consulted
        """)
        assert gateway.engine.held


def test_another_call_in_a_held_dialog_by_update(ladder: Ladder, gateway: GatewayStack) -> None:
    """Without SDP there is no answer that could open it: our own re-INVITE does."""
    ladder(HELD)
    ladder("""
        trunk -> UPDATE + X-Genesys-CallUUID: TWO
        trunk <- 200 UPDATE
        trunk <- INVITE | /a=sendrecv/
        page  <- INFO | /{"do":"retrieve"}/
        page  <- INFO | /{"call":{"uuid":"TWO"}}/
        page  -> 200 INFO
        trunk -> 200 INVITE | consulted
        trunk <- ACK
    """)
    assert not gateway.engine.held


def test_two_step_transfer_completed(ladder: Ladder, gateway: GatewayStack) -> None:
    """The agent stays: re-INVITEd to the third party, with the identifier of the surviving call."""
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: ONE | server inactive
        trunk <- 200 INVITE | /s=trunk_answer/
        trunk -> ACK
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: TWO
        page  <- INFO | /{"call":{"uuid":"TWO"}}/
        trunk <- 200 INVITE | /s=trunk_offer/
        page  -> 200 INFO
        trunk -> ACK | third party
    """)
    assert last_taken(gateway) == BODIES["third party"]


def test_single_step_transfer_of_the_other_party(ladder: Ladder, gateway: GatewayStack) -> None:
    """Reference: SIP Server 2.5 without REFER: re-INVITEd with the third party's SDP, same call."""
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 + X-Genesys-CallUUID: ONE | third party
        trunk <- 200 INVITE | /s=trunk_answer/
        trunk -> ACK
    """)
    assert last_taken(gateway) == BODIES["third party"]


def test_conference_by_offerless_reinvite_to_a_mixer(ladder: Ladder, gateway: GatewayStack) -> None:
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060
        trunk <- 200 INVITE | /s=trunk_offer/
        trunk -> ACK | mixer
    """)
    assert last_taken(gateway) == BODIES["mixer"]


def test_recording_whisper_and_barge_in_follow_each_other(ladder: Ladder, gateway: GatewayStack) -> None:
    """Each an offerless re-INVITE, milliseconds apart."""
    for party in ("mixer", "third party", "mixer", "server answer"):
        ladder(f"""
            after 0.012 s
            trunk -> INVITE sip:5001@127.0.0.9:5060
            trunk <- 200 INVITE | /s=trunk_offer/
            trunk -> ACK | {party}
        """)
    assert last_taken(gateway) == BODIES["server answer"]


def test_storm_of_reinvites(ladder: Ladder, gateway: GatewayStack) -> None:
    """Two hundred of every kind; the last one counts."""
    for number in range(200):
        offer = (" | mixer", "", " | server hold", " | server inactive")[number % 4]
        answer = "" if offer else " | third party"
        ladder(f"""
            trunk -> INVITE sip:5001@127.0.0.9:5060{offer}
            trunk <- 200 INVITE
            trunk -> ACK{answer}
        """)
    assert last_taken(gateway) == BODIES["server inactive"]


def test_reinvites_faster_than_their_acks(ladder: Ladder) -> None:
    """RFC 3261 section 14.2: a second one while our offer is unanswered is refused, and the first goes on."""
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060
        trunk <- 200 INVITE | /s=trunk_offer/
    """)
    peer = ladder.peers["trunk"]
    assert isinstance(peer, SipPeer)
    first = peer.invite
    ladder("""
        trunk -> INVITE sip:5001@127.0.0.9:5060 | mixer
        trunk <- 491 INVITE
        trunk -> ACK
    """)
    peer.invite, peer.refused = first, False
    ladder("trunk -> ACK | server answer")


class TestGlare:
    def test_reinvite_meets_our_hold(self, ladder: Ladder, gateway: GatewayStack) -> None:
        """Theirs gets 491; ours is answered."""
        ladder("""
            trunk -> NOTIFY + Event: hold
            trunk <- 200 NOTIFY
            trunk <- INVITE | /a=inactive/
            page  <- INFO | /hold/
            page  -> 200 INFO
            trunk -> INVITE sip:5001@127.0.0.9:5060
            trunk <- 491 INVITE
            trunk -> ACK
            trunk -> 200 INVITE | server hold
            trunk <- ACK
        """)
        assert gateway.engine.held

    def test_our_hold_is_refused_and_said_again_by_a_newer_description(
        self, ladder: Ladder, gateway: GatewayStack
    ) -> None:
        """Ours gets 491 and waits; theirs comes first. What we send then is made after what we answered."""
        ladder("""
            trunk -> NOTIFY + Event: hold
            trunk <- 200 NOTIFY
            trunk <- INVITE | /a=inactive/
            page  <- INFO | /hold/
            page  -> 200 INFO
            trunk -> 491 INVITE
            trunk <- ACK
            after 0.1 s
            trunk -> INVITE sip:5001@127.0.0.9:5060
            trunk <- 200 INVITE | /a=inactive/
            trunk -> ACK | music
            trunk <- INVITE | /a=inactive/
            trunk -> 200 INVITE | server hold
            trunk <- ACK
        """)
        assert gateway.engine.held

    def test_nothing_comes_after_glare(self, ladder: Ladder, gateway: GatewayStack) -> None:
        ladder("""
            trunk -> NOTIFY + Event: hold
            trunk <- 200 NOTIFY
            trunk <- INVITE | /a=inactive/
            page  <- INFO | /hold/
            page  -> 200 INFO
            trunk -> 491 INVITE
            trunk <- ACK
        """)
        ladder.wait(0.95)
        ladder("""
            trunk <- INVITE | /a=inactive/
            trunk -> 200 INVITE | server hold
            trunk <- ACK
        """)


class TestHeldBySipServer:
    """The agent hears what SIP Server's side plays, or silence; the page is not told and not asked."""

    @pytest.mark.parametrize("form", ["server hold", "server sendonly", "server inactive"])
    def test_in_each_form(self, ladder: Ladder, gateway: GatewayStack, form: str) -> None:
        ladder(f"""
            trunk -> INVITE sip:5001@127.0.0.9:5060 | {form}
            trunk <- 200 INVITE | /s=trunk_answer/
            trunk -> ACK
            after 60 s
            trunk -> INVITE sip:5001@127.0.0.9:5060
            trunk <- 200 INVITE | /s=trunk_offer/
            trunk -> ACK | server answer
        """)
        assert last_taken(gateway) == BODIES["server answer"]
        assert not gateway.engine.held


class TestHeldByAddress:
    """`hold_form = 0.0.0.0`."""

    @pytest.fixture
    def gateway(self) -> GatewayStack:
        return GatewayStack(trunk_settings=TrunkSettings(hold_form=HoldForm.ADDRESS))

    def test_hold_and_retrieve(self, ladder: Ladder) -> None:
        ladder("""
            trunk -> NOTIFY + Event: hold
            trunk <- 200 NOTIFY
            trunk <- INVITE | /c=IN IP4 0.0.0.0/
            page  <- INFO | /hold/
            page  -> 200 INFO
            trunk -> 200 INVITE | server hold
            trunk <- ACK
            trunk -> INVITE sip:5001@127.0.0.9:5060
            trunk <- 200 INVITE | /c=IN IP4 0.0.0.0/
            trunk -> ACK | music
            trunk -> NOTIFY + Event: talk
            trunk <- 200 NOTIFY
            trunk <- INVITE | /c=IN IP4 127.0.0.9/
            page  <- INFO | /retrieve/
            page  -> 200 INFO
            trunk -> 200 INVITE | server answer
            trunk <- ACK
        """)
        held = [body for body in sent(ladder) if "0.0.0.0" in body]
        assert len(held) == 2
        assert all("a=inactive" not in body and "a=sendonly" not in body for body in held)


def test_media_lines_of_the_page_changed(ladder: Ladder, gateway: GatewayStack) -> None:
    """Video came or went: the engine says that SIP Server's side is out of date. One re-INVITE at a time."""
    changed = MediaReply(Verb.TAKE_PAGE_OFFER, reoffer=True)
    gateway.feed(changed, ladder.now)
    gateway.feed(changed, ladder.now)
    ladder("""
        trunk <- INVITE | /s=trunk_offer/
        trunk -> 200 INVITE | server answer
        trunk <- ACK
        trunk <- INVITE | /s=trunk_offer/
        trunk -> 488 INVITE
        trunk <- ACK
    """)
