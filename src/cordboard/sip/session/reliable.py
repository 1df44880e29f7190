"""Reliable provisional responses (RFC 3262): what each end keeps of them.

Ours are repeated at T1, 3*T1, 7*T1 ... with ever doubled intervals until their PRACK, one at a time; a WebSocket ends
at the peer and needs no repetition. Theirs are taken in the order of RSeq, per fork and INVITE.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from cordboard.sip import events
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import number
from cordboard.sip.message import Request, Response
from cordboard.sip.session.effects import Answer
from cordboard.sip.transaction.timers import Timers

OPTION = "100rel"
HIGHEST = 2**32 - 1


@dataclass(slots=True, eq=False)
class Reliable:
    """Our reliable responses to their INVITE of that CSeq number; RSeq begins with 1."""

    cseq: int
    timers: Timers
    repeats: bool
    number: int = 0
    waiting: Answer | None = None  # for its PRACK
    settled: bool = False  # whether an answer to their offer, or theirs to ours, went this way
    queue: deque[events.Ring] = field(default_factory=deque)
    accept: events.Accept | None = None  # held back until the PRACK
    _expires: float | None = None
    _repeat_at: float | None = None
    _interval: float = 0.0

    def sent(self, answer: Answer, now: float) -> None:
        """That response has just been sent, with the next number."""
        self.number += 1
        self.waiting = answer
        self._interval = self.timers.t1
        self._expires = now + self.timers.timeout
        self._repeat_at = now + self._interval if self.repeats else None

    @property
    def deadline(self) -> float | None:
        times = [time for time in (self._expires, self._repeat_at) if time is not None]
        return min(times) if times else None

    @property
    def describes(self) -> bool:
        """Whether the response that waits carries SDP; the 2xx must then wait for the PRACK (section 3)."""
        return self.waiting is not None and bool(self.waiting.body)

    def expired(self, now: float) -> bool:
        """Whether no PRACK came for 64*T1."""
        return self._expires is not None and self._expires <= now

    def repetition(self, now: float) -> Answer | None:
        """The response to be sent again now; sets the next time."""
        if self.waiting is None or self._repeat_at is None or now < self._repeat_at:
            return None
        self._interval *= 2
        self._repeat_at = now + self._interval
        return self.waiting

    def matches(self, prack: Request) -> bool:
        """Whether this PRACK is for the response that waits; raises RemoteProtocolError for a malformed RAck."""
        words = prack.headers.get("RAck", "").split()
        if len(words) != 3:
            raise RemoteProtocolError("RAck is malformed")
        which = number(words[0], HIGHEST, "RSeq in RAck"), number(words[1], HIGHEST, "CSeq in RAck"), words[2]
        return self.waiting is not None and which == (self.number, self.cseq, "INVITE")

    def acknowledged(self) -> None:
        """The PRACK came."""
        self.waiting = self._expires = self._repeat_at = None

    def stop(self) -> None:
        """A final response is sent: no more repetitions, but a PRACK may still come (section 3)."""
        self._expires = self._repeat_at = None
        self.queue.clear()


@dataclass(slots=True, eq=False)
class Progress:
    """What one fork said reliably to an INVITE of ours: the last RSeq, and the first SDP."""

    number: int
    description: bytes = b""
    owed: bool = False  # that SDP is an offer, and our user has not given the answer yet
    current: bool = True  # whether that SDP is still what counts, no UPDATE having changed it

    @property
    def settled(self) -> bool:
        return bool(self.description) and not self.owed


def reliable_number(response: Response) -> int | None:
    """The RSeq of a reliable provisional response; None for one that is not, or cannot be acknowledged."""
    text = response.headers.get("RSeq")
    if text is None or response.status <= 100 or OPTION not in map(str.lower, response.headers.get_list("Require")):
        return None
    try:
        return number(text.strip(), HIGHEST, "RSeq") or None
    except RemoteProtocolError:
        return None
