"""What SIP Server reports becomes CometD messages for the agent whose DN it is (reference: GWS API 2.4, 5).

Each message carries the complete resource. Events come while a request is being made, so a message may be on its way
before the answer of the POST that caused it, as with the real server.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cordboard import observe
from cordboard.genesys import channels
from cordboard.genesys.channels import NotificationType
from cordboard.genesys.notifications import (
    Metrics,
    call_state_change,
    channel_state_change,
    device_state_change,
    error_message,
    guide_agent_event,
    guide_call_state,
)
from cordboard.lab.gws.directory import Directory, device_id
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import CallEvent, CallEventName, DnEvent, DnView, Error, TelephonyEvent

log = observe.get_log("gws")

Deliver = Callable[[str, Any, str], None]  # channel, data, user name

NOTIFICATIONS: dict[CallEventName, NotificationType] = {
    CallEventName.RINGING: NotificationType.STATUS_CHANGE,
    CallEventName.DIALING: NotificationType.STATUS_CHANGE,
    CallEventName.ESTABLISHED: NotificationType.STATUS_CHANGE,
    CallEventName.HELD: NotificationType.STATUS_CHANGE,
    CallEventName.RETRIEVED: NotificationType.STATUS_CHANGE,
    CallEventName.RELEASED: NotificationType.STATUS_CHANGE,
    CallEventName.ABANDONED: NotificationType.STATUS_CHANGE,
    CallEventName.ATTACHED_DATA_CHANGED: NotificationType.ATTACHED_DATA_CHANGED,
    CallEventName.PARTY_CHANGED: NotificationType.PARTICIPANTS_UPDATED,
    CallEventName.PARTY_ADDED: NotificationType.PARTICIPANTS_UPDATED,
    CallEventName.PARTY_DELETED: NotificationType.PARTICIPANTS_UPDATED,
    CallEventName.PRIVATE_INFO: NotificationType.STATUS_CHANGE,
    CallEventName.RECORDING_CHANGED: NotificationType.CALL_RECORDING_STATE_CHANGE,
    CallEventName.DTMF_SENT: NotificationType.DTMF_SENT,
}

# The guide's pages know Ringing, Established and Released; a caller who gave up is a release to them.
GUIDE_NAMES = {CallEventName.ABANDONED: "Released"}


class Events:
    """The listener of the telephony; `clock` gives seconds of the Unix epoch."""

    def __init__(self, switch: Switch, directory: Directory, deliver: Deliver, clock: Callable[[], float]) -> None:
        self._switch = switch
        self._directory = directory
        self._deliver = deliver
        self._clock = clock

    def hear(self, event: TelephonyEvent) -> None:
        """Never raises: a message that cannot be made must not stop SIP Server's call."""
        try:
            match event:
                case CallEvent():
                    self._call(event)
                case DnEvent(view):
                    self.device_changed(self._switch.with_own(view))
                case Error():
                    self._error(event)
        except Exception:
            log.exception("event could not be told", event_name=type(event).__name__)

    def _call(self, event: CallEvent) -> None:
        started = time.perf_counter_ns()
        account = self._directory.of_dn(event.call.dn)
        if account is None:
            return
        notification = NOTIFICATIONS[event.name]
        call = self._switch.call(event.call)
        message = call_state_change(notification, call, event.call.dn, dict(event.extensions), self._metrics(started))
        self._deliver(channels.CALLS, message, account.user_name)
        name = GUIDE_NAMES.get(event.name, event.name.value.removeprefix("Event"))
        self._deliver(channels.GUIDE_AGENT_EVENTS, guide_agent_event(name, call), account.user_name)
        if notification is NotificationType.STATUS_CHANGE:
            self._deliver(channels.GUIDE_CALL_STATE, guide_call_state(call), account.user_name)
        log.info("call", user=account.user_name, call=event.call.call_uuid, happened=event.name.value)

    def device_changed(self, view: DnView) -> None:
        """Tell the agent's pages about the device and the voice channel."""
        started = time.perf_counter_ns()
        account = self._directory.of_dn(view.dn)
        if account is None:
            return
        devices = device_state_change([self._switch.device(view)], self._metrics(started))
        self._deliver(channels.DEVICES, devices, account.user_name)
        voice = channel_state_change([self._switch.channel(view)], self._metrics(started))
        self._deliver(channels.CHANNELS, voice, account.user_name)
        log.info("device", user=account.user_name, state=view.state.value, in_service=view.in_service)

    def _error(self, event: Error) -> None:
        channel = self._switch.channel_of(event.reference, channels.CALLS)
        account = self._directory.of_dn(event.dn)
        if account is None:
            return
        message = error_message(self._switch.root, device_id(event.dn), event.message, event.code)
        self._deliver(channel, message, account.user_name)
        log.info("request failed at SIP Server", user=account.user_name, code=event.code)

    def _metrics(self, started: int) -> Metrics:
        taken = time.perf_counter_ns() - started
        return Metrics(taken, int(self._clock() * 1000), taken // 1_000_000)
