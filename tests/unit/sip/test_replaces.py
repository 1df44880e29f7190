"""INVITE with Replaces (RFC 3891 section 3)."""

from __future__ import annotations

import pytest

from cordboard.sip import events
from kit.pair import SDP, Pair
from kit.solo import CONTACT, Solo, request


def dialog(stage: str) -> tuple[Solo, str, str]:
    """A session in one of its stages: its name, and the Replaces value that means it."""
    solo = Solo()
    if stage in ("calling", "ringing us"):
        invite = solo.call()
        tag = invite.headers.get("From", "").partition("tag=")[2]
        if stage == "ringing us":
            solo.reply(180, invite)
        return solo, "s", f"{invite.headers.get('Call-ID')};to-tag={tag};from-tag=peer-tag"
    invite = solo.invite()
    session = solo.last(events.Invited).session
    solo.do(events.Ring(session, CONTACT))
    tag = solo.our_to(invite).partition("tag=")[2]
    if stage != "ringing them":
        solo.do(events.Accept(session, CONTACT, SDP))
        solo.ack(invite)
    if stage == "ended":
        solo.do(events.Hangup(session))
    return solo, session, f"peer-call;from-tag=peer-tag;to-tag={tag}"


@pytest.mark.parametrize(
    ("stage", "more", "expected"),
    [
        ("confirmed", "", None),
        ("confirmed", ";early-only", 486),
        ("ended", "", 603),
        ("ringing us", "", None),
        ("ringing us", ";early-only", None),
        ("ringing them", "", 481),
        ("calling", "", 481),
    ],
)
def test_which_session_may_be_replaced(stage: str, more: str, expected: int | None) -> None:
    solo, session, replaces = dialog(stage)
    solo.invite(call_id="new-call", Replaces=replaces + more)
    if expected is None:
        invited = solo.last(events.Invited)
        assert invited.replaces == session
        assert invited.session != session
    else:
        assert solo.lines[-1] == f"{expected} INVITE"
        assert [invited.replaces for invited in solo.all(events.Invited) if invited.replaces] == []


def test_new_session_takes_the_place_of_the_old_one() -> None:
    solo, session, replaces = dialog("confirmed")
    solo.invite(call_id="new-call", Replaces=replaces, Require="replaces")
    new = solo.last(events.Invited)
    solo.do(events.Accept(new.session, CONTACT, SDP))
    solo.do(events.Hangup(session))
    assert solo.lines[-2:] == ["200 INVITE", "BYE"]
    assert solo.core.sessions == 2


@pytest.mark.parametrize("change", [("peer-call", "other-call"), ("peer-tag", "x"), ("our-tag", "x")])
def test_unknown_dialog(change: tuple[str, str]) -> None:
    solo, _, replaces = dialog("confirmed")
    solo.invite(call_id="new-call", Replaces=replaces.replace(*change))
    assert solo.lines[-1] == "481 INVITE"


@pytest.mark.parametrize(
    "value", ["c", ";to-tag=a;from-tag=b", "c;to-tag=a", "c;from-tag=b", "c;to-tag;from-tag=b", 'c;to-tag="a', ";=x",
              "c;to-tag=a;from-tag=b, d;to-tag=a;from-tag=b"],
)  # fmt: skip
def test_malformed_or_several(value: str) -> None:
    solo = Solo()
    solo.receive(request("INVITE", Replaces=value))
    assert solo.lines == ["400 INVITE"]
    assert solo.core.sessions == 0


def test_tag_zero_means_none() -> None:
    solo = Solo()
    invite = solo.invite(From="<sip:old@example.com>")
    solo.do(events.Accept(solo.last(events.Invited).session, CONTACT, SDP))
    tag = solo.our_to(invite).partition("tag=")[2]
    solo.invite(call_id="new-call", Replaces=f"peer-call;to-tag={tag};from-tag=0")
    assert solo.last(events.Invited).replaces


def test_core_that_does_not_support_it_knows_nothing_of_it() -> None:
    solo = Solo(supported=("100rel",))
    solo.invite(Replaces="c;to-tag=a;from-tag=b")
    assert solo.last(events.Invited).replaces == ""
    assert solo.call().headers.get("Supported") == "100rel"


def test_our_replaces_just_passes() -> None:
    pair = Pair()
    pair.a.call("first")
    pair.settle()
    old = pair.b.last(events.Invited)
    pair.b.do(events.Accept(old.session, pair.b.contact, SDP))
    pair.settle()
    accepted = pair.a.last(events.Accepted).response.headers
    call_id, to = accepted.get("Call-ID", ""), accepted.get("To", "").partition("tag=")[2]
    own = accepted.get("From", "").partition("tag=")[2]
    pair.a.call("second", headers=(("Replaces", f"{call_id};to-tag={to};from-tag={own}"),))
    pair.settle()
    new = pair.b.last(events.Invited)
    assert new.replaces == old.session
    pair.b.do(events.Accept(new.session, pair.b.contact, SDP))
    pair.b.do(events.Hangup(old.session))
    pair.settle()
    assert pair.a.last(events.Ended).session == "first"
    assert pair.a.core.sessions == pair.b.core.sessions == 1
