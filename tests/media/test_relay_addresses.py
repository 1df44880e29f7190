"""The relay on IPv6, and what settings can switch off."""

from __future__ import annotations

import asyncio

import pytest

from cordboard.media.port import MediaError, MediaEvent
from cordboard.sdp.codec import OPUS, PCMA, PCMU, TELEPHONE_EVENT
from cordboard.sdp.plain import read_plain
from cordboard.sdp.webrtc import read_webrtc
from kit.conversation import Conversation
from kit.page import PagePhone
from kit.phone import until
from kit.relay import FIRST_PORT, relay
from kit.trunk import TrunkPhone


async def test_call_with_video_over_ipv6() -> None:
    async with relay(address="::1") as engine:
        events: list[MediaEvent] = []
        engine.on_event(events.append)
        call = Conversation(engine, events, PagePhone(host="::1"), TrunkPhone(host="::1"))
        try:
            call.page.camera.direction = call.trunk.camera.direction = "sendrecv"
            await call.incoming()
            assert call.page.remote is not None
            assert call.page.remote.candidates[0].address == "::1"
            assert call.trunk.peer is not None
            assert call.trunk.peer.address == "::1"
            await call.talk()
            shown = call.page.show()
            assert await until(lambda: [packet.payload for packet in call.trunk.camera.seen] == shown)
            await call.engine.take_trunk_offer(call.name, call.trunk.describe(2, address="::"))
            assert read_plain(await call.engine.trunk_answer(call.name)).direction == "recvonly"
            assert await call.trunk.falls_silent()
            await call.point_trunk()
            heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
            assert heard == [True, True]
            found = await call.statistics()
            assert (found.page.packets_refused, found.trunk.packets_refused) == (0, 0)
            stranger = call.trunk.describe(3, address="127.0.0.1")
            with pytest.raises(MediaError) as refusal:
                await call.engine.take_trunk_offer(call.name, stranger)
            assert refusal.value.status == 488
        finally:
            call.page.close()
            call.trunk.close()


async def test_video_switched_off_is_refused_and_never_offered() -> None:
    async with relay(video_codecs=()) as engine:
        page, trunk = PagePhone(), TrunkPhone()
        try:
            page.camera.direction = trunk.camera.direction = "sendrecv"
            assert not await engine.take_page_offer("one", page.offer())
            answer = read_webrtc(await engine.page_answer("one"))
            assert (answer.videos, [line.kind for line in answer.refused_media]) == ((), ["video"])
            assert read_plain(await engine.trunk_offer("one")).refused_media == ()
            assert not await engine.take_trunk_offer("two", trunk.describe())
            refused = read_plain(await engine.trunk_answer("two"))
            assert (refused.videos, [line.kind for line in refused.refused_media]) == ((), ["video"])
            assert read_webrtc(await engine.page_offer("two")).refused_media == ()
        finally:
            page.close()
            trunk.close()


@pytest.mark.parametrize(
    ("codecs", "page", "trunk"),
    [
        (("PCMU", "PCMA"), ["PCMU", "PCMA"], "PCMU"),
        (("PCMA", "opus"), ["PCMA", "opus"], "PCMA"),
        (("opus", "PCMA"), ["opus", "PCMA"], "opus"),
    ],
)
async def test_order_of_codecs(codecs: tuple[str, ...], page: list[str], trunk: str) -> None:
    async with relay(codecs=codecs) as engine:
        telephone = TrunkPhone([PCMU, PCMA, OPUS, TELEPHONE_EVENT] if codecs[0] != "PCMA" else [PCMA, OPUS])
        try:
            await engine.take_trunk_offer("one", telephone.describe())
            assert read_plain(await engine.trunk_answer("one")).codecs[0].name == trunk
            offered = read_webrtc(await engine.page_offer("one")).codecs
            assert [codec.name for codec in offered if codec.is_audio] == page
        finally:
            telephone.close()


async def test_no_port_for_pictures_is_no_end_of_the_call() -> None:
    async with relay(rtp_ports=(FIRST_PORT, FIRST_PORT + 1)) as engine:
        trunk = TrunkPhone()
        try:
            trunk.camera.direction = "sendrecv"
            await engine.take_trunk_offer("one", trunk.describe())
            answer = read_plain(await engine.trunk_answer("one"))
            assert (answer.port, answer.videos) == (FIRST_PORT, ())
            assert read_webrtc(await engine.page_offer("one")).videos == ()
        finally:
            trunk.close()
