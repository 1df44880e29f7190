"""The core as a whole: what it lets in, how it matches, which way it answers, and what it leaves behind."""

from __future__ import annotations

import pytest

from cordboard.sip import events
from cordboard.sip.core import Timers, UserAgentCore
from cordboard.sip.errors import LocalProtocolError
from cordboard.sip.events import Received
from cordboard.sip.message import Request, to_bytes
from kit.counted import CountedIdentifiers
from kit.pair import SDP, Pair
from kit.solo import CONTACT, Solo, message, request

FLOW = Solo().flow

# --- section 8.2 ---


@pytest.mark.parametrize("method", ["SUBSCRIBE", "PUBLISH", "DANCE"])
def test_method_that_is_not_allowed(method: str) -> None:
    solo = Solo()
    solo.receive(request(method))
    assert solo.lines == [f"405 {method}"]
    allow = solo.response(f"405 {method}").headers.get("Allow", "")
    assert allow == "INVITE, ACK, PRACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, MESSAGE, UPDATE, REFER"
    assert solo.outputs == []


def test_allowed_methods_are_the_users_choice() -> None:
    solo = Solo(allow=("INVITE", "ACK", "SUBSCRIBE"))
    solo.receive(request("SUBSCRIBE"))
    solo.receive(request("OPTIONS"))
    assert solo.kinds == ["OutOfDialogRequested"]
    assert solo.response("405 OPTIONS").headers.get("Allow") == "INVITE, ACK, SUBSCRIBE"


@pytest.mark.parametrize("method", ["REGISTER", "OPTIONS", "MESSAGE", "NOTIFY", "REFER", "INFO", "UPDATE"])
def test_requests_outside_dialogs_are_reported_and_answered_by_the_user(method: str) -> None:
    solo = Solo()
    solo.receive(request(method))
    asked = solo.last(events.OutOfDialogRequested)
    assert (asked.flow, asked.request.method) == (solo.flow, method)
    assert solo.lines == []
    solo.do(events.Respond(asked.transaction, 202, "Fine", (("X-A", "b"),), "text/plain", b"yes"))
    answer = solo.response(f"202 {method}")
    assert (answer.reason, answer.body, answer.headers.get("X-A")) == ("Fine", b"yes", "b")
    assert answer.headers.get("Content-Type") == "text/plain"
    assert answer.headers.get("To") == "<sip:5001@example.com>;tag=our-tag2"
    assert ("Allow" in answer.headers) == (method == "OPTIONS")
    solo.receive(request(method))
    assert solo.lines == [f"202 {method}"] * 2
    solo.do(events.Respond(asked.transaction, 500))
    assert len(solo.lines) == 2


def test_provisional_response_of_the_user() -> None:
    solo = Solo()
    solo.receive(request("REFER"))
    transaction = solo.last(events.OutOfDialogRequested).transaction
    solo.do(events.Respond(transaction, 100))
    solo.do(events.Respond(transaction, 200))
    assert solo.lines == ["100 REFER", "200 REFER"]


def test_request_that_the_user_never_answers_leaves_nothing() -> None:
    solo = Solo()
    solo.receive(request("MESSAGE"))
    solo.run(32)
    assert solo.core.transactions == 0
    assert solo.core.deadline is None
    solo.do(events.Respond(solo.last(events.OutOfDialogRequested).transaction, 200))
    assert solo.lines == []


@pytest.mark.parametrize("value", ["0", "00"])
def test_too_many_hops(value: str) -> None:
    solo = Solo()
    solo.receive(request("OPTIONS", Max_Forwards=value))
    solo.receive(request("INVITE", Max_Forwards=value))
    assert solo.lines == ["483 OPTIONS", "483 INVITE"]
    assert solo.outputs == []


def test_absent_max_forwards_is_no_reason() -> None:
    solo = Solo()
    solo.receive(request("OPTIONS", Max_Forwards=""))
    assert solo.kinds == ["OutOfDialogRequested"]


