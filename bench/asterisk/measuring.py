"""The measurements, one function each: they note what they find and print how it goes."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.asterisk import configuration
from bench.asterisk.configuration import AsteriskSettings
from bench.asterisk.install import Installed
from bench.asterisk.pages import NoSound, Seat, softphone, stock_page, stock_pages
from bench.asterisk.server import running_asterisk
from bench.asterisk.table import ASTERISK, CORDBOARD, Findings
from bench.crowd import Crowd, load
from bench.processes import usage
from bench.product import ProductSettings, password_of, running_product
from bench.report import median
from bench.returning import Homecoming
from bench.search import Search
from bench.setting_up import at_rate, highest_rate
from bench.standing import Standing, highest_level
from cordboard.phone.load.figures import percentile
from kit.chromium import chromium

HOST = "127.0.0.1"
MEMORY_SETTLES = 3.0  # seconds
SHARING = 200  # standing calls to an RTP socket of the far end


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything; `core` is the servers' own, None where there is only one."""

    core: int | None
    answers: int = 15
    rounds: int = 3
    agents: int = 1000
    setup_rate: float = 60.0
    setup_seconds: float = 6.0
    most_rate: int = 320
    most_calls: int = 2000
    checked: int = 10  # of so many packets one is decrypted, in standing calls


