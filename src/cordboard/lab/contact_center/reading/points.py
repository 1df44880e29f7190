"""A routing point of the file, and its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cordboard.lab.contact_center import skills
from cordboard.lab.contact_center.people import ACTIONS, NONE, RECALL, RELEASE, NoAnswer
from cordboard.lab.contact_center.plan import ContactCenter
from cordboard.lab.contact_center.reading.fields import Fields, known
from cordboard.lab.contact_center.strategy import (
    FROM_DATA,
    MUSIC,
    AfterRouting,
    Announce,
    AnyStep,
    AttachData,
    BranchOnData,
    CollectDigits,
    HangUp,
    Overflow,
    OverflowKind,
    PlayMusic,
    RouteTo,
    RoutingPoint,
    SelectAgent,
    Sound,
    Target,
)

LONGEST = 3600.0
HANG_UP = "hang up"
BUSY_HERE = 486
BRANCHES = '{ 1 = "english", 2 = "german" }'


@dataclass(frozen=True, slots=True)
class References:
    """What steps may name: `center` without its routing points, and the numbers of those."""

    center: ContactCenter
    points: frozenset[str]


def routing_point(number: str, fields: Fields, references: References) -> RoutingPoint:
    """Read one; what is wrong is noted."""
    if not number.isascii() or not number.isdigit() or number in references.center.people:
        fields.problems.note(fields.path, "a routing point has a number of its own, for example 8001")
    if "steps" not in fields:
        fields.problems.note(
            fields.path, "there are no steps; right would be steps = [{ music = true }, { select = {} }]"
        )
    written = fields.checked("steps", [], lambda value: isinstance(value, list) and bool(value), "a list of steps")
    steps = [
        Fields(each, (*fields.path, "steps", place), fields.problems, "{ music = true }")
        for place, each in enumerate(written)
    ]
    labels = frozenset(str(step.peek("label")) for step in steps if "label" in step)
    point = RoutingPoint(
        number=number,
        steps=tuple(_step(step, references, labels) for step in steps),
        name=fields.text("name"),
        virtual_queue=fields.text("virtual_queue", "", '"VQ_Sales"'),
        priority=fields.whole("priority", 0, -1000, 1000) or 0,
        ageing=fields.number("ageing", 0.0, 0, 1000, "points of priority per minute") or 0.0,
        wrap_up_time=fields.number("wrap_up_time", None, 0, LONGEST, "seconds"),
        no_answer=no_answer(fields),
        after_routing=_after_routing(fields),
        early_media=fields.truth("early_media", False),
        routing_data=fields.truth("routing_data", True),
    )
    fields.done()
    if written and not _ends(point.steps[-1]):
        last = (*fields.path, "steps", len(written) - 1)
        fields.problems.note(
            last,
            "callers would fall out of the last step; right would be a select without timeout or "
            "with overflow, a route or a hang_up",
        )
    return point


def no_answer(fields: Fields) -> NoAnswer:
    """The table `no_answer` of an agent or of a routing point."""
    inner = fields.inner("no_answer", '{ timeout = 15, action = "notready", overflow = ["recall"] }')
    said = NoAnswer(
        inner.number("timeout", None, 1, LONGEST, "seconds"),
        inner.choice("action", None, ACTIONS),
        inner.texts("overflow", f'["{RECALL}"], ["{NONE}"], ["{RELEASE}"], or numbers in their order'),
    )
    inner.done()
    return said


def _after_routing(fields: Fields) -> AfterRouting | None:
    if "after_routing" not in fields:
        return None
    inner = fields.inner("after_routing", '{ timeout = 20, action = "notready" }')
    timeout = inner.number("timeout", 20.0, 1, LONGEST, "seconds")
    action = inner.choice("action", NONE, ACTIONS)
    inner.done()
    return AfterRouting(timeout or 20.0, action or NONE)


def _ends(step: AnyStep) -> bool:
    if isinstance(step, SelectAgent):
        return not step.timeout or step.overflow is not None or bool(step.next)
    return isinstance(step, RouteTo | HangUp) or bool(step.next)


# --- steps ------------------------------------------------------------------------------------------------------------


def _step(fields: Fields, references: References, labels: frozenset[str]) -> AnyStep:
    kinds = [kind for kind in READERS if kind in fields]
    if len(kinds) != 1:
        fields.problems.note(
            fields.path, f"a step has one of {', '.join(READERS)}; this has {' and '.join(kinds) or 'none'}"
        )
        return HangUp()
    flow = {"label": fields.text("label"), "next": _label(fields, "next", labels)}
    step = READERS[kinds[0]](_Step(fields, references, labels), flow)
    fields.done()
    return step


def _label(fields: Fields, key: str, labels: Iterable[str]) -> str:
    label = fields.text(key)
    return label if not label or known(fields.problems, (*fields.path, key), label, labels, "step labelled") else ""


@dataclass(frozen=True, slots=True)
class _Step:
    fields: Fields
    references: References
    labels: frozenset[str]

    def sound(self, key: str) -> Sound:
        name = self.fields.text(key, MUSIC.name, '"welcome"')
        sounds = self.references.center.sounds
        return sounds[name] if known(self.fields.problems, (*self.fields.path, key), name, sounds, "sound") else MUSIC

    def branches(self) -> dict[str, str]:
        branches = self.fields.mapping("branches", BRANCHES)
        path = (*self.fields.path, "branches")
        return {
            on: to for on, to in branches.items() if known(self.fields.problems, path, to, self.labels, "step labelled")
        }

    def otherwise(self) -> str:
        return _label(self.fields, "otherwise", self.labels)

    def number(self, key: str) -> str:
        value = self.fields.text(key, "", '"5001", "+15550100" or "$Extension"')
        right = value.startswith(FROM_DATA) or value.lstrip("+").isdigit()
        if value and not right:
            self.fields.note(key, f'{value!r} is no number; right would be "5001", "+15550100" or "$Extension"')
        return value


def _music(step: _Step, flow: Mapping[str, str]) -> AnyStep:
    if step.fields.peek("music") is True:
        step.fields.take("music")
        return PlayMusic(sound=MUSIC, **flow)
    sound = step.sound("music")
    return PlayMusic(sound=sound if sound is MUSIC else Sound(sound.name, sound.tones, again=True), **flow)


def _announce(step: _Step, flow: Mapping[str, str]) -> AnyStep:
    return Announce(sound=_finite(step, "announce"), **flow)


def _finite(step: _Step, key: str) -> Sound:
    sound = step.sound(key)
    if sound is MUSIC and step.fields.peek(key) == MUSIC.name:
        step.fields.note(key, "music has no end; right would be a sound of [sounds]")
    return sound


def _collect(step: _Step, flow: Mapping[str, str]) -> AnyStep:
    fields = step.fields
    return CollectDigits(
        key=fields.text("collect", "", '"Language", the key of the user data'),
        sound=_finite(step, "prompt") if "prompt" in fields else None,
        count=fields.whole("digits", 1, 1, 32) or 1,
        timeout=fields.number("timeout", 5.0, 0.5, 120, "seconds") or 5.0,
        branches=step.branches(),
        otherwise=step.otherwise(),
        **flow,
    )


def _attach(step: _Step, flow: Mapping[str, str]) -> AnyStep:
    return AttachData(data=step.fields.mapping("attach", '{ ServiceType = "Sales" }'), **flow)


def _branch(step: _Step, flow: Mapping[str, str]) -> AnyStep:
    key = step.fields.text("branch", "", '"CustomerSegment", a key of the user data')
    return BranchOnData(key=key, branches=step.branches(), otherwise=step.otherwise(), **flow)


def _select(step: _Step, flow: Mapping[str, str]) -> AnyStep:
    fields = step.fields
    return SelectAgent(
        target=_target(step),
        priority=fields.whole("priority", None, -1000, 1000),
        timeout=fields.number("timeout", 0.0, 0, LONGEST, "seconds, 0 for ever") or 0.0,
        overflow=_overflow(step),
        **flow,
    )


def _target(step: _Step) -> Target:
    center = step.references.center
    fields = step.fields.inner("select", '{ skills = "english >= 5", group = "Sales" }')
    inner = _Step(fields, step.references, step.labels)
    text, group, dn = fields.text("skills"), fields.text("group"), inner.number("dn")
    fields.done()
    expression = None
    if group:
        known(fields.problems, (*fields.path, "group"), group, center.groups, "group")
    if dn and not dn.startswith(FROM_DATA):
        known(fields.problems, (*fields.path, "dn"), dn, center.people, "agent at")
    try:
        expression = skills.parse(text) if text else None
    except skills.WrongExpression as error:
        fields.note("skills", f'{error}; right would be "english >= 5 and (sales >= 3 or service)"')
    for skill in sorted(expression.names() if expression is not None else ()):
        known(fields.problems, (*fields.path, "skills"), skill, center.skills, "skill")
    return Target(expression, text, group, dn)


def _overflow(step: _Step) -> Overflow | None:
    to = step.fields.text("overflow")
    if not to:
        return None
    if to == HANG_UP:
        return Overflow(OverflowKind.HANG_UP)
    if to in step.references.points:
        return Overflow(OverflowKind.ROUTING_POINT, to)
    if to in step.references.center.groups:
        return Overflow(OverflowKind.GROUP, to)
    if not to.lstrip("+").isdigit():
        groups = ", ".join(step.references.center.groups)
        step.fields.note(
            "overflow",
            f'{to!r} is nothing to overflow to; right would be "{HANG_UP}", a number, a routing '
            f"point, or one of the groups {groups}",
        )
    return Overflow(OverflowKind.NUMBER, to)


def _route(step: _Step, flow: Mapping[str, str]) -> AnyStep:
    return RouteTo(number=step.number("route"), **flow)


def _hang_up(step: _Step, flow: Mapping[str, str]) -> AnyStep:
    status = step.fields.take("hang_up")
    if status is not True:
        status = step.fields.whole("hang_up", BUSY_HERE, 400, 699)
    return HangUp(status=BUSY_HERE if status is True or status is None else status, **flow)


READERS: Mapping[str, Callable[[_Step, Any], AnyStep]] = {
    "music": _music,
    "announce": _announce,
    "collect": _collect,
    "attach": _attach,
    "branch": _branch,
    "select": _select,
    "route": _route,
    "hang_up": _hang_up,
}
