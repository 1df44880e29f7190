"""Sessions that begin with our INVITE, up to the confirmed dialog."""

from __future__ import annotations

from cordboard.sip import events
from kit.pair import SDP
from kit.solo import PEER_CONTACT, Solo


def test_call_with_offer_is_acknowledged_at_once() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(100, invite)
    solo.reply(180, invite)
    solo.reply(200, invite, sdp=SDP)
    assert solo.lines == ["INVITE", "ACK"]
    assert solo.kinds == ["Provisional", "Accepted"]
    assert solo.last(events.Accepted).initial
    ack = solo.request("ACK")
    assert ack.body == b""
    assert ack.uri == "sip:peer@127.0.0.2:5070"
    assert ack.headers.get("CSeq") == "1 ACK"
    assert ack.headers.get("To") == "<sip:peer@example.com>;tag=peer-tag"
    assert ack.headers.get("Via") != invite.headers.get("Via")


def test_success_without_any_provisional_response() -> None:
    solo = Solo()
    solo.reply(200, solo.call())
    assert solo.kinds == ["Accepted"]


def test_offerless_call_waits_for_the_answer() -> None:
    solo = Solo()
    invite = solo.call(sdp="")
    assert invite.body == b""
    assert "Content-Type" not in invite.headers
    solo.reply(183, invite)
    solo.reply(200, invite, sdp=SDP)
    assert solo.lines == ["INVITE"]
    solo.reply(200, invite, sdp=SDP)  # the peer misses the ACK, but there is none to repeat yet
    assert solo.lines == ["INVITE"]
    solo.do(events.Acknowledge("s", "answer", (("X-Genesys-CallUUID", "U1"),)))
    ack = solo.request("ACK")
    assert ack.body == b"answer"
    assert ack.headers.get("Content-Type") == "application/sdp"
    assert ack.headers.get("X-Genesys-CallUUID") == "U1"


def test_offerless_call_answered_without_ringing() -> None:
    solo = Solo()
    solo.reply(200, solo.call(sdp=""), sdp=SDP)
    solo.do(events.Acknowledge("s", "answer"))
    assert solo.lines == ["INVITE", "ACK"]


def test_repeated_success_gets_the_same_ack_again() -> None:
    solo = Solo()
    invite = solo.call()
    for _ in range(3):
        solo.reply(200, invite, sdp=SDP)
    acks = [message for _, message in solo.sent if message.headers.get("CSeq") == "1 ACK"]
    assert len(acks) == 3
    assert acks[0] == acks[1] == acks[2]
    assert len(solo.all(events.Accepted)) == 1


def test_second_fork_that_answers_is_acknowledged_and_told_bye() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite, tag="one")
    solo.reply(180, invite, tag="two")
    solo.reply(200, invite, tag="two", sdp=SDP)
    solo.reply(200, invite, tag="one", sdp=SDP, headers=(("Contact", "<sip:one@127.0.0.9>"),))
    assert solo.lines == ["INVITE", "ACK", "ACK", "BYE"]
    bye = solo.request("BYE")
    assert bye.headers.get("To") == "<sip:peer@example.com>;tag=one"
    assert bye.headers.get("CSeq") == "2 BYE"
    assert solo.to[-1].remote == ("127.0.0.9", 5060)
    solo.reply(200, invite, tag="one", sdp=SDP)
    solo.reply(200, bye)
    assert solo.lines[4:] == ["ACK"]
    assert solo.core.sessions == 1
    assert len(solo.all(events.Accepted)) == 1


def test_refusal_ends_the_session() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(486, invite)
    rejected = solo.last(events.Rejected)
    assert rejected.status == 486
    assert rejected.response is not None
    assert solo.lines == ["INVITE", "ACK"]
    ack = solo.request("ACK")
    assert ack.headers.get("Via") == invite.headers.get("Via")
    assert "Contact" not in ack.headers
    assert solo.core.sessions == 0


def test_refusal_while_ringing() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite)
    solo.reply(603, invite)
    assert solo.kinds == ["Provisional", "Rejected"]
    assert solo.core.sessions == 0


def test_call_that_nobody_answers_is_over_after_32_seconds() -> None:
    solo = Solo()
    solo.call()
    solo.run(31.9)
    assert solo.kinds == []
    solo.run(0.1)
    assert solo.last(events.Rejected) == events.Rejected("s", 408, None)
    assert solo.times("INVITE") == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_hangup_before_any_response_waits_for_one() -> None:
    solo = Solo()
    invite = solo.call()
    solo.do(events.Hangup("s"))
    assert solo.fresh() == ["INVITE"]
    solo.reply(100, invite)
    assert solo.fresh() == ["CANCEL"]
    cancel = solo.request("CANCEL")
    assert cancel.headers.get("Via") == invite.headers.get("Via")
    assert cancel.headers.get("To") == invite.headers.get("To")
    assert cancel.headers.get("CSeq") == "1 CANCEL"
    assert cancel.uri == invite.uri
    solo.reply(200, cancel)
    solo.reply(487, invite)
    assert solo.fresh() == ["ACK"]
    assert solo.kinds == []
    assert solo.core.sessions == 0