def test_required_extensions() -> None:
    solo = Solo()
    solo.receive(request("INVITE", Require="100rel, timer, x"))
    assert solo.response("420 INVITE").headers.get("Unsupported") == "timer, x"
    able = Solo(supported=("replaces",))
    able.receive(request("INVITE", Require="100rel, Replaces"))
    assert able.response("420 INVITE").headers.get("Unsupported") == "100rel"
    able.receive(request("MESSAGE", Require="replaces"))
    able.receive(request("OPTIONS", Supported="100rel"))
    assert able.kinds == ["OutOfDialogRequested", "OutOfDialogRequested"]


def test_unknown_dialog() -> None:
    solo = Solo()
    for method in ("INFO", "NOTIFY", "INVITE", "BYE", "UPDATE", "MESSAGE"):
        solo.receive(request(method, To="<sip:5001@example.com>;tag=gone"))
        assert solo.lines[-1] == f"481 {method}"
    solo.receive(request("ACK", To="<sip:5001@example.com>;tag=gone"))
    assert len(solo.lines) == 6
    assert solo.outputs == []


def test_bye_outside_dialogs() -> None:
    solo = Solo()
    solo.receive(request("BYE"))
    assert solo.lines == ["481 BYE"]


def test_request_of_another_tag_in_a_known_dialog() -> None:
    solo = Solo()
    invite = solo.invite()
    solo.do(events.Ring(solo.last(events.Invited).session, CONTACT))
    stranger = request("INFO", Call_ID="peer-call", To=solo.our_to(invite), From="<sip:peer@example.com>;tag=other")
    solo.receive(stranger)
    assert solo.lines[-1] == "481 INFO"


def test_request_out_of_order() -> None:
    solo = Solo()
    invite = solo.invite()
    solo.do(events.Ring(solo.last(events.Invited).session, CONTACT))
    solo.ask("INFO", invite, cseq=7)
    solo.ask("INFO", invite, cseq=6)
    assert solo.lines[-1] == "500 INFO"
    solo.ask("INFO", invite, cseq=7)
    assert solo.lines[-2:] == ["500 INFO", "500 INFO"]
    solo.ask("INFO", invite, cseq=100)
    assert len(solo.all(events.Requested)) == 2


def test_merged_request_is_refused() -> None:
    solo = Solo()
    solo.receive(request("INVITE"))
    solo.receive(request("INVITE", Via="SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKother"))
    assert solo.lines == ["100 INVITE", "482 INVITE"]
    assert len(solo.all(events.Invited)) == 1
    solo.receive(request("OPTIONS"))
    solo.receive(request("OPTIONS", Via="SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKother"))
    assert solo.lines[2:] == ["482 OPTIONS"]


def test_same_request_again_when_its_transaction_is_over_is_new() -> None:
    solo = Solo()
    solo.receive(request("OPTIONS"))
    solo.do(events.Respond(solo.last(events.OutOfDialogRequested).transaction, 200))
    solo.run(32)
    solo.receive(request("OPTIONS", Via="SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKother"))
    assert len(solo.all(events.OutOfDialogRequested)) == 2


# --- matching and ways ---


def test_repeated_invite_gets_the_last_response() -> None:
    solo = Solo()
    solo.receive(request("INVITE"))
    solo.receive(request("INVITE"))
    assert solo.lines == ["100 INVITE", "100 INVITE"]
    solo.do(events.Ring(solo.last(events.Invited).session, CONTACT))
    solo.receive(request("INVITE"))
    assert solo.lines[2:] == ["180 INVITE", "180 INVITE"]
    assert len(solo.all(events.Invited)) == 1


def test_requests_without_magic_cookie_are_matched_by_their_headers() -> None:
    solo = Solo()
    old = "SIP/2.0/UDP 127.0.0.2:5070;branch=1"
    solo.receive(request("INVITE", Via=old))
    solo.receive(request("INVITE", Via=old))
    solo.receive(request("CANCEL", Via=old, Call_ID="call-INVITE"))
    assert solo.lines == ["100 INVITE", "100 INVITE", "200 CANCEL", "487 INVITE"]
    solo.receive(request("ACK", Via=old, Call_ID="call-INVITE", To=solo.response("487 INVITE").headers.get("To", "")))
    solo.run(6)
    assert solo.times("487 INVITE") == [0]


