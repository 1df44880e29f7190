"""Who works in the contact centre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NONE, RECALL, RELEASE = "none", "recall", "release"
ACTIONS = ("none", "notready", "logout")


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """What happens to a call that rings too long, and to its agent; what is None is said elsewhere.

    `timeout` in seconds. `action` on the agent: none, notready, logout. `overflow` of the call: none (it rings on),
    recall (back to where it was routed from), release, or numbers that are tried in order (reference: SIP Server 6.4).
    """

    timeout: float | None = None
    action: str | None = None
    overflow: tuple[str, ...] | None = None

    def over(self, other: NoAnswer) -> NoAnswer:
        """What this says, and what `other` says of the rest."""
        return NoAnswer(
            other.timeout if self.timeout is None else self.timeout,
            other.action if self.action is None else self.action,
            other.overflow if self.overflow is None else self.overflow,
        )


@dataclass(frozen=True, slots=True)
class Person:
    """One agent: the account, the place with its DN, and what calls may be given to it. `skills`: name -> level."""

    user_name: str
    password: str = field(repr=False)
    dn: str
    place: str
    first_name: str
    last_name: str
    employee_id: str
    groups: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    is_supervisor: bool = False
    wrap_up_time: float | None = None
    no_answer: NoAnswer = field(default_factory=NoAnswer)


def person_at(dn: str) -> Person:
    """Who is at a DN of which no file says anything."""
    return Person(f"agent{dn}", f"agent{dn}", dn, f"Place_{dn}", "Agent", dn, f"E{dn}")
