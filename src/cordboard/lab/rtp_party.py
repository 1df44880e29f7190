"""One end of a plain RTP stream with its side of offer/answer: the ears and mouth of media server and customers.

It has no socket and no clock: packets go in by `receive`, one packet per 20 ms comes out of `next_packet`. What it
hears is kept as linear audio for the last seconds, so that a test can measure it; digits (RFC 4733) are kept as text.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from cordboard.lab.mixer import FRAME_OCTETS, FRAME_SAMPLES, SILENCE, Part
from cordboard.rtp.g711 import decode_pcma, decode_pcmu, encode_pcma, encode_pcmu
from cordboard.rtp.packet import RtpError, RtpPacket
from cordboard.rtp.statistics import ReceptionStatistics
from cordboard.rtp.telephone_event import DigitReader, payloads
from cordboard.rtp.tone import RATE
from cordboard.sdp.codec import PCMA, PCMU, Codec
from cordboard.sdp.direction import Direction, answer_direction
from cordboard.sdp.plain import PlainLocal, PlainRemote, read_plain, write_plain
from cordboard.sdp.selection import choose, ours, telephone_event_of

HEARD_SECONDS = 10
MAXIMUM_DIGITS = 256

Coder = Callable[[bytes], bytes]
ENCODERS: dict[str, Coder] = {"pcmu": encode_pcmu, "pcma": encode_pcma}
DECODERS: dict[int, Coder] = {PCMU.payload_type: decode_pcmu, PCMA.payload_type: decode_pcma}


class RtpParty:
    """`address` is where its socket is; `ssrc` and `session_id` are chosen by the owner (they should be random)."""

    def __init__(self, address: tuple[str, int], part: Part, *, ssrc: int, session_id: int) -> None:
        self.address = address
        self.part = part
        self.statistics = ReceptionStatistics()
        self.packets = 0
        self.first_received: float | None = None
        self.digits = ""
        self.on_digit: Callable[[str], None] = lambda digit: None
        self._session_id = session_id
        self._versions = itertools.count(1)
        self._remote: PlainRemote | None = None
        self._codecs: list[Codec] = []
        self._listens = True
        self._ssrc = ssrc
        self._sequence = 1
        self._timestamp = 0
        self._talking = False
        self._heard: deque[tuple[float, bytes]] = deque(maxlen=HEARD_SECONDS * RATE // FRAME_SAMPLES)
        self._reader = DigitReader()
        self._event_payloads: deque[tuple[bytes, bool]] = deque()
        self._event_start = 0

    # --- offer and answer ---

    def offer(self, direction: Direction = Direction.SENDRECV) -> str:
        """A description with everything we can."""
        self._codecs = self._codecs or ours()
        return self._write(ours(), direction)

    def answer(self, offer: str) -> str:
        """Take in an offer and answer it; raises `SdpError`, and then nothing has changed."""
        remote = read_plain(offer)
        codecs = choose(remote.codecs, ours())
        direction = answer_direction(remote.direction, Direction.SENDRECV)
        self._remote, self._codecs, self._listens = remote, codecs, direction.receives
        return self._write(codecs, direction, remote)

    def take_answer(self, answer: str) -> None:
        """Take in the answer to our offer, or any new description of the far side; raises `SdpError`."""
        remote = read_plain(answer)
        self._codecs = choose(remote.codecs, ours())
        self._remote, self._listens = remote, remote.direction.sends

    def _write(self, codecs: list[Codec], direction: Direction, remote: PlainRemote | None = None) -> str:
        host, port = self.address
        local = PlainLocal(self._session_id, next(self._versions), host, port, codecs, direction)
        if remote is not None:
            local = replace(local, protocol=remote.protocol, refused_media=remote.refused_media)
        return write_plain(local)

    @property
    def target(self) -> tuple[str, int] | None:
        """Where our packets go now; None while the far side holds or has not described itself."""
        remote = self._remote
        return (remote.address, remote.port) if remote is not None and remote.receives else None

    # --- out ---

    def next_packet(self) -> bytes | None:
        """What is to be sent in this 20 ms; call it every 20 ms, also while there is nothing to say."""
        frame = self.part.next_frame()
        packet = self._packet(frame) if self.target is not None else None
        self._timestamp = (self._timestamp + FRAME_SAMPLES) & 0xFFFFFFFF
        self._talking = packet is not None
        return packet

    def send_digits(self, digits: str) -> None:
        """Send these digits as telephone events, one after the other, instead of sound. Raises ValueError."""
        for digit in digits:
            events = payloads(digit, 100)
            self._event_payloads.extend((payload, place == 0) for place, payload in enumerate(events))
            self._event_payloads.extend([(b"", False)] * 3)  # 60 ms between digits

    def _packet(self, frame: bytes | None) -> bytes | None:
        event = telephone_event_of(self._codecs, RATE)
        if self._event_payloads:
            payload, first = self._event_payloads.popleft()
            if first:
                self._event_start = self._timestamp
            if payload and event is not None:
                return self._build(event.payload_type, self._event_start, payload, first)
            frame = SILENCE
        if frame is None or not self._codecs:
            return None
        codec = self._codecs[0]
        return self._build(codec.payload_type, self._timestamp, ENCODERS[codec.name.lower()](frame), not self._talking)

    def _build(self, payload_type: int, timestamp: int, payload: bytes, marker: bool) -> bytes:
        packet = RtpPacket(payload_type, self._sequence, timestamp, self._ssrc, payload, marker)
        self._sequence = (self._sequence + 1) & 0xFFFF
        return packet.to_bytes()

    # --- in ---

    def receive(self, data: bytes, now: float, epoch: float) -> None:
        """A datagram came; what is no RTP of a payload type that we know is dropped."""
        try:
            packet = RtpPacket.parse(data)
            self._take(packet, now, epoch)
        except RtpError:
            return
        self.statistics.update(data, now)

    def _take(self, packet: RtpPacket, now: float, epoch: float) -> None:
        event = telephone_event_of(self._codecs, RATE)
        if event is not None and packet.payload_type == event.payload_type:
            digit = self._reader.take(packet.timestamp, packet.payload)
            self.note_digit(digit or "")
            return
        decode = DECODERS.get(packet.payload_type)
        if decode is None or not packet.payload:
            return
        self.packets += 1
        if self.first_received is None:
            self.first_received = epoch
        if not self._listens:
            return
        linear = decode(packet.payload)
        self._heard.append((now, linear))
        for start in range(0, len(linear) - FRAME_OCTETS + 1, FRAME_OCTETS):
            self.part.hear(linear[start : start + FRAME_OCTETS])

    def note_digit(self, digit: str) -> None:
        """A digit came, here or by INFO."""
        self.digits = (self.digits + digit)[-MAXIMUM_DIGITS:]
        if digit:
            self.on_digit(digit)

    def heard(self, seconds: float, now: float | None = None) -> bytes:
        """The last audio that came, as linear audio; shorter than asked for where less came.

        With `now` only what came in the `seconds` before: silence on the line is no audio.
        """
        frames = (frame for came, frame in self._heard if now is None or came > now - seconds)
        return b"".join(frames)[-2 * round(seconds * RATE) :]

    def forget(self) -> None:
        """Drop what was heard, for a measurement from now on."""
        self._heard.clear()
