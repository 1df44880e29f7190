"""One DN's registration at a registrar, the client's end (RFC 3261 section 10.2, digest as in section 22).

Theory of operation. `Start` asks for a binding of our contact and keeps it alive, refreshing after a share of the
granted time; `Stop` takes our contact back, and no other: SIP Server deletes the DN's binding whosever contact a
de-REGISTER names. For the same reason there is `Forget`, which ends all without a word, when somebody else has taken
the DN over, and `Move` says nothing to the registrar it leaves.

That rule wipes a binding that is in force, too, when another registrar of the DN says goodbye (reference: SIP Server
1.3 rule 4), and nobody is told. So the binding is checked (`Upkeep`): by a refresh long before it is due, or by a
query, whose answer shows that it is gone: it is registered again at once and reported as `Wiped`. A query counts as a
proof only at a registrar that has shown our contact in one.

One REGISTER is on its way at most (section 10.2): a `Stop` meanwhile waits in Stopping, a `Start` during a
de-REGISTER in Restarting. All REGISTERs of one machine share Call-ID and From tag and count up CSeq.

A challenge is answered once; a second answer is given only if the server says `stale=true`, so a wrong password ends
in `Failed`, not in a loop. After a failure the machine waits (`timing.wait_after`) and tries again by itself. A 423 is
answered with the lifetime it asks for.
"""

from __future__ import annotations

from collections.abc import Iterable

from cordboard.sip.dialog import cseq_of
from cordboard.sip.events import Tick
from cordboard.sip.fields import seconds
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.machine import StateMachine, Table
from cordboard.sip.registration.reading import granted, shows
from cordboard.sip.registration.requests import Requests
from cordboard.sip.registration.states import Event, State
from cordboard.sip.registration.timing import REFUSALS, Upkeep, wait_after
from cordboard.sip.registration.vocabulary import (
    Account,
    Failed,
    Forget,
    Input,
    Move,
    Output,
    Registered,
    Renew,
    Reply,
    Start,
    Stop,
    Unregistered,
    Wiped,
)


