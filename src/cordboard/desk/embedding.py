"""The phone in pages of others: which origins may have it, what they load, and what Workspace's widget file says."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from cordboard import __version__
from cordboard.config import Settings

WIDGET = "/webrtc-widget.json"
EMBED = "/embed/"
SHELL = "/shell/"


def host_origins(settings: Settings) -> tuple[str, ...]:
    """Origins whose pages may embed the phone and speak to it, besides the desk's own."""
    return tuple(dict.fromkeys((*settings.desk.frame_ancestors, *settings.desk.embed_origins)))


def is_shared(path: str) -> bool:
    """Whether these origins may read it: the loader, its types and the widget file hold nothing of an agent."""
    return path == WIDGET or path.startswith(EMBED)


def configuration(settings: Settings) -> dict[str, Any]:
    """What the pages of the desk are told: whom the phone listens to, and the Workspace that the shell page shows."""
    return {
        "origins": [settings.desk.url, *host_origins(settings)],
        "workspace": settings.gws.browser_url + settings.desk.workspace_path,
    }


def widget(settings: Settings) -> dict[str, Any]:
    """The widget as `webrtc-widget.json` describes it (the integration guide, option A, step 1)."""
    return {
        "id": "webrtc-softphone",
        "name": "WebRTC Softphone",
        "description": "WebRTC SIP client for Genesys agents",
        "version": __version__,
        "url": f"{settings.desk.url}/",
        "width": 400,
        "height": 600,
        "resizable": True,
        "position": "right-panel",
        "autoLoad": True,
        "dependencies": [],
        "settings": {
            "sipServer": settings.gateway.websocket_url,
            "gwsUrl": settings.gws.browser_url,
            "autoConnect": True,
        },
    }


def add_embedding(application: web.Application, settings: Settings) -> None:
    """Serve the widget file."""
    content = widget(settings)

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(content)

    application.router.add_get(WIDGET, answer)