def test_hangup_before_any_response_and_none_comes() -> None:
    solo = Solo()
    solo.call()
    solo.do(events.Hangup("s"))
    solo.run(32)
    assert set(solo.lines) == {"INVITE"}
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_hangup_before_any_response_and_success_comes() -> None:
    for sdp in (SDP, ""):
        solo = Solo()
        solo.reply(200, _hung_up(solo, sdp), sdp=SDP)
        assert solo.lines == ["INVITE", "ACK", "BYE"]
        assert solo.kinds == []
        solo.reply(200, solo.request("BYE"))
        assert solo.core.sessions == 0


def _hung_up(solo: Solo, sdp: str) -> object:
    invite = solo.call(sdp=sdp)
    solo.do(events.Hangup("s"))
    return invite


def test_hangup_while_ringing_cancels() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite)
    solo.do(events.Hangup("s", headers=(("Reason", "SIP;cause=487"), ("X-Genesys-CallUUID", "U1"))))
    assert solo.lines == ["INVITE", "CANCEL"]
    assert solo.request("CANCEL").headers.get("Reason") == "SIP;cause=487"
    assert "X-Genesys-CallUUID" not in solo.request("CANCEL").headers
    solo.reply(487, invite)
    assert solo.core.sessions == 0


def test_success_that_crosses_the_cancel_is_acknowledged_and_told_bye() -> None:
    for sdp in (SDP, ""):
        solo = Solo()
        invite = solo.call(sdp=sdp)
        solo.reply(180, invite)
        solo.do(events.Hangup("s", headers=(("Reason", "SIP;cause=487"),)))
        solo.reply(200, invite, sdp=SDP)
        solo.reply(200, solo.request("CANCEL"))
        assert solo.lines == ["INVITE", "CANCEL", "ACK", "BYE"]
        assert solo.request("BYE").headers.get("Reason") == "SIP;cause=487"
        solo.reply(200, invite, sdp=SDP)
        assert solo.lines[-1] == "ACK"
        solo.reply(200, solo.request("BYE"))
        solo.run(32)
        assert solo.kinds == ["Provisional"]
        assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_cancel_that_gets_no_final_response_is_given_up_after_32_seconds() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite)
    solo.run(10)
    solo.do(events.Hangup("s"))
    solo.reply(200, solo.request("CANCEL"))
    solo.run(32)
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)
    assert solo.kinds == ["Provisional"]


def test_requests_in_the_early_dialog_go_both_ways() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite)
    solo.do(events.SendInDialog("s", "talk", "NOTIFY", (("Event", "talk"), ("Subscription-State", "active"))))
    notify = solo.request("NOTIFY")
    assert notify.uri == "sip:peer@127.0.0.2:5070"
    assert notify.headers.get("CSeq") == "2 NOTIFY"
    assert notify.headers.get("Contact") == "<sip:5001@127.0.0.1:5060>"
    solo.reply(200, notify)
    assert solo.last(events.Replied) == events.Replied("s", "talk", 200, solo.last(events.Replied).response)
    solo.ask("INFO", invite)
    asked = solo.last(events.Requested)
    assert asked.session == "s"
    solo.do(events.Respond(asked.transaction, 200))
    assert solo.lines[-1] == "200 INFO"
    solo.reply(200, invite, sdp=SDP)
    solo.do(events.Hangup("s"))
    assert solo.request("BYE").headers.get("CSeq") == "3 BYE"


def test_requests_before_there_is_a_dialog_are_refused_to_the_user() -> None:
    solo = Solo()
    invite = solo.call()
    solo.do(events.SendInDialog("s", "a", "INFO"))
    solo.reply(100, invite)
    solo.do(events.SendInDialog("s", "b", "INFO"))
    solo.do(events.Hangup("s"))
    solo.do(events.SendInDialog("s", "c", "INFO"))
    solo.do(events.SendInDialog("nobody", "d", "INFO"))
    waiting = Solo()
    waiting.call()
    waiting.do(events.Hangup("s"))
    waiting.do(events.SendInDialog("s", "e", "INFO"))
    assert [(each.key, each.status) for each in solo.all(events.Replied) + waiting.all(events.Replied)] == [
        ("a", 481), ("b", 481), ("c", 481), ("d", 481), ("e", 481)
    ]  # fmt: skip


