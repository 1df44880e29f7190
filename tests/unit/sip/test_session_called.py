"""Sessions that begin with their INVITE, up to the confirmed dialog."""

from __future__ import annotations

from cordboard.sip import events
from kit.pair import SDP
from kit.solo import CONTACT, Solo


def test_ring_accept_and_ack() -> None:
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Ring(session, CONTACT, headers=(("Allow-Events", "talk,hold"),)))
    ringing = solo.response("180 INVITE")
    assert ringing.headers.get("Allow-Events") == "talk,hold"
    assert ringing.headers.get("Contact") == CONTACT
    assert ringing.headers.get("Via") == "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKpeer1"
    solo.do(events.Accept(session, CONTACT, SDP))
    success = solo.response("200 INVITE")
    assert success.headers.get("To") == ringing.headers.get("To")
    assert success.body == SDP.encode()
    assert success.headers.get("Content-Type") == "application/sdp"
    solo.ack(invite)
    acknowledged = solo.last(events.Acknowledged)
    assert acknowledged.initial
    assert solo.lines == ["100 INVITE", "180 INVITE", "200 INVITE"]
    assert "tag=" not in solo.response("100 INVITE").headers.get("To", "")
    solo.run(40)
    assert solo.core.sessions == 1
    assert solo.core.transactions == 0
    assert solo.core.deadline is None


def test_offerless_invite_brings_the_answer_in_the_ack() -> None:
    solo = Solo()
    invite = solo.invite("")
    session = solo.last(events.Invited).session
    assert solo.last(events.Invited).request.body == b""
    solo.do(events.Accept(session, CONTACT, "offer"))
    solo.ack(invite, "answer")
    assert solo.last(events.Acknowledged).request.body == b"answer"


def test_success_is_repeated_until_the_ack_comes() -> None:
    solo = Solo()
    invite = solo.invite()
    solo.do(events.Accept(solo.last(events.Invited).session, CONTACT, SDP))
    solo.run(9)
    solo.ack(invite)
    solo.ack(invite)
    solo.run(100)
    assert solo.times("200 INVITE") == [0, 0.5, 1.5, 3.5, 7.5]
    assert solo.kinds == ["Invited", "Acknowledged"]


def test_success_without_ack_ends_in_bye_after_32_seconds() -> None:
    solo = Solo()
    solo.invite()
    solo.do(events.Accept(solo.last(events.Invited).session, CONTACT, SDP))
    solo.run(32)
    assert solo.times("200 INVITE") == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert solo.times("BYE") == [32]
    assert solo.last(events.Ended).cause is events.EndCause.NO_ACK
    solo.run(32)
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_success_is_not_repeated_on_a_websocket_but_missed_all_the_same() -> None:
    for transport, expected in (("WS", [0]), ("WSS", [0]), ("TCP", [0, 0.5, 1.5, 3.5, 7.5])):
        solo = Solo(transport)
        solo.invite()
        solo.do(events.Accept(solo.last(events.Invited).session, CONTACT, SDP))
        solo.run(10)
        assert solo.times("200 INVITE") == expected
        solo.run(22)
        assert solo.last(events.Ended).cause is events.EndCause.NO_ACK


def test_reject() -> None:
    solo = Solo()
    invite = solo.invite()
    solo.do(events.Reject(solo.last(events.Invited).session, 486, "No", (("Retry-After", "5"),)))
    refusal = solo.response("486 INVITE")
    assert refusal.reason == "No"
    assert refusal.headers.get("Retry-After") == "5"
    assert solo.core.sessions == 0
    solo.ack(invite)
    solo.run(32)
    assert solo.kinds == ["Invited"]


def test_hangup_of_an_unanswered_call_rejects_it() -> None:
    solo = Solo()
    solo.invite()
    solo.do(events.Hangup(solo.last(events.Invited).session, 480, (("Reason", "SIP;cause=480"),)))
    assert solo.response("480 INVITE").headers.get("Reason") == "SIP;cause=480"
    assert solo.core.sessions == 0


