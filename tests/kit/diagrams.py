"""Draws the state machines of the SIP package into docs/sip.md: `python -m kit.diagrams` from `tests` rewrites them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from cordboard.sip.machine import StateMachine
from cordboard.sip.registration import Registration
from cordboard.sip.session.usage import Session
from cordboard.sip.transaction.invite_client import InviteClient
from cordboard.sip.transaction.invite_server import InviteServer
from cordboard.sip.transaction.non_invite_client import NonInviteClient
from cordboard.sip.transaction.non_invite_server import NonInviteServer

DOCUMENT = Path(__file__).parents[2] / "docs" / "sip.md"
MACHINES: dict[str, tuple[type[StateMachine[Any, Any, Any]], tuple[str, ...]]] = {
    "invite_client": (InviteClient, ("Calling",)),
    "non_invite_client": (NonInviteClient, ("Trying",)),
    "invite_server": (InviteServer, ("Proceeding",)),
    "non_invite_server": (NonInviteServer, ("Trying",)),
    "session": (Session, ("Calling", "Invited")),
    "registration": (Registration, ("Unregistered",)),
}
BLOCK = re.compile(r"(<!-- diagram: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def mermaid(machine: type[StateMachine[Any, Any, Any]], initial: tuple[str, ...]) -> str:
    """The changes of state in a machine's table, one arrow for all events between the same two states."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, event), (to, _) in machine.TABLE.items():
        if state is not to:
            arrows.setdefault((state, to), []).append(event)
    lines = ["```mermaid", "stateDiagram-v2", *(f"    [*] --> {state}" for state in initial)]
    lines += [f"    {state} --> {to}: {' | '.join(events)}" for (state, to), events in arrows.items()]
    return "\n".join([*lines, "```", ""])


def redrawn(text: str) -> str:
    """The document with its diagrams as they should be."""
    return BLOCK.sub(lambda block: block[1] + mermaid(*MACHINES[block[2]]) + block[3], text)


if __name__ == "__main__":
    DOCUMENT.write_text(redrawn(DOCUMENT.read_text()))
