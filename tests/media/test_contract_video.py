"""Pictures through an engine: both ways, on and off, moved and taken over, and never at the cost of the law."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cordboard.media.port import Direction, MediaEventKind, Side
from cordboard.rtp.rtcp import Nack, PictureLoss, ReceiverReport, build
from cordboard.sdp.description import parse as parse_sdp
from cordboard.sdp.plain import read_plain
from cordboard.sdp.webrtc import WebRtcRemote
from kit.camera import H264, H264_SINGLE, VP8, Camera
from kit.conversation import Conversation
from kit.looking import incoming_video, look, outgoing_video, seen
from kit.page import settle
from kit.trunk import TrunkPhone

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.needs("video")]


def fixed(description: WebRtcRemote | None) -> tuple[str, str, str, str]:
    """What must never change in descriptions for the page."""
    assert description is not None
    return description.ice_ufrag, description.ice_password, description.fingerprint, description.mid


async def test_page_is_called_with_video(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    await call.talk()
    assert call.unbroken(call.page)
    assert call.unbroken(call.trunk)
    assert call.events == [MediaEventKind.CONNECTED]


async def test_page_calls_with_video(call: Conversation) -> None:
    await outgoing_video(call)
    await look(call)
    await call.talk()


@pytest.mark.needs("one stream", "renumbering")
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
    await call.keep_up(await call.engine.take_trunk_answer(call.name, call.trunk.describe(2)))
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
    assert call.unbroken(call.page)
    assert call.unbroken(call.trunk)
    assert call.unbroken(call.page.camera)
    assert call.unbroken(call.trunk.camera)
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


REFUSED = "m=video 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=mid:{}\r\na=inactive\r\n"


async def test_page_moves_its_video_to_another_line(call: Conversation) -> None:
    """A new line is a new stream to the page, and the trunk does not notice."""
    await incoming_video(call)
    await call.talk()
    await look(call)
    first = fixed(call.page.remote)
    camera, ended = call.page.camera, ""
    for number in (2, 3):
        ended += REFUSED.format(number - 1)
        camera.mid = str(number)
        before, sequence = camera.seen[-1].ssrc, camera.seen[-1].sequence
        lines = call.page.offer()
        assert not await call.engine.take_page_offer(call.name, lines.replace("m=video 9", f"{ended}m=video 9"))
        answer = await call.engine.page_answer(call.name)
        answered = call.page.take(answer)
        assert (fixed(answered), [video.mid for video in answered.videos]) == (first, [str(number)])
        new = int((parse_sdp(answer).media[number].get("ssrc") or "0").split()[0])
        camera.seen.clear()
        await look(call)
        assert {each.ssrc for each in camera.seen} == {new} != {before} or not call.strict
        assert camera.unbroken()
        # What belongs to the stream before is not sent again in this one.
        call.page.send_video_rtcp(build([ReceiverReport(1), Nack(1, new, (sequence,)), PictureLoss(1, new)]))
        await look(call)
        assert camera.unbroken()
    assert call.unbroken(call.trunk.camera)
    assert call.unbroken(call.page)
    assert call.events == [MediaEventKind.CONNECTED]


async def test_line_that_stays_keeps_its_stream(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    for direction in ("recvonly", "inactive", "sendrecv"):
        call.page.camera.direction = direction
        await call.engine.take_page_offer(call.name, call.page.offer())
        call.page.take(await call.engine.page_answer(call.name))
        call.trunk.take(await call.engine.trunk_offer(call.name))
        call.trunk.camera.direction = {"recvonly": "sendonly"}.get(direction, direction)
        await call.engine.take_trunk_answer(call.name, call.trunk.describe(2))
    await look(call)
    assert call.unbroken(call.page.camera)


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
    assert call.unbroken(call.page)
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
    assert call.unbroken(call.page.camera)
    assert call.unbroken(call.trunk.camera)


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
    assert call.unbroken(call.page.camera)
    assert call.unbroken(call.trunk.camera)


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
        await call.keep_up(await call.engine.take_trunk_offer(call.name, party.describe()))
        party.take(await call.engine.trunk_answer(call.name))
        call.trunk = party
        await look(call)
    assert call.unbroken(call.page.camera)
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


async def test_ice_restart_with_pictures(call: Conversation) -> None:
    """The page has another network: every transport of it restarts."""
    await outgoing_video(call)
    await look(call)
    call.page.restart_ice()
    assert not await call.engine.take_page_offer(call.name, call.page.offer())
    call.page.take(await call.engine.page_answer(call.name))
    for end in {call.page, call.page.for_pictures}:
        end.move()
        assert await end.nominate()
    await look(call)
    await call.talk()
    assert call.unbroken(call.page.camera)
    assert call.unbroken(call.trunk.camera)


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
    assert call.unbroken(call.trunk.camera)
