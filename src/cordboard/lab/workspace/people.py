"""The agents as v3 knows them: users, places, and configuration."""

from __future__ import annotations

from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.key_values import pairs
from cordboard.genesys.workspace.resources import User, user_resource
from cordboard.lab.gws.directory import Directory, identifier, user_id
from cordboard.lab.gws.settings import Account
from cordboard.lab.workspace.settings import ActionCode, WorkspaceSettings


class People:
    """Finds agents and places by their names."""

    def __init__(self, directory: Directory, settings: WorkspaceSettings) -> None:
        self._directory = directory
        self._settings = settings

    def named(self, user_name: str) -> Account | None:
        return self._directory.of_user_name(user_name)

    def place_of(self, dn: str) -> str:
        """The name of the place that has this DN."""
        return next((place.name for place in self._directory.places if dn in place.dns), "")

    def dns_at(self, place: str) -> tuple[str, ...]:
        """The DNs of a place, none for one that is not known."""
        found = self._directory.place(place)
        return found.dns if found is not None else ()

    def agents(self, term: str, limit: int) -> list[Resource]:
        """Those whose name or number holds `term`, as targets of a call."""
        term = term.lower()
        found = [account for account in self._directory.accounts if any(term in word for word in _words(account))]
        return [self._target(account) for account in found[:limit]]

    def user(self, account: Account) -> Resource:
        return user_resource(
            User(
                database_id=_database_id(account.user_name),
                user_name=account.user_name,
                first_name=account.first_name,
                last_name=account.last_name,
                employee_id=account.employee_id,
                login=account.dn,
                place=account.place,
            )
        )

    def configuration(self) -> Resource:
        return {
            "actionCodes": [_action_code(code) for code in self._settings.action_codes],
            "agentGroups": [self._group(name) for name in self._directory.groups],
            "businessAttributes": [],
            "settings": [],
            "transactions": [],
        }

    def _group(self, name: str) -> Resource:
        members = [_database_id(account.user_name) for account in self._directory.members(name)]
        return {"DBID": _database_id(identifier(f"group {name}")), "name": name, "agentDBIDs": members}

    def _target(self, account: Account) -> Resource:
        return {
            "DBID": _database_id(account.user_name),
            "type": "agent",
            "name": f"{account.first_name} {account.last_name}".strip() or account.user_name,
            "userName": account.user_name,
            "firstName": account.first_name,
            "lastName": account.last_name,
            "employeeId": account.employee_id,
            "number": account.dn,
            "switchName": self._settings.switch,
        }

    def device(self, dn: str, options: dict[str, str]) -> Resource:
        """A DN of a place, with its [TServer] options."""
        return {
            "number": dn,
            "switchName": self._settings.switch,
            "type": "Extension",
            "userProperties": pairs({"TServer": dict(sorted(options.items()))}),
        }


def _action_code(code: ActionCode) -> Resource:
    properties = {"htcc": {"workmode": code.work_mode}} if code.work_mode else {}
    return {"name": code.name, "code": code.code, "type": "NotReady", "userProperties": pairs(properties)}


def _words(account: Account) -> list[str]:
    return [word.lower() for word in (account.user_name, account.first_name, account.last_name, account.dn)]


def _database_id(name: str) -> int:
    return int(user_id(name)[:6], 16)
