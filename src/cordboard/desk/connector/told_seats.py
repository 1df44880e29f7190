"""The seats of a desk beside Asterisk: what pages tell of their registration, for nobody else does.

POST /page/phone {"registered": true}: said with each registration, and when it ends. Words to a page have no way there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from cordboard.desk.errors import Refusal
from cordboard.desk.pages import Page, Pages
from cordboard.seat.desk_port import Listener, NoSeats, SeatView

PAGE_HEADER = "X-Cordboard-Page"
BELIEVED_SECONDS = 330.0  # a page registers again within 300


@dataclass(frozen=True, slots=True)
class _Told:
    page: Page
    number: int
    until: float


class ToldSeats(NoSeats):
    """`clock` gives seconds of the Unix epoch."""

    def __init__(self, pages: Callable[[], Pages], clock: Callable[[], float]) -> None:
        self._pages = pages
        self._clock = clock
        self._told: dict[str, _Told] = {}
        self._listeners: list[Listener] = []
        self._registrations = 0

    def view(self, dn: str) -> SeatView:
        told = self._told.get(dn)
        there = told is not None and told.until > self._clock() and _dn(told.page) == dn
        if told is None or not there:
            return SeatView()
        return SeatView(True, True, True, "ready", str(told.number))

    def on_change(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def tell(self, request: web.Request) -> web.Response:
        """The handler of POST /page/phone."""
        page = self._pages().find(request.headers.get(PAGE_HEADER, ""), self._clock())
        dn = _dn(page) if page else ""
        if page is None or not dn:
            raise Refusal(403, "signed-out", "nobody is signed in on this page")
        self._note(dn, page, await _registered(request))
        return web.json_response({})

    def _note(self, dn: str, page: Page, registered: bool) -> None:
        before = self.view(dn)
        told = self._told.get(dn)
        if registered:
            same = told is not None and told.page is page and before.registered
            self._registrations += 0 if same else 1
            number = told.number if told is not None and same else self._registrations
            self._told[dn] = _Told(page, number, self._clock() + BELIEVED_SECONDS)
        elif told is not None and told.page is page:
            del self._told[dn]
        if self.view(dn) != before:
            for listener in self._listeners:
                listener(dn)


def _dn(page: Page) -> str:
    return page.agent.dn if page.agent else ""


async def _registered(request: web.Request) -> bool:
    try:
        said = await request.json()
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, Mapping) or not isinstance(said.get("registered"), bool):
        raise Refusal(400, "wrong-body", "registered is missing")
    return bool(said["registered"])
