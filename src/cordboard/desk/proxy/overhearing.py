"""What passes between a page and GWS about a call goes into the call's trace; what says nothing of a call does not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from cordboard.desk.pages import Page
from cordboard.desk.proxy import reach
from cordboard.observe.trace import GWS, PAGE, Plane, TraceEntry, Traces

LARGEST = 64_000  # octets of an answer
_CALL_UUID = re.compile(rb'"callUuid"\s*:\s*"([0-9A-Za-z-]{1,64})"')
_CALL = re.compile(r"/api/v2/me/calls/([0-9A-Za-z-]{1,64})")
_CALLS, _NOTIFICATIONS = "calls", "notifications"


class Overheard:
    """One exchange with GWS, as a context manager: at its end it notes what was asked and answered.

    `read` is given the answer piece by piece, `status` is its status, 0 while there is none.
    """

    def __init__(self, traces: Traces, dn: str, method: str, path: str, body: bytes | None) -> None:
        self._traces = traces
        self._dn = dn
        self._method = method
        self._path = path
        self._asked = body or b""
        self._asked_at = time.time()
        self._answer = b""
        self.status = 0

    def read(self, chunk: bytes) -> None:
        """The next piece of the answer."""
        if len(self._answer) < LARGEST:
            self._answer += chunk

    def __enter__(self) -> Overheard:
        return self

    def __exit__(self, *_failure: object) -> None:
        if reach.is_notifications(self._path):
            self._note(self._calls(), TraceEntry(0.0, Plane.COMETD, GWS, PAGE, "", _text(self._answer)))
        elif self._method != "GET":
            named = _CALL.match(self._path)
            calls = {named[1]} if named else self._calls()
            what, answered = f"{self._method} {self._path}", str(self.status or "no answer")
            self._note(calls, TraceEntry(self._asked_at, Plane.REST, PAGE, GWS, what, _text(self._asked)))
            self._note(calls, TraceEntry(0.0, Plane.REST, GWS, PAGE, f"{answered} to {what}", _text(self._answer)))

    def _calls(self) -> set[str]:
        return {found.decode() for found in _CALL_UUID.findall(self._answer)}

    def _note(self, calls: set[str], entry: TraceEntry) -> None:
        for call in calls:
            self._traces.note_uuid(call, self._dn, entry)


Overhear = Callable[[Page, str, str, bytes | None], Overheard | None]


def overhearing(traces: Traces) -> Overhear:
    """Gives each exchange of a page that has an agent, where it can be about a call, somebody who listens."""

    def overhear(page: Page, method: str, path: str, body: bytes | None) -> Overheard | None:
        if page.agent is None or reach.class_of(path) not in (_CALLS, _NOTIFICATIONS):
            return None
        return Overheard(traces, page.agent.dn, method, path, body)

    return overhear


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
