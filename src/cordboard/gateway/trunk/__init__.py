"""The gateway's side towards SIP Server: its servers, the ways there, and one SIP core."""

from cordboard.gateway.trunk.servers import Server
from cordboard.gateway.trunk.side import TrunkSide

__all__ = ["Server", "TrunkSide"]
