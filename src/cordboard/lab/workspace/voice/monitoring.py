"""Supervisors: whose calls they want, and in which mode they are in one (reference: GWS API 3.3, 3.5)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from cordboard.genesys.workspace import messages
from cordboard.genesys.workspace.words import MonitoringCalls, MonitoringEvent, MonitoringMode, MonitoringScope
from cordboard.lab.telephony import (
    CallEvent,
    CancelMonitoring,
    Error,
    MonitorMode,
    MonitorNextCall,
    MonitorScope,
    TelephonyEvent,
    TelephonyRequest,
)
from cordboard.lab.workspace.answer import Order, not_possible, wrong
from cordboard.lab.workspace.voice.seats import Monitoring, Seat
from cordboard.lab.workspace.voice.switchboard import Switchboard

Word = TypeVar("Word", bound=StrEnum)


class Supervisors:
    """`tell` sends a message to the agent of a seat."""

    def __init__(self, switchboard: Switchboard, tell: Callable[[Seat, object], None]) -> None:
        self._switchboard = switchboard
        self._tell = tell
        self._refused: set[int] = set()

    def hear(self, event: TelephonyEvent) -> None:
        """An error tells that a request was not taken; for a success SIP Server has no event of its own."""
        if isinstance(event, Error):
            self._refused.add(event.reference)

    def start(self, seat: Seat, order: Order) -> None:
        if not seat.is_supervisor:
            raise not_possible("The agent is no supervisor")
        wanted = Monitoring(
            order.number("phoneNumberToMonitor"),
            _word(order, "monitoringMode", MonitoringMode, MonitoringMode.MUTE),
            _word(order, "monitoringNextCallType", MonitoringCalls, MonitoringCalls.ALL_CALLS),
            _word(order, "monitoringScope", MonitoringScope, MonitoringScope.CALL),
        )
        mode, scope = MonitorMode(wanted.mode.lower()), MonitorScope(wanted.scope.lower())
        reference = self._switchboard.reference(order.operation)
        seat.monitored[wanted.target] = wanted
        if not self._ask(MonitorNextCall(seat.dn, wanted.target, mode, scope, reference), reference):
            seat.monitored.pop(wanted.target, None)
            return
        self._say(seat, MonitoringEvent.STARTED, wanted, order.operation)

    def stop(self, seat: Seat, order: Order) -> None:
        """`phoneNumber`, or the one that is supervised."""
        number = order.optional_text("phoneNumber") or next(iter(seat.monitored), "")
        wanted = seat.monitored.get(number)
        if wanted is None:
            raise not_possible("The DN is not monitored")
        self._cancel(seat, wanted, order.operation)

    def call_over(self, seat: Seat, event: CallEvent) -> None:
        """Who wanted one call has had it."""
        if not event.call.is_supervisor:
            return
        for wanted in list(seat.monitored.values()):
            if wanted.calls is MonitoringCalls.ONE_CALL and wanted.target in event.call.participants:
                self._cancel(seat, wanted, "")

    def _cancel(self, seat: Seat, wanted: Monitoring, operation: str) -> None:
        reference = self._switchboard.reference(operation)
        if self._ask(CancelMonitoring(seat.dn, wanted.target, reference), reference):
            seat.monitored.pop(wanted.target, None)
            self._say(seat, MonitoringEvent.STOPPED, wanted, operation)

    def _ask(self, request: TelephonyRequest, reference: int) -> bool:
        """Ask SIP Server; whether it did not refuse at once."""
        self._refused.clear()
        self._switchboard.request(request)
        return reference not in self._refused

    def _say(self, seat: Seat, event: MonitoringEvent, wanted: Monitoring, operation: str) -> None:
        message = messages.monitoring_state_changed(event, wanted.target, wanted.mode, wanted.calls, operation)
        self._tell(seat, message)


def _word(order: Order, name: str, words: type[Word], otherwise: Word) -> Word:
    given = order.optional_text(name).lower()
    if not given:
        return otherwise
    for word in words:
        if word.value.lower() == given:
            return word
    raise wrong(f"The parameter '{name}' is none of {', '.join(word.value for word in words)}")
