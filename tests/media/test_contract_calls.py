"""What every media engine does for a call: both directions, hold, digits, codecs, release. Sound is proved by pitch."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

import pytest

from cordboard.media.port import Direction, MediaEngine, MediaError, MediaEventKind, Side
from cordboard.rtp.rtcp import ReceiverReport, ReportBlock, SenderReport, SourceDescription, build, parse
from cordboard.rtp.telephone_event import DigitReader, payloads
from cordboard.sdp.codec import COMFORT_NOISE, PCMA, PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.plain import read_plain
from cordboard.sdp.webrtc import read_webrtc
from kit.conversation import Conversation
from kit.page import PagePhone
from kit.phone import until
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIGITS_OF_BROWSER = 126
G722_ONLY = ("9 G722/8000", "126 telephone-event/8000")


async def test_page_is_called(call: Conversation) -> None:
    await call.incoming()
    await call.talk()
    assert call.events == [MediaEventKind.CONNECTED]


async def test_page_calls(call: Conversation) -> None:
    await call.outgoing()
    await call.talk()
    assert call.events == [MediaEventKind.CONNECTED]


async def test_statistics_tell_both_sides(call: Conversation) -> None:
    before = time.time()
    await call.incoming()
    await call.talk()
    found = await call.statistics()
    assert before < found.connected < time.time()
    for side in (found.page, found.trunk):
        assert side.codec == "PCMU"
        assert side.packets_received >= 15
        assert side.packets_sent >= 15
        assert (side.packets_lost, side.packets_refused) == (0, 0)
        assert found.connected - 0.1 < side.first_received <= side.last_received <= time.time()
        assert found.connected - 0.1 < side.first_sent <= time.time()
        assert side.jitter < 0.02
    assert found.trunk.first_sent >= found.page.first_received


@pytest.mark.needs("own reports")
async def test_lost_packets_are_counted_where_they_were_lost(call: Conversation) -> None:
    await call.incoming()
    for number in range(20):
        if number in (7, 8, 9):
            call.trunk.voice.sequence += 1
        else:
            call.trunk.send(0, bytes([0xFF] * 160), step=160)
    assert await until(lambda: len(call.page.received) == 17)
    found = await call.statistics()
    assert (found.trunk.packets_lost, found.page.packets_lost) == (3, 0)
    sequences = [packet.sequence for packet in call.page.received]
    assert (sequences[-1] - sequences[0]) & 0xFFFF == 19, "what was lost before the engine must look lost behind it"


async def test_trunk_hold_and_retrieve(call: Conversation) -> None:
    await call.incoming()
    await call.talk()
    await call.engine.take_trunk_offer(call.name, call.trunk.describe(2, "sendonly"))
    assert read_plain(await call.engine.trunk_answer(call.name)).direction == "recvonly"
    assert await call.trunk.falls_silent()
    assert await call.page.hears(1000.0), "music on hold"
    await call.engine.take_trunk_offer(call.name, call.trunk.describe(3))
    assert read_plain(await call.engine.trunk_answer(call.name)).direction == "sendrecv"
    assert await call.trunk.hears(440.0)
    assert call.unbroken(call.page)


@pytest.mark.parametrize(
    ("description", "answered"),
    [
        ({"address": "0.0.0.0"}, "recvonly"),
        ({"address": "0.0.0.0", "direction": "inactive"}, "inactive"),
        ({"direction": "inactive"}, "inactive"),
    ],
)
async def test_trunk_is_sent_nothing_while_held(call: Conversation, description: dict[str, str], answered: str) -> None:
    await call.incoming()
    await call.talk()
    await call.engine.take_trunk_offer(call.name, call.trunk.describe(2, **description))
    assert read_plain(await call.engine.trunk_answer(call.name)).direction == answered
    assert await call.trunk.falls_silent()
    await call.point_trunk()
    assert await call.trunk.hears(440.0)
    assert call.unbroken(call.trunk)


async def test_music_is_heard_while_held_with_0_0_0_0(call: Conversation) -> None:
    """The address says where nothing may be sent; who was heard before is heard on."""
    await call.incoming()
    await call.talk()
    await call.engine.take_trunk_offer(call.name, call.trunk.describe(2, address="0.0.0.0"))
    assert await call.page.hears(1000.0)


async def test_trunk_audio_refused_with_port_0(call: Conversation) -> None:
    await call.incoming()
    await call.talk()
    await call.engine.take_trunk_offer(call.name, call.trunk.describe(2, port=0))
    assert read_plain(await call.engine.trunk_answer(call.name)).refused
    assert await call.trunk.falls_silent()
    offered = read_plain(await call.engine.trunk_offer(call.name))
    assert offered.port == call.trunk.peer.port, "our next offer has our port again"
    await call.engine.take_trunk_answer(call.name, call.trunk.describe(3))
    assert await call.trunk.hears(440.0)


async def test_direction_shuts_both_ways_at_once(call: Conversation) -> None:
    await call.incoming()
    await call.talk()
    await call.engine.direction(call.name, Side.TRUNK, Direction.INACTIVE)
    silent = await asyncio.gather(call.page.falls_silent(), call.trunk.falls_silent())
    assert silent == [True, True]
    assert read_plain(await call.engine.trunk_offer(call.name)).direction == "inactive"
    await call.engine.direction(call.name, Side.TRUNK, Direction.SENDRECV)
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True]
    assert call.unbroken(call.page)
    assert call.unbroken(call.trunk)


@pytest.mark.parametrize(
    ("side", "direction", "page_hears", "trunk_hears"),
    [
        (Side.TRUNK, Direction.SENDONLY, False, True),
        (Side.TRUNK, Direction.RECVONLY, True, False),
        (Side.PAGE, Direction.SENDONLY, True, False),
        (Side.PAGE, Direction.RECVONLY, False, True),
    ],
)
async def test_direction_shuts_one_way(
    call: Conversation, side: Side, direction: Direction, page_hears: bool, trunk_hears: bool
) -> None:
    await call.incoming()
    await call.talk()
    await call.engine.direction(call.name, side, direction)
    ends = (call.page, page_hears, 1000.0), (call.trunk, trunk_hears, 440.0)
    found = await asyncio.gather(*(end.hears(voice) if hears else end.falls_silent() for end, hears, voice in ends))
    assert found == [True, True]


async def test_page_hold_and_retrieve_with_the_same_transport(call: Conversation) -> None:
    await call.outgoing()
    await call.talk()
    first = call.page.remote
    call.page.direction = "sendonly"
    await call.engine.take_page_offer(call.name, call.page.offer())
    held = call.page.take(await call.engine.page_answer(call.name))
    assert held.direction == "recvonly"
    assert await call.page.falls_silent()
    call.page.direction = "sendrecv"
    await call.engine.take_page_offer(call.name, call.page.offer())
    retrieved = call.page.take(await call.engine.page_answer(call.name))
    assert await call.page.hears(1000.0)
    for description in (held, retrieved):
        assert first is not None
        assert description.ice_ufrag == first.ice_ufrag
        assert description.ice_password == first.ice_password
        assert description.fingerprint == first.fingerprint
        assert description.mid == first.mid
    assert call.unbroken(call.page)
    assert call.events == [MediaEventKind.CONNECTED]


async def test_repeated_descriptions_differ_by_version_only(call: Conversation) -> None:
    await call.incoming()

    def without_version(sdp: str) -> tuple[list[str], int]:
        lines = sdp.splitlines()
        origin = next(line for line in lines if line.startswith("o="))
        words = origin.split()
        return [line.replace(origin, " ".join([words[0], words[1], *words[3:]])) for line in lines], int(words[2])

    for make in (call.engine.page_offer, call.engine.trunk_offer, call.engine.trunk_answer):
        first, first_version = without_version(await make(call.name))
        second, second_version = without_version(await make(call.name))
        assert first == second
        assert second_version == first_version + 1


@pytest.mark.needs("renumbering")
async def test_digits_from_the_page_get_the_trunks_number(call: Conversation) -> None:
    await call.outgoing()
    await call.talk()
    call.page.hush()
    assert await call.trunk.falls_silent()
    before = len(call.trunk.received)
    for payload in payloads("5", 100):
        call.page.send(DIGITS_OF_BROWSER, payload, marker=True)
    assert await until(lambda: len(call.trunk.received) >= before + len(payloads("5", 100)))
    events = call.trunk.received[before:]
    assert {packet.payload_type for packet in events} == {TELEPHONE_EVENT.payload_type}
    assert len({packet.timestamp for packet in events}) == 1
    reader = DigitReader()
    assert [digit for packet in events if (digit := reader.take(packet.timestamp, packet.payload))] == ["5"]
    assert call.unbroken(call.trunk)


@pytest.mark.needs("renumbering")
async def test_digits_from_the_trunk_get_the_pages_number(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    call.trunk = new_trunk([PCMU, TELEPHONE_EVENT.numbered(96)])
    await call.outgoing()
    for payload in payloads("#", 80):
        call.trunk.send(96, payload)
    assert await until(lambda: len(call.page.received) == len(payloads("#", 80)))
    assert {packet.payload_type for packet in call.page.received} == {DIGITS_OF_BROWSER}


async def test_digits_are_dropped_where_nobody_wants_them(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    call.trunk = new_trunk([PCMU])
    await call.outgoing()
    call.page.send(0, bytes([0xFF] * 160), step=160)
    for payload in payloads("1", 80):
        call.page.send(DIGITS_OF_BROWSER, payload)
    call.page.send(0, bytes([0xFF] * 160), step=160)
    assert await until(lambda: len(call.trunk.received) == 2)
    assert call.unbroken(call.trunk), "dropped digits must not look like loss"


@pytest.mark.parametrize(("page_codec", "trunk_codec"), [(PCMU, PCMA), (PCMA, PCMU)])
async def test_pcmu_and_pcma_are_swapped(
    call: Conversation,
    new_page: Callable[..., PagePhone],
    new_trunk: Callable[..., TrunkPhone],
    page_codec: Codec,
    trunk_codec: Codec,
) -> None:
    only = f"{page_codec.payload_type} {page_codec.name}/8000"
    call.page = new_page((page_codec,), (only, "126 telephone-event/8000"))
    call.trunk = new_trunk([trunk_codec, TELEPHONE_EVENT])
    await call.outgoing()
    await call.talk()
    assert {packet.payload_type for packet in call.page.received} == {page_codec.payload_type}
    assert {packet.payload_type for packet in call.trunk.received} == {trunk_codec.payload_type}
    found = await call.statistics()
    assert (found.page.codec, found.trunk.codec) == (page_codec.name, trunk_codec.name)


async def test_page_is_offered_the_trunks_codec_first(call: Conversation, new_trunk: Callable[..., TrunkPhone]) -> None:
    call.trunk = new_trunk([PCMA, TELEPHONE_EVENT])
    await call.point_trunk()
    offered = read_webrtc(await call.engine.page_offer(call.name)).codecs
    assert [codec.name for codec in offered] == ["PCMA", "PCMU", "telephone-event"]


@pytest.mark.needs("known payloads")
async def test_comfort_noise_is_harmless(call: Conversation) -> None:
    await call.incoming()
    for number in range(30):
        if number % 3 == 1:
            call.trunk.send(COMFORT_NOISE.payload_type, b"\x40", step=160)
        else:
            call.trunk.send(0, bytes([0xFF] * 160), step=160)
    assert await until(lambda: len(call.page.received) == 20)
    assert call.unbroken(call.page)
    assert {packet.payload_type for packet in call.page.received} == {0}
    assert (await call.statistics()).trunk.packets_lost == 0


@pytest.mark.needs("no transcoding")
async def test_no_common_codec_on_the_page_is_488(call: Conversation, new_page: Callable[..., PagePhone]) -> None:
    page = new_page((PCMU,), G722_ONLY)
    with pytest.raises(MediaError) as refusal:
        await call.engine.take_page_offer(call.name, page.offer())
    assert refusal.value.status == 488


@pytest.mark.needs("no transcoding")
async def test_no_common_codec_on_the_trunk_is_488_and_media_goes_on(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    await call.incoming()
    await call.talk()
    other = new_trunk([Codec(18, "G729", 8000)])
    with pytest.raises(MediaError) as refusal:
        await call.engine.take_trunk_offer(call.name, other.describe())
    assert refusal.value.status == 488
    assert await call.trunk.hears(440.0)
    assert await call.page.hears(1000.0)


async def test_codec_that_nobody_knows_is_488(
    call: Conversation, new_page: Callable[..., PagePhone], new_trunk: Callable[..., TrunkPhone]
) -> None:
    await call.incoming()
    await call.talk()
    page, trunk = new_page((PCMU,), ("97 iLBC/8000",)), new_trunk([Codec(97, "iLBC", 8000)])
    for taking in (
        call.engine.take_page_offer(call.name, page.offer()),
        call.engine.take_trunk_offer(call.name, trunk.describe()),
    ):
        with pytest.raises(MediaError) as refusal:
            await taking
        assert refusal.value.status == 488
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True], "what was refused changes nothing"


@pytest.mark.parametrize("trunk_number", [TELEPHONE_EVENT.payload_type, 96])
async def test_digits_pass_both_ways(
    call: Conversation, new_trunk: Callable[..., TrunkPhone], trunk_number: int
) -> None:
    """Whatever the numbers for digits are on each side: where the engine cannot rewrite them, it has the page offered
    what the trunk has."""
    await call.outgoing()
    before = call.page.remote
    party = new_trunk([PCMU, TELEPHONE_EVENT.numbered(trunk_number)])
    if await call.engine.take_trunk_offer(call.name, party.describe()):
        anew = call.page.take(await call.engine.page_offer(call.name))
        assert before is not None
        assert (anew.ice_ufrag, anew.fingerprint, anew.mid) == (before.ice_ufrag, before.fingerprint, before.mid)
        assert not await call.engine.take_page_answer(call.name, call.page.answer())
    party.take(await call.engine.trunk_answer(call.name))
    assert call.page.remote is not None
    number = next(codec.payload_type for codec in call.page.remote.codecs if codec.is_telephone_event)
    call.page.received.clear()
    for payload in payloads("5", 100):
        call.page.send(number, payload)
    for payload in payloads("#", 80):
        party.send(trunk_number, payload)
    assert await until(lambda: len(party.received) >= len(payloads("5", 100)))
    assert await until(lambda: len(call.page.received) >= len(payloads("#", 80)))
    assert {packet.payload_type for packet in party.received} == {trunk_number}
    assert {packet.payload_type for packet in call.page.received} == {number}


@pytest.mark.parametrize("verb", ["take_page_offer", "take_page_answer", "take_trunk_offer", "take_trunk_answer"])
@pytest.mark.parametrize("sdp", ["", "nonsense", "v=0\r\n", "v=0\r\nm=audio 99999 RTP/AVP 0\r\n", "\0" * 100])
async def test_descriptions_that_cannot_be_used_are_refused(call: Conversation, verb: str, sdp: str) -> None:
    with pytest.raises(MediaError) as refusal:
        await getattr(call.engine, verb)(call.name, sdp)
    assert refusal.value.status in (400, 488)


@pytest.mark.parametrize("verb", ["page_answer", "trunk_answer"])
async def test_answer_without_offer_is_refused(call: Conversation, verb: str) -> None:
    with pytest.raises(MediaError):
        await getattr(call.engine, verb)(call.name)


@pytest.mark.needs("own reports")
async def test_reports_are_sent_to_both_sides_and_theirs_are_taken(call: Conversation) -> None:
    await call.incoming()
    await call.talk()
    assert await until(lambda: call.page.rtcp_received and call.trunk.rtcp_received)
    for phone, voice in ((call.page, call.page.voice), (call.trunk, call.trunk.voice)):
        report, source = parse(phone.rtcp_received[-1])
        assert isinstance(report, SenderReport)
        assert isinstance(source, SourceDescription)
        assert report.ssrc == source.ssrc == phone.received[0].ssrc
        assert [block.ssrc for block in report.blocks] == [voice.ssrc]
        phone.send_rtcp(_report_of(report, voice.ssrc, lost=3))
    assert await until(lambda: True)
    found = await call.statistics()
    for side in (found.page, found.trunk):
        assert side.peer_lost == 3
        assert 0.0 < side.round_trip < 2.0


def _report_of(theirs: SenderReport, ssrc: int, lost: int) -> bytes:
    block = ReportBlock(theirs.ssrc, lost=lost, last_sender_report=theirs.ntp >> 16 & 0xFFFFFFFF)
    return build([ReceiverReport(ssrc, (block,)), SourceDescription(ssrc, "test")])


async def test_close_releases_ports_at_once(call: Conversation) -> None:
    await call.incoming()
    await call.talk()
    assert call.trunk.peer is not None
    port = call.trunk.peer.port
    await call.engine.close(call.name)
    for number in (port, port + 1):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", number))
    silent = await asyncio.gather(call.page.falls_silent(), call.trunk.falls_silent())
    assert silent == [True, True]
    answered = call.page.stun_answers
    call.page.check()
    assert not await until(lambda: call.page.stun_answers > answered, 0.2)


async def test_closing_twice_or_an_unknown_call_is_no_error(call: Conversation) -> None:
    await call.engine.page_offer(call.name)
    await call.engine.close(call.name)
    await call.engine.close(call.name)
    await call.engine.close("never heard of")


async def test_a_verb_is_with_the_engine_before_it_is_awaited(call: Conversation) -> None:
    """The gateway sends its 200 right after; the engine must not hear of the page's answer later than SIP Server."""
    offer = call.engine.page_offer(call.name)
    assert (await call.engine.stats(call.name)).connected == 0.0  # an unknown call would be refused
    assert "a=setup:" in await offer


