from __future__ import annotations

import pytest

from cordboard.sip import digest
from cordboard.sip.errors import LocalProtocolError
from cordboard.sip.events import Flow, Header
from cordboard.sip.headers import Headers
from cordboard.sip.message import Response
from cordboard.sip.registration import (
    Account,
    Failed,
    Forget,
    Registered,
    Registration,
    Renew,
    Reply,
    Start,
    State,
    Stop,
    Unregistered,
    Upkeep,
)
from kit.counted import CountedIdentifiers
from kit.registration_desk import ACCOUNT, CONTACT, Desk, failed, failed_refresh, registered
from kit.table_cells import expect_every_cell
from unit.sip import test_registration_kept as kept


def test_register_and_refresh() -> None:
    desk = Desk()
    desk.do(Start())
    first = desk.sent
    assert (first.target, first.from_uri, first.to_uri) == (ACCOUNT.registrar, ACCOUNT.address, ACCOUNT.address)
    assert first.headers == (("Contact", CONTACT), ("Expires", "1800"))
    assert first.cseq == 1
    assert desk.good(600) == [Registered(600)]
    assert desk.wait(600 * 0.7) == []
    assert desk.wait(600 * 0.1) == [desk.sent]
    assert (desk.sent.call_id, desk.sent.from_tag, desk.sent.cseq) == (first.call_id, first.from_tag, 2)
    assert desk.good(600) == [Registered(600)]


def test_share_of_the_lifetime_after_which_to_refresh() -> None:
    desk = Desk(upkeep=Upkeep(refresh_share=0.5))
    desk.do(Start())
    desk.good(1000)
    assert desk.registration.deadline is not None
    assert 500 <= desk.registration.deadline <= 600


def test_register_is_ready_for_the_core() -> None:
    desk = Desk()
    desk.do(Start())
    flow = Flow("UDP", "trunk", ("127.0.0.2", 5070))
    request = desk.sent.on("key", flow)
    assert (request.key, request.flow, request.method) == ("key", flow, "REGISTER")
    assert (request.call_id, request.from_tag, request.cseq) == (desk.sent.call_id, desk.sent.from_tag, 1)


@pytest.mark.parametrize(
    ("headers", "granted"),
    [
        ((("Contact", f"{CONTACT};expires=300"), ("Expires", "900")), 300),
        ((("Contact", CONTACT), ("Expires", "900")), 900),
        ((("Expires", "900"),), 900),
        ((), 1800),
        ((("Contact", f"<sip:5001@127.0.0.9>;expires=10, {CONTACT};expires=20"),), 20),
        ((("Contact", "<sip:5001@127.0.0.1:5060;transport=udp>;expires=20"), ("Contact", f"{CONTACT};expires=30")), 30),
        ((("Contact", "<broken"),), 1800),
    ],
)
def test_granted_lifetime(headers: tuple[Header, ...], granted: int) -> None:
    desk = Desk()
    desk.do(Start())
    assert desk.reply(200, *headers) == [Registered(granted)]


@pytest.mark.parametrize("headers", [(("Contact", "<sip:5001@127.0.0.9>"),), (("Expires", "0"),)])
def test_success_without_our_contact_is_none(headers: tuple[Header, ...]) -> None:
    desk = Desk()
    desk.do(Start())
    assert failed(desk.reply(200, *headers), 200, desk.now, 2)


def test_stop_takes_only_our_contact_back() -> None:
    desk = registered()
    desk.do(Stop())
    assert desk.sent.headers == (("Contact", CONTACT), ("Expires", "0"))
    assert desk.sent.cseq == 2
    assert desk.reply(200, ("Contact", f"{CONTACT};expires=0")) == [Unregistered()]
    assert desk.registration.deadline is None


def test_stop_is_done_even_if_the_registrar_does_not_answer() -> None:
    desk = registered()
    desk.do(Stop())
    assert desk.do(Reply(408, None)) == [Unregistered()]


def test_stop_of_what_was_never_started() -> None:
    assert Desk().do(Stop()) == [Unregistered()]


def test_stop_while_a_register_is_on_its_way_waits_for_its_response() -> None:
    desk = Desk()
    desk.do(Start())
    assert desk.do(Stop()) == []
    assert desk.good() == [desk.sent]
    assert desk.header("Expires") == "0"
    assert desk.reply(200) == [Unregistered()]
    assert Registered(1800) not in desk.said


def test_stop_while_a_register_is_on_its_way_that_fails() -> None:
    for outcome in (404, 401, None):
        desk = Desk()
        desk.do(Start())
        desk.do(Stop())
        said = desk.do(Reply(408, None)) if outcome is None else desk.reply(outcome)
        assert said == [Unregistered()]


