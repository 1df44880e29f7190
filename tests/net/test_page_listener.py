"""Where pages come in: over TLS, over IPv6, and not too many of them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from cordboard.access.token import issue
from cordboard.config import Address
from cordboard.net import websocket
from cordboard.net.http import serve_http
from cordboard.net.tls import CertificateUnusable, Identity, connecting
from kit.certificates import Authority
from kit.command import cordboard, ended
from kit.engine import PaperEngine
from kit.phone import until
from kit.site import SECRET, Site, free_port, free_sip_port, site

TOKEN_LIFETIME = 60


@asynccontextmanager
async def gateway(host: str = "127.0.0.1", **settings: Any) -> AsyncIterator[Site]:
    listen = Address(host, free_port(host=host))
    nobody = ("127.0.0.1", free_sip_port())
    async with site(nobody, engine=PaperEngine(), websocket=listen, page_gone_seconds=0, **settings) as running:
        yield running


def register(dn: str, transport: str) -> str:
    lines = [
        "REGISTER sip:gateway.invalid SIP/2.0",
        f"Via: SIP/2.0/{transport} page.invalid;branch=z9hG4bKregister",
        "Max-Forwards: 69",
        f"To: <sip:{dn}@gateway.invalid>",
        f"From: <sip:{dn}@gateway.invalid>;tag=page",
        "Call-ID: page",
        "CSeq: 1 REGISTER",
        f"Contact: <sip:{dn}@page.invalid;transport=ws>;expires=600",
        f"Authorization: Bearer {issue(SECRET, dn, time.time(), TOKEN_LIFETIME)}",
    ]
    return "\r\n".join([*lines, "Content-Length: 0", "", ""])


async def test_page_registers_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    identity = authority.identity("127.0.0.1")
    files = {"websocket_certificate": identity.certificate, "websocket_key": identity.key}
    async with gateway(**files) as running, aiohttp.ClientSession() as session:
        url = f"wss://{Address(*running.gateway.pages.address)}/ws"
        async with session.ws_connect(url, protocols=("sip",), ssl=connecting(authority.file)) as page:
            await page.send_str(register("5001", "WSS"))
            assert (await page.receive_str(timeout=2)).startswith("SIP/2.0 200 ")
            (flow,) = running.gateway.pages._sockets.flows
            assert flow.transport == "WSS"
        with pytest.raises(aiohttp.ClientError):
            await session.ws_connect(url.replace("wss:", "ws:"), protocols=("sip",))


async def test_page_registers_over_ipv6() -> None:
    async with gateway("::1") as running, aiohttp.ClientSession() as session:
        assert running.gateway.pages.address[0] == "::1"
        async with session.ws_connect(f"ws://[::1]:{running.gateway.pages.address[1]}/ws", protocols=("sip",)) as page:
            await page.send_str(register("5001", "WS"))
            assert (await page.receive_str(timeout=2)).startswith("SIP/2.0 200 ")
            assert running.gateway.pages.contact("5001") == f"<sip:5001@{running.gateway.pages.domain};transport=ws>"
            assert running.gateway.pages.domain.startswith("[::1]:")


async def test_one_page_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all connections are registered pages'; one that has not registered makes room."""
    monkeypatch.setattr(websocket, "MAXIMUM_CONNECTIONS", 1)
    async with gateway() as running, aiohttp.ClientSession() as session:
        url = running.websocket_url
        async with session.ws_connect(url, protocols=("sip",)) as page:
            await page.send_str(register("5001", "WS"))
            assert (await page.receive_str(timeout=2)).startswith("SIP/2.0 200 ")
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(url, protocols=("sip",))
            assert refused.value.status == 503
        assert await until(lambda: not running.gateway.pages._sockets.flows, 2)
        async with session.ws_connect(url, protocols=("sip",)):
            pass


async def test_certificate_that_is_missing_opens_nothing(tmp_path: Path) -> None:
    with pytest.raises(CertificateUnusable, match="no such file or directory"):
        await serve_http(web.Application(), "127.0.0.1", 0, identity=Identity(str(tmp_path / "a"), str(tmp_path / "b")))


async def test_command_tells_what_is_wrong_with_a_certificate(tmp_path: Path) -> None:
    host = "127.0.0.76"
    file = tmp_path / "cordboard.toml"
    file.write_text(
        f'[sip_server]\naddress = "{host}:5070"\n[gws]\nurl = "http://{host}"\n'
        f'[media]\naddress = "{host}"\nworkers = 1\n'
        f'[desk]\nlisten = "{host}:8080"\n[gateway]\nsip = "{host}:5060"\nwebsocket = "{host}:8088"\n'
        f'websocket_certificate = "{tmp_path}/phone.pem"\nwebsocket_key = "{tmp_path}/phone.key"\n'
    )
    async with cordboard("serve", "--config", str(file)) as process:
        out, log = await ended(process)
    assert process.returncode == 2
    assert log.splitlines()[-1] == f"{tmp_path}/phone.pem: no such file or directory"
    assert "Traceback" not in out + log
