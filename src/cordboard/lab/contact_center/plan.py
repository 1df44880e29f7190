"""The whole contact centre as its file describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cordboard.lab.contact_center.people import NoAnswer, Person, person_at
from cordboard.lab.contact_center.strategy import (
    Announce,
    AnyStep,
    CollectDigits,
    PlayMusic,
    RoutingPoint,
    SelectAgent,
    Sound,
)


@dataclass(frozen=True, slots=True)
class ContactCenter:
    """`people` by DN, `routing_points` by number, `sounds` by name.

    `business_calls` are the types of call that are business: inbound, internal, outbound; only those have a wrap-up
    time.
    """

    people: Mapping[str, Person] = field(default_factory=dict)
    routing_points: Mapping[str, RoutingPoint] = field(default_factory=dict)
    sounds: Mapping[str, Sound] = field(default_factory=dict)
    business_calls: frozenset[str] = frozenset({"inbound", "internal", "outbound"})

    @property
    def groups(self) -> tuple[str, ...]:
        """All groups, in the order in which agents name them."""
        return tuple(dict.fromkeys(group for person in self.people.values() for group in person.groups))

    @property
    def skills(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(skill for person in self.people.values() for skill in person.skills))

    def person(self, dn: str, user_name: str = "") -> Person:
        """Who has logged in on this DN by that name, or else the one whose DN it is."""
        own = self.people.get(dn)
        if own is not None and user_name in ("", own.user_name):
            return own
        return next((each for each in self.people.values() if each.user_name == user_name), own or person_at(dn))


def plain(routing_point: str) -> ContactCenter:
    """One queue with music, for whoever is Ready."""
    point = RoutingPoint(routing_point, (PlayMusic(), SelectAgent()), routing_data=False)
    return ContactCenter(routing_points={routing_point: point})


def accelerated(center: ContactCenter, factor: float) -> ContactCenter:
    """The same contact centre with all its times so many times as short: for scenarios that are accelerated."""
    return replace(
        center,
        people={dn: _person(person, factor) for dn, person in center.people.items()},
        routing_points={number: _point(point, factor) for number, point in center.routing_points.items()},
        sounds={name: _sound(sound, factor) for name, sound in center.sounds.items()},
    )


def _person(person: Person, factor: float) -> Person:
    return replace(
        person,
        wrap_up_time=_time(person.wrap_up_time, factor),
        no_answer=_no_answer(person.no_answer, factor),
    )


def _point(point: RoutingPoint, factor: float) -> RoutingPoint:
    after = point.after_routing
    return replace(
        point,
        steps=tuple(_step(step, factor) for step in point.steps),
        ageing=point.ageing * factor,
        wrap_up_time=_time(point.wrap_up_time, factor),
        no_answer=_no_answer(point.no_answer, factor),
        after_routing=replace(after, timeout=after.timeout / factor) if after is not None else None,
    )


def _step(step: AnyStep, factor: float) -> AnyStep:
    match step:
        case SelectAgent():
            return replace(step, timeout=step.timeout / factor)
        case CollectDigits():
            prompt = _sound(step.sound, factor) if step.sound is not None else None
            return replace(step, timeout=step.timeout / factor, sound=prompt)
        case Announce():
            return replace(step, sound=_sound(step.sound, factor))
    return step


def _sound(sound: Sound, factor: float) -> Sound:
    if sound.again:
        return sound
    return replace(sound, tones=tuple((frequency, seconds / factor) for frequency, seconds in sound.tones))


def _no_answer(no_answer: NoAnswer, factor: float) -> NoAnswer:
    return replace(no_answer, timeout=_time(no_answer.timeout, factor))


def _time(seconds: float | None, factor: float) -> float | None:
    return None if seconds is None else seconds / factor
