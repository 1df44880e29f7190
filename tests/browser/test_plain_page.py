"""A page with stock JsSIP, a DN and a password, and nothing of ours: it registers, calls, is called, holds, rejects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from cordboard.rtp.telephone_event import DigitReader
from cordboard.sdp.codec import TELEPHONE_EVENT
from cordboard.sdp.webrtc import WebRtcRemote, read_webrtc
from kit.jssip_page import JsSipPage, JsSipSite, jssip_site
from kit.phone import until
from kit.server_phone import ServerPhone, server_phone
from kit.site import Site, site

pytestmark = pytest.mark.asyncio(loop_scope="session")

DN = "5001"
AGENT, CUSTOMER = 440.0, 1000.0  # Hz
CALL_UUID = "0A1B2C3D4E5F6G7H8J9K0A1B2C3D4E5F"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def pages() -> AsyncIterator[JsSipSite]:
    async with jssip_site() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Scene:
    """A page, the gateway, and SIP Server with a customer."""

    agent: JsSipPage
    site: Site
    server: ServerPhone

    async def register(self) -> None:
        await self.agent.register(self.site.websocket_url, DN, self.site.page_password(DN))
        await self.agent.shows("registration", "registered")
        await self.server.has_registered(DN)

    async def ring(self) -> None:
        """A customer calls."""
        server = self.server
        uri = server.contacts[DN]
        server.send(f"INVITE {uri} + X-Genesys-CallUUID: {CALL_UUID} | {server.describe()}")
        await server.expect("100")
        await server.expect("180 + Allow-Events: talk, hold + Contact: /sip:5001@/")
        await self.agent.shows("call", "ringing here")

    async def answer(self) -> None:
        await self.agent.click("answer")
        self.server.take(await self.server.expect("200 | sdp"))
        self.server.send("ACK")
        await self.agent.shows("call", "connected")

    async def talk(self) -> None:
        """Each hears the other's tone."""
        self.server.phone.speak(CUSTOMER)
        assert await self.server.phone.hears(AGENT), f"{len(self.server.phone.received)} packets came"
        heard = await self.agent.hears(CUSTOMER)
        assert heard.is_tone(CUSTOMER), heard

    async def server_hangs_up(self) -> None:
        self.server.send("BYE")
        await self.server.expect("200 BYE")
        await self.agent.shows("call", "ended: Terminated")


@pytest_asyncio.fixture(loop_scope="session")
async def scene(browser: Browser, pages: JsSipSite) -> AsyncIterator[Scene]:
    async with server_phone(dn=DN) as server, site(server.address, origins=[pages.origin]) as running:
        agent = await pages.open(browser, microphone=AGENT)
        yield Scene(agent, running, server)
        await agent.page.context.close()
        await running.assert_idle()


async def test_wrong_password_is_refused(scene: Scene) -> None:
    await scene.agent.register(scene.site.websocket_url, DN, "wrong")
    await scene.agent.shows("registration", "refused: Authentication Error")
    assert not scene.server.contacts


async def test_customer_calls_and_a_click_answers(scene: Scene) -> None:
    await scene.register()
    await scene.ring()
    assert await scene.agent.header("X-Genesys-CallUUID") == CALL_UUID
    await scene.answer()
    await scene.talk()
    await scene.server_hangs_up()


async def test_page_calls_and_hangs_up(scene: Scene) -> None:
    await scene.register()
    server = scene.server
    await scene.agent.dial("+15550123")
    invite = await server.expect(f"INVITE + From: /sip:{DN}@/ + Contact: /sip:{DN}@/ | sdp")
    assert "sip:+15550123@" in invite.uri
    server.take(invite)
    server.send("100")
    server.send("180")
    await scene.agent.shows("call", "ringing there")
    server.send(f"200 + X-Genesys-CallUUID: {CALL_UUID} | {server.describe()}")
    await server.expect("ACK")
    await scene.agent.shows("call", "connected")
    await scene.talk()
    await scene.agent.click("end")
    await server.expect("BYE")
    server.send("200 BYE")
    await scene.agent.shows("call", "ended: Terminated")


async def test_what_the_network_says_before_the_answer_is_heard(scene: Scene) -> None:
    """183 with SDP: JsSIP plays it, and takes the 200 with its SDP as the rest of the same."""
    await scene.register()
    server = scene.server
    await scene.agent.dial("+15550123")
    server.take(await server.expect("INVITE | sdp"))
    server.send(f"183 | {server.describe()}")
    server.phone.speak(CUSTOMER)
    announced = await scene.agent.hears(CUSTOMER)
    assert announced.is_tone(CUSTOMER), announced
    await scene.agent.shows("call", "ringing there")
    server.send(f"200 | {server.describe()}")
    await server.expect("ACK")
    await scene.agent.shows("call", "connected")
    await scene.talk()
    await scene.server_hangs_up()


