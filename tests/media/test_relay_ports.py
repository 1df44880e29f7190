"""The second sockets of a port: one that hears its peer alone, and one that is only sent by."""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from cordboard.media.relay.path.loop import PacketLoop
from cordboard.media.relay.path.port import PlainCallPath
from cordboard.media.relay.ports import PortPool, bind_to_send, bind_towards, bind_udp, waiting
from cordboard.media.relay.settings import TrunkSource
from cordboard.media.relay.sides.stream import Stream, new_stream
from cordboard.media.relay.sides.trunk import TrunkSide
from cordboard.rtp.packet import RtpPacket
from cordboard.sdp.codec import PCMU
from cordboard.sdp.plain import PlainLocal, PlainRemote, read_plain, write_plain

HOSTS = ("127.94.0.1", "::1")
POOL = "127.94.0.2"
SECONDS = 2.0


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Closes what is put into it."""
    with ExitStack() as stack:
        yield stack


def heard(sock: socket.socket) -> bytes:
    """The next datagram; b"" if none comes to a socket that should have it."""
    ready, _, _ = select.select([sock], [], [], SECONDS)
    return sock.recv(2048) if ready else b""


def nothing_is_left(*socks: socket.socket) -> bool:
    return not select.select(socks, [], [], 0)[0]


def test_connected_socket_hears_its_peer_and_the_first_everybody_else(host: str, opened: ExitStack) -> None:
    sock, peer, stranger = (opened.enter_context(bind_udp(host, 0)) for _ in range(3))
    second = bind_towards(sock, peer.getsockname()[:2])
    assert second is not None
    opened.enter_context(second)
    ours = sock.getsockname()[:2]
    stranger.sendto(b"stranger", ours)
    peer.sendto(b"peer", ours)
    assert (heard(second), heard(sock)) == (b"peer", b"stranger")
    second.send(b"back")
    assert heard(peer) == b"back"
    assert nothing_is_left(sock, second, peer, stranger)


@pytest.mark.parametrize("second_of", [lambda sock: bind_towards(sock, ("127.0.0.1", 9)), bind_to_send])
def test_nobody_else_can_have_the_port(second_of, opened: ExitStack) -> None:  # type: ignore[no-untyped-def]
    sock = opened.enter_context(bind_udp("127.0.0.1", 0))
    opened.enter_context(second_of(sock))
    with pytest.raises(OSError, match="in use") as refusal:
        bind_udp("127.0.0.1", sock.getsockname()[1])
    assert refusal.value.errno == errno.EADDRINUSE


@pytest.mark.parametrize("peer", [("trunk.invalid", 4000), ("::1", 4000), ("127.0.0.1", 70_000)])
def test_what_cannot_be_connected_to_has_no_second_socket(peer: tuple[str, int], opened: ExitStack) -> None:
    sock = opened.enter_context(bind_udp("127.0.0.1", 0))
    assert bind_towards(sock, peer) is None


def test_waiting_says_whose_each_datagram_is(opened: ExitStack) -> None:
    sock, one, other = (opened.enter_context(bind_udp("127.0.0.1", 0)) for _ in range(3))
    one.sendto(b"1", sock.getsockname())
    other.sendto(b"2", sock.getsockname())
    assert list(waiting(sock)) == [(b"1", one.getsockname()), (b"2", other.getsockname())]
    assert list(waiting(sock)) == []


def test_what_is_only_sent_by_hears_nothing(host: str, opened: ExitStack) -> None:
    sock = opened.enter_context(bind_udp(host, 0))
    sending = bind_to_send(sock)
    assert sending is not None
    opened.enter_context(sending)
    pages = [opened.enter_context(bind_udp(host, 0)) for _ in range(30)]  # the kernel would share them out
    for number, page in enumerate(pages):
        page.sendto(b"%d" % number, sock.getsockname()[:2])
    assert [heard(sock) for _ in pages] == [b"%d" % number for number in range(30)]
    for number, page in enumerate(pages):
        sending.sendto(b"%d" % number, page.getsockname()[:2])
    for number, page in enumerate(pages):
        data, source = page.recvfrom(2048)
        assert (data, source[:2]) == (b"%d" % number, sock.getsockname()[:2])
    assert nothing_is_left(sending, sock)


class Trunk:
    """A side with its loop, and what came out of it."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.loop = PacketLoop(self.failures.append)
        self.side = TrunkSide(PortPool(POOL, (42_000, 42_019)), self.loop, TrunkSource.STRICT, PlainCallPath())
        self.stream: Stream = new_stream(1, 1, 1, lambda packet: True)
        self.side.stream = self.stream
        self.address = (POOL, self.side.port)

    def point(self, sock: socket.socket) -> None:
        host, port = sock.getsockname()
        self.side.point(_described(host, port))

    def heard(self, wanted: int) -> int:
        """How many packets were taken, as soon as there are so many."""
        for _ in range(100):
            if self.stream.reception.packets >= wanted:
                break
            self.loop.turn(SECONDS / 100)
        self.loop.turn(0.0)
        return self.stream.reception.packets

    def close(self) -> None:
        self.side.close()
        self.loop.close()


def _described(host: str, port: int) -> PlainRemote:
    return read_plain(write_plain(PlainLocal(1, 1, host, port, [PCMU])))


def _rtp(number: int) -> bytes:
    return RtpPacket(0, number, 160 * number, 7, bytes(160)).to_bytes()


@pytest.fixture
def trunk() -> Iterator[Trunk]:
    trunk = Trunk()
    yield trunk
    trunk.close()


def test_source_is_another_one_at_once(trunk: Trunk, opened: ExitStack) -> None:
    one, other = (opened.enter_context(bind_udp(POOL, 0)) for _ in range(2))
    trunk.point(one)
    one.sendto(_rtp(1), trunk.address)
    other.sendto(_rtp(2), trunk.address)
    assert (trunk.heard(1), trunk.side.refused) == (1, 1)
    one.sendto(_rtp(2), trunk.address)  # waits in the socket that is connected to him
    trunk.point(other)
    one.sendto(_rtp(3), trunk.address)
    other.sendto(_rtp(4), trunk.address)
    assert (trunk.heard(2), trunk.side.refused) == (2, 2)
    assert trunk.side.send(b"x")
    assert heard(other) == b"x"
    assert nothing_is_left(one)
    assert trunk.failures == []


def test_far_end_that_was_not_there_yet_misses_nothing_afterwards(trunk: Trunk, opened: ExitStack) -> None:
    late = bind_udp(POOL, 0)
    address = late.getsockname()
    trunk.point(late)
    late.close()
    for _ in range(3):
        assert trunk.side.send(b"too early")
        trunk.loop.turn(0.05)  # the kernel says that nobody is there
    assert trunk.side.send(b"too early")
    there = opened.enter_context(bind_udp(*address))
    assert trunk.side.send(b"x")
    assert heard(there) == b"x"
    there.sendto(_rtp(1), trunk.address)
    assert trunk.heard(1) == 1
    assert trunk.failures == []
