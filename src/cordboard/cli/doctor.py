"""`cordboard doctor`: what is wrong at this site, why that matters and how to mend it.

Exit status, as monitoring reads it: 0 all is well, 1 there are warnings, 2 something has failed, 3 the doctor could not
run.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import os
import shutil
import signal
import sys
import time
from typing import NoReturn

import click
import uvloop

from cordboard import observe
from cordboard.cli.ports.owner import owner_of
from cordboard.cli.running import USUAL, usual_file
from cordboard.config import ConfigError, Settings, lab_settings, load
from cordboard.doctor import report
from cordboard.doctor.catalogue import CHECKS, GROUPS, check_of
from cordboard.doctor.finding import State, worst
from cordboard.doctor.patient import Instruments
from cordboard.doctor.running import chosen, run

COULD_NOT_RUN = 3
STATUS = {State.OK: 0, State.WARNING: 1, State.FAILED: 2}
COLOURS = {State.OK: "green", State.WARNING: "yellow", State.FAILED: "red"}


class _Misused(click.UsageError):
    """An option that does not exist is no failure of the site."""

    exit_code = COULD_NOT_RUN


class _Command(click.Command):
    """Says so by its exit status."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise _Misused(error.message, error.ctx) from None


@click.command(cls=_Command)
@click.option(
    "--config", metavar="FILE", help=f"The settings; cordboard.toml here, or {USUAL}; with --lab the lab's own."
)
@click.option("--only", multiple=True, metavar="ID", help="Some checks or groups: sip.server,gws; may be repeated.")
@click.option("--no-call", is_flag=True, help="Make no call.")
@click.option("--lab", "in_lab", is_flag=True, help="Examine a running `cordboard lab`.")
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
@click.option("--list", "listing", is_flag=True, help="List all checks and end.")
@click.option("--explain", metavar="ID", help="Tell what one check does, why and what to do, and end.")
def doctor(
    config: str | None,
    only: tuple[str, ...],
    no_call: bool,
    in_lab: bool,
    as_json: bool,
    listing: bool,
    explain: str | None,
) -> None:
    """Find what is wrong here, and how to mend it.

    Ends with 0 if all is well, 1 with warnings, 2 if something has failed, 3 if nothing could be looked at.
    """
    if listing:
        print("\n".join(report.listing(CHECKS)))
        return
    if explain is not None:
        _explain(explain)
        return
    settings = _settings(config, in_lab=in_lab)
    only = _names(only)
    observe.configure("error", settings.log.format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            state = runner.run(_until_signal(settings, only, call=not no_call, as_json=as_json))
            sys.stdout.flush()
        except (KeyboardInterrupt, asyncio.CancelledError):
            _give_up(["interrupted"])
        except BrokenPipeError:
            raise
        except OSError as error:
            _give_up([f"the output cannot be written: {(error.strerror or str(error)).lower()}"])
    raise SystemExit(STATUS[state])


async def _until_signal(settings: Settings, only: tuple[str, ...], *, call: bool, as_json: bool) -> State:
    """Whoever ends it, a monitoring that has waited long enough for instance, leaves no registration behind."""
    examination = asyncio.current_task()
    assert examination is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, examination.cancel)
    return await _examine(settings, only, call=call, as_json=as_json)


async def _examine(settings: Settings, only: tuple[str, ...], *, call: bool, as_json: bool) -> State:
    began = time.monotonic()
    told = report.Report(_painter(), shutil.get_terminal_size((report.WIDTH, 24)).columns)
    async for finding in run(settings, only or None, call=call, instruments=Instruments(owner_of=owner_of)):
        lines = told.take(finding)
        if not as_json:
            print(*lines, sep="\n", end="\n" if lines else "", flush=True)
    seconds = time.monotonic() - began
    if as_json:
        print(json.dumps(report.as_json(told.findings, seconds), indent=2))
    else:
        print("\n".join(told.end(seconds)))
    return worst(told.findings)


def _painter() -> report.Paint:
    """Colours for people at a terminal who have not asked for none (https://no-color.org)."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return report.plain
    return lambda state, word: click.style(word, fg=COLOURS.get(state), dim=state is State.SKIPPED)


def _settings(config: str | None, *, in_lab: bool) -> Settings:
    try:
        if in_lab:
            return load(config, in_lab=True) if config else lab_settings()
        return load(config or usual_file())
    except ConfigError as error:
        _give_up(error.problems)


def _names(only: tuple[str, ...]) -> tuple[str, ...]:
    """The checks and groups that are asked for; none for all."""
    names = tuple(name.strip() for each in only for name in each.split(",") if name.strip())
    if only and not names:
        _give_up(["--only names no check"])
    try:
        chosen(CHECKS, names or None)
    except KeyError as unknown:
        name = str(unknown.args[0])
        _give_up([f"{name} is no check and no group of checks; {_nearest(name)}`cordboard doctor --list` lists them"])
    return names


def _explain(id: str) -> None:
    check = check_of(id)
    if id in GROUPS:
        members = ", ".join(each.id for each in CHECKS if each.group == id)
        _give_up([f"{id} is a group of checks: {members}; ask for one of them"])
    if check is None:
        _give_up([f"{id} is no check; {_nearest(id)}`cordboard doctor --list` lists them"])
    print("\n".join(report.explained(check)))


def _nearest(name: str) -> str:
    close = difflib.get_close_matches(name.lower(), [*GROUPS, *(each.id for each in CHECKS)], 1, 0.6)
    return f"the closest is {close[0]}; " if close else ""


def _give_up(problems: tuple[str, ...] | list[str]) -> NoReturn:
    for problem in problems:
        print(problem, file=sys.stderr)
    raise SystemExit(COULD_NOT_RUN)
