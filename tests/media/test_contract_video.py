"""Pictures through an engine: both ways, asked for, asked for again, on and off, and never at the cost of the law."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from cordboard.media.port import Direction, MediaEventKind, Side
from cordboard.rtp.rtcp import FullIntraRequest, Nack, PictureLoss, ReceiverReport, SenderReport, build, parse
from cordboard.sdp.codec import PCMU
from cordboard.sdp.description import parse as parse_sdp
from cordboard.sdp.plain import read_plain
from cordboard.sdp.webrtc import WebRtcRemote
from kit.camera import H264, H264_SINGLE, VP8, Camera
from kit.conversation import Conversation
from kit.page import settle
from kit.phone import until
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def seen(camera: Camera, payloads: list[bytes], within: float = 5.0) -> bool:
    """The last packets that came are these, the marker on the last."""
    count = len(payloads)
    return await until(lambda: [each.payload for each in camera.seen[-count:]] == payloads, within)


async def look(call: Conversation) -> None:
    """Each shows something and sees what the other shows."""
    shown = call.page.show(), call.trunk.show()
    found = await asyncio.gather(seen(call.trunk.camera, shown[0]), seen(call.page.camera, shown[1]))
    assert found == [True, True], f"trunk saw, page saw: {found}"
    for camera in (call.trunk.camera, call.page.camera):
        assert [each.marker for each in camera.seen[-3:]] == [False, False, True]
        assert len({each.timestamp for each in camera.seen[-3:]}) == 1


def fixed(description: WebRtcRemote | None) -> tuple[str, str, str, str]:
    """What must never change in descriptions for the page."""
    assert description is not None
    return description.ice_ufrag, description.ice_password, description.fingerprint, description.mid


async def incoming_video(call: Conversation) -> None:
    call.page.camera.direction = call.trunk.camera.direction = "sendrecv"
    await call.incoming()


async def outgoing_video(call: Conversation) -> None:
    call.page.camera.direction = call.trunk.camera.direction = "sendrecv"
    await call.outgoing()


async def test_page_is_called_with_video(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    await call.talk()
    assert call.page.unbroken()
    assert call.trunk.unbroken()
    assert call.events == [MediaEventKind.CONNECTED]


async def test_page_calls_with_video(call: Conversation) -> None:
    await outgoing_video(call)
    await look(call)
    await call.talk()


async def test_each_side_has_numbers_of_its_own(call: Conversation) -> None:
    call.trunk.camera = Camera((H264.numbered(121),))
    await incoming_video(call)
    for _ in range(3):
        await look(call)
    page, trunk = call.page.camera, call.trunk.camera
    assert {each.payload_type for each in trunk.seen} == {121}
    assert {each.ssrc for each in trunk.seen}.isdisjoint({page.voice.ssrc, call.page.voice.ssrc})
    assert {each.ssrc for each in page.seen}.isdisjoint({trunk.voice.ssrc, call.trunk.voice.ssrc})
    assert page.unbroken()
    assert trunk.unbroken()
    remote = call.page.remote
    assert remote is not None
    text = await call.engine.page_offer(call.name)
    lines = [parse_sdp(text).media[index].get("ssrc") or "" for index in (0, 1)]
    assert {each.ssrc for each in page.seen} == {int(lines[1].split()[0])}
    assert lines[0].split(" ", 1)[1] == lines[1].split(" ", 1)[1], "one CNAME: sound and pictures belong together"


async def test_statistics_tell_of_pictures(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    found = await call.statistics()
    assert found.page_video is not None
    assert found.trunk_video is not None
    for side in (found.page_video, found.trunk_video):
        assert (side.codec, side.packets_received, side.packets_sent, side.packets_lost) == ("H264", 3, 3, 0)
        assert 0.0 < side.first_received <= side.last_received


async def test_call_without_video_offers_none(call: Conversation) -> None:
    call.page.camera.direction = "sendrecv"
    await call.incoming()
    assert call.page.remote is not None
    assert call.page.remote.videos == ()
    assert read_plain(await call.engine.trunk_offer(call.name)).videos == ()
    assert (await call.statistics()).page_video is None


async def test_page_without_camera_watches(call: Conversation) -> None:
    """Its answer is recvonly: the trunk is to be told."""
    call.trunk.camera.direction = "sendrecv"
    call.page.camera.direction = "recvonly"
    await call.point_trunk()
    await call.offer_page()
    assert await call.engine.take_page_answer(call.name, call.page.answer())
    await call.page.connect()
    offered = call.trunk.take(await call.engine.trunk_offer(call.name))
    assert [video.direction for video in offered.videos] == ["recvonly"]
    call.trunk.camera.direction = "sendonly"
    assert not await call.engine.take_trunk_answer(call.name, call.trunk.describe(2))
    assert await seen(call.page.camera, call.trunk.show())


async def test_page_that_refuses_video_is_not_asked_again(call: Conversation) -> None:
    call.trunk.camera.direction = "sendrecv"
    await call.point_trunk()
    await call.offer_page()
    answer = call.page.answer().replace("m=video 9", "m=video 0")
    assert "m=video 0" in answer
    assert await call.engine.take_page_answer(call.name, answer), "the trunk believes that there is video"
    await call.page.connect()
    offered = call.trunk.take(await call.engine.trunk_offer(call.name))
    assert offered.videos == ()
    assert [line.kind for line in offered.refused_media] == ["video"], "the line keeps its place"
    assert not await call.engine.take_trunk_answer(call.name, call.trunk.describe(2))
    again = call.trunk.describe(3)
    assert not await call.engine.take_trunk_offer(call.name, again)
    assert read_plain(await call.engine.trunk_answer(call.name)).videos == ()
    await call.talk()


async def test_trunk_that_refuses_video_makes_the_page_know(call: Conversation) -> None:
    call.page.camera.direction = "sendrecv"
    await call.engine.take_page_offer(call.name, call.page.offer())
    first = call.page.take(await call.engine.page_answer(call.name))
    assert [video.direction for video in first.videos] == ["sendrecv"], "nobody has said no yet"
    assert call.trunk.take(await call.engine.trunk_offer(call.name)).videos
    assert await call.engine.take_trunk_answer(call.name, call.trunk.describe())
    second = call.page.take(await call.engine.page_offer(call.name))
    assert [video.direction for video in second.videos] == ["inactive"]
    assert fixed(second) == fixed(first)
    assert not await call.engine.take_page_answer(call.name, call.page.answer())
    await call.page.connect()
    await call.talk()


async def test_camera_on_and_off_in_a_call(call: Conversation) -> None:
    call.trunk.camera.direction = ""
    await call.outgoing()
    await call.talk()
    first = fixed(call.page.remote)
    call.page.camera.direction = "sendrecv"
    assert await call.engine.take_page_offer(call.name, call.page.offer()), "the trunk is to be offered video"
    assert fixed(call.page.take(await call.engine.page_answer(call.name))) == first
    call.trunk.camera.direction = "sendrecv"
    offered = call.trunk.take(await call.engine.trunk_offer(call.name))
    assert [video.direction for video in offered.videos] == ["sendrecv"]
    assert not await call.engine.take_trunk_answer(call.name, call.trunk.describe(2))
    await look(call)
    call.page.camera.direction = "recvonly"
    assert await call.engine.take_page_offer(call.name, call.page.offer()), "the camera is off"
    answered = call.page.take(await call.engine.page_answer(call.name))
    assert (fixed(answered), answered.videos[0].direction) == (first, "sendonly")
    assert call.trunk.take(await call.engine.trunk_offer(call.name)).videos[0].direction == "recvonly"
    call.trunk.camera.direction = "sendonly"
    assert not await call.engine.take_trunk_answer(call.name, call.trunk.describe(3))
    assert await seen(call.page.camera, call.trunk.show())
    call.page.camera.direction = call.trunk.camera.direction = "sendrecv"
    assert await call.engine.take_page_offer(call.name, call.page.offer())
    assert fixed(call.page.take(await call.engine.page_answer(call.name))) == first
    call.trunk.take(await call.engine.trunk_offer(call.name))
    assert not await call.engine.take_trunk_answer(call.name, call.trunk.describe(4))
    await look(call)
    assert call.page.unbroken()
    assert call.trunk.unbroken()
    assert call.page.camera.unbroken()
    assert call.trunk.camera.unbroken()
    assert call.events == [MediaEventKind.CONNECTED]


@pytest.mark.parametrize("way", ["inactive", "stopped"])
async def test_page_takes_its_video_away(call: Conversation, way: str) -> None:
    await incoming_video(call)
    await look(call)
    call.page.camera.direction = "inactive"
    offer = call.page.offer()
    if way == "stopped":
        offer = offer.replace("m=video 9", "m=video 0")
    assert await call.engine.take_page_offer(call.name, offer)
    answer = parse_sdp(await call.engine.page_answer(call.name))
    assert [media.kind for media in answer.media] == ["audio", "video"]
    offered = call.trunk.take(await call.engine.trunk_offer(call.name))
    assert [video.direction for video in offered.videos] == (["inactive"] if way == "inactive" else [])
    assert [line.kind for line in offered.refused_media] == ["video"]


async def test_trunk_adds_video(call: Conversation) -> None:
    await call.incoming()
    await call.talk()
    first = call.page.remote
    call.trunk.camera.direction = "sendrecv"
    assert await call.engine.take_trunk_offer(call.name, call.trunk.describe(2)), "the page is to be offered video"
    answered = call.trunk.take(await call.engine.trunk_answer(call.name))
    assert [video.direction for video in answered.videos] == ["sendrecv"]
    call.page.camera.direction = "sendrecv"
    offered = call.page.take(await call.engine.page_offer(call.name))
    assert fixed(offered) == fixed(first)
    assert [video.mid for video in offered.videos] == ["1"]
    assert not await call.engine.take_page_answer(call.name, call.page.answer())
    await look(call)
    await call.talk()
    assert call.page.unbroken()
    assert call.events == [MediaEventKind.CONNECTED]


async def test_trunk_takes_video_away_and_brings_it_back(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    """Music, which has no pictures, and back: the page's line stays its line."""
    await incoming_video(call)
    await look(call)
    first = fixed(call.page.remote)
    music, customer = new_trunk(), call.trunk
    music.take(await call.engine.trunk_offer(call.name))
    assert await call.engine.take_trunk_answer(call.name, music.describe())
    offered = call.page.take(await call.engine.page_offer(call.name))
    assert (fixed(offered), [video.direction for video in offered.videos]) == (first, ["inactive"])
    assert not await call.engine.take_page_answer(call.name, call.page.answer())
    assert not await call.engine.take_trunk_offer(call.name, music.describe(2)), "nothing new"
    await call.engine.trunk_answer(call.name)
    customer.take(await call.engine.trunk_offer(call.name))
    assert await call.engine.take_trunk_answer(call.name, customer.describe(2))
    offered = call.page.take(await call.engine.page_offer(call.name))
    assert (fixed(offered), [video.direction for video in offered.videos]) == (first, ["sendrecv"])
    assert not await call.engine.take_page_answer(call.name, call.page.answer())
    await look(call)
    assert call.page.camera.unbroken()
    assert call.trunk.camera.unbroken()


