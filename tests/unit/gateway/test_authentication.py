"""Tokens of pages: for their DN, their origin, and not after they were revoked."""

from __future__ import annotations

import pytest

from cordboard.access.token import CLOCK_DIFFERENCE, LONGEST_LIFETIME, issue
from cordboard.gateway.authentication import Granted, PageAuthentication, Refused
from cordboard.sip.message import Request, parse_message

SECRET = b"s" * 32
NOW = 1_800_000_000.0
ORIGIN = "https://phone.example"


def register(token: str) -> Request:
    lines = [
        "REGISTER sip:gateway.invalid SIP/2.0",
        "Via: SIP/2.0/WS page.invalid;branch=z9hG4bKone",
        "To: <sip:5001@gateway.invalid>",
        "From: <sip:5001@gateway.invalid>;tag=one",
        "Call-ID: one",
        "CSeq: 1 REGISTER",
        f"Authorization: Bearer {token}",
    ]
    request = parse_message("\r\n".join([*lines, "Content-Length: 0", "", ""]).encode())
    assert isinstance(request, Request)
    return request


@pytest.fixture
def judge() -> PageAuthentication:
    return PageAuthentication({"5001": "", "5002": ""}, SECRET, "cordboard", False)


def test_the_id_of_the_token_is_told(judge: PageAuthentication) -> None:
    token = issue(SECRET, "5001", NOW, 300, id="sign-in", origin=ORIGIN)
    assert judge.judge(register(token), "5001", NOW, ORIGIN) == Granted("sign-in")


@pytest.mark.parametrize(
    ("bound", "came", "granted"),
    [
        (ORIGIN, ORIGIN, True),
        (ORIGIN, "https://other.example", False),
        (ORIGIN, "", False),
        ("", "", True),
        ("", ORIGIN, False),
        (None, ORIGIN, True),
        (None, "", True),
    ],
)
def test_origin(judge: PageAuthentication, bound: str | None, came: str, granted: bool) -> None:
    verdict = judge.judge(register(issue(SECRET, "5001", NOW, 300, origin=bound)), "5001", NOW, came)
    assert isinstance(verdict, Granted) is granted


def test_revoked_tokens_are_refused_and_no_others(judge: PageAuthentication) -> None:
    first, renewed = (issue(SECRET, "5001", NOW + more, 300, id="one") for more in (0, 1))
    other, nameless = issue(SECRET, "5001", NOW, 300, id="two"), issue(SECRET, "5001", NOW, 300)
    judge.revoke("one", NOW)
    refused = Refused(403, "a token that was revoked")
    assert [judge.judge(register(each), "5001", NOW + 1) for each in (first, renewed)] == [refused, refused]
    assert [judge.judge(register(each), "5001", NOW) for each in (other, nameless)] == [Granted("two"), Granted()]


def test_a_revocation_lasts_as_long_as_any_token_can(judge: PageAuthentication) -> None:
    last = NOW + LONGEST_LIFETIME
    token = issue(SECRET, "5001", NOW, LONGEST_LIFETIME + CLOCK_DIFFERENCE + 10, id="one")
    judge.revoke("one", NOW)
    for later in range(3):
        judge.revoke(f"another-{later}", last)
    assert judge.judge(register(token), "5001", last) == Refused(403, "a token that was revoked")
    judge.revoke("the next", last + CLOCK_DIFFERENCE + 1)
    assert judge.judge(register(token), "5001", last + CLOCK_DIFFERENCE + 1) == Granted("one")
