"""Both packet loops of the phone: what is sent is heard, counted and timed, and nothing is lost when streams come and
go.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

import pytest

from cordboard.media.relay.dtls_srtp import Association, Identity, SrtpSessions
from cordboard.phone.packets import Address, PacketLoop, Sending, make
from cordboard.rtp.packet import RtpPacket
from kit.phone import until

PAGE, TRUNK = 0x11111111, 0x22222222
LOW, HIGH = 440.0, 1000.0
AT_PAGE = Sending(PAGE, frequency=LOW, expected=HIGH, expected_ssrc=TRUNK)
AT_TRUNK = Sending(TRUNK, frequency=HIGH, expected=LOW, expected_ssrc=PAGE)
STUN = bytes.fromhex("000100002112a442") + bytes(12)
DTLS = bytes([22, 254, 253]) + bytes(30)
REPORT = bytes.fromhex("80c9000111111111")


@pytest.fixture(params=["python", "compiled"])
async def packets(request: pytest.FixtureRequest) -> AsyncIterator[PacketLoop]:
    loop = make(request.param)
    yield loop
    loop.close()


@pytest.fixture
def opened() -> Iterator[Callable[..., socket.socket]]:
    socks: list[socket.socket] = []

    def open_socket(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((host, port))
        sock.setblocking(False)
        socks.append(sock)
        return sock

    yield open_socket
    for sock in socks:
        sock.close()


Open = Callable[..., socket.socket]


def where(sock: socket.socket) -> Address:
    host, port = sock.getsockname()[:2]
    return host, port


def call(packets: PacketLoop, open_socket: Open, page: Sending = AT_PAGE, trunk: Sending = AT_TRUNK) -> tuple[int, int]:
    """Two streams that talk to each other."""
    first, second = open_socket(), open_socket()
    return packets.add(first, where(second), None, page), packets.add(second, where(first), None, trunk)


def silent(**values: object) -> Sending:
    return replace(AT_PAGE, talking=False, **values)  # type: ignore[arg-type]


def keys(profile: bytes) -> tuple[SrtpSessions, SrtpSessions]:
    """Both ends' keys of a handshake that happens in memory."""
    ours, theirs = Identity(), Identity()
    for identity in (ours, theirs):
        identity.context.set_tlsext_use_srtp(profile)
    client, server = Association(ours, client=True), Association(theirs)
    to_server = client.begin(0.0)
    while not (client.established and server.established):
        to_client = [answer for data in to_server for answer in server.receive(data, 0.0)]
        to_server = [answer for data in to_client for answer in client.receive(data, 0.0)]
    assert client.sessions is not None
    assert server.sessions is not None
    return client.sessions, server.sessions


async def test_each_hears_the_others_tone_in_time(packets: PacketLoop, opened: Open) -> None:
    before = time.monotonic()
    page, trunk = call(packets, opened)
    assert await until(lambda: packets.figures(page).received >= 12, 5.0)
    heard = packets.figures(page)
    assert heard.heard
    assert heard.tone > 0.9
    assert (heard.lost, heard.late, heard.repeated, heard.refused, heard.foreign) == (0, 0, 0, 0, 0)
    assert before < heard.first_sent <= heard.last_sent < time.monotonic()
    assert before < heard.first_received <= heard.first_heard <= heard.last_received
    assert heard.latency.count == heard.received
    assert 0.0 < heard.latency.p50 <= heard.latency.p99 <= heard.latency.max < 1.0
    assert 0.01 < heard.longest_gap < 1.0
    assert packets.remove(trunk).heard
    both = packets.total([page])
    assert (both.sent, both.received) >= (12, 12)


async def test_packets_come_every_20_ms(packets: PacketLoop, opened: Open) -> None:
    page, trunk = call(packets, opened)
    assert await until(lambda: packets.figures(trunk).received >= 20, 5.0)
    figures = packets.figures(trunk)
    spacing = (figures.last_received - figures.first_received) / (figures.received - 1)
    assert spacing == pytest.approx(0.02, rel=0.3)
    assert packets.figures(page).unsent == 0