def test_reinvite_and_update_before_our_invite_is_answered_meet_491() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite)
    solo.ask("INVITE", invite, SDP)
    solo.ask("UPDATE", invite, SDP)
    assert solo.lines[1:] == ["491 INVITE", "491 UPDATE"]
    solo.ask("UPDATE", invite)  # without an offer there is nothing it could clash with
    assert solo.last(events.Requested).request.method == "UPDATE"


def test_bye_of_a_callee_that_has_not_answered_ends_the_call() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite)
    solo.ask("BYE", invite)
    assert solo.lines == ["INVITE", "200 BYE", "CANCEL"]
    assert solo.last(events.Rejected) == events.Rejected("s", 487, None)
    solo.ask("BYE", invite)
    solo.ask("INFO", invite)
    solo.ask("INVITE", invite)
    assert solo.lines[3:] == ["200 BYE", "481 INFO", "481 INVITE"]
    solo.reply(487, invite)
    assert solo.core.sessions == 0
    assert len(solo.all(events.Rejected)) == 1


def test_provisional_response_renews_the_target_of_its_dialog_only() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite, tag="one")
    solo.reply(183, invite, tag="two", headers=(("Contact", "<sip:two@127.0.0.8:5080>"),))
    solo.do(events.SendInDialog("s", "k", "INFO"))
    assert solo.request("INFO").uri == "sip:two@127.0.0.8:5080"
    assert solo.to[-1].remote == ("127.0.0.8", 5080)
    solo.reply(180, invite, tag="one", headers=(("Contact", "<sip:one@127.0.0.7:5070>"),))
    solo.reply(200, invite, tag="one", headers=(("Contact", PEER_CONTACT),))
    assert solo.request("ACK").uri == "sip:peer@127.0.0.2:5070"


def test_route_set_is_taken_from_the_success() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite, headers=(("Record-Route", "<sip:127.0.0.5;lr>"),))
    solo.reply(200, invite, sdp=SDP, headers=(("Record-Route", "<sip:127.0.0.6:5090;lr>, <sip:127.0.0.5;lr>"),))
    ack = solo.request("ACK")
    assert ack.headers.get_all("Route") == ["<sip:127.0.0.5;lr>", "<sip:127.0.0.6:5090;lr>"]
    assert solo.to[-1].remote == ("127.0.0.5", 5060)


def test_malformed_route_in_a_response_is_not_followed() -> None:
    solo = Solo()
    solo.reply(200, solo.call(), sdp=SDP, headers=(("Record-Route", "<sip:127.0.0.5;lr"),))
    assert solo.lines == ["INVITE", "ACK"]
    assert "Route" not in solo.request("ACK").headers


def test_headers_of_the_invite_that_the_style_repeats_in_the_ack() -> None:
    from cordboard.sip.style import WireStyle

    solo = Solo(style=WireStyle(repeated_in_ack=("X-Genesys-CallUUID",)))
    invite = solo.call(headers=(("X-Genesys-CallUUID", "U1"), ("Supported", "timer")))
    solo.reply(200, invite, sdp=SDP)
    ack = solo.request("ACK")
    assert ack.headers.get("X-Genesys-CallUUID") == "U1"
    assert "Supported" not in ack.headers


def test_redirection_reaches_the_user_with_its_contacts() -> None:
    solo = Solo()
    contacts = (("Contact", "<sip:5002@127.0.0.9>;q=0.7, <sip:5003@127.0.0.9>"),)
    solo.reply(302, solo.call(), headers=contacts)
    rejected = solo.last(events.Rejected)
    assert rejected.status == 302
    assert rejected.response is not None
    assert rejected.response.headers.get_list("Contact") == ["<sip:5002@127.0.0.9>;q=0.7", "<sip:5003@127.0.0.9>"]
    assert solo.lines == ["INVITE", "ACK"]


def test_early_media_is_a_preview_and_the_success_decides() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(183, invite, tag="one", sdp="early one")
    solo.reply(183, invite, tag="two", sdp="early two")
    solo.reply(200, invite, tag="one", sdp="answer")
    assert [each.response.body for each in solo.all(events.Provisional)] == [b"early one", b"early two"]
    assert not any(each.reliable for each in solo.all(events.Provisional))
    assert solo.last(events.Accepted).response.body == b"answer"
    solo.reply(183, invite, tag="two", sdp="too late")
    assert len(solo.all(events.Provisional)) == 2
    assert "tag=one" in solo.request("ACK").headers.get("To", "")


def test_reason_goes_into_a_cancel_that_had_to_wait() -> None:
    solo = Solo()
    invite = solo.call()
    solo.do(events.Hangup("s", headers=(("Reason", "SIP;cause=487"), ("Reason", "Q.850;cause=16"))))
    solo.reply(100, invite)
    assert solo.request("CANCEL").headers.get_all("Reason") == ["SIP;cause=487", "Q.850;cause=16"]
