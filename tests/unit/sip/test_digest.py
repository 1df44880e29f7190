"""Against the values that RFC 7616 section 3.9.1, RFC 2617 section 3.5 and RFC 2069 (with its erratum) publish."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.sip.digest import (
    Credentials,
    Verdict,
    authorization,
    challenge,
    first_supported,
    is_stale,
    judge,
    nonce,
    nonce_age,
    verify,
)
from cordboard.sip.errors import RemoteProtocolError

RFC_7616 = {
    "realm": "http-auth@example.org",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
}
RFC_2617 = {"realm": "testrealm@host.com", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093", "cnonce": "0a4f113b"}

SECRET = b"a secret of the server"


def nonce_is_ours(_nonce: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm: str, response: str) -> None:
    asked = (
        f'Digest realm="{RFC_7616["realm"]}", qop="auth, auth-int", algorithm={algorithm}, '
        f'nonce="{RFC_7616["nonce"]}", opaque="{RFC_7616["opaque"]}"'
    )
    answer = authorization(asked, "GET", "/dir/index.html", "Mufasa", "Circle of Life", RFC_7616["cnonce"])
    credentials = Credentials.parse(answer)
    assert credentials.response == response
    assert (credentials.qop, credentials.nonce_count, credentials.algorithm) == ("auth", "00000001", algorithm)
    assert credentials.opaque == RFC_7616["opaque"]
    assert verify(answer, "GET", "Mufasa", "Circle of Life", RFC_7616["realm"], nonce_is_ours)


def test_the_example_of_rfc_2617() -> None:
    asked = f'Digest realm="{RFC_2617["realm"]}", qop="auth,auth-int", nonce="{RFC_2617["nonce"]}", opaque="5ccc"'
    answer = authorization(asked, "GET", "/dir/index.html", "Mufasa", "Circle Of Life", RFC_2617["cnonce"])
    assert Credentials.parse(answer).response == "6629fae49393a05397450978507c4ef1"


def test_the_example_of_rfc_2069() -> None:
    asked = f'Digest realm="{RFC_2617["realm"]}", nonce="{RFC_2617["nonce"]}"'
    answer = authorization(asked, "GET", "/dir/index.html", "Mufasa", "CircleOfLife", "unused")
    assert Credentials.parse(answer).response == "1949323746fe6a43ef61f9606e7febea"
    assert "qop" not in answer
    assert "cnonce" not in answer


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("qop", [True, False])
@pytest.mark.parametrize("password", ["GenesysAgent5001!", 'with "quotes" and \\', "Zoë", ""])
def test_what_the_client_answers_the_server_accepts(algorithm: str, qop: bool, password: str) -> None:
    asked = challenge('a "realm"', nonce(SECRET, 100.0), algorithm, qop)
    answer = authorization(asked, "REGISTER", "sip:127.0.0.1", "5001", password, "0a4f", count=255)
    assert verify(answer, "REGISTER", "5001", password, 'a "realm"', nonce_is_ours)
    assert ("nc=000000ff" in answer) is qop
    assert password == "" or password not in answer


def answered(asked: str | None = None) -> str:
    return authorization(asked or challenge("r", nonce(SECRET, 100.0)), "REGISTER", "sip:h", "5001", "secret", "0a4f")


@pytest.mark.parametrize(
    "given",
    [
        {"method": "INVITE"},
        {"user": "5002"},
        {"password": "Secret"},
        {"realm": "R"},
        {"nonce_ok": lambda nonce: False},
        {"authorization_header": ""},
        {"authorization_header": "Digest"},
        {"authorization_header": 'Digest username="5001"'},
        {"authorization_header": "Bearer a.b.c"},
        {"authorization_header": answered().replace("MD5", "MD4")},
        {"authorization_header": answered().replace("qop=auth", "qop=auth-int")},
        {"authorization_header": answered().replace("nc=00000001", "nc=1")},
        {"authorization_header": answered().replace("nc=00000001", "nc=00000002")},
        {"authorization_header": answered().replace('cnonce="0a4f"', 'cnonce=""')},
        {"authorization_header": answered().replace('uri="sip:h"', 'uri="sip:other"')},
        {"authorization_header": str(replace(Credentials.parse(answered()), response=""))},
        {"authorization_header": str(replace(Credentials.parse(answered()), response="ä" * 16))},
    ],
)
def test_the_server_refuses_what_is_not_right(given: dict[str, object]) -> None:
    right: dict[str, object] = {
        "authorization_header": answered(),
        "method": "REGISTER",
        "user": "5001",
        "password": "secret",
        "realm": "r",
        "nonce_ok": nonce_is_ours,
    }
    assert verify(**right)  # type: ignore[arg-type]
    assert not verify(**(right | given))  # type: ignore[arg-type]


def test_parameters_may_be_quoted_or_not_and_in_any_order_and_case() -> None:
    given = Credentials.parse(answered())
    header = (
        f'DIGEST  Response="{given.response.upper()}" ,, nc="00000001", QOP="auth",cnonce=0a4f , URI = sip:h,\t'
        f'algorithm="md5", nonce={given.nonce}, realm=r, username="50\\01",'
    )
    assert Credentials.parse(header) == given
    assert verify(header, "REGISTER", "5001", "secret", "r", nonce_is_ours)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Digest",
        "Digest ",
        "Basic abc",
        "Digest realm",
        'Digest realm="x',
        "Digest =x",
        'Digest a="b" c="d"',
        "Digest a=,",
    ],
)
def test_malformed_headers_are_refused_by_the_client(header: str) -> None:
    with pytest.raises(RemoteProtocolError):
        authorization(header, "REGISTER", "sip:h", "5001", "secret", "0a4f")


@pytest.mark.parametrize(
    "asked",
    [
        'Digest realm="r"',
        'Digest nonce="n"',
        'Digest realm="r", nonce="n", algorithm=SHA-512-256',
        'Digest realm="r", nonce="n", qop="auth-int"',
        'Digest realm="r", nonce="n", qop=""',
    ],
)
def test_the_client_refuses_what_it_cannot_do(asked: str) -> None:
    with pytest.raises(RemoteProtocolError):
        authorization(asked, "REGISTER", "sip:h", "5001", "secret", "0a4f")


def test_the_topmost_challenge_that_can_be_answered_is_taken() -> None:
    strong, weak = challenge("r", "n", "SHA-256"), challenge("r", "n", "MD5")
    assert first_supported(["Bearer", challenge("r", "n", "SHA-512-256"), strong, weak]) == strong
    assert first_supported([weak, strong]) == weak
    assert first_supported(['Digest realm="r", nonce="n", qop="auth-int"']) is None
    assert first_supported([]) is None


def test_challenges() -> None:
    assert challenge("r", "n") == 'Digest realm="r", nonce="n", algorithm=MD5, qop="auth"'
    assert challenge("r", "n", "SHA-256", qop=False, stale=True) == (
        'Digest realm="r", nonce="n", algorithm=SHA-256, stale=true'
    )
    assert is_stale(challenge("r", "n", stale=True))
    assert not is_stale(challenge("r", "n"))


def test_a_nonce_knows_its_age() -> None:
    made = nonce(SECRET, 1_800_000_000.25)
    assert nonce_age(SECRET, made, 1_800_000_060.25) == pytest.approx(60, abs=0.01)
    assert nonce(SECRET, 1_800_000_000.25) == made
    assert nonce(SECRET, 1_800_000_000.5) != made


@pytest.mark.parametrize(
    "mangle", [str.upper, lambda n: n[:-1], lambda n: "1" + n, lambda n: "ä" + n, lambda n: "", lambda n: "."]
)
def test_a_nonce_that_is_not_ours_has_no_age(mangle: object) -> None:
    assert callable(mangle)
    assert nonce_age(SECRET, mangle(nonce(SECRET, 171.5)), 180.0) is None


def test_a_nonce_of_another_secret_has_no_age() -> None:
    assert nonce_age(SECRET, nonce(b"another secret", 171.5), 180.0) is None


@pytest.mark.parametrize(
    ("now", "password", "verdict"),
    [
        (100.0, "secret", Verdict.GOOD),
        (399.9, "secret", Verdict.GOOD),
        (400.1, "secret", Verdict.STALE),
        (100.0, "wrong", Verdict.BAD),
        (400.1, "wrong", Verdict.BAD),
    ],
)
def test_only_a_right_answer_is_called_stale(now: float, password: str, verdict: Verdict) -> None:
    def age(value: str) -> float | None:
        return nonce_age(SECRET, value, now)

    assert judge(answered(), "REGISTER", "5001", password, "r", age, lifetime=300) is verdict


def test_a_right_answer_on_a_foreign_nonce_is_bad() -> None:
    answer = answered(challenge("r", nonce(b"another secret", 100.0)))
    assert judge(answer, "REGISTER", "5001", "secret", "r", lambda n: nonce_age(SECRET, n, 100.0), 300) is Verdict.BAD


def test_credentials_do_not_show_in_the_representation() -> None:
    shown = repr(Credentials.parse(answered()))
    assert "5001" not in shown
    assert Credentials.parse(answered()).response not in shown
