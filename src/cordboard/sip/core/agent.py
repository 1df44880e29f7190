"""The SIP core: everything between bytes on a flow and the events of a call (RFC 3261 sections 8, 9, 12 to 15, 17).

Theory of operation. `handle` takes one input and gives the outputs in the order in which they are to be carried out.
What comes from the network is read (`framing`), matched to a transaction (`transaction.layer`), and then belongs to

* the client transaction's user: a session or a request outside dialogs,
* the session with its Call-ID and To tag, in which `session` decides,
* nobody yet: section 8.2 is applied (`admission`), and a new INVITE begins a session, anything else is reported.

What a session answers are effects: some are outputs for the user, others ask for transactions here. All timers are in
two heaps of alarms, the transactions' and the sessions'; `deadline` is the earlier of their first times. A `Tick` is
needed at the deadline, but any input also lets time pass.

After `Hangup`, `Rejected`, `Cancelled` or `Ended` the session's name is free of meaning: later commands about it have
no effect. The exception is `SendInDialog`, which always gets its one `Replied`, and `Respond`, which works as long as
the transaction lives.
"""

from __future__ import annotations

from collections.abc import Callable

from cordboard.sip import events
from cordboard.sip.core.admission import Admission, check_command
from cordboard.sip.core.making import request_outside_dialogs, response_headers
from cordboard.sip.core.registry import Registry
from cordboard.sip.core.routing import default_next_hop
from cordboard.sip.core.users import InSession, Nobody, OutOfDialog, User
from cordboard.sip.dialog import TARGET_REFRESH, tag_of
from cordboard.sip.errors import LocalProtocolError, RemoteProtocolError
from cordboard.sip.events import Flow, Input, Output
from cordboard.sip.framing import KeepAlive, Unreadable, read
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.message import Request
from cordboard.sip.session import effects
from cordboard.sip.session.inputs import AckCame, Asked, CancelCame, Command, Heard, Terms
from cordboard.sip.session.usage import Session
from cordboard.sip.style import WireStyle
from cordboard.sip.transaction import records
from cordboard.sip.transaction.layer import TransactionLayer
from cordboard.sip.transaction.outputs import Failure
from cordboard.sip.transaction.records import Server, Unmatched
from cordboard.sip.transaction.timers import Timers

DEFAULT_ALLOW = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "NOTIFY", "MESSAGE", "UPDATE", "REFER")

FAILURE_STATUS = {Failure.TIMEOUT: 408, Failure.TRANSPORT: 503}  # RFC 3261 section 8.1.3.1


