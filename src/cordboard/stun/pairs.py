"""Candidate pairs of an ICE agent with one local candidate and one component (RFC 8445 sections 6.1.2 and 6.1.4).

Every pair has a foundation of its own then, so none waits frozen for another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import StrEnum

from cordboard.stun.message import Address

MAXIMUM_PAIRS = 100  # RFC 8445 section 6.1.2.5


class PairState(StrEnum):
    WAITING = "waiting"
    IN_PROGRESS = "in progress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Pair:
    """Our candidate and one of the peer's."""

    __slots__ = ("heard", "named", "nominated", "priority", "remote", "state")

    def __init__(self, remote: Address, priority: int) -> None:
        self.remote = remote
        self.priority = priority  # of the peer's candidate
        self.state = PairState.WAITING
        self.heard = False  # an acceptable check came from there
        self.named = False  # by the controlling side's USE-CANDIDATE
        self.nominated = False  # that, and a check of ours has succeeded


class Checklist:
    """The pairs, and those whose check was triggered, in the order in which they are checked."""

    __slots__ = ("_pairs", "_triggered")

    def __init__(self) -> None:
        self._pairs: dict[Address, Pair] = {}
        self._triggered: deque[Pair] = deque()

    def __iter__(self) -> Iterator[Pair]:
        return iter(self._pairs.values())

    def __len__(self) -> int:
        return len(self._pairs)

    def get(self, remote: Address) -> Pair | None:
        return self._pairs.get(remote)

    def add(self, remote: Address, priority: int) -> Pair | None:
        """A pair with that candidate of the peer, the known one if there is one; None: there are too many."""
        pair = self._pairs.get(remote)
        if pair is None and len(self._pairs) < MAXIMUM_PAIRS:
            pair = self._pairs[remote] = Pair(remote, priority)
        return pair

    def trigger(self, pair: Pair) -> None:
        """Its check comes before all ordinary ones."""
        pair.state = PairState.WAITING
        if pair not in self._triggered:
            self._triggered.append(pair)

    @property
    def all_failed(self) -> bool:
        """There are pairs, and none of them works."""
        return bool(self._pairs) and all(pair.state is PairState.FAILED for pair in self)

    def waiting(self) -> bool:
        """Whether there is a check to be sent."""
        return any(pair.state is PairState.WAITING for pair in self)

    def next(self) -> Pair | None:
        """The pair to check now."""
        while self._triggered:
            pair = self._triggered.popleft()
            if pair.state is PairState.WAITING:
                return pair
        return max((pair for pair in self if pair.state is PairState.WAITING), key=_rank, default=None)

    def best(self, *, nominated: bool = False) -> Pair | None:
        """The best of those that work, or of those that were nominated."""
        fit = (pair for pair in self if pair.state is PairState.SUCCEEDED and (pair.nominated or not nominated))
        return max(fit, key=_rank, default=None)

    def may_be_better(self, than: Pair) -> bool:
        """Whether a pair of higher rank is still being checked."""
        undecided = (PairState.WAITING, PairState.IN_PROGRESS)
        return any(pair.state in undecided and _rank(pair) > _rank(than) for pair in self)

    def forget_waiting(self) -> None:
        """Check nothing more that has not begun (RFC 8445 section 8.1.2)."""
        self._triggered.clear()
        for pair in self:
            if pair.state in (PairState.WAITING, PairState.IN_PROGRESS):
                pair.state = PairState.FAILED


def _rank(pair: Pair) -> int:
    """The formula of section 6.1.2.3 orders the pairs of one local candidate by the peer's, whoever controls."""
    return pair.priority
