"""What a check is, and how it says its result.

    @check("web.desk", "The desk answers", why="...", mend="...")
    async def desk(patient: Patient) -> Result:
        ...
        return ok("the softphone is served")

`why` and `mend` of the declaration are for the reference page, and for findings that do not say it better themselves.
Words like GWS_URL in `mend` (see `Patient.places`) become what the site's settings say.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cordboard.doctor.finding import Finding, State
from cordboard.doctor.patient import Patient

SECONDS = 8.0  # that a check may take
Figures = Mapping[str, Any]
NOTHING: Figures = {}


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found; empty `why` and `mend` are those of its declaration."""

    state: State
    what: str
    why: str = ""
    mend: str = ""
    data: Figures = field(default_factory=dict)


Examine = Callable[[Patient], Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at. `after`: the checks that must not have failed for this one to mean anything."""

    id: str
    title: str
    why: str
    mend: str
    examine: Examine = field(repr=False)
    seconds: float = SECONDS
    after: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]

    @property
    def explanation(self) -> str:
        """The first sentence of what the check does."""
        return (self.examine.__doc__ or "").strip()

    def found(self, result: Result, seconds: float, places: Mapping[str, str] = NOTHING) -> Finding:
        """The result as a finding, with this site's `places` in it; what is well needs no advice."""
        advises = result.state in (State.WARNING, State.FAILED)
        mend = result.mend or self.mend
        for name, value in places.items():
            mend = mend.replace(name, value)
        return Finding(
            self.id,
            self.title,
            result.state,
            result.what,
            (result.why or self.why) if advises else "",
            mend if advises else "",
            result.data,
            seconds,
        )


def check(
    id: str, title: str, *, why: str, mend: str, seconds: float = SECONDS, after: tuple[str, ...] = ()
) -> Callable[[Examine], Check]:
    """Declare a check; the function's docstring tells what it does."""
    return lambda examine: Check(id, title, why, mend, examine, seconds, after)


def ok(what: str, *, data: Figures = NOTHING, **more: Any) -> Result:
    return Result(State.OK, what, data={**data, **more})


def skipped(what: str) -> Result:
    return Result(State.SKIPPED, what)


def warning(what: str, *, why: str = "", mend: str = "", data: Figures = NOTHING, **more: Any) -> Result:
    return Result(State.WARNING, what, why, mend, {**data, **more})


def failed(what: str, *, why: str = "", mend: str = "", data: Figures = NOTHING, **more: Any) -> Result:
    return Result(State.FAILED, what, why, mend, {**data, **more})


def together(results: list[Result], well: str) -> Result:
    """Several results as one: the worst state, the sentences of all that are not well; `well` where all are."""
    data = {key: value for each in results for key, value in each.data.items()}
    for state in (State.FAILED, State.WARNING):
        if any(each.state is state for each in results):
            bad = [each for each in results if each.state in (State.FAILED, State.WARNING)]
            bad.sort(key=lambda each: each.state is State.WARNING)
            return Result(state, _joined(each.what for each in bad), *_advice(bad), data)
    return ok(well, data=data)


def _advice(bad: list[Result]) -> tuple[str, str]:
    return _joined(each.why for each in bad), _joined(each.mend for each in bad)


def _joined(texts: Any) -> str:
    return " ".join(dict.fromkeys(_sentence(text) for text in texts if text))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else text + "."