async def test_another_tone_is_not_heard(packets: PacketLoop, opened: Open) -> None:
    page, _ = call(packets, opened, page=replace(AT_PAGE, expected=700.0, expected_ssrc=7))
    assert await until(lambda: packets.figures(page).foreign >= 10, 5.0)
    figures = packets.figures(page)
    assert not figures.heard
    assert figures.first_heard == 0.0
    assert figures.tone < 0.1
    assert figures.latency.count == 0
    packets.expect(page, HIGH, TRUNK)
    assert await until(lambda: packets.figures(page).heard, 5.0)
    assert packets.figures(page).latency.count > 0


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
async def test_silence_is_not_heard_and_sound_is(packets: PacketLoop, opened: Open, codec: str) -> None:
    number = 8 if codec == "PCMA" else 0
    quiet = replace(AT_TRUNK, frequency=0.0, codec=codec, payload_type=number, stamp_every=0, expected=0.0)
    loud = replace(AT_PAGE, codec=codec, payload_type=number, expected=0.0, expected_ssrc=0)
    page, trunk = call(packets, opened, loud, replace(quiet, expected_ssrc=0))
    assert await until(lambda: min(packets.figures(each).received for each in (page, trunk)) >= 10, 5.0)
    assert not packets.figures(page).heard
    assert packets.figures(page).latency.count == 0  # it is not stamped
    assert packets.figures(trunk).heard


async def test_lost_late_and_repeated_packets_are_counted(packets: PacketLoop, opened: Open) -> None:
    sock, far = opened(), opened()
    number = packets.add(sock, where(far), None, silent())
    for sequence in (65530, 65531, 65533, 65532, 65532, 65535, 1, 0, 0, 5, 5, 6):
        far.sendto(RtpPacket(0, sequence, 0, TRUNK, bytes(160)).to_bytes(), where(sock))
    assert await until(lambda: packets.figures(number).received >= 9, 5.0)
    figures = packets.figures(number)
    assert (figures.received, figures.lost, figures.late, figures.repeated) == (9, 4, 2, 3)
    far.sendto(RtpPacket(0, 30000, 0, 99, bytes(160)).to_bytes(), where(sock))  # another source
    far.sendto(RtpPacket(0, 30002, 0, 99, bytes(160)).to_bytes(), where(sock))
    assert await until(lambda: packets.figures(number).received == 11, 5.0)
    assert packets.figures(number).lost == 5
    packets.reset([number])
    far.sendto(RtpPacket(0, 30001, 0, 99, bytes(160)).to_bytes(), where(sock))
    far.sendto(RtpPacket(0, 30004, 0, 99, bytes(160)).to_bytes(), where(sock))
    assert await until(lambda: packets.figures(number).received == 2, 5.0)
    figures = packets.remove(number)
    assert (figures.lost, figures.late, figures.sent) == (1, 1, 0)


@pytest.mark.parametrize("profile", [b"SRTP_AEAD_AES_128_GCM", b"SRTP_AES128_CM_SHA1_80"])
async def test_srtp_both_ways(packets: PacketLoop, opened: Open, profile: bytes) -> None:
    first, second = opened(), opened()
    ours, theirs = keys(profile)
    page = packets.add(first, where(second), ours, replace(AT_PAGE, check_every=4))
    trunk = packets.add(second, where(first), None, replace(AT_TRUNK, secure=True))
    reports: list[bytes] = []
    packets.on_datagram(trunk, lambda data, _: reports.append(data))
    assert await until(lambda: packets.figures(trunk).refused >= 3, 5.0)  # there are no keys yet
    assert packets.figures(trunk).sent == 0
    packets.secure(trunk, theirs)
    assert await until(lambda: min(packets.figures(each).received for each in (page, trunk)) >= 10, 5.0)
    assert packets.figures(page).heard
    assert packets.figures(trunk).heard
    assert packets.figures(page).latency.count > 0
    assert packets.total([page, trunk]).heard
    assert packets.total([page, trunk]).lost == 0
    packets.send(page, REPORT)
    assert await until(lambda: reports == [REPORT], 5.0)