class UserAgentCore:
    """A user agent; `via_host` gives our Via's "host:port" on a flow, `supported` are the options of a Require."""

    def __init__(
        self,
        identifiers: Identifiers,
        *,
        via_host: Callable[[Flow], str],
        next_hop: Callable[[Flow, str], Flow] = default_next_hop,
        timers: Timers = Timers(),  # noqa: B008 - frozen
        style: WireStyle = WireStyle(),  # noqa: B008 - frozen
        allow: tuple[str, ...] = DEFAULT_ALLOW,
        user_agent: str = "Cordboard/0.1.0",
        supported: tuple[str, ...] = (),
    ) -> None:
        self._identifiers = identifiers
        repeated = frozenset(name.lower() for name in style.repeated_in_ack)
        self._terms = Terms(timers, ", ".join(allow), user_agent, repeated, next_hop)
        self._admission = Admission(allow, supported)
        self._layer: TransactionLayer[User] = TransactionLayer(identifiers, via_host, timers, style)
        self._sessions = Registry()

    @property
    def transactions(self) -> int:
        """How many transactions live."""
        return len(self._layer)

    @property
    def sessions(self) -> int:
        """How many sessions live, those included that wait for the response to their BYE or CANCEL."""
        return len(self._sessions)

    @property
    def deadline(self) -> float | None:
        """When the next `Tick` is due; None while no timer runs."""
        times = [time for time in (self._layer.deadline, self._sessions.deadline) if time is not None]
        return min(times) if times else None

    def handle(self, input: Input, now: float) -> list[Output]:
        """Take one input; raises LocalProtocolError where a command is one that no state could accept."""
        check_command(input)
        outputs = self._take(input, now)
        return outputs + self._pass_time(now)

    def _take(self, input: Input, now: float) -> list[Output]:
        match input:
            case events.Received():
                return self._received(input, now)
            case events.Tick():
                return []
            case events.FlowClosed():
                return self._from_layer(self._layer.flow_closed(input.flow, now), now)
            case events.Invite():
                return self._invite(input, now)
            case events.SendRequest():
                return self._send_request(input, now)
            case events.Respond():
                return self._respond(input, now)
        return self._command(input, now)

    def _pass_time(self, now: float) -> list[Output]:
        outputs = self._from_layer(self._layer.tick(now), now)
        while (session := self._sessions.pop_due(now)) is not None:
            outputs += self._carry_out(session, session.handle(events.Tick(), now), now)
        return outputs

    # --- commands ---

    def _invite(self, command: events.Invite, now: float) -> list[Output]:
        if self._sessions.named(command.session):
            raise LocalProtocolError("a session of that name lives")
        call_id = command.call_id or self._identifiers.call_id()
        session, start = Session.calling(command, self._identifiers.tag(), call_id, self._terms)
        outputs = self._carry_out(session, [start], now)
        self._sessions.add(session)
        return outputs

    def _command(self, command: Command, now: float) -> list[Output]:
        session = self._sessions.named(command.session)
        if session is not None:
            return self._carry_out(session, session.handle(command, now), now)
        if isinstance(command, events.SendInDialog):
            return [events.Replied(command.session, command.key, 481, None)]
        return []

    def _send_request(self, command: events.SendRequest, now: float) -> list[Output]:
        request = request_outside_dialogs(command, self._identifiers, self._terms.user_agent)
        return self._from_layer(self._layer.send_request(command.flow, request, OutOfDialog(command.key), now), now)

    def _respond(self, command: events.Respond, now: float) -> list[Output]:
        server = self._layer.server(command.transaction)
        if server is None or server.request is None:
            return []
        if isinstance(server.user, InSession) and command.status // 100 == 2:
            session = server.user.session
            if session.dialog is not None and server.request.method in TARGET_REFRESH:
                session.dialog.refresh(server.request)
        headers = response_headers(command, server, self._terms.allow)
        return self._answer(server, command.status, now, command.reason, headers, command.body)

    # --- what comes from the network ---

    def _received(self, received: events.Received, now: float) -> list[Output]:
        flow = received.flow
        framed = read(received.data, connection=flow.reliable)
        match framed:
            case KeepAlive(answer):
                return [events.Transmit(flow, answer)] if answer else []
            case Unreadable():
                return self._refuse_unreadable(flow, framed, now)
            case Request():
                return self._request(flow, framed, now)
        try:
            return self._from_layer(self._layer.receive_response(framed, now), now)
        except RemoteProtocolError as error:
            return [events.Malformed(flow, str(error))]

    def _refuse_unreadable(self, flow: Flow, unreadable: Unreadable, now: float) -> list[Output]:
        malformed: list[Output] = [events.Malformed(flow, unreadable.why)]
        if unreadable.request is None:
            return malformed
        try:
            refusal = self._layer.refuse(flow, unreadable.request, unreadable.status)
        except (RemoteProtocolError, LocalProtocolError):
            return malformed
        return [refusal, *malformed]

    def _request(self, flow: Flow, request: Request, now: float) -> list[Output]:
        try:
            taken = self._layer.receive_request(flow, request, now)
        except RemoteProtocolError as error:
            return [events.Malformed(flow, str(error))]
        if isinstance(taken, list):
            return self._from_layer(taken, now)
        try:
            return self._new_request(flow, taken, request, now)
        except RemoteProtocolError as error:
            return [*self._answer(taken, error.status_hint, now), events.Malformed(flow, str(error))]

    def _new_request(self, flow: Flow, server: Server[User], request: Request, now: float) -> list[Output]:
        refusal = self._admission.refusal(request)
        if refusal is not None:
            return self._answer(server, refusal.status, now, headers=refusal.headers)
        if request.method == "CANCEL":
            return self._cancel(server, request, now)
        if tag_of(request.headers.get("To", "")):
            return self._in_dialog(server, request, now)
        if self._layer.is_merged(server):
            return self._answer(server, 482, now)
        if request.method == "INVITE":
            return self._invited(flow, server, request, now)
        if request.method == "BYE":
            return self._answer(server, 481, now)
        return [events.OutOfDialogRequested(server.name, flow, request)]

    def _in_dialog(self, server: Server[User], request: Request, now: float) -> list[Output]:
        session = self._sessions.of(request)
        if session is None:
            return self._answer(server, 481, now)
        server.user = InSession(session, None)
        return self._carry_out(session, session.handle(Asked(server.name, request), now), now)

    def _invited(self, flow: Flow, server: Server[User], request: Request, now: float) -> list[Output]:
        server.to_tag = self._identifiers.tag()
        name = self._identifiers.session()
        session = Session.called(name, flow, server.name, request, server.to_tag, self._terms)
        server.user = InSession(session, None)
        outputs = self._answer(server, 100, now)
        self._sessions.add(session)
        return [*outputs, events.Invited(name, flow, request)]

    def _cancel(self, server: Server[User], request: Request, now: float) -> list[Output]:
        invite = self._layer.cancelled_by(server)
        if invite is None:
            return self._answer(server, 481, now)
        server.to_tag = invite.to_tag
        outputs = self._answer(server, 200, now)
        if invite.request is not None and isinstance(invite.user, InSession):
            session = invite.user.session
            outputs += self._carry_out(session, session.handle(CancelCame(request), now), now)
        return outputs

    def _ack(self, ack: Request, now: float) -> list[Output]:
        session = self._sessions.of(ack)
        return self._carry_out(session, session.handle(AckCame(ack), now), now) if session else []

    # --- between layer, sessions and outputs ---

    def _from_layer(self, heard: list[records.LayerOutput[User]], now: float) -> list[Output]:
        outputs: list[Output] = []
        for each in heard:
            match each:
                case events.Transmit():
                    outputs.append(each)
                case Unmatched(ack):
                    outputs += self._ack(ack, now)
                case records.Heard():
                    outputs += self._heard(each, now)
        return outputs

    def _heard(self, heard: records.Heard[User], now: float) -> list[Output]:
        response = heard.response
        status = response.status if response else FAILURE_STATUS[heard.failure or Failure.TIMEOUT]
        match heard.user:
            case InSession(session, purpose) if purpose is not None:
                wanted = session.handle(Heard(purpose, effects.Outcome(status, response)), now)
                return self._carry_out(session, wanted, now)
            case OutOfDialog(key) if status >= 200:
                return [events.OutOfDialogReplied(key, status, response)]
        return []

    def _answer(
        self,
        server: Server[User],
        status: int,
        now: float,
        reason: str = "",
        headers: tuple[events.Header, ...] = (),
        body: bytes = b"",
    ) -> list[Output]:
        return self._from_layer(self._layer.respond(server, status, now, reason, headers, body), now)

    def _carry_out(self, session: Session, wanted: effects.Effects, now: float) -> list[Output]:
        outputs: list[Output] = []
        for effect in wanted:
            outputs += self._effect(session, effect, now)
        self._sessions.note(session)
        return outputs

    def _effect(self, session: Session, effect: effects.Effect, now: float) -> list[Output]:
        match effect:
            case effects.Start(purpose, flow, request):
                return self._from_layer(self._layer.send_request(flow, request, InSession(session, purpose), now), now)
            case effects.Answer(transaction, status, reason, headers, body):
                server = self._layer.server(transaction)
                return self._answer(server, status, now, reason, headers, body) if server else []
            case effects.AnswerAgain(transaction):
                server = self._layer.server(transaction)
                return self._from_layer(self._layer.respond_again(server, now), now) if server else []
            case effects.SendAck(flow, request):
                return [self._layer.send_ack(flow, request)]
            case effects.Cancel(invite):
                return self._from_layer(self._layer.cancel(invite, Nobody(), now), now)
            case effects.Abandon(invite):
                return self._from_layer(self._layer.limit(invite, now), now)
            case effects.MoveTransactions(flow):
                moved = self._layer.move(lambda user: isinstance(user, InSession) and user.session is session, flow)
                return self._from_layer(moved, now)
        return [effect]
