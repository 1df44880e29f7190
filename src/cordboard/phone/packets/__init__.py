"""The packet loop: sound of many calls, compiled where there is a compiler, else in Python."""

from cordboard.phone.packets.choice import make
from cordboard.phone.packets.port import Address, LoopFigures, PacketLoop, Sending, StreamFigures

__all__ = ["Address", "LoopFigures", "PacketLoop", "Sending", "StreamFigures", "make"]