async def test_what_was_not_encrypted_or_comes_again_is_refused(packets: PacketLoop, opened: Open) -> None:
    sock, far = opened(), opened()
    ours, theirs = keys(b"SRTP_AES128_CM_SHA1_80")
    number = packets.add(sock, where(far), ours, silent())
    plain = RtpPacket(0, 7, 0, TRUNK, bytes(160)).to_bytes()
    encrypted = theirs.protect(plain)
    for data in (plain, encrypted, encrypted, REPORT):
        far.sendto(data, where(sock))
    assert await until(lambda: packets.figures(number).refused == 2, 5.0)
    assert (packets.figures(number).received, packets.figures(number).repeated) == (1, 1)


async def test_what_is_no_media_is_delivered_and_sent(packets: PacketLoop, opened: Open) -> None:
    sock, far = opened(), opened()
    far.sendto(STUN, where(sock))  # waits in the socket
    number = packets.add(sock, None, None, silent(secure=True))
    packets.send(number, DTLS)  # to nowhere
    packets.point(number, where(far))
    packets.send(number, DTLS)
    assert await until(lambda: _read(far) == DTLS, 5.0)
    await asyncio.sleep(0.05)
    came: list[tuple[bytes, Address]] = []
    packets.on_datagram(number, lambda data, source: came.append((data, source)))
    far.sendto(DTLS, where(sock))
    assert await until(lambda: came == [(STUN, where(far)), (DTLS, where(far))], 5.0)


async def test_streams_share_a_socket(packets: PacketLoop, opened: Open) -> None:
    """A trunk generator: one socket, told apart by who sends."""
    shared = opened()
    calls = []
    for index in range(8):
        frequency, ssrc = 400.0 + 150 * index, 1000 + index
        page = replace(AT_PAGE, frequency=frequency, expected_ssrc=ssrc)
        sock = opened()
        trunk = replace(AT_TRUNK, ssrc=ssrc, expected=frequency)
        calls.append((packets.add(sock, where(shared), None, page), packets.add(shared, where(sock), None, trunk)))
    everyone = [number for pair in calls for number in pair]
    assert await until(lambda: min(packets.figures(each).received for each in everyone) >= 10, 5.0)
    total = packets.total(everyone)
    assert total.heard
    assert (total.foreign, total.lost) == (0, 0)
    stranger = opened()
    before = packets.loop_figures().strays
    stranger.sendto(RtpPacket(0, 1, 0, 5, bytes(160)).to_bytes(), where(shared))
    assert await until(lambda: packets.loop_figures().strays == before + 1, 5.0)


async def test_streams_with_addresses_of_their_own_share_a_socket(packets: PacketLoop, opened: Open) -> None:
    shared, far = opened("0.0.0.0"), opened()
    port = where(shared)[1]
    locals_ = [f"127.7.0.{index}" for index in range(1, 4)]
    streams = [packets.add(shared, where(far), None, silent(local=local)) for local in locals_]
    came: list[bytes] = []
    for number, local in zip(streams, locals_, strict=True):
        packets.on_datagram(number, lambda data, _, local=local: came.append(local.encode() + data))  # type: ignore[misc]
        packets.send(number, STUN + local.encode())
    senders = []
    assert await until(lambda: senders.append(_read_from(far)) or len(set(senders) - {None}) == 3, 5.0)  # type: ignore[func-returns-value]
    assert set(senders) - {None} == {(STUN + local.encode(), (local, port)) for local in locals_}
    far.sendto(DTLS, (locals_[1], port))
    assert await until(lambda: came == [locals_[1].encode() + DTLS], 5.0)
    packets.remove(streams[0])
    packets.remove(streams[2])
    packets.talk(streams[1], True)
    assert await until(lambda: _read_from(far, 172) is not None, 5.0)


