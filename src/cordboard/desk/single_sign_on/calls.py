"""The handlers of signing in at GWS's authentication service.

The page asks for an address and opens it in a window of its own; the service sends that window back here with a code,
which the desk exchanges. The page then finds itself signed in. Tokens stay with the desk.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from cordboard.access.authorization_code import AuthorizationError, Granted, reason
from cordboard.config import Settings
from cordboard.desk.agent import NoPhone
from cordboard.desk.errors import Refusal
from cordboard.desk.gws import GwsRefused, GwsUnreachable
from cordboard.desk.pages import Page, Pages
from cordboard.desk.single_sign_on.attempts import LASTS, Attempts, Begun
from cordboard.desk.single_sign_on.service import AuthenticationService
from cordboard.observe import get_log

RETURN_PATH = "/page/signed-in"
DONE_PATH = "/page/signed-in/done"
FRESH_ENOUGH = 120.0  # seconds that an access token must still be good for
_LONGEST_CODE = 4096
_DONE = "You are signed in. This window can be closed."
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Cordboard: {title}</title>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""
_log = get_log("desk")

SignIn = Callable[[Page, Granted], Awaitable[None]]


class SingleSignOn:
    """`sign_in` signs a page in with tokens, or raises what GWS says against it."""

    def __init__(self, settings: Settings, pages: Pages, clock: Callable[[], float], sign_in: SignIn) -> None:
        self._offered = bool(settings.oauth.client_id)
        self._secure = settings.desk.url.startswith("https:")
        self._pages = pages
        self._clock = clock
        self._sign_in = sign_in
        self._service = AuthenticationService(settings.oauth, clock)
        self._attempts = Attempts(settings.desk.url + RETURN_PATH, lambda: secrets.token_urlsafe(32))

    def add_to(self, application: web.Application, page_of: Callable[[web.Request], Page]) -> None:
        """Add the routes; `page_of` finds the page that asks, or raises `Refusal`."""

        async def begin(request: web.Request) -> web.Response:
            return self._begin(page_of(request))

        application.router.add_post("/page/sign-in/begin", begin)
        application.router.add_get(RETURN_PATH, self._come_back)
        application.router.add_get(DONE_PATH, self._done)

    async def freshen(self, page: Page) -> None:
        """Renew the tokens of a page in time. What the service says against it shows when GWS is asked."""
        async with page.renewing:
            tokens = page.tokens
            if tokens is None or not tokens.refresh or tokens.expires - self._clock() > FRESH_ENOUGH:
                return
            try:
                fresh = await self._service.refresh(tokens)
            except (AuthorizationError, GwsUnreachable) as error:
                _log.warning("the tokens of a page are not renewed", why=str(error))
                return
            if page.tokens is tokens:
                page.tokens = fresh

    async def sign_out(self, tokens: Granted | None) -> None:
        """Tell the service that these are done with."""
        if tokens is not None:
            await self._service.sign_out(tokens)

    def _begin(self, page: Page) -> web.Response:
        """POST /page/sign-in/begin: where the agent signs in, and a cookie by which this browser is known again."""
        if not self._offered:
            raise Refusal(404, "no-single-sign-on", "agents sign in by user name and password; [oauth] client_id says")
        begun = self._attempts.begin(page.identifier, self._clock())
        page.trouble = ""
        response = web.json_response({"url": self._service.address(begun.attempt)})
        response.set_cookie(
            begun.cookie,
            begun.browser,
            path=RETURN_PATH,
            max_age=int(LASTS),
            httponly=True,
            secure=self._secure,
            samesite="Lax",
        )
        return response

    async def _come_back(self, request: web.Request) -> web.Response:
        """GET /page/signed-in: the window comes back from the service."""
        begun = self._attempts.take(request.query.get("state", ""), request.cookies.get, self._clock())
        if begun is None:
            return _say(403, "Not signed in", "This sign-in was not begun in this browser, or is too old. Begin again.")
        page = self._pages.find(begun.page, self._clock())
        if page is None:
            return _say(403, "Not signed in", "The softphone that began this sign-in is gone. Open it again.")
        try:
            await self._finish(page, begun, request)
        except (AuthorizationError, GwsRefused, GwsUnreachable, NoPhone, Refusal) as error:
            page.trouble = str(error)
            _log.info("single sign-on failed", why=type(error).__name__)
            response = _say(403, "Not signed in", f"{page.trouble}.")
        else:
            response = web.Response(status=303, headers={"Location": DONE_PATH})  # the code leaves the window's history
        response.del_cookie(begun.cookie, path=RETURN_PATH)
        return response

    async def _finish(self, page: Page, begun: Begun, request: web.Request) -> None:
        if "error" in request.query:
            raise AuthorizationError(reason(request.query["error"]) or "GWS did not sign you in")
        codes = request.query.getall("code", [])
        if len(codes) != 1 or not codes[0] or len(codes[0]) > _LONGEST_CODE:
            raise AuthorizationError("GWS sent no code")
        page.signing_in = True
        try:
            tokens = await self._service.exchange(begun.attempt, codes[0])
            try:
                await self._sign_in(page, tokens)
            except BaseException:
                await self._service.sign_out(tokens)
                raise
        finally:
            page.signing_in = False

    async def _done(self, _request: web.Request) -> web.Response:
        return _say(200, "Signed in", _DONE)


def _say(status: int, title: str, text: str) -> web.Response:
    content = _PAGE.format(title=title, text=html.escape(text))
    return web.Response(status=status, text=content, content_type="text/html")
