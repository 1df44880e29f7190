"""A binding that somebody has wiped, and a registrar that was away or is another one."""

from __future__ import annotations

import pytest

from cordboard.sip.events import Header
from cordboard.sip.headers import Headers
from cordboard.sip.message import Response
from cordboard.sip.registration import (
    Account,
    Forget,
    Move,
    Registered,
    Renew,
    Reply,
    Start,
    State,
    Stop,
    Unregistered,
    Upkeep,
    Wiped,
)
from kit.registration_desk import CONTACT, Desk, failed, failed_refresh, registered

# --- the binding that somebody else has wiped ---

OTHER = ("Contact", "<sip:5001@127.0.0.9:5090>;expires=900")


def checked(query: bool) -> Desk:
    """Registered, with a check every 30 seconds."""
    desk = Desk(upkeep=Upkeep(check_seconds=30, query=query))
    desk.do(Start())
    desk.good()
    return desk


def queried() -> Desk:
    """The registrar has shown our contact in answer to a query, and the next query is on its way."""
    desk = checked(query=True)
    desk.wait(30)
    desk.reply(200, ("Contact", f"{CONTACT};expires=1770"))
    desk.wait(30)
    return desk


def test_checked_by_refreshing() -> None:
    desk = checked(query=False)
    for _ in range(3):
        assert desk.wait(30) == [desk.sent]
        assert desk.header("Expires") == "1800"
        assert desk.good() == [Registered(1800)]


def test_refresh_answered_without_our_contact() -> None:
    """Registered again at once, but not for ever at once."""
    desk = checked(query=False)
    desk.wait(30)
    assert desk.reply(200, OTHER) == [Wiped(), desk.sent]
    assert failed(desk.reply(200, OTHER), 200, desk.now, 2)
    desk.wait(2)
    assert desk.good() == [Registered(1800)]


def test_checked_by_query() -> None:
    desk = checked(query=True)
    assert desk.wait(30) == [desk.sent]
    assert desk.header("Contact") is None
    assert desk.header("Expires") is None
    assert desk.reply(200, OTHER, ("Contact", f"{CONTACT};expires=1770")) == []
    assert desk.state is State.REGISTERED
    sent = [desk.sent.cseq]
    while desk.header("Contact") is None:
        desk.wait(30)
        sent.append(desk.sent.cseq)
        if desk.header("Contact") is None:
            desk.reply(200, ("Contact", CONTACT))
    assert 1800 * 0.7 <= desk.now - 100 <= 1800 * 0.8 + 30, "the refresh comes when it is due"


@pytest.mark.parametrize("headers", [(), (OTHER,), (("Contact", "<broken"),)])
def test_query_shows_that_the_binding_is_gone(headers: tuple[Header, ...]) -> None:
    desk = queried()
    assert desk.reply(200, *headers) == [Wiped(), desk.sent]
    assert desk.header("Contact") == CONTACT
    assert desk.good() == [Registered(1800)]


def test_query_wiped_by_another_contact() -> None:
    desk = queried()
    assert desk.reply(200, OTHER) == [Wiped(), desk.sent]


def test_query_at_a_registrar_that_never_shows_anything_repairs_and_says_nothing() -> None:
    desk = checked(query=True)
    desk.wait(30)
    assert desk.reply(200) == [desk.sent]
    assert desk.header("Contact") == CONTACT
    assert desk.good() == [Registered(1800)]


def test_query_refused_is_a_refresh() -> None:
    for reply in (Reply(405, Response(405, "x", Headers([("CSeq", "2 REGISTER")]))), Reply(408, None)):
        desk = checked(query=True)
        desk.wait(30)
        assert desk.do(reply) == [desk.sent]
        assert desk.header("Contact") == CONTACT
    desk = checked(query=True)
    desk.wait(30)
    assert desk.reply(423, ("Min-Expires", "7200")) == [desk.sent]
    assert desk.header("Expires") == "1800"


def test_query_challenged() -> None:
    desk = checked(query=True)
    desk.wait(30)
    assert desk.challenge("n1") == [desk.sent]
    assert desk.header("Authorization") is not None
    assert desk.header("Contact") is None
    assert desk.reply(200, ("Contact", CONTACT)) == []


def test_stop_and_forget_during_a_query() -> None:
    desk = queried()
    desk.do(Stop())
    assert desk.reply(200, ("Contact", CONTACT)) == [desk.sent]
    assert desk.header("Expires") == "0"
    late = queried()
    late.now += 2000
    late.do(Stop())
    assert late.reply(500) == [Unregistered()]
    forgotten = queried()
    forgotten.do(Forget())
    assert forgotten.reply(200) == []


def test_start_during_a_query_that_is_to_be_followed_by_a_deregister() -> None:
    desk = queried()
    desk.do(Stop())
    desk.do(Start())
    assert desk.reply(200) == [Wiped(), desk.sent]
    assert desk.good() == [Registered(1800)]


# --- the registrar was away, or is another ---


def test_renew_registers_again_at_once() -> None:
    desk = registered()
    assert desk.do(Renew()) == [desk.sent]
    assert desk.header("Expires") == "1800"
    assert desk.do(Renew()) == []
    desk.good()
    waiting = failed_refresh()
    assert waiting.do(Renew()) == [waiting.sent]
    assert Desk().do(Renew()) == []


OTHER_ACCOUNT = Account("sip:127.0.0.3:5070", "<sip:5001@127.0.0.3>", CONTACT, "5001", "secret", 900)


def test_move_registers_there_and_says_nothing_here() -> None:
    for desk in (registered(), failed_refresh(), queried()):
        cseq = desk.sent.cseq
        assert desk.do(Move(OTHER_ACCOUNT)) == [desk.sent]
        assert desk.sent.target == OTHER_ACCOUNT.registrar
        assert desk.header("Expires") == "900"
        assert desk.do(Reply(408, None, cseq)) == [], "what the old one says counts no more"
        assert desk.good(900) == [Registered(900)]


def test_move_of_a_register_that_is_on_its_way() -> None:
    desk = Desk()
    desk.do(Start())
    desk.challenge("n1")
    assert desk.do(Move(OTHER_ACCOUNT)) == [desk.sent]
    assert desk.header("Authorization") is None


def test_move_of_what_is_not_registered_or_leaving() -> None:
    idle, stopping, leaving, restarting = Desk(), Desk(), registered(), registered()
    stopping.do(Start())
    for desk in (stopping, leaving, restarting):
        desk.do(Stop())
    restarting.do(Start())
    assert idle.do(Move(OTHER_ACCOUNT)) == []
    assert stopping.do(Move(OTHER_ACCOUNT)) == [Unregistered()]
    assert leaving.do(Move(OTHER_ACCOUNT)) == [Unregistered()]
    assert restarting.do(Move(OTHER_ACCOUNT)) == [restarting.sent]
    idle.do(Start())
    assert idle.sent.target == OTHER_ACCOUNT.registrar
