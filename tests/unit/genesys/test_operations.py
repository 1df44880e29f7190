from __future__ import annotations

from cordboard.genesys.operations import FIELDS, AgentOperation, CallOperation, fields_of
from cordboard.genesys.states import AGENT_STATES


def test_operations_that_need_nothing_have_no_fields() -> None:
    assert fields_of(CallOperation.ANSWER).required == ()
    assert fields_of("no such operation").required == ()


def test_operations_name_what_they_need() -> None:
    assert fields_of("SendDtmf").required == ("digits",)
    assert fields_of("Dial").required == ("destination",)
    assert fields_of("DeleteUserDataPair").required == ("key",)
    assert all(fields.required or fields.optional for fields in FIELDS.values())


def test_every_agent_state_is_an_operation() -> None:
    assert [entry.operation_name for entry in AGENT_STATES] == [operation.value for operation in AgentOperation]
