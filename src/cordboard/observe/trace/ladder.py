"""A trace drawn as a ladder: one line per message, times in milliseconds since the call began."""

from __future__ import annotations

import time
from collections.abc import Iterator

from cordboard.observe.trace.port import GATEWAY, GWS, MEDIA, PAGE, SIP_SERVER, WORKSPACE, CallTrace, TraceEntry
from cordboard.observe.trace.titles import title_of

COLUMNS = (PAGE, GATEWAY, SIP_SERVER, GWS)
APART = 14  # characters from one column to the next
_BESIDE = 10  # characters of the time, and of the first column
_AT = {name: _BESIDE + 2 + number * APART for number, name in enumerate(COLUMNS)}
_WIDTH = _AT[GWS] + 3
_AT[WORKSPACE] = _AT[GWS]  # whose page it is


def ladder(trace: CallTrace, *, messages: bool = False) -> str:
    """The whole as text; `messages` adds what was said in full."""
    return "\n".join(_lines(trace, messages)) + "\n"


def _lines(trace: CallTrace, messages: bool) -> Iterator[str]:
    begun = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(trace.begun))
    lasted = f", {trace.ended - trace.begun:.1f} s" if trace.ended else ", still going on"
    yield f"{trace.call}  {trace.call_uuid}  DN {trace.dn or '-'}  {begun} UTC{lasted}"
    if trace.bad:
        yield f"bad: {', '.join(trace.bad)}"
    yield ""
    yield _heads()
    for entry in trace.entries:
        yield _line(entry, trace.begun)
        if messages and entry.text:
            yield from ("".rjust(_BESIDE) + "    " + line for line in entry.text.rstrip().splitlines())
    if trace.left_out:
        yield f"{trace.left_out} entries out of the middle gave way"


def _heads() -> str:
    line = [" "] * (_WIDTH + APART)
    for name in COLUMNS:
        start = _AT[name] - len(name) // 2
        line[start : start + len(name)] = name
    return "ms".rjust(_BESIDE - 2) + "".join(line).rstrip()[_BESIDE - 2 :]


def _line(entry: TraceEntry, begun: float) -> str:
    line = [" "] * _WIDTH
    for at in _AT.values():
        line[at] = "|"
    source, target = _AT.get(entry.source), _AT.get(entry.target)
    if source is not None and target is not None and source != target:
        _draw(line, source, target)
    else:
        line[_AT[GATEWAY]] = "*"
    title = title_of(entry)
    if MEDIA in (entry.source, entry.target):
        title = f"media: {title}" if entry.source == MEDIA else f"to media: {title}"
    milliseconds = f"{1000 * (entry.at - begun):.1f}".rjust(_BESIDE - 1)
    return f"{milliseconds}{''.join(line)[_BESIDE - 1 :]} {title}".rstrip()


def _draw(line: list[str], source: int, target: int) -> None:
    left, right = min(source, target), max(source, target)
    line[left + 1 : right] = "-" * (right - left - 1)
    if target > source:
        line[right - 1] = ">"
    else:
        line[left + 1] = "<"
