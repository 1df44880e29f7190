"""The highest level that is still good: up by steps until one is bad, then closer to the border.

search = Search(first=100, factor=1.25, last=2000)
while (level := search.next) is not None:
    search.tell(level, good=...)
print(search.best)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Search:
    """Levels are whole numbers. `precision` is how close to the border the result must be, as a share of it.

    `best` is the highest good level, 0 if there is none yet; `bad` the lowest bad one. `last` itself may be good: then
    the border was not found, and `open_ended` says so.
    """

    first: int
    factor: float = 1.25
    last: int = 1_000_000
    precision: float = 0.08
    best: int = 0
    bad: int | None = None

    @property
    def next(self) -> int | None:
        """The level to try now; None when the border is known well enough."""
        if self.bad is None:
            if self.best >= self.last:
                return None
            return min(self.last, max(self.first, round(self.best * self.factor), self.best + 1))
        middle = (self.best + self.bad) // 2
        close = self.bad - self.best <= max(1.0, self.precision * self.bad)
        return None if close or middle in (0, self.best) else middle

    @property
    def open_ended(self) -> bool:
        """Every level up to the last one was good."""
        return self.bad is None and self.best >= self.last

    def tell(self, level: int, *, good: bool) -> None:
        """How the level that was tried did. Raises ValueError for one that says nothing new."""
        if level <= self.best or (self.bad is not None and level >= self.bad):
            raise ValueError(f"level {level} lies outside of what is unknown")
        if good:
            self.best = level
        else:
            self.bad = level
