"""Where SIP Server's messages in a capture differ from those that the lab's sends in the same place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cordboard.lab.comparison.captures import read_capture
from cordboard.lab.comparison.message import placed
from cordboard.lab.comparison.profile import LATER, Form, Profile, pace, profile_of
from cordboard.lab.comparison.scenes import lab_messages


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` of message, `about` what (message, header, order, detail, sequence, time), and a sentence."""

    kind: str
    about: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compared(file: Path, against: Path | None = None, sip_server: str = "") -> list[Difference]:
    """What is otherwise in `file` than in the lab, or in the capture `against`. Raises `Unreadable`."""
    theirs = profile_of(placed(read_capture(file, sip_server)))
    known = read_capture(against, sip_server) if against else lab_messages()
    return differences(theirs, profile_of(placed(known)))


def differences(theirs: Profile, ours: Profile) -> list[Difference]:
    """`theirs` is of the capture, `ours` what is expected."""
    found: list[Difference] = []
    for kind, form in sorted(theirs.items()):
        expected = ours.get(kind)
        if expected is None:
            found.append(Difference(kind, "message", f"sent {_times(form.count)}; the lab never sends this"))
            continue
        for about, text in _of_kind(form, expected):
            found.append(Difference(kind, about, text))
    return found


def _of_kind(form: Form, expected: Form) -> Iterator[tuple[str, str]]:
    for name, count in form.headers.items():
        if name not in expected.headers:
            yield "header", f"has {name} ({count} of {form.count}), the lab's never"
    for name, count in expected.headers.items():
        if count == expected.count and form.headers[name] < form.count:
            yield "header", f"lacks {name} ({form.count - form.headers[name]} of {form.count}), the lab's always has it"
    yield from _order(form, expected)
    yield from _details(form, expected)
    yield from _sequence(form, expected)


def _order(form: Form, expected: Form) -> Iterator[tuple[str, str]]:
    """Of the headers that both have; in whatever order the lab ever writes them is right."""
    known = {name for order in expected.orders for name in order}
    usual = [tuple(name for name in order if name in form.headers) for order in expected.orders]
    for order in form.orders:
        seen = tuple(name for name in order if name in known)
        if not any(_agree(seen, other) for other in usual):
            yield "order", f"writes {', '.join(seen)}; the lab {', '.join(usual[0])}"
            return


def _agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return [name for name in one if name in other] == [name for name in other if name in one]


def _details(form: Form, expected: Form) -> Iterator[tuple[str, str]]:
    for what, found in form.details.items():
        if what.partition(" ")[0] not in expected.headers and not what.startswith("SDP"):
            continue  # the header itself is the difference
        known: Mapping[str, int] = expected.details.get(what, {})
        if more := sorted(item for item in found if item not in known):
            yield "detail", f"{what} {', '.join(more)}, the lab's never"
        always = [item for item, count in known.items() if count == expected.count]
        if fewer := sorted(item for item in always if not found[item]):
            yield "detail", f"{what} no {', '.join(fewer)}, the lab's always"


def _sequence(form: Form, expected: Form) -> Iterator[tuple[str, str]]:
    for after, seconds in form.after.items():
        if after not in expected.after:
            known = ", ".join(sorted(each or "nothing" for each in expected.after))
            yield "sequence", f"comes after {after or 'nothing'} ({_times(len(seconds))}), in the lab after {known}"
            continue
        is_late = pace(seconds) == LATER and pace(expected.after[after]) != LATER
        if after and is_late:
            middle = sorted(seconds)[len(seconds) // 2]
            yield "time", f"comes {1000 * middle:.0f} ms after {after}, in the lab at once"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
