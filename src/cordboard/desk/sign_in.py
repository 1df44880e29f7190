"""Pages come and go, sign in through GWS, and get tokens for the DN of their agent."""

from __future__ import annotations

import base64
import math
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from cordboard.access.token import issue
from cordboard.config import Settings
from cordboard.desk.agent import NoPhone, SignedInAgent, agent_of
from cordboard.desk.errors import Refusal
from cordboard.desk.gws import Gws, GwsRefused, GwsUnreachable
from cordboard.desk.pages import Page, Pages, TooManyPages
from cordboard.desk.proxy import pass_on
from cordboard.desk.session_cookies import session_cookies
from cordboard.desk.session_watch import SessionWatch
from cordboard.observe import Private, get_log

PAGE_HEADER = "X-Cordboard-Page"
_log = get_log("desk")


class PageCalls:
    """The handlers below /page and /gws. `secret` signs tokens, `clock` gives seconds of the Unix epoch."""

    def __init__(
        self,
        settings: Settings,
        pages: Pages,
        gws: Gws,
        watch: SessionWatch,
        secret: bytes,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._pages = pages
        self._gws = gws
        self._watch = watch
        self._secret = secret
        self._clock = clock

    async def open(self, request: web.Request) -> web.Response:
        """POST /page: a new page, signed in where the browser brings a session of GWS. A page may ask again."""
        now = self._clock()
        page = self._pages.find(request.headers.get(PAGE_HEADER, ""), now)
        if page is None:
            try:
                page = self._pages.open(now)
            except TooManyPages:
                raise Refusal(503, "too-many-pages", "too many agents are signed in at this desk") from None
        why = await self._adopt(page, session_cookies(request, self._settings.gws.session_cookies))
        agent = page.agent.to_json() if page.agent else None
        return web.json_response({"page": page.identifier, "agent": agent} | ({"why": why} if why else {}))

    async def sign_in(self, request: web.Request) -> web.Response:
        """POST /page/sign-in: Basic at GWS, whose cookies the page has from then on."""
        page = self._page(request)
        user, password = _credentials(await _json(request))
        page.sign_out()
        try:
            page.agent = await self._agent(page, _basic(user, password))
        except GwsRefused as error:
            page.sign_out()
            why = "GWS does not accept this user name and password" if error.signed_out else f"GWS refuses: {error}"
            raise Refusal(403, "wrong-password" if error.signed_out else "refused", why) from None
        except NoPhone as error:
            page.sign_out()
            raise Refusal(403, "no-phone", str(error)) from None
        _log.info("agent signed in", dn=Private(page.agent.dn))
        return web.json_response({"agent": page.agent.to_json()})

    async def sign_out(self, request: web.Request) -> web.Response:
        """POST /page/sign-out: forget the agent, let go of his phone; the session at GWS is the page's to end."""
        self._page(request).sign_out()
        return web.json_response({})

    async def token(self, request: web.Request) -> web.Response:
        """POST /page/token: a token for the agent's DN, after GWS has said that the session still stands."""
        page = self._page(request)
        if page.agent is None:
            raise Refusal(403, "signed-out", "nobody is signed in on this page")
        try:
            page.agent = await self._agent(page)
        except GwsRefused as error:
            if not error.signed_out:
                raise Refusal(502, "refused", f"GWS refuses: {error}") from None
            self._watch.page_ended(page)
            raise Refusal(403, "session-ended", "the session at GWS has ended; sign in again") from None
        except NoPhone as error:
            page.withdraw()
            raise Refusal(403, "no-phone", str(error)) from None
        now, lifetime = self._clock(), self._settings.desk.token_lifetime
        grant = page.granted(page.agent.dn, lambda: secrets.token_urlsafe(18))
        origin = request.headers.get("Origin", "")
        token = issue(self._secret, grant.dn, now, lifetime, id=grant.id, origin=origin)
        return web.json_response({"dn": page.agent.dn, "token": token, "expires": math.floor(now + lifetime)})

    async def gws(self, request: web.Request) -> web.StreamResponse:
        """/gws/...: the way to GWS."""
        return await pass_on(request, self._page(request), self._gws, self._watch)

    def _page(self, request: web.Request) -> Page:
        page = self._pages.find(request.headers.get(PAGE_HEADER, ""), self._clock())
        if page is None:
            raise Refusal(403, "unknown-page", "the desk does not know this page; open it anew")
        return page

    async def _agent(self, page: Page, authorization: str = "") -> SignedInAgent:
        """Whom GWS names; what it says of a session that the page has left meanwhile counts no more."""
        jar = page.jar
        try:
            user = await self._gws.me(page, authorization)
        finally:
            if page.jar is not jar:
                raise Refusal(403, "signed-out", "the page was signed out meanwhile")
        return agent_of(user, lambda dn: self._settings.agent(dn) is not None)

    async def _adopt(self, page: Page, cookies: Mapping[str, str]) -> str:
        """Sign the page in with the browser's session of GWS, if that stands; tells why it does not."""
        if page.agent is not None or not cookies:
            return ""
        page.sign_out()
        page.take_cookies(cookies, self._gws.url)
        try:
            page.agent = await self._agent(page)
        except (GwsRefused, NoPhone, GwsUnreachable) as error:
            page.sign_out()
            return "" if isinstance(error, GwsRefused) and error.signed_out else str(error)
        _log.info("agent signed in by the session of the desktop", dn=Private(page.agent.dn))
        return ""


async def _json(request: web.Request) -> Mapping[str, Any]:
    if request.content_type != "application/json":
        raise Refusal(415, "not-json", "the body must be application/json")
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        raise Refusal(400, "not-json", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "not-json", "the body is not a JSON object")
    return body


def _credentials(body: Mapping[str, Any]) -> tuple[str, str]:
    user, password = body.get("userName"), body.get("password")
    if not (isinstance(user, str) and isinstance(password, str) and user):
        raise Refusal(400, "wrong-body", "userName and password are missing")
    if ":" in user or not user.isprintable() or len(user) + len(password) > 1000:
        raise Refusal(400, "wrong-body", "this user name cannot be used")
    return user, password


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
