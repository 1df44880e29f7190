"""Asterisk 22 in the gateway's place, as `cordboard render` configures it: pages register there and call through the
lab's SIP Server. What docs/asterisk.md says agents do without is shown here, too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from cordboard.config import Address, Settings
from cordboard.doctor import State
from cordboard.net.tls import connecting
from cordboard.phone.agent import Agent
from cordboard.phone.errors import NotConnected, NotRegistered
from cordboard.phone.packets import make
from cordboard.phone.settings import AgentSettings
from kit.asterisk import Asterisk, running_asterisk, settings_for_asterisk
from kit.certificates import Authority
from kit.chromium import chromium
from kit.doctor import examined, ill
from kit.gws import basic
from kit.lab import RunningLab, running_lab, until, until_async

# The first time Asterisk is fetched.
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

NUMBER = "+15550102"
STRANGE = """>a;b--;\\;"'#=${EXTEN}[x](y)!,|%s"""
AGENT, CUSTOMER = 620.0, 440.0
# What a page's INVITE may carry, whatever it means to a dialplan.
MORE = ['X-Genesys-One: ${SHELL(id)},b;c="d" <sip:x:1>', "X-Genesys-Two: 2"]
MORE_LINES = json.dumps("".join(f"{line}\r\n" for line in MORE))
MORE_HEADERS = f"""
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {{
  const invite = typeof data === "string" && data.startsWith("INVITE ");
  return send.call(this, invite ? data.replace("Content-Type:", () => {MORE_LINES} + "Content-Type:") : data);
}};
"""


@dataclass
class Site:
    lab: RunningLab
    asterisk: Asterisk
    browser: Browser

    def sent(self, begin: str, within: str) -> list[str]:
        """What `pjsip set logger on` shows of messages sent to SIP Server that begin so, and have that in their first
        line."""
        to = f"to UDP:{self.lab.settings.lab.sip_server} --->"
        parts = self.asterisk.said.split("<--- ")
        messages = [part.partition("--->")[2].strip() for part in parts if to in part and part.startswith("Transmit")]
        return [each for each in messages if each.startswith(begin) and within in each.splitlines()[0]]

    async def idle(self) -> None:
        async def none() -> bool:
            return "0 active channels" in await self.asterisk.console("core show channels")

        await until_async(none, "channels of Asterisk", 5.0)
        server = self.lab.lab.telephone.sip_server
        await until(lambda: not server.stack.machine.switch.calls, "calls of the look-alike")


def challenge(lab: RunningLab, dn: str) -> None:
    """SIP Server asks this DN for its password, in REGISTER and INVITE."""
    lab.annex(dn, authenticate_requests="register,invite")
    dns = lab.lab.telephone.sip_server.stack.machine.switch.dns
    dns[dn] = replace(dns[dn], password=STRANGE)


def strange(settings: Settings) -> Settings:
    """Two agents have passwords with all that could mean something to Asterisk's files."""
    more = {"5002": {"sip_server_password": STRANGE}, "5004": {"page_password": STRANGE}}
    return replace(settings, agents=tuple(replace(agent, **more.get(agent.dn, {})) for agent in settings.agents))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    changes = settings_for_asterisk()
    async with running_lab(**changes) as lab, chromium() as browser:
        challenge(lab, "5002")
        directory = tmp_path_factory.mktemp("asterisk")
        async with running_asterisk(strange(lab.settings), directory) as asterisk:
            dns = [agent.dn for agent in lab.settings.agents]
            await until(lambda: all(map(lab.in_service, dns)), "registrations at SIP Server", 8.0)
            yield Site(lab, asterisk, browser)


@pytest_asyncio.fixture(loop_scope="module")
async def context(site: Site) -> AsyncIterator[BrowserContext]:
    """It ends with its test: a page that stays would take its DN back."""
    own = await site.browser.new_context()
    yield own
    await own.close()


