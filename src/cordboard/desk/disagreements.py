"""POST /page/disagreement: a page tells that what SIP and what GWS say of a call differ, and again when they agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from cordboard.desk.errors import Refusal
from cordboard.desk.pages import Page, Pages
from cordboard.observe import Metrics, Private, get_log
from cordboard.observe.log import Occasionally
from cordboard.observe.trace import GATEWAY, PAGE, NoTraces, Plane, TraceEntry, Traces

PAGE_HEADER = "X-Cordboard-Page"
# The names of the softphone's table (web/src/model/reconciliation.js); another name is counted under "other".
NAMES = frozenset(
    {
        "ringing-without-invite",
        "invite-without-event",
        "answer-without-talk",
        "held-at-gws-only",
        "held-here-only",
        "gone-here-only",
        "gone-at-gws-only",
        "hang-up-without-end",
        "events-lost",
    }
)
LONGEST = 64
_log = Occasionally(get_log("desk"), seconds=1.0)


class Disagreements:
    """Counts each once, under its name, and logs beginning and end."""

    def __init__(
        self, pages: Pages, metrics: Metrics, clock: Callable[[], float], traces: Traces | None = None
    ) -> None:
        self._pages = pages
        self._metrics = metrics
        self._clock = clock
        self._traces: Traces = traces or NoTraces()

    async def tell(self, request: web.Request) -> web.Response:
        page = self._pages.find(request.headers.get(PAGE_HEADER, ""), self._clock())
        if page is None:
            raise Refusal(403, "unknown-page", "the desk does not know this page; open it anew")
        said = await _object(request)
        name = said.get("name") if said.get("name") in NAMES else "other"
        lasted = said.get("milliseconds")
        if lasted is None or name == "events-lost":
            self._metrics.plane_disagreements.labels(name).inc()
        self._say(page, str(name), said, lasted)
        self._trace(page, str(name), _word(said.get("call")), lasted)
        return web.json_response({})

    def _trace(self, page: Page, name: str, call_uuid: str, lasted: object) -> None:
        """A call of which the planes disagree is a bad one."""
        if not call_uuid or page.agent is None:
            return
        what = f"planes disagree: {name}" if lasted is None else f"planes agree again: {name}"
        self._traces.note_uuid(call_uuid, page.agent.dn, TraceEntry(0.0, Plane.CALL, PAGE, GATEWAY, what))
        self._traces.mark_bad(call_uuid, f"planes disagree: {name}")

    def _say(self, page: Page, name: str, said: Mapping[str, Any], lasted: object) -> None:
        about = {"name": name, "dn": Private(page.agent.dn) if page.agent else "", "uuid": _word(said.get("call"))}
        key = f"{name} {about['uuid']} {lasted is None}"
        if lasted is None:
            _log.warning(key, "planes disagree", **about)
        else:
            seconds = round(lasted / 1000, 1) if isinstance(lasted, int | float) else 0.0
            _log.info(key, "planes agree again", **about, repaired_by=_word(said.get("by")), seconds=seconds)


async def _object(request: web.Request) -> Mapping[str, Any]:
    try:
        said = await request.json()
    except (ValueError, RecursionError):
        said = None
    if request.content_type != "application/json" or not isinstance(said, dict):
        raise Refusal(400, "not-json", "the body must be a JSON object")
    return said


def _word(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= LONGEST and value.isprintable() else ""
