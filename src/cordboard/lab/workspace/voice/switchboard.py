"""SIP Server's views of DNs and calls as v3's objects, and the requests back to it."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable

from cordboard.genesys.status import VOICE_UNAVAILABLE, Resource
from cordboard.genesys.workspace import resources, words
from cordboard.genesys.workspace.capabilities import CallOperation, call_capabilities, dn_capabilities
from cordboard.lab.telephony import AgentState, CallState, CallView, DnView, Telephony, TelephonyRequest
from cordboard.lab.workspace.answer import not_found, not_possible
from cordboard.lab.workspace.settings import WorkspaceSettings
from cordboard.lab.workspace.voice.seats import KnownCall, Seat, Seats

# GWS v2 counts its references from 1 at the same SIP Server: an error must not be taken for that of the other face.
_FIRST_REFERENCE = 1 << 30
_REMEMBERED_REFERENCES = 1000


class Switchboard:
    """The telephony as v3's objects; `clock` gives seconds of the Unix epoch."""

    def __init__(
        self, telephony: Telephony, seats: Seats, settings: WorkspaceSettings, clock: Callable[[], float]
    ) -> None:
        self.seats = seats
        self._telephony = telephony
        self._settings = settings
        self._clock = clock
        self._counter = itertools.count(_FIRST_REFERENCE)
        self._operations: OrderedDict[int, str] = OrderedDict()

    def reference(self, operation: str = "") -> int:
        """A new reference; what comes of the request is told with this `operationId`."""
        reference = next(self._counter)
        self._operations[reference] = operation
        if len(self._operations) > _REMEMBERED_REFERENCES:
            self._operations.popitem(last=False)
        return reference

    def is_own(self, reference: int) -> bool:
        """Whether the request was made by this face."""
        return reference in self._operations

    def operation(self, reference: int) -> str:
        return self._operations.get(reference, "")

    def request(self, request: TelephonyRequest) -> None:
        self._telephony.request(request)

    @property
    def service(self) -> words.ServiceState:
        """Whether there is a connection to SIP Server."""
        return words.ServiceState.AVAILABLE if self._telephony.available else words.ServiceState.UNAVAILABLE

    def dn(self, dn: str) -> DnView:
        """Raises `WorkspaceError` where there is no connection to SIP Server, or it does not know the DN."""
        if self.service is words.ServiceState.UNAVAILABLE:
            raise not_possible(VOICE_UNAVAILABLE)
        view = self._telephony.dn(dn)
        if view is None:
            raise not_found("DN", dn)
        return view

    def annex(self, dn: str) -> dict[str, str]:
        return self._telephony.annex(dn)

    # --- calls --------------------------------------------------------------------------------------------------------

    def calls(self, seat: Seat) -> list[KnownCall]:
        """The agent's calls: those that SIP Server has, and the released ones that are not completed."""
        now = [view for view in self._telephony.calls(seat.dn) if view.state is not CallState.RELEASED]
        ids = {view.connection_id for view in now}
        return [
            *(seat.calls.get(view.connection_id, KnownCall(view, {})) for view in now),
            *(known for known in seat.released() if known.view.connection_id not in ids),
        ]

    def live(self, seat: Seat) -> list[CallView]:
        return [view for view in self._telephony.calls(seat.dn) if view.state is not CallState.RELEASED]

    def find(self, seat: Seat, connection_id: str) -> CallView:
        """The call with this ConnID. Raises `WorkspaceError` when the agent has none."""
        for view in self.live(seat):
            if view.connection_id == connection_id:
                return view
        known = seat.calls.get(connection_id)
        if known is None or known.view.state is not CallState.RELEASED:
            raise not_found("Call", connection_id)
        return known.view

    # --- objects ------------------------------------------------------------------------------------------------------

    def dn_object(self, seat: Seat, view: DnView, state: words.AgentState | None = None) -> Resource:
        state = state or _agent_state(view)
        return resources.dn_resource(
            resources.Dn(
                number=view.dn,
                switch=self._settings.switch,
                agent_id=seat.agent_id,
                state=state,
                capabilities=dn_capabilities(
                    state,
                    do_not_disturb=view.do_not_disturb,
                    forwarding=bool(view.forward_to),
                    supervisor=seat.is_supervisor,
                ),
                work_mode=view.work_mode,
                reason=view.reason,
                do_not_disturb=view.do_not_disturb,
                forward_to=view.forward_to,
            )
        )

    def call_object(self, known: KnownCall, state: words.CallState | None = None) -> Resource:
        view = known.view
        duration = 0 if view.established is None else max(0, int(self._clock() - view.established))
        return resources.call_resource(
            resources.Call(
                connection_id=view.connection_id,
                call_uuid=view.call_uuid,
                state=state or words.CallState(view.state.value),
                call_type=view.call_type.value,
                phone_number=view.dn,
                participants=tuple((number, self._role(view, number)) for number in view.participants),
                dnis=view.dnis,
                ani=view.ani,
                capabilities=capabilities_of(view, state),
                user_data=dict(view.user_data),
                extensions=known.extensions,
                duration=duration,
                recording=view.recording,
                parent=self._parent(view),
                previous=known.previous,
                supervision=self._supervision(view),
            )
        )

    def _parent(self, view: CallView) -> str:
        """The ConnID of the call that a consult call was begun from; the telephony names it by its UUID."""
        if not view.parent_call:
            return ""
        for other in self._telephony.calls(view.dn):
            if other.call_uuid == view.parent_call and other.connection_id != view.connection_id:
                return other.connection_id
        return ""

    def _role(self, view: CallView, number: str) -> words.Role:
        if any(other.call_uuid == view.call_uuid and other.is_supervisor for other in self._telephony.calls(number)):
            return words.Role.OBSERVER
        if number == view.ani:
            return words.Role.ORIGINATION
        return words.Role.DESTINATION if number == view.dnis else words.Role.NEW_PARTY

    def _supervision(self, view: CallView) -> resources.Supervision | None:
        if not view.supervised:
            return None
        mode = words.MonitoringMode(view.supervised.capitalize())
        seat = self.seats.of_dn(view.dn)
        if not view.is_supervisor or seat is None:
            return resources.Supervision(mode)
        wanted = next((one for number, one in seat.monitored.items() if number in view.participants), None)
        if wanted is None:
            return resources.Supervision(mode, words.MonitoringScope.CALL.value, view.dnis)
        return resources.Supervision(mode, wanted.scope.value, wanted.target)


def capabilities_of(view: CallView, state: words.CallState | None = None) -> tuple[CallOperation, ...]:
    """The row of Genesys's table for this call, as far as the lab can do it."""
    return call_capabilities(
        state or words.CallState(view.state.value),
        paired=bool(view.parent_call or view.consult_call),
        participants=len(view.participants),
        recording=view.recording,
        supervising=view.supervised if view.is_supervisor else "",
    )


def _agent_state(view: DnView) -> words.AgentState:
    if not view.in_service:
        return words.AgentState.OUT_OF_SERVICE
    return {
        AgentState.LOGGED_OUT: words.AgentState.LOGGED_OUT,
        AgentState.NOT_READY: words.AgentState.NOT_READY,
        AgentState.READY: words.AgentState.READY,
    }[view.state]
