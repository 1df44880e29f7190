"""Offers and answers in a confirmed dialog, both ways, and what happens when they meet."""

from __future__ import annotations

from cordboard.sip import events
from cordboard.sip.message import Request
from kit.pair import SDP
from kit.solo import CONTACT, Solo


def called(sdp: str = SDP, **options: bool) -> tuple[Solo, str, Request]:
    """A confirmed session that began with their INVITE: core and peer, session, INVITE."""
    solo = Solo(**options)
    invite = solo.invite(sdp)
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(invite)
    solo.fresh()
    return solo, session, invite


def calling() -> tuple[Solo, str, Request]:
    """A confirmed session that began with our INVITE."""
    solo = Solo()
    invite = solo.call()
    solo.reply(200, invite, sdp=SDP)
    solo.fresh()
    return solo, "s", invite


def test_our_reinvite_with_an_offer() -> None:
    solo, session, _ = called()
    solo.do(events.Reinvite(session, "hold", (("X-Genesys-CallUUID", "U2"),)))
    again = solo.request("INVITE")
    assert again.body == b"hold"
    assert again.headers.get("X-Genesys-CallUUID") == "U2"
    assert again.headers.get("Contact") == CONTACT
    assert "tag=peer-tag" in again.headers.get("To", "")
    solo.reply(100, again)
    solo.reply(200, again, sdp="held", headers=(("Contact", "<sip:moved@127.0.0.3:5071>"),))
    accepted = solo.last(events.Accepted)
    assert not accepted.initial
    assert accepted.response.body == b"held"
    assert solo.fresh() == ["INVITE", "ACK"]
    assert solo.request("ACK").uri == "sip:moved@127.0.0.3:5071"
    solo.reply(200, again, sdp="held")
    assert solo.fresh() == ["ACK"]


def test_our_offerless_reinvite_waits_for_the_answer() -> None:
    solo, session, _ = calling()
    solo.do(events.Reinvite(session))
    again = solo.request("INVITE")
    assert again.headers.get("CSeq") == "2 INVITE"
    solo.reply(200, again, sdp="offer")
    assert solo.fresh() == ["INVITE"]
    solo.do(events.Acknowledge(session, "answer"))
    assert solo.fresh() == ["ACK"]
    assert solo.request("ACK").headers.get("CSeq") == "2 ACK"


def test_their_reinvite_with_and_without_an_offer() -> None:
    solo, session, invite = called()
    for number, sdp in enumerate((SDP, ""), start=1):
        again = solo.ask("INVITE", invite, sdp)
        assert solo.last(events.Reinvited).request.body == sdp.encode()
        solo.do(events.Accept(session, CONTACT, f"sdp {number}"))
        solo.ack(again, "" if sdp else "answer")
        acknowledged = solo.last(events.Acknowledged)
        assert not acknowledged.initial
        assert acknowledged.request.body == (b"" if sdp else b"answer")
    assert solo.fresh() == ["200 INVITE", "200 INVITE"]


def test_their_reinvite_gets_a_100_only_if_the_answer_takes_long() -> None:
    solo, session, invite = called()
    solo.ask("INVITE", invite, SDP)
    solo.run(0.1)
    assert solo.fresh() == []
    solo.run(0.1)
    assert solo.fresh() == ["100 INVITE"]
    assert solo.response("100 INVITE").headers.get("To") == solo.our_to(invite)
    solo.do(events.Accept(session, CONTACT, SDP))
    assert solo.fresh() == ["200 INVITE"]


def test_their_reinvite_can_be_refused() -> None:
    solo, session, invite = called()
    solo.ask("INVITE", invite, SDP)
    solo.do(events.Reject(session, 488))
    assert solo.fresh() == ["488 INVITE"]
    solo.do(events.Reinvite(session, SDP))
    assert solo.fresh() == ["INVITE"]
    assert solo.core.sessions == 1


def test_target_of_their_reinvite_counts_once_it_is_accepted() -> None:
    solo, session, invite = called()
    moved = (("Contact", "<sip:moved@127.0.0.3:5071>"),)
    again = solo.ask("INVITE", invite, SDP, headers=moved)
    solo.do(events.SendInDialog(session, "k", "INFO"))
    assert solo.request("INFO").uri == "sip:peer@127.0.0.2:5070"
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(again)
    solo.do(events.SendInDialog(session, "k", "INFO"))
    assert solo.request("INFO").uri == "sip:moved@127.0.0.3:5071"


def test_their_reinvite_unacknowledged_ends_the_session() -> None:
    solo, session, invite = called()
    solo.ask("INVITE", invite, SDP)
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.run(32)
    assert solo.last(events.Ended).cause is events.EndCause.NO_ACK
    assert solo.lines[-1] == "BYE"


