"""Whole messages, line by line, in virtual time: the exchanges of the traces against the SIP Server look-alike.

    # a remark
    ! MakeCall 5003 5002            what CTI asks
    @ 0.5                           seconds pass
    < agent                         the server's next message to "agent", exactly these lines in this order
    INVITE sip:5003@127.0.0.81:5090 SIP/2.0
    From: sip:5002@127.0.0.81;tag={tag1}
    ...
    > agent                         "agent" sends this
    SIP/2.0 180 Ringing
    ...
    - agent                         nothing (more) has been sent to "agent"

A `{name}` is bound by the first message that has it and must be the same afterwards. The name says what it may be:
branch, tag, call, uuid, id (a number), any. `{sdp:name}` is a description from `kit.peer.BODIES` with its `o=` line
left open. Content-Length is counted: in a sent message it is filled in, in an expected one it is checked against the
body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kit.sip_server_stack import SipServerStack

GUID = r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}-\d+"
KINDS = {
    "branch": f"z9hG4bK{GUID}",
    "tag": GUID,
    "call": f"{GUID}@127.0.0.81",
    "uuid": "[0-9A-V]{32}",
    "id": r"\d+",
    "any": r"[^\s;>]+",
}
PLACEHOLDER = re.compile(r"\{([a-z]+)(\d*)\}")


class TranscriptBroken(AssertionError):
    """The server did not say what the transcript says."""


@dataclass(slots=True)
class Transcript:
    """Runs transcripts; bindings last from one to the next."""

    server: SipServerStack
    now: float = 1000.0
    bound: dict[str, str] = field(default_factory=dict)

    def __call__(self, text: str) -> None:
        for block in re.split(r"\n(?=[!@<>#-] )", text.strip("\n")):
            head, _, body = block.partition("\n")
            mark, _, rest = head.partition(" ")
            match mark:
                case "!":
                    self.server.receive("cti", rest.strip().encode(), self.now)
                case "@":
                    self.wait(float(rest))
                case ">":
                    self._send(rest.strip(), body)
                case "<":
                    self._expect(rest.strip(), body)
                case "-":
                    self._nothing(rest.strip())

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (deadline := self.server.deadline) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self.server.pass_time(self.now)
        self.now = until

    def _send(self, peer: str, text: str) -> None:
        text = PLACEHOLDER.sub(lambda match: self.bound[match[0]], text.strip("\n"))
        head, _, body = text.partition("\n\n")
        lines = [line for line in head.split("\n") if not line.startswith("Content-Length")]
        content = body.replace("\n", "\r\n") + ("\r\n" if body else "")
        message = "\r\n".join([*lines, f"Content-Length: {len(content)}", "", content])
        self.server.receive(peer, message.encode(), self.now)

    def _expect(self, peer: str, text: str) -> None:
        sent = self.server.sent
        index = next((place for place, (name, _) in enumerate(sent) if name == peer), None)
        if index is None:
            raise TranscriptBroken(f"nothing was sent to {peer}, expected\n{text}")
        data = sent.pop(index)[1].decode()
        head, _, body = data.partition("\r\n\r\n")
        got = [*head.split("\r\n"), *(["", *body.rstrip("\r\n").split("\r\n")] if body else [])]
        wanted = text.strip("\n").split("\n")
        for expected, actual in zip(wanted, got, strict=False):
            if not self._same(expected, actual, len(body)):
                raise TranscriptBroken(f"expected\n  {expected}\ngot\n  {actual}\nin\n{data}")
        if len(wanted) != len(got):
            raise TranscriptBroken(f"{len(wanted)} lines expected, {len(got)} came:\n{data}")

    def _same(self, expected: str, actual: str, length: int) -> bool:
        if expected.startswith("Content-Length:"):
            return actual == f"Content-Length: {length}"
        pattern, names = "", []
        for part in re.split(r"(\{[a-z]+\d*\})", expected):
            match = PLACEHOLDER.fullmatch(part)
            if match is None:
                pattern += re.escape(part)
            elif part in self.bound:
                pattern += re.escape(self.bound[part])
            else:
                names.append(part)
                pattern += f"({KINDS[match[1]]})"
        found = re.fullmatch(pattern, actual)
        if found is None:
            return False
        self.bound.update(zip(names, found.groups(), strict=True))
        return True

    def _nothing(self, peer: str) -> None:
        rest = [data.decode() for name, data in self.server.sent if name == peer]
        if rest:
            raise TranscriptBroken(f"nothing more was expected for {peer}:\n{rest[0]}")
