"""/workspace/v3/voice: the agent's state, the DN, new calls, user events, supervision (reference: GWS API 3.3)."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from cordboard.genesys.status import Resource, not_registered
from cordboard.genesys.workspace import messages
from cordboard.genesys.workspace.words import ERRORS, NOT_READY_WORK_MODES, WorkMode
from cordboard.lab.gws.sign_in import Session
from cordboard.lab.telephony import (
    AgentLogout,
    AgentSetNotReady,
    AgentSetReady,
    AgentState,
    MakeCall,
    SetDoNotDisturb,
    SetForward,
    TelephonyRequest,
)
from cordboard.lab.workspace.answer import Order, not_possible, read_order, wrong
from cordboard.lab.workspace.session import Workspace
from cordboard.lab.workspace.sign_in import AgentHandler
from cordboard.lab.workspace.voice.events import Events
from cordboard.lab.workspace.voice.monitoring import Supervisors
from cordboard.lab.workspace.voice.seats import Seat
from cordboard.lab.workspace.voice.switchboard import Switchboard

Act = Callable[[Seat, Order], None]

INVALID_DESTINATION = ERRORS[71]


def seat_of(switchboard: Switchboard, session: Session) -> Seat:
    """Raises `WorkspaceError` before activate-channels."""
    seat = switchboard.seats.of_user(session.account.user_name)
    if seat is None:
        raise not_possible("The voice channel is not activated")
    return seat


class Voice:
    """Handlers of what is not about one call."""

    def __init__(
        self, switchboard: Switchboard, events: Events, workspace: Workspace, supervisors: Supervisors
    ) -> None:
        self._switchboard = switchboard
        self._events = events
        self._workspace = workspace
        self.operations: dict[str, Act] = {
            "login": self._log_in,
            "activate": self._log_in,
            "logout": self._log_out,
            "deactivate": self._log_out,
            "ready": self._ready,
            "not-ready": self._not_ready,
            "dnd-on": lambda seat, order: self._disturb(seat, order, True),
            "dnd-off": lambda seat, order: self._disturb(seat, order, False),
            "set-forward": lambda seat, order: self._forward(seat, order, order.number("forwardTo")),
            "cancel-forward": lambda seat, order: self._forward(seat, order, ""),
            "make-call": self._make_call,
            "send-user-event": self._send_user_event,
            "start-monitoring": supervisors.start,
            "stop-monitoring": supervisors.stop,
        }

    def handler(self, name: str) -> AgentHandler:
        """The handler of POST .../voice/`name`."""
        act = self.operations[name]

        async def handle(request: web.Request, session: Session) -> Resource:
            order = await read_order(request)
            act(seat_of(self._switchboard, session), order)
            return messages.accepted(order.operation)

        return handle

    async def calls(self, request: web.Request, session: Session) -> Resource:
        seat = seat_of(self._switchboard, session)
        return messages.done(calls=[self._switchboard.call_object(known) for known in self._switchboard.calls(seat)])

    # --- the agent ----------------------------------------------------------------------------------------------------

    def _log_in(self, seat: Seat, order: Order) -> None:
        self._workspace.log_in(seat, self._switchboard.dn(seat.dn), order.operation, ready=False)

    def _log_out(self, seat: Seat, order: Order) -> None:
        self._request(AgentLogout(seat.dn, self._switchboard.reference(order.operation)))

    def _ready(self, seat: Seat, order: Order) -> None:
        self._check_working(seat)
        self._request(AgentSetReady(seat.dn, self._switchboard.reference(order.operation)))

    def _not_ready(self, seat: Seat, order: Order) -> None:
        self._check_working(seat)
        mode = order.optional_text("agentWorkMode")
        if mode and mode not in NOT_READY_WORK_MODES:
            raise wrong("The parameter 'agentWorkMode' is not a work mode")
        reason = order.optional_text("reasonCode") or str(order.pairs("reasons").get("ReasonCode", ""))
        work_mode = "" if mode == WorkMode.UNKNOWN else mode
        reference = self._switchboard.reference(order.operation)
        self._request(AgentSetNotReady(seat.dn, work_mode, reason, reference))

    def _check_working(self, seat: Seat) -> None:
        view = self._switchboard.dn(seat.dn)
        if not view.in_service:
            raise not_possible(not_registered(seat.dn))
        if view.state is AgentState.LOGGED_OUT:
            raise not_possible("The agent is not logged in")

    # --- the DN -------------------------------------------------------------------------------------------------------

    def _disturb(self, seat: Seat, order: Order, on: bool) -> None:
        self._request(SetDoNotDisturb(seat.dn, on, self._switchboard.reference(order.operation)))

    def _forward(self, seat: Seat, order: Order, destination: str) -> None:
        self._request(SetForward(seat.dn, destination, self._switchboard.reference(order.operation)))

    def _make_call(self, seat: Seat, order: Order) -> None:
        destination, user_data = order.number("destination"), order.pairs("userData")
        if destination == seat.dn:
            self._events.tell(seat, messages.event_error(*INVALID_DESTINATION, order.operation))
            return
        if not self._switchboard.dn(seat.dn).in_service:
            raise not_possible(not_registered(seat.dn))
        reference = self._switchboard.reference(order.operation)
        self._request(MakeCall(seat.dn, destination, user_data, reference))

    def _send_user_event(self, seat: Seat, order: Order) -> None:
        """To the agent's own clients and, where a call is named, to the other agents who are in it."""
        call = order.optional_text("callUuid")
        message = messages.user_event(order.pairs("userData"), call)
        for each in self._switchboard.seats:
            if each is seat or (call and any(one.call_uuid == call for one in self._switchboard.live(each))):
                self._events.tell(each, message)

    def _request(self, request: TelephonyRequest) -> None:
        self._switchboard.request(request)
