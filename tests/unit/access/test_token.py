"""Tokens: what is issued is accepted, everything else is refused for a reason."""

from __future__ import annotations

import base64
import json

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.access.token import AUDIENCE, LARGEST_TOKEN, Token, TokenError, issue, verify

SECRET = b"0123456789abcdef0123456789abcdef"
NOW = 1_800_000_000.4


def forged(header: dict[str, object], claims: dict[str, object], signature: str = "") -> str:
    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part(header)}.{part(claims)}.{signature}"


def claims(**changes: object) -> dict[str, object]:
    good = {"sub": "5001", "aud": AUDIENCE, "iat": int(NOW), "exp": int(NOW) + 300}
    return {key: value for key, value in (good | changes).items() if value is not None}


def test_token_names_its_dn() -> None:
    assert verify(SECRET, issue(SECRET, "5001", NOW, 300), NOW) == Token("5001")


def test_token_names_its_sign_in_and_the_origin_it_is_for() -> None:
    token = issue(SECRET, "5001", NOW, 300, id="sign-in-1", origin="https://phone.example")
    assert verify(SECRET, token, NOW) == Token("5001", "sign-in-1", "https://phone.example")
    assert verify(SECRET, issue(SECRET, "5001", NOW, 300, origin=""), NOW).origin == ""


def test_token_of_ours_is_never_too_long() -> None:
    token = issue(SECRET, "5" * 40, NOW, 300, id="i" * 32, origin="https://" + "o" * 253 + ":65535")
    assert len(token) < 700 < LARGEST_TOKEN


def test_token_is_good_until_its_lifetime_is_over_and_not_longer() -> None:
    token = issue(SECRET, "5001", NOW, 300)
    assert verify(SECRET, token, NOW + 300).dn == "5001"
    with pytest.raises(TokenError, match="expired"):
        verify(SECRET, token, NOW + 301)


def test_only_the_given_time_counts() -> None:
    """The library's own clock would call both of these expired or not yet issued."""
    assert verify(SECRET, issue(SECRET, "5001", 1000.0, 300), 1100.0).dn == "5001"
    assert verify(SECRET, issue(SECRET, "5001", 4e9, 300), 4e9).dn == "5001"


def test_token_from_the_future_is_refused_beyond_a_small_difference_of_clocks() -> None:
    token = issue(SECRET, "5001", NOW, 300)
    assert verify(SECRET, token, NOW - 4).dn == "5001"
    with pytest.raises(TokenError, match="future"):
        verify(SECRET, token, NOW - 10)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_changed_token_is_refused(part: int) -> None:
    parts = issue(SECRET, "5001", NOW, 300).split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]
    with pytest.raises(TokenError):
        verify(SECRET, ".".join(parts), NOW)


def test_claims_of_another_dn_under_the_old_signature_are_refused() -> None:
    signature = issue(SECRET, "5001", NOW, 300).split(".")[2]
    with pytest.raises(TokenError):
        verify(SECRET, forged({"alg": "HS256", "typ": "JWT"}, claims(sub="5002"), signature), NOW)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS512", "RS256"])
def test_other_algorithms_are_refused(algorithm: str) -> None:
    with pytest.raises(TokenError):
        verify(SECRET, forged({"alg": algorithm, "typ": "JWT"}, claims()), NOW)


def test_other_secret_is_refused() -> None:
    with pytest.raises(TokenError, match="InvalidSignature"):
        verify(SECRET[::-1], issue(SECRET, "5001", NOW, 300), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody else"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 5001},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": float("inf")},
        {"iat": None},
        {"iat": [1]},
        {"jti": 7},
        {"origin": ["https://phone.example"]},
    ],
)
def test_well_signed_token_with_wrong_claims_is_refused(changes: dict[str, object]) -> None:
    token = jwt.encode(claims(**changes), SECRET, "HS256")
    with pytest.raises(TokenError):
        verify(SECRET, token, NOW)


def test_overlong_token_is_refused_unread() -> None:
    with pytest.raises(TokenError, match="too long"):
        verify(SECRET, "a" * (LARGEST_TOKEN + 1), NOW)


@given(st.text(max_size=200))
def test_any_text_is_refused_with_a_token_error(text: str) -> None:
    with pytest.raises(TokenError):
        verify(SECRET, text, NOW)


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64))
def test_refusal_never_repeats_the_token(dn: str) -> None:
    token = issue(SECRET, dn, NOW, 300)
    with pytest.raises(TokenError) as caught:
        verify(SECRET[::-1], token, NOW)
    assert token.split(".")[1] not in str(caught.value)


def test_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        issue(b"short", "5001", NOW, 300)