def test_cancel_of_their_reinvite_leaves_the_session_alone() -> None:
    solo, session, invite = called()
    again = solo.ask("INVITE", invite, SDP)
    solo.cancel(again)
    assert solo.fresh() == ["200 CANCEL", "487 INVITE"]
    solo.do(events.Accept(session, CONTACT, SDP))  # too late, no effect
    assert solo.fresh() == []
    assert solo.kinds == ["Invited", "Acknowledged", "Reinvited"]


def test_second_reinvite_before_the_first_is_answered() -> None:
    solo, _, invite = called()
    solo.ask("INVITE", invite, SDP)
    solo.ask("INVITE", invite, SDP)
    assert solo.fresh() == ["500 INVITE"]


def test_reinvite_before_the_ack_of_the_last() -> None:
    answered, offered = called(), called()
    for (solo, session, invite), sdp in ((answered, SDP), (offered, "")):
        solo.ask("INVITE", invite, sdp)
        solo.do(events.Accept(session, CONTACT, SDP))
        solo.fresh()
        solo.ask("INVITE", invite, SDP)
    assert answered[0].fresh() == []
    assert len(answered[0].all(events.Reinvited)) == 2
    assert offered[0].fresh() == ["491 INVITE"]
    assert len(offered[0].all(events.Reinvited)) == 1


def test_reinvite_while_an_older_answer_waits_for_its_ack() -> None:
    solo = Solo()
    invite = solo.invite("")
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    # The peer acknowledges nothing; its re-INVITE is refused because our offer is open, again and again.
    solo.ask("INVITE", invite)
    assert solo.lines[-1] == "491 INVITE"
    early = Solo()
    first = early.invite()
    name = early.last(events.Invited).session
    early.do(events.Accept(name, CONTACT, SDP))
    second = early.ask("INVITE", first)
    early.do(events.Accept(name, CONTACT, "offer"))
    early.ask("INVITE", first)
    assert early.lines[-1] == "491 INVITE"
    early.ack(second, "answer")
    early.ask("INVITE", first)
    early.run(32)  # the first ACK never came
    assert early.last(events.Ended).cause is events.EndCause.NO_ACK
    assert early.lines[-1] == "BYE"
    assert "487 INVITE" in early.lines


def test_their_reinvite_against_ours_meets_491() -> None:
    solo, session, invite = called()
    solo.do(events.Reinvite(session, SDP))
    solo.ask("INVITE", invite, SDP)
    assert solo.fresh() == ["INVITE", "491 INVITE"]
    solo.reply(200, solo.request("INVITE"), sdp=SDP)
    assert solo.last(events.Accepted).session == session


def test_ours_gives_way_to_theirs_and_follows_it() -> None:
    """By option; the peer refuses ours with 491, before its own is answered or after."""
    for early in (True, False):
        solo, session, invite = called(yields=True)
        solo.do(events.Reinvite(session, "ours"))
        ours = solo.request("INVITE")
        again = solo.ask("INVITE", invite, SDP)
        assert solo.last(events.Reinvited).session == session
        if early:
            solo.reply(491, ours)
        solo.do(events.Accept(session, CONTACT, SDP))
        if not early:
            solo.reply(491, ours)
        assert sorted(solo.fresh()) == ["200 INVITE", "ACK", "INVITE"]
        solo.ack(again)
        assert solo.fresh() == ["INVITE"]
        assert solo.request("INVITE").body == b"ours"
        solo.reply(200, solo.request("INVITE"), sdp=SDP)
        assert len(solo.all(events.Accepted)) == 1
        assert solo.all(events.ReinviteRejected) == []
        solo.run(64)
        assert solo.core.transactions == 0


def test_ours_that_gave_way_and_is_accepted_all_the_same_gets_its_ack() -> None:
    solo, session, invite = called(yields=True)
    solo.do(events.Reinvite(session, "ours"))
    ours = solo.request("INVITE")
    again = solo.ask("INVITE", invite, SDP)
    solo.reply(200, ours, sdp=SDP)
    assert solo.fresh() == ["INVITE", "ACK"]
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(again)
    assert solo.fresh() == ["200 INVITE", "INVITE"]
    assert solo.all(events.Accepted) == []


def test_ours_that_gave_way_and_is_never_answered_is_given_up() -> None:
    solo, session, invite = called(yields=True)
    solo.do(events.Reinvite(session, "ours"))
    solo.reply(100, solo.request("INVITE"))
    again = solo.ask("INVITE", invite, SDP)
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(again)
    solo.reply(200, solo.request("INVITE"), sdp=SDP)
    solo.run(64)
    assert solo.core.transactions == 0
    assert solo.core.sessions == 1


