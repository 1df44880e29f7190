"""Session timers (RFC 4028): who asks for what, who refreshes, and what happens if nobody does."""

from __future__ import annotations

import pytest

from cordboard.sip import events
from cordboard.sip.core import SessionTimer, Timers
from cordboard.sip.events import EndCause
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request
from cordboard.sip.session.timer import Agreement, Interval, answer_to, is_too_small
from kit.pair import SDP
from kit.solo import CONTACT, Solo, request
from unit.sip.test_session_ending import ESTABLISHED, in_state

TIMER = SessionTimer()
ALLOW = ("Allow", "INVITE, ACK, BYE, UPDATE")
SERVER = {"Supported": "uui,100rel,timer", "Session_Expires": "1800;refresher=uac", "Min_SE": "90"}


def called(timer: SessionTimer | None = TIMER, **fields: str) -> tuple[Solo, str, Request]:
    """A confirmed session that began with their INVITE."""
    solo = Solo(session_timer=timer)
    invite = solo.invite(**(fields or SERVER))
    session = solo.last(events.Invited).session
    solo.do(events.Accept(session, CONTACT, SDP))
    solo.ack(invite)
    solo.fresh()
    return solo, session, invite


def calling(*headers: tuple[str, str], timer: SessionTimer | None = TIMER) -> tuple[Solo, Request]:
    """A confirmed session that began with our INVITE; `headers` are those of the 2xx."""
    solo = Solo(session_timer=timer)
    invite = solo.call()
    solo.reply(200, invite, sdp=SDP, headers=headers)
    solo.fresh()
    return solo, invite


# --- as called ---


def test_server_that_refreshes_itself() -> None:
    solo, session, invite = called()
    success = solo.response("200 INVITE").headers
    assert success.get("Session-Expires") == "1800;refresher=uac"
    assert success.get("Require") == "timer"
    assert success.get("Supported") == "100rel, replaces, timer"
    solo.run(1700)
    solo.ask("INVITE", invite, SDP, headers=(("Supported", "timer"), ("Session-Expires", "1800;refresher=uac")))
    solo.do(events.Accept(session, CONTACT, SDP))
    assert solo.response("200 INVITE").headers.get("Require") == "timer"
    solo.ack(solo_invite(solo, invite))
    solo.run(1767)
    assert solo.all(events.Ended) == []
    solo.run(1)
    assert solo.last(events.Ended) == events.Ended(session, EndCause.EXPIRED, None)
    bye = solo.request("BYE")
    assert bye.headers.get("Reason") == 'SIP;cause=408;text="Session Timer Expired"'
    solo.reply(200, bye)
    solo.run(64)
    assert (solo.core.sessions, solo.core.transactions, solo.core.deadline) == (0, 0, None)


def solo_invite(solo: Solo, first: Request) -> Request:
    """Their latest INVITE, to acknowledge our 2xx to it."""
    first.headers.set("CSeq", f"{solo.peer_cseq} INVITE")
    return first


def test_update_of_the_server_refreshes() -> None:
    solo, session, invite = called()
    solo.run(1700)
    solo.ask("UPDATE", invite, headers=(("Supported", "timer"), ("Session-Expires", "600;refresher=uas")))
    solo.do(events.Respond(solo.last(events.Requested).transaction, 200))
    answer = solo.response("200 UPDATE").headers
    assert answer.get("Session-Expires") == "600;refresher=uas"
    assert "Require" not in answer
    solo.run(300)  # now it is ours to refresh
    assert solo.last(events.RefreshDue).session == session


def test_refused_update_refreshes_nothing() -> None:
    solo, _, invite = called()
    solo.run(1700)
    solo.ask("UPDATE", invite, headers=(("Supported", "timer"), ("Session-Expires", "600;refresher=uas")))
    solo.do(events.Respond(solo.last(events.Requested).transaction, 488))
    assert "Session-Expires" not in solo.response("488 UPDATE").headers
    solo.run(70)
    assert solo.last(events.Ended).cause is EndCause.EXPIRED


def test_refresh_that_says_nothing_of_a_timer_ends_the_agreement() -> None:
    solo, _, invite = called()
    solo.ask("UPDATE", invite)
    solo.do(events.Respond(solo.last(events.Requested).transaction, 200))
    assert "Session-Expires" not in solo.response("200 UPDATE").headers
    solo.run(100_000)
    assert solo.core.sessions == 1


