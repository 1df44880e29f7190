"""The worker's end of the control socket: controllers come and go, their lines become calls of verbs."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cordboard.media.port import MediaError, MediaEvent
from cordboard.media.relay.path.loop import PacketLoop
from cordboard.media.relay.words import LINE_LIMIT, decode, encode, event_to_json

BACKLOG_LIMIT = 8 << 20  # bytes that a controller has not read; beyond it is taken for dead

Perform = Callable[[str, dict[str, Any]], Any]


class ControlServer:
    """Listens on a Unix socket; `perform(verb, arguments)` carries a request out or raises `MediaError`."""

    def __init__(self, loop: PacketLoop, path: Path, perform: Perform, on_change: Callable[[], None]) -> None:
        self._loop = loop
        self._path = path
        self._on_change = on_change
        self.perform = perform
        self.controllers: set[Controller] = set()
        self._listener = _listen(path)
        loop.watch(self._listener, self._accept)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            sock, _ = self._listener.accept()
            sock.setblocking(False)
            self.controllers.add(Controller(self, self._loop, sock))
            self._on_change()

    def gone(self, controller: Controller) -> None:
        """A controller's connection has ended."""
        self.controllers.discard(controller)
        self._on_change()

    def tell(self, event: MediaEvent) -> None:
        """Send an event to every controller."""
        self.say(event_to_json(event))

    def say(self, words: dict[str, Any]) -> None:
        """Send what is no reply to every controller."""
        line = encode(words)
        for controller in list(self.controllers):
            controller.send(line)

    def close(self) -> None:
        """End all connections and take the socket away."""
        for controller in list(self.controllers):
            controller.close()
        self._loop.forget(self._listener)
        self._listener.close()
        self._path.unlink(missing_ok=True)


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # left by a worker that was killed: whoever starts one has looked that nobody answers
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.bind(str(path))
    sock.listen(8)
    return sock


class Controller:
    """One connection from an engine."""

    def __init__(self, server: ControlServer, loop: PacketLoop, sock: socket.socket) -> None:
        self._server = server
        self._loop = loop
        self._socket = sock
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self._closed = False
        self._stalled = False
        self._answering = False  # replies wait for those to the other lines that came with theirs
        loop.watch(sock, self._readable)

    def _readable(self) -> None:
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._incoming += data
        *lines, rest = self._incoming.split(b"\n")
        self._incoming = rest
        self._answering = True
        for line in lines:
            self._handle(bytes(line))
        self._answering = False
        self._flush()
        if len(self._incoming) > LINE_LIMIT:
            self.close()

    def _handle(self, line: bytes) -> None:
        try:
            words = decode(line)
            number, verb = words.pop("id"), str(words.pop("verb"))
        except (ValueError, KeyError):
            self._flush()
            self.close()  # not an engine
            return
        self.send(encode({"id": number, **self._outcome(verb, words)}))

    def _outcome(self, verb: str, words: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"result": self._server.perform(verb, words)}
        except MediaError as refusal:
            return {"error": str(refusal), "status": refusal.status}
        except Exception as failure:  # the boundary: one broken verb is that verb's failure
            self._loop.on_failure(failure)
            return {"error": f"the media worker failed: {type(failure).__name__}", "status": 500}

    def send(self, line: bytes) -> None:
        if self._closed:
            return
        self._outgoing += line
        if not self._answering:
            self._flush()

    def _flush(self) -> None:
        if self._closed or not (self._outgoing or self._stalled):
            return
        try:
            sent = self._socket.send(self._outgoing)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        del self._outgoing[:sent]
        if len(self._outgoing) > BACKLOG_LIMIT:
            self.close()
        elif bool(self._outgoing) != self._stalled:
            self._stalled = not self._stalled
            self._loop.watch_writable(self._socket, self._flush if self._stalled else None)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._loop.forget(self._socket)
        self._socket.close()
        self._server.gone(self)