async def test_streams_come_and_go_during_traffic(packets: PacketLoop, opened: Open) -> None:
    steady = call(packets, opened)
    for _ in range(20):
        passing = [call(packets, opened) for _ in range(4)]
        await asyncio.sleep(0.01)
        for pair in passing:
            for number in pair:
                packets.remove(number)
    assert await until(lambda: packets.figures(steady[0]).received >= 20, 5.0)
    total = packets.total(steady)
    assert (total.lost, total.foreign, total.unsent) == (0, 0, 0)
    sent = packets.remove(steady[0]).sent
    assert await until(lambda: packets.figures(steady[1]).received == sent, 5.0)
    with pytest.raises(KeyError):
        packets.figures(number)
    with pytest.raises(KeyError):
        packets.talk(number, True)
    with pytest.raises(KeyError):
        packets.total([steady[1], number])
    with pytest.raises(KeyError):
        packets.remove(number)


async def test_silence_on_command_leaves_no_gap_in_the_sequence(packets: PacketLoop, opened: Open) -> None:
    page, trunk = call(packets, opened)
    assert await until(lambda: packets.figures(trunk).received >= 5, 5.0)
    packets.talk(page, False)
    await asyncio.sleep(0.1)
    sent = packets.figures(page).sent
    await asyncio.sleep(0.1)
    assert packets.figures(page).sent == sent
    packets.talk(page, True)
    assert await until(lambda: packets.figures(trunk).received > sent + 5, 5.0)
    figures = packets.figures(trunk)
    assert figures.lost == 0
    assert figures.longest_gap > 0.15


async def test_a_socket_closed_by_its_owner_harms_nobody(packets: PacketLoop, opened: Open) -> None:
    sock, far = opened(), opened()
    number = packets.add(sock, where(far), None, AT_PAGE)
    steady = call(packets, opened)
    assert await until(lambda: packets.figures(number).sent >= 3, 5.0)
    packets.remove(number)
    sock.close()
    again = opened()  # most likely under the same number
    packets.add(again, where(far), None, AT_PAGE)
    assert await until(lambda: packets.figures(steady[0]).received >= 10, 5.0)
    assert packets.loop_figures().lateness.count > 0


async def test_ipv6(packets: PacketLoop, opened: Open) -> None:
    first, second = opened("::1"), opened("::1")
    page = packets.add(first, where(second), None, AT_PAGE)
    packets.add(second, where(first), None, AT_TRUNK)
    assert await until(lambda: packets.figures(page).received >= 5, 5.0)
    came: list[Address] = []
    packets.on_datagram(page, lambda _, source: came.append(source))
    second.sendto(STUN, where(first))
    assert await until(lambda: came == [where(second)], 5.0)


async def test_more_streams_than_are_served_eagerly(opened: Open) -> None:
    packets = make("compiled")
    try:
        shared = opened()
        numbers = []
        for index in range(75):
            sock = opened()
            numbers.append(packets.add(sock, where(shared), None, replace(AT_PAGE, expected_ssrc=index + 1)))
            numbers.append(packets.add(shared, where(sock), None, replace(AT_TRUNK, ssrc=index + 1)))
        assert await until(lambda: packets.total(numbers).received >= 150 * 10 and packets.total(numbers).heard, 10.0)
        total = packets.total(numbers)
        assert (total.lost, total.foreign, total.repeated) == (0, 0, 0)
        assert 0.0 < total.latency.p99 < 0.1
        assert packets.loop_figures().busy > 0.0
    finally:
        packets.close()


def _read(sock: socket.socket) -> bytes:
    try:
        return sock.recv(2048)
    except BlockingIOError:
        return b""


def _read_from(sock: socket.socket, length: int = 0) -> tuple[bytes, Address] | None:
    try:
        data, source = sock.recvfrom(2048)
    except BlockingIOError:
        return None
    return (data, source) if length in (0, len(data)) else None
