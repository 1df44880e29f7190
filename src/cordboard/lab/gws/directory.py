"""Who is who: accounts, places and groups, and their ids, which are the same after every restart."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Iterable

from cordboard.genesys.resources import User
from cordboard.lab.gws.settings import Account, Place

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "cordboard:lab:gws")
CONTACT_CENTER = str(uuid.uuid5(_NAMESPACE, "contact center"))
VOICE_SERVICE = str(uuid.uuid5(_NAMESPACE, "voice service"))


def identifier(what: str) -> str:
    """The id of what has no id of its own: `device 5001`, `group Billing`."""
    return str(uuid.uuid5(_NAMESPACE, what))


def device_id(dn: str) -> str:
    return identifier(f"device {dn}")


def user_id(user_name: str) -> str:
    """32 hex digits."""
    return hashlib.sha256(f"user {user_name}".encode()).hexdigest()[:32]


class Directory:
    """The accounts, found by user name, DN, device id or user id; the places by name."""

    def __init__(self, accounts: Iterable[Account], places: Iterable[Place] = ()) -> None:
        self.accounts = tuple(accounts)
        self.of_token: Callable[[str], Account | None] = lambda _token: None
        self._by_user_name = {account.user_name: account for account in self.accounts}
        self._by_dn = {account.dn: account for account in self.accounts}
        self._by_user_id = {user_id(account.user_name): account for account in self.accounts}
        own = {account.place: Place(account.place, (account.dn,)) for account in self.accounts if account.place}
        self._places = own | {place.name: place for place in places}
        dns = [dn for place in self._places.values() for dn in place.dns] + list(self._by_dn)
        self._by_device = {device_id(dn): dn for dn in dns}

    def sign_in(self, user_name: str, password: str) -> Account | None:
        """The account, or None; takes as long for an unknown name as for a wrong password."""
        account = self._by_user_name.get(user_name)
        expected = account.password if account else ""
        right = hmac.compare_digest(password.encode(), expected.encode())
        return account if right else None

    def take_tokens(self, account: Callable[[str], Account | None]) -> None:
        """Somebody else, the authentication service, knows whose access token this is."""
        self.of_token = account

    def of_user_name(self, user_name: str) -> Account | None:
        return self._by_user_name.get(user_name)

    def of_dn(self, dn: str) -> Account | None:
        """Whose own DN it is; who works there at the moment is `Seating`'s to say."""
        return self._by_dn.get(dn)

    def of_user(self, identifier: str) -> Account | None:
        return self._by_user_id.get(identifier)

    def dn_of_device(self, identifier: str) -> str | None:
        return self._by_device.get(identifier)

    def place(self, name: str) -> Place | None:
        return self._places.get(name)

    @property
    def dns(self) -> tuple[str, ...]:
        """Every DN of an account or a place."""
        return tuple(self._by_device.values())

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(self._places.values())

    @property
    def groups(self) -> tuple[str, ...]:
        """The agent groups, in the order in which they are first named."""
        return tuple(dict.fromkeys(group for account in self.accounts for group in account.groups))

    def members(self, group: str) -> list[Account]:
        return [account for account in self.accounts if group in account.groups]

    def supervisors_of(self, account: Account) -> list[Account]:
        """Who may watch this agent: supervisors of a common group, those without a group for everybody."""
        supervisors = [one for one in self.accounts if one.is_supervisor and one is not account]
        return [one for one in supervisors if not one.groups or set(one.groups) & set(account.groups)]


def user(account: Account) -> User:
    return User(
        id=user_id(account.user_name),
        user_name=account.user_name,
        first_name=account.first_name,
        last_name=account.last_name,
        email_address=f"{account.user_name}@lab.example",
        contact_center_id=CONTACT_CENTER,
        employee_id=account.employee_id,
        roles=("ROLE_AGENT", "ROLE_SUPERVISOR") if account.is_supervisor else ("ROLE_AGENT",),
    )
