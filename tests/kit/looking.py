"""Pictures in a `Conversation`: a call that has them, each end sees the other, and what was said about them by RTCP."""

from __future__ import annotations

import asyncio

from cordboard.rtp.rtcp import parse
from kit.camera import Camera
from kit.conversation import Conversation
from kit.phone import until


async def seen(camera: Camera, payloads: list[bytes], within: float = 5.0) -> bool:
    """The last packets that came are these, the marker on the last."""
    count = len(payloads)
    return await until(lambda: [each.payload for each in camera.seen[-count:]] == payloads, within)


async def look(call: Conversation) -> None:
    """Each shows something and sees what the other shows."""
    await call.page.connect_pictures()
    shown = call.page.show(), call.trunk.show()
    found = await asyncio.gather(seen(call.trunk.camera, shown[0]), seen(call.page.camera, shown[1]))
    assert found == [True, True], f"trunk saw, page saw: {found}"
    for camera in (call.trunk.camera, call.page.camera):
        assert [each.marker for each in camera.seen[-3:]] == [False, False, True]
        assert len({each.timestamp for each in camera.seen[-3:]}) == 1


async def incoming_video(call: Conversation) -> None:
    call.page.camera.direction = call.trunk.camera.direction = "sendrecv"
    await call.incoming()


async def outgoing_video(call: Conversation) -> None:
    call.page.camera.direction = call.trunk.camera.direction = "sendrecv"
    await call.outgoing()


def feedback(received: list[bytes], kind: type) -> list:  # type: ignore[type-arg]
    return [packet for data in received for packet in parse(data) if isinstance(packet, kind)]