def test_ack_with_the_branch_of_the_invite_acknowledges_a_success_too() -> None:
    solo = Solo()
    invite = solo.invite()
    solo.do(events.Accept(solo.last(events.Invited).session, CONTACT, SDP))
    ack = Request("ACK", invite.uri, invite.headers.copy())
    ack.headers.set("CSeq", "1 ACK")
    ack.headers.set("To", solo.our_to(invite))
    solo.receive(ack)
    assert solo.kinds == ["Invited", "Acknowledged"]


def test_response_that_belongs_to_nothing_is_dropped() -> None:
    solo = Solo()
    invite = solo.call()
    invite.headers.set("Via", "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKunknown")
    solo.reply(200, invite)
    assert solo.outputs == []


# --- requests outside dialogs ---


def test_request_outside_dialogs() -> None:
    solo = Solo()
    solo.do(message(solo, "m", headers=(("X-A", "b"),), content_type="text/plain", body=b"hello"))
    sent = solo.request("MESSAGE")
    assert sent.uri == "sip:peer@127.0.0.2"
    assert sent.headers.get("From") == "<sip:5001@example.com>;tag=our-tag1"
    assert sent.headers.get("To") == "<sip:peer@example.com>"
    assert sent.headers.get("CSeq") == "1 MESSAGE"
    assert sent.headers.get("Max-Forwards") == "70"
    assert sent.headers.get("Content-Type") == "text/plain"
    assert sent.headers.get("Content-Length") == "5"
    assert solo.to == [solo.flow]
    solo.reply(100, sent)
    assert solo.outputs == []
    solo.reply(404, sent)
    replied = solo.last(events.OutOfDialogReplied)
    assert (replied.key, replied.status) == ("m", 404)
    assert replied.response is not None
    solo.reply(404, sent)
    assert len(solo.outputs) == 1


def test_given_identifiers_of_a_request_are_used() -> None:
    solo = Solo()
    solo.do(message(solo, "m", call_id="mine", from_tag="t", cseq=7))
    sent = solo.request("MESSAGE")
    assert sent.headers.get("Call-ID") == "mine"
    assert sent.headers.get("From") == "<sip:5001@example.com>;tag=t"
    assert sent.headers.get("CSeq") == "7 MESSAGE"


def test_request_that_nobody_answers() -> None:
    solo = Solo()
    solo.do(message(solo, "m"))
    solo.run(32)
    assert solo.last(events.OutOfDialogReplied) == events.OutOfDialogReplied("m", 408, None)
    assert solo.core.transactions == 0


