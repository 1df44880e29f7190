"""A scenario's file: from TOML to `Scenario`, or to a list of all that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from cordboard.config.location import locate
from cordboard.lab.contact_center.reading.fields import Fields, Problems, WrongFile
from cordboard.lab.scenarios.scenario import Arrivals, Scenario, Span, StandIns, Stream

MOST_CUSTOMERS = 5000
LONGEST = 86_400.0
HIGHEST_SEED = 2**32 - 1
NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
DIGITS = re.compile(r"[0-9*#A-D]{0,64}")
RANGE = re.compile(r"(\d+)-(\d+)")
SPAN = "30, [20, 40] or { mean = 30 } (seconds)"


def parse(text: str, name: str = "scenario.toml") -> Scenario:
    """Read the text of a file called `name`. Raises `WrongFile`."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise WrongFile([f"{name}: not TOML: {error}"]) from None
    problems = Problems(name, locate(text))
    scenario = _scenario(Fields(document, (), problems, "a file of tables"))
    problems.raise_if_any()
    return scenario


def _scenario(fields: Fields) -> Scenario:
    written = fields.checked("customers", [], lambda value: isinstance(value, list), "[[customers]]")
    streams = tuple(
        _stream(Fields(each, ("customers", place), fields.problems, '{ to = "8000" }'))
        for place, each in enumerate(written)
    )
    if not streams:
        fields.problems.note((), 'nobody calls; right would be [[customers]] and below it to = "8000"')
    if sum(len(stream.arrivals.at) or stream.arrivals.count for stream in streams) > MOST_CUSTOMERS:
        fields.note("customers", f"there are more than {MOST_CUSTOMERS} customers")
    scenario = Scenario(
        streams,
        name=fields.text("name"),
        seed=fields.whole("seed", 0, 0, HIGHEST_SEED) or 0,
        acceleration=fields.number("acceleration", 1.0, 0.1, 1000, "times as fast") or 1.0,
        caller=fields.text("caller", "+15550", '"+15550", the beginning of the customers\' numbers'),
        agents=_agents(fields),
    )
    fields.done()
    return scenario


def _stream(fields: Fields) -> Stream:
    to = fields.text("to", "", '"8000"')
    if not NUMBER.fullmatch(to):
        fields.note("to", 'this is no number; right would be "8000"')
    digits = fields.checked("digits", {}, _are_digits, '"1" or { 1 = 3, 2 = 1 }, digits with their weights')
    stream = Stream(
        to=to,
        arrivals=_arrivals(fields),
        patience=_span(fields, "patience", Span(60, 60)),
        talk=_span(fields, "talk", Span(30, 30)),
        digits={digits: 1.0} if isinstance(digits, str) else _weights(digits),
        press_after=fields.number("press_after", 1.0, 0, 600, "seconds") or 0.0,
        data=fields.mapping("data", '{ ServiceType = "Sales" }'),
        choose=_choices(fields),
        tone=fields.number("tone", None, 200, 3300, "Hz"),
    )
    fields.done()
    return stream


def _arrivals(fields: Fields) -> Arrivals:
    at = fields.checked("at", [], _are_times, "a list of seconds after the start, [0, 2.5, 4]")
    arrivals = Arrivals(
        at=tuple(float(time) for time in at),
        count=fields.whole("count", 1, 1, MOST_CUSTOMERS) or 1,
        begin=fields.number("begin", 0.0, 0, LONGEST, "seconds") or 0.0,
        every=fields.number("every", 0.0, 0, LONGEST, "seconds") or 0.0,
        rate=fields.number("rate", 0.0, 0.001, 100_000, "customers a minute") or 0.0,
    )
    if arrivals.at and any(name in fields for name in ("count", "begin", "every", "rate")):
        fields.note("at", "a list of times stands alone; right would be without count, begin, every and rate")
    if arrivals.every and arrivals.rate:
        fields.note("rate", "customers come each `every` seconds or at random at a `rate`, not both")
    return arrivals


def _agents(fields: Fields) -> StandIns:
    inner = fields.inner("agents", '{ dns = ["5001-5020"] }')
    dns: list[str] = []
    for each in inner.texts("dns", '["5001", "5003-5020"]') or ():
        match = RANGE.fullmatch(each)
        if match is None and not each.isdigit():
            inner.note("dns", f'{each!r} is no DN; right would be "5001" or "5003-5020"')
        dns += [str(dn) for dn in range(int(match[1]), int(match[2]) + 1)] if match is not None else [each]
    stand_ins = StandIns(
        tuple(dict.fromkeys(dns)),
        _span(inner, "answer_after", Span(1, 3)),
        inner.number("ready_again_after", 5.0, 0, LONGEST, "seconds") or 0.0,
    )
    inner.done()
    return stand_ins


def _span(fields: Fields, key: str, default: Span) -> Span:
    value = fields.checked(key, None, _is_span, SPAN)
    match value:
        case None:
            return default
        case [least, most]:
            return Span(float(least), float(most))
        case {"mean": mean}:
            return Span(mean=float(mean))
    return Span(float(value), float(value))


def _is_span(value: Any) -> bool:
    match value:
        case [least, most]:
            return _is_time(least) and _is_time(most) and least <= most
        case {"mean": mean}:
            return len(value) == 1 and _is_time(mean) and mean > 0
    return _is_time(value)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST


def _are_times(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_CUSTOMERS and all(_is_time(each) for each in value)


def _are_digits(value: Any) -> bool:
    if isinstance(value, str):
        return DIGITS.fullmatch(value) is not None
    return _are_weights(value) and all(DIGITS.fullmatch(each) for each in value)


def _are_weights(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_is_time(each) and each > 0 for each in value.values())


def _weights(value: dict[str, Any]) -> dict[str, float]:
    return {name: float(weight) for name, weight in value.items()}


def _choices(fields: Fields) -> dict[str, dict[str, float]]:
    inner = fields.inner("choose", "{ CustomerSegment = { Gold = 1, Silver = 3 } }")
    found = {
        key: inner.checked(key, {}, _are_weights, "{ Gold = 1, Silver = 3 }, values with weights")
        for key in inner.names
    }
    return {key: _weights(choices) for key, choices in found.items()}
