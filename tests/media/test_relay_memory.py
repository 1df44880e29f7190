"""A call that is over leaves nothing in its worker: its memory and keys do not wait for the garbage collector."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordboard.media.relay.settings import Loop, RelaySettings
from cordboard.media.relay.switchboard import Switchboard
from cordboard.media.relay.worker import Worker
from kit.camera import H264
from kit.page import PagePhone
from kit.trunk import TrunkPhone

CALLS = 20


@pytest.fixture(params=[Loop.PYTHON, Loop.COMPILED])
def switchboard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Switchboard]:
    settings = RelaySettings(rtp_ports=(42_000, 42_199), webrtc_ports=(0, 0), loop=request.param)
    worker = Worker(tmp_path / "worker-0.sock", settings)
    yield worker._switchboard
    worker.close()


def converse(switchboard: Switchboard, name: str, offer: str, answer: str) -> None:
    for verb, sdp in (("take_page_offer", offer), ("trunk_offer", ""), ("take_trunk_answer", answer)):
        switchboard.perform(verb, {"call": name, **({"sdp": sdp} if sdp else {})})
    switchboard.perform("page_answer", {"call": name})
    switchboard.perform("close", {"call": name})


@pytest.mark.parametrize("pictures", [False, True])
async def test_closed_call_is_gone_at_once(switchboard: Switchboard, pictures: bool) -> None:
    page, trunk = PagePhone(), TrunkPhone()
    if pictures:
        page.camera.direction = trunk.camera.direction = "sendrecv"
        trunk.camera.listed = (H264,)
    offer, answer = page.offer(), trunk.describe()
    assert ("m=video" in answer) == pictures
    page.close()
    trunk.close()
    await asyncio.sleep(0)
    converse(switchboard, "first", offer, answer)
    gc.collect()
    gc.disable()
    try:
        for number in range(CALLS):
            converse(switchboard, f"call {number}", offer, answer)
        assert gc.collect() < CALLS
    finally:
        gc.enable()
