"""What is wrong with what was asked for."""

from __future__ import annotations

from collections.abc import Iterable


class SiteProblem(Exception):
    """It cannot be done, and nothing was changed; `problems` are whole sentences, one per mistake."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
