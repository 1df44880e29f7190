"""The agent desktop as Workspace's stand-in: the connector's order, a call from toast to mark done, pages beside it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Frame, Request, expect

from cordboard.net.http import serve_http
from kit.lab import HOST, RunningLab, running_lab, softphone_in, until
from kit.lab_agent import PATIENCE, AgentPage, soon

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER, EXPERT = 620.0, 440.0, 1000.0  # Hz
# A page of somebody else: it asks as Genesys' own client does, and keeps the answers and events.
PAGE = """<!doctype html><title>CRM</title><script>
const waiting = new Map(), events = [];
let last = 0;
addEventListener("message", ({ data }) => {
  if (data?.userAgent !== "WWE Server") return;
  if (data.event) events.push(data);
  else waiting.get(data.referenceId)?.(data);
});
const send = (message) => new Promise((done) => {
  const referenceId = String(last++);
  waiting.set(referenceId, done);
  parent.postMessage({ ...message, referenceId, userAgent: "WWE Client", protocolVersion: 2 }, "*");
});
const ask = (request, ...parameters) => send({ request, parameters });
</script>"""


@dataclass(frozen=True, slots=True)
class Desktop:
    lab: RunningLab
    agent: AgentPage
    asked: list[str]  # what the desktop asked of its server, in order

    def frame(self, name: str) -> Frame:
        """The page of others whose address has this path."""
        (found,) = [each for each in self.agent.page.frames if urlsplit(each.url).path == f"/{name}"]
        return found


def pages() -> web.Application:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    application = web.Application()
    application.router.add_get("/{name}", page)
    return application


def options(crm: str, other: str) -> list[str]:
    """Workspace's options: one page that is accepted, and one that is not."""
    return [
        "workspace.web-content=crm",
        "crm/label=Customers",
        f"crm/url={crm}/crm?user=$Agent.UserName$&employee=$Agent.EmployeeId$",
        "crm/placement=background",
        "interaction.web-content=other",
        f"other/url={other}/other?id=$Interaction.Id$&segment=$Segment$",
        "other/placement=hidden",
        f"service-client-api.accepted-web-content-origins={crm}(agent.*, interaction.*, system.*, sipEndpoint.*)",
    ]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def desktop(only_browser: Browser) -> AsyncIterator[Desktop]:
    """An agent at the desktop, logged in from the first page on."""
    async with AsyncExitStack() as running:
        servers = [await serve_http(pages(), HOST, 0) for _ in range(2)]
        for server in servers:
            running.push_async_callback(server.close)
        crm, other = (f"http://{HOST}:{server.address[1]}" for server in servers)
        lab = await running.enter_async_context(running_lab(lab__workspace_options=options(crm, other)))
        page = await lab.open(only_browser, lab.desktop, AGENT)
        running.push_async_callback(page.context.close)
        asked: list[str] = []

        def note(request: Request) -> None:
            if request.frame == page.main_frame and request.resource_type == "fetch":
                body = request.post_data_json if request.method == "POST" else None
                operation = f" {body['operationName']}" if isinstance(body, dict) and "operationName" in body else ""
                asked.append(f"{request.method} {urlsplit(request.url).path}{operation}")

        page.on("request", note)
        await page.get_by_test_id("login-user").fill("agent5001")
        await page.get_by_test_id("login-password").fill("agent5001")
        await page.get_by_test_id("login-submit").click()
        agent = AgentPage(page, await softphone_in(page))
        await agent.registered()
        await agent.shows("desk-place", "DN 5001")
        yield Desktop(lab, agent, asked)


