"""The signalling socket: datagrams in and out, and what is said when it cannot be opened."""

from __future__ import annotations

import asyncio

import pytest

from cordboard.net.errors import AddressUnusable, PortTaken
from cordboard.net.udp import open_udp


async def test_datagrams_come_and_go() -> None:
    got: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()
    one = await open_udp("127.0.0.1", 0, lambda data, source: got.put_nowait((data, source)))
    other = await open_udp("127.0.0.1", 0, lambda data, source: None)
    other.send(b"hello", one.address)
    assert await asyncio.wait_for(got.get(), 2) == (b"hello", other.address)
    one.close()
    other.close()
    await asyncio.sleep(0)


async def test_what_cannot_leave_is_told_and_raises_nothing() -> None:
    one = await open_udp("127.0.0.1", 0, lambda data, source: None)
    assert not one.send(b"hello", ("2001:db8::1", 5060))
    assert one.send(b"hello", one.address)
    one.close()
    assert not one.send(b"hello", one.address)
    await asyncio.sleep(0)


async def test_a_taken_port_says_so() -> None:
    first = await open_udp("127.0.0.1", 0, lambda data, source: None)
    with pytest.raises(PortTaken) as taken:
        await open_udp("127.0.0.1", first.address[1], lambda data, source: None)
    assert (taken.value.transport, taken.value.address) == ("udp", first.address)
    first.close()
    await asyncio.sleep(0)


async def test_somebody_elses_address_says_so() -> None:
    with pytest.raises(AddressUnusable, match=r"cannot listen on 203\.0\.113\.9:5060/udp"):
        await open_udp("203.0.113.9", 5060, lambda data, source: None)


async def test_a_failing_handler_does_not_stop_the_socket() -> None:
    got: list[bytes] = []

    def handle(data: bytes, source: tuple[str, int]) -> None:
        got.append(data)
        if data == b"bad":
            raise RuntimeError("broken on purpose")

    one = await open_udp("127.0.0.1", 0, handle)
    other = await open_udp("127.0.0.1", 0, lambda data, source: None)
    other.send(b"bad", one.address)
    other.send(b"good", one.address)
    for _ in range(100):
        if len(got) == 2:
            break
        await asyncio.sleep(0.01)
    assert got == [b"bad", b"good"]
    one.close()
    other.close()
    await asyncio.sleep(0)
