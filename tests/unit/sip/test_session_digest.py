"""Challenges to requests of a session (RFC 3261 section 22): answered with the flow's credentials, never in a loop."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.sip import digest, events
from cordboard.sip.core import SessionTimer
from cordboard.sip.events import Credentials, Flow
from cordboard.sip.message import Request
from kit.pair import SDP
from kit.solo import PEER, Solo

FIELDS = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}
RIGHT = Credentials("5001", "secret")


def knowing(credentials: Credentials | None = RIGHT, **options: Any) -> tuple[Solo, list[tuple[Flow, str]]]:
    """A core that knows credentials, and what it was asked."""
    asked: list[tuple[Flow, str]] = []

    def answer(flow: Flow, address: str) -> Credentials | None:
        asked.append((flow, address))
        return credentials

    return Solo(credentials=answer, **options), asked


def challenge(solo: Solo, request: Request, status: int = 401, nonce: str = "n1", **more: Any) -> None:
    value = digest.challenge("lab", nonce, **more)
    solo.reply(status, request, headers=((FIELDS[status][0], value),))


def answers(request: Request, status: int = 401) -> list[digest.Credentials]:
    return [digest.Credentials.parse(value) for value in request.headers.get_all(FIELDS[status][1])]


def is_right(request: Request, status: int = 401, nonce: str = "n1") -> bool:
    return all(
        digest.verify(value, request.method, "5001", "secret", "lab", lambda given: given == nonce)
        for value in request.headers.get_all(FIELDS[status][1])
    ) and bool(answers(request, status))


@pytest.mark.parametrize("status", [401, 407])
@pytest.mark.parametrize("qop", [True, False])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_challenged_invite(status: int, qop: bool, algorithm: str) -> None:
    solo, asked = knowing()
    first = solo.call()
    solo.reply(100, first)
    challenge(solo, first, status, qop=qop, algorithm=algorithm)
    second = solo.request("INVITE")
    assert solo.lines == ["INVITE", "ACK", "INVITE"]
    assert is_right(second, status)
    assert answers(second, status)[0].uri == second.uri
    assert second.headers.get("CSeq") == "2 INVITE"
    assert second.headers.get("Via") != first.headers.get("Via")
    for name in ("From", "To", "Call-ID", "Contact"):
        assert second.headers.get_all(name) == first.headers.get_all(name)
    assert second.body == first.body
    assert asked[0] == (solo.flow, "sip:5001@example.com")
    solo.reply(200, second, sdp=SDP)
    assert solo.kinds == ["Accepted"]
    assert is_ack_of(solo, second, status)


def is_ack_of(solo: Solo, invite: Request, status: int) -> bool:
    """The ACK carries the credentials of its INVITE (section 22.1)."""
    name = FIELDS[status][1]
    return solo.request("ACK").headers.get_all(name) == invite.headers.get_all(name)


def test_invite_challenged_while_ringing() -> None:
    solo, _ = knowing()
    first = solo.call()
    solo.reply(180, first, tag="proxy")
    challenge(solo, first, 407)
    solo.do(events.SendInDialog("s", "k", "INFO"))  # the early dialog is over
    assert solo.last(events.Replied).status == 481
    solo.reply(180, solo.request("INVITE"))
    solo.do(events.Hangup("s"))
    assert solo.request("CANCEL").headers.get("CSeq") == "2 CANCEL"


def test_wrong_password_is_told_once() -> None:
    solo, _ = knowing()
    challenge(solo, solo.call(), nonce="n1")
    challenge(solo, solo.request("INVITE"), nonce="n2")
    assert solo.lines == ["INVITE", "ACK", "INVITE", "ACK"]
    rejected = solo.last(events.Rejected)
    assert rejected.status == 401
    assert rejected.response is not None
    assert "WWW-Authenticate" in rejected.response.headers
    assert solo.core.sessions == 0


def test_stale_nonce_is_answered_again_but_not_for_ever() -> None:
    solo, _ = knowing()
    solo.call()
    for number in range(6):
        challenge(solo, solo.request("INVITE"), nonce=f"n{number}", stale=number > 0)
    assert solo.lines.count("INVITE") == 4
    assert solo.last(events.Rejected).status == 401


def test_proxy_and_server_both_ask() -> None:
    solo, _ = knowing()
    challenge(solo, solo.call(), 407, "p1")
    challenge(solo, solo.request("INVITE"), 401, "n1")
    third = solo.request("INVITE")
    assert is_right(third, 407, "p1")
    assert is_right(third, 401, "n1")
    assert answers(third, 407)[0].nonce_count == "00000002"
    solo.reply(200, third, sdp=SDP)
    assert solo.kinds == ["Accepted"]


def test_unknown_flow_gets_no_credentials() -> None:
    solo, asked = knowing(None)
    challenge(solo, solo.call())
    assert solo.last(events.Rejected).status == 401
    assert asked == [(solo.flow, "sip:5001@example.com")]
    assert Solo().call().headers.get("Authorization") is None


def test_credentials_are_asked_for_the_flow_that_the_request_takes() -> None:
    """A peer whose Contact leads elsewhere gets no answer there to a challenge (digest leak)."""

    def only_server(flow: Flow, address: str) -> Credentials | None:
        return RIGHT if flow.remote == PEER else None

    solo = Solo(credentials=only_server)
    challenge(solo, solo.call())
    solo.reply(200, solo.request("INVITE"), sdp=SDP, headers=(("Contact", "<sip:evil@127.0.0.66:5060>"),))
    solo.do(events.SendInDialog("s", "k", "INFO"))
    info = solo.request("INFO")
    assert solo.to[-1].remote == ("127.0.0.66", 5060)
    assert "Authorization" not in info.headers
    challenge(solo, info)
    assert solo.last(events.Replied).status == 401


@pytest.mark.parametrize(
    "value", ['Basic realm="x"', "Digest", 'Digest realm="lab"', 'Digest nonce="n"', "Digest realm=,nonce=",
              'Digest realm="lab", nonce="n", algorithm=X', 'Digest realm="lab", nonce="n", qop="auth-int"', ""],
)  # fmt: skip
def test_challenge_that_cannot_be_answered(value: str) -> None:
    solo, _ = knowing()
    solo.reply(401, solo.call(), headers=(("WWW-Authenticate", value),))
    assert solo.last(events.Rejected).status == 401
    assert solo.lines == ["INVITE", "ACK"]


def established(**options: Any) -> Solo:
    solo, _ = knowing(**options)
    solo.reply(200, solo.call(), sdp=SDP, headers=(("Allow", "UPDATE"), ("Session-Expires", "1800")))
    solo.fresh()
    return solo


@pytest.mark.parametrize("method", ["INFO", "NOTIFY", "UPDATE", "MESSAGE", "REFER"])
def test_challenged_request_in_the_dialog(method: str) -> None:
    solo = established()
    solo.do(events.SendInDialog("s", "k", method, (("Event", "talk"),), "text/plain", b"body"))
    first = solo.request(method)
    challenge(solo, first)
    second = solo.request(method)
    assert is_right(second)
    assert second.headers.get("CSeq") == f"3 {method}"
    assert (second.body, second.headers.get("Event")) == (b"body", "talk")
    assert solo.all(events.Replied) == []
    solo.reply(200, second)
    assert [reply.status for reply in solo.all(events.Replied)] == [200]


def test_challenged_reinvite() -> None:
    solo = established()
    solo.do(events.Reinvite("s", "hold"))
    challenge(solo, solo.request("INVITE"))
    again = solo.request("INVITE")
    assert is_right(again)
    assert again.headers.get("CSeq") == "3 INVITE"
    solo.reply(200, again, sdp="held")
    assert solo.last(events.Accepted).initial is False
    assert solo.request("ACK").headers.get("CSeq") == "3 ACK"
    assert solo.fresh() == ["INVITE", "ACK", "INVITE", "ACK"]


def test_challenged_reinvite_without_credentials_is_a_refusal() -> None:
    solo = Solo()
    solo.reply(200, solo.call(), sdp=SDP)
    solo.do(events.Reinvite("s", "hold"))
    challenge(solo, solo.request("INVITE"))
    assert solo.last(events.ReinviteRejected).status == 401


def test_challenged_bye() -> None:
    solo = established()
    solo.do(events.Hangup("s", headers=(("Reason", "SIP;cause=200"),)))
    challenge(solo, solo.request("BYE"))
    again = solo.request("BYE")
    assert is_right(again)
    assert again.headers.get("Reason") == "SIP;cause=200"
    assert solo.core.sessions == 1
    solo.reply(200, again)
    assert solo.core.sessions == 0
    solo.run(32)
    assert solo.core.transactions == 0


def test_bye_refused_for_good_ends_the_session_all_the_same() -> None:
    solo = established()
    solo.do(events.Hangup("s"))
    challenge(solo, solo.request("BYE"))
    challenge(solo, solo.request("BYE"), nonce="n2")
    assert solo.core.sessions == 0


def test_challenged_prack() -> None:
    solo, _ = knowing()
    solo.reply(180, solo.call(), headers=(("Require", "100rel"), ("RSeq", "1")))
    challenge(solo, solo.request("PRACK"))
    again = solo.request("PRACK")
    assert is_right(again)
    assert (again.headers.get("RAck"), again.headers.get("CSeq")) == ("1 1 INVITE", "3 PRACK")


def test_challenged_refresh() -> None:
    solo = established(session_timer=SessionTimer())
    solo.run(900)
    challenge(solo, solo.request("UPDATE"))
    assert is_right(solo.request("UPDATE"))


def test_later_requests_carry_credentials_at_once() -> None:
    solo = established()
    solo.do(events.SendInDialog("s", "k", "INFO"))
    challenge(solo, solo.request("INFO"))
    solo.reply(200, solo.request("INFO"))
    solo.do(events.SendInDialog("s", "k", "INFO"))
    info = solo.request("INFO")
    assert is_right(info)
    assert answers(info)[0].nonce_count == "00000002"
    challenge(solo, info, nonce="n9")  # that nonce is too old, which the server need not call stale
    again = solo.request("INFO")
    assert is_right(again, nonce="n9")
    assert len(answers(again)) == 1
    assert answers(again)[0].nonce_count == "00000001"


def test_realms_are_kept_few() -> None:
    solo = established()
    for number in range(6):
        solo.do(events.SendInDialog("s", "k", "INFO"))
        value = digest.challenge(f"realm{number}", "n")
        solo.reply(401, solo.request("INFO"), headers=(("WWW-Authenticate", value),))
    assert {each.realm for each in answers(solo.request("INFO"))} == {"realm2", "realm3", "realm4", "realm5"}


def test_challenge_against_a_cancel_in_both_orders() -> None:
    solo, _ = knowing()
    invite = solo.call()
    solo.reply(180, invite)
    solo.do(events.Hangup("s"))
    challenge(solo, invite)
    assert solo.lines == ["INVITE", "CANCEL", "ACK"]
    assert solo.core.sessions == 0
    solo, _ = knowing()
    invite = solo.call()
    solo.do(events.Hangup("s"))
    challenge(solo, invite)
    assert solo.lines == ["INVITE", "ACK"]
    assert solo.core.sessions == 0
    solo, _ = knowing()
    challenge(solo, solo.call())
    solo.do(events.Hangup("s"))
    solo.reply(180, solo.request("INVITE"))
    assert solo.lines == ["INVITE", "ACK", "INVITE", "CANCEL"]


def test_fork_of_the_second_try_is_told_bye() -> None:
    solo, _ = knowing()
    challenge(solo, solo.call())
    again = solo.request("INVITE")
    solo.reply(200, again, sdp=SDP)
    solo.reply(200, again, sdp=SDP, tag="other")
    assert solo.request("ACK").headers.get("CSeq") == "2 ACK"
    assert solo.lines[-2:] == ["ACK", "BYE"]
    assert solo.request("BYE").headers.get("CSeq") == "3 BYE"


def test_challenge_after_the_end_of_everything() -> None:
    solo, _ = knowing()
    invite = solo.call()
    solo.reply(200, invite, sdp=SDP)
    solo.do(events.SendInDialog("s", "k", "INFO"))
    info = solo.request("INFO")
    solo.ask("BYE", invite)
    challenge(solo, info)
    assert solo.core.sessions == 0
    assert [reply.status for reply in solo.all(events.Replied)] in ([401], [])


def test_credentials_hide_their_password() -> None:
    assert "secret" not in repr(RIGHT)
