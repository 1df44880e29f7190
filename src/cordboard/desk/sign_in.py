"""Pages come and go, sign in through GWS, and get tokens for the DN of their agent."""

from __future__ import annotations

import base64
import math
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from cordboard.access.authorization_code import Granted
from cordboard.access.token import issue
from cordboard.access.turn import turn_credentials
from cordboard.config import Settings
from cordboard.desk.agent import NoPhone, SignedInAgent, agent_of
from cordboard.desk.errors import Refusal
from cordboard.desk.gws import Gws, GwsRefused, GwsUnreachable
from cordboard.desk.pages import Page, Pages, TooManyPages
from cordboard.desk.proxy import Proxy
from cordboard.desk.session_cookies import session_cookies
from cordboard.desk.session_watch import SessionWatch
from cordboard.desk.single_sign_on import SingleSignOn
from cordboard.genesys.status import StatusCode, failure, success
from cordboard.observe import Metrics, Occasionally, Private, get_log
from cordboard.observe.trace import Traces

PAGE_HEADER = "X-Cordboard-Page"
_log = get_log("desk")
_occasionally = Occasionally(_log)


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
        metrics: Metrics,
        traces: Traces | None = None,
    ) -> None:
        self._settings = settings
        self._pages = pages
        self._gws = gws
        self._watch = watch
        self._secret = secret
        self._clock = clock
        self._proxy = Proxy(settings, gws, watch, metrics, traces)
        self.single_sign_on = SingleSignOn(settings, pages, clock, self._sign_in_by_tokens)

    async def open(self, request: web.Request) -> web.Response:
        """POST /page: a new page, signed in where the browser brings a session of GWS. A page may ask again."""
        page = self._found_or_new(request)
        why = await self._adopt(page, session_cookies(request, self._settings.gws.session_cookies))
        why, page.trouble = why or page.trouble, ""
        agent = page.agent.to_json() if page.agent else None
        return web.json_response({"page": page.identifier, "agent": agent} | ({"why": why} if why else {}))

    async def sign_in(self, request: web.Request) -> web.Response:
        """POST /page/sign-in: Basic at GWS, whose cookies the page has from then on."""
        page = self.page(request)
        agent = await self._sign_in_by_password(page, await _json(request))
        return web.json_response({"agent": agent.to_json()})

    async def guide_sign_in(self, request: web.Request) -> web.Response:
        """POST /gws/api/v2/sign-in: the integration guide's token, which names a page and is nothing at GWS."""
        try:
            body = await _json(request)
            _credentials(body)
            page = self._found_or_new(request)
            await self._sign_in_by_password(page, body)
        except Refusal as error:
            code = StatusCode.NOT_AUTHENTICATED if error.status == 403 else StatusCode.PARAMETER_INVALID
            said = {**failure(code, error.why), "error": error.why, "code": error.code}
            return web.json_response(said, status=error.status)
        return web.json_response(success(token=page.identifier))

    def _found_or_new(self, request: web.Request) -> Page:
        now = self._clock()
        page = self._pages.find(request.headers.get(PAGE_HEADER, ""), now)
        if page is not None:
            return page
        try:
            return self._pages.open(now)
        except TooManyPages:
            raise Refusal(503, "too-many-pages", "too many agents are signed in at this desk") from None

    async def _sign_in_by_password(self, page: Page, body: Mapping[str, Any]) -> SignedInAgent:
        user, password = _credentials(body)
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
        return page.agent

    async def sign_out(self, request: web.Request) -> web.Response:
        """POST /page/sign-out: forget the agent, let go of his phone; the session at GWS is the page's to end."""
        page = self.page(request)
        tokens = page.tokens
        page.sign_out()
        await self.single_sign_on.sign_out(tokens)
        return web.json_response({})

    async def token(self, request: web.Request) -> web.Response:
        """POST /page/token: a token for the agent's DN, after GWS has said that the session still stands."""
        page = self.page(request)
        if page.agent is None:
            raise Refusal(403, "signed-out", "nobody is signed in on this page")
        await self.single_sign_on.freshen(page)
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
        now, dn = self._clock(), page.agent.dn
        answer = {"dn": dn, "expires": math.floor(now + self._settings.desk.token_lifetime)}
        credential = self._credential(page, dn, now, request.headers.get("Origin", ""))
        return web.json_response(answer | credential | self._ice_servers(dn, now))

    def _credential(self, page: Page, dn: str, now: float, origin: str) -> dict[str, str]:
        """What the page registers with: a token, or its DN's password at an Asterisk, which knows no tokens."""
        if self._settings.gateway.kind == "asterisk":
            agent = self._settings.agent(dn)
            return {"password": agent.page_password if agent else ""}
        grant = page.granted(dn, lambda: secrets.token_urlsafe(18))
        lifetime = self._settings.desk.token_lifetime
        return {"token": issue(self._secret, grant.dn, now, lifetime, id=grant.id, origin=origin)}

    async def gws(self, request: web.Request) -> web.StreamResponse:
        """/gws/...: the way to GWS."""
        page = self.page(request, request.headers.get(PAGE_HEADER) or _bearer(request))
        await self.single_sign_on.freshen(page)
        return await self._proxy.pass_on(request, page)

    def page(self, request: web.Request, identifier: str | None = None) -> Page:
        """The page that asks, by its header or as `identifier` says. Raises `Refusal`."""
        named = request.headers.get(PAGE_HEADER, "") if identifier is None else identifier
        page = self._pages.find(named, self._clock())
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

    async def _sign_in_by_tokens(self, page: Page, tokens: Granted) -> None:
        """Raises `GwsRefused`, `GwsUnreachable`, `NoPhone`, `Refusal`."""
        page.sign_out()
        page.tokens = tokens
        try:
            page.agent = await self._agent(page)
        except GwsRefused as error:
            page.sign_out()
            why = "GWS does not take the token of its authentication service" if error.signed_out else str(error)
            raise GwsRefused(why, error.signed_out) from None
        except (GwsUnreachable, NoPhone):
            page.sign_out()
            raise
        _log.info("agent signed in at the authentication service", dn=Private(page.agent.dn))

    def _ice_servers(self, dn: str, now: float) -> dict[str, Any]:
        """`iceServers` of RTCPeerConnection, where there is a TURN server."""
        turn = self._settings.turn
        if not turn.urls:
            return {}
        try:
            secret = turn.secret.encode() or Path(turn.secret_file).read_bytes().strip()
            made = turn_credentials(secret, dn, now, turn.lifetime)
        except (OSError, ValueError) as error:
            _occasionally.warning(
                f"turn {type(error).__name__}", "the secret of the TURN server cannot be used", why=type(error).__name__
            )
            return {}
        plain = [url for url in turn.urls if url.startswith("stun")]
        relays = [url for url in turn.urls if not url.startswith("stun")]
        servers = [{"urls": relays, "username": made.username, "credential": made.password}] if relays else []
        return {"iceServers": [*([{"urls": plain}] if plain else []), *servers]}

    async def _adopt(self, page: Page, cookies: Mapping[str, str]) -> str:
        """Sign the page in with the browser's session of GWS, if that stands; tells why it does not."""
        if page.agent is not None or page.signing_in or not cookies:
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


def _bearer(request: web.Request) -> str:
    """The integration guide's way to say which page asks."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
