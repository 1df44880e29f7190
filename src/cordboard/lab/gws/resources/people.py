"""Who else is there: contacts (the team communicator), users, agent groups.

A contact is a User or a Queue, as in GWS (HTCC API, Get contacts), and besides an AgentGroup, which is the lab's own.
Supervisors also see their agents' devices, calls and channels and may set their state; the paths of that are the lab's.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from aiohttp import web

from cordboard.genesys.channels import VOICE
from cordboard.genesys.resources import user_resource
from cordboard.genesys.status import Resource, StatusCode, success
from cordboard.lab.gws.answer import (
    GwsError,
    collection,
    not_found,
    page_of,
    query_words,
    read_operation,
    subresources,
)
from cordboard.lab.gws.directory import Directory, identifier, user, user_id
from cordboard.lab.gws.resources.agent import Agents, voice_only
from cordboard.lab.gws.seating import Seating
from cordboard.lab.gws.settings import Account, Queue
from cordboard.lab.gws.sign_in import Session
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import SWITCH, AgentState, DnView

USER, QUEUE, AGENT_GROUP = "User", "Queue", "AgentGroup"
BUSINESS_UNIT = "BusinessUnit"  # what GWS calls an agent group as a group
NAMES_OR_PHONE_NUMBER = "NamesOrPhoneNumberMatches"
SEEN_BY_SUPERVISORS = frozenset({"devices", "calls", "channels"})


class People:
    """Handlers of contacts, users and agent groups."""

    def __init__(
        self, switch: Switch, seating: Seating, directory: Directory, agents: Agents, queues: tuple[Queue, ...]
    ) -> None:
        self._switch = switch
        self._seating = seating
        self._directory = directory
        self._agents = agents
        self._queues = queues

    # --- contacts -----------------------------------------------------------------------------------------------------

    async def contacts(self, request: web.Request, session: Session) -> Resource:
        """`name`, `phoneNumber`, `channel`, `type` match exactly, `filterName` with `filterParameters` by wildcards."""
        found = [contact for contact in self._contacts() if _wanted(request, contact)]
        page = [self._with_presence(contact) for contact in page_of(request, found)]
        return {**collection(request, "contacts", page), "totalCount": len(found)}

    async def contact(self, request: web.Request, session: Session) -> Resource:
        wanted = request.match_info["contact"]
        for contact in self._contacts():
            if contact["id"] == wanted and request.query.get("type", contact["type"]) == contact["type"]:
                return success(contact=self._with_presence(contact))
        raise not_found("Contact", wanted)

    def _contacts(self) -> list[Resource]:
        users = [self._user_contact(account) for account in self._directory.accounts]
        queues = [self._contact(identifier(f"queue {q.number}"), q.name, QUEUE, q.number) for q in self._queues]
        groups = [self._contact(identifier(f"group {name}"), name, AGENT_GROUP, "") for name in self._directory.groups]
        return users + queues + groups

    def _user_contact(self, account: Account) -> Resource:
        dn = self._seating.dn(account)
        contact = self._contact(user_id(account.user_name), account.user_name, USER, dn)
        return contact | {
            "userName": account.user_name,
            "firstName": account.first_name,
            "lastName": account.last_name,
            "employeeId": account.employee_id,
            "emailAddress": f"{account.user_name}@lab.example",
            "businessUnits": [],
            "roles": list(user(account).roles),
            "groups": list(account.groups),
        }

    def _with_presence(self, contact: Resource) -> Resource:
        """For those who are told to somebody only: it means to look at their calls."""
        if contact["type"] != USER:
            return contact
        view = self._switch.seen(contact["phoneNumbers"][0]["phoneNumber"])
        return contact if view.state is AgentState.LOGGED_OUT else {**contact, "availability": self._presence(view)}

    def _contact(self, identifier: str, name: str, kind: str, number: str) -> Resource:
        path = f"/contacts/{identifier}"
        numbers = {"phoneNumbers": [{"phoneNumber": number, "description": "", "switchName": SWITCH}]}
        address = {"uri": self._switch.root + path, "path": path}
        return {"id": identifier, "name": name, "type": kind, **(numbers if number else {}), **address}

    def _presence(self, view: DnView) -> Resource:
        """Whether the agent can be called, and does."""
        state = self._switch.channel(view)
        busy = bool(self._switch.calls(view.dn))
        available = view.in_service and view.state is AgentState.READY and not view.do_not_disturb and not busy
        activity = "OnCall" if busy else "Idle"
        return {"channels": [{**state, "available": available, "phoneNumber": view.dn, "userActivity": activity}]}

    # --- users --------------------------------------------------------------------------------------------------------

    async def users(self, request: web.Request, session: Session) -> Resource:
        accounts = [one for one in self._directory.accounts if _names(request, one.user_name)]
        resources = [self._user(session, account, subresources(request)) for account in accounts]
        return {**collection(request, "users", page_of(request, resources)), "totalCount": len(resources)}

    async def user(self, request: web.Request, session: Session) -> Resource:
        return success(user=self._user(session, self._account(request), subresources(request)))

    async def operate_channel(self, request: web.Request, session: Session) -> Resource:
        """A supervisor sets an agent's state."""
        voice_only(request)
        account = self._account(request)
        if session.account not in self._directory.supervisors_of(account):
            raise GwsError(StatusCode.NO_PERMISSION, "The feature 'api-supervisor-agent-control' is required")
        operation, _ = await read_operation(request)
        return self._agents.change(account, operation)

    def _account(self, request: web.Request) -> Account:
        account = self._directory.of_user(request.match_info["user"])
        if account is None:
            raise not_found("User", request.match_info["user"])
        return account

    def _user(self, session: Session, account: Account, wanted: set[str]) -> Resource:
        """Others' subresources are for their supervisors; for everybody else they are not there."""
        if session.account is account:
            return self._agents.user(account, wanted)
        if session.account not in self._directory.supervisors_of(account):
            return user_resource(user(account), self._switch.root)
        return self._agents.user(account, set(SEEN_BY_SUPERVISORS) if "*" in wanted else wanted & SEEN_BY_SUPERVISORS)

    # --- groups -------------------------------------------------------------------------------------------------------

    def agent_groups(self, names: tuple[str, ...]) -> list[Resource]:
        return [self._group(name) for name in names]

    def _group(self, name: str) -> Resource:
        path = f"/groups/{identifier(f'group {name}')}"
        return {
            "id": identifier(f"group {name}"),
            "name": name,
            "type": BUSINESS_UNIT,
            "contains": ["users", "skills", "queues", "places"],
            "uri": self._switch.root + path,
            "path": path,
        }

    def members(self, group: str) -> list[Resource]:
        return [user_resource(user(one), self._switch.root) for one in self._directory.members(group)]


