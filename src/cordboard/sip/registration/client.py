"""One DN's registration at a registrar, the client's end (RFC 3261 section 10.2, digest as in section 22).

Theory of operation. `Start` asks for a binding of our contact and keeps it alive, refreshing after a share of the
granted time; `Stop` takes our contact back, and no other: SIP Server deletes the DN's binding whosever contact a
de-REGISTER names. For the same reason there is `Forget`, which ends all without a word, when somebody else has taken
the DN over.

One REGISTER is on its way at most (section 10.2): a `Stop` meanwhile waits in Stopping, a `Start` during a
de-REGISTER in Restarting. All REGISTERs of one machine share Call-ID and From tag and count up CSeq.

A challenge is answered once; a second answer is given only if the server says `stale=true`, so a wrong password ends
in `Failed`, not in a loop. The last challenge is used again at once for the next REGISTER, with a higher nonce count.
After a failure the machine waits for what Retry-After says, or 2, 4, 8 ... up to 60 s, and tries again by itself: a
404 from SIP Server may only mean that the DN is not configured yet. A 423 is answered with the lifetime it asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from cordboard.sip import digest
from cordboard.sip.address import NameAddress
from cordboard.sip.dialog import cseq_of
from cordboard.sip.errors import LocalProtocolError, RemoteProtocolError
from cordboard.sip.events import Header, Tick
from cordboard.sip.fields import seconds
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.machine import StateMachine, Table
from cordboard.sip.message import Response
from cordboard.sip.registration.reading import challenge_of, granted
from cordboard.sip.registration.vocabulary import (
    Account,
    Failed,
    Forget,
    Input,
    Output,
    Registered,
    Reply,
    SendRegister,
    Start,
    Stop,
    Unregistered,
)

FIRST_WAIT = 2.0  # seconds
LONGEST_WAIT = 60.0
ANSWERS_TO_STALE = 2


class State(StrEnum):
    UNREGISTERED = "Unregistered"
    REGISTERING = "Registering"
    REGISTERED = "Registered"
    WAITING = "Waiting"  # for the next try after a failure
    STOPPING = "Stopping"  # a REGISTER is on its way, a de-REGISTER comes after it
    DEREGISTERING = "Deregistering"
    RESTARTING = "Restarting"  # a de-REGISTER is on its way, a REGISTER comes after it


class Event(StrEnum):
    START = "Start"
    STOP = "Stop, bound"
    STOP_UNBOUND = "Stop, not bound"
    FORGET = "Forget"
    SUCCESS = "2xx"
    CHALLENGE = "401 or 407 to answer"
    TOO_BRIEF = "423"
    FAILURE = "failure"
    REFRESH = "refresh timer"
    RETRY = "retry timer"


class Registration(StateMachine[State, Event, Output]):
    """The registration of one address of record."""

    __slots__ = (
        "_account",
        "_answers",
        "_authorization",
        "_bound_until",
        "_call_id",
        "_challenge",
        "_count",
        "_cseq",
        "_expires",
        "_from_tag",
        "_identifiers",
        "_own",
        "_refresh_share",
        "_wait",
    )

    def __init__(self, account: Account, identifiers: Identifiers, refresh_share: float = 0.8) -> None:
        super().__init__(State.UNREGISTERED)
        try:
            self._own = NameAddress.parse(account.contact).uri
        except RemoteProtocolError as error:
            raise LocalProtocolError(f"contact cannot be used: {error}") from None
        self._account = account
        self._identifiers = identifiers
        self._refresh_share = refresh_share
        self._call_id = identifiers.call_id()
        self._from_tag = identifiers.tag()
        self._cseq = 0
        self._expires = account.expires
        self._bound_until = 0.0
        self._wait = FIRST_WAIT
        self._challenge = ""
        self._authorization = ""  # the name of the header that answers it
        self._count = 0  # how often the challenge's nonce was used
        self._answers = 0  # challenges answered since the last success

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
            case Reply():
                return self._replied(input, now)

    # --- inputs as events of the table ---

    def _stop(self, now: float) -> list[Output]:
        bound = self._bound_until > now
        return self.step(Event.STOP if bound else Event.STOP_UNBOUND, None, now)

    def _replied(self, reply: Reply, now: float) -> list[Output]:
        number = cseq_of(reply.response).number if reply.response else reply.cseq
        if number not in (0, self._cseq):
            return []
        outputs = self.step(self._event_of(reply), reply, now)
        if self.state is State.STOPPING:
            outputs += self._stop(now)
        return outputs

    def _event_of(self, reply: Reply) -> Event:
        response = reply.response
        if response is None or reply.status < 200:
            return Event.FAILURE
        if reply.status < 300:
            return (
                Event.SUCCESS
                if granted(response, self._own, self._expires) is not None or self._leaving
                else Event.FAILURE
            )
        if reply.status in (401, 407) and self._can_answer(response):
            return Event.CHALLENGE
        if reply.status == 423 and (seconds(response.headers.get("Min-Expires"), 0) or 0) > self._expires:
            return Event.TOO_BRIEF
        return Event.FAILURE

    @property
    def _leaving(self) -> bool:
        return self.state in (State.DEREGISTERING, State.RESTARTING)

    def _can_answer(self, response: Response) -> bool:
        challenge = challenge_of(response)
        if challenge is None or not self._account.password:
            return False
        allowed = ANSWERS_TO_STALE if digest.is_stale(challenge) else 0
        return self._answers <= allowed

    # --- what the actions do; the table below says when ---

    def register(self, _: object, now: float) -> Iterable[Output]:
        self.disarm_all()
        return (self._request(self._expires),)

    def deregister(self, _: object, now: float) -> Iterable[Output]:
        self.disarm_all()
        self._bound_until = 0.0
        self._answers = 0
        return (self._request(0),)

    def answer_challenge(self, reply: Reply, now: float) -> Iterable[Output]:
        assert reply.response is not None
        self._challenge = challenge_of(reply.response) or ""
        self._authorization = "Authorization" if reply.status == 401 else "Proxy-Authorization"
        self._count = 0
        self._answers += 1
        return (self._request(0 if self.state is State.DEREGISTERING else self._expires),)

    def take_minimum(self, reply: Reply, now: float) -> Iterable[Output]:
        assert reply.response is not None
        self._expires = seconds(reply.response.headers.get("Min-Expires"), 0) or self._expires
        return ()

    def note_binding(self, reply: Reply, now: float) -> Iterable[Output]:
        lifetime = granted(reply.response, self._own, self._expires) if reply.response else None
        assert lifetime is not None
        self._bound_until = now + lifetime
        self._wait, self._answers = FIRST_WAIT, 0
        self.arm(Event.REFRESH, now + lifetime * self._refresh_share)
        return (Registered(lifetime),)

    def note_silently(self, reply: Reply, now: float) -> Iterable[Output]:
        self.note_binding(reply, now)
        self.disarm_all()
        return ()

    def back_off(self, reply: Reply, now: float) -> Iterable[Output]:
        asked = seconds(reply.response.headers.get("Retry-After"), 0) if reply.response else None
        retry_at = now + (min(asked, 3600) if asked else self._wait)
        self._wait = min(2 * self._wait, LONGEST_WAIT)
        self._forget_challenge()
        self.arm(Event.RETRY, retry_at)
        return (Failed(reply.status, retry_at),)

    def report_unregistered(self, _: object, now: float) -> Iterable[Output]:
        self.disarm_all()
        self._bound_until = 0.0
        self._wait, self._answers = FIRST_WAIT, 0
        return (Unregistered(),)

    def forget(self, _: object, now: float) -> Iterable[Output]:
        self.report_unregistered(None, now)
        self._cseq += 1  # a response to what is on its way shall find no taker
        return ()

    def _forget_challenge(self) -> None:
        self._challenge, self._answers = "", 0

    def _request(self, expires: int) -> SendRegister:
        account = self._account
        self._cseq += 1
        headers: list[Header] = [("Contact", account.contact), ("Expires", str(expires)), *account.headers]
        if self._challenge:
            headers.append((self._authorization, self._credentials()))
        return SendRegister(
            account.registrar,
            account.address,
            account.address,
            tuple(headers),
            self._call_id,
            self._from_tag,
            self._cseq,
        )

    def _credentials(self) -> str:
        self._count += 1
        account, cnonce = self._account, self._identifiers.tag()
        return digest.authorization(
            self._challenge, "REGISTER", account.registrar, account.user, account.password, cnonce, self._count
        )

    TABLE: Table[State, Event, Output] = {
        (State.UNREGISTERED, Event.START): (State.REGISTERING, (register,)),
        (State.UNREGISTERED, Event.STOP_UNBOUND): (State.UNREGISTERED, (report_unregistered,)),
        (State.UNREGISTERED, Event.FORGET): (State.UNREGISTERED, ()),
        (State.REGISTERING, Event.SUCCESS): (State.REGISTERED, (note_binding,)),
        (State.REGISTERING, Event.CHALLENGE): (State.REGISTERING, (answer_challenge,)),
        (State.REGISTERING, Event.TOO_BRIEF): (State.REGISTERING, (take_minimum, register)),
        (State.REGISTERING, Event.FAILURE): (State.WAITING, (back_off,)),
        (State.REGISTERING, Event.STOP): (State.STOPPING, ()),
        (State.REGISTERING, Event.STOP_UNBOUND): (State.STOPPING, ()),
        (State.REGISTERING, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.REGISTERED, Event.REFRESH): (State.REGISTERING, (register,)),
        (State.REGISTERED, Event.STOP): (State.DEREGISTERING, (deregister,)),
        (State.REGISTERED, Event.STOP_UNBOUND): (State.UNREGISTERED, (report_unregistered,)),
        (State.REGISTERED, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.WAITING, Event.START): (State.REGISTERING, (register,)),
        (State.WAITING, Event.RETRY): (State.REGISTERING, (register,)),
        (State.WAITING, Event.STOP): (State.DEREGISTERING, (deregister,)),
        (State.WAITING, Event.STOP_UNBOUND): (State.UNREGISTERED, (report_unregistered,)),
        (State.WAITING, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.STOPPING, Event.START): (State.REGISTERING, ()),
        (State.STOPPING, Event.SUCCESS): (State.STOPPING, (note_silently,)),
        (State.STOPPING, Event.STOP): (State.DEREGISTERING, (deregister,)),
        (State.STOPPING, Event.STOP_UNBOUND): (State.UNREGISTERED, (report_unregistered,)),
        (State.STOPPING, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.DEREGISTERING, Event.START): (State.RESTARTING, ()),
        (State.DEREGISTERING, Event.SUCCESS): (State.UNREGISTERED, (report_unregistered,)),
        (State.DEREGISTERING, Event.CHALLENGE): (State.DEREGISTERING, (answer_challenge,)),
        (State.DEREGISTERING, Event.FAILURE): (State.UNREGISTERED, (report_unregistered,)),
        (State.DEREGISTERING, Event.FORGET): (State.UNREGISTERED, (forget,)),
        (State.RESTARTING, Event.STOP_UNBOUND): (State.DEREGISTERING, ()),
        (State.RESTARTING, Event.SUCCESS): (State.REGISTERING, (register,)),
        (State.RESTARTING, Event.CHALLENGE): (State.REGISTERING, (answer_challenge,)),
        (State.RESTARTING, Event.FAILURE): (State.REGISTERING, (register,)),
        (State.RESTARTING, Event.FORGET): (State.UNREGISTERED, (forget,)),
    }
