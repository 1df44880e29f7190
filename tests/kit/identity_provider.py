"""Signing in by SAML as a browser sees it: GWS's page sends it to an identity provider of another origin, whose form
brings it back with an assertion, for which GWS gives it a session. Nothing is signed; the desk has no part in it.

async with identity_provider() as provider, stage(routes=saml_routes(provider), gws__login_url="{gws}" + LOGIN) as s:
"""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from cordboard.net.http import serve_http
from kit.gws import HOST, basic

LOGIN = "/sso/login?authType=saml"
ASSERTION = "/saml/acs"
_REQUEST = "who-is-this"
_FORM = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Identity provider</title>
<h1>Identity provider</h1><form method="post" action="{back}">
<label>User <input name="SAMLResponse" autofocus></label> <button>Continue</button></form></html>"""


@asynccontextmanager
async def identity_provider() -> AsyncIterator[str]:
    """A running one; its address."""

    async def ask(request: web.Request) -> web.Response:
        assert request.query["SAMLRequest"] == _REQUEST
        text = _FORM.format(back=html.escape(request.query["back"]))
        return web.Response(text=text, content_type="text/html")

    application = web.Application()
    application.router.add_get("/", ask)
    server = await serve_http(application, HOST, 0)
    try:
        yield f"http://{HOST}:{server.address[1]}/"
    finally:
        await server.close()


def saml_routes(provider: str) -> list[web.RouteDef]:
    """GWS's side of it."""

    async def login(request: web.Request) -> web.Response:
        query = urlencode({"SAMLRequest": _REQUEST, "back": f"http://{request.host}{ASSERTION}"})
        raise web.HTTPFound(f"{provider}?{query}")

    async def assertion(request: web.Request) -> web.Response:
        name = str((await request.post())["SAMLResponse"])
        headers = {"Authorization": basic(name, name)}
        me = f"http://{request.host}/api/v2/me"
        async with aiohttp.ClientSession() as http, http.get(me, headers=headers) as session:
            assert session.status == 200
            cookie = session.headers["Set-Cookie"]
        return web.Response(text="Workspace", headers={"Set-Cookie": cookie})

    return [web.get(LOGIN.partition("?")[0], login), web.post(ASSERTION, assertion)]
