"""What is said about pictures through an engine (RTCP): asked for, sent again, reported, never by strangers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cordboard.rtp.rtcp import FullIntraRequest, Nack, PictureLoss, ReceiverReport, SenderReport, build
from cordboard.sdp.codec import PCMU
from kit.conversation import Conversation
from kit.looking import feedback, incoming_video, look, seen
from kit.page import settle
from kit.phone import until
from kit.trunk import TrunkPhone

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.needs("video")]


async def test_picture_loss_of_the_page_reaches_the_trunk(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    ours, theirs = call.page.camera.seen[0].ssrc, call.trunk.camera.voice.ssrc
    await settle()
    call.trunk.video_rtcp_received.clear()
    call.page.send_video_rtcp(build([ReceiverReport(1), PictureLoss(call.page.camera.voice.ssrc, ours)]))
    assert await until(lambda: feedback(call.trunk.video_rtcp_received, PictureLoss))
    (asked,) = feedback(call.trunk.video_rtcp_received, PictureLoss)
    assert asked == PictureLoss(call.trunk.camera.seen[0].ssrc, theirs)


async def test_picture_that_is_asked_for_too_soon_is_asked_for_later(call: Conversation) -> None:
    """The one on its way may have come before the receiver's gate was open."""
    await incoming_video(call)
    await look(call)
    await settle()
    call.trunk.video_rtcp_received.clear()
    loss = build([ReceiverReport(1), PictureLoss(1, call.page.camera.seen[0].ssrc)])
    call.page.send_video_rtcp(loss)
    assert await until(lambda: feedback(call.trunk.video_rtcp_received, PictureLoss))
    call.page.send_video_rtcp(loss)
    for _ in range(12):
        await look(call)
        await settle()
    assert len(feedback(call.trunk.video_rtcp_received, PictureLoss)) == 2


async def test_full_intra_request_of_the_trunk_reaches_the_page(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    await settle()
    call.page.rtcp_received.clear()
    ours = call.trunk.camera.seen[0].ssrc
    call.trunk.send_video_rtcp(build([ReceiverReport(1), FullIntraRequest(9, ((ours, 1),))]))
    wanted = PictureLoss if call.strict else FullIntraRequest  # as it was, where feedback is passed on
    assert await until(lambda: feedback(call.page.rtcp_received, wanted))
    (asked,) = feedback(call.page.rtcp_received, wanted)
    if isinstance(asked, PictureLoss):
        assert asked == PictureLoss(call.page.camera.seen[0].ssrc, call.page.camera.voice.ssrc)
    else:
        assert asked.requests == ((call.page.camera.voice.ssrc, 1),)


@pytest.mark.needs("own feedback")
async def test_trunk_that_knows_only_fir_is_sent_fir(call: Conversation) -> None:
    call.trunk.camera.feedback = ("ccm fir",)
    await incoming_video(call)
    await look(call)
    ours = call.page.camera.seen[0].ssrc
    for _ in range(2):
        await settle()
        call.page.send_video_rtcp(build([ReceiverReport(1), PictureLoss(1, ours)]))
    assert await until(lambda: len(feedback(call.trunk.video_rtcp_received, FullIntraRequest)) >= 3)
    requests = [each.requests[0] for each in feedback(call.trunk.video_rtcp_received, FullIntraRequest)]
    assert {ssrc for ssrc, _ in requests} == {call.trunk.camera.voice.ssrc}
    assert [number for _, number in requests] == list(range(1, len(requests) + 1)), "each is a new command"


@pytest.mark.needs("own feedback")
async def test_lost_on_the_way_to_the_page_is_sent_again_from_here(call: Conversation) -> None:
    await incoming_video(call)
    await look(call)
    last = call.page.camera.seen[-1]
    call.page.losing = 1
    payloads = call.trunk.show()
    assert await seen(call.page.camera, payloads[1:])
    lost = (last.sequence + 1) & 0xFFFF
    call.page.send_video_rtcp(build([ReceiverReport(1), Nack(1, last.ssrc, (lost,))]))
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
        call.page.send_video(packet)
    assert await until(lambda: len(call.trunk.camera.seen) == 5)
    first, last = call.trunk.camera.seen[-2:]
    assert (last.sequence - first.sequence) & 0xFFFF == 2, "what was lost before us is a gap behind us"
    gap = (first.sequence + 1) & 0xFFFF
    call.trunk.send_video_rtcp(build([ReceiverReport(1), Nack(1, first.ssrc, (gap,))]))
    assert await until(lambda: feedback(call.page.rtcp_received, Nack))
    (asked,) = feedback(call.page.rtcp_received, Nack)
    assert (asked.media, asked.sequences) == (camera.voice.ssrc, ((missing + 1) & 0xFFFF,))
    call.page.send_video(held[1])
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
    call.trunk = party
    await look(call)


@pytest.mark.needs("own feedback")
async def test_whoever_is_new_is_asked_for_a_whole_picture(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    await incoming_video(call)
    await look(call)
    await settle()
    party = new_trunk()
    party.camera.direction = "sendrecv"
    await call.engine.take_trunk_offer(call.name, party.describe())
    party.take(await call.engine.trunk_answer(call.name))
    await settle()
    party.show()
    assert await until(lambda: feedback(party.video_rtcp_received, PictureLoss)), "the new party is asked for the page"


@pytest.mark.needs("own reports")
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
    await settle()  # what the trunk itself asked for is here
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
