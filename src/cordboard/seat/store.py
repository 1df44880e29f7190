"""Where seats are kept: a port, so that several gateways can share them, and the memory that one gateway uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from cordboard.seat.seat import Seat


class SeatStore(Protocol):
    """The seats by DN. A DN that is not configured has no seat."""

    def seat(self, dn: str) -> Seat | None: ...

    def __iter__(self) -> Iterator[Seat]: ...


class MemoryStore:
    """One seat for each configured DN, as long as the process lives."""

    def __init__(self, dns: tuple[str, ...], page_gone_seconds: float, deregisters: bool = False) -> None:
        self._seats = {dn: Seat(dn, page_gone_seconds, deregisters) for dn in dns}

    def seat(self, dn: str) -> Seat | None:
        return self._seats.get(dn)

    def __iter__(self) -> Iterator[Seat]:
        return iter(self._seats.values())
