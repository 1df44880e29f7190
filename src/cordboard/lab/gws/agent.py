"""`/me`: the signed-in agent, the contact-centre session, and the agent's state (reference: GWS API 1.7, 1.10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from cordboard import observe
from cordboard.genesys.channels import DEVICES, VOICE
from cordboard.genesys.operations import AgentOperation, SessionOperation
from cordboard.genesys.resources import agent_state_resource, user_resource
from cordboard.genesys.states import AGENT_STATES, AgentState
from cordboard.genesys.status import Resource, StatusCode, not_registered, partly_done, success
from cordboard.lab.gws import catalogue
from cordboard.lab.gws.answer import GwsError, not_found, read_operation, subresources, unknown_operation
from cordboard.lab.gws.directory import user
from cordboard.lab.gws.settings import Account, GwsSettings
from cordboard.lab.gws.sign_in import COOKIE, Session
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import AgentLogin, AgentLogout, AgentSetNotReady, AgentSetReady, DnView
from cordboard.lab.telephony import AgentState as TelephonyState

log = observe.get_log("gws")

NO_INTERACTION_SERVER = "Interaction server connection is not opened"


class Agents:
    """Handlers of `/me`; `end_session` invalidates an HTTP session."""

    def __init__(self, switch: Switch, settings: GwsSettings, end_session: Callable[[Session], None]) -> None:
        self._switch = switch
        self._settings = settings
        self._end_session = end_session
        self._working: set[str] = set()  # user names with a contact-centre session
        self._states = {entry.operation_name: entry for entry in (*AGENT_STATES, *settings.not_ready_reasons)}

    # --- GET ----------------------------------------------------------------------------------------------------------

    async def me(self, request: web.Request, session: Session) -> Resource:
        resource = user_resource(user(session.account), self._switch.root)
        wanted = subresources(request)
        parts = self._parts(session.account)
        for name in parts if "*" in wanted else [name for name in parts if name in wanted]:
            resource[name] = parts[name]()
        return success(user=resource)

    def _parts(self, account: Account) -> dict[str, Callable[[], Any]]:
        return {
            "features": lambda: catalogue.features(self._switch.root),
            "devices": lambda: [self._switch.device(self._switch.dn(account.dn))],
            "channels": lambda: [self._switch.channel(self._switch.dn(account.dn))],
            "calls": lambda: [self._switch.call(call) for call in self._switch.calls(account.dn)],
            "settings": catalogue.workspace_settings,
            "interactions": list,
            "chats": list,
        }

    async def channels(self, request: web.Request, session: Session) -> Resource:
        return success(channels=[self._switch.channel(self._switch.dn(session.account.dn))])

    async def channel(self, request: web.Request, session: Session) -> Resource:
        _voice_only(request)
        return success(channel=self._switch.channel(self._switch.dn(session.account.dn)))

    async def agent_states(self, request: web.Request, session: Session) -> Resource:
        return success(settings=[agent_state_resource(entry) for entry in self._states.values()])

    # --- POST ---------------------------------------------------------------------------------------------------------

    async def operate(self, request: web.Request, session: Session) -> Resource | web.StreamResponse:
        operation, body = await read_operation(request)
        if operation == SessionOperation.START_CONTACT_CENTER_SESSION:
            return self._start(session.account, body)
        if operation == SessionOperation.END_CONTACT_CENTER_SESSION:
            return self._end(session)
        return self._change_state(session.account, operation)

    async def operate_channel(self, request: web.Request, session: Session) -> Resource:
        _voice_only(request)
        operation, _ = await read_operation(request)
        return self._change_state(session.account, operation)

    def _start(self, account: Account, body: Resource) -> Resource:
        channels = body["channels"]
        if not isinstance(channels, list) or not channels or not all(isinstance(one, str) for one in channels):
            raise GwsError(StatusCode.PARAMETER_INVALID, "The parameter 'channels' is not a list of channels")
        if VOICE not in channels:
            raise GwsError(StatusCode.INTERNAL_ERROR, NO_INTERACTION_SERVER)
        self._log_in(account)
        log.info("contact-centre session started", user=account.user_name)
        if set(channels) == {VOICE}:
            return success()
        return partly_done({"multimedia": (StatusCode.INTERNAL_ERROR, NO_INTERACTION_SERVER)}, [VOICE])

    def _log_in(self, account: Account) -> None:
        """Log in at SIP Server; an agent who already is keeps the state, as when a page is loaded again."""
        view = self._switch.dn(account.dn)
        if view.agent and view.agent != account.user_name:
            raise GwsError(StatusCode.IN_USE, f"Device '{account.dn}' is in use")
        self._working.add(account.user_name)
        if view.state is not TelephonyState.LOGGED_OUT:
            return
        self._switch.request(AgentLogin(account.dn, account.user_name, self._switch.reference(DEVICES)))
        if self._settings.auto_ready and view.in_service:
            self._switch.request(AgentSetReady(account.dn, self._switch.reference(DEVICES)))

    def _end(self, session: Session) -> web.StreamResponse:
        """Log out and invalidate the HTTP session, CometD clients included."""
        account = session.account
        self._working.discard(account.user_name)
        if self._switch.dn(account.dn).state is not TelephonyState.LOGGED_OUT:
            self._switch.request(AgentLogout(account.dn, self._switch.reference(DEVICES)))
        log.info("contact-centre session ended", user=account.user_name)
        self._end_session(session)
        response = web.json_response(success())
        response.del_cookie(COOKIE, path="/")
        return response

    def _change_state(self, account: Account, operation: str) -> Resource:
        entry = self._states.get(operation)
        if entry is None:
            raise unknown_operation(operation)
        view = self._switch.dn(account.dn)
        if account.user_name not in self._working and view.agent != account.user_name:
            raise GwsError(StatusCode.PARAMETER_INVALID, "The contact center session is not started")
        if not view.in_service:
            raise GwsError(StatusCode.INTERNAL_ERROR, not_registered(account.dn))
        self._request_state(account, entry, view)
        return success()

    def _request_state(self, account: Account, entry: AgentState, view: DnView) -> None:
        if entry.operation_name == AgentOperation.OFFLINE:
            self._switch.request(AgentLogout(account.dn, self._switch.reference(DEVICES)))
            return
        if view.state is TelephonyState.LOGGED_OUT:
            self._switch.request(AgentLogin(account.dn, account.user_name, self._switch.reference(DEVICES)))
        reference = self._switch.reference(DEVICES)
        if entry.operation_name == AgentOperation.READY:
            self._switch.request(AgentSetReady(account.dn, reference))
        else:
            state = entry.user_state
            self._switch.request(AgentSetNotReady(account.dn, str(state.work_mode), state.reason, reference))


def _voice_only(request: web.Request) -> None:
    if request.match_info["channel"] != VOICE:
        raise not_found("Channel", request.match_info["channel"])
