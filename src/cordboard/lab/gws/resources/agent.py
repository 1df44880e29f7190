"""`/me` and its channels: the signed-in agent and the agent's state (reference: GWS API 1.7, 1.8, 1.10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from cordboard.genesys.channels import DEVICES, VOICE
from cordboard.genesys.operations import AgentOperation, DeviceOperation, SessionOperation
from cordboard.genesys.resources import agent_state_resource, user_resource
from cordboard.genesys.states import AgentState
from cordboard.genesys.status import Resource, StatusCode, not_registered, success
from cordboard.lab.gws.answer import GwsError, not_found, read_operation, subresources, unknown_operation
from cordboard.lab.gws.directory import user
from cordboard.lab.gws.resources import workspace
from cordboard.lab.gws.resources.installation import features
from cordboard.lab.gws.resources.session import ContactCenterSessions
from cordboard.lab.gws.seating import Seating
from cordboard.lab.gws.settings import Account, GwsSettings
from cordboard.lab.gws.sign_in import Session
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import (
    AgentLogin,
    AgentLogout,
    AgentSetNotReady,
    AgentSetReady,
    DnView,
    Error,
    SetDoNotDisturb,
    TelephonyEvent,
)
from cordboard.lab.telephony import AgentState as TelephonyState


class Agents:
    """Handlers of `/me`, `/me/channels` and the list of agent states; `tell` tells an event that is GWS's own."""

    def __init__(
        self,
        switch: Switch,
        seating: Seating,
        sessions: ContactCenterSessions,
        settings: GwsSettings,
        tell: Callable[[TelephonyEvent], None],
    ) -> None:
        self._switch = switch
        self._seating = seating
        self._sessions = sessions
        self._settings = settings
        self._tell = tell
        self._states = {entry.operation_name: entry for entry in settings.agent_states}

    # --- GET ----------------------------------------------------------------------------------------------------------

    async def me(self, request: web.Request, session: Session) -> Resource:
        return success(user=self.user(session.account, subresources(request)))

    def user(self, account: Account, wanted: set[str]) -> Resource:
        """The user resource with the subresources that are wanted, `*` for all."""
        resource = user_resource(user(account), self._switch.root)
        parts = self._parts(account) | (self._channels(account) if self._settings.tells_voice_channel else {})
        for name in parts if "*" in wanted else [name for name in parts if name in wanted]:
            resource[name] = parts[name]()
        return resource

    def _parts(self, account: Account) -> dict[str, Callable[[], Any]]:
        dn = self._seating.dn(account)
        return {
            "features": lambda: features(self._switch.root),
            "devices": lambda: [self._switch.device(self._switch.seen(dn))],
            "calls": lambda: [self._switch.call(call) for call in self._switch.calls(dn)],
            "settings": lambda: workspace.sections(self._settings, account),
            "skills": lambda: [{"name": name, "level": level} for name, level in account.skills.items()],
        }

    def _channels(self, account: Account) -> dict[str, Callable[[], Any]]:
        """Without an Interaction Server a user has neither `channels` nor `interactions` nor `chats`."""
        return {name: lambda: [self._channel(account)] for name in ("channels", "channelStates")}

    def _channel(self, account: Account) -> Resource:
        return self._switch.channel(self._switch.seen(self._seating.dn(account)))

    async def channels(self, request: web.Request, session: Session) -> Resource:
        return success(channels=[self._channel(session.account)])

    async def channel(self, request: web.Request, session: Session) -> Resource:
        voice_only(request)
        return success(channel=self._channel(session.account))

    async def agent_states(self, request: web.Request, session: Session) -> Resource:
        return success(settings=[agent_state_resource(entry) for entry in self._states.values()])

    # --- POST ---------------------------------------------------------------------------------------------------------

    async def operate(self, request: web.Request, session: Session) -> Resource | web.StreamResponse:
        operation, body = await read_operation(request)
        if operation == SessionOperation.START_CONTACT_CENTER_SESSION:
            return self._sessions.start(session.account, body)
        if operation == SessionOperation.END_CONTACT_CENTER_SESSION:
            return self._sessions.end(session)
        return self.change(session.account, operation)

    async def operate_channel(self, request: web.Request, session: Session) -> Resource:
        voice_only(request)
        operation, _ = await read_operation(request)
        return self.change(session.account, operation)

    def change(self, account: Account, operation: str) -> Resource:
        """Ask SIP Server for a state, or for do-not-disturb."""
        disturbing = operation in (DeviceOperation.DO_NOT_DISTURB_ON, DeviceOperation.DO_NOT_DISTURB_OFF)
        entry = self._states.get(operation)
        if entry is None and not disturbing:
            raise unknown_operation(operation)
        dn = self._seating.dn(account)
        view = self._switch.dn(dn)
        if not view.in_service:
            self._tell(Error(dn, self._switch.reference(DEVICES), 0, ""))
            raise GwsError(StatusCode.INTERNAL_ERROR, not_registered(dn))
        if not self._seating.works(account) and view.agent != account.user_name:
            raise GwsError(StatusCode.PARAMETER_INVALID, "The contact center session is not started")
        if entry is None:
            on = operation == DeviceOperation.DO_NOT_DISTURB_ON
            self._switch.request(SetDoNotDisturb(dn, on, self._switch.reference(DEVICES)))
        else:
            self._request_state(account, entry, view)
        return success()

    def _request_state(self, account: Account, entry: AgentState, view: DnView) -> None:
        if entry.operation_name == AgentOperation.OFFLINE:
            self._switch.request(AgentLogout(view.dn, self._switch.reference(DEVICES)))
            return
        if view.state is TelephonyState.LOGGED_OUT:
            self._switch.request(AgentLogin(view.dn, account.user_name, self._switch.reference(DEVICES)))
        reference = self._switch.reference(DEVICES)
        if entry.operation_name == AgentOperation.READY:
            self._switch.request(AgentSetReady(view.dn, reference))
        else:
            state = entry.user_state
            self._switch.request(AgentSetNotReady(view.dn, str(state.work_mode), state.reason, reference))


def voice_only(request: web.Request) -> None:
    if request.match_info["channel"] != VOICE:
        raise not_found("Channel", request.match_info["channel"])
