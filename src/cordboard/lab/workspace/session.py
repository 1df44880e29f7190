"""From initialize-workspace to logout: the session, its initialization, and the voice channel (reference: GWS API
3.1).

    POST initialize-workspace            -> WORKSPACE_SESSIONID
    CometD, /workspace/v3/initialization -> progress, then the user and the configuration
    POST activate-channels               -> DnStateChanged; CallRecovered for every call there is
"""

from __future__ import annotations

from aiohttp import web

from cordboard import observe
from cordboard.genesys.status import Resource
from cordboard.genesys.workspace import messages
from cordboard.genesys.workspace.words import LOGIN_WORK_MODES, SESSION_COOKIE, ServiceState, WorkMode
from cordboard.lab.gws.settings import Account
from cordboard.lab.gws.sign_in import Session, Sessions
from cordboard.lab.telephony import AgentLogin, AgentLogout, AgentSetReady, AgentState, DnView
from cordboard.lab.workspace.answer import (
    Order,
    WorkspaceError,
    not_found,
    not_possible,
    read_order,
    respond,
    unauthorized,
    wrong,
)
from cordboard.lab.workspace.authentication.tokens import Tokens
from cordboard.lab.workspace.people import People
from cordboard.lab.workspace.settings import WorkspaceSettings
from cordboard.lab.workspace.voice.events import Events
from cordboard.lab.workspace.voice.seats import Seat
from cordboard.lab.workspace.voice.switchboard import Switchboard

log = observe.get_log("workspace")

VOICE_CHANNEL = "voice"


