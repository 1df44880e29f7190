"""The process starts, says so, and ends what it started when it is told to."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack

import pytest

from cordboard.cli import running
from cordboard.net.errors import PortTaken


class Parts:
    """Two parts that write down when they start and end."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def start(self, stack: AsyncExitStack) -> str:
        for name in ("first", "second"):
            self.said.append(f"{name} starts")
            stack.push_async_callback(self._end, name)
        return "all is ready"

    async def _end(self, name: str) -> None:
        await asyncio.sleep(0)
        self.said.append(f"{name} ends")


IN_ORDER = ["first starts", "second starts", "second ends", "first ends"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_everything_in_the_opposite_order(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = Parts()

    async def start(stack: AsyncExitStack) -> str:
        asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), number)
        return await parts.start(stack)

    running.run(start)
    assert parts.said == IN_ORDER
    assert capsys.readouterr().out == "all is ready\n"


def test_signal_during_the_start_ends_what_was_started(capsys: pytest.CaptureFixture[str]) -> None:
    parts = Parts()

    async def start(stack: AsyncExitStack) -> str:
        await parts.start(stack)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        return "never"

    running.run(start)
    assert parts.said == IN_ORDER
    assert capsys.readouterr().out == ""


def test_second_signal_does_not_disturb_the_end() -> None:
    parts = Parts()

    async def start(stack: AsyncExitStack) -> str:
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

    async def start(stack: AsyncExitStack) -> str:
        await parts.start(stack)
        raise PortTaken("udp", ("127.0.0.1", 5060))

    with pytest.raises(SystemExit) as ended:
        running.run(start)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "port 5060/udp on 127.0.0.1 is taken\n"
    assert parts.said == IN_ORDER


def test_part_that_does_not_end_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_END_SECONDS", 0.05)

    async def start(stack: AsyncExitStack) -> str:
        stack.push_async_callback(asyncio.Event().wait)
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
        return "ready"

    running.run(start)
