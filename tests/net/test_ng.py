"""The ng client against a daemon that is this test's: cookies, repetition, time-outs, what is no answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cordboard.media.rtpengine.ng import NgClient, NgError, NgTimeout, connect

Answer = Callable[[str, dict[str, Any]], list[bytes]]


class FakeDaemon(asyncio.DatagramProtocol):
    """Answers each datagram with what `answer` makes of its cookie and its words."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.heard: list[tuple[str, dict[str, Any]]] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, source: Any) -> None:
        cookie, _, text = data.decode().partition(" ")
        self.heard.append((cookie, json.loads(text)))
        for each in self.answer(cookie, self.heard[-1][1]):
            self.transport.sendto(each, source)


@asynccontextmanager
async def talking(answer: Answer, seconds: float = 1.0) -> AsyncIterator[tuple[FakeDaemon, NgClient]]:
    loop = asyncio.get_running_loop()
    transport, daemon = await loop.create_datagram_endpoint(lambda: FakeDaemon(answer), ("127.0.0.1", 0))
    client = await connect(*transport.get_extra_info("sockname"), seconds)
    try:
        yield daemon, client
    finally:
        await client.close()
        transport.close()
        await asyncio.sleep(0)


def says(**words: Any) -> Answer:
    return lambda cookie, _: [f"{cookie} {json.dumps(words)}".encode()]


async def test_words_have_hyphens_and_the_answer_is_given_back() -> None:
    async with talking(says(result="ok", sdp="v=0")) as (daemon, client):
        assert (await client.request("offer", call_id="a", from_tag="page"))["sdp"] == "v=0"
    ((_, words),) = daemon.heard
    assert words == {"command": "offer", "call-id": "a", "from-tag": "page"}


async def test_unanswered_request_is_repeated_with_the_same_cookie() -> None:
    answered = says(result="pong")
    async with talking(lambda cookie, words: answered(cookie, words) if len(daemon.heard) > 1 else []) as (
        daemon,
        client,
    ):
        await client.request("ping")
        await client.request("ping")
    cookies = [cookie for cookie, _ in daemon.heard]
    assert cookies[0] == cookies[1] != cookies[2]


async def test_answers_find_their_requests_in_any_order() -> None:
    held: list[bytes] = []

    def answer(cookie: str, words: dict[str, Any]) -> list[bytes]:
        held.append(f"{cookie} {json.dumps({'result': 'ok', 'call': words['call-id']})}".encode())
        return held[::-1] if len(held) == 3 else []

    async with talking(answer) as (_, client):
        found = await asyncio.gather(*(client.request("query", call_id=name) for name in "abc"))
    assert [each["call"] for each in found] == ["a", "b", "c"]


async def test_refusal_says_why() -> None:
    async with talking(says(**{"result": "error", "error-reason": "Unknown call-id"})) as (_, client):
        with pytest.raises(NgError, match="Unknown call-id"):
            await client.request("query", call_id="a")


async def test_daemon_that_is_full_is_a_refusal() -> None:
    async with talking(says(result="load limit", message="Parallel session limit reached")) as (_, client):
        with pytest.raises(NgError, match="Parallel session limit reached"):
            await client.request("offer", call_id="a")


@pytest.mark.parametrize("text", [b"nonsense", b"[]", b"", b"\xff\xfe"])
async def test_what_is_no_answer_is_said(text: bytes) -> None:
    async with talking(lambda cookie, _: [cookie.encode() + b" " + text]) as (_, client):
        with pytest.raises(NgError, match="not JSON"):
            await client.request("ping")


async def test_silence_is_a_time_out() -> None:
    async with talking(lambda *_: [], seconds=0.3) as (daemon, client):
        with pytest.raises(NgTimeout, match=r"127\.0\.0\.1:[0-9]+ does not answer"):
            await client.request("ping")
        assert len(daemon.heard) >= 2


async def test_nobody_there_is_a_time_out_too() -> None:
    client = await connect("127.0.0.1", 9, 0.2)
    with pytest.raises(NgTimeout):
        await client.request("ping")
    await client.close()
    with pytest.raises(NgError, match="closed"):
        await client.request("ping")


async def test_strangers_cookies_and_late_repetitions_are_passed_over() -> None:
    def answer(cookie: str, _: dict[str, Any]) -> list[bytes]:
        good = f'{cookie} {{"result":"pong"}}'.encode()
        return [b"other_1 {}", b"", b"\xff \xff", good, good]

    async with talking(answer) as (_, client):
        assert await client.request("ping") == {"result": "pong"}
        assert await client.request("ping") == {"result": "pong"}
