"""SIPp as SIP Server: it reaches a browser through the gateway, in the order and at the pace of traced calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cordboard.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT
from cordboard.sdp.description import SessionDescription, parse
from cordboard.sip.message import Message
from kit.chromium import chromium
from kit.jssip_page import JsSipPage, jssip_site
from kit.site import Site, site
from kit.trunk import TrunkPhone
from witness.sipp_process import Sipp, sipp

DN = "5001"
AGENT, OTHER = 440.0, 1000.0  # Hz
CALL_UUID = "0A1B2C3D4E5F6G7H8J9K0A1B2C3D4E5F"


@dataclass(frozen=True, slots=True)
class Scene:
    """SIPp does the signalling of SIP Server's side, `phone` has its sound, `agent` is a browser's page."""

    server: Sipp
    phone: TrunkPhone
    agent: JsSipPage
    site: Site

    async def talk(self) -> None:
        """Each hears the other's tone."""
        self.phone.speak(OTHER)
        assert await self.phone.hears(AGENT), f"{len(self.phone.received)} packets came\n{self.server.report()}"
        heard = await self.agent.hears(OTHER)
        assert heard.is_tone(OTHER), heard
        assert self.phone.unbroken()

    async def end(self) -> None:
        """The agent's digit is the scenario's sign to hang up."""
        await self.agent.press_digit("5")
        await self.agent.shows("call", "ended: Terminated")
        await self.server.ended()
        await self.site.assert_idle()


@asynccontextmanager
async def scene(
    scenario: str, phone: TrunkPhone, records: Path, *, transport: str = "udp", **keys: str
) -> AsyncIterator[Scene]:
    """The page registers, which sets the scenario going."""
    known = {"rtp_address": phone.host, "rtp_port": phone.port, "call_uuid": CALL_UUID}
    async with (
        jssip_site("obedient_page.js") as pages,
        sipp(scenario, records, transport=transport, **known, **keys) as server,
        site(server.address, origins=[pages.origin], transport=transport) as running,
        chromium() as browser,
    ):
        agent = await pages.open(browser, microphone=AGENT)
        await agent.register(running.websocket_url, DN, running.page_password(DN))
        yield Scene(server, phone, agent, running)


@pytest.fixture
async def customer() -> AsyncIterator[TrunkPhone]:
    phone = TrunkPhone([PCMU, TELEPHONE_EVENT])
    yield phone
    phone.close()


@pytest.fixture
async def called_party() -> AsyncIterator[TrunkPhone]:
    phone = TrunkPhone([PCMA, TELEPHONE_EVENT])
    yield phone
    phone.close()


async def test_inbound_call_answered_by_cti(customer: TrunkPhone, tmp_path: Path) -> None:
    async with scene("answered_by_cti.xml", customer, tmp_path, customer="+15550100") as call:
        answer = await call.server.message("< 1 200 INVITE")
        customer.take(answer.body.decode())
        offer = await call.server.message("< 3 200 INVITE")
        assert_same_session(answer, offer)
        await call.talk()
        assert await call.agent.header("X-Genesys-CallUUID") == CALL_UUID
        events = await call.agent.events()
        assert 'words {"do":"answer"}' in events
        await call.end()
        assert "reinvite" not in await call.agent.events(), "the page is not to know of the re-INVITE"
        assert list(dict.fromkeys(call.server.lines())) == [
            "< 1 REGISTER",
            "> 1 200 REGISTER",
            "> 1 INVITE",
            "< 1 100 INVITE",
            "< 1 180 INVITE",
            "> 2 NOTIFY",
            "< 2 200 NOTIFY",
            "< 1 200 INVITE",
            "> 1 ACK",
            "> 3 INVITE",
            "< 3 200 INVITE",
            "> 3 ACK",
            "< 1 INFO",
            "> 1 200 INFO",
            "> 4 BYE",
            "< 4 200 BYE",
        ]


def assert_same_session(earlier: Message, later: Message) -> None:
    """RFC 3264 section 8: the same session one version on, and the same port, so that the sound need not stop."""
    before, after = described(earlier), described(later)
    assert after.origin.session_id == before.origin.session_id
    assert int(after.origin.version) == int(before.origin.version) + 1
    assert (after.connection, after.media[0].port) == (before.connection, before.media[0].port)


def described(message: Message) -> SessionDescription:
    return parse(message.body.decode())


async def test_inbound_call_over_the_gateways_own_tcp_connection(customer: TrunkPhone, tmp_path: Path) -> None:
    """SIPp opens none: its INVITE comes by the connection that the REGISTER came by."""
    async with scene("answered_by_cti.xml", customer, tmp_path, transport="tcp", customer="+15550100") as call:
        answer = await call.server.message("< 1 200 INVITE")
        customer.take(answer.body.decode())
        await call.server.message("< 3 200 INVITE")
        await call.talk()
        assert call.site.gateway.trunk.transports.connections == 1
        await call.end()


async def test_make_call_that_reaches_the_agent_first(called_party: TrunkPhone, tmp_path: Path) -> None:
    async with scene("make_call_agent_first.xml", called_party, tmp_path, dialled="+15550123") as call:
        offer = await call.server.message("< 1 200 INVITE")
        await call.server.message("> 1 ACK")
        called_party.take(offer.body.decode())
        await call.talk()
        assert await call.agent.header("X-Cordboard-Call") == "agent-first"
        lines = call.server.lines()
        assert lines.index("< 2 200 NOTIFY") < lines.index("< 1 200 INVITE")
        assert lines.count("< 1 200 INVITE") > 1, "the 200 is to be repeated until its ACK comes"
        await call.end()
