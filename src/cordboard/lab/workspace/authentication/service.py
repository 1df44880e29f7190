"""The authentication service, /auth/v3, as far as a v3 client needs it (reference: GWS API 3.6; RFC 6749).

Grants: authorization_code, password (`tenant\\user`), refresh_token, client_credentials. The lab knows no clients: any
client id will do. `authorize` shows a page to sign in at, unless the request has HTTP Basic already.
"""

from __future__ import annotations

import base64
import html
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

from cordboard import observe
from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.messages import done
from cordboard.lab.gws.answer import read_body
from cordboard.lab.gws.directory import CONTACT_CENTER, Directory, user, user_id
from cordboard.lab.gws.settings import Account
from cordboard.lab.workspace.answer import respond, unauthorized, wrong
from cordboard.lab.workspace.authentication.tokens import Granted, Tokens
from cordboard.lab.workspace.settings import WorkspaceSettings

log = observe.get_log("workspace")

Form = dict[str, str]

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>
<form method="post" action="/auth/v3/sign-in"><h1>Sign in</h1><p>{problem}</p>
<p><label>User <input name="username" autofocus></label></p>
<p><label>Password <input name="password" type="password"></label></p>{hidden}<p><button>Sign in</button></p></form>
"""


class OAuthError(Exception):
    """RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


class Authentication:
    """Handlers of /auth/v3."""

    def __init__(self, directory: Directory, tokens: Tokens, settings: WorkspaceSettings) -> None:
        self._directory = directory
        self._tokens = tokens
        self._settings = settings

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        address = _address(request.query.get("redirect_uri", ""))
        if request.query.get("response_type", "code") != "code":
            raise wrong("The parameter 'response_type' is not 'code'")
        if request.query.get("code_challenge_method", "S256") != "S256":
            raise wrong("The parameter 'code_challenge_method' is not 'S256'")
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            account = self._account(*_basic(credentials))
            if account is None:
                raise unauthorized()
            return self._send_code(account, address, dict(request.query))
        return _page(_asked(address, dict(request.query)))

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """The page's form."""
        form = await _form(request)
        address = _address(form.get("redirect_uri", ""))
        account = self._account(form.get("username", ""), form.get("password", ""))
        if account is None:
            return _page(_asked(address, form), "User or password is wrong.")
        return self._send_code(account, address, form)

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = await _form(request)
        try:
            granted = self._grant(form)
        except OAuthError as error:
            log.info("no token", why=error.error)
            return respond({"error": error.error, "error_description": str(error)}, error.status)
        refresh = {"refresh_token": granted.refresh} if granted.refresh else {}
        answer = {"access_token": granted.access, "token_type": "bearer", "expires_in": granted.seconds, "scope": "*"}
        return respond({**answer, **refresh})

    async def user_info(self, request: web.Request) -> Resource:
        account = self._bearer(request)
        known = user(account)
        return {
            "sub": user_id(account.user_name),
            "userName": account.user_name,
            "loginName": f"{self._settings.tenant}\\{account.user_name}",
            "cmeUserName": account.user_name,
            "contactCenterId": CONTACT_CENTER,
            "authorities": list(known.roles),
            "given_name": known.first_name,
            "family_name": known.last_name,
            "email": known.email_address,
            "properties": {"firstName": known.first_name, "lastName": known.last_name},
        }

    async def sign_out(self, request: web.Request) -> Resource | web.StreamResponse:
        self._tokens.forget(self._bearer(request))
        if "redirect_uri" in request.query:
            return web.Response(status=302, headers={"Location": _address(request.query["redirect_uri"])})
        return done()

    async def scheme(self, request: web.Request) -> Resource:
        return done(scheme="basic")

    async def ping(self, request: web.Request) -> Resource:
        return done()

    # --- grants -------------------------------------------------------------------------------------------------------

    def _grant(self, form: Form) -> Granted:
        kind = form.get("grant_type", "")
        if kind == "client_credentials":
            return self._tokens.grant(None)
        if kind == "refresh_token":
            granted = self._tokens.refresh(form.get("refresh_token", ""))
            if granted is None:
                raise OAuthError("invalid_grant", "The refresh token is not known, was used or is too old")
            return granted
        if kind == "password":
            account = self._account(form.get("username", ""), form.get("password", ""))
        elif kind == "authorization_code":
            address, verifier = form.get("redirect_uri", ""), form.get("code_verifier", "")
            account = self._tokens.redeem_code(form.get("code", ""), address, verifier)
        else:
            raise OAuthError("unsupported_grant_type", "The grant type is not known here")
        if account is None:
            raise OAuthError("invalid_grant", "User, password or code is wrong")
        log.info("signed in", user=account.user_name, by=kind)
        return self._tokens.grant(account)

    def _account(self, user_name: str, password: str) -> Account | None:
        """`tenant\\user`, or the user alone."""
        tenant, backslash, name = user_name.rpartition("\\")
        if backslash and tenant != self._settings.tenant:
            return None
        return self._directory.sign_in(name, password)

    def _bearer(self, request: web.Request) -> Account:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        account = self._tokens.account(token.strip()) if scheme.lower() == "bearer" else None
        if account is None:
            raise unauthorized()
        return account

    def _send_code(self, account: Account, address: str, asked: Form) -> web.StreamResponse:
        code = self._tokens.code(account, address, asked.get("code_challenge", ""))
        query = {"code": code, **({"state": asked["state"]} if asked.get("state") else {})}
        separator = "&" if urlsplit(address).query else "?"
        log.info("signed in", user=account.user_name, by="code")
        headers = {"Location": f"{address}{separator}{urlencode(query)}", "Cache-Control": "no-store"}
        return web.Response(status=302, headers=headers)


def _asked(address: str, fields: Form) -> Form:
    """What the page at which one signs in sends along."""
    kept = {name: fields[name] for name in ("state", "code_challenge") if fields.get(name)}
    return {"redirect_uri": address, **kept}


def _page(hidden: Form, problem: str = "") -> web.Response:
    fields = "".join(f'<input type="hidden" name="{name}" value="{html.escape(hidden[name])}">' for name in hidden)
    headers = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}
    text = _PAGE.format(problem=html.escape(problem), hidden=fields)
    return web.Response(text=text, content_type="text/html", headers=headers)


def _address(text: str) -> str:
    """An address to send a browser to. Raises `WorkspaceError`."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or not text.isascii() or not text.isprintable():
        raise wrong("The parameter 'redirect_uri' is not an address")
    return text


async def _form(request: web.Request) -> Form:
    try:
        fields = parse_qs((await read_body(request)).decode(), keep_blank_values=True, max_num_fields=32)
    except ValueError:
        raise wrong("The body is not a form") from None
    return {name: values[-1] for name, values in fields.items()}


def _basic(credentials: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return name, password