async def test_statistics_of_an_unknown_call_are_refused(engine: MediaEngine) -> None:
    with pytest.raises(MediaError):
        await engine.stats("never heard of")


async def test_snapshot_comes_back_with_the_list(call: Conversation) -> None:
    await call.engine.page_offer(call.name)
    await call.engine.snapshot(call.name, "dialogs: ä " * 300)
    found = {listed.call: listed.snapshot for listed in await call.engine.list()}
    assert found[call.name] == "dialogs: ä " * 300
    with pytest.raises(MediaError):
        await call.engine.snapshot(call.name, "x" * 4097)


async def test_verbs_can_be_pipelined(call: Conversation) -> None:
    """Nobody waits for a reply before the next verb; each finds what the one before has done."""
    _, answer, _, _, offer = await asyncio.gather(
        call.engine.take_trunk_offer(call.name, call.trunk.describe()),
        call.engine.trunk_answer(call.name),
        call.engine.take_page_offer(call.name, call.page.offer()),
        call.engine.direction(call.name, Side.TRUNK, Direction.SENDONLY),
        call.engine.trunk_offer(call.name),
    )
    assert read_plain(answer).direction == "sendrecv"
    assert read_plain(offer).direction == "sendonly"


async def test_health(engine: MediaEngine, call: Conversation) -> None:
    await call.engine.page_offer(call.name)
    health = await engine.health()
    assert health.ok
    assert health.workers == 1
    assert health.calls >= 1
