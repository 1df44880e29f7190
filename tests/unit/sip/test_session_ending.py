"""How sessions end: by BYE from either side, by the loss of the dialog or of the ACK; and what still comes later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cordboard.sip import events
from cordboard.sip.events import EndCause
from cordboard.sip.message import Request
from kit.pair import SDP
from kit.solo import CONTACT, Solo
from unit.sip.test_session_reinvite import called, calling

REFRESHED = (("Supported", "timer"), ("Session-Expires", "90;refresher=uas"))


def in_state(
    state: str, ringing: Callable[[Solo, str], None] = lambda solo, session: None, wait: float = 0, **options: Any
) -> tuple[Solo, str, Request]:
    """A session of a confirmed dialog, after `ringing`, the 2xx and seconds to `wait`, in one of its states."""
    solo = Solo(**options)
    invite = solo.invite(Supported="100rel, timer", Session_Expires="90;refresher=uas")
    session = solo.last(events.Invited).session
    ringing(solo, session)
    solo.do(events.Accept(session, CONTACT, SDP))
    if state != "Accepted":
        solo.ack(invite)
    solo.run(wait)
    if state in ("Reinviting", "Glare"):
        solo.do(events.Reinvite(session, SDP))
    if state == "Glare":
        solo.reply(491, solo.request("INVITE"))
    if state == "Unacknowledged":
        solo.do(events.Reinvite(session))
        solo.reply(200, solo.request("INVITE"), sdp=SDP, headers=(("Session-Expires", "90;refresher=uac"),))
    if state in ("Reinvited", "Reaccepted"):
        solo.ask("INVITE", invite, SDP, headers=REFRESHED)
    if state == "Reaccepted":
        solo.do(events.Accept(session, CONTACT, SDP))
    solo.fresh()
    return solo, session, invite


ESTABLISHED = ("Accepted", "Confirmed", "Unacknowledged", "Reinviting", "Glare", "Reinvited", "Reaccepted")


@pytest.mark.parametrize("state", ESTABLISHED)
def test_their_bye(state: str) -> None:
    their_bye(state)


def their_bye(state: str) -> None:
    solo, session, invite = in_state(state)
    solo.fresh()
    bye = solo.ask("BYE", invite)
    assert solo.fresh() == (["200 BYE", "487 INVITE"] if state == "Reinvited" else ["200 BYE"])
    ended = solo.last(events.Ended)
    assert (ended.session, ended.cause) == (session, EndCause.BYE)
    assert ended.request is not None
    assert ended.request.method == bye.method
    assert solo.core.sessions == 0
    solo.run(64)
    assert solo.core.transactions == 0
    assert "BYE" not in solo.lines


@pytest.mark.parametrize("state", ESTABLISHED)
def test_our_hangup(state: str) -> None:
    our_hangup(state)


def our_hangup(state: str) -> None:
    solo, session, invite = in_state(state)
    solo.fresh()
    solo.do(events.Hangup(session, headers=(("X-Genesys-CallUUID", "U1"),)))
    if state == "Accepted":
        solo.ack(invite)
    expected = {"Unacknowledged": ["ACK", "BYE"], "Reinvited": ["487 INVITE", "BYE"]}.get(state, ["BYE"])
    assert solo.fresh() == expected
    bye = solo.request("BYE")
    assert bye.headers.get("X-Genesys-CallUUID") == "U1"
    solo.reply(200, bye)
    assert solo.core.sessions == 0
    assert solo.all(events.Ended) == []
    solo.run(64)
    assert solo.core.transactions == 0


@pytest.mark.parametrize("state", ESTABLISHED)
@pytest.mark.parametrize("status", [481, 408])
def test_dialog_that_the_peer_does_not_know(state: str, status: int) -> None:
    dialog_gone(state, status)


def dialog_gone(state: str, status: int) -> None:
    solo, session, _ = in_state(state)
    solo.do(events.SendInDialog(session, "k", "INFO"))
    solo.fresh()
    if status == 481:
        solo.reply(481, solo.request("INFO"))
    elif state in ("Accepted", "Reaccepted"):
        solo.reply(408, solo.request("INFO"))
    else:
        solo.run(32)
    assert solo.last(events.Replied).status == status
    assert solo.last(events.Ended) == events.Ended(session, EndCause.DIALOG_GONE, None)
    assert "BYE" in solo.fresh()
    solo.run(64)
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_notify_that_nobody_subscribed_to_ends_no_session() -> None:
    solo, session, _ = called()
    solo.do(events.SendInDialog(session, "talk", "NOTIFY", (("Event", "talk"),)))
    solo.reply(481, solo.request("NOTIFY"))
    assert solo.last(events.Replied).status == 481
    solo.do(events.SendInDialog(session, "talk", "NOTIFY", (("Event", "talk"),)))
    solo.run(32)
    assert solo.last(events.Replied).status == 408
    assert solo.all(events.Ended) == []
    assert solo.core.sessions == 1


@pytest.mark.parametrize("status", [481, 408])
def test_reinvite_that_shows_the_dialog_gone(status: int) -> None:
    reinvite_shows_dialog_gone(status)


def reinvite_shows_dialog_gone(status: int) -> None:
    solo, session, _ = called()
    solo.do(events.Reinvite(session, SDP))
    if status == 481:
        solo.reply(481, solo.request("INVITE"))
    else:
        solo.run(32)
    assert solo.last(events.Ended) == events.Ended(session, EndCause.DIALOG_GONE, None)
    assert solo.all(events.ReinviteRejected) == []
    assert solo.lines[-1] == "BYE"


def test_both_hang_up_at_once() -> None:
    """Their BYE ends it, whatever becomes of ours: the answer may have gone to a connection that is no more."""
    solo, session, invite = called()
    solo.do(events.Hangup(session))
    solo.ask("BYE", invite)
    assert solo.fresh() == ["BYE", "200 BYE"]
    assert solo.core.sessions == 0
    solo.reply(481, solo.request("BYE"))
    solo.run(64)
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)
    assert solo.all(events.Ended) == []


def test_what_is_asked_after_our_bye_is_refused() -> None:
    solo, session, invite = called()
    solo.do(events.Hangup(session))
    solo.ask("INFO", invite)
    solo.ask("INVITE", invite, SDP)
    assert solo.fresh() == ["BYE", "481 INFO", "481 INVITE"]
    solo.do(events.SendInDialog(session, "k", "INFO"))
    assert solo.last(events.Replied).status == 481
    solo.reply(200, solo.request("BYE"))
    assert solo.core.sessions == 0


def test_bye_that_nobody_answers() -> None:
    solo, session, _ = called()
    solo.do(events.Hangup(session))
    solo.run(31.9)
    assert solo.core.sessions == 1
    solo.run(0.1)
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)
    assert solo.times("BYE") == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]


def test_reinvite_in_progress_at_the_end_is_still_acknowledged() -> None:
    for ours in (True, False):
        for sdp in (SDP, ""):
            for bye_answered in (True, False):
                solo, session, invite = called()
                solo.do(events.Reinvite(session, sdp))
                again = solo.request("INVITE")
                solo.reply(100, again)
                if ours:
                    solo.do(events.Hangup(session))
                    if bye_answered:
                        solo.reply(200, solo.request("BYE"))
                else:
                    solo.ask("BYE", invite)
                solo.fresh()
                solo.reply(200, again, sdp=SDP)
                solo.reply(200, again, sdp=SDP)
                assert solo.fresh() == ["ACK", "ACK"]
                assert solo.all(events.Accepted) == []
                solo.run(64)
                assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_reinvite_in_progress_at_the_end_may_be_refused_or_never_answered() -> None:
    for bye_answered in (True, False):
        refused, ignored = called(), called()
        for solo, session, _ in (refused, ignored):
            solo.do(events.Reinvite(session, SDP))
            solo.reply(100, solo.request("INVITE"))
            solo.do(events.Hangup(session))
            if bye_answered:
                solo.reply(200, solo.request("BYE"))
        refused[0].reply(487, refused[0].request("INVITE"))
        for solo, _, _ in (refused, ignored):
            solo.run(64)
            assert (solo.core.sessions, solo.core.transactions) == (0, 0)
            assert solo.kinds == ["Invited", "Acknowledged"]


def test_ack_that_comes_late_or_twice() -> None:
    solo, session, invite = called()
    solo.ack(invite)
    again = solo.ask("INVITE", invite, SDP)
    solo.ack(invite)
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(invite)
    solo.ack(again)
    solo.ack(again)
    assert [each.initial for each in solo.all(events.Acknowledged)] == [True, False]


def unacknowledged_twice() -> tuple[Solo, str, Request, Request]:
    """Their re-INVITE overtook the ACK of their INVITE, and is acknowledged itself."""
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    again = solo.ask("INVITE", invite, SDP)
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(again)
    return solo, session, invite, again


def test_old_ack_in_every_state_of_what_comes_next() -> None:
    for late in (True, False):
        for state in ("Confirmed", "Unacknowledged", "Reinviting", "Glare", "Reinvited", "Reaccepted"):
            solo, session, invite, _ = unacknowledged_twice()
            solo.run(31.5)
            if state in ("Reinviting", "Glare"):
                solo.do(events.Reinvite(session, SDP))
                solo.reply(100, solo.request("INVITE"))
            if state == "Glare":
                solo.reply(491, solo.request("INVITE"))
            if state == "Unacknowledged":
                solo.do(events.Reinvite(session))
                solo.reply(200, solo.request("INVITE"), sdp=SDP)
            if state in ("Reinvited", "Reaccepted"):
                again = solo.ask("INVITE", invite, SDP)
            if state == "Reaccepted":
                solo.do(events.Accept(session, CONTACT, SDP))
            if late:
                solo.ack(invite)
                assert solo.last(events.Acknowledged).initial
                assert solo.all(events.Ended) == []
                continue
            solo.run(0.5)
            assert solo.last(events.Ended).cause is EndCause.NO_ACK, state
            assert ("487 INVITE" in solo.lines) == (state == "Reinvited")
            assert again.method == "INVITE" if state in ("Reinvited", "Reaccepted") else True


def test_late_ack_while_the_session_is_accepted_again() -> None:
    solo = Solo()
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ask("INVITE", invite, SDP)
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(invite)
    assert solo.last(events.Acknowledged).initial
    assert len(solo.all(events.Acknowledged)) == 1


def test_nothing_is_said_about_a_session_that_is_over() -> None:
    solo, session, invite = calling()
    solo.do(events.Hangup(session))
    solo.reply(200, solo.request("BYE"))
    before = list(solo.outputs)
    for command in (
        events.Hangup(session), events.Reinvite(session, SDP), events.Accept(session, CONTACT, SDP),
        events.Reject(session, 486), events.Ring(session, CONTACT), events.Acknowledge(session),
        events.MoveSession(session, solo.flow),
    ):  # fmt: skip
        solo.do(command)
    solo.ask("INFO", invite)
    assert solo.lines[-1] == "481 INFO"
    assert solo.outputs == before


def test_success_and_forks_after_the_end_are_acknowledged() -> None:
    for bye_answered in (True, False):
        solo, session, invite = calling()
        solo.do(events.Hangup(session))
        if bye_answered:
            solo.reply(200, solo.request("BYE"))
        solo.fresh()
        solo.reply(200, invite, sdp=SDP)
        solo.reply(200, invite, tag="fork", sdp=SDP)
        assert solo.fresh() == ["ACK", "ACK", "BYE"]
        solo.run(64)
        assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_reply_comes_once_for_each_request_even_after_the_end() -> None:
    solo, session, _ = called()
    solo.do(events.SendInDialog(session, "k", "INFO"))
    info = solo.request("INFO")
    solo.do(events.Hangup(session))
    solo.reply(200, solo.request("BYE"))
    solo.reply(100, info)
    solo.reply(200, info)
    assert [(each.key, each.status) for each in solo.all(events.Replied)] == [("k", 200)]
