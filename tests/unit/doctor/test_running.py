"""Checks run at once, each with its time and its own error boundary; what needs a failed one is left out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cordboard.config import lab_settings
from cordboard.doctor.asking.trouble import Trouble
from cordboard.doctor.catalogue import CHECKS, GROUPS, check_of
from cordboard.doctor.check import Check, Result, failed, ok, skipped, together, warning
from cordboard.doctor.finding import Finding, State, worst
from cordboard.doctor.patient import Patient
from cordboard.doctor.running import chosen, run

Examine = Callable[[Patient], Awaitable[Result]]


def made(id: str, examine: Examine, after: tuple[str, ...] = (), seconds: float = 5.0) -> Check:
    return Check(id, f"{id} is well", "because", "mend GWS_URL", examine, seconds, after)


async def well(_patient: Patient) -> Result:
    return ok("fine", count=1)


async def ill(_patient: Patient) -> Result:
    return failed("broken")


async def found(*checks: Check, only: list[str] | None = None, call: bool = True) -> dict[str, Finding]:
    return {each.id: each async for each in run(lab_settings(), only, checks=checks, call=call)}


async def test_findings_come_in_the_order_of_the_checks() -> None:
    begun = asyncio.Event()

    async def slow(_patient: Patient) -> Result:
        await begun.wait()
        return ok("late")

    async def quick(_patient: Patient) -> Result:
        begun.set()
        return ok("soon")

    assert list(await found(made("a.slow", slow), made("a.quick", quick))) == ["a.slow", "a.quick"]


async def test_what_is_well_has_no_advice() -> None:
    finding = (await found(made("a.b", well)))["a.b"]
    assert (finding.state, finding.what, finding.why, finding.mend) == (State.OK, "fine", "", "")
    assert finding.data == {"count": 1}
    assert finding.group == "a"


async def test_advice_is_the_checks_own_and_names_this_site() -> None:
    finding = (await found(made("a.b", ill)))["a.b"]
    assert (finding.why, finding.mend) == ("because", f"mend {lab_settings().gws.url}")


async def test_a_failure_leaves_out_what_needs_it_all_the_way() -> None:
    first, second = made("a.first", ill), made("a.second", well, ("a.first",))
    findings = await found(first, second, made("a.third", well, ("a.second",)), made("a.other", well))
    assert findings["a.second"].what == findings["a.third"].what == "not looked at, because a.first has failed"
    assert findings["a.third"].state is State.SKIPPED
    assert findings["a.other"].state is State.OK


async def test_what_is_needed_and_was_not_asked_for_does_not_matter() -> None:
    findings = await found(made("a.first", ill), made("b.second", well, ("a.first",)), only=["b"])
    assert findings["b.second"].state is State.OK


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Trouble("nobody there", mend="call him"), "nobody there"),
        (ValueError("secret detail"), "the check itself failed: ValueError"),
        (TimeoutError(), "there was no result within 5 seconds"),
    ],
)
async def test_a_check_that_raises_is_a_finding(error: Exception, said: str) -> None:
    async def raising(_patient: Patient) -> Result:
        raise error

    finding = (await found(made("a.b", raising)))["a.b"]
    assert (finding.state, finding.what) == (State.FAILED, said)
    assert finding.why
    assert finding.mend
    assert "secret detail" not in str(finding)


async def test_a_check_has_its_time() -> None:
    async def endless(_patient: Patient) -> Result:
        await asyncio.Event().wait()
        return ok("never")

    finding = (await found(made("a.b", endless, seconds=0.01)))["a.b"]
    assert (finding.state, finding.what) == (State.FAILED, "there was no result within 0.01 seconds")


async def test_what_is_found_once_is_everybodys_trouble_too() -> None:
    asked = []

    async def ask(patient: Patient) -> Result:
        async def find() -> str:
            asked.append(1)
            raise Trouble("not there")

        return ok(await patient.once("it", find))

    findings = await found(made("a.b", ask), made("a.c", ask))
    assert {each.what for each in findings.values()} == {"not there"}
    assert len(asked) == 1


async def test_without_a_call() -> None:
    assert list(await found(made("call.a", well), made("a.b", well), call=False)) == ["a.b"]


def test_chosen_by_id_and_by_group() -> None:
    checks = [made("a.b", well), made("a.c", well), made("d.e", well)]
    assert [each.id for each in chosen(checks, ["a.c", "d"])] == ["a.c", "d.e"]
    assert chosen(checks, None) == checks
    with pytest.raises(KeyError, match="x"):
        chosen(checks, ["x"])


def test_results_together_are_the_worst_of_them() -> None:
    both = together([warning("late", why="w", mend="m", a=1), ok("x"), failed("dead", mend="n", b=2)], "well")
    assert (both.state, both.what, both.why, both.mend) == (State.FAILED, "dead. late.", "w.", "n. m.")
    assert both.data == {"a": 1, "b": 2}
    assert together([ok("x"), skipped("y")], "well").what == "well"


def test_the_worst_state() -> None:
    findings = [Finding("a.b", "", state, "") for state in (State.OK, State.SKIPPED)]
    assert worst(findings) is State.OK
    assert worst([*findings, Finding("a.c", "", State.WARNING, "")]) is State.WARNING


def test_every_check_has_a_name_of_its_own_and_says_everything() -> None:
    ids = [each.id for each in CHECKS]
    assert len(ids) == len(set(ids))
    for each in CHECKS:
        assert each.group in GROUPS, each.id
        assert all((each.title, each.why, each.mend, each.explanation)), each.id
        assert all(check_of(id) is not None for id in each.after), each.id
        assert all(ids.index(id) < ids.index(each.id) for id in each.after), each.id


def test_an_unknown_check() -> None:
    assert check_of("a.b") is None
