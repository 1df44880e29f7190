"""Signing in to the admin page and out of it. Each attempt leaves a line in the log."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from cordboard import __version__
from cordboard.config import Settings
from cordboard.desk.admin.accounts import Accounts
from cordboard.desk.admin.attempts import Attempts
from cordboard.desk.admin.bodies import text_of, words_of
from cordboard.desk.admin.protection import API, SESSION, SIGN_IN, WHO, cookie_name, is_secure
from cordboard.desk.admin.sessions import Session, Sessions
from cordboard.desk.errors import Refusal, refusal
from cordboard.desk.gws import GwsUnreachable
from cordboard.observe import Private, get_log

_log = get_log("admin")
LONGEST = 256


class SignIn:
    """The handlers of /admin/api/session, sign-in and sign-out."""

    def __init__(self, settings: Settings, accounts: Accounts, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock
        self._attempts = Attempts()

    def add_to(self, application: web.Application) -> None:
        application.router.add_get(WHO, self.session)
        application.router.add_post(SIGN_IN, self.sign_in)
        application.router.add_post(f"{API}/sign-out", self.sign_out)

    async def session(self, request: web.Request) -> web.Response:
        """Who is signed in, and the token for changes; an empty object for a stranger."""
        session = request.get(SESSION)
        return web.json_response(self._told(session) if session is not None else {})

    async def sign_in(self, request: web.Request) -> web.Response:
        words = await words_of(request)
        user, password = _credentials(words)
        address, now = request.remote or "", self._clock()
        if wait := self._attempts.wait(user, address, now):
            seconds = str(math.ceil(wait))
            _log.warning("sign-in refused: too many attempts", user=Private(user), address=Private(address))
            answer = refusal(429, "too-many-attempts", f"too many attempts; try again in {seconds} s")
            answer.headers["Retry-After"] = seconds
            return answer
        session = self._sessions.begin(user, await self._known(user, password, address), now)
        _log.info("administrator signed in", user=Private(user), by=session.by)
        response = web.json_response(self._told(session))
        response.set_cookie(
            cookie_name(self._settings),
            session.secret,
            path="/admin",
            httponly=True,
            samesite="Strict",
            secure=is_secure(self._settings),
        )
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        session = request[SESSION]
        self._sessions.end(session.secret)
        _log.info("administrator signed out", user=Private(session.user))
        response = web.json_response({})
        response.del_cookie(cookie_name(self._settings), path="/admin", secure=is_secure(self._settings))
        return response

    async def _known(self, user: str, password: str, address: str) -> str:
        """How the user is known; a failure counts."""
        self._attempts.under_way += 1
        try:
            known = await self._accounts.check(user, password)
        except GwsUnreachable as error:
            raise Refusal(error.status, "gws-unreachable", f"{error}; the local account can still sign in") from None
        except Refusal:
            self._attempts.failed(user, address, self._clock())
            _log.warning("sign-in refused", user=Private(user), address=Private(address))
            raise
        finally:
            self._attempts.under_way -= 1
        self._attempts.succeeded(user)
        return known

    def _told(self, session: Session) -> Mapping[str, Any]:
        return {
            "user": session.user,
            "by": session.by,
            "csrf": session.csrf,
            "version": __version__,
            "idleSeconds": self._settings.admin.idle_minutes * 60,
        }


def _credentials(words: Mapping[str, Any]) -> tuple[str, str]:
    user, password = text_of(words, "user", LONGEST), text_of(words, "password", LONGEST)
    if not user or ":" in user or not user.isprintable() or not password:
        raise Refusal(400, "wrong-body", "user and password are missing")
    return user, password
