"""The digest answers of one registration: which challenge is answered, and how often (RFC 3261 section 22)."""

from __future__ import annotations

from cordboard.sip import digest
from cordboard.sip.events import Header
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.message import Response
from cordboard.sip.registration.reading import challenge_of
from cordboard.sip.registration.vocabulary import Account

ANSWERS_TO_STALE = 2


class Authorization:
    """Remembers the last challenge, to answer it beforehand in the next request with a higher nonce count."""

    __slots__ = ("_answers", "_challenge", "_count", "_header", "_identifiers")

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self._challenge = ""
        self._header = ""  # the name of the header that answers it
        self._count = 0  # how often the challenge's nonce was used
        self._answers = 0  # challenges answered since the last success

    def can_answer(self, account: Account, response: Response) -> bool:
        """A challenge is answered once, and twice more only where the server calls our nonce stale."""
        challenge = challenge_of(response)
        if challenge is None or not account.password:
            return False
        return self._answers <= (ANSWERS_TO_STALE if digest.is_stale(challenge) else 0)

    def take(self, response: Response) -> None:
        """The next request answers this 401 or 407."""
        self._challenge = challenge_of(response) or ""
        self._header = "Authorization" if response.status == 401 else "Proxy-Authorization"
        self._count = 0
        self._answers += 1

    def accepted(self) -> None:
        self._answers = 0

    def forget(self) -> None:
        self._challenge, self._answers = "", 0

    def headers(self, account: Account) -> list[Header]:
        """What the next REGISTER carries."""
        if not self._challenge:
            return []
        self._count += 1
        answer = digest.authorization(
            self._challenge,
            "REGISTER",
            account.registrar,
            account.user,
            account.password,
            self._identifiers.tag(),
            self._count,
        )
        return [(self._header, answer)]
