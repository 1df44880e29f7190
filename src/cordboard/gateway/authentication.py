"""Whether a page may register a DN: the desk's token, or the page password by digest where that is switched on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cordboard.access.token import CLOCK_DIFFERENCE, LONGEST_LIFETIME, TokenError, verify
from cordboard.sip import digest
from cordboard.sip.fields import bearer_token
from cordboard.sip.message import Request

NONCE_LIFETIME = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class Granted:
    """The page may. `token` is the id of the token that proves it, empty where a password did."""

    token: str = ""


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
        self._revoked: dict[str, float] = {}  # ids of tokens, and until when one could still be good; the oldest first

    def revoke(self, token: str, now: float) -> None:
        """Refuse the tokens of this id from now on. `now` is in seconds of the Unix epoch."""
        while self._revoked and next(iter(self._revoked.values())) <= now:
            del self._revoked[next(iter(self._revoked))]
        self._revoked.pop(token, None)
        self._revoked[token] = now + LONGEST_LIFETIME + CLOCK_DIFFERENCE

    def judge(self, request: Request, dn: str, now: float, origin: str = "") -> Granted | Challenged | Refused:
        """`origin` is that of the page's WebSocket, `now` in seconds of the Unix epoch."""
        if dn not in self._passwords:
            return Refused(404, "no such DN")
        authorization = request.headers.get("Authorization") or ""
        if token := bearer_token(authorization):
            return self._judge_token(token, dn, now, origin)
        if not self._digest_allowed or not self._passwords[dn]:
            return Refused(403, "a token of the desk is needed")
        return self._judge_digest(authorization, request, dn, now)

    def _judge_token(self, value: str, dn: str, now: float, origin: str) -> Granted | Refused:
        try:
            token = verify(self._secret, value, now)
        except TokenError as error:
            return Refused(403, f"token: {error}")
        if token.dn != dn:
            return Refused(403, "a token for another DN")
        if token.origin not in (None, origin):
            return Refused(403, "a token for pages of another origin")
        if token.id in self._revoked:
            return Refused(403, "a token that was revoked")
        return Granted(token.id)

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
