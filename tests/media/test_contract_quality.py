"""Quality figures, silence, and a trunk that is gone: every engine."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from cordboard.call.media import MediaRequest, Verb
from cordboard.gateway.media import MediaRequests
from cordboard.gateway.media_quality import MediaQuality
from cordboard.media.port import MediaEventKind
from cordboard.media.quality import loss
from cordboard.net.tasks import Tasks
from cordboard.observe.metrics import Metrics
from cordboard.rtp.rtcp import ReceiverReport, SourceDescription, build
from kit.conversation import Conversation
from kit.phone import FRAME, Phone, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def send_with_gaps(phone: Phone, bursts: list[int]) -> None:
    """Five packets, then as many lost ones as the burst says, and so on; five at the end."""
    for lost in [*bursts, 0]:
        for _ in range(5):
            phone.send(0, bytes([0xFF]) * FRAME, step=FRAME)
            await asyncio.sleep(0.002)
        phone.voice.sequence += lost
        phone.voice.timestamp += lost * FRAME


@pytest.mark.needs("own reports")
async def test_each_direction_has_its_loss_its_bursts_and_its_opinion(call: Conversation) -> None:
    await call.incoming()
    await asyncio.gather(send_with_gaps(call.trunk, [2, 4]), send_with_gaps(call.page, [0, 0]))
    assert await until(lambda: len(call.page.received) == len(call.trunk.received) == 15)
    found = await call.statistics()
    assert (found.trunk.packets_received, found.trunk.packets_lost, found.trunk.burst) == (15, 6, 3.0)
    assert (found.page.packets_received, found.page.packets_lost, found.page.burst) == (15, 0, 0.0)
    assert loss(found.trunk) == 6 / 21
    assert found.page.codec == found.trunk.codec == "PCMU"
    assert 1.0 < found.trunk.mos < 2.5
    assert 4.2 < found.page.mos < 4.5


async def test_the_gateway_has_the_last_figures_of_a_call_that_it_closes(call: Conversation) -> None:
    """It asks for both at once, and the release waits for nothing."""
    tasks, metrics = Tasks("test"), Metrics()
    quality = MediaQuality(call.engine, tasks, metrics)
    requests = MediaRequests(call.engine, tasks, lambda *_: None, quality)
    await call.incoming()
    await call.talk()
    with capture_logs() as lines:
        requests.carry_out(call.name, MediaRequest(Verb.CLOSE))
        assert await until(lambda: lines)
    assert call.name not in [listed.call for listed in await call.engine.list()]
    (line,) = lines
    assert (line["event"], line["call"]) == ("call quality", call.name)
    for direction in ("from_page", "from_trunk"):
        assert line[f"{direction}_packets"] >= 15
        assert line[f"{direction}_mos"] > 4.0
        assert metrics.registry.get_sample_value("cordboard_call_mos_count", {"direction": direction}) == 1.0
    await tasks.close()


async def test_nothing_heard_has_no_opinion(call: Conversation) -> None:
    await call.point_trunk()
    found = await call.statistics()
    assert (found.page.mos, found.trunk.mos) == (0.0, 0.0)


def report(phone: Phone) -> bytes:
    return build([ReceiverReport(phone.voice.ssrc, ()), SourceDescription(phone.voice.ssrc, "test")])


async def test_silence_is_never_told(call: Conversation) -> None:
    """Neither of a trunk that has never reported nor of a page that still consents."""
    await call.incoming()
    for _ in range(4):
        call.page.check()
        assert await call.page.stays_silent(0.4)
    assert call.events == [MediaEventKind.CONNECTED]
    await call.talk()


async def test_a_trunk_that_used_to_report_is_gone_and_comes_back(call: Conversation) -> None:
    await call.incoming()
    for _ in range(8):
        call.trunk.send_rtcp(report(call.trunk))
        await asyncio.sleep(0.2)
    assert call.events == [MediaEventKind.CONNECTED]
    assert await call.told(MediaEventKind.TRUNK_GONE)
    await call.talk()
    assert await call.told(MediaEventKind.TRUNK_BACK)
    assert call.events == [MediaEventKind.CONNECTED, MediaEventKind.TRUNK_GONE, MediaEventKind.TRUNK_BACK]
