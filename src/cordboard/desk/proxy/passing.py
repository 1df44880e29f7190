"""A page's request goes to GWS, with the page's own cookies, and the answer back."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from contextlib import nullcontext
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from cordboard.config import Settings
from cordboard.desk.gws import Gws
from cordboard.desk.pages import Page
from cordboard.desk.proxy import answers, reach, short_forms
from cordboard.desk.proxy.bounds import counted, only_poll
from cordboard.desk.proxy.overhearing import Overheard, overhearing
from cordboard.desk.session_watch import SessionWatch, SignsOfEnd, ends_session
from cordboard.genesys.guide import Exchange
from cordboard.observe import Metrics
from cordboard.observe.trace import Traces


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a page asks: `path` at GWS without, `target` with the query; `guide` where it speaks the guide's CometD."""

    request: web.Request
    page: Page
    path: str
    target: str
    body: bytes | None
    patience: float
    guide: Exchange | None = None


class Proxy:
    """One GWS for all pages."""

    def __init__(
        self, settings: Settings, gws: Gws, watch: SessionWatch, metrics: Metrics, traces: Traces | None = None
    ) -> None:
        self._gws = gws
        self._watch = watch
        self._metrics = metrics
        self._overhear = overhearing(traces) if traces is not None else None
        self._answer_seconds = settings.gws.answer_milliseconds / 1000
        self._poll_seconds = settings.gws.poll_milliseconds / 1000
        self._most = settings.gws.requests_per_page
        self._largest = settings.gws.largest_answer * 1000

    async def pass_on(self, request: web.Request, page: Page) -> web.StreamResponse:
        """Ask GWS what the page asks and stream its answer. Raises `Refusal`, `GwsUnreachable`."""
        path = reach.path_of(request)
        if operation := short_forms.operation_of(request.method, path):
            with counted(page, self._most):
                return await self._timed(
                    "calls",
                    short_forms.operate(operation, page, self._gws, self._watch, self._answer_seconds, self._overhear),
                )
        asked = await self._read(request, page, path)
        if reach.is_poll(asked.path, asked.body):
            async with only_poll(page):
                return await self._counted("poll", self._ask(asked))
        with counted(page, self._most):
            return await self._timed(reach.class_of(asked.path), self._ask(asked))

    async def _read(self, request: web.Request, page: Page, path: str) -> _Asked:
        body = await request.read() if request.can_read_body else None
        guide = None
        if translated := reach.guide_path(path):
            path = translated
            messages = _messages(body)
            if messages is not None:
                guide = page.guide.exchange(messages)
                body = json.dumps(guide.sent).encode()
        query = request.rel_url.raw_query_string
        patience = self._poll_seconds if reach.is_poll(path, body) else self._answer_seconds
        return _Asked(request, page, path, f"{path}?{query}" if query else path, body, patience, guide)

    async def _timed(self, route: str, work: Awaitable[web.StreamResponse]) -> web.StreamResponse:
        with self._metrics.gws_seconds.labels(route).time():
            return await self._counted(route, work)

    async def _counted(self, route: str, work: Awaitable[web.StreamResponse]) -> web.StreamResponse:
        outcome = "none"
        try:
            response = await work
            outcome = f"{response.status // 100}xx"
            return response
        finally:
            self._metrics.gws_requests.labels(route, outcome).inc()

    async def _ask(self, asked: _Asked) -> web.StreamResponse:
        heard = self._overhear(asked.page, asked.request.method, asked.path, asked.body) if self._overhear else None
        with heard or nullcontext():
            return await self._exchange(asked, heard)

    async def _exchange(self, asked: _Asked, heard: Overheard | None) -> web.StreamResponse:
        page, method, jar = asked.page, asked.request.method, asked.page.jar
        headers = reach.sent_headers(asked.request)
        async with self._gws.exchange(
            page, method, asked.target, headers=headers, body=asked.body, patience=asked.patience
        ) as answer:
            if heard is not None:
                heard.status = answer.status
            answers.refuse_redirection(answer, self._gws)
            if (refused := await answers.refused(page, jar, self._gws, answer, self._watch)) is not None:
                return refused
            if answer.status == 200 and page.jar is jar and ends_session(method, asked.target, asked.body):
                self._watch.page_ended(page)
            signs = SignsOfEnd() if reach.is_notifications(asked.path) else None
            response = await self._answer(asked, answer, signs, heard)
            if signs is not None and signs.seen:
                self._watch.doubt(page)
            return response

    async def _answer(
        self, asked: _Asked, answer: aiohttp.ClientResponse, *readers: SignsOfEnd | Overheard | None
    ) -> web.StreamResponse:
        listening = tuple(reader for reader in readers if reader is not None)
        if asked.guide is None:
            return await answers.stream(asked.request, answer, listening, self._largest)
        body = await answers.whole(answer, self._gws, self._largest)
        for reader in listening:
            reader.read(body)
        messages = _messages(body)
        if messages is None:
            return web.Response(body=body, status=answer.status, headers=reach.kept_headers(answer.headers))
        return web.json_response(asked.guide.answered(messages), status=answer.status)


def _messages(body: bytes | None) -> list[object] | None:
    """The messages in a body of CometD; None where it is none."""
    try:
        content = json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
    if isinstance(content, dict):
        return [content]
    return content if isinstance(content, list) else None
