"""A conversation as a ladder: what each peer sends and what it must get, in one column, in virtual time.

    ladder = Ladder(stack)
    ladder('''
        trunk -> INVITE sip:5001@gateway  + X-Genesys-CallUUID: U1   | audio offer
        page  <- INVITE                   + X-Genesys-CallUUID: U1
        page  -> 180
        trunk <- 180
        after 0.5 s
        ...
    ''')

`name -> text` lets that peer send, `name <- text` expects the next message towards that peer, `after N s` lets time
pass. Lines are in the order of events; messages to different peers that leave together may be written in any order.
Whatever is sent and not written down fails the ladder at the next `->`, at `after` and at the end ("asserted until
here").

The stack under test offers `receive(peer, data, now)`, `pass_time(now)`, `deadline` and `sent: list[(peer, bytes)]`;
a peer builds and matches messages (see `tests.kit.peer`).
"""

from __future__ import annotations

import re
from typing import Protocol

LINE = re.compile(r"^\s*(?P<peer>[\w-]+)\s+(?P<arrow><-|->)\s*(?P<text>.*?)\s*$")
AFTER = re.compile(r"^\s*after\s+(?P<seconds>[\d.]+)\s*s\s*$")


class Stack(Protocol):
    """What a ladder drives."""

    sent: list[tuple[str, bytes]]

    def receive(self, peer: str, data: bytes, now: float) -> None: ...

    def pass_time(self, now: float) -> None: ...

    @property
    def deadline(self) -> float | None: ...


class Peer(Protocol):
    """One column of the ladder."""

    def build(self, text: str) -> bytes: ...

    def match(self, text: str, data: bytes) -> str:
        """Empty if the message is what the text says, else what differs."""


class LadderBroken(AssertionError):
    """The conversation went another way."""


class Ladder:
    """Runs ladders against one stack; `now` is virtual seconds."""

    def __init__(self, stack: Stack, peers: dict[str, Peer], now: float = 1000.0) -> None:
        self.stack = stack
        self.peers = peers
        self.now = now
        self._seen: list[str] = []

    def __call__(self, text: str) -> None:
        for line in text.strip("\n").splitlines():
            if line.strip() and not line.strip().startswith("#"):
                self._step(line)
        self._nothing_left("the end of the ladder")

    def _step(self, line: str) -> None:
        if after := AFTER.match(line):
            self._nothing_left(line.strip())
            self.wait(float(after["seconds"]))
        elif step := LINE.match(line):
            action = self._send if step["arrow"] == "->" else self._expect
            action(step["peer"], step["text"])
        else:
            raise LadderBroken(f"not a line of a ladder: {line!r}")
        self._seen.append(line.strip())

    def wait(self, seconds: float) -> None:
        """Let virtual time pass; the stack is woken at each of its deadlines."""
        until = self.now + seconds
        while (deadline := self.stack.deadline) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self.stack.pass_time(self.now)
        self.now = until

    def _send(self, peer: str, text: str) -> None:
        self._nothing_left(f"{peer} -> {text}")
        self.stack.receive(peer, self.peers[peer].build(text), self.now)

    def _expect(self, peer: str, text: str) -> None:
        for index, (name, data) in enumerate(self.stack.sent):
            if name == peer:
                if why := self.peers[peer].match(text, data):
                    self._fail(f"{peer} <- {text}", f"{why}; the message was\n{data.decode(errors='replace')}")
                del self.stack.sent[index]
                return
        self._fail(f"{peer} <- {text}", f"nothing was sent to {peer}")

    def _nothing_left(self, before: str) -> None:
        if self.stack.sent:
            unexpected = "\n".join(
                f"    {peer} <- {data.decode(errors='replace').splitlines()[0] if data else '(empty)'}"
                for peer, data in self.stack.sent
            )
            self._fail(before, f"sent but not in the ladder:\n{unexpected}")

    def _fail(self, at: str, why: str) -> None:
        seen = "\n".join(f"    {line}" for line in self._seen[-12:])
        raise LadderBroken(f"asserted until here:\n{seen}\n--> {at}\n{why}")
