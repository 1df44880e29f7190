"""Who is who: accounts, and the ids of users and devices, which are the same after every restart."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterable

from cordboard.genesys.resources import User
from cordboard.genesys.status import Resource
from cordboard.lab.gws.settings import Account

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "cordboard:lab:gws")
CONTACT_CENTER = str(uuid.uuid5(_NAMESPACE, "contact center"))
VOICE_SERVICE = str(uuid.uuid5(_NAMESPACE, "voice service"))
SWITCH = "SIP_Switch"


def device_id(dn: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"device {dn}"))


def user_id(user_name: str) -> str:
    """32 hex digits."""
    return hashlib.sha256(f"user {user_name}".encode()).hexdigest()[:32]


class Directory:
    """The accounts, found by user name, DN, device id or user id."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        accounts = tuple(accounts)
        self._by_user_name = {account.user_name: account for account in accounts}
        self._by_dn = {account.dn: account for account in accounts}
        self._by_user_id = {user_id(account.user_name): account for account in accounts}

    def sign_in(self, user_name: str, password: str) -> Account | None:
        """The account, or None; takes as long for an unknown name as for a wrong password."""
        account = self._by_user_name.get(user_name)
        expected = account.password if account else ""
        right = hmac.compare_digest(password.encode(), expected.encode())
        return account if right else None

    def of_dn(self, dn: str) -> Account | None:
        return self._by_dn.get(dn)

    def of_user(self, identifier: str) -> Account | None:
        return self._by_user_id.get(identifier)


def user(account: Account) -> User:
    return User(
        id=user_id(account.user_name),
        user_name=account.user_name,
        first_name=account.first_name,
        last_name=account.last_name,
        email_address=f"{account.user_name}@lab.example",
        contact_center_id=CONTACT_CENTER,
        employee_id=account.employee_id,
    )


def contact_resource(account: Account, root: str) -> Resource:
    """An agent as a contact, which WWE asks for to show who somebody is."""
    path = f"/contacts/{user_id(account.user_name)}"
    return {
        "id": user_id(account.user_name),
        "name": account.user_name,
        "type": "User",
        "phoneNumbers": [{"phoneNumber": account.dn, "description": "", "switchName": SWITCH}],
        "userName": account.user_name,
        "firstName": account.first_name,
        "lastName": account.last_name,
        "employeeId": account.employee_id,
        "uri": root + path,
        "path": path,
    }
