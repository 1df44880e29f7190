"""One call's way through the strategy of a routing point, and through those that it overflows to.

    RUNNING -> PLAYING | COLLECTING | WAITING -> OFFERED -> OVER

Digits that are pressed before they are asked for are kept for the step that asks.
"""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.lab.contact_center.people import RECALL, RELEASE, Person
from cordboard.lab.contact_center.plan import ContactCenter
from cordboard.lab.contact_center.routing_data import attached
from cordboard.lab.contact_center.states import Event, State
from cordboard.lab.contact_center.steps import STEPS
from cordboard.lab.contact_center.strategy import (
    Announce,
    AnyStep,
    CollectDigits,
    Overflow,
    OverflowKind,
    RoutingPoint,
    SelectAgent,
    Target,
)
from cordboard.lab.contact_center.terms import terms
from cordboard.lab.contact_center.words import Attach, Offer, Release, RouterOutput, Terms
from cordboard.sip.machine import StateMachine, Table

MOST_STEPS = 100  # without a pause; a strategy that runs in circles ends here
MOST_DIGITS = 64
MOST_POINTS = 20  # that one call may come through
END_OF_DIGITS = "#"
SERVER_ERROR = 500
TEMPORARILY_UNAVAILABLE = 480

Outputs = list[RouterOutput]


