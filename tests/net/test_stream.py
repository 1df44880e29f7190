"""SIP over TCP and TLS: connections opened and accepted, what breaks them, and that nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cordboard.net import stream
from cordboard.net.connection import Timing
from cordboard.net.errors import AddressUnusable, PortTaken
from cordboard.net.stream import Peers, SipStreams
from cordboard.net.tls import connecting, listening
from cordboard.sip.events import Flow
from kit.certificates import Authority
from kit.phone import until

QUICK = Timing(connect=1.0, keep_alive=0.1, pong=0.8, unfinished=0.2, idle=0.3, look=0.02)

ANYBODY = Peers()


def message(number: int = 1, body: str = "") -> bytes:
    return f"OPTIONS sip:a SIP/2.0\r\nCSeq: {number} OPTIONS\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


@dataclass
class Owner:
    """Remembers what it is told; `answer` makes it answer each message on its flow."""

    streams: SipStreams = field(init=False)
    messages: list[tuple[Flow, bytes]] = field(default_factory=list)
    ended: list[Flow] = field(default_factory=list)
    answer: bytes = b""

    def message(self, flow: Flow, data: bytes) -> None:
        self.messages.append((flow, data))
        if b"broken on purpose" in data:
            raise RuntimeError("broken on purpose")
        if self.answer:
            assert self.streams.send(flow, self.answer)

    def closed(self, flow: Flow) -> None:
        self.ended.append(flow)

    @property
    def bodies(self) -> list[bytes]:
        return [data for _, data in self.messages]

    async def has(self, number: int) -> None:
        assert await until(lambda: len(self.messages) == number, 2), self.messages


@asynccontextmanager
async def streams(
    host: str = "127.0.0.1",
    *,
    listens: bool = True,
    peers: Peers = ANYBODY,
    timing: Timing = QUICK,
    client: ssl.SSLContext | None = None,
    server: ssl.SSLContext | None = None,
) -> AsyncIterator[Owner]:
    before = asyncio.all_tasks()
    owner = Owner()
    owner.streams = SipStreams("trunk", owner, peers=peers, timing=timing, connecting=client)
    if listens:
        owner.streams.listen(host, 0, server)
    try:
        yield owner
    finally:
        await owner.streams.close()
        assert not owner.streams.flows
        assert await until(lambda: asyncio.all_tasks() <= before, 1), asyncio.all_tasks() - before


@asynccontextmanager
async def raw(
    owner: Owner, source: str = "127.0.0.1"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*owner.streams.address, local_addr=(source, 0))
    try:
        yield reader, writer
    finally:
        writer.close()


def flow_to(owner: Owner, transport: str = "TCP") -> Flow:
    return Flow(transport, "trunk", owner.streams.address)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_one_connection_each_way_is_opened_on_demand_and_used_again(host: str) -> None:
    async with streams(host) as server, streams(host) as client:
        server.answer = message(2, "answer")
        flow = flow_to(server)
        for number in range(3):
            assert client.streams.send(flow, message(number))
        await client.has(3)
        assert server.bodies == [message(0), message(1), message(2)]
        assert {each for each, _ in client.messages} == {flow}
        ((accepted, _),) = set(server.messages[:1])
        assert accepted.connection == "trunk-1"
        assert accepted.remote[0] == host
        assert len(client.streams.flows) == len(server.streams.flows) == 1


async def test_messages_are_cut_where_they_end_however_they_arrive() -> None:
    async with streams() as server, raw(server) as (_, writer):
        for octet in message(1, "body") + message(2):
            writer.write(bytes([octet]))
            await writer.drain()
        writer.write(message(3) + message(4, "x" * 2000) + message(5))
        await server.has(5)
        assert server.bodies == [message(1, "body"), message(2), message(3), message(4, "x" * 2000), message(5)]


async def test_ping_is_answered() -> None:
    async with streams() as server, raw(server) as (reader, writer):
        writer.write(b"\r\n\r\n")
        assert await asyncio.wait_for(reader.readexactly(2), 1) == b"\r\n"


@pytest.mark.parametrize(
    "rubbish",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999999\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x07" * 80_000,
        b"a" * 80_000,
    ],
)
async def test_garbage_ends_the_connection_and_only_that(rubbish: bytes) -> None:
    async with streams() as server, raw(server) as (reader, writer), raw(server) as (_, other):
        writer.write(rubbish)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await asyncio.wait_for(reader.readexactly(1), 2)
        other.write(message(7))
        assert await until(lambda: message(7) in server.bodies, 1)
        assert len(server.ended) == 1


async def test_half_a_message_and_no_more_ends_the_connection() -> None:
    async with streams() as server, raw(server) as (reader, writer):
        writer.write(message(1, "body")[:-2])
        assert await asyncio.wait_for(reader.read(), 2) == b""
        assert server.messages == []


async def test_a_failing_owner_does_not_stop_the_connection() -> None:
    async with streams() as server, raw(server) as (_, writer):
        writer.write(message(1, "broken on purpose") + message(2))
        await server.has(2)
        assert server.ended == []


async def test_strangers_are_refused_and_connections_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAXIMUM_ACCEPTED", 2)
    friend = Peers(allowed=lambda address: address == "127.0.0.1")
    async with streams(peers=friend) as server:
        async with raw(server, "127.0.0.99") as (reader, _):
            assert await asyncio.wait_for(reader.read(), 1) == b""
        async with raw(server), raw(server), raw(server) as (third, _):
            assert await asyncio.wait_for(third.read(), 1) == b""
            assert await until(lambda: len(server.streams.flows) == 2, 1)
        assert await until(lambda: len(server.ended) == 2, 1)


async def test_lost_connection_is_told_and_opened_again() -> None:
    async with streams() as server, streams(listens=False) as client:
        flow = flow_to(server)
        client.streams.send(flow, message(1))
        await server.has(1)
        (accepted,) = server.streams.flows
        server.streams.drop(accepted)
        assert await until(lambda: client.ended == [flow] and server.ended == [accepted], 1)
        assert not server.streams.send(accepted, message(2)), "a connection that they opened is theirs to open"
        client.streams.send(flow, message(3))
        await server.has(2)


async def test_nobody_there_is_told_once_and_nothing_waits() -> None:
    async with streams(listens=False) as client:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            flow = Flow("TCP", "trunk", closed.getsockname())
        client.streams.send(flow, message(1))
        client.streams.send(flow, message(2))
        assert await until(lambda: client.ended == [flow], 2)
        assert client.streams._waiting == {}


async def test_silent_host_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async with streams(listens=False, timing=Timing(connect=0.1)) as client:
        with socket.socket() as full:  # nobody accepts, and the queue is full: SYNs stay unanswered
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            with socket.socket() as one, socket.socket() as two:
                for each in (one, two):
                    each.setblocking(False)
                    each.connect_ex(full.getsockname())
                flow = Flow("TCP", "trunk", full.getsockname())
                client.streams.send(flow, message(1))
                assert await until(lambda: client.ended == [flow], 2)


async def test_idle_connection_is_closed_unless_it_is_to_be_kept() -> None:
    async with streams() as server:
        kept = Peers(keep=lambda flow: True)
        async with streams(listens=False) as client, streams(listens=False, peers=kept) as keeping:
            client.streams.send(flow_to(server), message(1))
            keeping.streams.send(flow_to(server), message(2))
            await server.has(2)
            assert await until(lambda: client.ended == [flow_to(server)], 2)
            assert await until(lambda: len(server.streams.flows) == 1, 1)
            assert keeping.ended == []


async def test_peer_that_answered_a_ping_and_then_none_is_gone() -> None:
    """Half-open: the other machine has lost the connection, and nobody told us."""
    connected: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    listener = await asyncio.start_server(lambda reader, writer: connected.put_nowait((reader, writer)), "127.0.0.1", 0)
    keep = Peers(keep=lambda flow: True)
    async with listener, streams(listens=False, peers=keep) as client:
        flow = Flow("TCP", "trunk", listener.sockets[0].getsockname())
        client.streams.send(flow, message(1))
        reader, writer = await connected.get()
        await reader.readexactly(len(message(1)) + 4)
        await reader.readexactly(4)
        assert client.ended == [], "a peer that knows no keep-alive need not answer"
        writer.write(b"\r\n")
        assert await until(lambda: client.ended == [flow], 2)
        writer.close()


async def test_peer_that_stops_reading_is_dropped() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        async with streams(listens=False, timing=Timing()) as client:
            flow = Flow("TCP", "trunk", listener.getsockname())
            client.streams.send(flow, message(1))
            accepted, _ = await loop.sock_accept(listener)
            with accepted:
                for _ in range(400):
                    client.streams.send(flow, message(2, "x" * 60_000))
                    await asyncio.sleep(0)
                    if client.ended:
                        break
                assert await until(lambda: client.ended[:1] == [flow], 2)


async def test_port_taken_and_somebody_elses_address() -> None:
    async with streams() as server:
        other = SipStreams("trunk", server)
        with pytest.raises(PortTaken) as taken:
            other.listen(*server.streams.address)
        assert (taken.value.transport, taken.value.address) == ("tcp", server.streams.address)
        with pytest.raises(AddressUnusable, match=r"cannot listen on 203\.0\.113\.9:5060/tcp"):
            other.listen("203.0.113.9", 5060)


# --- TLS


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def named(name: str) -> Peers:
    return Peers(name=lambda address: name)


async def test_tls_both_ways_with_certificates_of_both(authority: Authority) -> None:
    server_context = listening(authority.identity("ss.example"), authority.file, client_certificate=True)
    client_context = connecting(authority.file, authority.identity("gateway.example"))
    async with streams(server=server_context, client=client_context) as server:
        server.answer = message(2)
        async with streams(listens=False, peers=named("ss.example"), client=client_context) as client:
            flow = flow_to(server, "TLS")
            client.streams.send(flow, message(1))
            await client.has(1)
            ((accepted, _),) = server.messages
            assert accepted.transport == "TLS"
            server.streams.drop(accepted)
            assert await until(lambda: client.ended == [flow], 1)


@pytest.mark.parametrize(
    ("names", "days", "why"),
    [
        (("other.example",), 1, "Hostname mismatch"),
        (("ss.example",), -1, "certificate has expired"),
    ],
)
async def test_wrong_certificate_is_not_talked_to(
    authority: Authority, names: tuple[str, ...], days: int, why: str
) -> None:
    server_context = listening(authority.identity(*names, days=days))
    client_context = connecting(authority.file)
    async with (
        streams(server=server_context, client=client_context) as server,
        streams(listens=False, peers=named("ss.example"), client=client_context) as client,
    ):
        with capture_logs() as lines:
            client.streams.send(flow_to(server, "TLS"), message(1))
            assert await until(lambda: len(client.ended) == 1, 2)
        assert server.messages == []
        assert any(why in str(line.get("why")) for line in lines), lines


async def test_unknown_authority_and_missing_client_certificate(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    wants = listening(authority.identity("ss.example"), authority.file, client_certificate=True)
    peers = named("ss.example")
    async with streams(server=wants, client=connecting(authority.file)) as server:
        for context in (connecting(stranger.file), connecting(authority.file)):
            async with streams(listens=False, peers=peers, client=context) as client:
                client.streams.send(flow_to(server, "TLS"), message(1))
                assert await until(lambda: len(client.ended) == 1, 2)
        assert server.messages == []


async def test_plain_text_and_silence_at_a_tls_port(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HANDSHAKE", 0.2)
    context = listening(authority.identity("ss.example"))
    async with streams(server=context, client=connecting(authority.file)) as server:
        for data in (message(1), b""):
            async with raw(server) as (reader, writer):
                writer.write(data)
                with contextlib.suppress(ConnectionError):
                    assert message(1) not in await asyncio.wait_for(reader.read(), 2)
        assert server.messages == []
        assert await until(lambda: not server.streams._handshakes, 1)


def test_tls_1_1_is_not_spoken(authority: Authority) -> None:
    contexts: list[Callable[[], ssl.SSLContext]] = [
        lambda: listening(authority.identity("ss.example")),
        lambda: connecting(authority.file),
    ]
    assert {make().minimum_version for make in contexts} == {ssl.TLSVersion.TLSv1_2}