def test_session_of_a_peer_without_timer_never_ends() -> None:
    for fields in (
        {"Supported": "timer"},
        {"Session_Expires": "never"},
        {"Session_Expires": "0", "Supported": "timer"},
    ):
        solo, _, _ = called(**fields)
        assert "Session-Expires" not in solo.response("200 INVITE").headers
        solo.run(100_000)
        assert (solo.core.sessions, solo.core.deadline) == (1, None)
    for headers in ((), (("Session-Expires", "x"),)):
        solo, _ = calling(*headers)
        solo.run(100_000)
        assert (solo.core.sessions, solo.core.deadline) == (1, None)


def test_core_without_timer_ignores_theirs() -> None:
    solo, _, _ = called(None)
    assert "Session-Expires" not in solo.response("200 INVITE").headers
    solo, invite = calling(("Session-Expires", "90;refresher=uac"), timer=None)
    assert "Session-Expires" not in invite.headers
    solo.run(100_000)
    assert (solo.core.sessions, solo.core.deadline) == (1, None)
    solo.receive(request("INVITE", Require="timer"))
    assert solo.response("420 INVITE").headers.get("Unsupported") == "timer"


@pytest.mark.parametrize(
    ("asks", "said", "agreed"),
    [
        (("1800;refresher=uac", "", ""), "1800;refresher=uas", Agreement(1800, True)),  # knows no timer
        (("1800", "timer", ""), "1800;refresher=uac", Agreement(1800, False)),
        (("1800 ; Refresher = UAS", "timer", ""), "1800;refresher=uas", Agreement(1800, True)),
        (("7200", "timer", ""), "1800;refresher=uac", Agreement(1800, False)),
        (("7200", "timer", "3600"), "3600;refresher=uac", Agreement(3600, False)),
        (("7200", "timer", "9999"), "7200;refresher=uac", Agreement(7200, False)),
        (("20", "", ""), "20;refresher=uas", Agreement(90, True)),
    ],
)  # fmt: skip
def test_what_we_agree_to(asks: tuple[str, str, str], said: str, agreed: Agreement) -> None:
    asked = request("INVITE", **dict(zip(("Session_Expires", "Supported", "Min_SE"), asks, strict=True)))
    agreement, headers = answer_to(TIMER, asked)
    assert agreement == agreed
    assert dict(headers)["Session-Expires"] == said
    assert ("Require" in dict(headers)) == (not agreed.ours)


@pytest.mark.parametrize("method", ["INVITE", "re-INVITE", "UPDATE"])
def test_interval_that_is_too_small_gets_422(method: str) -> None:
    fields = (("Supported", "timer"), ("Session-Expires", "89"))
    if method == "INVITE":
        solo = Solo(session_timer=TIMER)
        solo.receive(request("INVITE", Supported="timer", Session_Expires="89"))
        assert solo.all(events.Invited) == []
    else:
        solo, _, invite = called()
        solo.ask(method.removeprefix("re-"), invite, headers=fields)
    refusal = solo.response(f"422 {method.removeprefix('re-')}")
    assert refusal.headers.get("Min-SE") == "90"
    assert solo.all(events.Reinvited) == solo.all(events.Requested) == []


def test_only_who_knows_timers_gets_422() -> None:
    assert not is_too_small(TIMER, request("INVITE", Session_Expires="10"))
    assert is_too_small(TIMER, request("INVITE", Session_Expires="10", Require="timer"))


# --- as caller ---


def test_what_our_invite_says() -> None:
    solo = Solo(session_timer=SessionTimer(600, 120))
    headers = solo.call().headers
    assert headers.get("Session-Expires") == "600"
    assert headers.get("Min-SE") == "120"
    assert headers.get("Supported") == "100rel, replaces, timer"


def test_what_the_user_says_is_left_alone() -> None:
    headers = (
        Solo(session_timer=TIMER)
        .call(headers=(("Supported", "timer"), ("Session-Expires", "1800;refresher=uac")))
        .headers
    )
    assert headers.get_all("Supported") == ["timer"]
    assert headers.get_all("Session-Expires") == ["1800;refresher=uac"]


