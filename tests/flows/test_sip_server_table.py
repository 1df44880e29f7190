"""SIP Server look-alike: the ladders go through every cell of the call's and the negotiation's tables."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import pytest

from cordboard.lab.sip_server.calls.flow.basic import BasicCall
from cordboard.lab.sip_server.calls.joining.adding import Adding
from cordboard.lab.sip_server.calls.negotiation import Negotiation
from flows import (
    test_sip_server_conference,
    test_sip_server_consult,
    test_sip_server_dn_state,
    test_sip_server_hold,
    test_sip_server_inbound,
    test_sip_server_make_call,
    test_sip_server_make_call_flow_2,
    test_sip_server_recording,
    test_sip_server_refer,
    test_sip_server_refresh,
    test_sip_server_routing,
    test_sip_server_single_step,
    test_sip_server_supervision,
    test_sip_server_transfer,
    test_sip_server_treatments,
)
from kit.sip_server_stack import SipServerStack, ladder_of
from kit.table_cells import watching

MODULES = (
    test_sip_server_conference,
    test_sip_server_consult,
    test_sip_server_dn_state,
    test_sip_server_hold,
    test_sip_server_inbound,
    test_sip_server_make_call,
    test_sip_server_make_call_flow_2,
    test_sip_server_recording,
    test_sip_server_refer,
    test_sip_server_refresh,
    test_sip_server_routing,
    test_sip_server_single_step,
    test_sip_server_supervision,
    test_sip_server_transfer,
    test_sip_server_treatments,
)
MACHINES = (BasicCall, Negotiation, Adding)


def test_every_cell_is_visited() -> None:
    with ExitStack() as stack:
        tables = [stack.enter_context(watching(machine)) for machine in MACHINES]
        for module in MODULES:
            for scenario in scenarios(module):
                scenario()
    assert [cell for table in tables for cell in table.missing()] == []


def scenarios(module: ModuleType) -> Iterator[Callable[[], None]]:
    """The tests of a module that need nothing but a server and its ladder."""
    for name, test in vars(module).items():
        wanted = set(inspect.signature(test).parameters) if name.startswith("test_") else {"no test"}
        if wanted <= {"ladder", "server"}:
            yield lambda test=test, wanted=wanted: run(module, test, wanted)


def run(module: ModuleType, test: Callable[..., None], wanted: set[str]) -> None:
    server = getattr(module, "new_server", SipServerStack)()
    given: dict[str, Any] = {"server": server, "ladder": getattr(module, "new_ladder", ladder_of)(server)}
    test(**{name: given[name] for name in wanted})


@pytest.mark.parametrize("machine", MACHINES)
def test_no_cell_lacks_a_state(machine: Any) -> None:
    """Every state that a cell leads to has cells of its own, but for the ends."""
    leading = {state for state, _ in machine.TABLE.values()}
    left = {state for state, _ in machine.TABLE}
    assert {str(state) for state in leading - left} <= {"ended", "done", "over"}
