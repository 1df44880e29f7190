"""A phone's media: two of them on loopback, full ICE agents both, with real DTLS and SRTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from cordboard.media.relay.dtls_srtp import Identity
from cordboard.phone.packets import PacketLoop, make
from cordboard.phone.settings import AudioSettings
from cordboard.sdp.direction import Direction
from cordboard.sdp.errors import SdpError
from cordboard.sdp.webrtc import read_webrtc
from cordboard.stun.vocabulary import Timing
from kit.phone import until
from kit.phone_media import Side

CALLER = AudioSettings(frequency=440.0, expected=1000.0)
CALLED = AudioSettings(frequency=1000.0, expected=440.0)


@dataclass
class Pair:
    packets: PacketLoop
    caller: Side
    called: Side

    def agree(self, change_offer: str = "", change_answer: str = "") -> None:
        """Offer and answer; what the patterns find (of `pattern=>replacement`) is changed on the way."""
        offer = changed(self.caller.media.offer(), change_offer)
        answer = changed(self.called.media.take_offer(offer), change_answer)
        self.called.media.start()
        self.caller.media.take_answer(answer)

    async def connected(self, times: int = 1) -> bool:
        return await until(lambda: self.caller.owner.connected == self.called.owner.connected == times)

    async def hear_each_other(self) -> None:
        assert await asyncio.gather(self.caller.hears(), self.called.hears()) == [True, True]


def changed(text: str, change: str) -> str:
    pattern, _, replacement = change.partition("=>")
    if not pattern:
        return text
    result = re.sub(pattern, replacement, text)
    assert result != text, "nothing was changed"
    return result


def make_pair(caller: AudioSettings = CALLER, called: AudioSettings = CALLED, timing: Timing | None = None) -> Pair:
    packets = make("python")
    return Pair(packets, Side(packets, caller, timing), Side(packets, called, timing))


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    pair = make_pair()
    yield pair
    finish(pair)


def finish(pair: Pair) -> None:
    pair.caller.media.close()
    pair.called.media.close()
    pair.packets.close()


async def test_two_phones_hear_each_other(pair: Pair) -> None:
    pair.agree()
    assert await pair.connected()
    await pair.hear_each_other()
    for side in (pair.caller, pair.called):
        figures = side.media.figures()
        assert (figures.lost, figures.refused) == (0, 0)
        assert side.media.ice_at > 0.0
        assert side.media.dtls_at > 0.0


@pytest.mark.parametrize(
    ("offered", "answered"), [("actpass", "active"), ("actpass", "passive"), ("active", "passive")]
)
async def test_either_side_may_be_the_dtls_client(pair: Pair, offered: str, answered: str) -> None:
    """A phone answers `active` where it may choose; the other answers are those of other peers."""
    offer = changed(pair.caller.media.offer(), f"setup:actpass=>setup:{offered}") if offered != "actpass" else ""
    answer = pair.called.media.take_offer(offer or pair.caller.media.offer())
    if answered == "passive" and offered == "actpass":
        pair.called.media._client = False
        answer = changed(answer, "setup:active=>setup:passive")
    assert f"a=setup:{answered}" in answer
    pair.called.media.start()
    pair.caller.media.take_answer(answer)
    assert await pair.connected()
    await pair.hear_each_other()


async def test_both_sides_take_the_offer_for_theirs(pair: Pair) -> None:
    """Both control: the conflict is settled by their numbers."""
    offer = pair.caller.media.offer()
    pair.called.media._ice.begin(controlling=True)
    answer = pair.called.media.take_offer(offer)
    pair.called.media.start()
    pair.caller.media.take_answer(answer)
    assert await pair.connected()


async def test_a_candidate_that_leads_nowhere_does_not_matter(pair: Pair) -> None:
    elsewhere = r"candidate:1 1 udp \d+ (\S+) (\d+)=>candidate:2 1 udp 2130706431 192.0.2.1 9 typ host\r\na=\g<0>"
    pair.agree(elsewhere, elsewhere)
    assert await pair.connected()


async def test_names_of_mdns_are_learned_from_checks(pair: Pair) -> None:
    pair.agree(r"(candidate:1 1 udp \d+) \S+=>\1 4f0c0d3b-0000-4000-8000-000000000000.local")
    assert await pair.connected()
    await pair.hear_each_other()


async def test_another_certificate_than_the_described_one_ends_it(pair: Pair) -> None:
    strange = Identity().fingerprint
    pair.agree(change_answer=f"fingerprint:sha-256 [0-9A-F:]+=>fingerprint:sha-256 {strange}")
    assert await until(lambda: pair.caller.owner.failures != [])
    assert pair.caller.owner.failures == ["the certificate is not the one in the description (DTLS)"]
    assert pair.caller.owner.connected == 0
    assert pair.caller.media.figures().sent == 0


async def test_dtls_that_is_done_before_the_answer_waits_for_it(pair: Pair) -> None:
    """On calls of ours ICE and DTLS can be over before the answer is here."""
    answer = pair.called.media.take_offer(pair.caller.media.offer())
    pair.called.media.start()
    assert await until(lambda: pair.called.owner.connected)
    assert pair.caller.owner.connected == 0
    pair.caller.media.take_answer(answer)
    assert await pair.connected()
    await pair.hear_each_other()


async def test_pcma_where_the_peer_takes_that() -> None:
    pair = make_pair(replace(CALLER, also=("PCMA",)), replace(CALLED, codec="PCMA"))
    pair.agree()
    assert await pair.connected()
    await pair.hear_each_other()
    finish(pair)


async def test_hold_silences_both_ways_and_retrieve_brings_sound_back(pair: Pair) -> None:
    pair.agree()
    assert await pair.connected()
    pair.caller.media.silence(True)
    pair.caller.media.take_answer(pair.called.media.take_offer(pair.caller.media.offer(Direction.SENDONLY)))
    pair.called.media.start()
    before = [side.media.figures().sent for side in (pair.caller, pair.called)]
    assert not await until(
        lambda: [side.media.figures().sent for side in (pair.caller, pair.called)] != before, within=0.2
    )
    pair.caller.media.silence(False)
    pair.agree()
    await pair.hear_each_other()
    assert pair.caller.owner.failures == pair.called.owner.failures == []


async def test_ice_restart_keeps_the_keys_and_sound_goes_on(pair: Pair) -> None:
    pair.agree()
    assert await pair.connected()
    ice = pair.caller.media._ice
    old = pair.called.media._ice.ufrag
    pair.caller.restart_ice()
    pair.agree()
    assert pair.called.media._ice.ufrag != old
    assert await until(lambda: ice.is_settled and pair.called.media._ice.is_settled)
    await pair.hear_each_other()
    assert pair.caller.owner.connected == pair.called.owner.connected == 1, "there were new keys"


async def test_another_fingerprint_is_another_association(pair: Pair) -> None:
    """A gateway that moves the call to another media worker offers a new ufrag and a new certificate."""
    pair.agree()
    assert await pair.connected()
    await pair.hear_each_other()
    pair.caller.be_another()
    pair.agree()
    assert await pair.connected(2)
    await pair.hear_each_other()
    assert pair.called.owner.failures == []


async def test_a_peer_that_is_gone_is_noticed() -> None:
    pair = make_pair(timing=Timing(consent_every=0.05, consent_lasts=0.3))
    pair.agree()
    assert await pair.connected()
    assert not await until(lambda: pair.caller.owner.failures, within=0.5), "consent was lost while the peer was there"
    pair.called.media.close()
    assert await until(lambda: pair.caller.owner.failures)
    assert pair.caller.owner.failures == ["the peer is gone (no consent any more)"]
    finish(pair)


async def test_no_candidate_answers_but_the_peer_checks_later() -> None:
    """RFC 8863: that is no failure before the call's patience ends."""
    pair = make_pair(timing=Timing(retransmit=0.01, transmissions=2))
    answer = pair.called.media.take_offer(pair.caller.media.offer())
    pair.caller.media.take_answer(changed(answer, r"(candidate:1 1 udp \d+) \S+=>\1 192.0.2.1"))
    assert not await until(lambda: pair.caller.owner.failures, within=0.3)
    assert pair.caller.media.missing == "ICE has found no path"
    pair.called.media.start()
    assert await pair.connected()
    finish(pair)


@pytest.mark.parametrize("description", ["", "v=0\r\n", "v=0\r\no=- 1 1 IN IP4 x\r\n"])
async def test_descriptions_that_cannot_be_used(pair: Pair, description: str) -> None:
    with pytest.raises(SdpError):
        pair.caller.media.take_offer(description)


async def test_figures_outlive_the_media(pair: Pair) -> None:
    pair.agree()
    assert await pair.connected()
    await pair.hear_each_other()
    last = pair.caller.media.close()
    assert last.received > 0
    assert pair.caller.media.figures() == last == pair.caller.media.close()


async def test_the_offer_is_full_ice(pair: Pair) -> None:
    assert read_webrtc(pair.caller.media.offer()).ice_lite is False
