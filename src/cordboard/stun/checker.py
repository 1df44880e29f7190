"""A full ICE agent with one host candidate and one component (RFC 8445; consent: RFC 7675). Pure.

Theory of operation. Until the peer's description is known (`take_remote`) the agent answers checks that carry its
password and remembers where they came from. From then on it checks every candidate of the peer, one new check each
`pace`, triggered checks first, and repeats what is not answered. A source that no description named is a
peer-reflexive candidate.

The controlling side nominates: the best pair that works, as soon as nothing better is still being checked, or a little
later anyway (regular nomination, section 8.1.1). The nominating check goes to a path that has just proved itself, so
it does not wait for the pace. `Selected` says where to send: when nominated; the controlled side also when a pair works
and no nomination has come for a while, which section 12.1 allows. A lite peer never checks, so we control (section
6.1.1).

The selected path is asked for consent every five seconds or so; without an answer for 30 s, `ConsentLost`.

    agent = Checker(ufrag, password, controlling=True, transaction=lambda: secrets.token_bytes(12))
    outputs = agent.take_remote(RemoteCandidates(...), now)
    outputs = agent.handle(datagram, source, now)      what `is_stun`
    outputs = agent.tick(now)                          at agent.deadline
"""

from __future__ import annotations

from collections.abc import Callable

from cordboard.stun.checks import Check, Checks
from cordboard.stun.consent import Consent
from cordboard.stun.lite import ConsentLost, Refused
from cordboard.stun.message import (
    Address,
    AttributeType,
    Message,
    MessageClass,
    StunError,
    has_fingerprint,
    has_integrity,
    parse,
)
from cordboard.stun.pairs import Checklist, Pair, PairState
from cordboard.stun.request import PEER_REFLEXIVE_PRIORITY, binding_request
from cordboard.stun.response import Refusal, refusal_of, refused, success
from cordboard.stun.vocabulary import DEFAULT_TIMING, Failed, Output, RemoteCandidates, Selected, Send, Timing

EARLY_SOURCES = 16


