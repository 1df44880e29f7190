"""Values that must not be read in a log: numbers of people, names, addresses."""

from __future__ import annotations

from dataclasses import dataclass

_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Private:
    """A text that shows only its last two characters in `str`, `repr` and `format`; `text` is the whole."""

    text: str

    def __str__(self) -> str:
        return "***" + (self.text[-_SHOWN:] if len(self.text) > _SHOWN else "")

    def __repr__(self) -> str:
        return str(self)

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)
