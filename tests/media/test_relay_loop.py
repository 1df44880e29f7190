"""The worker's loop and its ports: real sockets, no worker process."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from cordboard.media.relay.path.loop import PERIOD, PacketLoop
from cordboard.media.relay.ports import NoPortLeft, PortPool, bind_first_free, bind_udp
from kit.relay import FIRST_PORT

HOST = "127.0.0.1"


@pytest.fixture
def failures() -> list[Exception]:
    return []


@pytest.fixture
def loop(failures: list[Exception]) -> Iterator[PacketLoop]:
    loop = PacketLoop(failures.append)
    yield loop
    loop.close()


@pytest.fixture
def sock() -> Iterator[socket.socket]:
    sock = bind_udp(HOST, 0)
    yield sock
    sock.close()


def turn(loop: PacketLoop, seconds: float = 0.2) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        loop.turn(0.01)


def test_readable_sockets_are_served_until_they_are_forgotten(loop: PacketLoop, sock: socket.socket) -> None:
    got: list[bytes] = []
    loop.watch(sock, lambda: got.append(sock.recv(100)))
    sock.sendto(b"one", sock.getsockname())
    turn(loop, 0.05)
    loop.forget(sock)
    sock.sendto(b"two", sock.getsockname())
    turn(loop, 0.05)
    assert got == [b"one"]
    loop.forget(sock)


def test_writable_is_told_only_while_asked_for(loop: PacketLoop) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        told: list[str] = []
        loop.watch(ours, lambda: told.append("readable"))
        turn(loop, 0.02)
        assert told == []
        loop.watch_writable(ours, lambda: told.append("writable"))
        loop.turn(0.1)
        assert told == ["writable"]
        loop.watch_writable(ours, None)
        turn(loop, 0.02)
        assert told == ["writable"]
        loop.forget(ours)


def test_timers_run_in_order_once_and_not_when_cancelled(loop: PacketLoop) -> None:
    done: list[str] = []
    now = time.monotonic()
    loop.at(now + 0.04, lambda: done.append("second"))
    loop.at(now + 0.02, lambda: done.append("first"))
    cancelled = loop.at(now + 0.03, lambda: done.append("never"))
    cancelled.cancel()
    cancelled.cancel()
    loop.at(now - 5, lambda: done.append("late"))
    turn(loop)
    assert done == ["late", "first", "second"]


def test_failure_of_one_is_reported_and_the_others_go_on(
    loop: PacketLoop, sock: socket.socket, failures: list[Exception]
) -> None:
    done: list[str] = []

    def fail() -> None:
        sock.recv(100)
        raise RuntimeError("broken handler")

    loop.watch(sock, fail)
    sock.sendto(b"x", sock.getsockname())
    loop.at(time.monotonic(), lambda: [].pop())
    loop.at(time.monotonic() + 0.01, lambda: done.append("timer"))
    turn(loop, 0.1)
    assert {type(failure) for failure in failures} == {RuntimeError, IndexError}
    assert done == ["timer"]
    loop.forget(sock)


def test_stop_before_run_is_not_forgotten(loop: PacketLoop) -> None:
    loop.stop()
    loop.run()


def test_pairs_are_even_and_odd_neighbours() -> None:
    pool = PortPool(HOST, (FIRST_PORT + 1, FIRST_PORT + 9))
    pair = pool.take()
    try:
        assert pair.port % 2 == 0
        assert pair.rtp.getsockname() == (HOST, pair.port)
        assert pair.rtcp.getsockname() == (HOST, pair.port + 1)
        assert FIRST_PORT + 1 <= pair.port < FIRST_PORT + 9
    finally:
        pool.give_back(pair)


def test_pool_runs_dry_and_fills_again() -> None:
    pool = PortPool(HOST, (FIRST_PORT, FIRST_PORT + 7))
    pairs = [pool.take() for _ in range(4)]
    try:
        assert len({pair.port for pair in pairs}) == 4
        with pytest.raises(NoPortLeft, match=str(FIRST_PORT)):
            pool.take()
        port = pairs[2].port
        pool.give_back(pairs.pop(2))
        pairs.append(pool.take())
        assert pairs[-1].port == port
    finally:
        for pair in pairs:
            pool.give_back(pair)


def test_ports_are_not_used_again_before_all_others() -> None:
    pool = PortPool(HOST, (FIRST_PORT, FIRST_PORT + 7))
    seen = []
    for _ in range(8):
        pair = pool.take()
        seen.append(pair.port)
        pool.give_back(pair)
    assert len(set(seen[:4])) == 4
    assert seen[4:] == seen[:4]


def test_ports_of_other_programs_are_passed_over_and_tried_again() -> None:
    pool = PortPool(HOST, (FIRST_PORT, FIRST_PORT + 3))
    with bind_udp(HOST, FIRST_PORT + 1):
        pair = pool.take()
        assert pair.port == FIRST_PORT + 2
        with pytest.raises(NoPortLeft):
            pool.take()
    other = pool.take()
    assert other.port == FIRST_PORT
    pool.give_back(pair)
    pool.give_back(other)


def test_first_free_port_of_a_range() -> None:
    with bind_udp(HOST, FIRST_PORT + 10):
        with bind_first_free(HOST, (FIRST_PORT + 10, FIRST_PORT + 11)) as second:
            assert second.getsockname()[1] == FIRST_PORT + 11
        with pytest.raises(NoPortLeft):
            bind_first_free(HOST, (FIRST_PORT + 10, FIRST_PORT + 10))
    with pytest.raises(OSError, match="assign"):
        bind_first_free("192.0.2.1", (FIRST_PORT, FIRST_PORT + 3))


class Clock:
    """Stands for the module `time`; work takes a tenth of a millisecond."""

    def __init__(self) -> None:
        self.now = 100.0
        self.rests: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.now += seconds


def test_where_much_comes_it_is_served_by_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("cordboard.media.relay.path.loop.time", clock)
    loop = PacketLoop(lambda failure: None)
    socks = [bind_udp(HOST, 0) for _ in range(10)]
    pace = 0.00001

    def work() -> None:
        clock.now += pace

    for sock in socks:
        loop.watch(sock, work)
        sock.sendto(b"never read", sock.getsockname())
    for _ in range(1500):
        loop.turn(0.01)
    assert clock.rests[:100] == [pytest.approx(PERIOD - 10 * pace)] * 100
    clock.rests.clear()
    loop.at(clock.now + 0.0004, lambda: None)
    loop.turn(0.01)
    assert clock.rests == [pytest.approx(PERIOD - 10 * pace)], "a timer waits for the rest of a period"
    pace = 0.01
    for _ in range(20):
        loop.turn(0.01)
    clock.rests.clear()
    pace = 0.0
    loop.turn(0.01)
    assert clock.rests == [], "little is served at once"
    for sock in socks:
        loop.forget(sock)
        sock.close()
    loop.close()
