"""`cordboard records`: reads the records of calls, for people, as CSV or as JSON."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime

import click

from cordboard.cli.running import HERE, USUAL, read_settings, site_file
from cordboard.observe.private import Private
from cordboard.records.opening import database_of, store_at
from cordboard.records.port import CallRecord
from cordboard.records.stores.store import COLUMNS, Query, StoreUnusable

_AGO = re.compile(r"(\d+)([mhd])")
_SECONDS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}


def _since(_context: click.Context, _parameter: click.Parameter, value: str | None) -> float:
    if not value:
        return 0.0
    if match := _AGO.fullmatch(value):
        return time.time() - int(match[1]) * _SECONDS[match[2]]
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        raise click.BadParameter("say 90m, 12h, 7d or a day and time such as 2026-11-23T08:00") from None


@click.command()
@click.option("--config", metavar="FILE", help=f"The settings; {HERE} here, or {USUAL}, or the lab's own.")
@click.option("--lab", "in_lab", is_flag=True, help="Those of `cordboard lab --config FILE`.")
@click.option("--since", callback=_since, help="Calls that ended since: 90m, 12h, 7d, or a day and time.")
@click.option("--dn", default="", help="Calls of this DN.")
@click.option("--bad", is_flag=True, help="Bad calls only.")
@click.option("--most", default=1000, show_default=True, type=click.IntRange(1), help="How many, the latest first.")
@click.option("--private", is_flag=True, help="With whole numbers, as far as they were written down.")
@click.option("--csv", "form", flag_value="csv", help="As comma-separated values.")
@click.option("--json", "form", flag_value="json", help="As JSON, one call per line.")
def records(
    config: str | None, in_lab: bool, since: float, dn: str, bad: bool, most: int, private: bool, form: str | None
) -> None:
    """The calls that have ended: when, how, and how they sounded."""
    config = config or (None if in_lab else site_file())
    settings = read_settings(config, in_lab=in_lab)
    store = store_at(database_of(settings), writes=False)
    if store is None:
        raise click.ClickException("no records are kept: set [records] database, or [gateway] state_directory")
    try:
        found = store.read(Query(since, dn, bad, most))
    except StoreUnusable as error:
        raise click.ClickException(str(error)) from None
    finally:
        store.close()
    click.echo(FORMS[form or "text"](found if private else [_masked(each) for each in found]), nl=False)


def _masked(record: CallRecord) -> CallRecord:
    number = str(Private(record.far_number)) if record.far_number else ""
    return replace(record, dn=str(Private(record.dn)), far_number=number)


def _values(record: CallRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in COLUMNS}


def as_csv(found: Sequence[CallRecord]) -> str:
    """A line of names, then one per call; times are of the Unix epoch."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in found:
        values = {**_values(each), "bad": "; ".join(each.bad)}
        writer.writerow("" if value is None else _cell(value) for value in values.values())
    return text.getvalue()


def _cell(value: object) -> object:
    """Nothing that a spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def as_json(found: Sequence[CallRecord]) -> str:
    return "".join(json.dumps(asdict(each)) + "\n" for each in found)


def as_text(found: Sequence[CallRecord]) -> str:
    """A line per call and a sum."""
    lines = [f"{'ended':19}  {'DN':9} {'by':6} {'rang':>6} {'talked':>8}  {'MOS in/out':11} how"]
    for each in found:
        ended = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(each.ended))
        rang = f"{each.setup_seconds:.2f} s" if each.setup_seconds is not None else "-"
        talked = f"{each.ended - each.answered:.0f} s" if each.answered else "-"
        sound = f"{_one(each.mos_from_trunk)} / {_one(each.mos_from_page)}"
        bad = f"; bad: {', '.join(each.bad)}" if each.bad else ""
        how = f"{each.outcome}{f', {each.cause}' if each.cause else ''}{bad}"
        lines.append(f"{ended}  {each.dn:9} {each.made_by:6} {rang:>6} {talked:>8}  {sound:11} {how}")
    lines.append(f"{len(found)} calls, {sum(1 for each in found if each.bad)} bad")
    return "\n".join(lines) + "\n"


def _one(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


FORMS: dict[str, Callable[[Sequence[CallRecord]], str]] = {"text": as_text, "csv": as_csv, "json": as_json}
