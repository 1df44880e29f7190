"""SIP Server's views of DNs and calls as GWS resources, and the requests back to it."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable

from cordboard.genesys import capabilities, resources, states
from cordboard.genesys.capabilities import Capability
from cordboard.genesys.operations import CallOperation
from cordboard.genesys.status import VOICE_UNAVAILABLE, Resource, StatusCode
from cordboard.lab.gws.answer import GwsError
from cordboard.lab.gws.directory import VOICE_SERVICE, device_id
from cordboard.lab.gws.resources.consultations import Consultations
from cordboard.lab.gws.seating import Seating
from cordboard.lab.gws.settings import GwsSettings
from cordboard.lab.gws.supervision import Supervision
from cordboard.lab.telephony import (
    AgentState,
    CallState,
    CallType,
    CallView,
    DnView,
    MonitorMode,
    Telephony,
    TelephonyRequest,
)

# What the lab can do with a call; its capabilities offer no more than that.
POSSIBLE = frozenset(
    {
        CallOperation.ANSWER,
        CallOperation.HANGUP,
        CallOperation.HOLD,
        CallOperation.RETRIEVE,
        CallOperation.SWAP_CALLS,
        CallOperation.SEND_DTMF,
        CallOperation.INITIATE_TRANSFER,
        CallOperation.INITIATE_CONFERENCE,
        CallOperation.SINGLE_STEP_TRANSFER,
        CallOperation.SINGLE_STEP_CONFERENCE,
        CallOperation.COMPLETE_TRANSFER,
        CallOperation.COMPLETE_CONFERENCE,
        CallOperation.REMOVE_PARTICIPANT_FROM_CONFERENCE,
        CallOperation.START_CALL_RECORDING,
        CallOperation.PAUSE_CALL_RECORDING,
        CallOperation.RESUME_CALL_RECORDING,
        CallOperation.STOP_CALL_RECORDING,
        CallOperation.CLEAR_CALL,
        CallOperation.ATTACH_USER_DATA,
        CallOperation.UPDATE_USER_DATA,
        CallOperation.DELETE_USER_DATA,
        CallOperation.DELETE_USER_DATA_PAIR,
        CallOperation.SWITCH_TO_LISTEN_IN,
        CallOperation.SWITCH_TO_COACH,
        CallOperation.SWITCH_TO_BARGE_IN,
    }
)

# The modes in which a supervisor is not heard by all.
LISTENING = (MonitorMode.MUTE, MonitorMode.COACH)

_REMEMBERED_REFERENCES = 1000


class Switch:
    """The telephony as GWS resources; `clock` gives seconds of the Unix epoch."""

    def __init__(
        self, telephony: Telephony, settings: GwsSettings, seating: Seating, clock: Callable[[], float]
    ) -> None:
        self._telephony = telephony
        self._settings = settings
        self._seating = seating
        self._clock = clock
        self.supervision = Supervision(telephony)
        self.consultations = Consultations()
        self._counter = itertools.count(1)
        self._channels: OrderedDict[int, str] = OrderedDict()

    @property
    def root(self) -> str:
        return self._settings.api_root

    def reference(self, channel: str) -> int:
        """A new reference; an error with it is told on this CometD channel."""
        reference = next(self._counter)
        self._channels[reference] = channel
        if len(self._channels) > _REMEMBERED_REFERENCES:
            self._channels.popitem(last=False)
        return reference

    def channel_of(self, reference: int, otherwise: str) -> str:
        return self._channels.pop(reference, otherwise)

    def request(self, request: TelephonyRequest) -> None:
        self._telephony.request(request)

    @property
    def available(self) -> bool:
        """Whether GWS is connected to SIP Server."""
        return self._telephony.available

    def dn(self, dn: str) -> DnView:
        """Raises `GwsError` 503+4 when SIP Server is gone or does not know the DN."""
        view = self._telephony.dn(dn) if self.available else None
        if view is None:
            raise GwsError(StatusCode.INTERNAL_ERROR, VOICE_UNAVAILABLE, 503)
        return view

    def seen(self, dn: str) -> DnView:
        """The DN for reading, which is possible without SIP Server too: then it is out of service."""
        return self._telephony.dn(dn) or DnView(dn, False, "", AgentState.LOGGED_OUT)

    def annex(self, dn: str) -> dict[str, str]:
        return self._telephony.annex(dn)

    def calls(self, dn: str) -> list[CallView]:
        return [call for call in self._telephony.calls(dn) if call.state is not CallState.RELEASED]

    # --- resources ----------------------------------------------------------------------------------------------------

    def device(self, view: DnView, logged_out: bool = False) -> Resource:
        """Out of service and with nobody logged in it has no state, but at the moment of the log-out (`logged_out`)."""
        account = self._seating.account_at(view.dn)
        active = view.in_service or view.state is not AgentState.LOGGED_OUT
        device = resources.Device(
            id=device_id(view.dn),
            phone_number=view.dn,
            active=active,
            user_state=self.user_state(view) if active or logged_out else None,
            voice_environment=VOICE_SERVICE,
            do_not_disturb=view.do_not_disturb,
            forward_to=view.forward_to,
            supervisor=account is not None and account.is_supervisor,
            monitoring=self.supervision.of(view.dn),
        )
        return resources.device_resource(device, self.root)

    def capabilities(self, view: CallView) -> tuple[Capability, ...]:
        """What clients are told that can be done with the call."""
        return capabilities_of(view, self.consultations.begins(view))

    def channel(self, view: DnView) -> Resource:
        return resources.channel_resource(self.user_state(view))

    def user_state(self, view: DnView) -> states.UserState:
        for entry in self._settings.not_ready_reasons:
            if view.state is AgentState.NOT_READY and view.reason and entry.user_state.reason == view.reason:
                return entry.user_state
        return states.user_state(view.state.value, view.work_mode)

    def call(self, view: CallView) -> Resource:
        begun = view.begun if view.begun is not None else view.established
        call = resources.Call(
            call_uuid=view.call_uuid,
            connection_id=view.connection_id,
            state=states.CallState(view.state.value),
            call_type=states.CallType(view.call_type.value),
            device_id=device_id(view.dn),
            participants=view.participants,
            dnis=view.dnis,
            capabilities=self.capabilities(view),
            ani="" if view.call_type is CallType.INTERNAL else view.ani,
            user_data=dict(view.user_data),
            duration=0 if begun is None else max(0, int(self._clock() - begun)),
            established=view.established is not None,
            recording=view.recording,
            parent_call=view.parent_call,
            supervised=view.supervised in LISTENING,
            monitoring=view.is_supervisor,
        )
        return resources.call_resource(call, self.root)


def capabilities_of(view: CallView, consulting: bool = False) -> tuple[Capability, ...]:
    """The row of Genesys's table for this call, as far as the lab can do it; `consulting`: a second call begins."""
    situation = capabilities.situation(
        states.CallState(view.state.value),
        is_consult=bool(view.parent_call),
        has_consult=bool(view.consult_call) or consulting,
    )
    recording = states.RecordingState(view.recording) if view.recording else None
    supervising = view.supervised if view.is_supervisor else ""
    row = capabilities.capabilities(situation, recording, len(view.participants), supervising)
    return tuple(one for one in row if one.value in POSSIBLE)
