"""Each DN with whether it can be called, and in a few words why not."""

from __future__ import annotations

from collections import Counter

from cordboard.gateway.availability import Availability
from cordboard.gateway.calls import Calls
from cordboard.gateway.reachability import Reachability
from cordboard.gateway.registrations import MEANING, Registrations
from cordboard.gateway.seats import Seats
from cordboard.seat.admin_port import AgentRow
from cordboard.seat.seat import Seat, SeatState

WHY = {"frozen": "its softphone does not answer", "microphone": "its softphone has no microphone"}


class AgentRows:
    """Reads what the gateway knows; changes nothing."""

    def __init__(
        self,
        seats: Seats,
        registrations: Registrations,
        reachability: Reachability,
        availability: Availability,
        calls: Calls,
    ) -> None:
        self._seats = seats
        self._registrations = registrations
        self._reachability = reachability
        self._availability = availability
        self._calls = calls

    def all(self) -> list[AgentRow]:
        """All DNs, in the order of the settings."""
        calls = Counter(call.page.dn for call in self._calls)
        return [self._row(seat, calls[seat.dn]) for seat in self._seats]

    def _row(self, seat: Seat, calls: int) -> AgentRow:
        registered = self._registrations.registered(seat.dn)
        why = self._why(seat, registered)
        microphone = self._reachability.microphone(seat.page.flow) if seat.page else ""
        return AgentRow(seat.dn, registered, len(seat.pages), seat.page is not None and not why, why, microphone, calls)

    def _why(self, seat: Seat, registered: bool) -> str:
        if seat.page is None:
            return "its softphone has just gone" if seat.state is SeatState.LEAVING else ""
        if seat.why:
            return WHY.get(seat.why, seat.why)
        if not self._availability.reachable:
            return "no SIP Server answers"
        if not registered:
            status = self._registrations.refused(seat.dn)
            meaning = MEANING.get(status, "SIP Server does not register this DN")
            return f"{meaning} ({status})" if status else "it is not registered at SIP Server"
        return ""