def test_our_refresh_by_update() -> None:
    solo, _ = calling(("Session-Expires", "1800;refresher=uac"), ("Require", "timer"), ALLOW)
    solo.run(899)
    assert solo.fresh() == []
    solo.run(1)
    update = solo.request("UPDATE")
    assert update.body == b""
    assert update.headers.get("Session-Expires") == "1800;refresher=uac"
    assert update.headers.get("Min-SE") == "90"
    assert update.headers.get("Contact") == CONTACT
    moved = (("Session-Expires", "1800;refresher=uac"), ("Contact", "<sip:moved@127.0.0.3:5071>"))
    solo.reply(200, update, headers=moved)
    solo.run(900)
    assert solo.lines.count("UPDATE") == 2
    assert solo.request("UPDATE").uri == "sip:moved@127.0.0.3:5071"
    assert solo.kinds == ["Accepted"]


def test_server_may_take_the_refreshing_over() -> None:
    solo, _ = calling(("Session-Expires", "1800;refresher=uac"), ALLOW)
    solo.run(900)
    solo.reply(200, solo.request("UPDATE"), headers=(("Session-Expires", "1800;refresher=uas"),))
    solo.run(1767)
    assert solo.lines.count("UPDATE") == 1
    assert solo.core.sessions == 1
    solo.run(1)
    assert solo.last(events.Ended).cause is EndCause.EXPIRED


def test_refresh_due_where_the_peer_knows_no_update() -> None:
    for headers in ((), (("Allow", "INVITE, ACK, BYE"),)):
        solo, _ = calling(("Session-Expires", "1800"), *headers)
        solo.run(900)
        assert solo.fresh() == []
        assert solo.all(events.RefreshDue) == [events.RefreshDue("s")]
        solo.do(events.Reinvite("s", SDP))
        again = solo.request("INVITE")
        assert again.headers.get("Session-Expires") == "1800;refresher=uac"
        solo.reply(200, again, headers=(("Session-Expires", "1800;refresher=uac"),))
        solo.run(899)
        assert len(solo.all(events.RefreshDue)) == 1
        solo.run(1)
        assert len(solo.all(events.RefreshDue)) == 2


def test_peer_that_allows_update_but_does_not_know_it() -> None:
    for status in (405, 501):
        solo, _ = calling(("Session-Expires", "1800"), ALLOW)
        solo.run(900)
        solo.reply(status, solo.request("UPDATE"))
        assert solo.last(events.RefreshDue).session == "s"


def test_reinvite_keeps_the_refresher() -> None:
    solo, session, _ = called()
    solo.do(events.Reinvite(session, SDP))
    assert solo.request("INVITE").headers.get("Session-Expires") == "1800;refresher=uas"


def test_refresh_that_fails_is_tried_again_until_the_session_is_over() -> None:
    solo, _ = calling(("Session-Expires", "90;refresher=uac"), ALLOW)
    solo.run(45)
    solo.reply(500, solo.request("UPDATE"))
    solo.run(7.5)
    assert solo.times("UPDATE") == [45, 52.5]
    solo.reply(491, solo.request("UPDATE"))
    solo.run(7.5)
    assert solo.last(events.Ended).cause is EndCause.EXPIRED
    assert solo.times("BYE") == [60]
    solo.reply(200, solo.request("UPDATE"))
    solo.reply(200, solo.request("BYE"))
    solo.run(32)
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)


@pytest.mark.parametrize("status", [481, 408])
def test_refresh_that_shows_the_dialog_gone(status: int) -> None:
    solo, _ = calling(("Session-Expires", "1800"), ALLOW)
    solo.run(900)
    if status == 481:
        solo.reply(481, solo.request("UPDATE"))
    solo.run(32)
    assert solo.last(events.Ended).cause is EndCause.DIALOG_GONE


def test_422_raises_the_interval_and_the_call_goes_on() -> None:
    solo = Solo(session_timer=SessionTimer(90))
    first = solo.call()
    solo.reply(100, first)
    solo.reply(422, first, headers=(("Min-SE", "3600"),))
    second = solo.request("INVITE")
    assert solo.fresh() == ["INVITE", "ACK", "INVITE"]
    assert second.headers.get("CSeq") == "2 INVITE"
    assert second.headers.get("Call-ID") == first.headers.get("Call-ID")
    assert second.headers.get("From") == first.headers.get("From")
    assert second.headers.get("Session-Expires") == "3600"
    assert second.headers.get("Min-SE") == "3600"
    assert second.body == SDP.encode()
    solo.reply(200, second, headers=(("Session-Expires", "3600;refresher=uac"), ALLOW))
    assert solo.kinds == ["Accepted"]
    solo.run(1800)
    assert solo.request("UPDATE").headers.get("Min-SE") == "3600"