async def test_the_phone_is_brought_up_in_the_traced_order(desktop: Desktop) -> None:
    await until(lambda: "POST /api/v2/me StartContactCenterSession" in desktop.asked, "no session", PATIENCE)
    names = [each.rpartition("/")[2] if "/connector/" in each else each for each in desktop.asked]
    began, started = names.index("GetDnSIP"), names.index("POST /api/v2/me StartContactCenterSession")
    order = [each for each in names[began:started] if not each.startswith("GET /api/v2/contacts")]
    order[1] = order[1].rpartition("/")[2]
    assert order[:5] == ["GetDnSIP", "tserver", "SetOptions", "SetSIPEndpointParameters", ""]
    asked = order[5:-2]
    assert asked == ["GetIsEndpointActive", "GetSIPEndpointParameters"] * (len(asked) // 2) != []
    assert order[-2:] == ["SetPingPeriod", "Ping"]
    assert "POST /connector/RegisterDn/" in desktop.asked
    await until(lambda: desktop.asked.count("GET /connector/Ping") > 1, "no ping", 4.0)


async def test_from_toast_to_mark_done(desktop: Desktop) -> None:
    agent, lab = desktop.agent, desktop.lab
    await agent.press("desk-state-more", "desk-state-Break")
    await agent.shows("desk-state", "Break")
    await agent.ready()
    customer = await lab.customer("8000", tone=CUSTOMER)
    await agent.shows("desk-toast", "Billing")
    await agent.press("desk-toast-accept")
    await agent.hears(CUSTOMER)
    await agent.shows("desk-call-state", "Connected")
    await soon(expect(agent.by("desk-toast")).to_have_count, 0)

    await agent.by("desk-data").get_by_text("Billing").hover()
    await agent.press("desk-data-add")
    await agent.by("desk-data-key").fill("Note")
    await agent.by("desk-data-value").fill("calls again")
    await agent.press("desk-data-save")
    await agent.shows("desk-data", "calls again")
    await agent.shows("call-data", "calls again")

    await agent.press("desk-mute-microphone")
    await customer.hears_silence()
    await agent.press("desk-mute-microphone")
    await customer.hears(AGENT)

    await agent.press("desk-join-transfer")
    await agent.by("desk-dial-number").fill("+1 555 0102")
    await agent.press("desk-contact-transfer-directly")
    expert = await lab.called("+15550102", tone=EXPERT)
    await customer.hears(EXPERT)
    await expert.hears(CUSTOMER)
    await agent.shows("desk-ended", "Ended")
    await agent.shows("desk-ended-data", "calls again")
    await agent.press("desk-mark-done")
    await soon(expect(agent.by("desk-interaction")).to_have_count, 0)
    await agent.shows("desk-recent", "+15550100")
    await customer.hang_up()
    await lab.all_idle(agent)


async def ask(frame: Frame, request: str, *parameters: Any) -> dict[str, Any]:
    return dict(await frame.evaluate(f"ask({json.dumps(request)}, ...{json.dumps(parameters)})"))


async def test_a_page_beside_asks_and_hears_as_far_as_the_options_go(desktop: Desktop) -> None:
    agent, lab = desktop.agent, desktop.lab
    crm = desktop.frame("crm")
    assert urlsplit(crm.url).query == "user=agent5001&employee=E5001"
    assert (await ask(crm, "agent.get"))["data"]["username"] == "agent5001"
    assert "voice.dial is not allowed" in (await ask(crm, "voice.dial", "600"))["errorMessage"]
    assert "subscriptionId" in await crm.evaluate('send({ event: "subscribe", data: ["interaction"] })')
    await agent.ready()
    customer = await lab.customer("8000", tone=CUSTOMER)
    await agent.shows("desk-call-state", "Ringing")
    (interaction,) = (await ask(crm, "interaction.getInteractions"))["data"]
    assert interaction["state"] == "RINGING"

    other = desktop.frame("other")
    assert f"id={interaction['interactionId']}&" in urlsplit(other.url).query
    assert "is not among" in (await ask(other, "interaction.getInteractions"))["errorMessage"]

    number = interaction["interactionId"]
    assert (await ask(crm, "interaction.accept", number))["data"] is None
    await agent.hears(CUSTOMER)
    assert (await ask(crm, "interaction.setUserData", number, {"Ticket": "T-17"}))["data"] is None
    await agent.shows("desk-data", "T-17")
    assert (await ask(crm, "sipEndpoint.muteMicrophone"))["data"] is None
    assert (await ask(crm, "sipEndpoint.isMicrophoneMute"))["data"] is True
    await ask(crm, "sipEndpoint.unmuteMicrophone")
    await ask(crm, "system.popupToast", {"title": "Ticket T-17", "message": "Open since Monday"})
    await agent.shows("desk-page-toast", "Open since Monday")
    types = await crm.evaluate("events.map(({ event, data }) => `${event} ${data.eventType}`)")
    assert types[0] == "interaction ADDED"
    assert {"interaction STATE_CHANGED", "interaction ATTACHED_DATA_CHANGED"} <= set(types)
    assert (await ask(crm, "system.amIVisible"))["data"] is False
    await agent.press("desk-tab-crm")
    assert (await ask(crm, "system.amIVisible"))["data"] is True
    await agent.press("desk-tab-call", "desk-op-Hangup")
    await customer.is_in("ended")
    await agent.press("desk-mark-done")
    await lab.all_idle(agent)
