"""The contact-centre session: StartContactCenterSession and EndContactCenterSession (reference: GWS API 1.10)."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from cordboard import observe
from cordboard.genesys.channels import DEVICES, VOICE
from cordboard.genesys.status import Resource, StatusCode, not_registered, partly_done, success
from cordboard.lab.gws.answer import GwsError, clip, text_of
from cordboard.lab.gws.seating import Seating
from cordboard.lab.gws.settings import Account, GwsSettings
from cordboard.lab.gws.sign_in import COOKIE, Session
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import AgentLogin, AgentLogout, AgentSetReady, AgentState

log = observe.get_log("gws")

NO_INTERACTION_SERVER = "Interaction server connection is not opened"
MULTIMEDIA = "multimedia"  # what GWS calls every channel but voice when it fails


class ContactCenterSessions:
    """Starts and ends them; `end_http_session` invalidates an HTTP session."""

    def __init__(
        self, switch: Switch, seating: Seating, settings: GwsSettings, end_http_session: Callable[[Session], None]
    ) -> None:
        self._switch = switch
        self._seating = seating
        self._settings = settings
        self._end_http_session = end_http_session

    def start(self, account: Account, body: Resource) -> Resource:
        """0, 7 when other channels than voice were asked for too, or the one error when nothing could be started."""
        channels = body["channels"]
        if not isinstance(channels, list) or not channels or not all(isinstance(one, str) for one in channels):
            raise GwsError(StatusCode.PARAMETER_INVALID, "The parameter 'channels' is not a list of channels")
        if VOICE not in channels:
            raise GwsError(StatusCode.INTERNAL_ERROR, NO_INTERACTION_SERVER)
        self._start_voice(account, body)
        log.info("contact-centre session started", user=account.user_name)
        if set(channels) == {VOICE}:
            return success()
        return partly_done({MULTIMEDIA: (StatusCode.INTERNAL_ERROR, NO_INTERACTION_SERVER)}, [VOICE])

    def _start_voice(self, account: Account, body: Resource) -> None:
        """Log in at SIP Server; an agent who already is keeps the state, as when a page is loaded again."""
        self._check_login_code(account, body)
        queue = self._queue(body)
        dn = self._seating.wanted(account, body)
        view = self._switch.dn(dn)
        if view.agent and view.agent != account.user_name:
            raise GwsError(StatusCode.IN_USE, f"Device '{dn}' is in use")
        if not view.in_service and not self._settings.starts_without_phone:
            raise GwsError(StatusCode.INTERNAL_ERROR, not_registered(dn))
        self._seating.sit(account, dn)
        if view.state is not AgentState.LOGGED_OUT:
            return
        reference = self._switch.reference(DEVICES)
        self._switch.request(AgentLogin(dn, account.user_name, reference, queue))
        if self._settings.auto_ready and view.in_service:
            self._switch.request(AgentSetReady(dn, self._switch.reference(DEVICES)))

    def _check_login_code(self, account: Account, body: Resource) -> None:
        if "loginCode" in body and text_of(body, "loginCode") not in account.login_codes:
            code = clip(body["loginCode"])
            raise GwsError(StatusCode.PARAMETER_INVALID, f"The login code '{code}' is not assigned to the user")

    def _queue(self, body: Resource) -> str:
        if "queue" not in body:
            return ""
        queue = text_of(body, "queue")
        if queue not in {one.number for one in self._settings.queues}:
            raise GwsError(StatusCode.NOT_FOUND, f"Queue '{clip(queue)}' is not found")
        return queue

    def end(self, session: Session) -> web.StreamResponse:
        """Log out, restore the default device, and invalidate the HTTP session, CometD clients included."""
        account = session.account
        self.log_out(account)
        log.info("contact-centre session ended", user=account.user_name)
        self._end_http_session(session)
        response = web.json_response(success())
        response.del_cookie(COOKIE, path="/")
        return response

    def log_out(self, account: Account) -> None:
        dn = self._seating.dn(account)
        view = self._switch.seen(dn)
        if view.state is not AgentState.LOGGED_OUT and view.agent in ("", account.user_name):
            self._switch.request(AgentLogout(dn, self._switch.reference(DEVICES)))
        self._switch.supervision.cancel(dn)
        self._seating.leave(account)
