"""Between the transactions, the sessions and the outputs of a core: who hears what, and what is done about it."""

from __future__ import annotations

from cordboard.sip import events
from cordboard.sip.core.registry import Registry
from cordboard.sip.core.users import InSession, Nobody, OutOfDialog, User
from cordboard.sip.events import Output
from cordboard.sip.message import Request
from cordboard.sip.session import effects
from cordboard.sip.session.inputs import AckCame, Heard, SessionInput
from cordboard.sip.session.usage import Session
from cordboard.sip.transaction import records
from cordboard.sip.transaction.layer import TransactionLayer
from cordboard.sip.transaction.outputs import Failure
from cordboard.sip.transaction.records import Server, Unmatched

FAILURE_STATUS = {Failure.TIMEOUT: 408, Failure.TRANSPORT: 503}  # RFC 3261 section 8.1.3.1


class Exchange:
    """Carries out what sessions want, and tells them what their transactions hear."""

    def __init__(self, layer: TransactionLayer[User]) -> None:
        self.layer = layer
        self.sessions = Registry()

    @property
    def deadline(self) -> float | None:
        transactions, sessions = self.layer.deadline, self.sessions.deadline
        if transactions is None or sessions is None:
            return sessions if transactions is None else transactions
        return min(transactions, sessions)

    def pass_time(self, now: float) -> list[Output]:
        """All that is due."""
        deadline = self.deadline
        if deadline is None or deadline > now:
            return []
        outputs = self.from_layer(self.layer.tick(now), now)
        while (session := self.sessions.pop_due(now)) is not None:
            outputs += self.feed(session, events.Tick(), now)
        return outputs

    def feed(self, session: Session, input: SessionInput, now: float) -> list[Output]:
        """Give a session an input and carry out what it wants."""
        return self.carry_out(session, session.handle(input, now), now)

    def answer(
        self,
        server: Server[User],
        status: int,
        now: float,
        reason: str = "",
        headers: tuple[events.Header, ...] = (),
        body: bytes = b"",
    ) -> list[Output]:
        """Respond to a request of theirs."""
        return self.from_layer(self.layer.respond(server, status, now, reason, headers, body), now)

    def from_layer(self, heard: list[records.LayerOutput[User]], now: float) -> list[Output]:
        """What the transactions say."""
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

    def carry_out(self, session: Session, wanted: effects.Effects, now: float) -> list[Output]:
        """What a session wants."""
        outputs: list[Output] = []
        for effect in wanted:
            outputs += self._effect(session, effect, now)
        self.sessions.note(session)
        return outputs

    def _ack(self, ack: Request, now: float) -> list[Output]:
        session = self.sessions.of(ack)
        return self.feed(session, AckCame(ack), now) if session else []

    def _heard(self, heard: records.Heard[User], now: float) -> list[Output]:
        response = heard.response
        status = response.status if response else FAILURE_STATUS[heard.failure or Failure.TIMEOUT]
        match heard.user:
            case InSession(session, effects.Start(purpose, _, request, repeated)):
                outcome = effects.Outcome(status, response)
                return self.feed(session, Heard(purpose, outcome, request, repeated), now)
            case OutOfDialog(key) if status >= 200:
                return [events.OutOfDialogReplied(key, status, response)]
        return []

    def _effect(self, session: Session, effect: effects.Effect, now: float) -> list[Output]:
        layer = self.layer
        match effect:
            case effects.Start(_, flow, request):
                return self.from_layer(layer.send_request(flow, request, InSession(session, effect), now), now)
            case effects.Answer(transaction, status, reason, headers, body):
                server = layer.server(transaction)
                return self.answer(server, status, now, reason, headers, body) if server else []
            case effects.AnswerAgain(transaction):
                server = layer.server(transaction)
                return self.from_layer(layer.respond_again(server, now), now) if server else []
            case effects.SendAck(flow, request):
                return [layer.send_ack(flow, request)]
            case effects.Cancel(invite, headers):
                return self.from_layer(layer.cancel(invite, Nobody(), now, headers), now)
            case effects.Abandon(invite):
                return self.from_layer(layer.limit(invite, now), now)
            case effects.MoveTransactions(flow):
                moved = layer.move(lambda user: isinstance(user, InSession) and user.session is session, flow)
                return self.from_layer(moved, now)
        return [effect]
