"""Which calls the gateway lets in: two per agent, busy, REFER outside dialogs, Replaces, a challenge."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cordboard.observe.trace import Plane, TraceRing
from kit.gateway_site import GatewaySite, gateway_site
from kit.gateway_stack import description
from kit.peer import BODIES
from kit.sip_sockets import UdpPeer, WebSocketPeer

BODIES.update({name: description(name, "127.0.0.81", 8006) for name in ("server offer", "server answer")})
MAKE_CALL = "INVITE sip:5001@gateway + Supported: timer"


@pytest.fixture
async def site() -> AsyncIterator[GatewaySite]:
    async with gateway_site() as site:
        yield site


async def answered(
    server: UdpPeer, page: WebSocketPeer, invite: str = "INVITE sip:5001@gateway | server offer"
) -> None:
    """A call of SIP Server that the page answers."""
    server.send(invite)
    await server.expect("100")
    await page.expect("INVITE")
    await page.send("200")
    await page.expect("ACK")
    await server.expect("200")
    server.send("ACK")


async def refused(server: UdpPeer, status: int, invite: str = "INVITE sip:5001@gateway") -> None:
    server.send(invite)
    await server.expect("100")
    await server.expect(str(status))
    server.send("ACK")


async def test_second_call_rings_and_a_third_is_busy(site: GatewaySite) -> None:
    page = await site.page()
    await answered(site.server, page)
    await answered(site.dialog("second"), site.leg(page, "page-2"))
    await refused(site.dialog("third"), 486)
    own = site.leg(page, "page-3")
    await own.send("INVITE sip:5002@gateway.invalid")
    await own.expect("100")
    await own.expect("486")
    await own.send("ACK")
    assert len(site.gateway.calls) == 2
    await page.close()


async def test_without_call_waiting_only_the_agents_own_second_call_comes_through() -> None:
    async with gateway_site(call_waiting=False, busy_status=600) as site:
        page = await site.page()
        await answered(site.server, page)
        await refused(site.dialog("customer"), 600, "INVITE sip:5001@gateway | server offer")
        await answered(site.dialog("consult"), site.leg(page, "page-2"), MAKE_CALL)
        await refused(site.dialog("another consult"), 600, MAKE_CALL)
        await page.close()


async def test_one_call_per_agent() -> None:
    async with gateway_site(calls_per_agent=1) as site:
        page = await site.page()
        await answered(site.server, page)
        await refused(site.dialog("consult"), 486, MAKE_CALL)
        await page.close()


async def test_room_again_when_a_call_has_ended() -> None:
    async with gateway_site(calls_per_agent=1) as site:
        page = await site.page()
        await answered(site.server, page)
        site.server.send("BYE")
        await site.server.expect("200 BYE")
        await page.expect("BYE")
        await page.send("200 BYE")
        await answered(site.dialog("second"), site.leg(page, "page-2"))
        await page.close()


async def test_refer_outside_dialogs_is_refused_by_default(site: GatewaySite) -> None:
    page = await site.page()
    site.server.send("REFER sip:5001@gateway + Refer-To: <sip:1004@127.0.0.1>")
    await site.server.expect("603 REFER")
    assert len(site.gateway.calls) == 0
    await page.close()


async def test_refer_outside_dialogs_makes_the_agents_call() -> None:
    traces = TraceRing()
    async with gateway_site(refer="accept", traces=traces) as site:
        page = await site.page()
        target = site.dialog("target")
        site.server.send("REFER sip:5001@gateway + Refer-To: <sip:1004@127.0.0.1> + X-Genesys-CallUUID: ONE")
        accepted = await site.server.expect("202 REFER + Contact: /sip:5001@127.0.0.1/")
        tag = (accepted.headers.get("To") or "").partition("tag=")[2]
        await site.server.expect(f"NOTIFY + Event: refer + From: /tag={tag}$/ | /100 Trying/")
        site.server.send("200 NOTIFY")
        await page.expect("INVITE + X-Cordboard-Call: agent-first + X-Genesys-CallUUID: ONE")
        await page.send("180")
        await page.expect('INFO | /{"do":"answer"}/')
        await page.send("200 INFO")
        await page.send("200 INVITE")
        await page.expect("ACK")
        await target.expect("INVITE sip:1004@127.0.0.1 + From: /sip:5001@/")
        target.send("200 | server answer")
        await target.expect("ACK")
        await site.server.expect("NOTIFY + Subscription-State: /terminated/ | /200 OK/")
        site.server.send("200 NOTIFY")
        assert len(site.gateway.calls) == 1
        (summary,) = traces.calls()
        assert summary.call_uuid == "ONE"
        trace = traces.get("ONE")
        said = [each.title.split()[0] for each in trace.entries if each.plane is Plane.SIP] if trace else []
        assert [each for each in said if each in ("REFER", "INVITE")] == ["REFER", "INVITE", "INVITE"]
        assert said.count("NOTIFY") > 1
        await page.close()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("sip:7777@gateway + Refer-To: <sip:1004@127.0.0.1>", 404),
        ("sip:5002@gateway + Refer-To: <sip:1004@127.0.0.1>", 480),
        ("sip:5001@gateway + Refer-To: <sip:1004@elsewhere.example>", 403),
        ("sip:5001@gateway + Refer-To: <", 400),
    ],
)
async def test_refer_outside_dialogs_that_cannot_be_done(request_line: str, status: int) -> None:
    async with gateway_site(refer="accept") as site:
        page = await site.page()
        site.server.send(f"REFER {request_line}")
        await site.server.expect(f"{status} REFER")
        assert len(site.gateway.calls) == 0
        await page.close()


async def test_refer_outside_dialogs_finds_no_room() -> None:
    async with gateway_site(refer="accept", calls_per_agent=1) as site:
        page = await site.page()
        await answered(site.server, page)
        another = site.dialog("another")
        another.send("REFER sip:5001@gateway + Refer-To: <sip:1004@127.0.0.1>")
        await another.expect("486 REFER")
        await page.close()


async def test_replaces_takes_a_call_over_and_needs_no_room() -> None:
    async with gateway_site(calls_per_agent=1) as site:
        page = await site.page()
        await answered(site.server, page)
        peer = site.server.peer
        replaces = f"{peer.call_id};to-tag={peer.other_tag};from-tag={peer.tag}"
        second = site.dialog("second")
        second.send(f"INVITE sip:5001@gateway + Replaces: {replaces} | server offer")
        await second.expect("100")
        await second.expect("200")
        await site.server.expect("BYE")
        site.server.send("200 BYE")
        second.send("ACK")
        assert len(site.gateway.calls) == 1
        await page.close()


async def test_replaces_cannot_take_another_dns_call(site: GatewaySite) -> None:
    page = await site.page()
    await answered(site.server, page)
    peer = site.server.peer
    replaces = f"{peer.call_id};to-tag={peer.other_tag};from-tag={peer.tag}"
    await refused(site.dialog("second"), 481, f"INVITE sip:5002@gateway + Replaces: {replaces} | server offer")
    assert len(site.gateway.calls) == 1
    await page.close()


CHALLENGE = 'Digest realm="sip-server", nonce="n", algorithm=MD5'


async def test_invite_answers_sip_servers_challenge_with_the_dns_password() -> None:
    async with gateway_site() as site:
        page = await site.page()
        await page.send("INVITE sip:5002@gateway.invalid")
        await page.expect("100")
        await site.server.expect("INVITE + Authorization: -")
        site.server.send(f"401 + WWW-Authenticate: {CHALLENGE}")
        await site.server.expect("ACK")
        await site.server.expect('INVITE + Authorization: /username="5001".*realm="sip-server"/')
        site.server.send("403")
        await site.server.expect("ACK")
        await page.expect("403")
        await page.send("ACK")
        await page.close()
