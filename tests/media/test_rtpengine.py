"""rtpengine's daemons under the engine: spread, silent, restarted, frozen. Nothing of this is part of the port."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
import pytest_asyncio

from cordboard.media.port import ListedCall, MediaError, MediaEvent, MediaEventKind
from cordboard.media.rtpengine.engine import RtpengineEngine
from cordboard.media.rtpengine.errors import DaemonsSilent
from cordboard.media.rtpengine.ng import NgError, connect
from cordboard.media.rtpengine.settings import RtpengineSettings
from cordboard.sdp.plain import read_plain
from kit.conversation import Conversation
from kit.looking import look
from kit.page import PagePhone, settle
from kit.phone import until
from kit.rtpengine import TEST_SETTINGS, RtpengineDaemon, daemons, engine_over
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pair() -> AsyncIterator[list[RtpengineDaemon]]:
    """Two daemons that every test leaves running."""
    async with daemons(2) as started:
        yield started


def heard(engine: RtpengineEngine) -> list[MediaEvent]:
    events: list[MediaEvent] = []
    engine.on_event(events.append)
    return events


async def forgotten_by(daemon: RtpengineDaemon) -> bool:
    """Its calls are deleted one after the other once it is well again."""
    for _ in range(100):
        if not await known_to(daemon):
            return True
        await asyncio.sleep(0.02)
    return False


async def known_to(daemon: RtpengineDaemon, owner: str = "cordboard/") -> int:
    client = await connect(*daemon.ng, 1.0)
    try:
        return sum(call.startswith(owner) for call in (await client.request("list", limit=100))["calls"])
    finally:
        await client.close()


async def test_calls_are_spread_and_gone_after_the_engine(pair: list[RtpengineDaemon]) -> None:
    async with engine_over(pair) as engine:
        for number in range(4):
            await engine.page_offer(f"call-{number}")
        assert [await known_to(daemon) for daemon in pair] == [2, 2]
        health = await engine.health()
        assert (health.ok, health.calls, health.workers) == (True, 4, 2)
    assert [await known_to(daemon) for daemon in pair] == [0, 0]


async def test_no_daemon_is_said_in_one_sentence() -> None:
    nowhere = RtpengineSettings(daemons=(("127.0.0.1", 9), ("127.0.0.2", 9)), ping_seconds=0.2, request_seconds=0.2)
    with pytest.raises(DaemonsSilent) as silent:
        await RtpengineEngine.start(nowhere)
    assert str(silent.value) == "No rtpengine answers ([rtpengine] daemons: 127.0.0.1:9, 127.0.0.2:9)."


async def test_one_daemon_of_two_is_enough_to_start(pair: list[RtpengineDaemon]) -> None:
    await pair[1].kill()
    try:
        async with engine_over(pair) as engine:
            health = await engine.health()
            assert (health.ok, health.workers) == (False, 1)
            assert f"{pair[1].host}:2223" in health.why
            await engine.page_offer("a")
            await pair[1].start()
            assert await until(lambda: len(engine.daemons.well) == 2)
            await engine.page_offer("b")
            assert await known_to(pair[1]) == 1, "the one that came back has the fewest calls"
    finally:
        await pair[1].kill()
        await pair[1].start()


async def test_frozen_daemon_is_given_up_and_what_it_still_has_is_ended(pair: list[RtpengineDaemon]) -> None:
    async with engine_over(pair) as engine:
        events = heard(engine)
        await engine.page_offer("a")
        await engine.snapshot("a", "the dialogs")
        first = next(daemon for daemon in pair if daemon.ng == _place(engine, "a"))
        first.freeze()
        try:
            assert await until(lambda: events)
            assert [(event.call, event.kind) for event in events] == [("a", MediaEventKind.MOVED)]
            assert "m=audio" in await engine.page_offer("a")
            assert _place(engine, "a") != first.ng
            assert [listed.snapshot for listed in await engine.list()] == ["the dialogs"]
        finally:
            first.thaw()
        assert await until(lambda: len(engine.daemons.well) == 2)
        assert await known_to(first) == 0, "nothing goes on there"


async def test_restarted_daemon_has_lost_its_calls(pair: list[RtpengineDaemon]) -> None:
    """It answers all the time: that it knows nothing any more is found by asking for a call."""
    async with engine_over(pair[:1]) as engine:
        events = heard(engine)
        await engine.page_offer("a")
        await pair[0].kill()
        await pair[0].start()
        assert await until(lambda: events)
        assert events == [MediaEvent("a", MediaEventKind.MOVED, "its rtpengine was restarted")]
        assert "m=audio" in await engine.page_offer("a"), "there is no other, so it begins anew where it was"


async def test_without_another_daemon_the_call_is_over(pair: list[RtpengineDaemon]) -> None:
    async with engine_over(pair[:1]) as engine:
        events = heard(engine)
        await engine.page_offer("a")
        pair[0].freeze()
        try:
            assert await until(lambda: events)
            assert [event.kind for event in events] == [MediaEventKind.WORKER_GONE]
            assert await engine.list() == []
            with pytest.raises(MediaError) as refusal:
                await engine.page_offer("b")
            assert refusal.value.status == 503
        finally:
            pair[0].thaw()


async def test_what_a_killed_gateway_left_behind_is_ended_by_the_next(pair: list[RtpengineDaemon]) -> None:
    async with engine_over(pair[:1], owner="gateway-1") as other:
        await other.page_offer("theirs")
        first = await RtpengineEngine.start(RtpengineSettings(daemons=(pair[0].ng,), owner="gateway-2"))
        await first.page_offer("left")
        await first.leave()
        assert await known_to(pair[0], "gateway-") == 2
        async with engine_over(pair[:1], owner="gateway-2"):
            assert await known_to(pair[0], "gateway-") == 1, "the other gateway's call goes on"


async def test_call_of_a_killed_gateway_is_taken_up_by_the_next(pair: list[RtpengineDaemon], tmp_path: Path) -> None:
    """Its sound goes on until it has moved, and nothing is left where it was."""
    kept = {"snapshot_directory": str(tmp_path / "kept"), "taken_up_after": 1.0}
    page, trunk = PagePhone(), TrunkPhone()
    first = await RtpengineEngine.start(replace(TEST_SETTINGS, daemons=(pair[0].ng,), **kept))  # type: ignore[arg-type]
    try:
        call = Conversation(first, heard(first), page, trunk)
        await call.incoming()
        await call.talk()
        await first.snapshot(call.name, "first")
        await first.snapshot(call.name, "dialogs")
        (file,) = (tmp_path / "kept").iterdir()
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        await first.page_offer("rings")
        await first.leave()
        with patch("cordboard.media.rtpengine.daemons.SPARED_SECONDS", 1.5):
            async with engine_over(pair[:1], **kept) as second:
                again = Conversation(second, heard(second), page, trunk)
                again.name = call.name
                assert await second.list() == [ListedCall(call.name, "dialogs")], "one that rang has no snapshot"
                assert await known_to(pair[0]) == 1
                assert await asyncio.gather(trunk.hears(440.0), page.hears(1000.0)) == [True, True]
                assert (await again.statistics()).page.last_received > time.time() - 3.0
                assert await again.told(MediaEventKind.MOVED)
                page.begin_anew()
                await again.offer_page()
                trunk.take(await second.trunk_offer(again.name))
                await again.take_page_answer()
                await second.take_trunk_answer(again.name, trunk.describe())
                await page.connect()
                await again.talk()
                await until(lambda: False, 1.6)
                assert await known_to(pair[0]) == 1
                await again.talk()
                await second.close(again.name)
                assert list((tmp_path / "kept").iterdir()) == []
    finally:
        page.close()
        trunk.close()


async def test_page_that_sends_nothing_is_lost_and_comes_back(pair: list[RtpengineDaemon]) -> None:
    async with engine_over(pair[:1]) as engine:
        page, trunk = PagePhone(), TrunkPhone()
        try:
            call = Conversation(engine, heard(engine), page, trunk)
            await call.incoming()
            await call.talk()
            page.hush()
            assert await call.told(MediaEventKind.LOST)
            page.speak(440.0)
            assert await until(
                lambda: call.events == [MediaEventKind.CONNECTED, MediaEventKind.LOST, MediaEventKind.CONNECTED]
            )
        finally:
            page.close()
            trunk.close()


async def test_page_that_holds_is_not_lost(pair: list[RtpengineDaemon]) -> None:
    async with engine_over(pair[:1]) as engine:
        page, trunk = PagePhone(), TrunkPhone()
        try:
            call = Conversation(engine, heard(engine), page, trunk)
            await call.incoming()
            await call.talk()
            page.hush()
            page.direction = "inactive"
            await engine.take_page_offer(call.name, page.offer())
            await engine.page_answer(call.name)
            assert not await until(lambda: MediaEventKind.LOST in call.events, 1.6)
        finally:
            page.close()
            trunk.close()


async def test_pictures_of_another_certificate_never_pass_and_the_call_goes_on(pair: list[RtpengineDaemon]) -> None:
    async with engine_over(pair[:1]) as engine:
        page, trunk, stranger = PagePhone(), TrunkPhone(), PagePhone()
        try:
            call = Conversation(engine, heard(engine), page, trunk)
            page.camera.direction = trunk.camera.direction = "sendrecv"
            await call.point_trunk()
            await call.offer_page()
            pictures = page.for_pictures
            pictures.use_certificate_of(stranger)
            await call.take_page_answer()
            for end in (page, pictures):
                assert await end.nominate()
                end.say_hello()
            assert await until(lambda: page.secured)
            await call.talk()
            trunk.show()
            await settle()
            assert (pictures.secured, page.camera.seen) == (False, [])
            assert call.events == [MediaEventKind.CONNECTED]
        finally:
            for each in (page, trunk, stranger):
                each.close()


async def test_pictures_are_ended_with_the_call_and_given_up_with_it(pair: list[RtpengineDaemon]) -> None:
    async with engine_over(pair) as engine:
        page, trunk = PagePhone(), TrunkPhone()
        try:
            call = Conversation(engine, heard(engine), page, trunk)
            page.camera.direction = trunk.camera.direction = "sendrecv"
            await call.incoming()
            first = next(daemon for daemon in pair if daemon.ng == _place(engine, call.name))
            assert await known_to(first) == 2, "sound and pictures"
            first.freeze()
            try:
                assert await call.told(MediaEventKind.MOVED)
                assert call.events.count(MediaEventKind.MOVED) == 1
            finally:
                first.thaw()
            assert await until(lambda: len(engine.daemons.well) == 2)
            assert await forgotten_by(first), "nothing goes on there"
            await call.offer_the_new_place()
            await look(call)
            await engine.close(call.name)
            assert [await known_to(daemon) for daemon in pair] == [0, 0]
        finally:
            page.close()
            trunk.close()


async def test_trunk_address_is_the_one_that_is_advertised() -> None:
    async with daemons(1) as (plain,):
        host = plain.host
    interfaces = (f"in/{host}!192.0.2.7", f"out/{host}!192.0.2.8")
    async with (
        daemons(1, interfaces=interfaces, ng=f"{host}:2223") as started,
        engine_over(started, trunk_interface="in", page_interface="out") as engine,
    ):
        assert read_plain(await engine.trunk_offer("a")).address == "192.0.2.7"
        assert "192.0.2.8" in await engine.page_offer("a")


async def test_client_says_what_the_daemon_says(pair: list[RtpengineDaemon]) -> None:
    client = await connect(*pair[0].ng, 1.0)
    try:
        with pytest.raises(NgError, match="Unknown call-id"):
            await client.request("query", call_id="nobody")
    finally:
        await client.close()


def _place(engine: RtpengineEngine, call: str) -> tuple[str, int]:
    host, _, port = engine._calls[call].wire.daemon.name.rpartition(":")
    return host, int(port)
