"""Pings over real sockets: who answers can be called, who does not is refused before a customer is sent there."""

from __future__ import annotations

import asyncio
import json
import time

from cordboard.sip.message import Request, Response, parse_message, to_bytes
from kit.gateway_site import GatewaySite, gateway_site
from kit.sip_sockets import WebSocketPeer

WORDS = "application/vnd.cordboard+json"
FOUND_WITHIN = 6.5  # seconds: a ping each second, two answers missing after two seconds each, and a little


async def next_ping(page: WebSocketPeer) -> Request:
    """The next message to the page, which is a ping."""
    message = parse_message(await asyncio.wait_for(page.inbox.get(), 3))
    assert isinstance(message, Request)
    assert (message.method, message.headers.get("Content-Type")) == ("MESSAGE", WORDS)
    assert json.loads(message.body)["do"] == "ping"
    return message


async def respond(page: WebSocketPeer, request: Request, status: int, microphone: str = "") -> None:
    fields = [(name, request.headers.get(name) or "") for name in ("Via", "From", "To", "Call-ID", "CSeq")]
    fields += [("X-Cordboard-Microphone", microphone)] if microphone else []
    response = Response(status, "OK", type(request.headers)(fields))
    await page.socket.send_str(to_bytes(response).decode())


async def say(page: WebSocketPeer, words: object, number: int = 1) -> None:
    """A MESSAGE of the page's own, and its answer."""
    body = json.dumps(words)
    lines = [
        "MESSAGE sip:5001@gateway.invalid SIP/2.0",
        f"Via: SIP/2.0/WS page.invalid;branch=z9hG4bKsays{number}",
        "Max-Forwards: 70",
        f"From: <sip:5001@gateway.invalid>;tag=says{number}",
        "To: <sip:5001@gateway.invalid>",
        f"Call-ID: says{number}",
        f"CSeq: {number} MESSAGE",
        f"Content-Type: {WORDS}",
        f"Content-Length: {len(body)}",
        "",
        body,
    ]
    await page.socket.send_str("\r\n".join(lines))
    message = parse_message(await asyncio.wait_for(page.inbox.get(), 3))
    assert isinstance(message, Response)
    assert message.status == 200


def reachable(site: GatewaySite, dn: str = "5001") -> bool:
    seat = site.gateway.seats.seat(dn)
    return seat is not None and seat.reachable


async def until_reachable(site: GatewaySite, wanted: bool, within: float) -> None:
    end = time.monotonic() + within
    while reachable(site) is not wanted:
        assert time.monotonic() < end, f"still {'not ' if wanted else ''}reachable"
        await asyncio.sleep(0.02)


async def is_refused(site: GatewaySite, within: float = 0.5) -> None:
    """INVITE and OPTIONS of SIP Server get 480."""
    began = time.monotonic()
    site.server.send("INVITE sip:5001@gateway")
    await site.server.expect("100")
    await site.server.expect("480")
    assert time.monotonic() - began < within
    site.server.send("ACK")
    site.server.peer.forget()


async def test_page_that_answers_nothing_is_found_and_its_answer_brings_it_back() -> None:
    async with gateway_site(ping_seconds=1) as site:
        page = await site.page()
        await next_ping(page)
        began = time.monotonic()
        await until_reachable(site, False, FOUND_WITHIN)
        assert time.monotonic() - began > 2.0
        await is_refused(site)
        site.server.send("OPTIONS sip:5001@gateway")
        await site.server.expect("480 OPTIONS")
        while not page.inbox.empty():
            page.inbox.get_nowait()
        await say(page, {"did": "ping", "id": "1", "microphone": "ready"})
        await until_reachable(site, True, 1)
        await page.close()


async def test_page_that_knows_no_words_is_judged_by_its_responses() -> None:
    """Stock JsSIP says 405 to a MESSAGE that nobody listens to; another page says 200 to anything."""
    async with gateway_site(ping_seconds=1) as site:
        pages = {"5001": 200, "5002": 405}
        end = time.monotonic() + FOUND_WITHIN

        async def answer(page: WebSocketPeer, status: int) -> None:
            while time.monotonic() < end:
                await respond(page, await next_ping(page), status)

        opened = [await site.page(dn) for dn in pages]
        await asyncio.gather(*(answer(page, status) for page, status in zip(opened, pages.values(), strict=True)))
        assert all(reachable(site, dn) for dn in pages)
        for page in opened:
            await page.close()


async def test_a_response_tells_of_the_microphone_too() -> None:
    async with gateway_site(ping_seconds=1) as site:
        page = await site.page()
        await respond(page, await next_ping(page), 200, "lost")
        await until_reachable(site, False, 1)
        await respond(page, await next_ping(page), 200, "ready")
        await until_reachable(site, True, 1)
        await page.close()


async def test_lost_microphone_deregisters_the_dn_and_a_found_one_registers_it_again() -> None:
    async with gateway_site(ping_seconds=60, unreachable="deregister") as site:
        page = await site.page()
        await next_ping(page)
        await say(page, {"is": "microphone", "state": "lost"})
        assert (await site.server.answer_register()).headers.get("Expires") == "0"
        await is_refused(site)
        await say(page, {"is": "microphone", "state": "ready"}, 2)
        assert (await site.server.answer_register()).headers.get("Expires") == "1800"
        assert reachable(site)
        await page.close()


async def test_words_that_mean_nothing_change_nothing() -> None:
    async with gateway_site(ping_seconds=60) as site:
        page = await site.page()
        await next_ping(page)
        for number, words in enumerate([{}, [], "ping", 7, {"did": "dance"}, {"is": "microphone"}, {"did": "ping"}], 1):
            await say(page, words, number)
        await say(page, {"is": "microphone", "state": {"lost": True}}, 20)
        assert reachable(site)
        await page.close()


async def test_call_waits_for_a_sign_of_life_and_is_refused_without_one() -> None:
    async with gateway_site(ping_seconds=60, ping_before_call=400) as site:
        page = await site.page()
        await next_ping(page)
        await say(page, {"did": "ping", "id": "1"})
        await asyncio.sleep(1.1)
        site.server.send("INVITE sip:5001@gateway + X-Genesys-CallUUID: U")
        await site.server.expect("100")
        await next_ping(page)
        await say(page, {"did": "ping", "id": "2"}, 2)
        await page.expect("INVITE")
        await page.send("486")
        await page.expect("ACK")
        await site.server.expect("486")
        site.server.send("ACK")
        site.server.peer.forget()
        page.peer.forget()
        await asyncio.sleep(1.1)
        began = time.monotonic()
        await is_refused(site, within=1.0)
        assert time.monotonic() - began >= 0.35
        await page.close()


async def test_caller_who_gives_up_while_the_page_is_asked() -> None:
    async with gateway_site(ping_seconds=60, ping_before_call=400) as site:
        page = await site.page()
        await next_ping(page)
        await say(page, {"did": "ping", "id": "1"})
        await asyncio.sleep(1.1)
        site.server.send("INVITE sip:5001@gateway")
        await site.server.expect("100")
        await next_ping(page)
        site.server.send("CANCEL")
        await site.server.expect("200 CANCEL")
        await site.server.expect("487 INVITE")
        site.server.send("ACK")
        await say(page, {"did": "ping", "id": "2"}, 2)
        await asyncio.sleep(0.5)
        assert page.inbox.empty()
        assert len(site.gateway.calls) == 0
        await page.close()