def test_cancel_is_answered_and_ends_the_call() -> None:
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Ring(session, CONTACT))
    solo.cancel(invite)
    assert solo.lines == ["100 INVITE", "180 INVITE", "200 CANCEL", "487 INVITE"]
    assert solo.response("200 CANCEL").headers.get("To") == solo.response("180 INVITE").headers.get("To")
    assert solo.last(events.Cancelled).session == session
    assert solo.core.sessions == 0
    solo.do(events.Accept(session, CONTACT, SDP))  # the user's answer crossed it
    assert solo.lines[4:] == []


def test_cancel_after_the_success_changes_nothing() -> None:
    solo = Solo()
    invite = solo.invite()
    solo.do(events.Accept(solo.last(events.Invited).session, CONTACT, SDP))
    solo.cancel(invite)
    assert solo.lines[-1] == "200 CANCEL"
    solo.ack(invite)
    assert solo.kinds == ["Invited", "Acknowledged"]


def test_cancel_of_nothing() -> None:
    solo = Solo()
    invite = solo.invite()
    invite.headers.set("Via", "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKother")
    solo.cancel(invite)
    assert solo.lines[-1] == "481 CANCEL"
    assert solo.core.sessions == 1


def test_bye_before_the_answer_ends_the_call() -> None:
    solo = Solo()
    invite = solo.invite()
    solo.do(events.Ring(solo.last(events.Invited).session, CONTACT))
    bye = solo.ask("BYE", invite)
    assert solo.lines == ["100 INVITE", "180 INVITE", "200 BYE", "487 INVITE"]
    assert solo.last(events.Cancelled).request.method == bye.method
    assert solo.core.sessions == 0


def test_notify_talk_before_the_answer() -> None:
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Ring(session, CONTACT))
    solo.ask("NOTIFY", invite, headers=(("Event", "talk"), ("Subscription-State", "active")))
    asked = solo.last(events.Requested)
    assert asked.session == session
    solo.do(events.Respond(asked.transaction, 200))
    assert solo.response("200 NOTIFY").headers.get("Contact") == CONTACT
    solo.do(events.Accept(session, CONTACT, SDP))
    assert solo.lines == ["100 INVITE", "180 INVITE", "200 NOTIFY", "200 INVITE"]


def test_our_requests_wait_for_the_tag_to_be_known() -> None:
    solo = Solo()
    solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.SendInDialog(session, "early", "INFO"))
    solo.do(events.Ring(session, CONTACT, 100))
    solo.do(events.SendInDialog(session, "still", "INFO"))
    solo.do(events.Ring(session, CONTACT))
    solo.do(events.SendInDialog(session, "now", "INFO"))
    assert [each.key for each in solo.all(events.Replied)] == ["early", "still"]
    info = solo.request("INFO")
    assert info.uri == "sip:peer@127.0.0.2:5070"
    assert info.headers.get("CSeq") == "1 INFO"


def test_second_invite_before_the_answer_is_refused_with_500() -> None:
    solo = Solo()
    invite = solo.invite()
    solo.do(events.Ring(solo.last(events.Invited).session, CONTACT))
    solo.ask("INVITE", invite, SDP)
    assert solo.lines[-1] == "500 INVITE"
    assert solo.response("500 INVITE").headers.get("Retry-After") == "1"


def test_update_with_an_offer_before_ours_or_theirs_is_answered() -> None:
    theirs, ours = Solo(), Solo()
    for solo, sdp in ((theirs, SDP), (ours, "")):
        invite = solo.invite(sdp)
        solo.do(events.Ring(solo.last(events.Invited).session, CONTACT))
        solo.ask("UPDATE", invite, SDP)
    assert theirs.lines[-1] == "500 UPDATE"
    assert ours.lines[-1] == "491 UPDATE"


