"""Calls come, go and move while their packets come: the compiled loop mixes nothing up and forgets what is over.

One worker's parts without a worker: the test makes the turns. Keys are put in where a DTLS handshake would leave them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import socket
from collections.abc import Callable, Iterator

import pytest
from pylibsrtp import Policy

from cordboard.media.port import MediaEvent
from cordboard.media.relay.dtls_srtp import Identity, SrtpSessions
from cordboard.media.relay.path.compiled import CompiledLoop
from cordboard.media.relay.path.port import PacketPath
from cordboard.media.relay.path.state import CallState
from cordboard.media.relay.ports import PortPool, bind_first_free, bind_udp
from cordboard.media.relay.settings import RelaySettings
from cordboard.media.relay.sides.call import MediaCall, Surroundings
from cordboard.media.relay.sides.webrtc_port import WebRtcPort
from cordboard.rtp.packet import RtpPacket
from cordboard.sdp.codec import PCMU, TELEPHONE_EVENT
from cordboard.sdp.plain import PlainLocal, read_plain, write_plain
from kit.relay import FIRST_PORT

HOST = "127.0.0.1"
STEPS = 4000
FINGERPRINT = ":".join(["AA"] * 32)
PAGE = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF 0 126
c=IN IP4 0.0.0.0
a=ice-ufrag:theirs
a=ice-pwd:012345678901234567890123
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:0 PCMU/8000
a=rtpmap:126 telephone-event/8000
""".replace("\n", "\r\n").format(fingerprint=FINGERPRINT)


