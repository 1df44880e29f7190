"""SIP Server look-alike: the ladders go through every cell of the call's and the negotiation's tables."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import pytest

from cordboard.lab.sip_server.calls.flow import BasicCall
from cordboard.lab.sip_server.calls.negotiation import Negotiation
from flows import (
    test_sip_server_hold,
    test_sip_server_inbound,
    test_sip_server_make_call,
    test_sip_server_routing,
)
from kit.sip_server_stack import SipServerStack, ladder_of
from kit.table_cells import watching

MODULES = (test_sip_server_hold, test_sip_server_inbound, test_sip_server_make_call, test_sip_server_routing)


def test_every_cell_is_visited() -> None:
    with ExitStack() as stack:
        tables = [stack.enter_context(watching(machine)) for machine in (BasicCall, Negotiation)]
        for module in MODULES:
            for scenario in scenarios(module):
                scenario()
    assert [table.missing() for table in tables] == [[], []]


def scenarios(module: ModuleType) -> Iterator[Callable[[], None]]:
    """The tests of a module that need nothing but a server and its ladder."""
    for name, test in vars(module).items():
        wanted = set(inspect.signature(test).parameters) if name.startswith("test_") else {"no test"}
        if wanted <= {"ladder", "server"}:
            yield lambda test=test, wanted=wanted: run(test, wanted)


def run(test: Callable[..., None], wanted: set[str]) -> None:
    server = SipServerStack()
    given: dict[str, Any] = {"server": server, "ladder": ladder_of(server)}
    test(**{name: given[name] for name in wanted})


@pytest.mark.parametrize("machine", [BasicCall, Negotiation])
def test_no_cell_lacks_a_state(machine: Any) -> None:
    """Every state that a cell leads to has cells of its own, but for the ends."""
    leading = {state for state, _ in machine.TABLE.values()}
    left = {state for state, _ in machine.TABLE}
    assert {str(state) for state in leading - left} <= {"ended", "done"}
