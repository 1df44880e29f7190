"""DNs as people write them: `5001-5020 5030`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cordboard.config import kinds
from cordboard.config.kinds import Wrong
from cordboard.site.errors import SiteProblem

MOST = 5000


def read(words: Iterable[str]) -> tuple[str, ...]:
    """The DNs, in the order given; words are DNs and ranges, also with commas between. Raises `SiteProblem`."""
    found: list[str] = []
    problems: list[str] = []
    for word in (part for each in words for part in each.replace(",", " ").split()):
        try:
            found += _expanded(word, MOST - len(found))
        except Wrong as wrong:
            problems.append(f"{word} {wrong.why}" + (f"; right would be {wrong.right}" if wrong.right else ""))
    problems += [f"{dn} is given twice" for dn in sorted({dn for dn in found if found.count(dn) > 1})]
    if problems:
        raise SiteProblem(problems)
    return tuple(found)


def _expanded(word: str, room: int) -> list[str]:
    match = re.fullmatch(r"([0-9]+)-([0-9]+)", word)
    if match is None:
        if half := re.fullmatch(r"([0-9]*)(?:-+|\.\.+)([0-9]*)", word):
            raise Wrong("is no range of DNs", "-".join(half.groups()) if all(half.groups()) else "5001-5020")
        kinds.DN.read(word)
        _demand_room(1, room)
        return [word]
    first, last = match[1], match[2]
    if len(first) != len(last):
        raise Wrong("is a range of DNs of different lengths", "5001-5020")
    if len(first) > 18:
        raise Wrong("is no range of DNs")
    if int(first) > int(last):
        raise Wrong("ends before it begins", f"{last}-{first}")
    _demand_room(int(last) - int(first) + 1, room)
    return [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]


def _demand_room(wanted: int, room: int) -> None:
    if wanted > room:
        raise Wrong(f"makes more than {MOST} agents at once")


def written(dns: Iterable[str]) -> str:
    """The same, short: `5001-5020 5030`."""
    runs: list[list[str]] = []
    for dn in dns:
        if runs and _follows(runs[-1][-1], dn):
            runs[-1].append(dn)
        else:
            runs.append([dn])
    return " ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _follows(one: str, other: str) -> bool:
    decimal = all(re.fullmatch("[0-9]{1,18}", each) for each in (one, other))
    return decimal and len(one) == len(other) and int(other) == int(one) + 1