class Registration(StateMachine[State, Event, Output]):
    """The registration of one address of record."""

    __slots__ = (
        "_bound_until",
        "_expires",
        "_failures",
        "_last_failure",
        "_query_shows",
        "_refresh_at",
        "_requests",
        "_upkeep",
    )

    def __init__(self, account: Account, identifiers: Identifiers, upkeep: Upkeep | None = None) -> None:
        super().__init__(State.UNREGISTERED)
        self._upkeep = upkeep or Upkeep()
        self._requests = Requests(account, identifiers)
        self._expires = account.expires
        self._bound_until = 0.0
        self._refresh_at = 0.0
        self._failures = 0  # in a row
        self._last_failure = 0  # its status, 0 after a success
        self._query_shows = False  # this registrar has shown our contact in answer to a query

    def handle(self, input: Input, now: float) -> list[Output]:
        """Take one input."""
        match input:
            case Tick():
                return self.tick(now)
            case Start():
                return self.step(Event.START, None, now)
            case Stop():
                return self._stop(now)
            case Forget():
                return self.step(Event.FORGET, None, now)
            case Renew():
                return [] if self._last_failure in REFUSALS else self.step(Event.RENEW, None, now)
            case Move():
                return self.step(Event.MOVE, input, now)
            case Reply():
                return self._replied(input, now)

    # --- inputs as events of the table ---

    def _stop(self, now: float) -> list[Output]:
        bound = self._bound_until > now
        return self.step(Event.STOP if bound else Event.STOP_UNBOUND, None, now)

    def _replied(self, reply: Reply, now: float) -> list[Output]:
        number = cseq_of(reply.response).number if reply.response else reply.cseq
        if number not in (0, self._requests.cseq):
            return []
        outputs = self.step(self._event_of(reply, now), reply, now)
        if self.state is State.STOPPING:
            outputs += self._stop(now)
        return outputs

    def _event_of(self, reply: Reply, now: float) -> Event:
        response = reply.response
        if response is None or reply.status < 200:
            return Event.FAILURE
        if reply.status < 300:
            return self._success_of(reply, now)
        if reply.status in (401, 407) and self._requests.authorization.can_answer(self._requests.account, response):
            return Event.CHALLENGE
        if reply.status == 423 and (seconds(response.headers.get("Min-Expires"), 0) or 0) > self._expires:
            return Event.TOO_BRIEF
        return Event.FAILURE

    def _success_of(self, reply: Reply, now: float) -> Event:
        assert reply.response is not None
        if self._requests.querying:
            return Event.SUCCESS if shows(reply.response, self._requests.own) else Event.WIPED
        if self._leaving or granted(reply.response, self._requests.own, self._expires) is not None:
            return Event.SUCCESS
        return Event.WIPED if self._bound_until > now and self.state is State.REGISTERING else Event.FAILURE

    @property
    def _leaving(self) -> bool:
        return self.state in (State.DEREGISTERING, State.RESTARTING)

    # --- what the actions do; the table below says when ---

    def register(self, _: object, now: float) -> Iterable[Output]:
        self.disarm_all()
        return (self._requests.make(self._expires),)

    def query(self, _: object, now: float) -> Iterable[Output]:
        self.disarm_all()
        return (self._requests.make(None),)

    def deregister(self, _: object, now: float) -> Iterable[Output]:
        self.disarm_all()
        self._bound_until = 0.0
        self._requests.authorization.accepted()
        return (self._requests.make(0),)

    def answer_challenge(self, reply: Reply, now: float) -> Iterable[Output]:
        assert reply.response is not None
        self._requests.authorization.take(reply.response)
        asked = {State.DEREGISTERING: 0, State.CHECKING: None}
        return (self._requests.make(asked.get(self.state, self._expires)),)

    def take_minimum(self, reply: Reply, now: float) -> Iterable[Output]:
        assert reply.response is not None
        self._expires = seconds(reply.response.headers.get("Min-Expires"), 0) or self._expires
        return ()

    def note_binding(self, reply: Reply, now: float) -> Iterable[Output]:
        lifetime = granted(reply.response, self._requests.own, self._expires) if reply.response else None
        assert lifetime is not None
        self._bound_until = now + lifetime
        self._failures = self._last_failure = 0
        self._requests.authorization.accepted()
        self._refresh_at = now + self._upkeep.refresh_after(lifetime, self._requests.seed)
        self.arm_checks(None, now)
        return (Registered(lifetime),)

    def note_silently(self, reply: Reply, now: float) -> Iterable[Output]:
        self.note_binding(reply, now)
        self.disarm_all()
        return ()

    def note_check(self, reply: Reply, now: float) -> Iterable[Output]:
        self._query_shows = True
        self._requests.authorization.accepted()
        return self.arm_checks(None, now)

    def arm_checks(self, _: object, now: float) -> Iterable[Output]:
        self.arm(Event.REFRESH, self._refresh_at)
        if self._upkeep.query and self._upkeep.check_seconds:
            self.arm(Event.CHECK, now + self._upkeep.check_after(self._requests.seed))
        return ()

    def report_wiped(self, _: object, now: float) -> Iterable[Output]:
        told = self._query_shows or not self._requests.querying
        self._bound_until = 0.0
        return (Wiped(),) if told else ()

    def back_off(self, reply: Reply, now: float) -> Iterable[Output]:
        asked = seconds(reply.response.headers.get("Retry-After"), 0) if reply.response else None
        self._failures += 1
        self._last_failure = reply.status
        retry_at = now + wait_after(reply.status, self._failures, asked, self._requests.seed)
        self._requests.authorization.forget()
        self.arm(Event.RETRY, retry_at)
        return (Failed(reply.status, retry_at),)

    def report_unregistered(self, _: object, now: float) -> Iterable[Output]:
        self.disarm_all()
        self._bound_until = 0.0
        self._failures = self._last_failure = 0
        self._requests.authorization.accepted()
        return (Unregistered(),)

    def forget(self, _: object, now: float) -> Iterable[Output]:
        self.report_unregistered(None, now)
        self._requests.cseq += 1  # a response to what is on its way shall find no taker
        return ()

    def move(self, input: Move, now: float) -> Iterable[Output]:
        self.forget(None, now)
        self._requests.authorization.forget()
        self._query_shows = False
        self._requests.take(input.account)
        self._expires = input.account.expires
        return ()

    TABLE: Table[State, Event, Output] = {
        (State.UNREGISTERED, Event.START): (State.REGISTERING, (register,)),
        (State.UNREGISTERED, Event.STOP_UNBOUND): (State.UNREGISTERED, (report_unregistered,)),
        (State.UNREGISTERED, Event.FORGET): (State.UNREGISTERED, ()),
        (State.UNREGISTERED, Event.MOVE): (State.UNREGISTERED, (move,)),
        (State.REGISTERING, Event.SUCCESS): (State.REGISTERED, (note_binding,)),
        (State.REGISTERING, Event.WIPED): (State.REGISTERING, (report_wiped, register)),
        (State.REGISTERING, Event.CHALLENGE): (State.REGISTERING, (answer_challenge,)),
        (State.REGISTERING, Event.TOO_BRIEF): (State.REGISTERING, (take_minimum, register)),
        (State.REGISTERING, Event.FAILURE): (State.WAITING, (back_off,)),
        (State.REGISTERING, Event.STOP): (State.STOPPING, ()),
        (State.REGISTERING, Event.STOP_UNBOUND): (State.STOPPING, ()),
        (State.REGISTERING, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.REGISTERING, Event.MOVE): (State.REGISTERING, (move, register)),
        (State.REGISTERED, Event.REFRESH): (State.REGISTERING, (register,)),
        (State.REGISTERED, Event.STOP): (State.DEREGISTERING, (deregister,)),
        (State.REGISTERED, Event.STOP_UNBOUND): (State.UNREGISTERED, (report_unregistered,)),
        (State.REGISTERED, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.REGISTERED, Event.CHECK): (State.CHECKING, (query,)),
        (State.REGISTERED, Event.RENEW): (State.REGISTERING, (register,)),
        (State.REGISTERED, Event.MOVE): (State.REGISTERING, (move, register)),
        (State.CHECKING, Event.SUCCESS): (State.REGISTERED, (note_check,)),
        (State.CHECKING, Event.WIPED): (State.REGISTERING, (report_wiped, register)),
        (State.CHECKING, Event.CHALLENGE): (State.CHECKING, (answer_challenge,)),
        (State.CHECKING, Event.TOO_BRIEF): (State.REGISTERING, (register,)),
        (State.CHECKING, Event.FAILURE): (State.REGISTERING, (register,)),
        (State.CHECKING, Event.STOP): (State.STOPPING, ()),
        (State.CHECKING, Event.STOP_UNBOUND): (State.STOPPING, ()),
        (State.CHECKING, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.CHECKING, Event.MOVE): (State.REGISTERING, (move, register)),
        (State.WAITING, Event.START): (State.REGISTERING, (register,)),
        (State.WAITING, Event.RETRY): (State.REGISTERING, (register,)),
        (State.WAITING, Event.STOP): (State.DEREGISTERING, (deregister,)),
        (State.WAITING, Event.STOP_UNBOUND): (State.UNREGISTERED, (report_unregistered,)),
        (State.WAITING, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.WAITING, Event.RENEW): (State.REGISTERING, (register,)),
        (State.WAITING, Event.MOVE): (State.REGISTERING, (move, register)),
        (State.STOPPING, Event.START): (State.REGISTERING, ()),
        (State.STOPPING, Event.SUCCESS): (State.STOPPING, (note_silently,)),
        (State.STOPPING, Event.STOP): (State.DEREGISTERING, (deregister,)),
        (State.STOPPING, Event.STOP_UNBOUND): (State.UNREGISTERED, (report_unregistered,)),
        (State.STOPPING, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.STOPPING, Event.MOVE): (State.UNREGISTERED, (move, report_unregistered)),
        (State.DEREGISTERING, Event.START): (State.RESTARTING, ()),
        (State.DEREGISTERING, Event.SUCCESS): (State.UNREGISTERED, (report_unregistered,)),
        (State.DEREGISTERING, Event.CHALLENGE): (State.DEREGISTERING, (answer_challenge,)),
        (State.DEREGISTERING, Event.FAILURE): (State.UNREGISTERED, (report_unregistered,)),
        (State.DEREGISTERING, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.DEREGISTERING, Event.MOVE): (State.UNREGISTERED, (move, report_unregistered)),
        (State.RESTARTING, Event.MOVE): (State.REGISTERING, (move, register)),
        (State.RESTARTING, Event.STOP_UNBOUND): (State.DEREGISTERING, ()),
        (State.RESTARTING, Event.SUCCESS): (State.REGISTERING, (register,)),
        (State.RESTARTING, Event.CHALLENGE): (State.REGISTERING, (answer_challenge,)),
        (State.RESTARTING, Event.FAILURE): (State.REGISTERING, (register,)),
        (State.RESTARTING, Event.FORGET): (State.UNREGISTERED, (forget,)),
    }
