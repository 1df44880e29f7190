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
from cordboard.sip.core.admission import Admission, Refusal, check_command, refusal_of_interval
from cordboard.sip.core.exchange import Exchange
from cordboard.sip.core.making import refresh_dialog, request_outside_dialogs, response_headers
from cordboard.sip.core.replacing import replaced
from cordboard.sip.core.routing import default_next_hop
from cordboard.sip.core.snapshot import Snapshot, restored, snapshot_of
from cordboard.sip.core.users import InSession, OutOfDialog, User
from cordboard.sip.dialog import tag_of
from cordboard.sip.errors import LocalProtocolError, RemoteProtocolError
from cordboard.sip.events import Credentials, Flow, Input, Output
from cordboard.sip.framing import KeepAlive, Unreadable, read
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.message import Request
from cordboard.sip.session import reliable, timer
from cordboard.sip.session.inputs import Asked, CancelCame, Command, Terms
from cordboard.sip.session.timer import SessionTimer
from cordboard.sip.session.usage import Session
from cordboard.sip.style import WireStyle
from cordboard.sip.transaction.layer import TransactionLayer
from cordboard.sip.transaction.records import Server
from cordboard.sip.transaction.timers import Timers
from cordboard.sip.transaction.way import ReliableWay, no_reliable_way

DEFAULT_ALLOW = ("INVITE", "ACK", "PRACK", "CANCEL", "BYE", "OPTIONS", "INFO", "NOTIFY", "MESSAGE", "UPDATE", "REFER")
DEFAULT_SUPPORTED = ("100rel", "replaces")


