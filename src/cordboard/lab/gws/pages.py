"""The lab's pages: the agent desktop and the lab page, as files of a directory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from cordboard.lab.gws.settings import GwsSettings

HOME = "/ui/ad/v1/index.html"


def add_pages(application: web.Application, settings: GwsSettings) -> None:
    async def home(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(HOME)

    async def with_slash(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.path + "/")

    application.router.add_get("/", home)
    for path, what, directory in (
        ("/ui/ad/v1", "the agent desktop", settings.desktop_pages),
        ("/lab", "the lab page", settings.lab_pages),
    ):
        application.router.add_get(path, with_slash)
        application.router.add_get(path + "/{path:.*}", _pages(what, directory))


def _pages(what: str, directory: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Files of a directory; the empty path is index.html."""

    async def handle(request: web.Request) -> web.StreamResponse:
        file = _file(directory, request.match_info["path"] or "index.html")
        if file is not None:
            return web.FileResponse(file, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})
        if _file(directory, "index.html") is None:
            return web.Response(status=404, text=f"{what} is not built: `make lab` builds it\n")
        return web.Response(status=404, text="there is no such page\n")

    return handle


def _file(directory: Path, path: str) -> Path | None:
    """The file at this path inside the directory, None for what is not there or not inside."""
    try:
        root = directory.resolve()
        file = (root / path).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except (ValueError, OSError):  # a NUL in the name, a name that is too long
        return None
