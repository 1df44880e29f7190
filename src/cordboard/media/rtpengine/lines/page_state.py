"""How far a page has come with a daemon, and how long each side has been silent."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Silence:
    """How long one side has sent nothing at all."""

    packets: int = -1
    heard_at: float = 0.0  # monotonic
    is_told: bool = False

    def begins(self, packets: int, now: float, seconds: float) -> bool:
        """True once, when it has lasted so long."""
        if packets != self.packets:
            self.packets, self.heard_at = packets, now
        if self.is_told or not seconds or now - self.heard_at < seconds:
            return False
        self.is_told = True
        return True

    def ends(self, now: float) -> bool:
        """True once, when after a silence that was told something came."""
        ended = self.is_told and self.heard_at == now
        self.is_told = self.is_told and not ended
        return ended


@dataclass(slots=True)
class PageState:
    """How far the page has come; times are monotonic but for `connected`, 0.0 for never."""

    waiting_since: float = 0.0  # its description was taken
    nominated_at: float = 0.0  # ICE has found it
    repeated_at: float = 0.0
    connected: float = 0.0  # seconds of the epoch: DTLS is done and verified
    connected_at: float = 0.0
    page: Silence = field(default_factory=Silence)
    trunk: Silence = field(default_factory=Silence)
    vouched: bool = False  # DTLS is verified, or will be when it is done
    refused: bool = False  # it was done with another certificate than the one described
    failed: bool = False
