"""The packet loop port: what sends and hears the sound of many calls.

A stream is one call's sound as one party sends and hears it: G.711, 20 ms a packet, a tone that says who is
speaking and a stamp that says when. `make` (in this package) gives the compiled loop, or the one in Python where
there is none.

    packets = make()
    number = packets.add(sock, gateway, None, Sending(ssrc, 0, 440.0, expected=1000.0, secure=True, talking=False))
    packets.on_datagram(number, agent.take)        STUN and DTLS, RTCP decrypted
    packets.send(number, check)                    ICE, DTLS
    packets.secure(number, association.sessions)   from now on SRTP goes in and out
    packets.talk(number, True)
    print(packets.figures(number).heard)
    packets.remove(number)

All methods are called from the thread of the asyncio loop in which the packet loop was made; listeners are called
there too.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cordboard.media.relay.dtls_srtp import SrtpSessions
from cordboard.phone.packets.latency import Latency

Address = tuple[str, int]
Listener = Callable[[bytes, Address], None]


@dataclass(frozen=True, slots=True)
class Sending:
    """What a stream sends, and what it expects to hear. Frequencies in Hz.

    The stamp stands in the payload's first 16 bytes and survives where G.711 is passed on as it is; a translation
    from PCMU to PCMA destroys it: then there is no latency.
    """

    ssrc: int
    payload_type: int = 0
    frequency: float = 440.0  # of the tone; 0.0: silence
    codec: str = "PCMU"  # or "PCMA"
    expected: float = 0.0  # of the tone that is to be heard; 0.0: whatever comes is right
    expected_ssrc: int = 0  # of the stream in this or another process whose stamps are to be heard; 0: anyone's
    secure: bool = False  # SRTP: no media goes in or out before there are keys
    talking: bool = True  # send from the beginning
    stamp_every: int = 1  # stamp every so manieth packet; 0: none
    check_every: int = 1  # decrypt and look into every so manieth packet; the others are counted by their header.
    # A packet that was not decrypted may be forged: for hundreds of calls on loopback only.
    local: str = ""  # on a socket that is bound to 0.0.0.0: the address (IPv4) to send from and to be reached at


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """What a stream has sent and heard. Times are seconds of `time.monotonic()`, 0.0 for never; counts are packets."""

    sent: int = 0
    unsent: int = 0  # the socket did not take them
    received: int = 0  # repeated ones not counted
    lost: int = 0  # gaps in the sequence numbers
    late: int = 0  # came after one that was sent later
    repeated: int = 0
    refused: int = 0  # did not decrypt, or came before there were keys
    foreign: int = 0  # carry the stamp of another stream than the expected one: sound of another call
    latency: Latency = field(default_factory=Latency)  # from the sender's stamp to our machine's network stack
    tone: float = 0.0  # the share (0 to 1) of what was heard lately that is the expected tone
    heard: bool = False  # most of what was heard lately is the expected tone (or loud at all, where none is expected)
    longest_gap: float = 0.0  # seconds between two packets, one after the other
    first_sent: float = 0.0
    last_sent: float = 0.0
    first_received: float = 0.0
    last_received: float = 0.0
    first_heard: float = 0.0  # the first packet with the expected tone


@dataclass(frozen=True, slots=True)
class LoopFigures:
    """How the loop itself does: a loop that is late measures itself."""

    busy: float = 0.0  # seconds of a core that it has used
    lateness: Latency = field(default_factory=Latency)  # of its ticks
    strays: int = 0  # datagrams on shared sockets that belong to no stream


class PacketLoop(Protocol):
    """Streams of many calls. Unknown and removed numbers raise `KeyError`."""

    def add(self, sock: socket.socket, destination: Address | None, keys: SrtpSessions | None, sending: Sending) -> int:
        """A new stream; its number. From now on the loop reads the socket, what waits in it included.

        The socket stays the caller's to close, after `remove`. One that is added again is shared: its streams are
        told apart by the sender, which has to be the stream's destination, and by `Sending.local`.
        """

    def point(self, number: int, destination: Address | None) -> None:
        """Send to another address; None: nowhere yet."""

    def secure(self, number: int, keys: SrtpSessions) -> None:
        """The keys, or new ones. They are the loop's alone until another set replaces them or the stream is removed."""

    def expect(self, number: int, frequency: float, ssrc: int = 0) -> None:
        """Another tone, or another stream's stamps, are to be heard from now on."""

    def talk(self, number: int, on: bool) -> None:
        """Send sound or stop; sequence numbers go on, timestamps follow the time."""

    def send(self, number: int, data: bytes) -> None:
        """A datagram to the stream's destination: RTCP is encrypted where there are keys, all else goes as it is."""

    def on_datagram(self, number: int, listener: Listener) -> None:
        """Who gets what is no RTP, with the sender's address: STUN, DTLS, (decrypted) RTCP. What came earlier waits."""

    def figures(self, number: int) -> StreamFigures: ...

    def total(self, numbers: Sequence[int]) -> StreamFigures:
        """The figures of many streams in one: sums, the worst gap, the earliest and the latest time; `tone` is the
        least and `heard` that of all.
        """

    def reset(self, numbers: Sequence[int]) -> None:
        """Count from here: all figures of these streams begin anew, as does the loop's own lateness."""

    def loop_figures(self) -> LoopFigures: ...

    def remove(self, number: int) -> StreamFigures:
        """End a stream; its last figures. Its listener is not called any more; what waits in the socket stays there."""

    def close(self) -> None:
        """End the loop and all its streams."""
