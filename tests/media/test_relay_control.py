"""The control socket from both ends: the worker's server on its loop, and what a strange peer can do to it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cordboard.media.port import MediaError, MediaEvent, MediaEventKind
from cordboard.media.relay.control import ControlServer
from cordboard.media.relay.path.loop import PacketLoop
from cordboard.media.relay.words import LINE_LIMIT, decode, encode


class Bench:
    """A server whose one verb gives its arguments back, and clients of it."""

    def __init__(self, path: Path) -> None:
        self.failures: list[Exception] = []
        self.loop = PacketLoop(self.failures.append)
        self.changes = 0
        self.path = path
        self.server = ControlServer(self.loop, path, self.perform, self.changed)

    def perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        if verb == "refuse":
            raise MediaError("not today", 503)
        if verb == "break":
            raise KeyError("broken")
        return [verb, arguments]

    def changed(self) -> None:
        self.changes += 1

    def connect(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(str(self.path))
        client.setblocking(False)
        self.turn()
        return client

    def turn(self, seconds: float = 0.05) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.loop.turn(0.005)

    def replies(self, client: socket.socket) -> list[dict[str, Any]]:
        self.turn()
        data = b""
        while True:
            try:
                chunk = client.recv(65536)
            except BlockingIOError:
                break
            if not chunk:
                break
            data += chunk
            self.loop.turn(0)
        return [decode(line) for line in data.splitlines()]

    def is_closed(self, client: socket.socket) -> bool:
        self.turn()
        try:
            return client.recv(65536) == b""
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "control.sock")
    yield bench
    bench.server.close()
    bench.loop.close()
    assert not bench.path.exists()


def test_pipelined_requests_are_answered_in_order(bench: Bench) -> None:
    with bench.connect() as client:
        client.send(b"".join(encode({"id": number, "verb": "echo", "call": "a"}) for number in range(50)))
        replies = bench.replies(client)
    assert replies == [{"id": number, "result": ["echo", {"call": "a"}]} for number in range(50)]


def test_requests_may_come_in_pieces(bench: Bench) -> None:
    with bench.connect() as client:
        for byte in encode({"id": 1, "verb": "echo"}):
            client.send(bytes([byte]))
            bench.loop.turn(0)
        assert bench.replies(client) == [{"id": 1, "result": ["echo", {}]}]


def test_refusals_and_failures_are_replies(bench: Bench) -> None:
    with bench.connect() as client:
        client.send(encode({"id": 1, "verb": "refuse"}) + encode({"id": 2, "verb": "break"}))
        refused, broken = bench.replies(client)
    assert refused == {"id": 1, "error": "not today", "status": 503}
    assert (broken["id"], broken["status"]) == (2, 500)
    assert [type(failure) for failure in bench.failures] == [KeyError]


def test_events_go_to_every_controller(bench: Bench) -> None:
    with bench.connect() as one, bench.connect() as other:
        bench.server.tell(MediaEvent("a", MediaEventKind.LOST, "silence"))
        for client in (one, other):
            assert bench.replies(client) == [{"event": "lost", "call": "a", "why": "silence"}]


def test_coming_and_going_is_noticed(bench: Bench) -> None:
    client = bench.connect()
    assert (bench.changes, len(bench.server.controllers)) == (1, 1)
    client.close()
    bench.turn()
    assert (bench.changes, len(bench.server.controllers)) == (2, 0)


@pytest.mark.parametrize("line", [b"nonsense\n", b"[]\n", b'{"verb":"echo"}\n', b'{"id":1}\n', b"x" * (LINE_LIMIT + 1)])
def test_who_is_no_engine_is_sent_away(bench: Bench, line: bytes) -> None:
    with bench.connect() as client, bench.connect() as good:
        client.setblocking(True)
        client.settimeout(2.0)
        view = memoryview(line)
        while view:
            view = view[client.send(view[:4096]) :]
            bench.loop.turn(0)
        client.setblocking(False)
        assert bench.is_closed(client)
        good.send(encode({"id": 1, "verb": "echo"}))
        assert len(bench.replies(good)) == 1


def test_controller_that_does_not_read_gets_everything_when_it_does(bench: Bench) -> None:
    with bench.connect() as client:
        for number in range(2000):
            bench.server.tell(MediaEvent(f"call-{number}" + "x" * 500, MediaEventKind.LOST))
        assert len(bench.replies(client)) == 2000
        client.send(encode({"id": 1, "verb": "echo"}))
        assert len(bench.replies(client)) == 1


def test_controller_that_never_reads_is_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordboard.media.relay.control.BACKLOG_LIMIT", 100_000)
    with bench.connect():
        for _ in range(2000):
            bench.server.tell(MediaEvent("x" * 1000, MediaEventKind.LOST))
        assert bench.server.controllers == set()
        assert bench.failures == []


def test_socket_left_by_a_killed_worker_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(str(path))
    bench = Bench(path)
    bench.connect().close()
    bench.server.close()
    bench.loop.close()


def test_requests_that_come_together_are_answered_together_and_in_order(bench: Bench) -> None:
    client = bench.connect()
    client.send(b"".join(encode({"id": number, "verb": "echo"}) for number in range(3)))
    bench.loop.turn(0.5)
    assert [decode(line)["id"] for line in client.recv(65536).splitlines()] == [0, 1, 2]
    client.close()


def test_what_was_asked_before_a_line_that_is_no_request_is_answered(bench: Bench) -> None:
    client = bench.connect()
    client.send(encode({"id": 1, "verb": "echo"}) + b"nonsense\n")
    bench.turn()
    assert [decode(line)["id"] for line in client.recv(65536).splitlines()] == [1]
    assert bench.is_closed(client)
    client.close()