class Checker:
    """One ICE agent; `selected` is where to send, None while that is not known. `transaction` gives 12 random bytes."""

    def __init__(
        self,
        ufrag: str,
        password: str,
        *,
        controlling: bool,
        transaction: Callable[[], bytes],
        timing: Timing = DEFAULT_TIMING,
    ) -> None:
        self.ufrag = ufrag
        self.controlling = controlling
        self.selected: Address | None = None
        self._key = password.encode()
        self._transaction = transaction
        self._tie_breaker = int.from_bytes(transaction()[:8], "big")
        self._timing = timing
        self._remote: RemoteCandidates | None = None
        self._pairs = Checklist()
        self._checks = Checks(timing)
        self._consent = Consent(timing)
        self._early: dict[Address, tuple[int, bool]] = {}
        self._next_check = 0.0
        self._nominate_at: float | None = None
        self._failed = False  # as was told
        self._over = False  # consent was lost
        self._outputs: list[Output] = []

    @property
    def deadline(self) -> float | None:
        """When `tick` is due."""
        check = self._next_check if self._remote is not None and self._pairs.waiting() else None
        nominate = None if self._checks.nominating else self._nominate_at
        times = (self._checks.deadline, check, nominate, self._consent.deadline)
        return min((time for time in times if time is not None), default=None)

    def knows(self, source: Address) -> bool:
        """A check was answered there, or came from there: what else comes from there may be the peer's."""
        pair = self._pairs.get(source)
        return source in self._early or (pair is not None and (pair.heard or pair.state is PairState.SUCCEEDED))

    def asked(self, transaction: bytes) -> bool:
        """Whether a response with that number answers a request of ours."""
        return transaction in self._checks or self._consent.asked(transaction)

    def take_remote(self, remote: RemoteCandidates, now: float) -> list[Output]:
        """The peer's description; the same again brings its new candidates."""
        self._remote = remote
        self.controlling = self.controlling or remote.lite
        for address, priority in remote.candidates:
            self._pairs.add(address, priority)
        early, self._early = self._early, {}
        for source, (priority, named) in early.items():
            self._heard(source, priority, named, now)
        return self._go_on(now)

    def handle(self, datagram: bytes, source: Address, now: float) -> list[Output]:
        """Take a datagram that looks like STUN."""
        try:
            message = parse(datagram)
        except StunError as error:
            return [Refused(str(error))]
        match message.message_class:
            case MessageClass.REQUEST:
                self._requested(message, datagram, source, now)
            case MessageClass.SUCCESS | MessageClass.ERROR:
                self._answered(message, datagram, source, now)
        return self._go_on(now)

    def tick(self, now: float) -> list[Output]:
        """Time has come to `now`."""
        return self._go_on(now)

    def unreachable(self, destination: Address, now: float) -> list[Output]:
        """The network carries nothing there: nobody need wait for an answer."""
        pair = self._pairs.get(destination)
        if pair is not None and self.selected != destination:
            self._checks.forget(pair)
            pair.state = PairState.FAILED
        return self._go_on(now)

    # --- the peer's checks

    def _requested(self, message: Message, data: bytes, source: Address, now: float) -> None:
        if not has_fingerprint(data) or message.method != 1:
            self._outputs.append(Refused("not a connectivity check"))
            return
        refusal = refusal_of(message, data, self.ufrag, self._key, self._remote.ufrag if self._remote else "")
        refusal = refusal or self._role_conflict(message)
        if refusal is not None:
            self._outputs += [Refused(refusal[1]), Send(refused(message, *refusal, self._key), source)]
            return
        self._outputs.append(Send(success(message, source, self._key), source))
        named = message.get(AttributeType.USE_CANDIDATE) is not None and not self.controlling
        self._heard(source, message.priority or PEER_REFLEXIVE_PRIORITY, named, now)

    def _role_conflict(self, message: Message) -> Refusal | None:
        """RFC 8445 section 7.3.1.1: the larger tie-breaker controls."""
        theirs = message.get(AttributeType.ICE_CONTROLLING if self.controlling else AttributeType.ICE_CONTROLLED)
        if theirs is None:
            return None
        if (self._tie_breaker >= int.from_bytes(theirs, "big")) == self.controlling:
            return 487, "Role Conflict"
        self.controlling = not self.controlling
        return None

    def _heard(self, source: Address, priority: int, named: bool, now: float) -> None:
        """Section 7.3.1.4: check what has checked us; once a path is selected only a nomination matters."""
        if self._remote is None:
            if len(self._early) < EARLY_SOURCES or source in self._early:
                self._early[source] = priority, named or self._early.get(source, (0, False))[1]
            return
        pair = None if self._over else self._pairs.add(source, priority)
        if pair is None:
            return
        pair.heard, pair.named = True, pair.named or named
        if pair.state is PairState.SUCCEEDED:
            self._nominate_named(pair, now)
        elif self.selected is None or named:
            self._failed = False
            self._pairs.trigger(pair)

    # --- our checks

    def _go_on(self, now: float) -> list[Output]:
        again, given_up = self._checks.due(now)
        self._outputs += [Send(check.data, check.pair.remote) for check in again]
        for check in given_up:
            self._give_up(check)
        if self._remote is not None and now >= self._next_check and (pair := self._pairs.next()) is not None:
            self._next_check = now + self._timing.pace
            self._check(pair, now)
        if self.selected is None:
            self._choose(now)
        self._keep_consent(now)
        outputs, self._outputs = self._outputs, []
        return outputs

    def _check(self, pair: Pair, now: float, *, nominates: bool = False) -> None:
        pair.state = pair.state if nominates else PairState.IN_PROGRESS
        transaction, data = self._request(nominates)
        self._checks.add(Check(pair, transaction, data, self.controlling, nominates), now)
        self._outputs.append(Send(data, pair.remote))

    def _request(self, nominates: bool = False) -> tuple[bytes, bytes]:
        assert self._remote is not None
        transaction = self._transaction()
        username = f"{self._remote.ufrag}:{self.ufrag}"
        role, tie_breaker = self.controlling, self._tie_breaker
        return transaction, binding_request(
            transaction,
            username,
            self._remote.password,
            controlling=role,
            tie_breaker=tie_breaker,
            nominate=nominates,
        )

    def _give_up(self, check: Check) -> None:
        triggered = check.pair.state is PairState.WAITING
        if check.nominates or not (triggered or self._checks.of(check.pair)):
            check.pair.state = PairState.FAILED

    def _answered(self, message: Message, data: bytes, source: Address, now: float) -> None:
        unproven = message.error is not None and message.error[0] in (400, 401)  # RFC 8489 section 9.1.3
        if self._remote is None or not (unproven or has_integrity(data, self._remote.password.encode())):
            self._outputs.append(Refused("a response that the peer has not made"))
            return
        if self._consent.asked(message.transaction):
            if message.message_class is MessageClass.SUCCESS and source == self._consent.remote:
                self._consent.granted(now)
            return
        check = self._checks.pop(message.transaction)
        if check is None:
            return
        if message.message_class is MessageClass.ERROR:
            self._refused(message, check)
        elif source != check.pair.remote:  # RFC 8445 section 7.2.5.2.1
            self._give_up(check)
        else:
            self._succeeded(check, now)

    def _refused(self, message: Message, check: Check) -> None:
        if message.error is None or message.error[0] != 487:
            self._give_up(check)
            return
        if self.controlling == check.controlling:  # section 7.2.5.1
            self.controlling = not check.controlling
            self._tie_breaker = int.from_bytes(self._transaction()[:8], "big")
        self._pairs.trigger(check.pair)

    def _succeeded(self, check: Check, now: float) -> None:
        self._checks.forget(check.pair)
        check.pair.state = PairState.SUCCEEDED
        if check.nominates:
            self._nominated(check.pair, now)
        elif not self.controlling:
            self._nominate_named(check.pair, now)

    # --- which path

    def _choose(self, now: float) -> None:
        """While none is selected: the controlling side nominates, the other waits a little for that."""
        best = self._pairs.best()
        if best is None:
            self._nominate_at = None
            if self._pairs.all_failed and not (self._failed or self._over):
                self._failed = True
                self._outputs.append(Failed())
            return
        if self._nominate_at is None:
            self._nominate_at = now + self._timing.nominate_after
        late = now >= self._nominate_at
        if not self.controlling and late:
            self._select(best, now)
        elif self.controlling and not self._checks.nominating and (late or not self._pairs.may_be_better(best)):
            self._check(best, now, nominates=True)

    def _nominate_named(self, pair: Pair, now: float) -> None:
        if pair.named and not pair.nominated:
            self._nominated(pair, now)

    def _nominated(self, pair: Pair, now: float) -> None:
        pair.nominated = True
        best = self._pairs.best(nominated=True)
        if best is not None and best.remote != self.selected:
            self._select(best, now)

    def _select(self, pair: Pair, now: float) -> None:
        self.selected = pair.remote
        self._nominate_at = None
        self._checks.clear()
        self._pairs.forget_waiting()
        self._consent.begin(pair.remote, self._transaction()[0], now)
        self._outputs.append(Selected(pair.remote))

    def _keep_consent(self, now: float) -> None:
        if (lost := self._consent.lost(now)) is not None:
            # RFC 7675 section 5.1: nothing more may be sent; only new credentials (an ICE restart) begin anew.
            self.selected, self._pairs, self._over = None, Checklist(), True
            self._outputs.append(ConsentLost(lost))
        elif self._consent.is_due(now) and self._consent.remote is not None:
            transaction, data = self._request()
            self._consent.asks(transaction, now)
            self._outputs.append(Send(data, self._consent.remote))
