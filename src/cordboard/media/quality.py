"""How good the sound of a call is: what every engine adds to the figures that it has counted."""

from __future__ import annotations

from dataclasses import replace

from cordboard.media.port import StreamStatistics
from cordboard.rtp.quality import mos


def loss(heard: StreamStatistics) -> float:
    """The fraction of the packets of what a side sent to us that never came."""
    return heard.packets_lost / max(heard.packets_lost + heard.packets_received, 1)


def rated(heard: StreamStatistics) -> StreamStatistics:
    """With `mos`: how what this side sent sounds by the time it is here. Of sound only; as it was if nothing came."""
    if not heard.packets_received:
        return heard
    return replace(heard, mos=mos(heard.codec, loss(heard), heard.burst, heard.round_trip / 2, heard.jitter))
