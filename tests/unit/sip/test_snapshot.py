"""A session that outlives its process: snapshot and Restore."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cordboard.sip import events
from cordboard.sip.core import SessionTimer, UserAgentCore
from cordboard.sip.errors import LocalProtocolError
from cordboard.sip.events import EndCause
from cordboard.sip.message import Request
from kit.counted import CountedIdentifiers
from kit.pair import SDP, Pair
from kit.solo import CONTACT, OURS, Solo

TIMER = SessionTimer()
SERVER = {"Supported": "timer", "Session_Expires": "1800;refresher=uac", "Record_Route": "<sip:127.0.0.5;lr>"}


def after_a_crash(solo: Solo, session: str, **options: Any) -> Solo:
    """Another core, which knows the session from its snapshot only; the clock of its process begins anew."""
    snapshot = json.loads(json.dumps(solo.core.snapshot(session)))
    again = Solo(**options)
    again.core = UserAgentCore(CountedIdentifiers("new-"), via_host=lambda flow: OURS, **options)
    again.peer_cseq, again.now = solo.peer_cseq, 7.0
    again._numbers = solo._numbers
    again.do(events.Restore(session, again.flow, snapshot))
    return again


def called(**options: Any) -> tuple[Solo, str, Request]:
    solo = Solo(**options)
    invite = solo.invite(**SERVER)
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(invite)
    invite.headers.set("To", solo.our_to(invite))
    return solo, session, invite


def calling(*headers: tuple[str, str], **options: Any) -> tuple[Solo, Request]:
    solo = Solo(**options)
    invite = solo.call()
    solo.reply(200, invite, sdp=SDP, headers=headers)
    return solo, invite


def test_snapshot_is_small_and_json() -> None:
    solo, session, _ = called(session_timer=TIMER)
    snapshot = solo.core.snapshot(session)
    assert snapshot is not None
    assert len(json.dumps(snapshot)) < 700
    assert json.loads(json.dumps(snapshot)) == snapshot


def test_only_established_sessions_have_one() -> None:
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Ring(session, CONTACT))
    assert solo.core.snapshot(session) is None
    solo.do(events.Accept(session, CONTACT, SDP))
    assert solo.core.snapshot(session) is not None
    solo.ack(invite)
    solo.do(events.Hangup(session))
    assert solo.core.snapshot(session) is None
    solo.reply(180, solo.call())
    assert solo.core.snapshot("s") is None
    assert solo.core.snapshot("nobody") is None


def test_restored_session_that_began_with_their_invite() -> None:
    before, session, invite = called()
    before.do(events.SendInDialog(session, "k", "INFO"))
    old = before.request("INFO")
    solo = after_a_crash(before, session)
    assert solo.core.sessions == 1
    solo.do(events.Reinvite(session, "hold"))
    again = solo.request("INVITE")
    for name in ("Call-ID", "From", "To"):
        assert again.headers.get(name) == old.headers.get(name)
    assert again.uri == old.uri
    assert again.headers.get_all("Route") == ["<sip:127.0.0.5;lr>"]
    assert again.headers.get("Contact") == CONTACT
    assert solo.to[-1].remote == ("127.0.0.5", 5060)
    assert int(again.headers.get("CSeq", "").split()[0]) == 1002
    solo.reply(200, again, sdp="held")
    assert solo.last(events.Accepted).initial is False
    solo.ask("INFO", invite)
    assert solo.last(events.Requested).session == session
    solo.ask("INFO", invite, cseq=1)
    assert solo.lines[-1] == "500 INFO"
    solo.ask("INVITE", invite, SDP, cseq=20)
    solo.do(events.Accept(session, CONTACT, SDP))
    assert solo.lines[-1] == "200 INVITE"
    solo.do(events.Hangup(session))
    solo.reply(200, solo.request("BYE"))
    assert solo.core.sessions == 0


def test_restored_session_that_began_with_our_invite() -> None:
    before, invite = calling()
    solo = after_a_crash(before, "s")
    solo.ask("BYE", invite)
    assert solo.lines == ["200 BYE"]
    assert solo.last(events.Ended).cause is EndCause.BYE


def test_what_comes_late_for_the_old_process_does_no_harm() -> None:
    before, session, invite = called()
    before.do(events.Reinvite(session, SDP))
    solo = after_a_crash(before, session)
    solo.reply(200, before.request("INVITE"), sdp=SDP)
    solo.ack(invite)
    assert solo.outputs == []
    assert solo.lines == []


def test_restored_twice_from_fresh_snapshots_never_counts_down() -> None:
    before, session, _ = called()
    numbers = []
    for _ in range(3):
        before = after_a_crash(before, session)
        before.do(events.SendInDialog(session, "k", "INFO"))
        numbers.append(int(before.request("INFO").headers.get("CSeq", "").split()[0]))
    assert numbers == [1001, 2002, 3003]


def test_glare_waits_as_before() -> None:
    before, invite = calling()
    solo = after_a_crash(before, "s")
    solo.do(events.Reinvite("s", SDP))
    solo.reply(491, solo.request("INVITE"))
    solo.run(2.0)
    assert solo.lines.count("INVITE") == 1
    solo.run(0.1)
    assert solo.lines.count("INVITE") == 2
    assert invite.method == "INVITE"


def test_their_session_timer_begins_anew() -> None:
    before, session, _ = called(session_timer=TIMER)
    before.run(1000)
    solo = after_a_crash(before, session, session_timer=TIMER)
    solo.run(1767)
    assert solo.all(events.Ended) == []
    solo.run(1)
    assert solo.last(events.Ended).cause is EndCause.EXPIRED


def test_our_session_timer_refreshes_soon() -> None:
    before, _ = calling(("Session-Expires", "90;refresher=uac"), ("Allow", "UPDATE"), session_timer=TIMER)
    solo = after_a_crash(before, "s", session_timer=TIMER)
    solo.run(10)
    update = solo.request("UPDATE")
    assert update.headers.get("Session-Expires") == "90;refresher=uac"
    solo.reply(200, update, headers=(("Session-Expires", "90;refresher=uac"),))
    solo.fresh()
    solo.run(44)
    assert solo.fresh() == []


def test_core_without_timer_takes_the_session_up_all_the_same() -> None:
    before, session, _ = called(session_timer=TIMER)
    solo = after_a_crash(before, session)
    assert solo.core.deadline is None


def test_name_and_dialog_must_be_free() -> None:
    solo, session, _ = called()
    snapshot = solo.core.snapshot(session)
    assert snapshot is not None
    for name in (session, "another name"):
        with pytest.raises(LocalProtocolError):
            solo.do(events.Restore(name, solo.flow, snapshot))
    with pytest.raises(LocalProtocolError):
        solo.do(events.Restore(session, solo.flow, {**snapshot, "call_id": "other"}))
    assert solo.core.sessions == 1


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0}, {"version": None}, {"call_id": ""}, {"call_id": 5}, {"call_id": "a\r\nX: y"}, {"local": None},
        {"local": "<sip:a@b>"}, {"local": "<sip:a@b"}, {"remote": "<"}, {"target": ""}, {"target": []}, {"target": "<"},
        {"routes": None}, {"routes": "x"}, {"routes": [5]}, {"routes": ["<sip:a"]}, {"routes": [""]},
        {"local_cseq": -1}, {"local_cseq": 2**31}, {"local_cseq": "1"}, {"local_cseq": True}, {"remote_cseq": 1.5},
        {"contact": None}, {"contact": "<sip:a"}, {"contact": "<sip:a@b>\r\n"}, {"timer": 5}, {"timer": [1, True]},
        {"timer": ["90", True]}, {"timer": [90]}, {"timer": [90, 1]}, {"timer": [2**40, True]},
    ],
)  # fmt: skip
def test_malformed_snapshot(change: dict[str, object]) -> None:
    solo, session, _ = called()
    snapshot = solo.core.snapshot(session)
    assert snapshot is not None
    other = Solo()
    with pytest.raises(LocalProtocolError):
        other.do(events.Restore(session, other.flow, {**snapshot, **change}))
    name = next(iter(change))
    without = {key: value for key, value in snapshot.items() if key != name}
    if name not in ("timer", "local_cseq", "remote_cseq"):
        with pytest.raises(LocalProtocolError):
            other.do(events.Restore(session, other.flow, without))
    assert other.core.sessions == 0


def test_kill_in_the_middle_of_a_call_between_two_cores() -> None:
    pair = Pair(session_timer=TIMER)
    pair.a.call("call")
    pair.settle()
    session = pair.b.last(events.Invited).session
    pair.b.do(events.Accept(session, pair.b.contact, SDP))
    pair.settle()
    snapshot = pair.b.core.snapshot(session)
    assert snapshot is not None
    pair.b.do(events.SendInDialog(session, "k", "INFO"))  # unknown to the snapshot
    pair.b.core = UserAgentCore(CountedIdentifiers("b2"), via_host=lambda _: "127.0.0.2:5060", session_timer=TIMER)
    pair.b.do(events.Restore(session, pair.b.flow, snapshot))
    pair.b.react = lambda output: (
        pair.b.do(events.Respond(output.transaction, 200)) if isinstance(output, events.Requested) else None
    )
    pair.run(5)
    pair.b.do(events.Reinvite(session, "hold"))
    pair.settle()
    assert pair.a.last(events.Reinvited).request.body == b"hold"
    pair.a.do(events.Accept("call", pair.a.contact, "held"))
    pair.settle()
    assert pair.b.last(events.Accepted).response.body == b"held"
    pair.run(4000)
    assert pair.a.all(events.Ended) == pair.b.all(events.Ended) == []
    assert [each.request.method for each in pair.b.all(events.Requested)] == ["UPDATE"] * 4
    pair.a.do(events.Hangup("call"))
    pair.run(40)
    assert pair.b.last(events.Ended).cause is EndCause.BYE
    assert pair.a.core.sessions == pair.b.core.sessions == 0
