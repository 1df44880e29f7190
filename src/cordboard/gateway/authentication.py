"""Whether a page may register a DN: the desk's token, or the page password by digest where that is switched on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cordboard.access.token import TokenError, verify
from cordboard.sip import digest
from cordboard.sip.message import Request

NONCE_LIFETIME = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class Granted:
    """The page may."""


@dataclass(frozen=True, slots=True)
class Challenged:
    """The page is to prove itself: 401 with these WWW-Authenticate values."""

    challenges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The page may not; `why` is for the log and holds no secret."""

    status: int
    why: str


class PageAuthentication:
    """Judges REGISTER requests. `passwords` maps a DN to its page password, empty where it has none.

    `secret` signs the tokens (shared with the desk) and the nonces.
    """

    def __init__(self, passwords: Mapping[str, str], secret: bytes, realm: str, digest_allowed: bool) -> None:
        self._passwords = passwords
        self._secret = secret
        self._realm = realm
        self._digest_allowed = digest_allowed

    def judge(self, request: Request, dn: str, now: float) -> Granted | Challenged | Refused:
        """`now` is in seconds of the Unix epoch."""
        if dn not in self._passwords:
            return Refused(404, "no such DN")
        authorization = request.headers.get("Authorization") or ""
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self._judge_token(value.strip(), dn, now)
        if not self._digest_allowed or not self._passwords[dn]:
            return Refused(403, "a token of the desk is needed")
        return self._judge_digest(authorization, request, dn, now)

    def _judge_token(self, token: str, dn: str, now: float) -> Granted | Refused:
        try:
            return Granted() if verify(self._secret, token, now) == dn else Refused(403, "a token for another DN")
        except TokenError as error:
            return Refused(403, f"token: {error}")

    def _judge_digest(self, authorization: str, request: Request, dn: str, now: float) -> Granted | Challenged:
        if not authorization:
            return self._challenge(now, stale=False)
        verdict = digest.judge(
            authorization,
            request.method,
            dn,
            self._passwords[dn],
            self._realm,
            lambda nonce: digest.nonce_age(self._secret, nonce, now),
            NONCE_LIFETIME,
        )
        return Granted() if verdict is digest.Verdict.GOOD else self._challenge(now, verdict is digest.Verdict.STALE)

    def _challenge(self, now: float, stale: bool) -> Challenged:
        """MD5 stands last (RFC 8760 section 2.3): JsSIP keeps the last challenge only and knows nothing else."""
        nonce = digest.nonce(self._secret, now)
        algorithms = ("SHA-256", "MD5")
        return Challenged(tuple(digest.challenge(self._realm, nonce, each, stale=stale) for each in algorithms))
