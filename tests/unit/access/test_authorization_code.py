"""Authorization code with PKCE, as words and checks."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from cordboard.access.authorization_code import (
    Attempt,
    AuthorizationError,
    authorize_url,
    check_id_token,
    code_form,
    granted,
    reason,
    refresh_form,
)

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
ATTEMPT = Attempt("state-1", VERIFIER, "nonce-1", "https://phone.example/page/signed-in")
NOW = 1_800_000_000.0
GOOD: dict[str, Any] = {"access_token": "a", "token_type": "Bearer", "expires_in": 1800, "refresh_token": "r"}


def test_challenge_of_the_rfc() -> None:
    assert ATTEMPT.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_address_holds_what_the_browser_may_know() -> None:
    url = authorize_url("https://gws.example/auth/v3/oauth/authorize", "desk", ATTEMPT, "openid")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked == {
        "response_type": "code",
        "client_id": "desk",
        "redirect_uri": ATTEMPT.redirect_uri,
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": ATTEMPT.challenge,
        "code_challenge_method": "S256",
        "scope": "openid",
    }
    assert VERIFIER not in url
    assert "scope" not in authorize_url("https://gws.example/", "desk", ATTEMPT)


def test_code_goes_with_the_verifier_and_the_same_address() -> None:
    form = code_form("desk", ATTEMPT, "c-1")
    assert (form["code"], form["code_verifier"], form["redirect_uri"]) == ("c-1", VERIFIER, ATTEMPT.redirect_uri)
    with pytest.raises(ValueError, match="too short"):
        code_form("desk", Attempt("s", "short", "n", "https://phone.example/"), "c-1")


def test_tokens_of_an_answer() -> None:
    tokens = granted(GOOD, NOW)
    assert (tokens.access, tokens.refresh, tokens.expires) == ("a", "r", NOW + 1800)
    assert granted({"access_token": "a", "token_type": "bearer"}, NOW).expires == math.inf
    assert refresh_form("desk", tokens)["refresh_token"] == "r"
    assert "'a'" not in repr(tokens)
    assert VERIFIER not in repr(ATTEMPT)


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": "a\r\nX-Evil: 1"},
        {"access_token": "x" * 10_000},
        {"access_token": 5},
        {"token_type": "mac"},
        {"token_type": None},
    ],
)
def test_answer_without_a_usable_token(change: dict[str, Any]) -> None:
    with pytest.raises(AuthorizationError, match="no bearer token"):
        granted(GOOD | change, NOW)


@pytest.mark.parametrize("seconds", [None, "soon", True, math.nan])
def test_expiry_that_says_nothing(seconds: object) -> None:
    assert granted(GOOD | {"expires_in": seconds}, NOW).expires == math.inf


def id_token(**changes: object) -> str:
    claims = {"aud": "desk", "nonce": "nonce-1", "exp": NOW + 60, "sub": "1"} | changes
    return jwt.encode(claims, "x" * 32, "HS256")


def test_id_token_of_this_sign_in() -> None:
    check_id_token({}, "desk", ATTEMPT, NOW)
    check_id_token({"id_token": id_token()}, "desk", ATTEMPT, NOW)
    check_id_token({"id_token": id_token(aud=["other", "desk"])}, "desk", ATTEMPT, NOW)


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (id_token(aud="other"), "another client"),
        (id_token(nonce="nonce-2"), "another sign-in"),
        (id_token(nonce=None), "another sign-in"),
        (id_token(exp=NOW - 3600), "has expired"),
        (id_token(exp="soon"), "has expired"),
        ("no.token", "is none"),
        (5, "is none"),
    ],
)
def test_id_token_of_something_else(token: object, why: str) -> None:
    with pytest.raises(AuthorizationError, match=why):
        check_id_token({"id_token": token}, "desk", ATTEMPT, NOW)


def test_errors_are_sentences() -> None:
    assert reason("access_denied").startswith("GWS did not let you in")
    assert reason("<script>") == reason(None) == reason([]) == ""
