"""Calls in Chromium over the other ways: TCP and TLS to SIP Server, WSS from the page, IPv6 on both sides."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from cordboard.config import Address
from kit.certificates import Authority
from kit.lab import Place, RunningLab, running_lab
from kit.site import free_port, free_sip_port

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def answered_by_cti(lab: RunningLab, browser: Place) -> None:
    """A customer calls, Answer is pressed in GWS, each hears the other, the agent hangs up; nothing is left."""
    agent = await lab.agent(browser, "5001", microphone=620.0)
    await agent.ready()
    customer = await lab.customer("8000", tone=440.0)
    await agent.shows("desk-call-state", "Ringing")
    await agent.press("desk-op-Answer")
    await agent.hears(440.0, within=3.0)
    await customer.hears(620.0, within=3.0)
    await agent.press("desk-op-Hangup")
    await customer.is_in("ended")
    await lab.all_idle(agent)


async def test_tcp_to_sip_server(browser: Browser) -> None:
    async with running_lab(sip_server__transport="tcp") as lab:
        await answered_by_cti(lab, browser)
        trunk = lab.lab.product.gateway.trunk
        assert trunk.server.transport == "TCP"
        assert trunk.transports.connections == lab.lab.telephone.sip_server.connections == 2, "one each way"


async def test_tls_to_sip_server(browser: Browser, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    identity = authority.identity("127.0.0.1")
    files = {"tls_ca_file": authority.file, "tls_certificate": identity.certificate, "tls_key": identity.key}
    over_tls = {f"sip_server__{name}": value for name, value in files.items()}
    listen = Address("127.0.0.1", free_port())
    async with running_lab(sip_server__transport="tls", gateway__sip_tls=listen, **over_tls) as lab:
        await answered_by_cti(lab, browser)
        assert lab.lab.product.gateway.trunk.server.transport == "TLS"
        assert lab.lab.product.gateway.trunk.transports.connections == 2


async def test_wss_from_the_page(browser: Browser, tmp_path: Path) -> None:
    identity = Authority(tmp_path).identity("127.0.0.1")
    wss = {"gateway__websocket_certificate": identity.certificate, "gateway__websocket_key": identity.key}
    async with running_lab(**wss) as lab:
        assert lab.settings.gateway.websocket_url.startswith("wss://")
        await answered_by_cti(lab, await browser.new_context(ignore_https_errors=True))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_ipv6_from_the_page_and_to_sip_server(browser: Browser, transport: str) -> None:
    """Signalling all over ::1; the sound comes back from the echo."""
    six = {
        "lab__sip_server": Address("::1", free_sip_port("::1")),
        "gateway__sip": Address("::1", free_sip_port("::1")),
        "gateway__websocket": Address("::1", free_port(host="::1")),
    }
    async with running_lab(sip_server__transport=transport, **six) as lab:
        assert lab.settings.gateway.websocket_url.startswith("ws://[::1]:")
        agent = await lab.softphone(browser, microphone=620.0)
        await agent.connect("sip")
        await agent.dial("600")
        await agent.hears(620.0)
        await agent.press("call-hangup")
        await lab.all_idle(agent)
