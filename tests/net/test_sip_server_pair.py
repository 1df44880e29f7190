"""The SIP Server look-alike over TCP and TLS, and as a pair of two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cordboard.lab.lab import agents_dns
from cordboard.lab.sip_server.server import SipServer
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.lab.sip_server_pair import SipServerPair
from cordboard.lab.telephony import MakeCall
from cordboard.net.tls import connecting, listening
from cordboard.sip.message import Request
from kit.certificates import Authority
from kit.phone import until
from kit.stream_peer import StreamPeer

SETTINGS = SipServerSettings(address=("127.0.0.1", 0), dns=agents_dns([("5001", "")]))


@asynccontextmanager
async def phone(server: SipServer, peer: StreamPeer) -> AsyncIterator[StreamPeer]:
    """A phone of 5001 on a connection."""
    peer.open()
    peer.gateway = server.address
    peer.peer.own = peer.peer.other = f"sip:5001@127.0.0.1:{server.address[1]}"
    peer.peer.contact = f"<sip:5001@127.0.0.1:{peer.port};transport={peer.streams.transport.lower()}>"
    try:
        yield peer
    finally:
        await peer.close()


async def register(peer: StreamPeer) -> None:
    peer.send("REGISTER sip:127.0.0.1 + Expires: 60")
    await peer.expect("200 REGISTER + Expires: 60")
    peer.peer.forget()


async def rings(server: SipServer, peer: StreamPeer) -> None:
    """A MakeCall of 5001 is an INVITE over a connection that the server opens to the phone's contact."""
    server.request(MakeCall("5001", "600"))
    invite = await peer.expect("INVITE")
    assert isinstance(invite, Request)
    assert invite.headers.get("Via", "").startswith(f"SIP/2.0/{peer.streams.transport} ")
    assert peer.came_by is not None
    assert peer.came_by.connection, "not the phone's own connection"
    peer.send("486")
    await peer.expect("ACK")
    peer.peer.forget()
    assert await until(lambda: not server.stack.machine.switch.calls, 2)


async def test_dn_is_called_over_tcp_where_it_registered_by_tcp() -> None:
    server = await SipServer.start(SETTINGS)
    async with phone(server, StreamPeer()) as peer:
        await register(peer)
        await rings(server, peer)
        assert server.connections == 2
        for flow in list(peer.streams.flows):
            peer.streams.drop(flow)
        assert await until(lambda: server.connections == 0, 2)
        await rings(server, peer)
    await server.close()
    assert server.connections == 0


async def test_dn_is_called_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    identity = authority.identity("127.0.0.1")
    files = {"certificate": identity.certificate, "key": identity.key, "ca_file": authority.file}
    server = await SipServer.start(SipServerSettings(address=("127.0.0.1", 0), dns=SETTINGS.dns, **files))
    secure = StreamPeer(listening=listening(identity), connecting=connecting(authority.file))
    async with phone(server, secure) as peer:
        await register(peer)
        await rings(server, peer)
    await server.close()


@pytest.mark.parametrize("synchronised", [True, False])
async def test_backup_of_a_pair_knows_the_bindings_if_it_is_synchronised(synchronised: bool) -> None:
    pair = await SipServerPair.start(SETTINGS, ("127.0.0.1", 0), synchronised=synchronised)
    async with phone(pair.primary, StreamPeer()) as peer:
        await register(peer)
        assert pair.primary.address != pair.backup.address
        view = pair.backup.dn("5001")
        assert view is not None
        assert view.in_service == synchronised
        await pair.primary.close()
        if synchronised:
            await rings(pair.backup, peer)
        else:
            peer.gateway = pair.backup.address
            await register(peer)
            await rings(pair.backup, peer)
    await pair.close()
    await asyncio.sleep(0)