async def answered_by_gws(lab: RunningLab, dn: str) -> None:
    """Another program of the same agent answers."""
    headers = {"Authorization": basic(f"agent{dn}", f"agent{dn}")}
    url = f"{lab.gws}/api/v2/me/calls/{lab.uuid(dn)}"
    async with lab.http.post(url, json={"operationName": "Answer"}, headers=headers) as response:
        assert (await response.json())["statusCode"] == 0


async def test_a_customer_calls(site: Site, context: BrowserContext) -> None:
    """The card is that of both planes: X-Genesys-CallUUID has crossed, with the INVITE. Hold goes by SIP."""
    agent = await site.lab.agent(context, "5001", microphone=AGENT)
    await agent.ready()
    customer = await site.lab.customer("8000", tone=CUSTOMER)
    await agent.card("ringing")
    await agent.shows("desk-call-state", "Ringing")
    (card,) = await agent.cards()
    assert card["uuid"] == site.lab.uuid("5001")
    await agent.press("call-answer")
    await asyncio.gather(agent.hears(CUSTOMER), customer.hears(AGENT))
    await agent.shows("desk-call-state", "Connected")
    await agent.press("call-hold")
    await asyncio.gather(agent.card("held"), customer.hears_music())
    await agent.press("call-retrieve")
    await asyncio.gather(agent.card("talking"), agent.hears(CUSTOMER), customer.hears(AGENT))
    await agent.press("call-keypad", "call-key-5", "call-key-#")
    await customer.has_digits("5#")
    await agent.press("call-hangup")
    await customer.is_in("ended")
    await agent.idle()
    await site.idle()


async def test_an_agent_calls(site: Site, context: BrowserContext) -> None:
    """By SIP, and one card all the same; X-Genesys headers of the page reach SIP Server."""
    await context.add_init_script(MORE_HEADERS)
    agent = await site.lab.agent(context, "5002", microphone=AGENT)
    await site.asterisk.console("pjsip set logger on")
    await agent.dial(NUMBER)
    customer = await site.lab.called(NUMBER, tone=CUSTOMER)
    await asyncio.gather(agent.hears(CUSTOMER), customer.hears(AGENT))
    await agent.shows("desk-call-state", "Connected")
    await agent.card("talking")
    (card,) = await agent.cards()
    assert card["uuid"] == site.lab.uuid("5002")
    await customer.hang_up()
    await agent.idle()
    await site.idle()
    (invite,) = site.sent("INVITE", f"sip:{NUMBER}@")
    assert [line for line in invite.splitlines() if line.startswith("X-")] == MORE
    assert "<sip:5002@" in next(line for line in invite.splitlines() if line.startswith("From:"))


async def test_answer_by_gws_reaches_no_phone(site: Site, context: BrowserContext) -> None:
    """Stated in docs/asterisk.md: Asterisk neither answers SIP Server's NOTIFY nor passes it on. A page on its own gets
    its password from the desk."""
    agent = await site.lab.softphone(context, microphone=AGENT)
    await agent.by("field-password").fill("")
    await agent.connect("gws")
    await agent.connect("sip")
    await site.asterisk.console("pjsip set logger on")
    customer = await site.lab.customer("5001", tone=CUSTOMER)
    await agent.card("ringing")
    await answered_by_gws(site.lab, "5001")
    await until(lambda: site.asterisk.said.count("\nEvent: talk") >= 3, "a NOTIFY that is repeated", 5.0)
    assert [each for each in site.sent("SIP/2.0", "") if "NOTIFY\n" in each] == []
    await agent.card("ringing")
    await agent.press("call-answer")
    await asyncio.gather(agent.hears(CUSTOMER), customer.hears(AGENT))
    await customer.hang_up()
    await agent.idle()
    await site.idle()


async def test_without_a_page(site: Site) -> None:
    customer = await site.lab.customer("5004", tone=CUSTOMER)
    assert (await customer.is_in("ended"))["outcome"].startswith("480")


