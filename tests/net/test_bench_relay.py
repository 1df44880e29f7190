"""What `make bench-relay` measures with: real calls through a relay, heard at both ends and counted."""

from __future__ import annotations

import pytest
from bench.relaying import measuring
from bench.relaying.engines import COMPILED, running
from bench.relaying.load import Load
from bench.relaying.measuring import difference, measure

from cordboard.phone.packets import make
from cordboard.phone.packets.hearing import Times

PROFILES = b"SRTP_AEAD_AES_128_GCM"
CALLS = 6


async def test_calls_are_heard_and_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "SETTLE", 0.2)
    monkeypatch.setattr(measuring, "DRAIN", 0.1)
    packets = make("compiled")
    async with running(COMPILED) as engine:
        load = Load(engine.engine, packets, 74, PROFILES)
        try:
            await load.grow(CALLS)
            assert load.profile == PROFILES.decode()
            few = await measure(engine, load, packets, 2, 0.3)
            all_of_them = await measure(engine, load, packets, CALLS, 0.3)
        finally:
            await load.close()
            packets.close()
    for sample in (few, all_of_them):
        assert sample.heard
        assert sample.loss == 0.0
        assert 0.0 < sample.p50 <= sample.p99 < 1.0
        assert 0.0 < sample.per_packet < 0.01
    assert all_of_them.calls == CALLS
    assert "us/packet" in all_of_them.line()


def test_latency_of_a_while_alone() -> None:
    filling = Times()
    filling.count(0.5)
    before = filling.read()
    filling.count(0.001)
    filling.count(0.001)
    found = difference(before, filling.read())
    assert found.count == 2
    assert found.max == pytest.approx(0.001, rel=0.07)
    assert difference(before, before).max == 0.0
