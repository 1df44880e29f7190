from __future__ import annotations

import pytest

from cordboard.sip import digest
from cordboard.sip.errors import LocalProtocolError
from cordboard.sip.events import Flow, Header, Tick
from cordboard.sip.headers import Headers
from cordboard.sip.message import Response, reason_phrase
from cordboard.sip.registration import (
    Account,
    Failed,
    Forget,
    Move,
    Output,
    Registered,
    Registration,
    Renew,
    Reply,
    SendRegister,
    Start,
    State,
    Stop,
    Unregistered,
    Upkeep,
    Wiped,
)
from kit.counted import CountedIdentifiers
from kit.table_cells import expect_every_cell

CONTACT = "<sip:5001@127.0.0.1:5060>"
ACCOUNT = Account("sip:127.0.0.2:5070", "<sip:5001@127.0.0.2>", CONTACT, "5001", "secret", 1800)


class Desk:
    """A registration with its registrar's part played by the test."""

    def __init__(self, account: Account = ACCOUNT, upkeep: Upkeep | None = None) -> None:
        self.registration = Registration(account, CountedIdentifiers(), upkeep)
        self.now = 100.0
        self.said: list[Output] = []

    def do(self, input: Start | Stop | Forget | Renew | Move | Reply | Tick) -> list[Output]:
        outputs = self.registration.handle(input, self.now)
        self.said += outputs
        return outputs

    def reply(self, status: int, *headers: Header) -> list[Output]:
        """Answer the latest REGISTER."""
        fields = [("CSeq", f"{self.sent.cseq} REGISTER"), *headers]
        return self.do(Reply(status, Response(status, reason_phrase(status), Headers(fields))))

    def good(self, expires: int = 1800) -> list[Output]:
        return self.reply(200, ("Contact", f"{CONTACT};expires={expires}"))

    def challenge(self, nonce: str, status: int = 401, qop: bool = True, stale: bool = False) -> list[Output]:
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        return self.reply(status, (name, digest.challenge("realm", nonce, qop=qop, stale=stale)))

    def wait(self, seconds: float) -> list[Output]:
        """Let time pass up to the next thing that happens."""
        until = self.now + seconds
        deadline = self.registration.deadline
        if deadline is None or deadline > until:
            self.now = until
            return []
        self.now = max(self.now, deadline)
        return self.do(Tick())

    @property
    def sent(self) -> SendRegister:
        return [output for output in self.said if isinstance(output, SendRegister)][-1]

    @property
    def state(self) -> State:
        return self.registration.state

    def header(self, name: str) -> str | None:
        return Headers(self.sent.headers).get(name)


def registered() -> Desk:
    desk = Desk()
    desk.do(Start())
    desk.good()
    return desk


def failed_refresh() -> Desk:
    """Still bound, but the refresh was refused."""
    desk = registered()
    desk.wait(2000)
    desk.reply(500)
    return desk


def failed(outputs: list[Output], status: int, now: float, wait: float) -> bool:
    """Whether that is all that is said: the next try is after three quarters of the wait at least, and not later."""
    return [type(each) for each in outputs] == [Failed] and all(
        isinstance(each, Failed) and each.status == status and now + 0.75 * wait <= each.retry_at <= now + wait
        for each in outputs
    )


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


def test_contact_that_cannot_be_used_is_an_error_of_ours() -> None:
    with pytest.raises(LocalProtocolError):
        Registration(Account("sip:h", "<sip:a@h>", "nonsense", "a"), CountedIdentifiers())


def test_every_cell_is_visited() -> None:
    expect_every_cell(Registration, globals())
