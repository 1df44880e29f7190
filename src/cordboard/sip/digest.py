"""Digest authentication (RFC 7616, RFC 2617, RFC 8760), both ends: MD5 and SHA-256, with qop=auth and without qop.

The server keeps nothing: its nonces are a time and an HMAC over it (`nonce`, `nonce_age`), so any process with the
secret can judge any answer. A right answer on an old nonce is `Verdict.STALE`: challenge again with stale=true and the
client answers without asking its user. Client nonces and counts come in as arguments. Not here: auth-int, the session
variants of the algorithms, and a memory of counts: within its lifetime a captured answer can be played again, so where
that matters the transport must be private.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import quote, unquote

ALGORITHMS = ("MD5", "SHA-256")

_SCHEME = re.compile(r"\s*Digest\s+", re.IGNORECASE)
_PARAMETER = re.compile(
    r"[\s,]*([A-Za-z0-9\-.!%*_+`'~]+)\s*=\s*"  # name
    r'("[^"\\]*(?:\\.[^"\\]*)*"|[^\s,"]+)\s*(?=,|$)',  # quoted string or whatever stands there unquoted
    re.DOTALL,
)
_END = re.compile(r"[\s,]*$")
_COUNT = re.compile(r"[0-9A-Fa-f]{8}")
_MAC_LENGTH = 32  # hexadecimal digits, 128 bits


class Verdict(StrEnum):
    """What a server thinks of an Authorization header."""

    GOOD = "good"
    STALE = "stale"  # right, but on a nonce that is too old
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The parts of an Authorization header; `qop`, `nonce_count` and `cnonce` are "" where the client uses no qop."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str = ""
    algorithm: str = "MD5"
    qop: str = ""
    nonce_count: str = ""
    cnonce: str = ""
    opaque: str = ""

    @classmethod
    def parse(cls, authorization_header: str) -> Credentials:
        """Read an Authorization or Proxy-Authorization value; raises RemoteProtocolError."""
        given = _parameters(authorization_header)
        missing = [name for name in ("username", "realm", "nonce", "uri", "response") if name not in given]
        if missing:
            raise RemoteProtocolError(f"credentials lack {missing[0]}")
        return cls(
            given["username"],
            given["realm"],
            given["nonce"],
            given["uri"],
            given["response"].lower(),
            _algorithm(given),
            given.get("qop", "").lower(),
            given.get("nc", ""),
            given.get("cnonce", ""),
            given.get("opaque", ""),
        )

    def answer(self, method: str, password: str) -> str:
        """What `response` must be (RFC 7616 section 3.4.1, without qop RFC 2069 section 2.4)."""
        a1 = self._hash(f"{self.username}:{self.realm}:{password}")
        a2 = self._hash(f"{method}:{self.uri}")
        used = f"{self.nonce}:{self.nonce_count}:{self.cnonce}:{self.qop}" if self.qop else self.nonce
        return self._hash(f"{a1}:{used}:{a2}")

    def _hash(self, text: str) -> str:
        data = text.encode("utf-8", "replace")
        if self.algorithm == "MD5":
            return hashlib.md5(data, usedforsecurity=False).hexdigest()
        return hashlib.sha256(data).hexdigest()

    def __str__(self) -> str:
        parts = [
            f"username={quote(self.username)}",
            f"realm={quote(self.realm)}",
            f"nonce={quote(self.nonce)}",
            f"uri={quote(self.uri)}",
            f"response={quote(self.response)}",
            f"algorithm={self.algorithm}",
        ]
        if self.opaque:
            parts.append(f"opaque={quote(self.opaque)}")
        if self.qop:
            parts += [f"qop={self.qop}", f"nc={self.nonce_count}", f"cnonce={quote(self.cnonce)}"]
        return "Digest " + ", ".join(parts)

    def __repr__(self) -> str:
        return f"Credentials({self.algorithm}, qop={self.qop!r})"


# --- client -----------------------------------------------------------------------------------------------------------


def authorization(
    challenge_header: str, method: str, uri: str, user: str, password: str, cnonce: str, count: int = 1
) -> str:
    """The value of the Authorization header that answers a challenge.

    `count` is how often this nonce has been used, this time included. Raises RemoteProtocolError for a challenge that
    is malformed or asks for what we do not have.
    """
    realm_of(challenge_header)
    given = _parameters(challenge_header)
    qop = _offered_qop(given)
    credentials = Credentials(
        user,
        given["realm"],
        given["nonce"],
        uri,
        algorithm=_algorithm(given),
        qop=qop,
        nonce_count=f"{count:08x}" if qop else "",
        cnonce=cnonce if qop else "",
        opaque=given.get("opaque", ""),
    )
    return str(replace(credentials, response=credentials.answer(method, password)))


def first_supported(challenges: Iterable[str]) -> str | None:
    """The challenge to answer: the topmost one that we can (RFC 8760 section 2.4); None if there is none."""
    for value in challenges:
        try:
            given = _parameters(value)
            _algorithm(given)
            _offered_qop(given)
        except RemoteProtocolError:
            continue
        return value
    return None


def realm_of(challenge_header: str) -> str:
    """The realm of a challenge; raises RemoteProtocolError for one that has no realm or no nonce."""
    given = _parameters(challenge_header)
    if "nonce" not in given or "realm" not in given:
        raise RemoteProtocolError("challenge lacks realm or nonce")
    return given["realm"]


def is_stale(challenge_header: str) -> bool:
    """Whether the server says that only the nonce was too old (RFC 7616 section 3.3)."""
    return _parameters(challenge_header).get("stale", "").lower() == "true"


# --- server -----------------------------------------------------------------------------------------------------------


def challenge(realm: str, nonce: str, algorithm: str = "MD5", qop: bool = True, stale: bool = False) -> str:
    """The value of a WWW-Authenticate or Proxy-Authenticate header."""
    return (
        f"Digest realm={quote(realm)}, nonce={quote(nonce)}, algorithm={algorithm}"
        f"{', qop=' + quote('auth') if qop else ''}{', stale=true' if stale else ''}"
    )


def verify(
    authorization_header: str, method: str, user: str, password: str, realm: str, nonce_ok: Callable[[str], bool]
) -> bool:
    """Whether these are the credentials of `user`, on a nonce that `nonce_ok` accepts; malformed ones are not."""
    credentials = _checked(authorization_header, method, user, password, realm)
    return credentials is not None and nonce_ok(credentials.nonce)


def judge(
    authorization_header: str,
    method: str,
    user: str,
    password: str,
    realm: str,
    age: Callable[[str], float | None],
    lifetime: float,
) -> Verdict:
    """Like `verify`, but tells a wrong answer from a right one on a nonce older than `lifetime` seconds.

    `age` gives the seconds since a nonce was issued, None for one that is not ours: see `nonce_age`.
    """
    credentials = _checked(authorization_header, method, user, password, realm)
    seconds = None if credentials is None else age(credentials.nonce)
    if seconds is None:
        return Verdict.BAD
    return Verdict.GOOD if seconds <= lifetime else Verdict.STALE


def _checked(authorization_header: str, method: str, user: str, password: str, realm: str) -> Credentials | None:
    """The credentials if they answer rightly for this user, whatever their nonce."""
    try:
        credentials = Credentials.parse(authorization_header)
    except RemoteProtocolError:
        return None
    if credentials.username != user or credentials.realm != realm or not _qop_is_complete(credentials):
        return None
    expected = _octets(credentials.answer(method, password))
    return credentials if hmac.compare_digest(expected, _octets(credentials.response)) else None


def nonce(secret: bytes, now: float) -> str:
    """A nonce that says when it was made and proves that we made it."""
    stamp = f"{int(now * 1000):x}"
    return f"{stamp}.{_mac(secret, stamp)}"


def nonce_age(secret: bytes, nonce: str, now: float) -> float | None:
    """Seconds since `nonce` was made with the same secret; None if it was not."""
    stamp, _, mac = nonce.partition(".")
    if not hmac.compare_digest(_mac(secret, stamp).encode(), _octets(mac)):
        return None
    return now - int(stamp, 16) / 1000


def _qop_is_complete(credentials: Credentials) -> bool:
    if credentials.qop == "auth":
        return bool(_COUNT.fullmatch(credentials.nonce_count) and credentials.cnonce)
    return not credentials.qop


def _mac(secret: bytes, stamp: str) -> str:
    return hmac.digest(secret, _octets(stamp), "sha256").hex()[:_MAC_LENGTH]


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "replace")


# --- both -------------------------------------------------------------------------------------------------------------


def _algorithm(given: dict[str, str]) -> str:
    name = given.get("algorithm", "MD5").upper()
    if name not in ALGORITHMS:
        raise RemoteProtocolError("digest algorithm is not supported")
    return name


def _offered_qop(given: dict[str, str]) -> str:
    """The quality of protection to use: "auth" if offered, "" if none is asked for at all."""
    if "qop" not in given:
        return ""
    if "auth" not in [option.strip().lower() for option in given["qop"].split(",")]:
        raise RemoteProtocolError("digest quality of protection is not supported")
    return "auth"


def _parameters(header: str) -> dict[str, str]:
    """The parameters of a Digest challenge or of credentials, unquoted; the first of two equal names wins."""
    scheme = _SCHEME.match(header)
    if scheme is None:
        raise RemoteProtocolError("authentication scheme is not Digest")
    given: dict[str, str] = {}
    at = scheme.end()
    while not _END.match(header, at):
        match = _PARAMETER.match(header, at)
        if match is None:
            raise RemoteProtocolError("digest parameters are malformed")
        given.setdefault(match.group(1).lower(), unquote(match.group(2)))
        at = match.end()
    return given