@dataclass(slots=True)
class Bench:
    """The two servers to be had, and what was found so far."""

    installed: Installed
    plan: Plan
    findings: Findings = field(default_factory=Findings)

    @contextlib.asynccontextmanager
    async def crowd(
        self, side: str, agents: int, *, standing: bool = False, media: Mapping[str, object] | None = None
    ) -> AsyncIterator[Crowd]:
        """A fresh server of that side with these agents, who are not signed in yet; `standing` is for calls that stand.

        Then shedding would end the search where the operator wants it to and not where the sound gets bad, and pings
        to the pages are left out: Asterisk sends none.
        """
        checked, sharing = (self.plan.checked, SHARING) if standing else (1, 1)
        dns = tuple(str(10_000 + number) for number in range(agents))
        async with contextlib.AsyncExitStack() as running:
            folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="cordboard-bench-")))
            far_end, packets = await running.enter_async_context(load(HOST, checked=checked, sharing=sharing))
            if side == ASTERISK:
                settings = AsteriskSettings(dns, far_end.address, HOST)
                asterisk = running_asterisk(self.installed, folder, settings, self.plan.core)
                crowd = Crowd(await running.enter_async_context(asterisk), far_end, packets, dns, checked, sharing)
            else:
                # Shedding would end the search where the operator wants it to, not where the sound gets bad.
                given = {"load_limit": 0, **(media or {})}
                product = running_product(
                    folder, ProductSettings(dns, far_end.address, HOST, media=given), self.plan.core
                )
                crowd = Crowd(await running.enter_async_context(product), far_end, packets, dns, checked, sharing)
            running.push_async_callback(crowd.close)
            yield crowd

    # --- the click

    async def answer_to_audio(self) -> None:
        """One agent of each kind, called in turn."""
        async with contextlib.AsyncExitStack() as running:
            seats = await self._seats(running)
            for number in range(self.plan.answers + 1):
                for (name, side), seat in seats.items():
                    try:
                        took = max(await seat.answer_once()) * 1000
                    except NoSound as failure:
                        self.findings.remarks.append(f"{name}, {side}: {failure}")
                        continue
                    if number:  # the first one starts the browser's audio
                        self.findings.note(name, side, took)
        ours = self.findings.values.get(("answer_to_audio", CORDBOARD), [])
        self.findings.note("answer_to_audio_early_ice", CORDBOARD, *ours)
        for name, side in [*seats]:
            values = self.findings.values.get((name, side)) or [0.0]
            say(f"{name}, {side}: median {median(values):.1f} ms, p95 {percentile(sorted(values), 0.95):.1f} ms")

    async def _seats(self, running: contextlib.AsyncExitStack) -> dict[tuple[str, str], Seat]:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="cordboard-bench-")))
        other = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="cordboard-bench-")))
        ours, _ = await running.enter_async_context(load(HOST))
        theirs, _ = await running.enter_async_context(load(HOST))
        settings = ProductSettings(("10001",), ours.address, HOST, gateway={"page_digest": True})
        product = await running.enter_async_context(running_product(folder, settings))
        asterisk = await running.enter_async_context(
            running_asterisk(self.installed, other, AsteriskSettings(("10001", "10002"), theirs.address, HOST))
        )
        origin = await running.enter_async_context(stock_pages(HOST))
        browser = await running.enter_async_context(chromium())
        page = await softphone(browser, product.settings.desk_url, "10001", password_of("10001"))
        await ours.registered("10001")
        seats = {("answer_to_audio", CORDBOARD): Seat(page, ours, "10001")}
        for name, dn in (("answer_to_audio", "10001"), ("answer_to_audio_early_ice", "10002")):
            url, password = asterisk.settings.websocket_url, configuration.password_of(dn)
            page = await stock_page(browser, origin, url, dn, password, early=dn == "10002")
            seats[name, ASTERISK] = Seat(page, theirs, dn, asterisk.gateway)
        return seats

    # --- setting up

    async def setup_rate(self) -> None:
        """Time per call at a moderate rate, in turn; then the highest clean rate of each."""
        plan = self.plan
        async with self.crowd(CORDBOARD, 300) as ours, self.crowd(ASTERISK, 300) as theirs:
            crowds = {CORDBOARD: ours, ASTERISK: theirs}
            for crowd in crowds.values():
                await crowd.sign_in(20)
                await at_rate(crowd, plan.setup_rate, 2)
            for _ in range(plan.rounds):
                for side, crowd in crowds.items():
                    found = await at_rate(crowd, plan.setup_rate, plan.setup_seconds)
                    self.findings.note("setup_rate", side, 1 / found.per_call)
                    problem = f", {len(found.failed)} failed: {found.failed[0]}" if found.failed else ""
                    say(f"setup_rate, {side}: {found.per_call * 1000:.1f} ms of its time per call{problem}")
            for side, crowd in crowds.items():
                search, rounds = await highest_rate(crowd, plan.setup_seconds / 2, plan.most_rate)
                self.findings.note("setup_rate_clean", side, search.best)
                busy = max(found.load_share for found in rounds)
                if search.open_ended or busy > 0.85:
                    self.findings.at_least.add(("setup_rate_clean", side))
                say(f"setup_rate_clean, {side}: {search.best} calls/s, load program at {busy:.0%} of its core")

    # --- calls per core

    async def calls_per_core(self, name: str, side: str, media: Mapping[str, object], first: int) -> None:
        """More and more standing calls."""
        plan = self.plan
        async with self.crowd(side, plan.most_calls, standing=True, media=media) as crowd:
            search = Search(first=first, factor=1.35, last=plan.most_calls)
            windows = await highest_level(Standing(crowd), search, lambda line: say(f"{name}, {side}: {line}"))
        self.findings.note(name, side, search.best)
        if search.open_ended or not all(window.trusted for window in windows):
            self.findings.at_least.add((name, side))
            best = max((window for window in windows if window.good), key=lambda window: window.calls, default=None)
            used = f"; the server used {best.server:.0%} of its core for {best.calls} calls" if best else ""
            self.findings.remarks.append(f"{name}, {side}: the load was the limit{used}")

    # --- agents

    async def agents(self, side: str) -> None:
        """Memory of registered agents, and how long they need to come back after a kill."""
        plan = self.plan
        async with self.crowd(side, plan.agents) as crowd:
            await asyncio.sleep(1)
            before = usage(crowd.server.pids).memory
            await crowd.sign_in(20)
            await asyncio.sleep(MEMORY_SETTLES)
            each = (usage(crowd.server.pids).memory - before) / plan.agents / 1024
            self.findings.note("memory_per_agent", side, each)
            say(f"memory_per_agent, {side}: {each:.1f} kB")
            homecoming = Homecoming(crowd)
            for _ in range(plan.rounds):
                back = await homecoming.kill_and_return()
                self.findings.note("reregister_1000", side, back.known)
                say(
                    f"reregister_1000, {side}: started {back.started:.2f} s, all registered {back.registered:.2f} s, "
                    f"at the far end too {back.known:.2f} s after the kill; {back.attempts} connections tried, "
                    f"load program {back.load:.2f} s"
                )
                await asyncio.sleep(MEMORY_SETTLES)


def say(line: str) -> None:
    print(line, flush=True)
