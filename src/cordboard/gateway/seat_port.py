"""The gateway's side of the desk's port: a view of a DN put together, words to its page, what it tells of its audio.

A page tells `{"audio": {"microphone": {"muted": false, "volume": 100, "name": ""}, "speaker": {...}}}` by MESSAGE, once
after it has registered and on every change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cordboard.call.call import Call, EndCall
from cordboard.call.leg import LegState
from cordboard.gateway.calls import Calls
from cordboard.gateway.pages import PageSide
from cordboard.gateway.reachability import Reachability
from cordboard.gateway.registrations import Registrations
from cordboard.gateway.seats import Seats
from cordboard.media.port import MediaEngine, MediaError
from cordboard.net.tasks import Tasks
from cordboard.observe.log import get_log
from cordboard.seat.desk_port import LOUDEST, AudioView, Listener, SeatCall, SeatView
from cordboard.sip.events import Flow

log = get_log("gateway")
FRESH = 1.0  # seconds that a call's figures are good for
LONGEST_NAME = 200
RINGS = (LegState.IDLE, LegState.PREPARING, LegState.CALLING)
DIALS = (LegState.CALLED, LegState.ANSWERING)


@dataclass(slots=True)
class Figures:
    """What the media engine said last of a call, and when it was asked."""

    asked: float
    mos: float = 0.0
    round_trip: float = 0.0


class SeatPort:
    """Implements `SeatWords`. `said`, `left` and `changed` are the gateway's."""

    def __init__(
        self,
        seats: Seats,
        registrations: Registrations,
        reachability: Reachability,
        pages: PageSide,
        calls: Calls,
        engine: MediaEngine,
        tasks: Tasks,
    ) -> None:
        self._seats = seats
        self._registrations = registrations
        self._reachability = reachability
        self._pages = pages
        self._calls = calls
        self._engine = engine
        self._tasks = tasks
        self._loop = asyncio.get_running_loop()
        self._audio: dict[Flow, AudioView] = {}
        self._figures: dict[str, Figures] = {}
        self._listeners: list[Listener] = []

    def view(self, dn: str) -> SeatView:
        seat = self._seats.seat(dn)
        calls = tuple(self._call(call) for call in self._calls.of_dn(dn) if not call.over)
        if seat is None or seat.page is None:
            return SeatView(calls=calls)
        flow = seat.page.flow
        return SeatView(
            registered=self._registrations.registered(dn),
            page=True,
            reachable=seat.reachable,
            microphone=self._reachability.microphone(flow),
            connection=flow.connection,
            calls=calls,
            audio=self._audio.get(flow),
        )

    def say(self, dn: str, words: Mapping[str, object]) -> bool:
        seat = self._seats.seat(dn)
        page = (seat.page if seat else None) or self._pages.resting(dn)
        if page is None:
            return False
        self._pages.tell(page, dn, words)
        return True

    def release(self, dn: str, call_uuid: str) -> bool:
        found = [call for call in self._calls.of_dn(dn) if call.trunk.call_uuid == call_uuid]
        for call in found:
            log.info("call ended by the desk", call=call.name, uuid=call_uuid, dn=dn)
            self._calls.feed(call, EndCall("the desk released it", 480))
        return bool(found)

    def revoke(self, dn: str, token_id: str) -> None:
        self._pages.revoke(token_id)

    def on_change(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def said(self, dn: str, flow: Flow, words: Mapping[str, object]) -> None:
        """Take a MESSAGE of a page; only what it tells of its audio means something here."""
        told = words.get("audio")
        if isinstance(told, dict):
            self._audio[flow] = audio_of(told)
            self.changed(dn)

    def left(self, flow: Flow) -> None:
        """The page on this connection is gone."""
        self._audio.pop(flow, None)

    def changed(self, dn: str) -> None:
        """Tell the listeners; one that fails is logged and hurts nobody."""
        for listener in self._listeners:
            try:
                listener(dn)
            except Exception:
                log.exception("listener failed", dn=dn)

    # --- calls

    def _call(self, call: Call) -> SeatCall:
        figures = self._known(call.name)
        return SeatCall(call.trunk.call_uuid, state_of(call), figures.mos, figures.round_trip)

    def _known(self, name: str) -> Figures:
        """What is known of the call; the engine is asked for the next one who wants to know."""
        now = self._loop.time()
        figures = self._figures.get(name)
        if figures is None:
            self._figures = {known: each for known, each in self._figures.items() if known in self._calls}
            figures = self._figures[name] = Figures(-FRESH)
        if now - figures.asked >= FRESH:
            figures.asked = now
            self._tasks.start(self._ask(name, figures), f"figures of {name}")
        return figures

    async def _ask(self, name: str, figures: Figures) -> None:
        try:
            statistics = await self._engine.stats(name)
        except MediaError:
            return
        figures.mos, figures.round_trip = statistics.trunk.mos, statistics.page.round_trip


def state_of(call: Call) -> str:
    """What a call does, in the words of `SeatCall`."""
    if call.page.state in RINGS:
        return "ringing"
    if call.page.state in DIALS:
        return "dialing"
    return "held" if call.page.held else "talking"


def audio_of(told: Mapping[str, Any]) -> AudioView:
    """What a page tells of its audio; whatever of it makes no sense is as it is by default."""
    microphone, speaker = _device(told.get("microphone")), _device(told.get("speaker"))
    return AudioView(*microphone, *speaker)


def _device(told: object) -> tuple[bool, int, str]:
    device = told if isinstance(told, dict) else {}
    volume, name = device.get("volume"), device.get("name")
    known = isinstance(volume, int | float) and not isinstance(volume, bool) and 0 <= volume <= LOUDEST
    return (
        device.get("muted") is True,
        round(volume) if known and volume is not None else LOUDEST,
        name[:LONGEST_NAME] if isinstance(name, str) else "",
    )
