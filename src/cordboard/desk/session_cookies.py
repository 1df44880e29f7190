"""The cookies by which a browser that is signed in at GWS shows it to us."""

from __future__ import annotations

from aiohttp import web

_LARGEST_COOKIE = 1024


def session_cookies(request: web.Request, names: tuple[str, ...]) -> dict[str, str]:
    """Those cookies of the browser that sign in at GWS; without the first of `names`, none."""
    found = {name: value for name, value in request.cookies.items() if name in names and _is_cookie_value(value)}
    return found if names and names[0] in found else {}


def _is_cookie_value(value: str) -> bool:
    return value.isascii() and value.isprintable() and len(value) <= _LARGEST_COOKIE and not set(value) & set(' ",;\\')