def test_422_to_a_refresh() -> None:
    solo, _ = calling(("Session-Expires", "90"), ALLOW)
    solo.run(45)
    solo.reply(422, solo.request("UPDATE"), headers=(("Min-SE", "200"),))
    update = solo.request("UPDATE")
    assert update.headers.get("Session-Expires") == "200;refresher=uac"
    solo.reply(200, update, headers=(("Session-Expires", "200;refresher=uac"),))
    solo.run(99)
    assert solo.lines.count("UPDATE") == 2


@pytest.mark.parametrize("minimum", ["", "90", "x", "-1"])
def test_422_that_asks_for_no_more_is_a_refusal(minimum: str) -> None:
    solo = Solo(session_timer=TIMER)
    solo.reply(422, solo.call(), headers=(("Min-SE", minimum),))
    assert solo.last(events.Rejected).status == 422


def test_peer_that_always_asks_for_more_is_refused_in_the_end() -> None:
    solo = Solo(session_timer=TIMER)
    solo.call()
    for number in range(5):
        solo.reply(422, solo.request("INVITE"), headers=(("Min-SE", str(2000 + number)),))
    assert solo.lines.count("INVITE") == 5
    assert solo.last(events.Rejected).status == 422


def test_tiny_interval_in_a_success_is_not_believed() -> None:
    solo, _ = calling(("Session-Expires", "1;refresher=uac"), ALLOW)
    solo.run(44)
    assert solo.fresh() == []
    solo.run(1)
    assert solo.fresh() == ["UPDATE"]


def test_user_update_refreshes_too() -> None:
    solo, _ = calling(("Session-Expires", "1800"), ALLOW)
    solo.run(800)
    solo.do(events.SendInDialog("s", "k", "UPDATE", content_type="application/sdp", body=b"x"))
    update = solo.request("UPDATE")
    assert update.headers.get("Session-Expires") == "1800;refresher=uac"
    solo.reply(200, update, headers=(("Session-Expires", "1800;refresher=uac"),))
    solo.run(899)
    assert solo.lines.count("UPDATE") == 1


def test_update_in_an_early_dialog_is_no_refresh() -> None:
    solo = Solo(session_timer=TIMER)
    solo.reply(180, solo.call())
    solo.do(events.SendInDialog("s", "k", "UPDATE"))
    assert "Session-Expires" not in solo.request("UPDATE").headers
    solo.reply(200, solo.request("UPDATE"), headers=(("Session-Expires", "90;refresher=uas"),))
    solo.run(200)
    assert solo.all(events.Ended) == []


@pytest.mark.parametrize("state", ESTABLISHED)
def test_refresh_and_expiry_in_every_state(state: str) -> None:
    refresh_and_expiry(state)


def refresh_and_expiry(state: str) -> None:
    """Their INVITE asked us to refresh: after 45 s of 90; the session is over after 60 s."""
    slow = Timers(t1=4)  # lest 64*T1 without ACK or response come first
    within = 60 if state in ("Unacknowledged", "Reaccepted") else 0.5  # these are refreshed by the way they begin
    solo, session, _ = in_state(state, wait=44.5, session_timer=TIMER, timers=slow)
    solo.run(within)
    assert solo.all(events.RefreshDue)[0].session == session
    solo, session, _ = in_state(state, wait=59.5, session_timer=TIMER, timers=slow)
    assert solo.all(events.Ended) == []
    solo.run(within)
    assert solo.last(events.Ended) == events.Ended(session, EndCause.EXPIRED, None)
    assert "BYE" in solo.fresh()
    solo.run(2 * 256)
    assert (solo.core.sessions, solo.core.transactions) == (0, 0)


def test_interval_is_read_leniently() -> None:
    def interval(value: str) -> Interval | None:
        return Interval.of(Headers([("x", value)]))

    assert interval("1800") == Interval(1800)
    assert interval("1800;refresher=both") == Interval(1800)
    assert interval("1800;a=b;REFRESHER=uac") == Interval(1800, "uac")
    assert interval("-5") is None
    assert Interval.of(Headers()) is None