class UserAgentCore:
    """A user agent.

    `via_host` gives our Via's "host:port" on a flow. `supported` are the options that a request may require and that we
    announce: "100rel" and "replaces" switch on what they name, "timer" is added where there is a `session_timer`.
    `credentials` is asked when a request of a session is challenged, with the flow on which it went and our address as
    in its From; None leaves the refusal to the user. With `yields` a re-INVITE of the peer that meets ours is taken and
    not refused with 491 (RFC 3261 section 14.2): ours is sent again after it.
    """

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
        supported: tuple[str, ...] = DEFAULT_SUPPORTED,
        reliable_way: ReliableWay = no_reliable_way,
        session_timer: SessionTimer | None = None,
        credentials: Callable[[Flow, str], Credentials | None] = lambda flow, address: None,
        yields: bool = False,
    ) -> None:
        self._identifiers = identifiers
        options = dict.fromkeys((*supported, timer.OPTION) if session_timer else supported)
        self._terms = Terms(
            timers,
            ", ".join(allow),
            user_agent,
            frozenset(name.lower() for name in style.repeated_in_ack),
            next_hop,
            ", ".join(options),
            reliable.OPTION in options,
            session_timer,
            credentials,
            identifiers.tag,
            yields,
        )
        self._admission = Admission(allow, options)
        self._layer: TransactionLayer[User] = TransactionLayer(identifiers, via_host, timers, style, reliable_way)
        self._exchange = Exchange(self._layer)
        self._sessions = self._exchange.sessions

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
        return self._exchange.deadline

    def snapshot(self, session: str) -> Snapshot | None:
        """What `Restore` needs to take up the session in another process: values for JSON, about 600 octets.

        None for a session whose dialog is not established (any more). It changes with the dialog: take it anew when the
        session is accepted, refreshed, re-INVITEd or moved, and soon after requests of ours.
        """
        living = self._sessions.named(session)
        return snapshot_of(living) if living else None

    def handle(self, input: Input, now: float) -> list[Output]:
        """Take one input; raises LocalProtocolError where a command is one that no state could accept."""
        check_command(input)
        outputs = self._take(input, now)
        return outputs + self._exchange.pass_time(now)

    def _take(self, input: Input, now: float) -> list[Output]:
        match input:
            case events.Received():
                return self._received(input, now)
            case events.Tick():
                return []
            case events.FlowClosed():
                return self._exchange.from_layer(self._layer.flow_closed(input.flow, now), now)
            case events.Invite():
                return self._invite(input, now)
            case events.SendRequest():
                return self._send_request(input, now)
            case events.Respond():
                return self._respond(input, now)
            case events.Restore():
                return self._restore(input, now)
        return self._command(input, now)

    # --- commands ---

    def _invite(self, command: events.Invite, now: float) -> list[Output]:
        if self._sessions.named(command.session):
            raise LocalProtocolError("a session of that name lives")
        call_id = command.call_id or self._identifiers.call_id()
        session, start = Session.calling(command, self._identifiers.tag(), call_id, self._terms)
        outputs = self._exchange.carry_out(session, [start], now)
        self._sessions.add(session)
        return outputs

    def _restore(self, command: events.Restore, now: float) -> list[Output]:
        session = restored(command, self._terms, now)
        if self._sessions.named(command.session) or self._sessions.with_key(*session.key):
            raise LocalProtocolError("a session of that name or dialog lives")
        self._sessions.add(session)
        return []

    def _command(self, command: Command, now: float) -> list[Output]:
        session = self._sessions.named(command.session)
        if session is not None:
            return self._exchange.feed(session, command, now)
        if isinstance(command, events.SendInDialog):
            return [events.Replied(command.session, command.key, 481, None)]
        return []

    def _send_request(self, command: events.SendRequest, now: float) -> list[Output]:
        request = request_outside_dialogs(command, self._identifiers, self._terms.user_agent)
        sent = self._layer.send_request(command.flow, request, OutOfDialog(command.key), now)
        return self._exchange.from_layer(sent, now)

    def _respond(self, command: events.Respond, now: float) -> list[Output]:
        server = self._layer.server(command.transaction)
        if server is None or server.request is None:
            return []
        headers = response_headers(command, server, self._terms)
        if command.to_tag and not isinstance(server.user, InSession):
            server.to_tag = command.to_tag
        if not isinstance(server.user, InSession) or command.status // 100 != 2:
            return self._answer(server, command.status, now, command.reason, headers, command.body)
        session = server.user.session
        headers += refresh_dialog(session, server.request, now)
        outputs = self._answer(server, command.status, now, command.reason, headers, command.body)
        return outputs + self._exchange.carry_out(session, [], now)

    # --- what comes from the network ---

    def _received(self, received: events.Received, now: float) -> list[Output]:
        flow = received.flow
        framed = read(received.data, connection=flow.reliable, stream=flow.transport in ("TCP", "TLS"))
        match framed:
            case KeepAlive(answer):
                return [events.Transmit(flow, answer)] if answer else []
            case Unreadable():
                return self._refuse_unreadable(flow, framed, now)
            case Request():
                return self._request(flow, framed, now)
        try:
            return self._exchange.from_layer(self._layer.receive_response(framed, now), now)
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
            return self._exchange.from_layer(taken, now)
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
        if request.method in ("BYE", "PRACK"):
            return self._answer(server, 481, now)
        return [events.OutOfDialogRequested(server.name, flow, request)]

    def _in_dialog(self, server: Server[User], request: Request, now: float) -> list[Output]:
        session = self._sessions.of(request)
        if session is None:
            return self._answer(server, 481, now)
        server.user = InSession(session, None)
        return self._exchange.feed(session, Asked(server.name, request), now)

    def _invited(self, flow: Flow, server: Server[User], request: Request, now: float) -> list[Output]:
        refusal = refusal_of_interval(request, self._terms.session_timer)
        replaces = replaced(request, self._sessions) if "replaces" in self._admission else ""
        if isinstance(replaces, Refusal):
            refusal, replaces = refusal or replaces, ""
        if refusal is not None:
            return self._answer(server, refusal.status, now, headers=refusal.headers)
        server.to_tag = self._identifiers.tag()
        name = self._identifiers.session()
        session = Session.called(name, flow, server.name, request, server.to_tag, self._terms)
        server.user = InSession(session, None)
        outputs = self._answer(server, 100, now)
        self._sessions.add(session)
        return [*outputs, events.Invited(name, flow, request, replaces)]

    def _cancel(self, server: Server[User], request: Request, now: float) -> list[Output]:
        invite = self._layer.cancelled_by(server)
        if invite is None:
            return self._answer(server, 481, now)
        server.to_tag = invite.to_tag
        outputs = self._answer(server, 200, now)
        if invite.request is not None and isinstance(invite.user, InSession):
            session = invite.user.session
            outputs += self._exchange.feed(session, CancelCame(request), now)
        return outputs

    def _answer(
        self,
        server: Server[User],
        status: int,
        now: float,
        reason: str = "",
        headers: tuple[events.Header, ...] = (),
        body: bytes = b"",
    ) -> list[Output]:
        return self._exchange.answer(server, status, now, reason, headers, body)
