"""What every kind of setting is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Wrong(ValueError):
    """`why` completes the sentence '<value> ...'; `right` is a value, as written in the file, that would do."""

    def __init__(self, why: str, right: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.right = right


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is the word of the reference page; `read` takes the TOML value and gives the value of `Settings`.

    `example` is a value as written in the file.
    """

    name: str
    read: Callable[[object], object]
    example: str = ""


def text_of(value: object, what: str) -> str:
    """The value if it is text; else it is not `what`."""
    if not isinstance(value, str):
        raise Wrong(f"is not {what}", quoted(str(value)) if isinstance(value, (int, float)) and what == "text" else "")
    return value


def quoted(text: str) -> str:
    """`text` as a basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in escaped) + '"'


def items_of(value: object, what: str) -> list[str]:
    """The value if it is a list of texts; else it is not a list of `what`."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong(f"is not a list of {what}", f"[{quoted(value)}]" if isinstance(value, str) else "")
    return value
