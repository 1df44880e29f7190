"""Which way the core's messages go, and what happens when a flow goes away."""

from __future__ import annotations

import pytest

from cordboard.sip import events
from cordboard.sip.events import Flow, FlowClosed, Received
from kit.pair import SDP
from kit.solo import CONTACT, PEER, Solo, message, request


@pytest.mark.parametrize(
    ("via", "port"),
    [
        ("SIP/2.0/UDP 127.0.0.2:5099;branch=z9hG4bK1", 5099),  # SIP Server asks for no rport: its sent-by port counts
        ("SIP/2.0/UDP 127.0.0.2;branch=z9hG4bK1", 5060),
        ("SIP/2.0/UDP 127.0.0.2:5099;rport;branch=z9hG4bK1", PEER[1]),
        ("SIP/2.0/UDP host.example.com:5099;branch=z9hG4bK1", 5099),
    ],
)
def test_responses_to_a_datagram_go_where_the_via_says(via: str, port: int) -> None:
    solo = Solo()
    solo.receive(request("OPTIONS", Via=via))
    solo.do(events.Respond(solo.last(events.OutOfDialogRequested).transaction, 200))
    assert solo.to[-1].remote == (PEER[0], port)
    echoed = solo.response("200 OPTIONS").headers.get("Via", "")
    assert ("received=127.0.0.2" in echoed) == ("rport" in via or "example" in via)
    assert ("rport=5070" in echoed) == ("rport" in via)


def test_responses_on_a_connection_stay_on_it() -> None:
    solo = Solo("WS")
    solo.receive(request("OPTIONS", Via="SIP/2.0/WS abc.invalid;branch=z9hG4bK1"))
    solo.do(events.Respond(solo.last(events.OutOfDialogRequested).transaction, 200))
    assert solo.to[-1] == solo.flow


def test_all_hops_are_copied_in_their_order() -> None:
    solo = Solo()
    hops = "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bK1, SIP/2.0/UDP 127.0.0.3;branch=z9hG4bK2"
    solo.receive(request("OPTIONS", Via=hops))
    solo.do(events.Respond(solo.last(events.OutOfDialogRequested).transaction, 200))
    assert solo.response("200 OPTIONS").headers.get_list("Via") == hops.split(", ")


def test_answer_to_a_keep_alive_of_a_connection() -> None:
    solo = Solo("WS")
    assert solo.core.handle(Received(solo.flow, b"\r\n\r\n"), 0) == [events.Transmit(solo.flow, b"\r\n")]
    assert Solo().core.handle(Received(Solo().flow, b"\r\n\r\n"), 0) == []


def test_nothing_is_repeated_on_a_websocket() -> None:
    solo = Solo("WS")
    solo.call()
    solo.do(message(solo, "m"))
    solo.run(32)
    assert solo.lines == ["INVITE", "MESSAGE"]
    assert solo.kinds == ["Rejected", "OutOfDialogReplied"]
    assert solo.request("INVITE").headers.get("Via", "").startswith("SIP/2.0/WS 127.0.0.1:5060;rport;branch=")


def test_in_dialog_requests_go_to_the_target_unless_the_flow_is_a_connection() -> None:
    for transport, expected in (("UDP", ("127.0.0.9", 5099)), ("WS", PEER)):
        solo = Solo(transport)
        solo.reply(200, solo.call(), sdp=SDP, headers=(("Contact", "<sip:x@127.0.0.9:5099>"),))
        assert solo.to[-1].remote == expected


def test_next_hop_is_the_users_choice() -> None:
    elsewhere = Flow("UDP", "trunk", ("127.0.0.77", 7777))
    solo = Solo(next_hop=lambda flow, uri: elsewhere)
    solo.reply(200, solo.call(), sdp=SDP)
    assert [flow.remote for flow in solo.to] == [PEER, elsewhere.remote]


def test_closed_flow_fails_what_waits_on_it() -> None:
    solo = Solo("WS")
    solo.call()
    solo.do(message(solo, "m"))
    solo.do(FlowClosed(Flow("WS", "trunk", PEER, "another")))
    assert solo.outputs == []
    solo.do(FlowClosed(solo.flow))
    assert solo.last(events.Rejected) == events.Rejected("s", 503, None)
    assert solo.last(events.OutOfDialogReplied) == events.OutOfDialogReplied("m", 503, None)
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_session_lives_on_when_its_flow_closes_and_moves_to_another() -> None:
    solo = Solo("WS")
    invite = solo.call()
    solo.reply(200, invite, sdp=SDP)
    solo.do(events.SendInDialog("s", "k", "INFO"))
    solo.do(events.Reinvite("s", SDP))
    solo.do(FlowClosed(solo.flow))
    assert solo.last(events.Replied).status == 503
    assert solo.last(events.ReinviteRejected).status == 503
    assert solo.core.sessions == 1
    solo.flow = Flow("WS", "trunk", PEER, "c2")
    solo.do(events.MoveSession("s", solo.flow))
    solo.do(events.SendInDialog("s", "k2", "INFO"))
    assert solo.to[-1].connection == "c2"
    solo.do(events.Hangup("s"))
    assert solo.to[-1].connection == "c2"
    solo.do(FlowClosed(solo.flow))
    assert solo.core.sessions == 0


def test_answer_to_their_invite_goes_to_the_flow_they_moved_to() -> None:
    solo = Solo("WS")
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(FlowClosed(solo.flow))
    solo.flow = Flow("WS", "trunk", PEER, "c2")
    solo.do(events.MoveSession(session, solo.flow))
    solo.do(events.Accept(session, CONTACT, SDP))
    assert solo.to[-1].connection == "c2"
    solo.flow = Flow("WS", "trunk", PEER, "c3")
    solo.do(events.MoveSession(session, solo.flow))  # the 2xx may be lost: it is said again
    assert (solo.lines[-1], solo.to[-1].connection) == ("200 INVITE", "c3")
    solo.ack(invite)
    assert solo.last(events.Acknowledged).session == session


def test_unanswered_requests_are_sent_again_where_the_session_moves() -> None:
    solo = Solo("WS")
    invite = solo.call()
    solo.reply(180, invite)
    solo.do(events.SendInDialog("s", "k", "INFO"))
    solo.flow = Flow("WS", "trunk", PEER, "c2")
    solo.do(events.MoveSession("s", solo.flow))
    assert [(line, flow.connection) for line, flow in zip(solo.lines, solo.to, strict=True)] == [
        ("INVITE", "c1"), ("INFO", "c1"), ("INVITE", "c2"), ("INFO", "c2")
    ]  # fmt: skip
    solo.reply(200, invite, sdp=SDP)
    assert solo.last(events.Accepted).initial
