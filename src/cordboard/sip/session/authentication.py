"""Answers to challenges of a session's requests (RFC 3261 section 22, RFC 7616).

A challenge is answered with the credentials of the flow on which the request went, and of no other. Each chain of one
request and its repetitions answers a realm once, and again only where the server says `stale=true`, so that a wrong
password ends in a refusal and not in a loop. What was answered is used for the next requests of the session at once,
with the next nonce count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cordboard.sip import digest
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Credentials
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response

MOST_ANSWERS = 3  # in one chain: proxy, server, and one stale nonce
MOST_REALMS = 4
HEADERS = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}


@dataclass(slots=True, eq=False)
class Challenge:
    """One challenge and how often its nonce was used."""

    text: str
    count: int = 0


class Authentication:
    """The challenges of one session, by the header that answers them and their realm."""

    __slots__ = ("_challenges", "_cnonce")

    def __init__(self, cnonce: Callable[[], str]) -> None:
        self._challenges: dict[tuple[str, str], Challenge] = {}
        self._cnonce = cnonce

    def take(self, request: Request, response: Response, answers: int) -> bool:
        """Note the challenge of a 401 or 407 to that request; False if it is not to be answered."""
        asked, answer = HEADERS[response.status]
        text = digest.first_supported(response.headers.get_all(asked))
        if text is None or answers >= MOST_ANSWERS:
            return False
        try:
            realm = digest.realm_of(text)
        except RemoteProtocolError:
            return False
        if answers and _answered(request.headers, answer, realm) and not digest.is_stale(text):
            return False
        self._challenges.pop((answer, realm), None)
        while len(self._challenges) >= MOST_REALMS:
            del self._challenges[next(iter(self._challenges))]
        self._challenges[answer, realm] = Challenge(text)
        return True

    def add_to(self, request: Request, credentials: Credentials | None) -> None:
        """Put answers to all known challenges into the request, in the place of older ones."""
        request.headers.remove("Authorization")
        request.headers.remove("Proxy-Authorization")
        if credentials is None:
            return
        for (name, _), challenge in self._challenges.items():
            challenge.count += 1
            value = digest.authorization(
                challenge.text,
                request.method,
                request.uri,
                credentials.user,
                credentials.password,
                self._cnonce(),
                challenge.count,
            )
            request.headers.add(name, value)


def credentials_of(headers: Headers) -> tuple[tuple[str, str], ...]:
    """The answers that a request carries; the ACK of its 2xx carries the same (RFC 3261 section 22.1)."""
    names = ("Authorization", "Proxy-Authorization")
    return tuple((name, value) for name in names for value in headers.get_all(name))


def _answered(headers: Headers, name: str, realm: str) -> bool:
    for value in headers.get_all(name):
        try:
            if digest.Credentials.parse(value).realm == realm:
                return True
        except RemoteProtocolError:
            continue
    return False
