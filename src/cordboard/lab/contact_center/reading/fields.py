"""The tables of a TOML file, field by field: what is wrong is noted with file, line and key, and all of it is said."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cordboard.config.location import Path


class WrongFile(Exception):
    """The file cannot be used; `problems` are whole sentences, one per mistake, with file and line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Problems:
    """What is wrong with one file; `lines` tells where its keys stand."""

    def __init__(self, file: str, lines: Mapping[Path, int]) -> None:
        self.found: list[tuple[int, str]] = []
        self._file = file
        self._lines = lines

    def note(self, path: Path, what: str) -> None:
        """`what` is wrong and what would be right."""
        known = next((path[:length] for length in range(len(path), 0, -1) if path[:length] in self._lines), ())
        line = self._lines.get(known, 0)
        place = f"{self._file}:{line}" if line else self._file
        self.found.append((line, f"{place}: {_written(path)}: {what}" if path else f"{place}: {what}"))

    def raise_if_any(self) -> None:
        if self.found:
            raise WrongFile(text for _, text in sorted(self.found, key=lambda each: each[0]))


class Fields:
    """One table. Each reading method takes a key away; `done` complains of those that are left."""

    def __init__(self, value: object, path: Path, problems: Problems, example: str) -> None:
        self.path = path
        self.problems = problems
        self._seen: list[str] = []
        if not isinstance(value, Mapping):
            problems.note(path, f"this is no table; right would be {example}")
            value = {}
        self._values: dict[str, Any] = {str(key): each for key, each in value.items()}

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._values)

    def peek(self, key: str) -> Any:
        """The value as it is, left in its place."""
        return self._values.get(key)

    def note(self, key: str, what: str) -> None:
        self.problems.note((*self.path, key), what)

    def take(self, key: str) -> Any:
        """The value as it is, None if it is not there."""
        self._seen.append(key)
        return self._values.get(key)

    def checked(self, key: str, default: Any, right: Callable[[Any], bool], example: str) -> Any:
        value = self.take(key)
        if value is None:
            return default
        if not right(value):
            self.note(key, f"{_shown(value)} is not possible here; right would be {example}")
            return default
        return value

    def text(self, key: str, default: str = "", example: str = '"text"') -> str:
        return str(self.checked(key, default, lambda value: isinstance(value, str) and value.isprintable(), example))

    def number(self, key: str, default: float | None, least: float, most: float, unit: str) -> float | None:
        example = f"a number from {least:g} to {most:g} ({unit})"
        value = self.checked(key, default, lambda each: _is_number(each) and least <= each <= most, example)
        return None if value is None else float(value)

    def whole(self, key: str, default: int | None, least: int, most: int) -> int | None:
        example = f"a whole number from {least} to {most}"
        value = self.checked(
            key, default, lambda each: _is_number(each) and isinstance(each, int) and least <= each <= most, example
        )
        return None if value is None else int(value)

    def truth(self, key: str, default: bool) -> bool:
        return bool(self.checked(key, default, lambda value: isinstance(value, bool), "true or false"))

    def choice(self, key: str, default: str | None, words: Iterable[str]) -> str | None:
        words = tuple(words)
        value = self.checked(key, default, lambda each: each in words, " or ".join(f'"{word}"' for word in words))
        return None if value is None else str(value)

    def texts(self, key: str, example: str) -> tuple[str, ...] | None:
        value = self.checked(
            key,
            None,
            lambda each: isinstance(each, list) and all(isinstance(item, str) and item for item in each),
            example,
        )
        return None if value is None else tuple(value)

    def mapping(self, key: str, example: str) -> dict[str, str]:
        """A table of texts; numbers are taken as texts."""
        value = self.checked(
            key,
            {},
            lambda each: isinstance(each, Mapping) and all(isinstance(item, str | int) for item in each.values()),
            example,
        )
        return {str(name): str(item) for name, item in value.items()}

    def inner(self, key: str, example: str) -> Fields:
        value = self.take(key)
        return Fields({} if value is None else value, (*self.path, key), self.problems, example)

    def tables(self, key: str, example: str) -> dict[str, Fields]:
        """The tables inside a table."""
        outer = self.inner(key, "a table of tables")
        return {name: outer.inner(name, example) for name in outer._values}

    def done(self) -> None:
        for key in self._values:
            if key in self._seen:
                continue
            near = difflib.get_close_matches(key, self._seen, 1)
            right = f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(sorted(set(self._seen)))}"
            self.note(key, f"there is no such key{right}")


def known(problems: Problems, path: Path, name: str, names: Iterable[str], what: str) -> bool:
    """Complain of a name that is nobody's."""
    names = tuple(names)
    if name in names:
        return True
    problems.note(path, f"there is no {what} {name!r}; there are {', '.join(names) or 'none'}")
    return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _written(path: Path) -> str:
    """`routing_points.8001, step 3, select`, `customers 2.talk`: counted from 1, as people do."""
    words, between = "", "."
    for before, part in zip(("", *path), path, strict=False):
        if isinstance(part, int):
            words += f", step {part + 1}" if before == "steps" else f" {part + 1}"
            between = ", " if before == "steps" else "."
        elif part != "steps":
            words += f"{between}{part}" if words else part
    return words
