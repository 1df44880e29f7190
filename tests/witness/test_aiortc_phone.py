"""aiortc as the other end of a phone's media: it calls and is called, both ICE roles and both DTLS roles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from cordboard.media.relay.dtls_srtp import Identity
from cordboard.phone.media.call_media import CallMedia
from cordboard.phone.media.settings import MediaSettings
from cordboard.phone.packets import make
from cordboard.phone.settings import AudioSettings
from cordboard.stun.vocabulary import Timing
from kit.aiortc_page import Witness
from kit.phone import until


class Phone:
    """Our media, which says 1000 Hz and expects aiortc's 440 Hz."""

    def __init__(self) -> None:
        self.packets = make("python")
        self.connected = 0
        self.failures: list[str] = []
        audio = AudioSettings(frequency=1000.0, expected=440.0, stamp_every=0)
        self.media = CallMedia(MediaSettings("127.0.0.1", audio, Timing(), Identity(), self.packets), self)

    def media_connected(self) -> None:
        self.connected += 1

    def media_failed(self, why: str) -> None:
        self.failures.append(why)

    async def hears(self) -> bool:
        return await until(lambda: self.media.figures().heard and self.media.figures().received > 10)

    def close(self) -> None:
        self.media.close()
        self.packets.close()


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    phone = Phone()
    yield phone
    phone.close()


@pytest.fixture
async def witness() -> AsyncIterator[Witness]:
    witness = Witness(440.0)
    yield witness
    await witness.close()


async def hear_each_other(phone: Phone, witness: Witness) -> None:
    heard = await asyncio.gather(phone.hears(), witness.hears(1000.0))
    assert heard == [True, True], phone.failures
    assert phone.media.figures().refused == 0


async def test_aiortc_calls_the_phone(phone: Phone, witness: Witness) -> None:
    """aiortc controls and is the DTLS server."""
    answer = phone.media.take_offer(await witness.offer())
    assert "a=setup:active" in answer
    await witness.take_answer(answer)
    phone.media.start()
    await hear_each_other(phone, witness)


async def test_the_phone_calls_aiortc(phone: Phone, witness: Witness) -> None:
    """We control and are the DTLS server."""
    answer = await witness.answer(phone.media.offer())
    assert "a=setup:active" in answer
    phone.media.take_answer(answer)
    await hear_each_other(phone, witness)


async def test_aiortc_goes_and_that_is_noticed(witness: Witness) -> None:
    phone = Phone()
    phone.media.close()
    timing = Timing(consent_every=0.1, consent_lasts=0.5)
    phone.media = CallMedia(MediaSettings("127.0.0.1", AudioSettings(), timing, Identity(), phone.packets), phone)
    phone.media.take_answer(await witness.answer(phone.media.offer()))
    assert await until(lambda: phone.connected)
    assert not await until(lambda: phone.failures, within=0.7), "aiortc's answers to our consent checks do not count"
    await witness.close()
    assert await until(lambda: phone.failures)
    assert phone.failures == ["the peer is gone (no consent any more)"]
    phone.close()