@pytest.mark.parametrize(
    "hold",
    [
        {"direction": "sendonly"},
        {"direction": "inactive"},
        {"address": "0.0.0.0"},
        {"direction": "sendonly", "camera": ""},
    ],
)
async def test_hold_does_not_bother_the_page(call: Conversation, hold: dict[str, str]) -> None:
    await incoming_video(call)
    await look(call)
    camera = hold.pop("camera", hold.get("direction", "sendrecv"))
    call.trunk.camera.direction = camera
    assert not await call.engine.take_trunk_offer(call.name, call.trunk.describe(2, **hold))
    held = read_plain(await call.engine.trunk_answer(call.name))
    assert not any(video.direction.sends for video in held.videos)
    before = len(call.trunk.camera.seen)
    call.page.show()
    await settle()
    assert len(call.trunk.camera.seen) == before
    call.trunk.camera.direction = "sendrecv"
    assert not await call.engine.take_trunk_offer(call.name, call.trunk.describe(3))
    call.trunk.take(await call.engine.trunk_answer(call.name))
    await look(call)
    assert call.page.camera.unbroken()
    assert call.trunk.camera.unbroken()


async def test_our_hold_shuts_pictures_too(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    await call.engine.direction(call.name, Side.TRUNK, Direction.INACTIVE)
    before = len(call.trunk.camera.seen), len(call.page.camera.seen)
    call.page.show()
    call.trunk.show()
    await settle()
    assert (len(call.trunk.camera.seen), len(call.page.camera.seen)) == before
    assert [video.direction for video in read_plain(await call.engine.trunk_offer(call.name)).videos] == ["inactive"]
    await call.engine.direction(call.name, Side.TRUNK, Direction.SENDRECV)
    await look(call)


async def test_trunk_is_moved_with_video(call: Conversation, new_trunk: Callable[..., TrunkPhone]) -> None:
    await incoming_video(call)
    await look(call)
    for number in range(4):
        party = new_trunk()
        party.camera = Camera((H264.numbered(100 + number),))
        party.camera.direction = "sendrecv"
        assert not await call.engine.take_trunk_offer(call.name, party.describe())
        party.take(await call.engine.trunk_answer(call.name))
        call.trunk = party
        await look(call)
    assert call.page.camera.unbroken()
    assert call.events == [MediaEventKind.CONNECTED]


async def test_codec_that_fits_both_is_agreed(call: Conversation, new_trunk: Callable[..., TrunkPhone]) -> None:
    """The page was answered H.264 before the trunk had spoken; the trunk has VP8 only, so the page is told anew."""
    call.trunk.camera = Camera((VP8,))
    call.page.camera.direction = call.trunk.camera.direction = "sendrecv"
    await call.engine.take_page_offer(call.name, call.page.offer())
    answered = call.page.take(await call.engine.page_answer(call.name))
    assert [codec.name for codec in answered.videos[0].codecs] == ["H264"]
    call.trunk.take(await call.engine.trunk_offer(call.name))
    assert await call.engine.take_trunk_answer(call.name, call.trunk.describe())
    offered = call.page.take(await call.engine.page_offer(call.name))
    assert [codec.name for codec in offered.videos[0].codecs] == ["VP8"]
    assert fixed(offered) == fixed(answered)
    assert not await call.engine.take_page_answer(call.name, call.page.answer())
    await call.page.connect()
    await look(call)


async def test_an_answer_that_was_not_sent_can_be_made_anew(call: Conversation) -> None:
    call.trunk.camera = Camera((VP8,))
    call.page.camera.direction = call.trunk.camera.direction = "sendrecv"
    await call.engine.take_page_offer(call.name, call.page.offer())
    await call.engine.page_answer(call.name)
    call.trunk.take(await call.engine.trunk_offer(call.name))
    assert await call.engine.take_trunk_answer(call.name, call.trunk.describe())
    call.page.take(await call.engine.page_answer(call.name))
    await call.page.connect()
    await look(call)


async def test_packetization_modes_do_not_mix(call: Conversation) -> None:
    call.trunk.camera = Camera((H264_SINGLE,))
    await incoming_video(call)
    assert call.page.remote is not None
    assert [each.parameters for each in call.page.remote.videos[0].codecs] == [H264_SINGLE.parameters]
    await look(call)


async def test_retransmission_and_error_correction_are_not_taken(call: Conversation) -> None:
    await outgoing_video(call)
    for sdp in (await call.engine.page_answer(call.name), await call.engine.trunk_offer(call.name)):
        for word in ("rtx", "apt=", "red", "ulpfec", "extmap"):
            assert word not in sdp


# --- feedback


def feedback(received: list[bytes], kind: type) -> list:  # type: ignore[type-arg]
    return [packet for data in received for packet in parse(data) if isinstance(packet, kind)]


async def test_picture_loss_of_the_page_reaches_the_trunk(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    ours, theirs = call.page.camera.seen[0].ssrc, call.trunk.camera.voice.ssrc
    await settle()
    call.trunk.video_rtcp_received.clear()
    call.page.send_rtcp(build([ReceiverReport(1), PictureLoss(call.page.camera.voice.ssrc, ours)]))
    assert await until(lambda: feedback(call.trunk.video_rtcp_received, PictureLoss))
    (asked,) = feedback(call.trunk.video_rtcp_received, PictureLoss)
    assert asked == PictureLoss(call.trunk.camera.seen[0].ssrc, theirs)


async def test_full_intra_request_of_the_trunk_reaches_the_page(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    await settle()
    call.page.rtcp_received.clear()
    ours = call.trunk.camera.seen[0].ssrc
    call.trunk.send_video_rtcp(build([ReceiverReport(1), FullIntraRequest(9, ((ours, 1),))]))
    assert await until(lambda: feedback(call.page.rtcp_received, PictureLoss))
    (asked,) = feedback(call.page.rtcp_received, PictureLoss)
    assert asked == PictureLoss(call.page.camera.seen[0].ssrc, call.page.camera.voice.ssrc)


async def test_trunk_that_knows_only_fir_is_sent_fir(call: Conversation) -> None:
    call.trunk.camera.feedback = ("ccm fir",)
    await incoming_video(call)
    await look(call)
    ours = call.page.camera.seen[0].ssrc
    for _ in range(2):
        await settle()
        call.page.send_rtcp(build([ReceiverReport(1), PictureLoss(1, ours)]))
    assert await until(lambda: len(feedback(call.trunk.video_rtcp_received, FullIntraRequest)) >= 3)
    requests = [each.requests[0] for each in feedback(call.trunk.video_rtcp_received, FullIntraRequest)]
    assert {ssrc for ssrc, _ in requests} == {call.trunk.camera.voice.ssrc}
    assert [number for _, number in requests] == list(range(1, len(requests) + 1)), "each is a new command"


async def test_lost_on_the_way_to_the_page_is_sent_again_from_here(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    last = call.page.camera.seen[-1]
    call.page.losing = 1
    payloads = call.trunk.show()
    assert await seen(call.page.camera, payloads[1:])
    lost = (last.sequence + 1) & 0xFFFF
    call.page.send_rtcp(build([ReceiverReport(1), Nack(1, last.ssrc, (lost,))]))
    assert await until(lambda: call.page.camera.seen[-1].sequence == lost)
    assert call.page.camera.seen[-1].payload == payloads[0]
    assert feedback(call.trunk.video_rtcp_received, Nack) == []


async def test_lost_before_us_is_asked_for_in_the_sources_numbers(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    camera = call.page.camera
    missing = camera.voice.sequence
    held: list[bytes] = []
    camera.show(held.append, 1000, 1000, 1000)
    for packet in (held[0], held[2]):
        call.page.send_rtp(packet)
    assert await until(lambda: len(call.trunk.camera.seen) == 5)
    first, last = call.trunk.camera.seen[-2:]
    assert (last.sequence - first.sequence) & 0xFFFF == 2, "what was lost before us is a gap behind us"
    gap = (first.sequence + 1) & 0xFFFF
    call.trunk.send_video_rtcp(build([ReceiverReport(1), Nack(1, first.ssrc, (gap,))]))
    assert await until(lambda: feedback(call.page.rtcp_received, Nack))
    (asked,) = feedback(call.page.rtcp_received, Nack)
    assert (asked.media, asked.sequences) == (camera.voice.ssrc, ((missing + 1) & 0xFFFF,))
    call.page.send_rtp(held[1])
    assert await until(lambda: len(call.trunk.camera.seen) == 6)
    assert call.trunk.camera.seen[-1].sequence == gap


async def test_whoever_is_new_is_shown_a_whole_picture(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    await incoming_video(call)
    await look(call)
    await settle()
    call.page.rtcp_received.clear()
    party = new_trunk()
    party.camera.direction = "sendrecv"
    await call.engine.take_trunk_offer(call.name, party.describe())
    party.take(await call.engine.trunk_answer(call.name))
    assert await until(lambda: feedback(call.page.rtcp_received, PictureLoss)), "the page is asked for the new party"
    party.show()
    assert await until(lambda: feedback(party.video_rtcp_received, PictureLoss)), "the new party is asked for the page"


async def test_reports_about_pictures_are_their_own(call: Conversation) -> None:
    await incoming_video(call)
    await call.talk()
    await look(call)
    ours = call.page.camera.seen[0].ssrc

    def about_pictures() -> list[SenderReport]:
        return [each for each in feedback(call.page.rtcp_received, SenderReport) if each.ssrc == ours]

    assert await until(about_pictures)
    (block,) = about_pictures()[-1].blocks
    assert block.ssrc == call.page.camera.voice.ssrc
    assert about_pictures()[-1].packets == 3
    assert await until(lambda: feedback(call.trunk.video_rtcp_received, SenderReport))


async def test_strangers_pictures_and_feedback_are_refused(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    await incoming_video(call)
    await look(call)
    stranger = new_trunk((PCMU,), "127.0.0.3")
    stranger.peer = call.trunk.peer
    stranger.camera.sends = call.trunk.camera.sends
    before = len(call.page.camera.seen)
    stranger.show()
    call.page.rtcp_received.clear()
    stranger.send_video_rtcp(build([ReceiverReport(1), PictureLoss(1, call.trunk.camera.seen[0].ssrc)]))
    await settle()
    assert len(call.page.camera.seen) == before
    assert feedback(call.page.rtcp_received, PictureLoss) == []
    found = await call.statistics()
    assert found.trunk_video is not None
    assert found.trunk_video.packets_refused >= 3


async def test_another_page_takes_the_video_over(call: Conversation, new_page: Callable[..., object]) -> None:
    await incoming_video(call)
    await look(call)
    call.page.close()
    await call.engine.renew_page(call.name)
    call.page = new_page()  # type: ignore[assignment]
    call.page.camera.direction = "sendrecv"
    await call.offer_page()
    await call.take_page_answer()
    await call.page.connect()
    await look(call)
    assert call.trunk.camera.unbroken()
