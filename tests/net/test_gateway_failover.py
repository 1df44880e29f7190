"""The gateway with two SIP Servers over real sockets: one that goes, one that takes its place, and the way back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from structlog.testing import capture_logs

from cordboard.access.token import issue
from cordboard.config import Address, lab_settings
from cordboard.gateway.gateway import Gateway
from cordboard.lab.lab import agents_dns
from cordboard.lab.sip_server.server import SipServer
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.lab.sip_server_pair import SipServerPair
from cordboard.observe.metrics import Metrics
from cordboard.sip.headers import Headers
from cordboard.sip.message import Response
from kit.engine import PaperEngine
from kit.sip_sockets import WebSocketPeer

SECRET = b"s" * 32
ANYWHERE = Address("127.0.0.1", 0)
DNS = ("5001", "5002")
NOTICED_WITHIN = 8.0  # seconds: asked every second, two answers missing after two seconds each, and a little


@dataclass(slots=True)
class Site:
    gateway: Gateway
    pair: SipServerPair
    metrics: Metrics

    async def page(self, dn: str) -> WebSocketPeer:
        host, port = self.gateway.pages.address
        page = await WebSocketPeer.open(f"ws://{host}:{port}/ws", dn)
        response = await page.register("Bearer " + issue(SECRET, dn, time.time(), 60))
        assert response.status == 200
        return page

    def metric(self, name: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"cordboard_{name}")


@asynccontextmanager
async def site(failback_seconds: int = 2) -> AsyncIterator[Site]:
    settings = SipServerSettings(address=("127.0.0.1", 0), dns=agents_dns((dn, "") for dn in DNS))
    pair = await SipServerPair.start(settings, ("127.0.0.1", 0))
    lab = lab_settings({})
    sip_server = replace(
        lab.sip_server,
        address=Address(*pair.primary.address),
        backup=Address(*pair.backup.address),
        check_seconds=1,
        failback_seconds=failback_seconds,
    )
    gateway = replace(lab.gateway, sip=ANYWHERE, websocket=ANYWHERE, advertise=ANYWHERE, ping_seconds=0)
    metrics = Metrics()
    running = await Gateway.start(replace(lab, gateway=gateway, sip_server=sip_server), PaperEngine(), SECRET, metrics)
    try:
        yield Site(running, pair, metrics)
    finally:
        await running.close()
        await pair.close()
        await asyncio.sleep(0.01)


def bound(server: SipServer) -> list[str]:
    if server.crashed:
        return []
    registrar = server.stack.machine.switch.registrar
    return [dn for dn in DNS if registrar.binding(dn) is not None]


async def until(true: Callable[[], bool], what: str, within: float) -> float:
    """Wait; how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within, what
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def test_registrations_and_new_calls_go_to_the_backup_and_come_back() -> None:
    async with site() as running:
        pages = [await running.page(dn) for dn in DNS]
        primary, backup = running.pair.primary, running.pair.backup
        await until(lambda: bound(primary) == [*DNS], "not registered", 2)
        assert bound(backup) == []
        await primary.crash()
        took = await until(lambda: bound(backup) == [*DNS], "not moved", NOTICED_WITHIN)
        print(f"\nregistered at the backup after {took:.1f} s")
        assert running.gateway.trunk.current.name == "backup"
        assert running.gateway.trunk.server.remote == backup.address
        assert running.metric("failovers_total") == 1
        await primary.come_back()
        took = await until(lambda: bound(primary) == [*DNS], "not back", NOTICED_WITHIN)
        print(f"back at the primary after {took:.1f} s")
        assert running.gateway.trunk.current.name == "primary"
        assert bound(backup) == [*DNS], "nothing is taken back where it is left"
        for page in pages:
            await page.close()


async def test_one_server_that_crashes_and_comes_back_has_its_registrations_within_seconds() -> None:
    """A pair behind one address: whoever takes over there knows no bindings."""
    async with site() as running:
        page = await running.page("5001")
        primary, backup = running.pair.primary, running.pair.backup
        await until(lambda: bound(primary) == ["5001"], "not registered", 2)
        await backup.crash()
        await primary.crash()
        with capture_logs() as logs:
            await until(lambda: not running.gateway.availability.reachable, "not noticed", NOTICED_WITHIN)
            assert running.metric("sip_server_reachable") == running.metric("reachable_dns") == 0
            await asyncio.sleep(1.5)
            assert [line["event"] for line in logs if line["log_level"] == "error"] == [
                "no SIP Server answers: DNs cannot be called, it is tried on"
            ]
        await primary.come_back()
        took = await until(lambda: bound(primary) == ["5001"], "not registered again", 5)
        print(f"\nregistered again {took:.1f} s after its return")
        assert running.metric("sip_server_reachable") == running.metric("reachable_dns") == 1
        await page.close()


async def test_calls_that_fail_tell_of_their_server_too() -> None:
    """One is looked into and forgiven, two in a breath are enough."""
    async with site(failback_seconds=3600) as running:
        page = await running.page("5001")
        await until(lambda: bound(running.pair.primary) == ["5001"], "not registered", 2)
        availability = running.gateway.availability
        availability.call_ended(486, Response(486, "Busy Here", Headers([])))
        availability.call_ended(408, None)
        await asyncio.sleep(0.2)
        assert running.gateway.trunk.current.name == "primary"
        availability.call_ended(503, None)
        availability.call_ended(503, None)
        assert running.gateway.trunk.current.name == "backup"
        await until(lambda: bound(running.pair.backup) == ["5001"], "not moved", 2)
        await page.close()