class Visit(StateMachine[State, Event, RouterOutput]):
    """`defaults` is what holds where neither routing point nor agent says anything; `number` tells visits apart."""

    def __init__(
        self, call: str, number: int, center: ContactCenter, defaults: Terms, user_data: Mapping[str, object]
    ) -> None:
        super().__init__(State.RUNNING)
        self.call = call
        self.number = number
        self.attached: dict[str, str] = {}  # by this visit; the call may not have it yet
        self._user_data = user_data
        self.point: RoutingPoint | None = None
        self.priority = 0
        self.arrived = 0.0
        self.target = Target()
        self.refused: dict[str, float] = {}  # DN -> until when it is not offered this call
        self.offered_to = ""
        self.path: list[str] = []  # the queues it came through
        self.overflowed = False
        self.outcome = ""
        self.center = center
        self._defaults = defaults
        self.place = 0
        self.typed = ""
        self.collected = ""
        self._numbers: list[str] = []  # still to be tried, after an agent who did not answer
        self._trying = False  # one of them is
        self._points = 0  # that it came through
        self._late = False  # the time to wait was over while an agent's phone rang
        self._group = ""  # whom it has overflowed to
        self._last_status = TEMPORARILY_UNAVAILABLE

    @property
    def user_data(self) -> Mapping[str, object]:
        return {**self._user_data, **self.attached}

    @property
    def queue(self) -> str:
        """The queue it is in; empty for none."""
        return self.path[-1] if self.path else ""

    @property
    def step_now(self) -> AnyStep | None:
        steps = self.point.steps if self.point is not None else ()
        return steps[self.place] if self.place < len(steps) else None

    def urgency(self, now: float) -> float:
        """Its priority, with what waiting has added."""
        return self.priority + (self.point.ageing * (now - self.arrived) / 60 if self.point is not None else 0.0)

    def wants(self, person: Person) -> bool:
        if self._group:
            return self._group in person.groups
        return self.target.matches(person, self.user_data)

    # --- actions ---

    def enter(self, point: RoutingPoint, now: float) -> Outputs:
        self._points += 1
        if self._points > MOST_POINTS:
            return self.release(SERVER_ERROR, now)
        self.point, self.place, self._group, self.typed = point, 0, "", ""
        self.priority = max(self.priority, point.priority) if self.path else point.priority
        self.arrived = self.arrived if self.path else now
        if self.queue != point.queue:
            self.path.append(point.queue)
        return self.run(now)

    def try_numbers(self, numbers: tuple[str, ...], now: float) -> Outputs:
        self._numbers, self._trying = list(numbers), True
        return self._next_number(now)

    def time_announcement(self, _: object, now: float) -> Outputs:
        step = self.step_now
        assert isinstance(step, Announce)
        self.arm(Event.PLAYED, now + step.sound.seconds)
        return []

    def time_digits(self, _: object, now: float) -> Outputs:
        step = self.step_now
        assert isinstance(step, CollectDigits)
        self.arm(Event.DIGITS_OVER, now + (step.sound.seconds if step.sound else 0.0) + step.timeout)
        return []

    def go_on(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return self.jump(self.step_now.next if self.step_now is not None else "", now)

    def keep_digit(self, digit: str, now: float) -> Outputs:
        self.typed = (self.typed + digit)[-MOST_DIGITS:]
        return []

    def take_digit(self, digit: str, now: float) -> Outputs:
        step = self.step_now
        assert isinstance(step, CollectDigits)
        if digit != END_OF_DIGITS:
            self.collected += digit
            self.arm(Event.DIGITS_OVER, now + step.timeout)
        if digit == END_OF_DIGITS or len(self.collected) >= step.count:
            return self.step(Event.DIGITS_OVER, None, now)
        return []

    def use_digits(self, _: object, now: float) -> Outputs:
        step = self.step_now
        assert isinstance(step, CollectDigits)
        self.disarm_all()
        attach = self.attach({step.key: self.collected}) if self.collected else []
        return attach + self.jump(step.branches.get(self.collected, step.otherwise) or step.next, now)

    def offer_to_agent(self, person: Person, now: float) -> Outputs:
        self.offered_to = person.dn
        assert self.point is not None
        data = attached(self.number, self.point, self.target, self._group, person) if self.point.routing_data else {}
        return [*self.attach(data), Offer(self.call, person.dn, self._terms(person.dn))]

    def stop_waiting(self, _: object, now: float) -> Outputs:
        step = self.step_now
        overflow = step.overflow if isinstance(step, SelectAgent) and not self._group else None
        return self._overflow(overflow, now) if overflow is not None else self.go_on(None, now)

    def note_late(self, _: object, now: float) -> Outputs:
        self._late = True
        return []

    def come_back(self, refusal: tuple[int, float], now: float) -> Outputs:
        """The number did not take the call, with a status; that DN is not offered it again until then."""
        self._last_status, until = refusal
        self.refused[self.offered_to] = until
        return self._next_number(now) if self._trying else self._wait_again(now)

    def overflow_unanswered(self, until: float, now: float) -> Outputs:
        self.refused[self.offered_to] = until
        if not self._trying:
            self._numbers, self._trying = list(self._terms(self.offered_to).no_answer_overflow), True
        return self._next_number(now)

    def end(self, outcome: str, now: float) -> Outputs:
        self.disarm_all()
        self.outcome = outcome
        return []

    # --- what they need ---

    def run(self, now: float) -> Outputs:
        """Take steps until one waits."""
        self.state = State.RUNNING
        outputs: Outputs = []
        for _ in range(MOST_STEPS):
            step = self.step_now
            if step is None:
                return outputs + self.release(self._last_status, now)
            outputs += STEPS[type(step)](self, step, now)
            if self.state is not State.RUNNING:
                return outputs
        return outputs + self.release(SERVER_ERROR, now)

    def jump(self, label: str, now: float) -> Outputs:
        self.move(label)
        return self.run(now)

    def move(self, label: str) -> None:
        place = self.point.place_of(label) if self.point is not None and label else None
        self.place = self.place + 1 if place is None else place

    def attach(self, data: Mapping[str, str]) -> Outputs:
        self.attached.update(data)
        return [Attach(self.call, data)] if data else []

    def _wait_again(self, now: float) -> Outputs:
        """Where the call was before it was offered: in a select step, or behind one that routes."""
        self._numbers, self._trying = [], False
        step = self.step_now
        if step is None:
            return self.release(self._last_status, now)
        if not isinstance(step, SelectAgent):
            return self.jump(step.next, now)
        self.state = State.WAITING
        if self._late:
            self._late = False
            return self.step(Event.WAITED, None, now)
        return []

    def _next_number(self, now: float) -> Outputs:
        number = self._numbers.pop(0) if self._numbers else RECALL
        if number == RECALL:
            return self._wait_again(now)
        if number == RELEASE:
            return self.release(TEMPORARILY_UNAVAILABLE, now)
        return self.send(number, now)

    def send(self, number: str, now: float) -> Outputs:
        """To a routing point, or to a number that may refuse."""
        if number in self.center.routing_points:
            self.disarm_all()
            self._numbers, self._trying = [], False
            return self.enter(self.center.routing_points[number], now)
        self.state, self.offered_to = State.OFFERED, number
        return [Offer(self.call, number, self._terms(number))]

    def _overflow(self, overflow: Overflow, now: float) -> Outputs:
        self.disarm_all()
        self.overflowed = True
        if overflow.kind is OverflowKind.HANG_UP:
            return self.release(TEMPORARILY_UNAVAILABLE, now)
        if overflow.kind is OverflowKind.GROUP:
            self._group, self.state = overflow.to, State.WAITING
            return []
        self.place = len(self.point.steps) if self.point is not None else 0
        return self.send(overflow.to, now)

    def release(self, status: int, now: float) -> Outputs:
        self.disarm_all()
        self.state, self.outcome = State.OVER, "released"
        return [Release(self.call, status)]

    def _terms(self, number: str) -> Terms:
        return terms(self.point, self.center.people.get(number), self.queue, self._defaults)

    TABLE: Table[State, Event, RouterOutput] = {
        (State.RUNNING, Event.ENTER): (State.RUNNING, (enter,)),
        (State.RUNNING, Event.TRY_NUMBERS): (State.RUNNING, (try_numbers,)),
        (State.PLAYING, Event.BEGAN): (State.PLAYING, (time_announcement,)),
        (State.PLAYING, Event.FAILED): (State.RUNNING, (go_on,)),
        (State.PLAYING, Event.PLAYED): (State.RUNNING, (go_on,)),
        (State.PLAYING, Event.DIGIT): (State.PLAYING, (keep_digit,)),
        (State.COLLECTING, Event.BEGAN): (State.COLLECTING, (time_digits,)),
        (State.COLLECTING, Event.FAILED): (State.RUNNING, (use_digits,)),
        (State.COLLECTING, Event.DIGIT): (State.COLLECTING, (take_digit,)),
        (State.COLLECTING, Event.DIGITS_OVER): (State.RUNNING, (use_digits,)),
        (State.WAITING, Event.SELECTED): (State.OFFERED, (offer_to_agent,)),
        (State.WAITING, Event.WAITED): (State.RUNNING, (stop_waiting,)),
        (State.OFFERED, Event.WAITED): (State.OFFERED, (note_late,)),
        (State.OFFERED, Event.REFUSED): (State.RUNNING, (come_back,)),
        (State.OFFERED, Event.NOT_ANSWERED): (State.RUNNING, (overflow_unanswered,)),
        (State.OFFERED, Event.ANSWERED): (State.OVER, (end,)),
        (State.PLAYING, Event.ENDED): (State.OVER, (end,)),
        (State.COLLECTING, Event.ENDED): (State.OVER, (end,)),
        (State.WAITING, Event.ENDED): (State.OVER, (end,)),
        (State.OFFERED, Event.ENDED): (State.OVER, (end,)),
    }