@pytest.mark.parametrize(
    "command",
    [
        events.Invite("s", FLOW, "sip:a@b", "nonsense", "<sip:a@b>", CONTACT),
        events.Invite("s", FLOW, "sip:a@b", "<sip:a@b>", "<sip:a@b>", "<broken"),
        events.Invite("s", FLOW, "sip:a@b\r\nX: y", "<sip:a@b>", "<sip:a@b>", CONTACT),
        events.Invite("s", FLOW, "sip:a@b", "<sip:a@b>", "<sip:a@b>", CONTACT, headers=(("X", "a\r\nB: c"),)),
        events.Invite("s", FLOW, "sip:a@b", "<sip:a@b>", "<sip:a@b>", CONTACT, headers=(("X y", "a"),)),
        events.Ring("s", "nonsense"),
        events.Accept("s", "", SDP),
        events.Reject("s", 486, "Busy\nHere"),
        events.Respond("t", 200, "O\rK"),
        events.Ring("s", CONTACT, 200),
        events.Reject("s", 200),
        events.Hangup("s", 200),
        events.Respond("t", 700),
        events.SendInDialog("s", "k", "BYE"),
        events.SendInDialog("s", "k", "IN FO"),
        events.SendInDialog("s", "k", "INFO", content_type="a\r\nb"),
        events.SendRequest("k", FLOW, "INVITE", "sip:a@b", "<sip:a@b>", "<sip:a@b>"),
        events.SendRequest("k", FLOW, "MESSAGE", "sip:a@b", "<sip:a@b", "<sip:a@b>"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_commands_that_would_make_no_message_are_errors_of_ours(command: events.Input) -> None:
    solo = Solo()
    with pytest.raises(LocalProtocolError):
        solo.do(command)
    assert (solo.core.sessions, solo.core.transactions, solo.sent) == (0, 0, [])


def test_name_of_a_living_session_cannot_be_used_again() -> None:
    solo = Solo()
    invite = solo.call()
    with pytest.raises(LocalProtocolError):
        solo.call()
    solo.reply(486, invite)
    solo.call()
    assert solo.core.sessions == 1


# --- leftovers ---


def test_finished_transactions_hold_bytes_only() -> None:
    solo = Solo()
    solo.receive(request("OPTIONS"))
    transaction = solo.last(events.OutOfDialogRequested).transaction
    server = solo.core._layer.server(transaction)
    assert server is not None
    solo.do(events.Respond(transaction, 200))
    assert server.request is None
    assert server.user is None
    assert server.machine.data.startswith(b"SIP/2.0 200")


def test_deadline_of_ten_thousand_transactions_is_the_earliest_and_cheap() -> None:
    solo = Solo()
    for number in range(10_000):
        solo.now = number / 1000
        solo.receive(request("OPTIONS", Call_ID=f"c{number}", Via=f"SIP/2.0/UDP 127.0.0.2;branch=z9hG4bK{number}"))
    assert solo.core.transactions == 10_000
    assert solo.core.deadline == 32.0
    solo.run(32)
    assert solo.core.transactions == 0
    assert solo.core.deadline is None


def test_timers_are_the_users_choice() -> None:
    solo = Solo(timers=Timers(t1=0.1))
    solo.call()
    solo.run(6.4)
    assert solo.times("INVITE") == pytest.approx([0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3])
    assert solo.kinds == ["Rejected"]


def test_call_between_two_cores() -> None:
    pair = Pair()
    pair.a.call()
    pair.settle()
    session = pair.b.last(events.Invited).session
    pair.b.do(events.Ring(session, pair.b.contact))
    pair.b.do(events.Accept(session, pair.b.contact, SDP))
    pair.settle()
    pair.b.do(events.Hangup(session))
    pair.settle()
    assert pair.a.kinds == ["Provisional", "Accepted", "Ended"]
    assert pair.b.kinds == ["Invited", "Acknowledged"]
    assert (pair.a.core.sessions, pair.b.core.sessions) == (0, 0)
    pair.run(32)
    assert (pair.a.core.transactions, pair.b.core.transactions) == (0, 0)


def test_user_agent_name_is_written_unless_empty() -> None:
    named, silent = Solo(), Solo(user_agent="")
    for solo in (named, silent):
        solo.call()
    assert named.request("INVITE").headers.get("User-Agent") == "Cordboard/0.1.0"
    assert "User-Agent" not in silent.request("INVITE").headers


# --- broken messages ---


def test_broken_request_is_answered_where_that_is_possible() -> None:
    solo = Solo()
    broken = to_bytes(request("INVITE")).replace(b"1 INVITE", b"x INVITE")
    solo.do(Received(solo.flow, broken))
    assert solo.lines == ["400 INVITE"]
    assert solo.kinds == ["Malformed"]
    assert solo.core.transactions == 0


def test_broken_require_is_refused() -> None:
    solo = Solo()
    solo.receive(request("INVITE", Require='"open'))
    assert solo.lines == ["400 INVITE"]
    solo.run(40)
    assert solo.core.transactions == 0


@pytest.mark.parametrize("data", [b"hello", b"SIP/2.0 200 OK\r\n\r\n", b"ACK sip:a SIP/2.0\r\n\r\n", b"\xff\xfe"])
def test_garbage_is_only_noted(data: bytes) -> None:
    solo = Solo()
    solo.do(Received(solo.flow, data))
    assert solo.kinds == ["Malformed"]
    assert solo.sent == []


def test_core_needs_nothing_but_identifiers_and_the_host_of_its_via() -> None:
    core = UserAgentCore(CountedIdentifiers(), via_host=lambda flow: "127.0.0.1")
    assert (core.transactions, core.sessions, core.deadline) == (0, 0, None)
