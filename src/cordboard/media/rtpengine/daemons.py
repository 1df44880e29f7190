"""The rtpengine daemons of one engine: which are well, which has the fewest calls, and which has lost what it had.

Each is pinged. One that has not answered for `give_up_seconds` is given up: its calls go to others. It is asked on,
and gets calls again when it answers. One that answers, but does not know a call of ours, was restarted: with each ping
one call is asked for, in turn.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

from cordboard.media.rtpengine.descriptions import Kind, trunk_text
from cordboard.media.rtpengine.errors import DaemonsSilent
from cordboard.media.rtpengine.ng import NgClient, NgError, connect
from cordboard.media.rtpengine.settings import RtpengineSettings
from cordboard.net.tasks import Tasks
from cordboard.observe import get_log
from cordboard.sdp.codec import PCMU
from cordboard.sdp.errors import SdpError
from cordboard.sdp.plain import read_plain

log = get_log("media")

MOST_LISTED = 500  # calls: the answer is to be one datagram
SPARED_SECONDS = 10.0  # for which the media of an earlier gateway's calls goes on
MOST_AT_ONCE = 32  # calls that are asked for at once after a restart


Tell = Callable[[], None]
Lost = Callable[[str], Tell]
"""Gives a call that is lost to another daemon; what it returns tells so, when all others have been given away."""


class Daemon:
    """One daemon; `calls` are the names by which it knows those that it carries."""

    def __init__(self, client: NgClient) -> None:
        self.client = client
        self.well = False
        self.calls: dict[str, Lost] = {}
        self.begun: set[str] = set()  # of these the ones that it has been told of
        self.abandoned: set[str] = set()  # calls that others carry now, to be deleted when it answers again
        self.answered = 0.0  # monotonic
        self.news = asyncio.Event()  # it has answered, or was given up
        self.trunk_address = ""  # as it advertises itself to SIP Server's side

    @property
    def name(self) -> str:
        return self.client.name

    async def is_given_up(self, since: float) -> bool:
        """It has not answered: wait until it has after all, since then, or is given up."""
        while self.well and self.answered < since:
            self.news.clear()
            await self.news.wait()
        return not self.well


class Daemons:
    """Made without connections; `start` opens them."""

    def __init__(self, settings: RtpengineSettings) -> None:
        self._settings = settings
        self._tasks = Tasks("media")
        self.all: list[Daemon] = []
        self.left: dict[str, tuple[Daemon, str]] = {}  # where the sound of an earlier gateway's calls is

    @property
    def well(self) -> list[Daemon]:
        return [daemon for daemon in self.all if daemon.well]

    @property
    def silent(self) -> list[Daemon]:
        return [daemon for daemon in self.all if not daemon.well]

    def least_loaded(self, besides: Daemon | None = None) -> Daemon | None:
        """The daemon that gets the next call; `besides` only where there is no other."""
        return min(self.well, key=lambda each: (each is besides, len(each.calls)), default=None)

    async def start(self, spared: Collection[str] = ()) -> None:
        """Connect to all. Raises `DaemonsSilent`, or `OSError` for an address that cannot be.

        What an earlier gateway of that name has left is ended; for calls that are `spared` a while later.
        """
        for host, port in self._settings.daemons:
            self.all.append(Daemon(await connect(host, port, self._settings.request_seconds)))
        await asyncio.gather(*(self._ping(daemon) for daemon in self.all))
        if not self.well:
            names = ", ".join(daemon.name for daemon in self.all) or "no address is given"
            raise DaemonsSilent(f"No rtpengine answers ([rtpengine] daemons: {names}).")
        for daemon in self.silent:
            log.error("rtpengine does not answer", daemon=daemon.name)
        for daemon in self.well:
            left = await calls_of(daemon.client, self._settings.owner)
            called = {each: each.removeprefix(f"{self._settings.owner}/").partition("/")[0] for each in left}
            later = {each for each in left if called[each] in spared}
            self.left |= {called[each]: (daemon, each) for each in later if f"/{Kind.SOUND}/" in each}
            daemon.abandoned |= left - later
            await self._tidy(daemon)
            self._tasks.start(self._tidy_later(daemon, later), f"end what is left at {daemon.name}")
        for daemon in self.all:
            self._tasks.start(self._watch(daemon), f"watch rtpengine at {daemon.name}")

    async def close(self) -> None:
        """Let go of all; nothing is told to them."""
        await self._tasks.close()
        for daemon in self.all:
            await daemon.client.close()

    # --- health

    async def _watch(self, daemon: Daemon) -> None:
        numbers = 0
        while True:
            await asyncio.sleep(self._settings.ping_seconds)
            if await self._ping(daemon):
                numbers += 1
                await self._ask_for_one(daemon, numbers)
            elif daemon.well and time.monotonic() - daemon.answered >= self._settings.give_up_seconds:
                self._give_up(daemon)

    async def _ping(self, daemon: Daemon) -> bool:
        try:
            await daemon.client.request("ping", seconds=max(self._settings.ping_seconds, 0.5))
        except NgError:
            return False
        daemon.answered = time.monotonic()
        daemon.news.set()
        if not daemon.well:
            try:
                daemon.trunk_address = await learn_trunk_address(daemon.client, self._settings)
            except (NgError, SdpError) as error:
                log.error("rtpengine cannot be used", daemon=daemon.name, why=str(error))
                return False
            daemon.well = True
            log.info("rtpengine answers", daemon=daemon.name)
            await self._tidy(daemon)
        return True

    def _give_up(self, daemon: Daemon) -> None:
        daemon.well = False
        daemon.news.set()
        log.error("rtpengine does not answer any more", daemon=daemon.name, calls=len(daemon.calls))
        daemon.abandoned |= daemon.calls.keys()
        self._lose(daemon, list(daemon.calls), "its rtpengine does not answer any more")

    def _lose(self, daemon: Daemon, calls: Iterable[str], why: str) -> None:
        lost = [each for each in (daemon.calls.pop(call, None) for call in calls) if each is not None]
        for tell in [give_away(why) for give_away in lost]:
            tell()

    async def _ask_for_one(self, daemon: Daemon, number: int) -> None:
        calls = [call for call in daemon.calls if call in daemon.begun]
        if not calls or await self._knows(daemon, calls[number % len(calls)]):
            return
        gone = []
        for first in range(0, len(calls), MOST_AT_ONCE):
            some = calls[first : first + MOST_AT_ONCE]
            known = await asyncio.gather(*(self._knows(daemon, call) for call in some))
            gone += [call for call, knows in zip(some, known, strict=True) if not knows]
        log.error("rtpengine has forgotten calls: was it restarted?", daemon=daemon.name, calls=len(gone))
        self._lose(daemon, gone, "its rtpengine was restarted")

    async def _knows(self, daemon: Daemon, call: str) -> bool:
        try:
            await daemon.client.request("query", call_id=call)
        except NgError as error:
            return "call-id" not in str(error).lower()
        return True

    async def _tidy_later(self, daemon: Daemon, calls: set[str]) -> None:
        """When they have moved."""
        await asyncio.sleep(SPARED_SECONDS)
        daemon.abandoned |= calls
        await self._tidy(daemon)

    async def _tidy(self, daemon: Daemon) -> None:
        """What others carry now is not to go on here as well."""
        while daemon.abandoned:
            call = daemon.abandoned.pop()
            try:
                await daemon.client.request("delete", call_id=call, delete_delay=0)
            except NgError:
                return


async def calls_of(client: NgClient, owner: str) -> set[str]:
    """What a gateway of that name has left behind when it was killed: nobody can drive it any more."""
    try:
        answer = await client.request("list", limit=MOST_LISTED)
    except NgError:
        return set()
    return {str(call) for call in answer.get("calls", ()) if str(call).startswith(f"{owner}/")}


async def learn_trunk_address(client: NgClient, settings: RtpengineSettings) -> str:
    """The address that the daemon's trunk interface advertises, from an offer that is taken back at once."""
    words: dict[str, Any] = {"replace": ["origin", "session-connection"]}
    if settings.page_interface and settings.trunk_interface:
        words["direction"] = [settings.page_interface, settings.trunk_interface]
    call = f"cordboard/{secrets.token_hex(8)}"
    sdp = trunk_text(None, [PCMU])
    try:
        answer = await client.request("offer", call_id=call, from_tag="page", to_tag="trunk", sdp=sdp, **words)
    finally:
        await client.request("delete", call_id=call, delete_delay=0)
    return read_plain(str(answer.get("sdp", ""))).address
