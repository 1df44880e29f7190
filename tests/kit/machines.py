"""Draws every state machine into docs/machines from its table: `python -m kit.machines` from `tests` rewrites them.

Two shapes of tables exist: `state x event -> (state, actions)`, drawn as a diagram with all cells below it, and the
`state x input -> action` of legs and seats, whose actions set the state themselves: these have their cells alone.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cordboard.bayeux import session as bayeux
from cordboard.call import dialing, succession
from cordboard.call.page import leg as page_leg
from cordboard.call.trunk import leg as trunk_leg
from cordboard.lab.contact_center.visit import Visit
from cordboard.lab.customers.customer import Customer
from cordboard.lab.scenarios.behaviour import StandIn
from cordboard.lab.scenarios.customer import ScenarioCustomer
from cordboard.lab.sip_server import agents
from cordboard.lab.sip_server.calls.flow.basic import BasicCall
from cordboard.lab.sip_server.calls.joining.adding import Adding
from cordboard.lab.sip_server.calls.negotiation import Negotiation
from cordboard.seat import proof, seat
from cordboard.sip.availability.health import Health
from cordboard.sip.registration import Registration
from cordboard.sip.session.usage import Session
from cordboard.sip.transaction.invite_client import InviteClient
from cordboard.sip.transaction.invite_server import InviteServer
from cordboard.sip.transaction.non_invite_client import NonInviteClient
from cordboard.sip.transaction.non_invite_server import NonInviteServer

FOLDER = Path(__file__).parents[2] / "docs" / "machines"
HINT = "Written by `python -m kit.machines` in `tests` from the table in the code; a test fails when they differ."

Table = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Machine:
    """One page: a title, the module that it is in, the states it begins in, and its tables with what each is about."""

    slug: str
    title: str
    module: str
    initial: tuple[str, ...]
    tables: Mapping[str, Table]


def _one(slug: str, title: str, machine: Any, *initial: str) -> Machine:
    return Machine(slug, title, machine.__module__, initial, {"": machine.TABLE})


MACHINES = (
    _one("invite-client-transaction", "INVITE client transaction", InviteClient, "Calling"),
    _one("non-invite-client-transaction", "Non-INVITE client transaction", NonInviteClient, "Trying"),
    _one("invite-server-transaction", "INVITE server transaction", InviteServer, "Proceeding"),
    _one("non-invite-server-transaction", "Non-INVITE server transaction", NonInviteServer, "Trying"),
    _one("session", "Session: one INVITE usage", Session, "Calling", "Invited"),
    _one("registration", "Registration, the client's end", Registration, "Unregistered"),
    _one("availability", "Health of a SIP Server", Health, "up"),
    Machine(
        "trunk-leg",
        "The leg towards SIP Server",
        trunk_leg.__name__,
        (),
        {"What SIP Server and the media engine say": trunk_leg.HANDLE, "What the page's leg says": trunk_leg.TELL},
    ),
    Machine(
        "page-leg",
        "The leg towards the page",
        page_leg.__name__,
        (),
        {"What the page and the media engine say": page_leg.HANDLE, "What the trunk leg says": page_leg.TELL},
    ),
    Machine("succession", "A trunk leg takes another's place", succession.__name__, (), {"": succession.HEARD}),
    Machine("dialing", "A call that SIP Server asks the phone to place", dialing.__name__, (), {"": dialing.HEARD}),
    Machine("seat", "A seat: pages and registration of a DN", seat.__name__, (), {"": seat.TABLE}),
    Machine("proof", "The proof that a page can be reached", proof.__name__, (), {"": proof.TABLE}),
    Machine(
        "bayeux-session", "A Bayeux session, the server's end", bayeux.__name__, ("handshaken",), {"": bayeux.TABLE}
    ),
    _one("lab-call", "Lab: a call of the SIP Server look-alike", BasicCall, "new"),
    _one("lab-adding", "Lab: a phone is called to join a call", Adding),
    _one("lab-negotiation", "Lab: offer and answer between two phones", Negotiation),
    Machine("lab-agent", "Lab: the state of an agent", agents.__name__, (), {"": agents.TRANSITIONS}),
    _one("lab-visit", "Lab: a call at a routing point", Visit, "running"),
    _one("lab-customer", "Lab: a simulated customer", Customer),
    _one("lab-scenario-customer", "Lab: a customer of a scenario", ScenarioCustomer, "awaited"),
    _one("lab-stand-in", "Lab: a stand-in for an agent", StandIn, "away"),
)


def has_targets(table: Table) -> bool:
    """Whether the cells say to which state they lead."""
    return all(isinstance(cell, tuple) for cell in table.values())


def mermaid(table: Table, initial: tuple[str, ...]) -> str:
    """The changes of state, one arrow for all events between the same two states."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, event), (to, _) in table.items():
        if state is not to:
            arrows.setdefault((_identifier(state), _identifier(to)), []).append(_word(event))
    names = {str(state) for state, _ in table} | {str(to) for to, _ in table.values()}
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{name}" as {_identifier(name)}' for name in sorted(names) if _identifier(name) != name]
    lines += [f"    [*] --> {_identifier(state)}" for state in initial]
    lines += [f"    {state} --> {to}: {' | '.join(events)}" for (state, to), events in arrows.items()]
    return "\n".join([*lines, "```", ""])


def cells(table: Table) -> str:
    """All cells as a table."""
    rows = []
    for key, cell in table.items():
        words = [_word(part) for part in key]
        if isinstance(cell, tuple):
            to, actions = cell
            words += [_word(to), ", ".join(map(_word, actions)) or "-"]
        else:
            words.append(_word(cell))
        rows.append(f"| {' | '.join(words)} |")
    before = ("state", "side", "input") if len(next(iter(table))) == 3 else ("state", "input")
    head = (*before, "then", "actions") if has_targets(table) else (*before, "action")
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows, ""])


def page(machine: Machine) -> str:
    """The whole page of one machine."""
    first_words = " ".join((sys.modules[machine.module].__doc__ or "").strip().partition("\n\n")[0].split())
    lines = [f"# {machine.title}", "", first_words, "", f"In `{machine.module}`. {HINT}", ""]
    for about, table in machine.tables.items():
        lines += [f"## {about}", ""] if about else []
        lines += [mermaid(table, machine.initial)] if has_targets(table) else []
        lines += [cells(table)]
    return "\n".join(lines)


def index() -> str:
    """The page that leads to the others."""
    lines = [f"* [{each.title}]({each.slug}.md), {sum(map(len, each.tables.values()))} cells" for each in MACHINES]
    head = "Every state machine of Cordboard. A pair of state and event without a cell does nothing."
    return "\n".join(["# State machines", "", head, "", *lines, ""])


def pages() -> dict[str, str]:
    """File name -> text of everything in docs/machines."""
    return {"README.md": index()} | {f"{machine.slug}.md": page(machine) for machine in MACHINES}


def _identifier(state: object) -> str:
    return "".join(character if character.isalnum() else "_" for character in str(state))


def _word(part: Any) -> str:
    """A state, an event, a type of input or an action, as people read it."""
    if isinstance(part, StrEnum):
        return str(part)
    name: str = part.__name__
    return name if isinstance(part, type) else name.lstrip("_").replace("_", " ")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.md"):
        file.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
