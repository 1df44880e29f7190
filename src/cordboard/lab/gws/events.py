"""What SIP Server reports becomes CometD messages for the agent who works at the DN (reference: GWS API 2.4, 5).

Each message carries the complete resource. Events come while a request is being made, so a message may be on its way
before the answer of the POST that caused it, as with the real server. An agent's supervisors get the same on
`/v2/users`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from cordboard import observe
from cordboard.genesys import channels, states
from cordboard.genesys.channels import NotificationType
from cordboard.genesys.notifications import (
    Metrics,
    call_state_change,
    channel_state_change,
    device_state_change,
    error_message,
    guide_agent_event,
    guide_call_state,
    of_user,
    service_state_change,
)
from cordboard.genesys.resources import user_state_resource
from cordboard.lab.gws.directory import Directory, device_id, user_id
from cordboard.lab.gws.resources.installation import services
from cordboard.lab.gws.seating import Seating
from cordboard.lab.gws.settings import Account, GwsSettings
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import AgentState, CallEvent, CallEventName, DnEvent, DnView, Error, TelephonyEvent

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

# A StatusChange without a change of state, as for the calls of supervisors.
STILL = CallEventName.PRIVATE_INFO

# The guide's pages know Ringing, Established and Released; a caller who gave up is a release to them.
GUIDE_NAMES = {CallEventName.ABANDONED: "Released"}

LOGGED_IN = user_state_resource(states.UserState("", "", states.AgentStateName.LOGGED_IN))


class Events:
    """The listener of the telephony; `clock` gives seconds of the Unix epoch."""

    def __init__(
        self,
        switch: Switch,
        seating: Seating,
        directory: Directory,
        settings: GwsSettings,
        deliver: Deliver,
        clock: Callable[[], float],
    ) -> None:
        self._switch = switch
        self._seating = seating
        self._directory = directory
        self._settings = settings
        self._deliver = deliver
        self._clock = clock
        self._available = switch.available
        self._logged_in: set[str] = set()  # DNs

    def hear(self, event: TelephonyEvent) -> None:
        """Never raises: a message that cannot be made must not stop SIP Server's call."""
        try:
            self._services()
            match event:
                case CallEvent():
                    self._call(event)
                case DnEvent(view):
                    self._dn(view)
                case Error():
                    self._error(event)
        except Exception:
            log.exception("event could not be told", event_name=type(event).__name__)

    def _services(self) -> None:
        """The connection to SIP Server came or went."""
        if self._available == self._switch.available:
            return
        self._available = self._switch.available
        self._switch.consultations.forget()
        message = service_state_change(services(self._switch))
        for account in self._directory.accounts:
            self._deliver(channels.SERVICES, message, account.user_name)

    def _call(self, event: CallEvent) -> None:
        started = time.perf_counter_ns()
        if fulfilled := self._switch.supervision.hear(event):
            self.device_changed(self._switch.seen(fulfilled))
        self._consultation(event)
        account = self._seating.account_at(event.call.dn)
        if account is None:
            return
        notification = NOTIFICATIONS[event.name]
        call = self._switch.call(event.call)
        message = call_state_change(notification, call, event.call.dn, dict(event.extensions), self._metrics(started))
        self._tell(channels.CALLS, message, account)
        name = GUIDE_NAMES.get(event.name, event.name.value.removeprefix("Event"))
        self._deliver(channels.GUIDE_AGENT_EVENTS, guide_agent_event(name, call), account.user_name)
        if notification is NotificationType.STATUS_CHANGE:
            self._deliver(channels.GUIDE_CALL_STATE, guide_call_state(call), account.user_name)
        log.info("call", user=account.user_name, call=event.call.call_uuid, happened=event.name.value)

    def _consultation(self, event: CallEvent) -> None:
        """What can be done with the other call changes with a consultation: told after all else of this moment."""
        consultations = self._switch.consultations
        consultations.told(event.call, self._switch.capabilities(event.call))
        consultations.hear(event)
        if event.call.parent_call and event.name is not STILL:
            asyncio.get_running_loop().call_soon(self._tell_news, event.call.dn)

    def _tell_news(self, dn: str) -> None:
        for call in self._switch.calls(dn):
            if self._switch.consultations.is_news(call, self._switch.capabilities(call)):
                self.hear(CallEvent(STILL, call, {}))

    def _dn(self, view: DnView) -> None:
        is_new = view.state is not AgentState.LOGGED_OUT and view.dn not in self._logged_in
        if view.state is AgentState.LOGGED_OUT:
            logged_out = view.dn in self._logged_in
            self._logged_in.discard(view.dn)
            self.device_changed(view, logged_out=logged_out)  # to who has worked here until now
            self._seating.follow(view)
            return
        self._logged_in.add(view.dn)
        self._seating.follow(view)
        self.device_changed(view, passing=is_new and self._settings.tells_logged_in)

    def device_changed(self, view: DnView, passing: bool = False, logged_out: bool = False) -> None:
        """Tell the agent's pages about the device and the voice channel; `passing` tells LoggedIn first."""
        started = time.perf_counter_ns()
        account = self._seating.account_at(view.dn)
        if account is None:
            return
        device, channel = self._switch.device(view, logged_out), self._switch.channel(view)
        if passing:
            first = device_state_change([{**device, "userState": LOGGED_IN}], self._metrics(started))
            self._tell(channels.DEVICES, first, account)
        self._tell(channels.DEVICES, device_state_change([device], self._metrics(started)), account)
        self._tell(channels.CHANNELS, channel_state_change([channel], self._metrics(started)), account)
        log.info("device", user=account.user_name, state=view.state.value, in_service=view.in_service)

    def _tell(self, channel: str, message: dict[str, Any], account: Account) -> None:
        self._deliver(channel, message, account.user_name)
        for supervisor in self._directory.supervisors_of(account):
            told = of_user(message, self._switch.root, user_id(account.user_name))
            self._deliver(channels.USERS, told, supervisor.user_name)

    def _error(self, event: Error) -> None:
        started = time.perf_counter_ns()
        self._switch.consultations.failed(event.reference)
        channel = self._switch.channel_of(event.reference, channels.CALLS)
        account = self._seating.account_at(event.dn)
        if account is None:
            return
        text = event.message if self._settings.tells_error_text else ""
        metrics = self._metrics(started)
        message = error_message(self._switch.root, device_id(event.dn), text, event.code, metrics)
        self._deliver(channel, message, account.user_name)
        log.info("request failed at SIP Server", user=account.user_name, code=event.code)

    def _metrics(self, started: int) -> Metrics:
        taken = time.perf_counter_ns() - started
        return Metrics(taken, int(self._clock() * 1000), taken // 1_000_000)
