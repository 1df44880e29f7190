"""The REGISTERs of one machine: one Call-ID and From tag, a CSeq that rises, and the digest answers they carry."""

from __future__ import annotations

from cordboard.sip.address import NameAddress
from cordboard.sip.errors import LocalProtocolError, RemoteProtocolError
from cordboard.sip.events import Header
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.registration.authorization import Authorization
from cordboard.sip.registration.vocabulary import Account, SendRegister


class Requests:
    """Makes each REGISTER; raises `LocalProtocolError` for an account whose contact cannot be used."""

    __slots__ = ("_call_id", "_from_tag", "account", "authorization", "cseq", "own", "querying")

    def __init__(self, account: Account, identifiers: Identifiers) -> None:
        self.authorization = Authorization(identifiers)
        self.take(account)
        self._call_id = identifiers.call_id()
        self._from_tag = identifiers.tag()
        self.cseq = 0  # of the latest one
        self.querying = False  # the latest one is a query

    def take(self, account: Account) -> None:
        """From now on for this account."""
        try:
            self.own = NameAddress.parse(account.contact).uri
        except RemoteProtocolError as error:
            raise LocalProtocolError(f"contact cannot be used: {error}") from None
        self.account = account

    @property
    def seed(self) -> str:
        """What spreads the waits of this DN and this request."""
        return f"{self.account.address} {self.cseq}"

    def make(self, expires: int | None) -> SendRegister:
        """The next REGISTER: for so many seconds, 0 takes the binding back, None asks for the bindings."""
        account = self.account
        self.cseq += 1
        self.querying = expires is None
        binding: list[Header] = [] if self.querying else [("Contact", account.contact), ("Expires", str(expires))]
        return SendRegister(
            account.registrar,
            account.address,
            account.address,
            (*binding, *account.headers, *self.authorization.headers(account)),
            self._call_id,
            self._from_tag,
            self.cseq,
        )
