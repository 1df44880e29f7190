"""The process starts, says so, and ends what it started when it is told to."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from contextlib import AsyncExitStack

import pytest

from cordboard.cli import running
from cordboard.cli.running import Ready
from cordboard.net.errors import PortTaken


class Parts:
    """Two parts that write down when they start and end."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def start(self, stack: AsyncExitStack) -> Ready:
        for name in ("first", "second"):
            self.said.append(f"{name} starts")
            stack.push_async_callback(self._end, name)
        return Ready("all is ready")

    async def _end(self, name: str) -> None:
        await asyncio.sleep(0)
        self.said.append(f"{name} ends")


IN_ORDER = ["first starts", "second starts", "second ends", "first ends"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_everything_in_the_opposite_order(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = Parts()

    async def start(stack: AsyncExitStack) -> Ready:
        asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), number)
        return await parts.start(stack)

    running.run(start)
    assert parts.said == IN_ORDER
    assert capsys.readouterr().out == "all is ready\n"


def test_what_runs_is_left_out_of_collections() -> None:
    before, within = gc.get_threshold(), []

    async def start(_: AsyncExitStack) -> Ready:
        def end() -> None:
            within.append((gc.get_freeze_count() > 0, gc.get_threshold()))
            os.kill(os.getpid(), signal.SIGINT)

        asyncio.get_running_loop().call_later(0.01, end)
        return Ready("")

    running.run(start)
    assert within == [(True, running.COLLECTIONS)]
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, before)


def test_signal_during_the_start_ends_what_was_started(capsys: pytest.CaptureFixture[str]) -> None:
    parts = Parts()

    async def start(stack: AsyncExitStack) -> Ready:
        await parts.start(stack)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        return Ready("never")

    running.run(start)
    assert parts.said == IN_ORDER
    assert capsys.readouterr().out == ""


def test_second_signal_does_not_disturb_the_end() -> None:
    parts = Parts()

    async def start(stack: AsyncExitStack) -> Ready:
        async def slow() -> None:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.02)

        text = await parts.start(stack)
        stack.push_async_callback(slow)
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
        return text

    running.run(start)
    assert parts.said == IN_ORDER


def test_failed_start_is_one_sentence_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    parts = Parts()

    async def start(stack: AsyncExitStack) -> Ready:
        await parts.start(stack)
        raise PortTaken("udp", ("127.0.0.1", 5060))

    with pytest.raises(SystemExit) as ended:
        running.run(start)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "port 5060/udp on 127.0.0.1 is taken\n"
    assert parts.said == IN_ORDER


def test_part_that_does_not_end_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_END_SECONDS", 0.05)

    async def start(stack: AsyncExitStack) -> Ready:
        stack.push_async_callback(asyncio.Event().wait)
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
        return Ready("ready")

    running.run(start)


class Draining:
    """Something that drains when it is told to, until the test lets it end."""

    def __init__(self) -> None:
        self.began = 0
        self.over = asyncio.Event()

    async def run(self) -> None:
        self.began += 1
        await self.over.wait()


def after(seconds: float, *numbers: signal.Signals) -> None:
    for order, number in enumerate(numbers, 1):
        asyncio.get_running_loop().call_later(order * seconds, os.kill, os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_sigterm_drains_before_the_end(number: signal.Signals) -> None:
    parts, draining = Parts(), Draining()

    def drained() -> None:
        parts.said.append("drained")
        draining.over.set()

    async def start(stack: AsyncExitStack) -> Ready:
        await parts.start(stack)
        after(0.01, number)
        asyncio.get_running_loop().call_later(0.1, drained)
        return Ready("ready", draining.run)

    running.run(start)
    assert draining.began == 1
    assert parts.said == [*IN_ORDER[:2], "drained", *IN_ORDER[2:]]


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_ends_the_draining(second: signal.Signals) -> None:
    parts, draining = Parts(), Draining()

    async def start(stack: AsyncExitStack) -> Ready:
        await parts.start(stack)
        after(0.02, signal.SIGTERM, second)
        return Ready("ready", draining.run)

    running.run(start)
    assert draining.began == 1
    assert parts.said == IN_ORDER


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_the_terminal_s_signals_do_not_drain(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    parts, draining = Parts(), Draining()

    async def start(stack: AsyncExitStack) -> Ready:
        await parts.start(stack)
        after(0.01, number)
        return Ready("ready", draining.run)

    running.run(start)
    assert draining.began == 0
    assert parts.said == IN_ORDER
