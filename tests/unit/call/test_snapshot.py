"""A call as text and back; what is no snapshot of ours is refused, with as much as it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.call import snapshot
from cordboard.call.call import Call
from cordboard.call.events import Try
from cordboard.call.leg import LegState
from cordboard.call.media import Side
from cordboard.call.snapshot import LIMIT, SnapshotError, from_text, to_text
from kit.gateway_stack import GatewayStack

DIALOG = {"version": 1, "call_id": "c", "local": "<sip:5001@h>;tag=a", "remote": "<sip:1003@h>;tag=b", "local_cseq": 1}


def established() -> Call:
    call = GatewayStack().call
    call.page.state = call.trunk.state = LegState.CONNECTED
    call.page.identity, call.page.call_uuid, call.page.connected_at = "page", "ONE", 12.5
    call.page.beginning = Try("<sip:1003@h>", "5001", (("P-Asserted-Identity", "<sip:1003@h>"),), agent_first=True)
    call.page.ufrag = "abcd"
    call.trunk.call_uuid = "ONE"
    return call


def restored(call: Call, page_dialog: Any = DIALOG) -> Call:
    again = GatewayStack().call
    from_text(to_text(call, page_dialog, DIALOG)).fill(again)
    return again


def test_what_both_legs_know_comes_back() -> None:
    call = established()
    call.page.held, call.trunk.held = True, True
    again = restored(call)
    for name in ("state", "held", "parked", "call_uuid", "connected_at", "beginning", "ufrag", "identity", "target"):
        assert getattr(again.page, name) == getattr(call.page, name), name
    for name in ("state", "held", "call_uuid", "domain"):
        assert getattr(again.trunk, name) == getattr(call.trunk, name), name
    assert again.answered


def test_the_dialogs_come_back() -> None:
    saved = from_text(to_text(established(), None, DIALOG))
    assert (saved.dialog(Side.PAGE), saved.dialog(Side.TRUNK)) == (None, DIALOG)


def test_a_call_between_two_pages_knows_neither() -> None:
    """Whichever page comes is another one: it gets the call anew."""
    call = established()
    call.page.state = LegState.RECALLING
    again = restored(call, page_dialog=None)
    assert again.page.state is LegState.CONNECTED
    assert again.page.identity == ""


@pytest.mark.parametrize("state", [LegState.CALLING, LegState.CALLED, LegState.PREPARING, LegState.ENDED])
def test_what_is_not_established_has_no_snapshot(state: LegState) -> None:
    call = established()
    call.page.state = state
    assert to_text(call, DIALOG, DIALOG) == ""
    call = established()
    call.trunk.state = state
    assert to_text(call, DIALOG, DIALOG) == ""
    assert to_text(established(), DIALOG, None) == ""


def test_too_long_a_call_leaves_its_headers_behind() -> None:
    call = established()
    call.page.beginning = Try("<sip:1003@h>", "5001", (("X-Genesys-Much", "m" * LIMIT),))
    text = to_text(call, DIALOG, DIALOG)
    assert len(text.encode()) <= LIMIT
    assert from_text(text).page["headers"] == []
    call.page.target = "t" * LIMIT
    assert to_text(call, DIALOG, DIALOG) == ""


def test_a_usual_one_is_far_below_the_limit() -> None:
    assert len(to_text(established(), DIALOG, DIALOG).encode()) < LIMIT / 2


def changed(**changes: Any) -> str:
    content = json.loads(to_text(established(), DIALOG, DIALOG))
    content.update(changes)
    return json.dumps(content)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "5", '{"version":1}', "[" * 100_000, changed(trunk={})])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(SnapshotError) as refused:
        from_text(text)
    assert refused.value.trunk_dialog is None


@pytest.mark.parametrize(
    "text", [changed(version=2), changed(version=None), changed(dn=5), changed(page={}), changed(page=None)]
)
def test_sip_servers_dialog_is_told_if_it_is_there(text: str) -> None:
    with pytest.raises(SnapshotError) as refused:
        from_text(text)
    assert refused.value.trunk_dialog == DIALOG


@pytest.mark.parametrize("name", [*snapshot.PAGE])
def test_each_value_of_the_page_has_its_kind(name: str) -> None:
    page = json.loads(to_text(established(), DIALOG, DIALOG))["page"]
    with pytest.raises(SnapshotError):
        from_text(changed(page={**page, name: {"no": "such"}}))


@pytest.mark.parametrize("headers", [[1], [["a"]], [["a", 5]], ["ab"]])
def test_headers_are_pairs_of_texts(headers: object) -> None:
    page = json.loads(to_text(established(), DIALOG, DIALOG))["page"]
    with pytest.raises(SnapshotError):
        from_text(changed(page={**page, "headers": headers}))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["version", "dn", "page", "trunk", "dialog", "held", "headers"]), inner)))  # fmt: skip  # noqa: E501
def test_any_json_is_read_or_refused(content: object) -> None:
    try:
        from_text(json.dumps(content))
    except SnapshotError:
        return
    raise AssertionError("nothing of this can be a snapshot")
