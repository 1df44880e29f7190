"""What rtpengine does not tell by itself: it is asked. Often while a call waits for DTLS, seldom later.

rtpengine before 11.5.1.16 takes DTLS from anybody (CVE-2023-51275). A ClientHello that it cannot accept ends the page's
association for good; when the page's answer is repeated there is a new one, and one that is under way goes on. To keep
DTLS from it until ICE has nominated is no cure: browsers begin before, and are often done with it by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

from cordboard.media.port import MediaError, MediaEvent, MediaEventKind
from cordboard.media.rtpengine.call import RtpengineCall
from cordboard.media.rtpengine.lines.line import MediaLine
from cordboard.media.rtpengine.lines.page_state import PageState
from cordboard.media.rtpengine.query import TRUNK, has_reported, is_nominated, is_verified, packets_of
from cordboard.media.rtpengine.settings import RtpengineSettings
from cordboard.net.tasks import Tasks
from cordboard.observe import get_log

log = get_log("media")

AGAIN_SECONDS = 0.1  # after which a handshake that is not done may have been spoilt by a stranger's ClientHello
HEARD_SECONDS = 2.0  # for which a call that is connected is still looked at often, to see when its sound begins


class Watch:
    """One task for each call."""

    def __init__(self, settings: RtpengineSettings, tasks: Tasks, tell: Callable[[MediaEvent], None]) -> None:
        self._settings = settings
        self._tasks = tasks
        self._tell = tell
        self._watched: set[RtpengineCall] = set()

    def look_at(self, call: RtpengineCall) -> None:
        """The page's description was taken: tell when its DTLS is done, and when it is lost."""
        call.touched.set()
        if call not in self._watched:
            self._watched.add(call)
            self._tasks.start(self._watch(call), f"watch {call.name}")

    async def _watch(self, call: RtpengineCall) -> None:
        try:
            while not call.closed:
                call.touched.clear()
                with contextlib.suppress(MediaError):  # the daemon is silent, or was restarted: seen to elsewhere
                    await self._look(call)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(call.touched.wait(), self._pause(call))
        finally:
            self._watched.discard(call)

    def _pause(self, call: RtpengineCall) -> float:
        state, now = call.sound.state, time.monotonic()
        begins = state.connected and now - state.connected_at < HEARD_SECONDS and not call.both_heard
        often = begins or any(self._waits(line.state, now) for line in call.lines)
        return self._settings.connect_poll_seconds if often else self._settings.quiet_poll_seconds

    def _waits(self, state: PageState, now: float) -> bool:
        waits = state.waiting_since and not state.connected and not state.failed
        return bool(waits) and now - state.waiting_since < self._settings.dtls_seconds

    async def _look(self, call: RtpengineCall) -> None:
        lines = [line for line in call.lines if line.state.waiting_since]
        known = [(line, line.state, await line.query()) for line in lines]
        now = time.monotonic()
        if call.closed or call.sound not in lines or any(state is not line.state for line, state, _ in known):
            return  # another page meanwhile
        self._look_for_silence(call, [(line.wire.page_tag, found) for line, _, found in known], now)
        for line, state, found in known:
            await self._look_at_page(call, line, state, found, now)
        if call.pictures.is_due and call.pictures.state.connected:
            await call.ask_for_picture()

    async def _look_at_page(
        self, call: RtpengineCall, line: MediaLine, state: PageState, found: dict[str, Any], now: float
    ) -> None:
        """How far ICE and DTLS of one line are."""
        tag = line.wire.page_tag
        if state.refused and not state.failed:
            self._fail(call, line, "the page's certificate does not have the fingerprint of its description")
        elif not state.connected and not state.refused and not state.page.is_told and is_nominated(found, tag):
            if is_verified(found, tag):
                state.connected, state.connected_at, state.failed = time.time(), now, False
                if line is call.sound:
                    self._tell(MediaEvent(call.name, MediaEventKind.CONNECTED))
            elif not state.failed:
                await self._wait_for_dtls(call, line, now)

    def _fail(self, call: RtpengineCall, line: MediaLine, why: str) -> None:
        """A call without its sound is none; without its pictures it goes on."""
        line.state.failed = True
        if line is call.sound:
            self._tell(MediaEvent(call.name, MediaEventKind.FAILED, why))
        else:
            log.warning("no pictures", call=call.name, why=why)

    async def _wait_for_dtls(self, call: RtpengineCall, line: MediaLine, now: float) -> None:
        state = line.state
        state.nominated_at = state.nominated_at or now
        if now - state.nominated_at >= self._settings.dtls_seconds:
            why = "DTLS with the page was not done in time, or not with the certificate that it describes"
            self._fail(call, line, why)
        elif now - state.repeated_at >= AGAIN_SECONDS:
            state.repeated_at = now
            await call.again(line)

    def _look_for_silence(self, call: RtpengineCall, found: list[tuple[str, dict[str, Any]]], now: float) -> None:
        """rtpengine does not tell of STUN, so a page is lost that should send and sends not even RTCP."""
        state, page = call.sound.state, sum(packets_of(each, tag) for tag, each in found)
        speaks = page > 0 and call.page_should_send and bool(state.connected)
        if state.page.begins(page, now, self._settings.lost_seconds if speaks else 0.0):
            state.connected = 0.0
            self._tell(MediaEvent(call.name, MediaEventKind.LOST, "the page has sent nothing for long"))
        state.page.ends(now)
        reports = self._settings.trunk_gone_after if any(has_reported(each, TRUNK) for _, each in found) else 0.0
        if state.trunk.begins(sum(packets_of(each, TRUNK) for _, each in found), now, reports):
            self._tell(MediaEvent(call.name, MediaEventKind.TRUNK_GONE, "neither RTP nor RTCP has come for long"))
        elif state.trunk.ends(now):
            self._tell(MediaEvent(call.name, MediaEventKind.TRUNK_BACK))