class Source:
    """RTP as one end sends it: losses, other sources, telephone events, all by chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.ssrc, self.sequence, self.timestamp = (
            chance.getrandbits(32),
            chance.getrandbits(16),
            chance.getrandbits(32),
        )
        self.sent = 0

    def packet(self, mark: bytes) -> bytes:
        step = self.chance.choice([1] * 20 + [2, 3, 200])
        if self.chance.random() < 0.02:
            self.ssrc = self.chance.getrandbits(32)
        self.sequence = (self.sequence + step) & 0xFFFF
        self.timestamp = (self.timestamp + 160 * step) & 0xFFFFFFFF
        self.sent += 1
        event = self.chance.random() < 0.02
        payload = b"\x01\x0a\x00\xa0" if event else mark
        number = 126 if event else 0
        return RtpPacket(number, self.sequence, self.timestamp, self.ssrc, payload).to_bytes()


class Party:
    """One call with both its ends. Whatever they hear must have been said in this call, since `mark` was changed."""

    def __init__(self, site: Site, name: int) -> None:
        self.site = site
        self.name = name
        self.page, self.trunk = bind_udp(HOST, 0), bind_udp(HOST, 0)
        self.says, self.speaks = Source(site.chance), Source(site.chance)
        self.call = MediaCall(site.around, lambda kind, why: None)
        self.call.take_page_offer(PAGE)
        self.port = read_plain(self.call.trunk_offer()).port
        self.point_trunk()
        self.call.page_answer()
        self.new_keys()
        self.heard_by_page = self.heard_by_trunk = 0
        self.latest: int | None = None

    @property
    def mark(self) -> bytes:
        return b"call %6d" % self.name

    def point_trunk(self) -> None:
        local = PlainLocal(1, 1, HOST, self.trunk.getsockname()[1], [PCMU, TELEPHONE_EVENT.numbered(126)], "sendrecv")
        self.call.take_trunk_answer(write_plain(local))

    def new_keys(self) -> None:
        ours, theirs = os.urandom(30), os.urandom(30)
        profile = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
        self.keys = SrtpSessions("", profile, ours, theirs)
        side = self.call._page_side
        side._association = Established(SrtpSessions("", profile, theirs, ours))  # type: ignore[assignment]
        side._verify()
        self.nominate()

    def nominate(self) -> None:
        side = self.call._page_side
        self.site.port.assign(self.page.getsockname(), side)
        side._nominated(self.page.getsockname())
        side._changed()

    # --- what may happen

    def page_speaks(self) -> None:
        packet = self.keys.protect(self.says.packet(self.mark))
        self.page.sendto(packet, (HOST, self.site.port.port))

    def trunk_speaks(self) -> None:
        self.trunk.sendto(self.speaks.packet(self.mark), (HOST, self.port))

    def page_moves(self) -> None:
        self.page.close()
        self.page = bind_udp(HOST, 0)
        self.nominate()

    def trunk_moves(self) -> None:
        self.trunk.close()
        self.trunk = bind_udp(HOST, 0)
        self.point_trunk()

    def page_begins_anew(self) -> None:
        self.call.renew_page()
        self.call.take_page_offer(PAGE)
        self.call.page_answer()
        self.new_keys()

    def page_loses_its_keys(self) -> None:
        self.call._page_side._open(None, None)

    def is_held(self) -> None:
        self.call.direction("page", self.site.chance.choice(["sendrecv", "inactive", "sendonly"]))

    def something_odd(self) -> None:
        data = bytes([self.site.chance.randrange(256)]) + self.site.chance.randbytes(self.site.chance.randrange(60))
        self.site.chance.choice([self.page, self.trunk]).sendto(data, (HOST, self.site.port.port))
        self.site.chance.choice([self.page, self.trunk]).sendto(data, (HOST, self.port))

    def closes_when_reports_come(self) -> None:
        """In the middle of a batch: first a packet, then the report, then a packet that nobody may take."""
        reporter = Closing(self.close)
        self.call._trunk_side.reporter = self.call._page_side.reporter = reporter  # type: ignore[assignment]
        report = b"\x80\xc9\x00\x01\x00\x00\x00\x07"
        self.trunk_speaks()
        self.page_speaks()
        self.trunk.sendto(report, (HOST, self.port))
        self.page.sendto(self.keys.protect_rtcp(report), (HOST, self.site.port.port))
        self.trunk_speaks()
        self.page_speaks()

    # --- what is heard

    def listen(self) -> None:
        for data in received(self.trunk):
            self.hear(data)
            self.heard_by_trunk += 1
        for data in received(self.page):
            with contextlib.suppress(Exception):  # under keys that are over, or STUN
                self.hear(self.keys.unprotect(data))
                self.heard_by_page += 1

    def hear(self, data: bytes) -> None:
        packet = RtpPacket.parse(data)
        if packet.payload[:4] == b"call":
            assert packet.payload == self.mark, "a packet of another call"

    def close(self) -> None:
        if self in self.site.parties:
            self.site.parties.remove(self)
            state = self.call._path.state  # type: ignore[attr-defined]
            self.call.close()
            self.site.over.append(poison(state))
            self.page.close()
            self.trunk.close()


POISON = 0xEE


def poison(state: CallState) -> CallState:
    """Whoever still looks at a call that is over finds keys that lead nowhere, and the test ends then and there."""
    ctypes.memset(ctypes.addressof(state), POISON, ctypes.sizeof(state))
    return state


class Established:
    """A DTLS association that is done; what else comes for it is passed over."""

    established = True
    deadline = None

    def __init__(self, sessions: SrtpSessions) -> None:
        self.sessions = sessions

    def peer_fingerprint(self, algorithm: str) -> str:
        return FINGERPRINT

    def receive(self, datagram: bytes, now: float) -> list[bytes]:
        return []


class Closing:
    def __init__(self, close: Callable[[], None]) -> None:
        self.close = close

    def take(self, data: bytes, epoch: float) -> None:
        self.close()

    def report(self, now: float, epoch: float) -> bytes:
        return b""


class Site:
    """A worker's parts, and the calls of the moment."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.failures: list[Exception] = []
        self.events: list[MediaEvent] = []
        settings = RelaySettings(rtp_ports=(FIRST_PORT, FIRST_PORT + 79))
        self.port = WebRtcPort(bind_first_free(HOST, (0, 0)))
        self.loop = CompiledLoop(self.failures.append, self.port)
        self.loop.watch(self.port.socket, self.port.readable)
        path = PacketPath(self.loop, self.loop.open_call, "compiled")
        self.around = Surroundings(settings, path, Identity(), self.port, PortPool(HOST, settings.rtp_ports))
        self.parties: list[Party] = []
        self.over: list[CallState] = []
        self.names = 0

    def begin(self) -> Party:
        self.names += 1
        party = Party(self, self.names)
        self.parties.append(party)
        return party

    def turn(self) -> None:
        self.loop.turn(0.0)

    def close(self) -> None:
        for party in list(self.parties):
            party.close()
        self.port.socket.close()
        self.loop.close()


def received(sock: socket.socket) -> list[bytes]:
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            found.append(sock.recv(2048))
    return found


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site(seed=20261123)
    yield site
    site.close()


