"""Who asks: HTTP Basic, the JSESSIONID cookie, or a bearer token from the lab's own sign-in call.

Without credentials, or with wrong ones, GWS answers 403 with status code 20 and no challenge; the first request with
Basic opens an HTTP session, whose cookie is enough from then on. `POST /api/v2/sign-in {"userName", "password"}` is the
lab's: it answers `{"statusCode": 0, "token": ...}` for the integration guide's `Authorization: Bearer`. A token names
an HTTP session and ends with it.
"""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from cordboard import observe
from cordboard.genesys.status import ACCESS_DENIED, Resource, StatusCode, success
from cordboard.lab.gws.answer import GwsError, internal_error, read_object, refused, respond, text_of
from cordboard.lab.gws.directory import Directory
from cordboard.lab.gws.protection import CSRF_REFUSED, Csrf
from cordboard.lab.gws.settings import Account, Protection

log = observe.get_log("gws")

COOKIE = "JSESSIONID"
MAXIMUM_SESSIONS = 10_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, eq=False)
class Session:
    """One HTTP session; `id` is a secret."""

    id: str
    account: Account
    last_used: float
    csrf: str = field(default_factory=lambda: str(uuid.uuid4()), repr=False)


AgentHandler = Callable[[web.Request, Session], Awaitable[Resource | web.StreamResponse]]
GuestHandler = Callable[[web.Request], Awaitable[Resource]]


class Sessions:
    """HTTP sessions by id; `on_end` is told of each that ends, `on_last_lost` of users whose last one timed out."""

    def __init__(self, idle: float, clock: Callable[[], float], on_end: Callable[[str], None]) -> None:
        self._idle = idle
        self._clock = clock
        self._on_end = on_end
        self.on_last_lost: Callable[[Account], None] = lambda account: None
        self._sessions: dict[str, Session] = {}  # the longest unused first

    def open(self, account: Account) -> Session:
        self._sweep()
        session = Session(secrets.token_hex(20).upper(), account, self._clock())
        self._sessions[session.id] = session
        return session

    def find(self, identifier: str) -> Session | None:
        self._sweep()
        session = self._sessions.pop(identifier, None)
        if session is not None:
            session.last_used = self._clock()
            self._sessions[identifier] = session
        return session

    def end(self, session: Session) -> None:
        if self._sessions.pop(session.id, None) is not None:
            self._on_end(session.id)

    def forget(self) -> None:
        """All sessions have timed out, as far as their users can tell; CometD is not told."""
        self._sessions.clear()

    def _sweep(self) -> None:
        old = self._clock() - self._idle
        while self._sessions:
            longest_unused = next(iter(self._sessions.values()))
            if longest_unused.last_used >= old and len(self._sessions) < MAXIMUM_SESSIONS:
                return
            self.end(longest_unused)
            if all(session.account is not longest_unused.account for session in self._sessions.values()):
                self.on_last_lost(longest_unused.account)


class Gate:
    """Wraps handlers: `agent` lets only signed-in users in, `guest` everybody; both make GWS's envelope."""

    def __init__(self, directory: Directory, sessions: Sessions, protection: Protection) -> None:
        self._directory = directory
        self._sessions = sessions
        self._csrf = Csrf(protection)

    def agent(self, handler: AgentHandler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                session, is_new = self.session_of(request)
            except GwsError as error:
                return refused(request, error)
            response = await self._answer(request, session, is_new, handler)
            if is_new and not response.prepared:
                response.set_cookie(COOKIE, session.id, path="/", httponly=True, samesite="Lax")
            self._csrf.tell(request, response, session.csrf)
            return response

        return handle

    async def _answer(
        self, request: web.Request, session: Session, is_new: bool, handler: AgentHandler
    ) -> web.StreamResponse:
        try:
            if self._is_forged(request, session, is_new):
                return web.Response(status=403, text=CSRF_REFUSED)
            answer = await handler(request, session)
        except GwsError as error:
            return refused(request, error, user=session.account.user_name)
        except ConnectionError:
            raise
        except Exception as error:
            return internal_error(request, error)
        return answer if isinstance(answer, web.StreamResponse) else respond(answer)

    def guest(self, handler: GuestHandler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return respond(await handler(request))
            except GwsError as error:
                return refused(request, error)
            except ConnectionError:
                raise
            except Exception as error:
                return internal_error(request, error)

        return handle

    async def sign_in(self, request: web.Request) -> Resource:
        """POST /api/v2/sign-in"""
        body = await read_object(request)
        account = self._directory.sign_in(text_of(body, "userName"), text_of(body, "password"))
        if account is None:
            raise _denied()
        log.info("signed in", user=account.user_name, by="token")
        return success(token=self._sessions.open(account).id)

    def is_alive(self, session: Session) -> bool:
        """Whether the session is still there; asking is using it."""
        return self._sessions.find(session.id) is session

    def _is_forged(self, request: web.Request, session: Session, is_new: bool) -> bool:
        """Whether a page of somebody else may have sent this; a bearer token it could not have sent."""
        by_bearer = request.headers.get("Authorization", "").lower().startswith("bearer ")
        return not by_bearer and self._csrf.refuses(request, "" if is_new else session.csrf)

    def session_of(self, request: web.Request) -> tuple[Session, bool]:
        """The session of a request and whether it is new; raises `GwsError` 20. Credentials go before the cookie."""
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        cookie = self._sessions.find(request.cookies.get(COOKIE, ""))
        if not scheme:
            found = cookie
        elif scheme.lower() == "bearer" and (account := self._directory.of_token(credentials.strip())) is not None:
            if cookie is None or cookie.account is not account:
                log.info("signed in", user=account.user_name, by="access token")
                return self._sessions.open(account), True
            found = cookie
        elif scheme.lower() == "bearer":
            found = self._sessions.find(credentials.strip())
        elif scheme.lower() == "basic" and (account := self._basic(credentials)) is not None:
            if cookie is None or cookie.account is not account:
                log.info("signed in", user=account.user_name, by="basic")
                return self._sessions.open(account), True
            found = cookie
        else:
            found = None
        if found is None:
            raise _denied()
        return found, False

    def _basic(self, credentials: str) -> Account | None:
        try:
            user_name, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
        except ValueError:
            return None
        return self._directory.sign_in(user_name, password) if colon else None


def _denied() -> GwsError:
    return GwsError(StatusCode.NOT_AUTHENTICATED, ACCESS_DENIED)