@pytest.mark.parametrize(("password", "status"), [(STRANGE, 200), ("wrong", 401)])
async def test_a_page_needs_its_password(site: Site, password: str, status: int) -> None:
    url = site.lab.settings.gateway.websocket_url
    page = Agent(AgentSettings(url, "5004", password=password, domain="127.0.0.1"), packets := make("python"))
    await page.connect()
    try:
        await page.register()
        found = 200
    except NotRegistered as refused:
        found = refused.status
    finally:
        await page.close()
        packets.close()
    assert found == status


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pjsip show endpoint genesys_sip_server", ("genesys_sip_server", "Avail", "transport-udp")),
        ("pjsip show endpoints", ("genesys_sip_server", "5001/5001", "5020/5020")),
        ("pjsip show registrations", ("5001/sip:", "Registered")),
        ("pjsip set logger on", ("PJSIP Logging enabled",)),
        ("http show status", ("Server Enabled and Bound to {websocket}", "/ws => Asterisk HTTP WebSocket")),
        ("pjsip show transports", ("transport-wss", "transport-ws", "transport-udp")),
        ("rtp show settings", ("Port start:      10000", "Port end:        10199", "ICE support:     Yes")),
    ],
)
async def test_the_commands_of_the_guide(site: Site, command: str, expected: tuple[str, ...]) -> None:
    """SIP Server is asked whether it is there within seconds of the start."""
    wanted = [each.format(websocket=site.lab.settings.gateway.websocket) for each in expected]

    async def is_printed() -> bool:
        printed = await site.asterisk.console(command)
        return all(each in printed for each in wanted)

    await until_async(is_printed, f"{command} does not print {wanted}", 8.0)


async def test_the_websocket_asks_for_an_upgrade(site: Site) -> None:
    """As the guide looks whether it listens: 426."""
    async with site.lab.http.get(f"http://{site.lab.settings.gateway.websocket}/ws") as response:
        assert response.status == 426


async def test_pages_by_wss_at_asterisk_itself(site: Site, tmp_path: Path) -> None:
    """A second one, with a certificate and no nginx before it, for an agent whom the first does not have in use."""
    identity = Authority(tmp_path).identity("localhost")
    changes = settings_for_asterisk()
    port = changes["gateway__websocket"].port
    settings = site.lab.settings
    gateway = replace(
        settings.gateway,
        sip=changes["gateway__sip"],
        websocket=Address("127.0.0.1", port),
        websocket_certificate=identity.certificate,
        websocket_key=identity.key,
    )
    own = [replace(agent, page_password="of its own") for agent in settings.agents if agent.dn == "5018"]
    media = replace(settings.media, address=changes["media__address"])
    settings = replace(settings, gateway=gateway, media=media, agents=tuple(own))
    async with running_asterisk(settings, tmp_path) as asterisk:
        packets = make()
        trusting = connecting(str(tmp_path / "test-authority.pem"))
        told = AgentSettings(f"wss://localhost:{port}/ws", "5018", password="of its own", tls=trusting)
        agent = Agent(told, packets)
        await agent.connect()
        assert await agent.register() > 0
        assert "5018/sip:" in await asterisk.console("pjsip show contacts")
        await agent.close()
        stranger = Agent(replace(told, tls=connecting()), packets)
        with pytest.raises(NotConnected, match="certificate"):
            await stranger.connect()
        packets.close()


async def test_the_doctor_finds_it_well(site: Site) -> None:
    """With the secret of the desk's tokens, too, as a site has it."""
    gateway = replace(site.lab.settings.gateway, token_secret="signs what Asterisk does not know")
    found = await examined(replace(site.lab.settings, gateway=gateway), "web", "sip", "media", "peers", "call")
    assert ill(found).keys() == {"web.origin"}  # Asterisk looks at no Origin; nginx does
    assert found["peers.asterisk"].state is State.OK
    assert found["call.sound"].what == "440 Hz and 1000 Hz are heard"
