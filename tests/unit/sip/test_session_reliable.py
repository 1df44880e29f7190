"""Reliable provisional responses and PRACK (RFC 3262), as called and as caller."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.sip import events
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response
from cordboard.sip.session.reliable import reliable_number
from kit.pair import SDP
from kit.solo import CONTACT, Solo, request
from unit.sip.test_session_ending import ESTABLISHED, in_state


def rung(sdp: str = "", offer: str = SDP, reliable: bool = True, **fields: str) -> tuple[Solo, str, Request]:
    """Their INVITE, rung reliably."""
    solo = Solo()
    invite = solo.invite(offer, **(fields or {"Supported": "timer, 100Rel"}))
    session = solo.last(events.Invited).session
    solo.do(events.Ring(session, CONTACT, 183 if sdp else 180, sdp, reliable=reliable))
    solo.fresh()
    return solo, session, invite


def prack(solo: Solo, invite: Request, number: int = 1, sdp: str = "", rack: str = "") -> None:
    solo.ask("PRACK", invite, sdp, headers=(("RAck", rack or f"{number} {invite.headers.get('CSeq')}"),))


# --- as called ---


def test_ringing_is_repeated_until_its_prack() -> None:
    solo, _, invite = rung()
    ringing = solo.response("180 INVITE")
    assert (ringing.headers.get("Require"), ringing.headers.get("RSeq")) == ("100rel", "1")
    solo.run(8)
    assert solo.times("180 INVITE") == [0, 0.5, 1.5, 3.5, 7.5]
    assert solo.response("180 INVITE").headers.get_all("RSeq") == ["1"]
    prack(solo, invite)
    assert solo.lines[-1] == "200 PRACK"
    solo.run(64)
    assert len(solo.times("180 INVITE")) == 5
    assert solo.kinds == ["Invited"]


@pytest.mark.parametrize("fields", [{"Supported": "timer"}, {"Supported": "100rel"}, {"Require": "100rel"}])
@pytest.mark.parametrize("reliable", [True, False])
def test_who_gets_reliable_ringing(fields: dict[str, str], reliable: bool) -> None:
    solo, session, _ = rung(reliable=reliable, **fields)
    required = "Require" in fields
    assert ("RSeq" in solo.response("180 INVITE").headers) == (required or (reliable and "100rel" in fields.values()))
    solo.do(events.Ring(session, CONTACT, 100))
    assert "RSeq" not in solo.response("100 INVITE").headers


def test_core_without_100rel_neither_announces_nor_does_it() -> None:
    solo = Solo(supported=())
    assert "Supported" not in solo.call().headers
    solo.invite(Supported="100rel")
    solo.do(events.Ring(solo.last(events.Invited).session, CONTACT, reliable=True))
    assert "RSeq" not in solo.response("180 INVITE").headers
    solo.receive(request("INVITE", Require="100rel"))
    assert solo.response("420 INVITE").headers.get("Unsupported") == "100rel"


def test_one_at_a_time() -> None:
    solo, session, invite = rung()
    solo.do(events.Ring(session, CONTACT, 181, reliable=True))
    solo.do(events.Ring(session, CONTACT, 182, reliable=True))
    solo.do(events.Ring(session, CONTACT, 183))
    assert solo.fresh() == ["183 INVITE"]
    prack(solo, invite)
    assert solo.fresh() == ["200 PRACK", "181 INVITE"]
    assert solo.response("181 INVITE").headers.get("RSeq") == "2"
    prack(solo, invite, 2)
    assert solo.fresh() == ["200 PRACK", "182 INVITE"]
    solo.run(0.5)
    assert solo.fresh() == ["182 INVITE"]


def test_no_repetition_on_a_websocket() -> None:
    solo = Solo("WS")
    solo.invite(Supported="100rel")
    solo.do(events.Ring(solo.last(events.Invited).session, CONTACT, reliable=True))
    solo.run(31)
    assert solo.times("180 INVITE") == [0]
    solo.run(1)
    assert solo.lines[-1] == "504 INVITE"


def test_without_prack_the_invite_is_refused() -> None:
    solo, session, _ = rung()
    solo.run(31.9)
    assert solo.times("180 INVITE") == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    solo.run(0.1)
    assert solo.lines[-1] == "504 INVITE"
    cancelled = solo.last(events.Cancelled)
    assert (cancelled.session, cancelled.request.method) == (session, "INVITE")
    solo.run(32)
    assert (solo.core.sessions, solo.core.transactions, solo.core.deadline) == (0, 0, None)


def test_success_waits_for_the_prack_of_an_answer() -> None:
    solo, session, invite = rung(SDP)
    solo.do(events.Ring(session, CONTACT, 182, reliable=True))
    solo.do(events.Accept(session, CONTACT, ""))
    solo.do(events.Ring(session, CONTACT, 180))
    assert solo.fresh() == []
    prack(solo, invite)
    assert solo.fresh() == ["200 PRACK", "200 INVITE"]
    solo.ack(invite)
    assert solo.kinds == ["Invited", "Acknowledged"]


def test_success_does_not_wait_for_ringing_without_sdp() -> None:
    solo, session, invite = rung()
    solo.do(events.Accept(session, CONTACT, SDP))
    assert solo.fresh() == ["200 INVITE"]
    solo.run(1)
    assert len(solo.times("180 INVITE")) == 1
    prack(solo, invite)
    assert solo.lines[-1] == "200 PRACK"
    solo.ack(invite)
    prack(solo, invite)
    assert solo.lines[-1] == "481 PRACK"
    solo.run(64)
    assert solo.core.sessions == 1


@pytest.mark.parametrize("end", ["Reject", "Hangup", "CANCEL", "BYE"])
def test_held_success_and_the_end_of_the_call(end: str) -> None:
    held_success_and_the_end(end)


def held_success_and_the_end(end: str) -> None:
    solo, session, invite = rung(SDP)
    solo.do(events.Accept(session, CONTACT, SDP))
    match end:
        case "Reject":
            solo.do(events.Reject(session, 486))
        case "Hangup":
            solo.do(events.Hangup(session))
        case "CANCEL":
            solo.cancel(invite)
        case "BYE":
            solo.ask("BYE", invite)
    assert solo.core.sessions == 0
    prack(solo, invite)
    assert solo.lines[-1] == "481 PRACK"
    assert "200 INVITE" not in solo.lines


def test_offer_in_a_reliable_response_is_answered_in_the_prack() -> None:
    solo, session, invite = rung("our offer", offer="")
    prack(solo, invite, sdp="their answer")
    acknowledged = solo.last(events.ProvisionalAcknowledged)
    assert (acknowledged.session, acknowledged.request.body) == (session, b"their answer")
    solo.do(events.Accept(session, CONTACT, "our offer"))
    success = solo.response("200 INVITE")
    assert success.body == b""
    assert "Content-Type" not in success.headers
    solo.ask("INVITE", invite, SDP)  # no offer of ours is open, though the ACK has not come
    assert solo.last(events.Reinvited).session == session


def test_offer_in_a_prack_is_for_the_user() -> None:
    solo, session, invite = rung(SDP)
    prack(solo, invite, sdp="new offer")
    asked = solo.last(events.Requested)
    assert asked.request.body == b"new offer"
    solo.do(events.Respond(asked.transaction, 200, content_type="application/sdp", body=b"new answer"))
    assert solo.response("200 PRACK").body == b"new answer"
    solo.do(events.Accept(session, CONTACT, ""))
    assert solo.lines[-1] == "200 INVITE"


def test_offer_in_a_prack_before_the_answer_to_the_first_is_refused() -> None:
    solo, _, invite = rung()
    prack(solo, invite, sdp="second offer")
    assert solo.fresh() == ["500 PRACK"]
    solo.run(64)
    assert len(solo.times("180 INVITE")) == 1  # acknowledged all the same


def test_update_after_an_early_answer() -> None:
    solo, session, invite = rung(SDP)
    solo.ask("UPDATE", invite, SDP)
    assert solo.fresh() == ["500 UPDATE"]
    prack(solo, invite)
    solo.ask("UPDATE", invite, SDP)
    assert solo.last(events.Requested).session == session


@pytest.mark.parametrize("rack", ["2 1 INVITE", "1 2 INVITE", "1 1 PRACK", "0 1 INVITE"])
def test_prack_of_nothing(rack: str) -> None:
    solo, _, invite = rung()
    prack(solo, invite, rack=rack)
    assert solo.fresh() == ["481 PRACK"]
    solo.run(0.5)
    assert solo.fresh() == ["180 INVITE"]


@pytest.mark.parametrize("rack", [" ", "1 1", "1 1 INVITE x", "x 1 INVITE", "1 -1 INVITE", "99999999999 1 INVITE"])
def test_malformed_prack(rack: str) -> None:
    solo, _, invite = rung()
    prack(solo, invite, rack=rack)
    assert solo.fresh() == ["400 PRACK"]
    assert solo.kinds[-1] == "Malformed"


def test_prack_outside_and_before_everything() -> None:
    solo = Solo()
    solo.receive(request("PRACK", RAck="1 1 INVITE"))
    invite = solo.invite()
    solo.do(events.Ring(solo.last(events.Invited).session, CONTACT))
    prack(solo, invite)
    assert solo.lines == ["481 PRACK", "100 INVITE", "180 INVITE", "481 PRACK"]


def test_prack_that_comes_late_in_every_state() -> None:
    for state in ESTABLISHED:
        late_prack(state)


def late_prack(state: str) -> None:
    solo, _, invite = in_state(state, _ring_reliably)
    prack(solo, invite)
    assert solo.fresh() == ["200 PRACK"]
    assert solo.core.sessions == 1


def _ring_reliably(solo: Solo, session: str) -> None:
    solo.do(events.Ring(session, CONTACT, reliable=True))


def test_prack_while_the_hangup_waits_for_the_ack() -> None:
    solo, session, invite = rung()
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.do(events.Hangup(session))
    solo.fresh()
    prack(solo, invite)
    assert solo.fresh() == ["200 PRACK"]


# --- as caller ---


def reliable(number: int, more: tuple[tuple[str, str], ...] = ()) -> tuple[tuple[str, str], ...]:
    return ("Require", "100rel"), ("RSeq", str(number)), *more


def test_reliable_ringing_is_acknowledged_in_order() -> None:
    solo = Solo()
    invite = solo.call()
    assert invite.headers.get("Supported") == "100rel, replaces"
    assert "PRACK" in invite.headers.get("Allow", "")
    solo.reply(180, invite, headers=reliable(4711))
    prack = solo.request("PRACK")
    assert prack.headers.get("RAck") == "4711 1 INVITE"
    assert prack.headers.get("CSeq") == "2 PRACK"
    assert prack.headers.get("To") == "<sip:peer@example.com>;tag=peer-tag"
    assert solo.last(events.Provisional).reliable
    solo.reply(180, invite, headers=reliable(4711))  # again
    solo.reply(183, invite, headers=reliable(4713))  # too early
    assert solo.fresh() == ["INVITE", "PRACK"]
    solo.reply(200, prack)
    solo.reply(183, invite, headers=reliable(4712))
    assert solo.request("PRACK").headers.get("RAck") == "4712 1 INVITE"
    solo.reply(481, solo.request("PRACK"))
    solo.reply(200, invite, sdp=SDP)
    assert solo.kinds == ["Provisional", "Provisional", "Accepted"]
    assert solo.lines == ["INVITE", "PRACK", "PRACK", "ACK"]
    solo.reply(180, invite, headers=reliable(4713))
    assert solo.lines[-1] == "ACK"


def test_each_fork_has_its_own_order() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(180, invite, headers=reliable(7), tag="one")
    solo.reply(180, invite, headers=reliable(3), tag="two")
    solo.reply(183, invite, headers=reliable(8), tag="one")
    sent = [each.headers for _, each in solo.sent if isinstance(each, Request) and each.method == "PRACK"]
    assert [(each.get("RAck"), each.get("To", "")[-3:], each.get("CSeq")) for each in sent] == [
        ("7 1 INVITE", "one", "2 PRACK"),
        ("3 1 INVITE", "two", "2 PRACK"),
        ("8 1 INVITE", "one", "3 PRACK"),
    ]


def test_lost_prack_is_repeated_by_its_transaction() -> None:
    solo = Solo()
    solo.reply(180, solo.call(), headers=reliable(1))
    solo.run(4)
    assert solo.times("PRACK") == [0, 0.5, 1.5, 3.5]


def test_reliable_answer_counts_and_is_given_again_with_the_success() -> None:
    solo = Solo()
    invite = solo.call()
    solo.reply(183, invite, sdp="answer", headers=reliable(1))
    solo.ask("UPDATE", invite, "new offer")
    asked = solo.last(events.Requested)
    solo.reply(200, invite)
    assert solo.last(events.Accepted).response.body == b"answer"
    assert solo.last(events.Accepted).response.headers.get("Content-Type") == "application/sdp"
    solo.do(events.Respond(asked.transaction, 488))


def test_reliable_answer_is_out_of_date_after_an_update() -> None:
    for ours in (True, False):
        solo = Solo()
        invite = solo.call()
        solo.reply(183, invite, sdp="answer", headers=reliable(1))
        if ours:
            solo.do(events.SendInDialog("s", "u", "UPDATE", content_type="application/sdp", body=b"offer"))
            solo.reply(200, solo.request("UPDATE"), sdp="newer")
        else:
            solo.ask("UPDATE", invite, "offer")
            solo.do(events.Respond(solo.last(events.Requested).transaction, 200, body=b"newer"))
        solo.reply(200, invite)
        assert solo.last(events.Accepted).response.body == b""


def test_offer_in_a_reliable_response_waits_for_the_users_answer() -> None:
    solo = Solo()
    invite = solo.call(sdp="")
    solo.reply(180, invite, headers=reliable(1), tag="other")
    solo.reply(183, invite, sdp="offer", headers=reliable(1))
    assert solo.fresh() == ["INVITE", "PRACK"]
    solo.ask("UPDATE", invite, "offer")
    assert solo.fresh() == ["491 UPDATE"]
    solo.reply(183, invite, sdp="offer", headers=reliable(1))
    solo.do(events.Acknowledge("s", "answer"))
    prack = solo.request("PRACK")
    assert (prack.body, prack.headers.get("Content-Type")) == (b"answer", "application/sdp")
    solo.do(events.Acknowledge("s", "answer"))
    solo.reply(200, invite)
    assert solo.fresh() == ["PRACK", "ACK"]
    assert solo.request("ACK").body == b""


def test_success_that_overtakes_the_answer_to_a_reliable_offer() -> None:
    solo = Solo()
    invite = solo.call(sdp="")
    solo.reply(183, invite, sdp="offer", headers=reliable(1))
    solo.reply(200, invite, sdp="offer")
    solo.do(events.Acknowledge("s", "answer"))
    assert solo.lines == ["INVITE", "ACK"]
    assert solo.request("ACK").body == b"answer"


def test_hangup_before_reliable_ringing() -> None:
    solo = Solo()
    invite = solo.call()
    solo.do(events.Hangup("s"))
    solo.reply(180, invite, headers=reliable(1))
    assert solo.lines == ["INVITE", "CANCEL"]
    solo.reply(183, invite, headers=reliable(2))
    assert solo.lines == ["INVITE", "CANCEL"]


def test_reliable_response_to_a_reinvite() -> None:
    solo, session, _ = in_state("Confirmed")
    solo.do(events.Reinvite(session, SDP))
    again = solo.request("INVITE")
    solo.reply(183, again, headers=reliable(1))
    assert solo.request("PRACK").headers.get("RAck") == "1 1 INVITE"
    solo.reply(200, again, sdp=SDP)
    assert solo.last(events.Accepted).initial is False


@pytest.mark.parametrize("rseq", ["", "0", "-1", "x", "99999999999"])
def test_response_that_cannot_be_acknowledged_counts_as_a_plain_one(rseq: str) -> None:
    solo = Solo()
    solo.reply(180, solo.call(), headers=(("Require", "100rel"), ("RSeq", rseq)))
    assert not solo.last(events.Provisional).reliable
    assert solo.lines == ["INVITE"]


def test_reliable_number() -> None:
    def number(status: int, *fields: tuple[str, str]) -> int | None:
        return reliable_number(Response(status, "", Headers(fields)))

    assert number(180, ("RSeq", "5")) is None
    assert number(100, ("RSeq", "5"), ("Require", "100rel")) is None
    assert number(199, ("RSeq", " 5"), ("Require", "x, 100REL")) == 5


def test_reliable_ringing_without_a_tag_makes_no_dialog() -> None:
    solo = Solo()
    solo.reply(180, solo.call(), tag="", headers=reliable(1))
    assert solo.lines == ["INVITE"]
    assert solo.kinds == ["Provisional"]


def test_ringing_that_waits_for_its_prack_is_sent_again_on_another_flow() -> None:
    solo = Solo("WS")
    solo.invite(Supported="100rel")
    session = solo.last(events.Invited).session
    solo.do(events.Ring(session, CONTACT, reliable=True))
    moved = replace(solo.flow, connection="c2")
    solo.do(events.MoveSession(session, moved))
    assert solo.fresh() == ["100 INVITE", "180 INVITE", "180 INVITE"]
    assert solo.to[-1] == moved
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.do(events.MoveSession(session, solo.flow))
    assert solo.fresh() == ["200 INVITE", "200 INVITE"]


def test_forks_without_end_are_not_followed() -> None:
    solo = Solo()
    invite = solo.call()
    for number in range(100):
        solo.reply(180, invite, headers=reliable(1), tag=f"fork{number}")
        solo.reply(183, invite, tag=f"fork{number}")
    assert solo.lines.count("PRACK") == 32
    assert len(solo.all(events.Provisional)) == 64
    solo.reply(200, invite, sdp=SDP, tag="fork99")
    assert solo.last(events.Accepted).initial
