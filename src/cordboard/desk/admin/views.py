"""What the admin page shows and does, as JSON below /admin/api; each change leaves a line in the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from cordboard import __version__
from cordboard.desk.admin.bodies import answer, text_of, truth_of, words_of
from cordboard.desk.admin.protection import API, SESSION
from cordboard.desk.errors import Refusal
from cordboard.observe import Private, get_log
from cordboard.seat.admin_port import Administration, Check, Unavailable

_log = get_log("admin")
_CALL = re.compile(r"[\x21-\x7e]{1,256}")  # a name of ours, a UUID, or a Call-ID
LONGEST_WHY = 200
MOST_RECORDS = 1000


class Views:
    """The handlers; `administration` is what they show."""

    def __init__(self, administration: Administration, clock: Callable[[], float]) -> None:
        self._administration = administration
        self._clock = clock

    def add_to(self, application: web.Application) -> None:
        for path, handler in (
            ("overview", self.overview),
            ("agents", self.agents),
            ("calls", self.calls),
            ("traces", self.traces),
            ("traces/{call}", self.trace),
            ("traces/{call}/bundle", self.bundle),
            ("findings", self.findings),
            ("findings/{id}", self.explain),
            ("records", self.records),
            ("settings", self.settings),
        ):
            application.router.add_get(f"{API}/{path}", handler)
        for path, handler in (
            ("traces/{call}/bad", self.mark_bad),
            ("findings", self.examine),
            ("drain", self.drain),
        ):
            application.router.add_post(f"{API}/{path}", handler)

    # --- what is

    async def overview(self, request: web.Request) -> web.Response:
        seen = await self._administration.overview()
        checks = [_check(each) for each in seen.checks]
        told: dict[str, Any] = {**asdict(seen), "checks": checks, "version": __version__, "now": round(self._clock())}
        return answer(request, {**told, "ready": all(each.ok for each in seen.checks)})

    async def agents(self, request: web.Request) -> web.Response:
        return answer(request, {"agents": [asdict(each) for each in self._administration.agents()]})

    async def calls(self, request: web.Request) -> web.Response:
        rows = [_rounded(asdict(each)) for each in self._administration.calls()]
        return answer(request, {"calls": rows, "now": round(self._clock())})

    async def settings(self, request: web.Request) -> web.Response:
        settings = list(self._administration.settings())
        return answer(request, {"version": __version__, "settings": settings})

    async def records(self, request: web.Request) -> web.Response:
        limit = request.query.get("limit", "200")
        if not (limit.isascii() and limit.isdecimal() and len(limit) < 6 and 0 < int(limit) <= MOST_RECORDS):
            raise Refusal(400, "wrong-limit", f"limit must be a number from 1 to {MOST_RECORDS}")
        only_bad = request.query.get("bad") == "1"
        try:
            found = await self._administration.records(only_bad=only_bad, limit=int(limit))
        except Unavailable as error:
            return answer(request, {"records": [], "unavailable": str(error)})
        return answer(request, {"records": list(found)})

    # --- traces

    async def traces(self, request: web.Request) -> web.Response:
        try:
            return answer(request, {"traces": list(self._administration.traces())})
        except Unavailable as error:
            return answer(request, {"traces": [], "unavailable": str(error)})

    async def trace(self, request: web.Request) -> web.Response:
        found = self._administration.trace(_call(request))
        if found is None:
            raise Refusal(404, "no-trace", "this call is no longer in the ring of traces")
        return answer(request, found)

    async def mark_bad(self, request: web.Request) -> web.Response:
        call, words = _call(request), await words_of(request)
        why = text_of(words, "why", LONGEST_WHY).strip() or "marked on the admin page"
        if not self._administration.mark_bad(call, why):
            raise Refusal(404, "no-trace", "this call is no longer in the ring of traces")
        self._audit(request, "marked a call bad", call=call)
        return web.json_response({})

    async def bundle(self, request: web.Request) -> web.Response:
        call = _call(request)
        made = await self._administration.bundle(call)
        if made is None:
            raise Refusal(404, "no-trace", "this call is no longer in the ring of traces")
        self._audit(request, "took a trace's bundle", call=call)
        headers = {"Content-Disposition": f'attachment; filename="cordboard-{re.sub(r"[^A-Za-z0-9-]", "_", call)}.zip"'}
        return web.Response(body=made, content_type="application/zip", headers=headers)

    # --- the doctor

    async def findings(self, request: web.Request) -> web.Response:
        last = self._administration.examination()
        running = last.began > 0 and not last.ended
        return answer(request, {**asdict(last), "findings": list(last.findings), "running": running})

    async def explain(self, request: web.Request) -> web.Response:
        text = self._administration.explain(request.match_info["id"])
        if not text:
            raise Refusal(404, "no-finding", "the doctor knows no such check")
        return answer(request, {"text": text})

    async def examine(self, request: web.Request) -> web.Response:
        self._administration.examine()
        self._audit(request, "asked the doctor")
        return web.json_response({}, status=202)

    # --- drain

    async def drain(self, request: web.Request) -> web.Response:
        """`{"on": true, "confirm": "drain"}`: the word is what somebody typed, so that no slip empties a gateway."""
        words = await words_of(request)
        on = truth_of(words, "on")
        if on and words.get("confirm") != "drain":
            raise Refusal(400, "not-confirmed", 'confirm must be "drain"')
        try:
            await self._administration.drain(on)
        except Unavailable as error:
            raise Refusal(409, "stopping", str(error)) from None
        self._audit(request, "began to drain" if on else "ended the draining")
        return web.json_response({"draining": on})

    def _audit(self, request: web.Request, did: str, **about: str) -> None:
        session = request[SESSION]
        _log.warning(f"administrator {did}", user=Private(session.user), by=session.by, **about)


def _call(request: web.Request) -> str:
    call = request.match_info["call"]
    if not _CALL.fullmatch(call):
        raise Refusal(400, "wrong-call", "this is no name of a call")
    return call


def _check(check: Check) -> dict[str, Any]:
    return {"name": check.name, "ok": check.ok, "why": check.why}


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Figures as far as anybody reads them, so that what did not change stays the same text."""
    for side in ("from_page", "from_trunk"):
        row[side] = {key: round(value, 4) if isinstance(value, float) else value for key, value in row[side].items()}
    return row