def test_stop_while_a_refresh_is_on_its_way_that_fails() -> None:
    desk = registered()
    desk.wait(2000)
    desk.do(Stop())
    assert desk.reply(500) == [desk.sent]
    assert desk.header("Expires") == "0"


def test_start_again_before_the_stop_was_carried_out() -> None:
    desk = Desk()
    desk.do(Start())
    desk.do(Stop())
    desk.do(Start())
    assert desk.good() == [Registered(1800)]


def test_start_during_the_deregister_registers_after_it() -> None:
    for status in (200, 500):
        desk = registered()
        desk.do(Stop())
        assert desk.do(Start()) == []
        assert desk.reply(status) == [desk.sent]
        assert desk.header("Expires") == "1800"
        assert desk.state is State.REGISTERING


def test_stop_start_stop() -> None:
    desk = registered()
    desk.do(Stop())
    desk.do(Start())
    desk.do(Stop())
    assert desk.reply(200) == [Unregistered()]


def test_start_when_registered_or_registering_changes_nothing() -> None:
    desk = Desk()
    desk.do(Start())
    assert desk.do(Start()) == []
    desk.good()
    assert desk.do(Start()) == []


def test_stop_between_two_tries() -> None:
    never, still = Desk(), failed_refresh()
    never.do(Start())
    never.reply(404)
    assert never.do(Stop()) == [Unregistered()]
    assert never.registration.deadline is None
    assert still.do(Stop()) == [still.sent]
    assert still.header("Expires") == "0"


def test_stop_of_a_registration_that_has_run_out() -> None:
    desk = registered()
    desk.now += 1800
    assert desk.do(Stop()) == [Unregistered()]


def test_forget_says_nothing_and_takes_no_response_any_more() -> None:
    for prepare in (Desk, registered, failed_refresh):
        desk = prepare()
        assert desk.do(Forget()) == []
        assert desk.state is State.UNREGISTERED
        assert desk.registration.deadline is None
    in_flight = Desk()
    in_flight.do(Start())
    in_flight.do(Forget())
    in_flight.do(Start())
    old = Response(200, "OK", Headers([("CSeq", "1 REGISTER")]))
    assert in_flight.do(Reply(200, old)) == []
    assert in_flight.do(Reply(408, None, cseq=1)) == []
    assert in_flight.good() == [Registered(1800)]


def test_forget_in_the_states_of_leaving() -> None:
    stopping, leaving, restarting = Desk(), registered(), registered()
    stopping.do(Start())
    for desk in (stopping, leaving, restarting):
        desk.do(Stop())
    restarting.do(Start())
    for desk in (stopping, leaving, restarting):
        before = len(desk.said)
        desk.do(Forget())
        desk.reply(200)
        assert len(desk.said) == before
        assert desk.state is State.UNREGISTERED


# --- digest ---


@pytest.mark.parametrize("qop", [True, False])
@pytest.mark.parametrize(("status", "name"), [(401, "Authorization"), (407, "Proxy-Authorization")])
def test_challenge_is_answered(status: int, name: str, qop: bool) -> None:
    desk = Desk()
    desk.do(Start())
    assert desk.challenge("n1", status, qop) == [desk.sent]
    answer = desk.header(name) or ""
    assert digest.verify(answer, "REGISTER", "5001", "secret", "realm", lambda nonce: nonce == "n1")
    assert ("nc=00000001" in answer) == qop
    assert desk.sent.cseq == 2
    assert desk.good() == [Registered(1800)]


def test_next_register_answers_the_last_challenge_beforehand() -> None:
    desk = Desk()
    desk.do(Start())
    desk.challenge("n1")
    desk.good()
    desk.wait(2000)
    answer = desk.header("Authorization") or ""
    assert "nc=00000002" in answer
    assert digest.verify(answer, "REGISTER", "5001", "secret", "realm", lambda nonce: nonce == "n1")
    assert desk.challenge("n2") == [desk.sent]
    assert "nc=00000001" in (desk.header("Authorization") or "")
    assert desk.good() == [Registered(1800)]


def test_wrong_password_fails_after_one_answer() -> None:
    desk = Desk()
    desk.do(Start())
    desk.challenge("n1")
    assert failed(desk.challenge("n2"), 401, desk.now, 300)
    desk.wait(300)
    assert desk.header("Authorization") is None


def test_stale_nonce_is_answered_again_but_not_for_ever() -> None:
    desk = Desk()
    desk.do(Start())
    desk.challenge("n1")
    assert desk.challenge("n2", stale=True) == [desk.sent]
    assert desk.challenge("n3", stale=True) == [desk.sent]
    assert failed(desk.challenge("n4", stale=True), 401, desk.now, 300)


