"""The gateway towards SIP Server over TCP, TLS and IPv6: whole calls, and connections that break in them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from cordboard.access.token import issue
from cordboard.config import Address, lab_settings
from cordboard.gateway.gateway import Gateway
from cordboard.net.errors import NameUnknown
from cordboard.net.tls import connecting, listening
from cordboard.net.udp import open_udp
from cordboard.observe.metrics import Metrics
from cordboard.sip.events import Flow, SendRequest
from cordboard.sip.via import top_via
from kit.certificates import Authority
from kit.engine import PaperEngine
from kit.name_server import Zone, name_server
from kit.phone import until
from kit.sip_sockets import UdpPeer, WebSocketPeer
from kit.stream_peer import StreamPeer

SECRET = b"s" * 32


@dataclass(slots=True)
class Site:
    gateway: Gateway
    server: StreamPeer
    engine: PaperEngine

    async def page(self, dn: str = "5001") -> WebSocketPeer:
        """A page that is registered, as its DN is at SIP Server."""
        page = await WebSocketPeer.open(f"ws://{Address(*self.gateway.pages.address)}/ws", dn)
        response = await page.register("Bearer " + issue(SECRET, dn, time.time(), 60))
        assert response.status == 200
        return page

    @property
    def connections(self) -> int:
        return self.gateway.trunk.transports.connections

    async def call(self, page: WebSocketPeer, *, to: str = "5001@gateway") -> None:
        """SIP Server calls, the page answers."""
        server = self.server
        server.send(f"INVITE sip:{to}")
        await server.expect("100")
        await page.expect("INVITE | /s=page_offer/")
        await page.send("180")
        await server.expect("180")
        await page.send("200")
        await page.expect("ACK")
        await server.expect("200 | /s=trunk_offer/")
        server.send("ACK")

    async def is_idle(self) -> None:
        calls = self.gateway.calls
        assert await until(lambda: len(calls) == 0 and calls.sessions == 0, 2)


def settings(sip_server: dict[str, Any], gateway: dict[str, Any], host: str = "127.0.0.1") -> Any:
    lab = lab_settings()
    anywhere = Address(host, 0)
    usual = {"sip": anywhere, "websocket": anywhere, "advertise": anywhere, "ping_seconds": 0}
    return replace(
        lab,
        gateway=replace(lab.gateway, **(usual | gateway)),
        sip_server=replace(lab.sip_server, **({"check_seconds": 0} | sip_server)),
    )


@asynccontextmanager
async def site(server: StreamPeer, sip_server: dict[str, Any], **gateway: Any) -> AsyncIterator[Site]:
    """A gateway whose SIP Server is that peer; nothing of it is left afterwards."""
    before = asyncio.all_tasks()
    server.open()
    engine = PaperEngine()
    wanted = {"address": Address(*server.address)} | sip_server
    running = await Gateway.start(settings(wanted, gateway, server.host), engine, SECRET, Metrics())
    tls = running.trunk.transports.tls_address
    server.gateway = tls if tls[1] else running.trunk.address
    try:
        yield Site(running, server, engine)
    finally:
        ending = asyncio.get_running_loop().create_task(running.close())
        while not ending.done():
            try:
                await asyncio.wait_for(server.answer_register(), 0.05)
            except (TimeoutError, AssertionError):
                continue
        await ending
        await server.close()
        assert running.trunk.transports.connections == 0
        assert await until(lambda: asyncio.all_tasks() <= before, 1), asyncio.all_tasks() - before


async def whole_call(site: Site, transport: str, host: str = "127.0.0.1") -> None:
    """Registration, a call from SIP Server with NOTIFY and re-INVITE, and its BYE; every way is checked."""
    server = site.server
    page = await site.page()
    register = await server.answer_register()
    at = str(Address(*server.gateway))
    assert register.headers.get("Contact") == f"<sip:5001@{at};transport={transport.lower()}>"
    via = top_via(register.headers)
    assert (via.transport, via.sent_by) == (transport, at)
    server.send("INVITE sip:5001@gateway + X-Genesys-CallUUID: ONE")
    await server.expect("100")
    await page.expect("INVITE + X-Genesys-CallUUID: ONE | /s=page_offer/")
    await page.send("180")
    ringing = await server.expect("180")
    assert top_via(ringing.headers).transport == transport
    server.send("NOTIFY + Event: talk")
    await server.expect("200 NOTIFY")
    await page.expect('INFO | /{"do":"answer"}/')
    await page.send("200 INFO")
    await page.send("200")
    await page.expect("ACK")
    await server.expect("200 | /s=trunk_offer/")
    server.send("ACK")
    await page.send("BYE")
    await page.expect("200 BYE")
    bye = await server.expect("BYE")
    assert top_via(bye.headers).transport == transport
    assert server.came_by is not None
    assert server.came_by.remote[0] == host
    server.send("200 BYE")
    await site.is_idle()
    assert len({flow.connection for flow in server.flows}) == 2, "one connection each way"
    assert site.connections == 2
    await page.close()


async def test_call_over_tcp() -> None:
    async with site(StreamPeer(), {"transport": "tcp"}) as running:
        await whole_call(running, "TCP")


async def test_call_over_tcp_and_ipv6() -> None:
    async with site(StreamPeer("::1"), {"transport": "tcp"}) as running:
        await whole_call(running, "TCP", "::1")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def over_tls(authority: Authority, **more: Any) -> tuple[StreamPeer, dict[str, Any]]:
    """A SIP Server with a certificate, and the settings of the gateway that fit."""
    own = authority.identity("127.0.0.1", file="server")
    gateway = authority.identity("127.0.0.1", "gateway.example", file="gateway")
    peer = StreamPeer(listening=listening(own), connecting=connecting(authority.file, own))
    files = {"tls_ca_file": authority.file, "tls_certificate": gateway.certificate, "tls_key": gateway.key}
    return peer, {"transport": "tls", **files, **more}


async def test_call_over_tls_with_certificates_of_both_sides(authority: Authority) -> None:
    peer, wanted = over_tls(authority, tls_client_certificate=True)
    peer.listening = listening(authority.identity("127.0.0.1", file="server"), authority.file, client_certificate=True)
    async with site(peer, wanted, sip_tls=Address("127.0.0.1", 0)) as running:
        await whole_call(running, "TLS")


async def test_sip_server_with_the_wrong_name_gets_nothing(authority: Authority) -> None:
    peer, wanted = over_tls(authority, tls_name="sip-server.example")
    async with site(peer, wanted, sip_tls=Address("127.0.0.1", 0)) as running:
        with capture_logs() as lines:
            page = await running.page()
            assert await until(lambda: any("Hostname mismatch" in str(line.get("why")) for line in lines), 3), lines
        assert peer.flows == []
        await page.close()


async def test_lost_connection_in_a_call_leaves_the_call_alone() -> None:
    async with site(StreamPeer(), {"transport": "tcp"}) as running:
        server = running.server
        page = await running.page()
        await server.answer_register()
        await running.call(page)
        for flow in list(server.streams.flows):
            server.streams.drop(flow)
        assert await until(lambda: running.connections == 0, 2)
        assert len(running.gateway.calls) == 1
        await page.send("BYE")
        await page.expect("200 BYE")
        await server.expect("BYE")
        server.send("200 BYE")
        await running.is_idle()
        await page.close()


async def test_answer_finds_its_way_when_the_callers_connection_is_gone() -> None:
    """RFC 3261 section 18.2.2: the 200 then goes over a connection of ours."""
    async with site(StreamPeer(), {"transport": "tcp"}) as running:
        server = running.server
        page = await running.page()
        await server.answer_register()
        server.send("INVITE sip:5001@gateway")
        await server.expect("100")
        await page.expect("INVITE")
        await page.send("180")
        await server.expect("180")
        server.streams.drop(server.own_flow)
        assert await until(lambda: running.connections == 1, 2)
        await page.send("200")
        await page.expect("ACK")
        await server.expect("200")
        server.send("ACK")
        server.send("BYE")
        await server.expect("200 BYE")
        await page.expect("BYE")
        await page.send("200 BYE")
        await running.is_idle()
        await page.close()


async def test_request_that_meets_a_dead_server_fails_at_once() -> None:
    """Nobody waits 32 s for a refused connection: REGISTER is over and will be tried again."""
    async with site(StreamPeer(), {"transport": "tcp"}) as running:
        server = running.server
        await server.close()
        with capture_logs() as lines:
            page = await running.page()
            assert await until(lambda: any(line.get("status") == 503 for line in lines), 3), lines
        server.open()
        await page.close()


async def test_strangers_and_garbage_do_not_disturb() -> None:
    async with site(StreamPeer(), {"transport": "tcp"}) as running:
        page = await running.page()
        await running.server.answer_register()
        for source, data in (("127.0.0.66", b""), ("127.0.0.1", b"\x00\xff" * 50_000)):
            reader, writer = await asyncio.open_connection(*running.gateway.trunk.address, local_addr=(source, 0))
            writer.write(data)
            try:
                assert await asyncio.wait_for(reader.read(), 2) == b""
            except ConnectionError:
                assert data, "a stranger is closed, not reset"
            writer.close()
        await running.call(page)
        running.server.send("BYE")
        await running.server.expect("200 BYE")
        await page.expect("BYE")
        await page.send("200 BYE")
        await running.is_idle()
        await page.close()


async def test_contact_with_a_transport_is_obeyed() -> None:
    """A dialog that began by UDP goes on by TCP where the Contact of SIP Server says so."""
    udp, tcp = await UdpPeer.open(), StreamPeer()
    async with site(tcp, {"address": Address("127.0.0.1", udp.socket.address[1])}) as running:
        udp.gateway = running.gateway.trunk.address
        udp.peer.contact = f"<sip:1003@127.0.0.1:{tcp.address[1]};transport=tcp>"
        page = await running.page()
        await udp.answer_register()
        udp.send("INVITE sip:5001@gateway")
        await udp.expect("100")
        await page.expect("INVITE")
        await page.send("200")
        await page.expect("ACK")
        await udp.expect("200")
        udp.send("ACK")
        await page.send("BYE")
        await page.expect("200 BYE")
        await tcp.expect("BYE")
        tcp.send("200 BYE")
        await running.is_idle()
        await page.close()
    udp.close()


# --- large messages


async def test_large_requests_move_to_tcp_where_sip_server_takes_it() -> None:
    """RFC 3261 section 18.1.1: over 1300 octets a request goes by TCP, and its Via says so."""
    server = StreamPeer()
    async with site(server, {"large_messages_to_tcp": True}) as running:
        udp = await open_udp("127.0.0.1", server.port, lambda data, source: datagrams.put_nowait(data))
        datagrams: asyncio.Queue[bytes] = asyncio.Queue()
        trunk = running.gateway.trunk
        assert trunk.server.transport == "UDP"
        own = "<sip:gateway@127.0.0.1>"
        large = SendRequest("large", trunk.server, "MESSAGE", "sip:a", own, own, (), "text/plain", b"x" * 2000)
        trunk.feed(large)
        trunk.feed(replace(large, key="small", body=b"x"))
        assert b"Via: SIP/2.0/UDP" in await asyncio.wait_for(datagrams.get(), 2)
        message = await server.expect("MESSAGE")
        assert top_via(message.headers).transport == "TCP"
        assert len(message.body) == 2000
        server.send("200 MESSAGE")
        server.peer.forget()
        udp.close()


async def test_large_invite_of_sip_server_comes_in_fragments() -> None:
    udp = await UdpPeer.open()
    async with site(StreamPeer(), {"address": Address("127.0.0.1", udp.socket.address[1])}) as running:
        udp.gateway = running.gateway.trunk.address
        page = await running.page()
        await udp.answer_register()
        long = "x" * 5000
        udp.send(f"INVITE sip:5001@gateway + X-Long: {long}")
        await udp.expect("100")
        await page.expect("INVITE")
        udp.send("CANCEL")
        await udp.expect("200 CANCEL")
        await udp.expect("487")
        udp.send("ACK")
        await page.close()
    udp.close()


# --- where SIP Server is


async def test_transport_and_port_come_from_the_dns() -> None:
    peer = StreamPeer()
    zone: Zone = {}
    async with name_server(zone) as dns:
        peer.open()
        port = peer.address[1]
        await peer.close()
        zone["ss.example", "NAPTR"] = ('60 10 10 "s" "SIP+D2T" "" _sip._tcp.ss.example.',)
        zone["_sip._tcp.ss.example", "SRV"] = (f"60 10 0 {port} a.example.",)
        zone["a.example", "A"] = ("60 127.0.0.1",)
        servers = (Address(*dns.address),)
        wanted = {"address": Address("ss.example", 0), "transport": "dns", "dns_servers": servers}
        gateway = await Gateway.start(settings(wanted, {}), PaperEngine(), SECRET, Metrics())
        assert gateway.trunk.server == Flow("TCP", "trunk", ("127.0.0.1", port))
        assert gateway.trunk.domain == "ss.example"
        assert gateway.trunk.contact("5001").endswith(";transport=tcp>")
        await gateway.close()


async def test_a_name_that_leads_nowhere_is_told() -> None:
    async with name_server({}) as dns:
        wanted = {"address": Address("ss.example", 5060), "dns_servers": (Address(*dns.address),)}
        with pytest.raises(NameUnknown, match=r"ss\.example cannot be found"):
            await Gateway.start(settings(wanted, {}), PaperEngine(), SECRET, Metrics())


async def test_next_target_when_one_does_not_answer() -> None:
    peer = StreamPeer()
    async with name_server({}) as dns:
        peer.open()
        port = peer.address[1]
        await peer.close()
        dns.zone["_sip._tcp.ss.example", "SRV"] = ("60 10 0 9 a.example.", f"60 20 0 {port} a.example.")
        dns.zone["a.example", "A"] = ("60 127.0.0.1",)
        servers = (Address(*dns.address),)
        wanted = {"address": Address("ss.example", 0), "transport": "tcp", "dns_servers": servers}
        async with site(peer, wanted) as running:
            trunk = running.gateway.trunk
            assert [each.port for each in trunk.current.targets] == [9, port]
            own = "<sip:gateway@127.0.0.1>"
            trunk.feed(SendRequest("first", trunk.server, "OPTIONS", "sip:ss.example", own, own))
            assert await until(lambda: trunk.server.remote[1] == port, 2)
            trunk.feed(SendRequest("second", trunk.server, "OPTIONS", "sip:ss.example", own, own))
            await peer.expect("OPTIONS")
            peer.send("200 OPTIONS")
            peer.peer.forget()


# --- primary and backup


async def test_new_requests_follow_the_server_in_use_and_calls_stay() -> None:
    backup = StreamPeer("127.0.0.5")
    backup.open()
    wanted = {"transport": "tcp", "backup": Address(*backup.address)}
    async with site(StreamPeer(), wanted) as running:
        trunk = running.gateway.trunk
        assert [each.name for each in trunk.servers] == ["primary", "backup"]
        backup.gateway = trunk.address
        page = await running.page()
        await running.server.answer_register()
        await running.call(page)
        trunk.use(trunk.servers[1])
        assert trunk.server == Flow("TCP", "trunk", backup.address)
        assert trunk.domain == str(Address(*backup.address))
        other = await running.page("5002")
        register = await backup.answer_register()
        assert register.uri == f"sip:{trunk.domain}"
        backup.peer.forget()
        backup.send("OPTIONS sip:5002@gateway")
        await backup.expect("200 OPTIONS")
        await page.send("BYE")
        await page.expect("200 BYE")
        await running.server.expect("BYE")
        running.server.send("200 BYE")
        await running.is_idle()
        await page.close()
        await other.close()
        trunk.use(trunk.servers[0])
    await backup.close()


# --- behind NAT


async def test_advertised_address_is_in_via_and_contact_and_a_difference_is_told() -> None:
    advertise = Address("127.0.0.200", 5099)
    async with site(StreamPeer(), {"transport": "tcp"}, advertise=advertise) as running:
        page = await running.page()
        register = await running.server.answer_register()
        assert register.headers.get("Contact") == "<sip:5001@127.0.0.200:5099;transport=tcp>"
        assert top_via(register.headers).sent_by == "127.0.0.200:5099"
        trunk = running.gateway.trunk
        own = "<sip:gateway@127.0.0.1>"
        with capture_logs() as lines:
            trunk.feed(SendRequest("asked", trunk.server, "OPTIONS", "sip:ss.example", own, own))
            request = await running.server.expect("OPTIONS")
            via = request.headers.get("Via")
            running.server.send(f"200 OPTIONS + Via: {via};received=127.0.0.1")
            assert await until(lambda: any("another address" in line["event"] for line in lines), 2), lines
        assert [(line["seen"], line["advertise"]) for line in lines if "seen" in line] == [("127.0.0.1", "127.0.0.200")]
        running.server.peer.forget()
        await page.close()
