"""Skill expressions: `english >= 5 and (sales >= 3 or service)`; a name alone asks for any level above 0."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_TOKEN = re.compile(r"\s*(?:([A-Za-z_][\w.-]*)|(\d+)|(>=|<=|!=|==|[<>=&|()]))")
_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_AND = ("and", "&")
_OR = ("or", "|")


class WrongExpression(ValueError):
    """What is wrong with an expression, and where."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One skill with a level; who lacks the skill has level 0."""

    skill: str
    comparison: str
    level: int

    def matches(self, skills: Mapping[str, int]) -> bool:
        return _COMPARISONS[self.comparison](skills.get(self.skill, 0), self.level)

    def names(self) -> frozenset[str]:
        return frozenset({self.skill})


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Expression, ...]

    def matches(self, skills: Mapping[str, int]) -> bool:
        return all(part.matches(skills) for part in self.parts)

    def names(self) -> frozenset[str]:
        return frozenset().union(*(part.names() for part in self.parts))


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Expression, ...]

    def matches(self, skills: Mapping[str, int]) -> bool:
        return any(part.matches(skills) for part in self.parts)

    def names(self) -> frozenset[str]:
        return frozenset().union(*(part.names() for part in self.parts))


Expression = Comparison | AllOf | AnyOf


def parse(text: str) -> Expression:
    """Read an expression. Raises `WrongExpression`."""
    reader = _Reader(_tokens(text), text)
    expression = reader.any_of()
    if reader.tokens:
        raise WrongExpression(f"{reader.tokens[0]!r} is not expected in {text!r}")
    return expression


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise WrongExpression(f"{text[at:].strip()[:10]!r} is not expected in {text!r}")
        tokens.append(match[0].strip())
        at = match.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[str], text: str) -> None:
        self.tokens = tokens
        self._text = text

    def any_of(self) -> Expression:
        parts = [self.all_of()]
        while self._next_is(_OR):
            self.tokens.pop(0)
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all_of(self) -> Expression:
        parts = [self.one()]
        while self._next_is(_AND):
            self.tokens.pop(0)
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def one(self) -> Expression:
        token = self.tokens.pop(0) if self.tokens else ""
        if token == "(":
            inner = self.any_of()
            if not self._next_is((")",)):
                raise WrongExpression(f"a parenthesis is not closed in {self._text!r}")
            self.tokens.pop(0)
            return inner
        if not token[:1].isalpha() and token[:1] != "_":
            raise WrongExpression(
                f"a skill is expected {f'before {token!r}' if token else 'at the end'}: {self._text!r}"
            )
        if not self._next_is(tuple(_COMPARISONS)):
            return Comparison(token, ">", 0)
        comparison = self.tokens.pop(0)
        level = self.tokens.pop(0) if self.tokens else ""
        if not level.isdigit():
            raise WrongExpression(f"a level is expected after {token} {comparison}: {self._text!r}")
        return Comparison(token, comparison, int(level))

    def _next_is(self, words: tuple[str, ...]) -> bool:
        return bool(self.tokens) and self.tokens[0] in words
