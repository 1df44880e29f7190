"""The gateway's side of the desk's port: what it says of a DN is true, and what the desk says reaches the page."""

from __future__ import annotations

import asyncio

import pytest

from cordboard.media.port import CallStatistics, StreamStatistics
from cordboard.seat.desk_port import AudioView, SeatView
from cordboard.sip import digest
from kit.gateway_site import GatewaySite, gateway_site
from kit.page_words import heard, say
from kit.phone import until
from kit.sip_sockets import WebSocketPeer

PASSWORD = "GenesysAgent5001!"
AUDIO = {
    "microphone": {"muted": True, "volume": 80, "name": "Headset"},
    "speaker": {"muted": False, "volume": 60, "name": "Headset speaker"},
}


def view(site: GatewaySite, dn: str = "5001") -> SeatView:
    return site.gateway.seat_port.view(dn)


async def test_registered_is_what_sip_server_says_while_the_page_is_there() -> None:
    async with gateway_site() as site:
        changes: list[str] = []
        site.gateway.seat_port.on_change(changes.append)
        assert view(site) == view(site, "unknown") == SeatView()
        page = await WebSocketPeer.open(site.url)
        await page.register_by_digest(PASSWORD)
        first = view(site)
        assert (first.page, first.registered, first.reachable) == (True, False, True)
        assert changes == ["5001"]
        await site.server.answer_register()
        assert await until(lambda: view(site).registered)
        assert changes == ["5001", "5001"]
        assert view(site).connection.startswith("page-")
        await page.close()
        assert await until(lambda: not view(site).page)
        assert not view(site).registered


async def test_a_refused_registration_is_none() -> None:
    async with gateway_site() as site:
        page = await WebSocketPeer.open(site.url)
        await page.register_by_digest(PASSWORD)
        await site.server.answer_register(403)
        await asyncio.sleep(0.05)
        assert not view(site).registered
        await page.close()


async def test_audio_is_what_the_page_told_last_and_goes_with_it() -> None:
    async with gateway_site() as site:
        page = await site.page()
        assert view(site).audio is None
        assert await say(page, {"audio": AUDIO}) == 200
        assert view(site).audio == AudioView(True, 80, "Headset", False, 60, "Headset speaker")
        assert await say(page, {"audio": {"microphone": {"muted": "yes", "volume": 1000, "name": 7}}}) == 200
        assert view(site).audio == AudioView()
        assert await say(page, {"audio": "loud"}) == 200
        assert view(site).audio == AudioView()
        await page.close()
        assert await until(lambda: view(site).audio is None)


async def test_a_listener_that_fails_hurts_nobody() -> None:
    async with gateway_site() as site:
        changes: list[str] = []
        site.gateway.seat_port.on_change(lambda dn: [][1])
        site.gateway.seat_port.on_change(changes.append)
        page = await site.page()
        assert await say(page, {"audio": AUDIO}) == 200
        assert changes[-1:] == ["5001"]
        await page.close()


async def test_words_reach_the_page_even_when_it_has_unregistered() -> None:
    async with gateway_site() as site:
        port = site.gateway.seat_port
        assert not port.say("5001", {"do": "unregister"})
        page = await WebSocketPeer.open(site.url)
        await page.register_by_digest(PASSWORD)
        await site.server.answer_register()
        assert port.say("5001", {"do": "unregister"})
        assert await heard(page) == {"do": "unregister"}
        await _register_by_digest(page, expires=0)
        assert await until(lambda: not view(site).page)
        assert await say(page, {"audio": AUDIO}) == 403
        assert port.say("5001", {"do": "register"})
        assert await heard(page) == {"do": "register"}
        await _register_by_digest(page, expires=600)
        assert await until(lambda: view(site).registered)
        await page.close()
        assert await until(lambda: not port.say("5001", {"do": "register"}))


async def _register_by_digest(page: WebSocketPeer, expires: int) -> None:
    """As JsSIP does: the first REGISTER without credentials, the numbers going up."""
    number = 10 if expires == 0 else 20
    challenged = await page.register(expires=expires, cseq=number)
    challenge = challenged.headers.get("WWW-Authenticate") or ""
    answer = digest.authorization(challenge, "REGISTER", "sip:gateway.invalid", page.dn, PASSWORD, "cnonce", 1)
    assert (await page.register(answer, expires, number + 1)).status == 200


async def test_a_call_is_told_with_its_state_and_figures_and_can_be_released() -> None:
    async with gateway_site() as site:
        site.engine.statistics = CallStatistics(StreamStatistics(round_trip=0.04), StreamStatistics(mos=4.2))
        page = await site.talking()
        (call,) = view(site).calls
        assert (call.call_uuid, call.state) == ("ONE", "talking")
        assert await until(lambda: view(site).calls[0].mos == 4.2)
        assert view(site).calls[0].round_trip == 0.04
        assert not site.gateway.seat_port.release("5001", "TWO")
        assert not site.gateway.seat_port.release("5002", "ONE")
        assert site.gateway.seat_port.release("5001", "ONE")
        await site.server.expect("BYE")
        site.server.send("200 BYE")
        await page.expect("BYE")
        assert view(site).calls == ()
        await page.close()


@pytest.mark.parametrize("status", [180, 0])
async def test_a_call_that_rings(status: int) -> None:
    async with gateway_site() as site:
        page = await site.page()
        site.server.send("INVITE sip:5001@gateway + X-Genesys-CallUUID: ONE")
        await site.server.expect("100")
        await page.expect("INVITE")
        if status:
            await page.send("180")
            await site.server.expect("180")
        assert [each.state for each in view(site).calls] == ["ringing"]
        await page.close()