def test_hangup_before_the_ack_waits_for_it() -> None:
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.do(events.Hangup(session, headers=(("Reason", "SIP;cause=200"),)))
    solo.ask("INFO", invite)
    solo.ask("INVITE", invite)
    assert solo.lines[2:] == ["481 INFO", "481 INVITE"]
    solo.do(events.SendInDialog(session, "k", "INFO"))
    solo.ack(invite)
    assert solo.lines[-1] == "BYE"
    assert solo.request("BYE").headers.get("Reason") == "SIP;cause=200"
    solo.reply(200, solo.request("BYE"))
    assert solo.kinds == ["Invited", "Replied"]
    assert solo.core.sessions == 0


def test_hangup_before_the_ack_and_none_comes() -> None:
    solo = Solo()
    invite = solo.invite("")
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.do(events.Hangup(session))
    solo.ask("INVITE", invite)
    assert solo.lines[-1] == "481 INVITE"
    solo.run(32)
    assert solo.times("BYE") == [32]
    assert solo.kinds == ["Invited"]
    solo.run(32)
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_hangup_before_the_ack_and_their_bye_comes() -> None:
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.do(events.Hangup(session))
    solo.ask("BYE", invite)
    assert solo.lines[-1] == "200 BYE"
    assert solo.core.sessions == 0
    assert solo.kinds == ["Invited"]


def test_reinvite_that_overtakes_the_ack() -> None:
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    again = solo.ask("INVITE", invite)
    assert solo.last(events.Reinvited).session == session
    solo.do(events.Accept(session, CONTACT, "offer"))
    solo.run(0.5)
    assert solo.times("200 INVITE") == [0, 0, 0.5, 0.5]  # both are repeated until both are acknowledged
    solo.ack(invite)
    assert solo.last(events.Acknowledged).initial
    solo.ack(again, "answer")
    assert not solo.last(events.Acknowledged).initial
    solo.run(40)
    assert len(solo.times("200 INVITE")) == 4


def test_reinvite_that_overtakes_the_answer_to_our_offer_meets_491() -> None:
    solo = Solo()
    invite = solo.invite("")
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, "offer"))
    solo.ask("INVITE", invite)
    assert solo.lines[-1] == "491 INVITE"
    solo.ack(invite, "answer")
    solo.ask("INVITE", invite)
    assert solo.last(events.Reinvited).session == session


def test_record_route_is_copied_and_followed() -> None:
    solo = Solo()
    invite = solo.invite(Record_Route="<sip:127.0.0.5;lr>, <sip:127.0.0.6;lr>")
    session = solo.last(events.Invited).session
    solo.do(events.Ring(session, CONTACT))
    assert solo.response("180 INVITE").headers.get_all("Record-Route") == ["<sip:127.0.0.5;lr>, <sip:127.0.0.6;lr>"]
    assert "Record-Route" not in solo.response("100 INVITE").headers
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(invite)
    solo.do(events.Hangup(session))
    bye = solo.request("BYE")
    assert bye.headers.get_all("Route") == ["<sip:127.0.0.5;lr>", "<sip:127.0.0.6;lr>"]
    assert solo.to[-1].remote == ("127.0.0.5", 5060)


def test_malformed_route_in_a_request_is_refused() -> None:
    solo = Solo()
    solo.invite(Record_Route="<sip:127.0.0.5;lr")
    assert solo.lines == ["400 INVITE"]
    assert solo.kinds == ["Malformed"]
    assert solo.core.sessions == 0


def test_commands_that_make_no_sense_in_the_state_have_no_effect() -> None:
    solo = Solo()
    solo.invite()
    session = solo.last(events.Invited).session
    for command in (events.Acknowledge(session), events.Reinvite(session, SDP)):
        solo.do(command)
    solo.do(events.Accept(session, CONTACT, SDP))
    for command in (events.Accept(session, CONTACT, SDP), events.Reject(session, 486), events.Ring(session, CONTACT)):
        solo.do(command)
    assert solo.lines == ["100 INVITE", "200 INVITE"]
