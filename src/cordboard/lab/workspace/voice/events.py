"""What SIP Server reports becomes v3's messages for the agent who sits at the DN (reference: GWS API 3.5, 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cordboard import observe
from cordboard.genesys.workspace import messages, words
from cordboard.genesys.workspace.words import ERRORS, VOICE, NotificationType
from cordboard.lab.telephony import AgentState, CallEvent, CallEventName, CallState, DnEvent, Error, TelephonyEvent
from cordboard.lab.workspace.voice.seats import KnownCall, Seat
from cordboard.lab.workspace.voice.switchboard import Switchboard

log = observe.get_log("workspace")

Deliver = Callable[[str, Any, str], None]  # channel, data, user name

NOTIFICATIONS: dict[CallEventName, NotificationType] = {
    CallEventName.RINGING: NotificationType.STATE_CHANGE,
    CallEventName.DIALING: NotificationType.STATE_CHANGE,
    CallEventName.ESTABLISHED: NotificationType.STATE_CHANGE,
    CallEventName.HELD: NotificationType.STATE_CHANGE,
    CallEventName.RETRIEVED: NotificationType.STATE_CHANGE,
    CallEventName.RELEASED: NotificationType.STATE_CHANGE,
    CallEventName.ABANDONED: NotificationType.STATE_CHANGE,
    CallEventName.PRIVATE_INFO: NotificationType.STATE_CHANGE,
    CallEventName.ATTACHED_DATA_CHANGED: NotificationType.ATTACHED_DATA_CHANGED,
    CallEventName.PARTY_CHANGED: NotificationType.PARTICIPANTS_UPDATED,
    CallEventName.PARTY_ADDED: NotificationType.PARTICIPANTS_UPDATED,
    CallEventName.PARTY_DELETED: NotificationType.PARTICIPANTS_UPDATED,
    CallEventName.RECORDING_CHANGED: NotificationType.CALL_RECORDING_STATE_CHANGE,
    # v3 has no message for digits that were sent
}


class Events:
    """The listener of the telephony; `call_over` is told of each call that is released at a seat."""

    def __init__(
        self, switchboard: Switchboard, deliver: Deliver, call_over: Callable[[Seat, CallEvent], None]
    ) -> None:
        self._switchboard = switchboard
        self._deliver = deliver
        self._call_over = call_over
        self._service = switchboard.service

    def hear(self, event: TelephonyEvent) -> None:
        """Never raises: a message that cannot be made must not stop SIP Server's call."""
        try:
            self._tell_service()
            match event:
                case CallEvent():
                    self._call(event)
                case DnEvent():
                    self._dn(event)
                case Error():
                    self._error(event)
        except Exception:
            log.exception("event could not be told", event_name=type(event).__name__)

    def _tell_service(self) -> None:
        """The connection to SIP Server came or went; nothing tells that, so it is looked at with every event."""
        before, self._service = self._service, self._switchboard.service
        if before is not self._service:
            for seat in self._switchboard.seats:
                self.tell(seat, messages.service_state_changed(self._service))

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, event: CallEvent) -> None:
        seat = self._switchboard.seats.of_dn(event.call.dn)
        notification = NOTIFICATIONS.get(event.name)
        if seat is None or notification is None:
            return
        known = seat.note(event.call, dict(event.extensions))
        self.tell_call(seat, known, notification, self._switchboard.operation(event.reference))
        log.info("call", user=seat.user, call=event.call.call_uuid, happened=event.name.value)
        if event.call.state is CallState.RELEASED:
            self._call_over(seat, event)
            if seat.auto_complete:
                self.complete(seat, known)

    def tell_call(self, seat: Seat, known: KnownCall, notification: NotificationType, operation: str = "") -> None:
        call = self._switchboard.call_object(known)
        self.tell(seat, messages.call_state_changed(notification, call, operation))

    def complete(self, seat: Seat, known: KnownCall, operation: str = "") -> None:
        """Put a released call away."""
        seat.calls.pop(known.view.connection_id, None)
        call = self._switchboard.call_object(known, words.CallState.COMPLETED)
        self.tell(seat, messages.call_state_changed(NotificationType.STATE_CHANGE, call, operation))

    def recover(self, seat: Seat) -> None:
        """Tell an agent who has come back of the calls that there are."""
        for view in self._switchboard.live(seat):
            known = seat.calls.get(view.connection_id) or seat.note(view, {})
            self.tell_call(seat, known, NotificationType.CALL_RECOVERED)

    # --- DNs ----------------------------------------------------------------------------------------------------------

    def _dn(self, event: DnEvent) -> None:
        seat = self._switchboard.seats.of_dn(event.dn.dn)
        if seat is None:
            return
        operation = self._switchboard.operation(event.reference)
        before, seat.state = seat.state, event.dn.state
        if before is AgentState.LOGGED_OUT and event.dn.state is not AgentState.LOGGED_OUT and event.dn.in_service:
            passing = self._switchboard.dn_object(seat, event.dn, words.AgentState.LOGGED_IN)
            self.tell(seat, messages.dn_state_changed(passing, operation))
        self.tell(seat, messages.dn_state_changed(self._switchboard.dn_object(seat, event.dn), operation))
        log.info("DN", user=seat.user, state=event.dn.state.value, in_service=event.dn.in_service)

    def tell_dn(self, seat: Seat, operation: str = "") -> None:
        """The state of the DN as it is."""
        view = self._switchboard.dn(seat.dn)
        self.tell(seat, messages.dn_state_changed(self._switchboard.dn_object(seat, view), operation))

    # --- errors -------------------------------------------------------------------------------------------------------

    def _error(self, event: Error) -> None:
        """An error goes to whom it was that asked: those of other CTI clients are not told here."""
        seat = self._switchboard.seats.of_dn(event.dn)
        if seat is None or not self._switchboard.is_own(event.reference):
            return
        code, message = ERRORS.get(event.code, (event.code, event.message))
        self.tell(seat, messages.event_error(code, message, self._switchboard.operation(event.reference)))
        log.info("request failed at SIP Server", user=seat.user, code=event.code)

    def tell(self, seat: Seat, message: object) -> None:
        self._deliver(VOICE, message, seat.user)
