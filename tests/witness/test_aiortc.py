"""aiortc, a WebRTC stack that we did not write, as the page: its own ICE, DTLS, SRTP, codecs and jitter buffer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kit.aiortc_page import Witness
from kit.relay import relay
from kit.trunk import TrunkPhone


@pytest.fixture
async def witness() -> AsyncIterator[Witness]:
    witness = Witness(440.0)
    yield witness
    await witness.close()


@pytest.fixture
async def trunk() -> AsyncIterator[TrunkPhone]:
    trunk = TrunkPhone()
    yield trunk
    trunk.close()


async def test_aiortc_calls(witness: Witness, trunk: TrunkPhone) -> None:
    async with relay() as engine:
        await engine.take_page_offer("call", await witness.offer())
        trunk.take(await engine.trunk_offer("call"))
        await engine.take_trunk_answer("call", trunk.describe())
        await witness.take_answer(await engine.page_answer("call"))
        trunk.speak(1000.0)
        heard = await asyncio.gather(trunk.hears(440.0), witness.hears(1000.0))
        assert heard == [True, True]


async def test_aiortc_is_called(witness: Witness, trunk: TrunkPhone) -> None:
    async with relay() as engine:
        await engine.take_trunk_offer("call", trunk.describe())
        trunk.take(await engine.trunk_answer("call"))
        await engine.take_page_answer("call", await witness.answer(await engine.page_offer("call")))
        trunk.speak(1000.0)
        heard = await asyncio.gather(trunk.hears(440.0), witness.hears(1000.0))
        assert heard == [True, True]
