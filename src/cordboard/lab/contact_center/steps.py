"""What each kind of step does to a visit: an entry of `STEPS` acts, and lets it run on or leaves it in a state that
waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from cordboard.lab.contact_center.states import Event, State
from cordboard.lab.contact_center.strategy import (
    FROM_DATA,
    Announce,
    AttachData,
    BranchOnData,
    CollectDigits,
    HangUp,
    PlayMusic,
    RouteTo,
    SelectAgent,
    Sound,
)
from cordboard.lab.contact_center.words import RouterOutput, Treat

if TYPE_CHECKING:
    from cordboard.lab.contact_center.visit import Outputs, Visit

LONGEST_START = 10.0  # seconds that a treatment may take to begin


def play_music(visit: Visit, step: PlayMusic, now: float) -> Outputs:
    visit.move(step.next)
    return [_treat(visit, step.sound)]


def announce(visit: Visit, step: Announce, now: float) -> Outputs:
    visit.state = State.PLAYING
    visit.arm(Event.PLAYED, now + step.sound.seconds + LONGEST_START)
    return [_treat(visit, step.sound)]


def collect(visit: Visit, step: CollectDigits, now: float) -> Outputs:
    """Digits that came too early count, and spare the prompt."""
    visit.state, visit.collected = State.COLLECTING, ""
    outputs: Outputs = [_treat(visit, step.sound)] if step.sound is not None and not visit.typed else []
    visit.arm(Event.DIGITS_OVER, now + step.timeout + (LONGEST_START if outputs else 0.0))
    while visit.typed and visit.state is State.COLLECTING:
        digit, visit.typed = visit.typed[0], visit.typed[1:]
        outputs += visit.step(Event.DIGIT, digit, now)
    return outputs


def attach(visit: Visit, step: AttachData, now: float) -> Outputs:
    visit.move(step.next)
    return visit.attach(step.data)


def branch(visit: Visit, step: BranchOnData, now: float) -> Outputs:
    value = str(visit.user_data.get(step.key, ""))
    visit.move(step.branches.get(value, step.otherwise) or step.next)
    return []


def select(visit: Visit, step: SelectAgent, now: float) -> Outputs:
    """Nobody need wait for a DN that is nobody's."""
    visit.state, visit.target = State.WAITING, step.target
    visit.priority = visit.priority if step.priority is None else step.priority
    dn = step.target.dn_for(visit.user_data)
    if step.target.dn and visit.center.people and dn not in visit.center.people:
        return visit.step(Event.WAITED, None, now)
    if step.timeout:
        visit.arm(Event.WAITED, now + step.timeout)
    return []


def route(visit: Visit, step: RouteTo, now: float) -> Outputs:
    number = step.number
    if number.startswith(FROM_DATA):
        number = str(visit.user_data.get(number[1:], ""))
    if not number:
        visit.move(step.next)
        return []
    return visit.send(number, now)


def hang_up(visit: Visit, step: HangUp, now: float) -> Outputs:
    return visit.release(step.status, now)


def _treat(visit: Visit, sound: Sound) -> Treat:
    return Treat(visit.call, sound, visit.point is not None and visit.point.early_media)


Act = Callable[[Any, Any, float], Iterable[RouterOutput]]

STEPS: dict[type, Act] = {
    PlayMusic: play_music,
    Announce: announce,
    CollectDigits: collect,
    AttachData: attach,
    BranchOnData: branch,
    SelectAgent: select,
    RouteTo: route,
    HangUp: hang_up,
}
