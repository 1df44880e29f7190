"""A whole picture is asked of the page when its pictures go to somebody new, as the relay does.

rtpengine 10.5 makes no RTCP. What asks for a picture is sent by us from a socket that rtpengine is told, for that
moment, to be where the trunk's RTCP comes from; it passes it on to the page like any other. The new party itself is
asked by the page, whose decoder has nothing to begin with.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from typing import Any

from cordboard.media.rtpengine.lines.pictures import Pictures
from cordboard.media.rtpengine.query import TRUNK, rtp_of, streams_of
from cordboard.rtp.rtcp import PictureLoss, ReceiverReport, build

LOOKS, PAUSE = 10, 0.005  # until rtpengine has read it


async def ask_for_picture(pictures: Pictures) -> None:
    """Nothing is asked of a page that has sent nothing yet: it begins with a whole picture. Raises `MediaError`.

    Nothing is asked either where we have no way to the daemon's address for the trunk.
    """
    pictures.is_due = False
    found = await pictures.query()
    source = rtp_of(found, pictures.wire.page_tag).get("SSRC")
    reports = streams_of(found, TRUNK)[1:]
    if not source or not reports:
        return
    place = str(reports[0]["local address"]), int(reports[0]["local port"])
    with contextlib.suppress(OSError), _towards(*place) as ours:
        await pictures.tell_reports_from(ours.getsockname()[:2])
        try:
            own = secrets.randbits(32)
            ours.send(build([ReceiverReport(own), PictureLoss(own, int(source))]))
            await _read(pictures, _count(found))
        finally:
            await pictures.tell()


def _towards(address: str, port: int) -> socket.socket:
    """A socket with the address that we have for them."""
    ours = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    ours.setblocking(False)
    try:
        ours.connect((address, port))
    except OSError:
        ours.close()
        raise
    return ours


async def _read(pictures: Pictures, before: int) -> None:
    for _ in range(LOOKS):
        await asyncio.sleep(PAUSE)
        if _count(await pictures.query()) > before:
            return


def _count(found: dict[str, Any]) -> int:
    """RTCP packets that have come on the trunk's side."""
    return sum(int(stream.get("stats", {}).get("packets", 0)) for stream in streams_of(found, TRUNK)[1:])