def test_their_reinvite_before_our_answer_to_their_offer_meets_491() -> None:
    solo, session, invite = calling()
    solo.do(events.Reinvite(session))
    solo.reply(200, solo.request("INVITE"), sdp="offer")
    solo.ask("INVITE", invite, SDP)
    solo.ask("UPDATE", invite, SDP)
    assert solo.fresh() == ["INVITE", "491 INVITE", "491 UPDATE"]


def test_our_reinvite_against_theirs_is_tried_again() -> None:
    for begin, wait in ((calling, 2.1), (called, 0.9)):
        solo, session, _ = begin()
        solo.do(events.Reinvite(session, SDP))
        solo.reply(491, solo.request("INVITE"))
        assert solo.fresh() == ["INVITE", "ACK"]
        solo.run(wait - 0.001)
        assert solo.fresh() == []
        solo.run(0.001)
        assert solo.fresh() == ["INVITE"]
        solo.reply(200, solo.request("INVITE"), sdp=SDP)
        assert solo.all(events.ReinviteRejected) == []
        assert not solo.last(events.Accepted).initial


def test_their_reinvite_after_the_glare_goes_first_and_ours_follows() -> None:
    solo, session, invite = called()
    solo.do(events.Reinvite(session, "ours"))
    solo.reply(491, solo.request("INVITE"))
    again = solo.ask("INVITE", invite, SDP)
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.fresh()
    solo.ack(again)
    assert solo.fresh() == ["INVITE"]
    assert solo.request("INVITE").body == b"ours"
    solo.run(0.9)
    assert [line for line in solo.fresh() if line != "INVITE"] == []
    solo.reply(200, solo.request("INVITE"), sdp=SDP)
    assert solo.last(events.Accepted).session == session


def test_newer_offer_takes_the_place_of_the_one_that_waits_after_a_glare() -> None:
    solo, session, _ = called()
    solo.do(events.Reinvite(session, "old"))
    solo.reply(491, solo.request("INVITE"))
    solo.do(events.Reinvite(session, "new"))
    assert solo.fresh() == ["INVITE", "ACK"]
    solo.run(0.9)
    assert solo.request("INVITE").body == b"new"


def test_peer_that_always_says_491_is_believed_in_the_end() -> None:
    solo, session, _ = called()
    solo.do(events.Reinvite(session, SDP))
    for _ in range(10):
        solo.reply(491, solo.request("INVITE"))
        solo.run(0.9)
    assert solo.last(events.ReinviteRejected).status == 491
    assert solo.lines.count("INVITE") == 10
    solo.do(events.Reinvite(session, SDP))
    assert solo.lines.count("INVITE") == 11


def test_our_reinvite_refused() -> None:
    solo, session, _ = called()
    solo.do(events.Reinvite(session, SDP))
    solo.reply(488, solo.request("INVITE"))
    rejected = solo.last(events.ReinviteRejected)
    assert (rejected.session, rejected.status) == (session, 488)
    assert solo.core.sessions == 1
    solo.do(events.SendInDialog(session, "k", "INFO"))
    assert solo.lines[-1] == "INFO"


def test_reinvites_wait_for_the_end_of_whatever_is_in_progress() -> None:
    solo, session, invite = called()
    again = solo.ask("INVITE", invite, SDP)
    solo.do(events.Reinvite(session, "one"))
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.do(events.Reinvite(session, "two"))
    assert solo.fresh() == ["200 INVITE"]
    solo.ack(again)
    assert solo.fresh() == ["INVITE"]
    assert solo.request("INVITE").body == b"two"
    solo.do(events.Reinvite(session))
    solo.reply(200, solo.request("INVITE"), sdp=SDP)
    assert solo.fresh() == ["ACK", "INVITE"]
    solo.reply(200, solo.request("INVITE"), sdp="offer")
    solo.do(events.Reinvite(session, "three"))
    assert solo.fresh() == []
    solo.do(events.Acknowledge(session, "answer"))
    assert solo.fresh() == ["ACK", "INVITE"]
    assert solo.request("INVITE").body == b"three"


def test_reinvite_given_before_the_first_ack_waits_for_it() -> None:
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.do(events.Reinvite(session, SDP))
    solo.fresh()
    solo.ack(invite)
    assert solo.fresh() == ["INVITE"]


