"""A Bayeux server in virtual time: messages in, replies by request, a clock that wakes it at its deadlines."""

from __future__ import annotations

import itertools
from typing import Any

from cordboard.bayeux.events import Input, Output, Received, Reply, Tick
from cordboard.bayeux.server import Server, ServerSettings

HANDSHAKE = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["websocket", "long-polling"]}
UNKNOWN = {"reconnect": "handshake", "interval": 0}


class Rig:
    """A server, its clock, and the replies that came, by request."""

    def __init__(self, **settings: Any) -> None:
        self.server = Server(ServerSettings(**settings))
        self.now = 0.0
        self.replies: dict[str, tuple[dict[str, Any], ...]] = {}
        self.others: list[Output] = []
        self._numbers = itertools.count(1)

    def feed(self, input: Input) -> None:
        for output in self.server.handle(input, self.now):
            if isinstance(output, Reply):
                assert output.request not in self.replies, "answered twice"
                self.replies[output.request] = output.messages
            else:
                self.others.append(output)

    def send(
        self,
        *messages: dict[str, Any],
        owner: str = "agent5001",
        browser: str = "b1",
        session: str = "h1",
        is_websocket: bool = False,
    ) -> str:
        number = next(self._numbers)
        request = f"r{number}"
        self.feed(Received(request, messages, f"c{number}", owner, browser, session, is_websocket))
        return request

    def ask(self, message: dict[str, Any], **who: Any) -> dict[str, Any]:
        return self.replies[self.send(message, **who)][0]

    def handshake(self, **who: str) -> str:
        reply = self.ask(HANDSHAKE, **who)
        assert reply["successful"]
        client: str = reply["clientId"]
        return client

    def connect(self, client: str, timeout: int | None = None, **who: str) -> str:
        advice = {} if timeout is None else {"advice": {"timeout": timeout}}
        message = {"channel": "/meta/connect", "connectionType": "long-polling", "clientId": client, **advice}
        return self.send(message, **who)

    def client(self, *channels: str, **who: str) -> str:
        """A client that has subscribed and made its first connect."""
        client = self.handshake(**who)
        for channel in channels:
            self.ask({"channel": "/meta/subscribe", "clientId": client, "subscription": channel}, **who)
        assert self.connect(client, 0, **who) in self.replies
        return client

    def after(self, seconds: float) -> None:
        """Let time pass, waking the server whenever it asks for it."""
        end = self.now + seconds
        while (deadline := self.server.deadline) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.feed(Tick())
        self.now = end