class Workspace:
    """Handlers of the session."""

    def __init__(
        self,
        switchboard: Switchboard,
        events: Events,
        sessions: Sessions,
        people: People,
        tokens: Tokens,
        settings: WorkspaceSettings,
    ) -> None:
        self._switchboard = switchboard
        self._events = events
        self._sessions = sessions
        self._people = people
        self._tokens = tokens
        self._settings = settings

    # --- the session --------------------------------------------------------------------------------------------------

    async def initialize(self, request: web.Request) -> web.StreamResponse:
        account = self._who(request)
        if account is None:
            raise unauthorized()
        log.info("workspace initialized", user=account.user_name)
        response = respond(messages.accepted())
        session = self._sessions.open(account)
        response.set_cookie(SESSION_COOKIE, session.id, path="/", httponly=True, samesite="Lax")
        return response

    def _who(self, request: web.Request) -> Account | None:
        if "code" in request.query:
            return self._tokens.redeem_code(request.query["code"], request.query.get("redirect_uri", ""))
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        named = self._people.named(token.strip()) if self._settings.user_name_is_token else None
        return named or self._tokens.account(token.strip())

    def initialization(self, account: Account) -> list[Resource]:
        """What a client is told on the initialization channel as soon as it has subscribed."""
        try:
            self._switchboard.dn(account.dn)
        except WorkspaceError as error:
            return [messages.initialization_failed(error.message)]
        complete = messages.initialization_complete(self._people.user(account), self._people.configuration())
        return [messages.initialization_progress(50), complete]

    async def current(self, request: web.Request, session: Session) -> Resource:
        user = self._people.user(session.account)
        seat = self._switchboard.seats.of_user(session.account.user_name)
        if seat is not None:
            user["activeSession"] = self._active(seat)
        return messages.done(user=user, configuration=self._people.configuration())

    def _active(self, seat: Seat) -> Resource:
        service = self._switchboard.service
        is_up = service is ServiceState.AVAILABLE
        return {
            **({"dn": self._switchboard.dn_object(seat, self._switchboard.dn(seat.dn))} if is_up else {}),
            "currentPlace": seat.place,
            "autoCompleteCall": seat.auto_complete,
            "calls": [self._switchboard.call_object(known) for known in self._switchboard.calls(seat)],
            "services": [messages.service(service)],
        }

    async def keep_alive(self, request: web.Request, session: Session) -> Resource:
        return messages.done()

    async def logout(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Log out of everything and end the session, its CometD client included."""
        seat = self._switchboard.seats.of_user(session.account.user_name)
        if seat is not None:
            self._log_out(seat, "")
            self._switchboard.seats.leave(seat.user)
        self._sessions.end(session)
        log.info("workspace left", user=session.account.user_name)
        target = request.query.get("redirect_uri", "") if request.method == "GET" else ""
        response = respond(messages.done())
        if target.startswith(("http://", "https://")) and target.isascii() and target.isprintable():
            response = web.Response(status=302, headers={"Location": target})
        response.del_cookie(SESSION_COOKIE, path="/")
        return response

    # --- the voice channel --------------------------------------------------------------------------------------------

    async def activate(self, request: web.Request, session: Session) -> Resource:
        order = await read_order(request)
        channels = order.data.get("channels")
        if isinstance(channels, list) and channels and VOICE_CHANNEL not in channels:
            return messages.accepted(order.operation)
        mode = order.optional_text("agentWorkMode")
        if mode and mode not in LOGIN_WORK_MODES:
            raise wrong("The parameter 'agentWorkMode' is none of AutoIn and ManualIn")
        account, dn = session.account, self._wanted_dn(order, session.account)
        view = self._free(dn, account)
        seat = self._seat(account, dn, order)
        self.log_in(seat, view, order.operation, mode == WorkMode.AUTO_IN or (not mode and self._settings.auto_ready))
        return messages.accepted(order.operation)

    def _wanted_dn(self, order: Order, account: Account) -> str:
        """`dn` or `placeName`, or the agent's own."""
        place = order.optional_text("placeName")
        dn = order.optional_text("dn") or (self._at(place) if place else account.dn)
        if not dn:
            raise not_found("Place", place)
        return dn

    def _at(self, place: str) -> str:
        return next(iter(self._people.dns_at(place)), "")

    def _free(self, dn: str, account: Account) -> DnView:
        """The DN, at which nobody else is."""
        view = self._switchboard.dn(dn)
        holder = self._switchboard.seats.of_dn(dn)
        if view.agent not in ("", account.user_name) or (holder is not None and holder.user != account.user_name):
            raise not_possible(f"DN '{dn}' is in use")
        return view

    def _seat(self, account: Account, dn: str, order: Order) -> Seat:
        """The agent's seat at this DN: the one they have when a page is loaded again, else a new one."""
        seat = self._switchboard.seats.of_user(account.user_name)
        if seat is not None and seat.dn != dn:
            if self._switchboard.live(seat):
                raise not_possible("The agent has a call at another DN")
            self._log_out(seat, "")
            seat = None
        if seat is None:
            state = self._switchboard.dn(dn).state
            agent_id = order.optional_text("agentId") or account.dn
            place = order.optional_text("placeName") or self._people.place_of(dn)
            seat = Seat(account.user_name, dn, place, agent_id, is_supervisor=account.is_supervisor, state=state)
            self._switchboard.seats.take(seat)
        seat.queue = order.optional_text("queueName") or seat.queue
        seat.auto_complete = order.data.get("autoCompleteCall", seat.auto_complete) is True
        return seat

    def log_in(self, seat: Seat, view: DnView, operation: str, ready: bool) -> None:
        """Log in at SIP Server; an agent who already is keeps the state, and is told of it and of all calls."""
        if view.state is AgentState.LOGGED_OUT:
            reference = self._switchboard.reference(operation)
            self._switchboard.request(AgentLogin(seat.dn, seat.user, reference, seat.queue))
            if ready and view.in_service:
                self._switchboard.request(AgentSetReady(seat.dn, self._switchboard.reference(operation)))
        else:
            self._events.tell_dn(seat, operation)
        self._events.recover(seat)
        log.info("voice channel activated", user=seat.user)

    def _log_out(self, seat: Seat, operation: str) -> None:
        is_up = self._switchboard.service is ServiceState.AVAILABLE
        if is_up and self._switchboard.dn(seat.dn).state is not AgentState.LOGGED_OUT:
            self._switchboard.request(AgentLogout(seat.dn, self._switchboard.reference(operation)))
