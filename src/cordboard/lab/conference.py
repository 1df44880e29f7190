"""A conference: everybody hears all the others, each by a mix of its own (N-1); a recorder hears the sum.

Seats are parts of the mixer and are asked for a frame every 20 ms. The first to be asked in a beat lets the conference
go on by one frame, so that all mixes of a beat are made of the same frames, in whatever order the seats are asked.
A seat's `heard_by` limits who hears it: nobody a supervisor who listens in, the agent alone one who coaches.
"""

from __future__ import annotations

from collections import deque

from cordboard.lab.media_server_port import Tape
from cordboard.lab.mixer import FRAME_SAMPLES, mix
from cordboard.rtp.tone import RATE

DEPTH = 5  # frames of one party that wait at most: 100 ms
LONGEST_RECORDING = 600  # seconds; then the oldest is lost


class Conference:
    """The seats by name, and what the recorder has."""

    def __init__(self) -> None:
        self.seats: dict[str, Seat] = {}
        self.tape = Tape.STOP
        self.beats = 0
        self._recorded: deque[bytes] = deque(maxlen=LONGEST_RECORDING * RATE // FRAME_SAMPLES)

    def join(self, name: str) -> Seat:
        seat = self.seats[name] = Seat(self, name)
        return seat

    def leave(self, name: str) -> None:
        self.seats.pop(name, None)

    def go_on(self) -> None:
        """The next frame of everybody."""
        self.beats += 1
        for seat in self.seats.values():
            seat.take_next()
        if self.tape is Tape.RUN:
            self._recorded.append(mix(seat.said for seat in self.seats.values() if seat.said))

    @property
    def recorded(self) -> bytes:
        """What was recorded until now, as linear audio."""
        return b"".join(self._recorded)


class Seat:
    """One party's place; `said` is its frame of this beat, None while it is silent."""

    def __init__(self, conference: Conference, name: str) -> None:
        self.heard_by: frozenset[str] | None = None  # None: everybody else
        self.said: bytes | None = None
        self._conference = conference
        self._name = name
        self._waiting: deque[bytes] = deque(maxlen=DEPTH)
        self._beat = conference.beats

    def hear(self, frame: bytes) -> None:
        self._waiting.append(frame)

    def next_frame(self) -> bytes:
        """What all others say, silence included: a party in a conference is never without a stream."""
        conference = self._conference
        if self._beat >= conference.beats:
            conference.go_on()
        self._beat = conference.beats
        return mix(seat.said for seat in conference.seats.values() if seat.said and seat.is_heard_by(self._name))

    def take_next(self) -> None:
        self.said = self._waiting.popleft() if self._waiting else None

    def is_heard_by(self, name: str) -> bool:
        return name != self._name and (self.heard_by is None or name in self.heard_by)
