"""Whether pages can take calls: each is pinged through its own code, and once more when a call is about to ring there.

The ping is a MESSAGE `{"do":"ping","id":"..."}`, the answer a header of the response to it, `X-Cordboard-Microphone:
ready`. A page of an earlier version, still open, answers by a MESSAGE of its own, `{"did":"ping","id":"...",
"microphone":"ready"}`; each tells `{"is":"microphone","state":"lost"}` by itself, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cordboard.config.settings import GatewaySettings
from cordboard.seat import proof
from cordboard.seat.proof import Microphone, Proof, ProofInput, ProofSettings
from cordboard.seat.seat import Page, PageUnusable, PageUsable
from cordboard.sip.events import Flow

FRESH = 1.0  # seconds that a sign of life is as good as a ping

Ready = Callable[[bool], None]


class Pages(Protocol):
    """The pages' side, as far as pings go."""

    def ping(self, page: Page, dn: str, id: str) -> None: ...


@dataclass(slots=True)
class Watched:
    """A page with its proof, and who waits for a sign of life."""

    dn: str
    page: Page
    proof: Proof
    timer: asyncio.TimerHandle | None = None
    waiting: dict[int, Ready] = field(default_factory=dict)


class Reachability:
    """`on_change` gets what the seat of a DN is to know."""

    def __init__(
        self, settings: GatewaySettings, pages: Pages, on_change: Callable[[str, PageUsable | PageUnusable], None]
    ) -> None:
        self._settings = ProofSettings(ping_seconds=float(settings.ping_seconds))
        self._before_call = settings.ping_before_call / 1000
        self._pages = pages
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._watched: dict[Flow, Watched] = {}
        self._pings = 0
        self._calls = 0

    def arrived(self, dn: str, page: Page) -> None:
        """A page registered on a new connection."""
        self.left(page.flow)
        self._watched[page.flow] = Watched(dn, page, Proof(self._settings, heard_at=self._loop.time()))
        self._feed(page.flow, proof.Arrived())

    def left(self, flow: Flow) -> None:
        """The connection of a page is gone: nobody waits for it any more."""
        if watched := self._watched.pop(flow, None):
            if watched.timer is not None:
                watched.timer.cancel()
            self._release(watched, False)

    def said(self, flow: Flow, words: dict[str, object]) -> None:
        """Take a MESSAGE of a page; words that are not ours mean nothing."""
        if words.get("did") == "ping":
            told = words.get("microphone")
        elif words.get("is") == "microphone":
            told = words.get("state")
        else:
            return
        self._answered(flow, told)

    def responded(self, flow: Flow, microphone: str | None = None) -> None:
        """A page's SIP response to a ping came; `microphone` is what it told in it, None if its code knows no words."""
        if microphone is None:
            self._feed(flow, proof.Responded())
        else:
            self._answered(flow, microphone)

    def _answered(self, flow: Flow, told: object) -> None:
        known = isinstance(told, str) and told in list(Microphone)
        self._feed(flow, proof.Answered(Microphone(str(told)) if known else Microphone.READY))

    def before_call(self, page: Page, ready: Ready) -> None:
        """Say whether the page is alive, at once or within the limit, so that no call is sent to a frozen one."""
        watched = self._watched.get(page.flow)
        if watched is None or not (self._before_call and self._settings.ping_seconds) or self._is_fresh(watched):
            ready(True)
            return
        self._calls += 1
        number = self._calls
        watched.waiting[number] = ready
        self._loop.call_later(self._before_call, self._give_up, watched, number)
        self._feed(page.flow, proof.Doubted())

    def microphone(self, flow: Flow) -> str:
        """What the page on this connection says of its microphone, empty for none."""
        watched = self._watched.get(flow)
        return str(watched.proof.microphone) if watched else ""

    def close(self) -> None:
        for flow in list(self._watched):
            self.left(flow)

    def _is_fresh(self, watched: Watched) -> bool:
        return self._loop.time() - watched.proof.heard_at < FRESH

    def _feed(self, flow: Flow, input: ProofInput) -> None:
        watched = self._watched.get(flow)
        if watched is None:
            return
        heard_at = watched.proof.heard_at
        for output in watched.proof.handle(input, self._loop.time()):
            match output:
                case proof.Ping():
                    self._pings += 1
                    self._pages.ping(watched.page, watched.dn, str(self._pings))
                case proof.Usable():
                    self._on_change(watched.dn, PageUsable(flow))
                case proof.Unusable(why):
                    self._on_change(watched.dn, PageUnusable(flow, why))
        self._schedule(watched)
        if watched.proof.heard_at != heard_at:
            self._release(watched, watched.proof.usable)

    def _release(self, watched: Watched, ready: bool) -> None:
        waiting, watched.waiting = watched.waiting, {}
        for tell in waiting.values():
            tell(ready)

    def _give_up(self, watched: Watched, number: int) -> None:
        if ready := watched.waiting.pop(number, None):
            ready(False)

    def _schedule(self, watched: Watched) -> None:
        if watched.timer is not None:
            watched.timer.cancel()
        at = watched.proof.deadline
        watched.timer = None if at is None else self._loop.call_at(at, self._feed, watched.page.flow, proof.Tick())