async def test_called_party_is_busy(scene: Scene) -> None:
    await scene.register()
    await scene.agent.dial("+15550123")
    await scene.server.expect("INVITE")
    scene.server.send("486")
    await scene.server.expect("ACK")
    await scene.agent.shows("call", "failed: Busy")


async def test_page_gives_up_while_it_rings(scene: Scene) -> None:
    await scene.register()
    await scene.agent.dial("+15550123")
    await scene.server.expect("INVITE")
    scene.server.send("180")
    await scene.agent.shows("call", "ringing there")
    await scene.agent.click("end")
    await scene.server.expect("CANCEL")
    scene.server.send("200 CANCEL")
    scene.server.send("487")
    await scene.server.expect("ACK")
    await scene.agent.shows("call", "failed: Canceled")


async def test_digits_arrive_at_sip_server_as_info(scene: Scene) -> None:
    await scene.register()
    await scene.ring()
    await scene.answer()
    await scene.agent.press_digit("5")
    await scene.server.expect("INFO + Content-Type: application/dtmf-relay | /Signal=5/")
    scene.server.send("200 INFO")
    await scene.server_hangs_up()


async def test_digits_in_the_sound_arrive_under_sip_servers_number(scene: Scene) -> None:
    """RFC 4733, which JsSIP calls RFC2833: Chromium numbers the event 126, SIP Server 101."""
    await scene.register()
    await scene.ring()
    await scene.answer()
    await scene.talk()
    received, reader = scene.server.phone.received, DigitReader()
    begin = len(received)
    await scene.agent.press_digit("7", button="digit-in-sound")
    events = TELEPHONE_EVENT.payload_type
    assert await until(lambda: any(packet.payload_type == events for packet in received[begin:])), "no event came"
    packets = [packet for packet in received[begin:] if packet.payload_type == events]
    assert reader.take(packets[0].timestamp, packets[0].payload) == "7"
    await scene.server_hangs_up()


@pytest.mark.parametrize("way", ["", "-by-update"])
async def test_hold_is_a_hold_at_sip_server_and_leaves_ice_and_dtls_alone(scene: Scene, way: str) -> None:
    await scene.register()
    await scene.ring()
    await scene.answer()
    await scene.talk()
    before, transport = await identity(scene.agent), await scene.agent.transport()
    await hold(scene, way)
    assert await identity(scene.agent) == before
    await retrieve(scene, way)
    assert await identity(scene.agent) == before
    await scene.talk()
    after = await scene.agent.transport()
    for fixed in ("iceLocalUsernameFragment", "selectedCandidatePairChanges", "dtlsState", "localCertificateId"):
        assert after[fixed] == transport[fixed], fixed
    assert after["dtlsState"] == "connected"
    states = [event for event in await scene.agent.events() if event.startswith("connectionState")]
    assert states == ["connectionState connecting", "connectionState connected"]
    await scene.server_hangs_up()


async def hold(scene: Scene, way: str) -> None:
    """The page holds: neither hears the other."""
    await scene.agent.click(f"hold{way}")
    await scene.server.expect("INVITE | /a=inactive/")
    scene.server.send(f"200 | {scene.server.describe('inactive')}")
    await scene.server.expect("ACK")
    await scene.agent.shows("call", "held local")
    assert await scene.server.phone.falls_silent()
    silence = await scene.agent.hears_nothing()
    assert silence.is_silence, silence


async def retrieve(scene: Scene, way: str) -> None:
    await scene.agent.click(f"retrieve{way}")
    scene.server.take(await scene.server.expect("INVITE | /a=sendrecv/"))
    scene.server.send(f"200 | {scene.server.describe()}")
    await scene.server.expect("ACK")
    await scene.agent.shows("call", "retrieved local")


async def identity(agent: JsSipPage) -> tuple[str, str, str, str, str]:
    """What of the gateway's description must not change during a call."""
    remote: WebRtcRemote = read_webrtc(await agent.remote_description())
    return remote.ice_ufrag, remote.ice_password, remote.fingerprint, str(remote.mid), str(remote.candidates[0])


@pytest.mark.parametrize(("button", "status"), [("reject", "486"), ("end", "480")])
async def test_page_rejects(scene: Scene, button: str, status: str) -> None:
    """JsSIP says 480 where its page names no status."""
    await scene.register()
    await scene.ring()
    await scene.agent.click(button)
    await scene.server.expect(status)
    scene.server.send("ACK")
    await scene.agent.shows("call", "failed: Rejected")


async def test_page_without_a_microphone_is_not_available(scene: Scene) -> None:
    await scene.register()
    await scene.ring()
    await scene.agent.lose_microphone()
    await scene.agent.click("answer")
    await scene.server.expect("480")
    scene.server.send("ACK")
    await scene.agent.shows("call", "failed: User Denied Media Access")


async def test_customer_abandons_while_it_rings(scene: Scene) -> None:
    await scene.register()
    await scene.ring()
    scene.server.send("CANCEL")
    await scene.server.expect("200 CANCEL")
    await scene.server.expect("487")
    scene.server.send("ACK")
    await scene.agent.shows("call", "failed: Canceled")
