"""The agents of the lab, with the passwords that its pages find filled in."""

from __future__ import annotations

from cordboard.config.settings import Agent, Prefill


def agents() -> tuple[Agent, ...]:
    """5001 to 5020."""
    return tuple(Agent(dn=str(dn), page_password=f"GenesysAgent{dn}!") for dn in range(5001, 5021))


def prefill(agents: tuple[Agent, ...]) -> Prefill:
    """The first agent, as the lab's softphone and GWS know it."""
    first = agents[0]
    return Prefill(first.dn, first.page_password, f"agent{first.dn}", f"agent{first.dn}")