def _wanted(request: web.Request, contact: Resource) -> bool:
    numbers = [one["phoneNumber"] for one in contact.get("phoneNumbers", [])]
    channels = [VOICE] if numbers else []
    tests: dict[str, Callable[[list[str]], bool]] = {
        "type": lambda words: contact["type"] in words,
        "name": lambda words: contact["name"] in words,
        "phoneNumber": lambda words: bool(numbers) and ("*" in words or not set(words).isdisjoint(numbers)),
        "channel": lambda words: not set(words).isdisjoint(channels),
    }
    exact = all(test(query_words(request, name)) for name, test in tests.items() if name in request.query)
    return exact and _matches(request, contact, numbers)


def _matches(request: web.Request, contact: Resource, numbers: list[str]) -> bool:
    """Each of `filterParameters` is found in one of the names or numbers; `*` is any text, case does not count."""
    if "filterName" not in request.query:
        return True
    if request.query["filterName"] != NAMES_OR_PHONE_NUMBER:
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The only 'filterName' is {NAMES_OR_PHONE_NUMBER}")
    fields = [contact["name"], *numbers, *(contact.get(name, "") for name in ("firstName", "lastName", "userName"))]
    patterns = [_wildcards(word) for word in query_words(request, "filterParameters")]
    return all(any(pattern.fullmatch(text) for text in fields) for pattern in patterns)


def _wildcards(word: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\*+", word)), re.IGNORECASE | re.DOTALL)


def _names(request: web.Request, user_name: str) -> bool:
    return "userName" not in request.query or user_name in query_words(request, "userName")
