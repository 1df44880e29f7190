"""The files of the pages, or a page that says how to build them."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

PAGES = Path(__file__).parent.parent / "pages"
_NOT_BUILT = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Cordboard: not built</title>
<h1>The softphone is not built</h1>
<p>This Cordboard runs from a source tree whose web part was never built. In that tree run <code>make web</code>, then
load this page again.</p>
</html>
"""


def add_pages(application: web.Application, directory: Path, *, plain: bool = False) -> None:
    """Serve `directory`/softphone at /, the loader below /embed/, the shell page at /shell/, and where `plain` says so
    the plain JsSIP page beside them; call it last."""
    root = (directory / "softphone").resolve()
    roots = [root, (directory / "plain").resolve()] if plain else [root]
    folders = {name: (directory / name).resolve() for name in ("embed", "shell")}

    async def file(request: web.Request) -> web.StreamResponse:
        if not (root / "index.html").is_file():
            return web.Response(status=503, text=_NOT_BUILT, content_type="text/html")
        folder, slash, rest = request.match_info["path"].partition("/")
        places, name = ([folders[folder]], rest) if slash and folder in folders else (roots, request.match_info["path"])
        path = next((found for each in places if (found := _inside(each, name or "index.html"))), None)
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    application.router.add_get("/shell", _to_shell)
    application.router.add_get("/{path:.*}", file)


def add_page(application: web.Application, directory: Path, prefix: str) -> None:
    """Serve one built page and its files below `prefix`, which ends with a slash."""
    root = directory.resolve()

    async def file(request: web.Request) -> web.StreamResponse:
        if not (root / "index.html").is_file():
            return web.Response(status=503, text=_NOT_BUILT, content_type="text/html")
        path = _inside(root, request.match_info["path"] or "index.html")
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    application.router.add_get(prefix + "{path:.*}", file)


def _inside(root: Path, path: str) -> Path | None:
    """The file that `path` names below `root`; None for directories, hidden files and everything outside."""
    if "\0" in path or any(part.startswith(".") for part in path.split("/")):
        return None
    try:
        file = (root / path).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except OSError:
        return None


async def _to_shell(_request: web.Request) -> web.Response:
    raise web.HTTPPermanentRedirect("/shell/")