HAPPENINGS: list[tuple[int, Callable[[Party], None]]] = [
    (100, Party.page_speaks),
    (100, Party.trunk_speaks),
    (4, Party.page_moves),
    (4, Party.trunk_moves),
    (2, Party.page_begins_anew),
    (2, Party.page_loses_its_keys),
    (3, Party.new_keys),
    (6, Party.is_held),
    (6, Party.something_odd),
    (3, Party.closes_when_reports_come),
    (3, Party.close),
]


def test_calls_come_go_and_move_while_they_talk(site: Site) -> None:
    weights, actions = zip(*HAPPENINGS, strict=True)
    heard = [0, 0]
    for _ in range(STEPS):
        if len(site.parties) < 12:
            site.begin()
        party = site.chance.choice(site.parties)
        site.chance.choices(actions, weights)[0](party)
        if site.chance.random() < 0.3:
            site.turn()
        for each in site.parties:
            each.listen()
            heard[0] += each.heard_by_page
            heard[1] += each.heard_by_trunk
            each.heard_by_page = each.heard_by_trunk = 0
    assert site.failures == []
    assert min(heard) > STEPS / 8
    site.turn()
    for party in list(site.parties):
        party.close()
    assert site.loop.calls == {}
    assert len(site.over) > STEPS / 100
    assert all(set(bytes(state)) == {POISON} for state in site.over)


def test_usual_packets_never_come_to_python(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    party = site.begin()
    for _ in range(3):
        party.speaks.chance = party.says.chance = Steady()  # type: ignore[assignment]
        party.page_speaks()
        party.trunk_speaks()
        site.turn()
    taken: list[int] = []
    asked = CompiledLoop._asked
    monkeypatch.setattr(CompiledLoop, "_asked", lambda *arguments: taken.append(1) or asked(*arguments))
    site.loop._ask = type(site.loop._ask)(site.loop._asked)
    for _ in range(50):
        party.page_speaks()
        party.trunk_speaks()
        site.turn()
    party.listen()
    found = party.call.statistics()
    assert (party.heard_by_page, party.heard_by_trunk) == (53, 53)
    assert (found.page.packets_received, found.trunk.packets_received) == (53, 53)
    assert (found.page.packets_sent, found.trunk.packets_sent) == (53, 53)
    assert (found.page.packets_lost, found.trunk.packets_lost) == (0, 0)
    assert taken == []


class Steady(random.Random):
    """No chance: the next packet is the next."""

    def random(self) -> float:
        return 0.5

    def choice(self, found):  # type: ignore[no-untyped-def]
        return found[0]


def test_socket_of_a_call_that_is_over_is_whoever_has_it_now(site: Site) -> None:
    party = site.begin()
    number = party.call._trunk_side.socket.fileno()
    party.close()
    spare = []
    while not spare or spare[-1].fileno() != number:
        spare.append(bind_udp(HOST, 0))
    got: list[bytes] = []
    site.loop.watch(spare[-1], lambda: got.append(spare[-1].recv(100)))
    spare[0].sendto(b"for the new one", spare[-1].getsockname())
    site.turn()
    site.loop.forget(spare[-1])
    for sock in spare:
        sock.close()
    assert got == [b"for the new one"]


def test_call_that_another_ends_in_the_midst_of_a_batch_gets_nothing_more(site: Site) -> None:
    first, second = site.begin(), site.begin()
    first.call._trunk_side.reporter = Closing(second.close)  # type: ignore[assignment]
    first.trunk.sendto(b"\x80\xc9\x00\x02" + bytes(8), (HOST, first.port))
    second.trunk_speaks()
    first.trunk_speaks()
    for _ in range(3):
        site.turn()
    first.listen()
    assert site.parties == [first]
    assert (first.heard_by_page, second.heard_by_page) == (1, 0)


def test_datagrams_of_strangers_are_counted(site: Site) -> None:
    party = site.begin()
    stranger = bind_udp(HOST, 0)
    with stranger:
        rtp = RtpPacket(0, 1, 1, 1, bytes(160)).to_bytes()
        for data in (rtp, b"short", b"\x16\xfe\xfd" + bytes(40)):
            stranger.sendto(data, (HOST, site.port.port))
        stranger.sendto(rtp, (HOST, party.port))
        site.turn()
        party.listen()
    assert site.loop.strangers == 3
    assert party.call.statistics().trunk.packets_refused == 1
    assert (party.heard_by_page, party.heard_by_trunk) == (0, 0)