def test_requests_in_the_confirmed_dialog_in_every_state() -> None:
    solo, session, invite = called()
    _ask_and_send(solo, session, invite)
    solo.do(events.Reinvite(session, SDP))
    _ask_and_send(solo, session, invite)
    solo.reply(491, solo.request("INVITE"))
    _ask_and_send(solo, session, invite)
    again = solo.ask("INVITE", invite, SDP)
    _ask_and_send(solo, session, invite)
    solo.do(events.Accept(session, CONTACT, SDP))
    _ask_and_send(solo, session, invite)
    solo.ack(again)
    solo.reply(200, solo.request("INVITE"), sdp=SDP)
    solo.do(events.Reinvite(session))
    solo.reply(200, solo.request("INVITE"), sdp=SDP)
    _ask_and_send(solo, session, invite)
    fresh = Solo()
    invite = fresh.invite()
    session = fresh.last(events.Invited).session
    fresh.do(events.Accept(session, CONTACT, SDP))
    _ask_and_send(fresh, session, invite)


def _ask_and_send(solo: Solo, session: str, invite: Request) -> None:
    before = len(solo.all(events.Requested)), len(solo.all(events.Replied))
    solo.ask("INFO", invite)
    solo.do(events.Respond(solo.last(events.Requested).transaction, 200))
    solo.do(events.SendInDialog(session, "k", "INFO", content_type="text/plain", body=b"x"))
    solo.reply(200, solo.request("INFO"))
    assert (len(solo.all(events.Requested)), len(solo.all(events.Replied))) == (before[0] + 1, before[1] + 1)


def test_update_with_an_offer_meets_491_while_ours_is_open() -> None:
    solo, session, invite = called()
    solo.do(events.Reinvite(session, SDP))
    solo.ask("UPDATE", invite, SDP)
    assert solo.fresh() == ["INVITE", "491 UPDATE"]
    solo.reply(200, solo.request("INVITE"), sdp=SDP)
    solo.ask("UPDATE", invite, SDP, headers=(("Contact", "<sip:moved@127.0.0.3:5071>"),))
    asked = solo.last(events.Requested)
    solo.do(events.Respond(asked.transaction, 200, content_type="application/sdp", body=b"answer"))
    assert solo.response("200 UPDATE").headers.get("Contact") == CONTACT
    solo.do(events.SendInDialog(session, "k", "INFO"))
    assert solo.request("INFO").uri == "sip:moved@127.0.0.3:5071"


def test_update_with_an_offer_in_the_other_states_of_an_open_offer() -> None:
    theirs, _, invite = called()
    theirs.ask("INVITE", invite, SDP)
    theirs.ask("UPDATE", invite, SDP)
    assert theirs.fresh() == ["500 UPDATE"]
    ours, session, invite = called()
    ours.ask("INVITE", invite)
    ours.do(events.Accept(session, CONTACT, "offer"))
    ours.ask("UPDATE", invite, SDP)
    assert ours.fresh() == ["200 INVITE", "491 UPDATE"]
    first = Solo()
    invite = first.invite("")
    first.do(events.Accept(first.last(events.Invited).session, CONTACT, "offer"))
    first.ask("UPDATE", invite, SDP)
    assert first.lines[-1] == "491 UPDATE"


def test_our_update_refreshes_the_target_from_its_success() -> None:
    solo, session, _ = calling()
    solo.do(events.SendInDialog(session, "u", "UPDATE"))
    update = solo.request("UPDATE")
    assert update.headers.get("Contact") == CONTACT
    solo.reply(200, update, headers=(("Contact", "<sip:moved@127.0.0.3:5071>"),))
    solo.do(events.SendInDialog(session, "k", "INFO"))
    assert solo.request("INFO").uri == "sip:moved@127.0.0.3:5071"


def test_success_of_the_first_invite_and_its_forks_in_every_state_of_what_comes_next() -> None:
    for state in ("Confirmed", "Reinviting", "Glare", "Unacknowledged", "Reinvited", "Reaccepted"):
        solo, session, invite = calling()
        if state in ("Reinviting", "Glare"):
            solo.do(events.Reinvite(session, SDP))
        if state == "Glare":
            solo.reply(491, solo.request("INVITE"))
        if state == "Unacknowledged":
            solo.do(events.Reinvite(session))
            solo.reply(200, solo.request("INVITE"), sdp=SDP)
        if state in ("Reinvited", "Reaccepted"):
            solo.ask("INVITE", invite, SDP)
        if state == "Reaccepted":
            solo.do(events.Accept(session, CONTACT, SDP))
        solo.fresh()
        solo.reply(200, invite, sdp=SDP)
        assert solo.request("ACK").headers.get("CSeq") == "1 ACK"
        solo.reply(200, invite, tag="fork", sdp=SDP)
        solo.reply(200, invite, tag="fork", sdp=SDP)
        assert solo.fresh() == ["ACK", "ACK", "BYE", "ACK"], state
        assert solo.core.sessions == 1
