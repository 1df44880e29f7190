"""The gateway with real sockets: a page's WebSocket on one side, SIP Server's UDP on the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from structlog.testing import capture_logs

from cordboard.access.token import issue
from kit.gateway_site import SECRET, GatewaySite, gateway_site
from kit.sip_sockets import WebSocketPeer

PASSWORD = "GenesysAgent5001!"
ORIGIN = "http://127.0.0.1:8080"


@pytest.fixture
async def site() -> AsyncIterator[GatewaySite]:
    async with gateway_site() as site:
        yield site


async def test_plain_get_is_told_to_upgrade(site: GatewaySite) -> None:
    async with aiohttp.ClientSession() as session, session.get(site.url.replace("ws:", "http:")) as response:
        assert response.status == 426
        assert response.headers["Upgrade"] == "websocket"


STRANGE_ORIGINS = [
    "http://evil.example",
    "null",
    "https://127.0.0.1:8080",
    ORIGIN + "0",
    ORIGIN + "/",
    ORIGIN + ".evil.example",
    ORIGIN.replace("//", "//sub."),
    ORIGIN.replace("//", "//user@"),
    ORIGIN.replace("1", "\u00b9"),
    f"{ORIGIN} {ORIGIN}",
]


async def test_strange_origins_are_refused(site: GatewaySite) -> None:
    for origin in STRANGE_ORIGINS:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await WebSocketPeer.open(site.url, origin=origin)
        assert refused.value.status == 403, origin


async def test_the_desks_origin_is_allowed(site: GatewaySite) -> None:
    page = await WebSocketPeer.open(site.url, origin=ORIGIN)
    await page.close()


async def test_without_the_subprotocol_there_is_no_websocket(site: GatewaySite) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(site.url)
    assert refused.value.status == 400


async def test_page_registers_by_token_and_the_dn_at_sip_server(site: GatewaySite) -> None:
    page = await WebSocketPeer.open(site.url)
    response = await page.register("Bearer " + issue(SECRET, "5001", time.time(), 60))
    assert response.status == 200
    register = await site.server.answer_register()
    host, port = site.gateway.trunk.address
    assert register.headers.get("Contact") == f"<sip:5001@{host}:{port}>"
    assert register.headers.get("Expires") == "1800"
    await page.close()


async def test_page_registers_by_digest(site: GatewaySite) -> None:
    page = await WebSocketPeer.open(site.url)
    assert (await page.register_by_digest(PASSWORD)).status == 200
    await site.server.answer_register()
    await page.close()


async def test_wrong_password_wrong_token_and_unknown_dn(site: GatewaySite) -> None:
    page = await WebSocketPeer.open(site.url)
    assert (await page.register_by_digest("wrong")).status == 401
    assert (await page.register("Bearer " + issue(SECRET, "5002", time.time(), 60), cseq=3)).status == 403
    assert (await page.register("Bearer rubbish", cseq=4)).status == 403
    await page.close()
    stranger = await WebSocketPeer.open(site.url, "9999")
    assert (await stranger.register()).status == 404
    await stranger.close()
    assert site.server.inbox.empty()


async def test_page_gone_longer_than_the_setting_ends_the_registration(site: GatewaySite) -> None:
    page = await site.page()
    await page.close()
    site.server.send("INVITE sip:5001@gateway")
    await site.server.expect("100")
    await site.server.expect("480")
    site.server.send("ACK")
    assert (await site.server.answer_register()).headers.get("Expires") == "0"


async def test_page_back_in_time_keeps_the_registration(site: GatewaySite) -> None:
    page = await site.page()
    await page.close()
    again = await WebSocketPeer.open(site.url)
    assert (await again.register("Bearer " + issue(SECRET, "5001", time.time(), 60))).status == 200
    await asyncio.sleep(1.3)
    assert site.server.inbox.empty()
    await again.close()


async def test_two_pages_of_a_dn_are_one_registrar_and_the_older_is_told(site: GatewaySite) -> None:
    older = await site.page()
    newer = await WebSocketPeer.open(site.url)
    newer.peer.contact = "<sip:other@elsewhere.invalid;transport=ws>"
    token = issue(SECRET, "5001", time.time(), 60)
    newer.peer.own = "sip:5001@gateway.invalid"
    await newer.socket.send_str(_register(newer, token))
    await newer.expect("200 REGISTER")
    await older.expect('MESSAGE + Content-Type: application/vnd.cordboard+json | /{"taken over":true}/')
    site.server.send("INVITE sip:5001@gateway")
    await site.server.expect("100")
    await newer.expect("INVITE sip:other@elsewhere.invalid;transport=ws")
    assert older.inbox.empty()
    await older.close()
    await newer.close()


def _register(page: WebSocketPeer, token: str) -> str:
    lines = [
        "REGISTER sip:gateway.invalid SIP/2.0",
        "Via: SIP/2.0/WS elsewhere.invalid;branch=z9hG4bKother",
        "Max-Forwards: 69",
        "To: <sip:5001@gateway.invalid>",
        "From: <sip:5001@gateway.invalid>;tag=other",
        "Call-ID: another-page",
        "CSeq: 1 REGISTER",
        f"Contact: {page.peer.contact};expires=600",
        f"Authorization: Bearer {token}",
    ]
    return "\r\n".join([*lines, "Content-Length: 0", "", ""])


async def test_call_through_both_sides_leaves_nothing_behind(site: GatewaySite) -> None:
    page = await site.page()
    site.server.send("INVITE sip:5001@gateway + X-Genesys-CallUUID: ONE")
    await site.server.expect("100")
    await page.expect("INVITE + X-Genesys-CallUUID: ONE | /s=page_offer/")
    await page.send("180")
    await site.server.expect("180")
    site.server.send("NOTIFY + Event: talk")
    await site.server.expect("200 NOTIFY")
    await page.expect('INFO | /{"do":"answer"}/')
    await page.send("200 INFO")
    await page.send("200")
    await page.expect("ACK")
    await site.server.expect("200 | /s=trunk_offer/")
    site.server.send("ACK")
    assert len(site.gateway.calls) == 1
    site.server.send("BYE")
    await site.server.expect("200 BYE")
    await page.expect("BYE")
    await page.send("200 BYE")
    await asyncio.sleep(0.05)
    assert len(site.gateway.calls) == 0
    assert site.gateway.calls.sessions == 0
    assert site.engine.open == set()
    ended = 'cordboard_calls_ended_total{made_by="trunk",outcome="answered"} 1.0'
    assert ended in site.metrics.text().decode()
    await page.close()


async def test_log_names_the_call_as_sip_server_and_gws_do(site: GatewaySite) -> None:
    page = await site.page()
    with capture_logs() as lines:
        site.server.send("INVITE sip:5001@gateway + X-Genesys-CallUUID: ONE")
        await site.server.expect("100")
        await page.expect("INVITE")
        await page.send("486")
        await page.expect("ACK")
        await site.server.expect("486")
        site.server.send("ACK")
    told = {line["event"]: line for line in lines if line["event"] in ("call begins", "call ended")}
    assert [line["uuid"] for line in told.values()] == ["ONE", "ONE"]
    assert told["call begins"]["call"] == told["call ended"]["call"]
    await page.close()


async def test_call_for_a_dn_without_page_and_for_no_dn(site: GatewaySite) -> None:
    site.server.send("INVITE sip:5001@gateway")
    await site.server.expect("100")
    await site.server.expect("480")
    site.server.send("ACK")
    site.server.peer.forget()
    site.server.send("INVITE sip:7777@gateway")
    await site.server.expect("100")
    await site.server.expect("404")
    site.server.send("ACK")


async def test_options_per_dn(site: GatewaySite) -> None:
    page = await site.page()
    site.server.send("OPTIONS sip:5001@gateway")
    await site.server.expect("200 OPTIONS")
    site.server.peer.forget()
    site.server.send("OPTIONS sip:5002@gateway")
    await site.server.expect("480 OPTIONS")
    await page.close()


async def test_page_that_has_not_registered_may_do_nothing(site: GatewaySite) -> None:
    page = await WebSocketPeer.open(site.url)
    await page.send("INVITE sip:5002@gateway.invalid")
    await page.expect("100")
    await page.expect("403")
    await page.send("ACK")
    page.peer.forget()
    for method, status in (("MESSAGE", 403), ("OPTIONS", 403), ("REFER", 403), ("NOTIFY", 403), ("PUBLISH", 405)):
        page.peer.forget()
        await page.send(f"{method} sip:5002@gateway.invalid")
        await page.expect(f"{status} {method}")
    await page.close()


async def test_broken_call_ends_alone(site: GatewaySite, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call's machine raises; its dialogs end, another call of another DN goes on."""
    first, second = await site.page("5001"), await site.page("5002")
    site.server.send("INVITE sip:5001@gateway")
    await site.server.expect("100")
    await first.expect("INVITE")
    (call,) = site.gateway.calls.of_dn("5001")
    monkeypatch.setattr(type(call), "handle", _raise_for(call.name, type(call).handle))
    await first.send("180")
    await site.server.expect("500")
    site.server.send("ACK")
    await first.expect("CANCEL")
    site.server.peer.forget()
    site.server.send("INVITE sip:5002@gateway")
    await site.server.expect("100")
    await second.expect("INVITE")
    await second.send("180")
    await site.server.expect("180")
    await first.close()
    await second.close()


def _raise_for(name, handle):  # type: ignore[no-untyped-def]
    def raising(self, input, now):  # type: ignore[no-untyped-def]
        if self.name == name:
            raise RuntimeError("broken on purpose")
        return handle(self, input, now)

    return raising
