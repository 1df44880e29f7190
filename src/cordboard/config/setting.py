"""How one setting is declared: as a field of a section of `Settings`, with all that is to be known about it."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from cordboard.config.kinds import Kind

_KEY = "cordboard.setting"
UNSET: Any = MISSING


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the reference page says about a setting. `default` and `lab` are values as written in the file.

    `lab` is the default under `cordboard lab`. `derived` tells in words what an empty default is replaced by.
    A `secret` value is never shown.
    """

    kind: Kind
    default: object
    help: str
    unit: str
    lab: object
    derived: str
    secret: bool

    @property
    def required(self) -> bool:
        return self.default is UNSET


@dataclass(frozen=True, slots=True)
class Setting:
    """A declaration with its place: `[section] key`."""

    section: str
    key: str
    declared: Declaration

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}"

    @property
    def example(self) -> str:
        """The setting as a line of a file."""
        return f"{self.key} = {self.declared.kind.example}"


def setting(
    kind: Kind,
    default: object,
    help: str,
    *,
    unit: str = "",
    lab: object = UNSET,
    derived: str = "",
    secret: bool = False,
) -> Any:
    """A dataclass field that is a setting; `UNSET` as default makes it required, `secret` keeps it out of repr."""
    declared = Declaration(kind, default, help, unit, default if lab is UNSET else lab, derived, secret)
    value = MISSING if default is UNSET else kind.read(default)
    return field(default=value, metadata={_KEY: declared}, repr=not secret)


def settings_of(section: str, declared_in: type) -> list[Setting]:
    """The settings that the fields of a section's dataclass declare, in their order."""
    return [Setting(section, each.name, each.metadata[_KEY]) for each in fields(declared_in) if _KEY in each.metadata]