@pytest.mark.parametrize(
    "challenge", ["Basic realm=x", 'Digest realm="r", nonce="n", algorithm=MD4', 'Digest realm="r"', "Digest ,,=", ""]
)
def test_challenge_that_we_cannot_answer(challenge: str) -> None:
    desk = Desk()
    desk.do(Start())
    assert failed(desk.reply(401, ("WWW-Authenticate", challenge)), 401, desk.now, 300)


def test_challenge_without_a_password() -> None:
    desk = Desk(Account("sip:h", "<sip:a@h>", CONTACT, "a"))
    desk.do(Start())
    assert failed(desk.challenge("n1"), 401, desk.now, 300)


def test_deregister_is_challenged_too() -> None:
    desk = registered()
    desk.do(Stop())
    assert desk.challenge("n1") == [desk.sent]
    assert desk.header("Expires") == "0"
    assert desk.header("Authorization") is not None
    assert desk.reply(200) == [Unregistered()]


def test_challenge_of_a_deregister_that_is_not_wanted_any_more() -> None:
    desk = registered()
    desk.do(Stop())
    desk.do(Start())
    assert desk.challenge("n1") == [desk.sent]
    assert desk.header("Expires") == "1800"
    assert desk.good() == [Registered(1800)]


# --- refusals ---


def test_too_brief_interval_is_made_longer() -> None:
    desk = Desk()
    desk.do(Start())
    assert desk.reply(423, ("Min-Expires", "3600")) == [desk.sent]
    assert desk.header("Expires") == "3600"
    assert desk.good(3600) == [Registered(3600)]
    desk.wait(4000)
    assert desk.header("Expires") == "3600"


@pytest.mark.parametrize("minimum", ["60", "nonsense", None])
def test_too_brief_interval_without_a_longer_one_is_a_failure(minimum: str | None) -> None:
    desk = Desk()
    desk.do(Start())
    headers = (("Min-Expires", minimum),) if minimum else ()
    assert failed(desk.reply(423, *headers), 423, desk.now, 2)


def test_failures_are_retried_at_growing_intervals() -> None:
    desk = Desk()
    desk.do(Start())
    for wait in (2, 4, 8, 16, 32, 60, 60, 60):
        assert failed(desk.reply(500), 500, desk.now, wait)
        assert desk.state is State.WAITING
        assert desk.wait(100) == [desk.sent]
    desk.good()
    desk.wait(2000)
    assert failed(desk.reply(500), 500, desk.now, 2)


@pytest.mark.parametrize(("status", "wait"), [(404, 60), (403, 300), (401, 300), (407, 300)])
def test_refusals_are_retried_seldom(status: int, wait: float) -> None:
    """A 404 may mean that the DN is not configured yet; a password that is wrong stays wrong."""
    desk = Desk()
    desk.do(Start())
    for _ in range(3):
        assert failed(desk.reply(status), status, desk.now, wait)
        assert desk.do(Renew()) == []
        assert desk.wait(300) == [desk.sent]
    assert desk.good() == [Registered(1800)]


def test_retry_after_is_obeyed_within_reason() -> None:
    desk = Desk()
    desk.do(Start())
    (first,) = desk.reply(503, ("Retry-After", "17 (busy)"))
    assert isinstance(first, Failed)
    assert 117 <= first.retry_at <= 118
    assert desk.wait(18) == [desk.sent]
    (second,) = desk.reply(503, ("Retry-After", "99999999"))
    assert isinstance(second, Failed)
    assert 3600 <= second.retry_at - desk.now <= 3601
    assert desk.do(Start()) == [desk.sent]
    assert failed(desk.reply(503, ("Retry-After", "soon")), 503, desk.now, 8)


def test_silence_is_retried() -> None:
    desk = Desk()
    desk.do(Start())
    assert failed(desk.do(Reply(408, None)), 408, desk.now, 2)
    assert desk.wait(2) == [desk.sent]


def test_waits_are_the_same_each_time_and_differ_between_dns() -> None:
    def deadline(dn: str) -> float | None:
        desk = Desk(Account("sip:h", f"<sip:{dn}@h>", f"<sip:{dn}@127.0.0.1>", dn))
        desk.do(Start())
        desk.reply(200, ("Expires", "1800"))
        return desk.registration.deadline

    dns = [str(dn) for dn in range(5001, 5101)]
    assert [deadline(dn) for dn in dns] == [deadline(dn) for dn in dns]
    assert len({deadline(dn) for dn in dns}) == 100


def test_contact_that_cannot_be_used_is_an_error_of_ours() -> None:
    with pytest.raises(LocalProtocolError):
        Registration(Account("sip:h", "<sip:a@h>", "nonsense", "a"), CountedIdentifiers())


def test_every_cell_is_visited() -> None:
    expect_every_cell(Registration, {**globals(), **vars(kept)})
