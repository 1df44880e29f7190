"""nginx as rendered, before the whole lab: what it lets through and refuses, and an agent's call by TLS and WSS."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from kit.lab import HOST, until
from kit.nginx import LabBehindNginx, lab_behind_nginx

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER = 620.0, 440.0  # Hz
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
    "Sec-WebSocket-Protocol": "sip",
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def lab() -> AsyncIterator[LabBehindNginx]:
    async with lab_behind_nginx() as running:
        yield running


async def ask(lab: LabBehindNginx, path: str, method: str = "GET", **more: Any) -> tuple[int, Any, str]:
    """Status, headers and body."""
    async with lab.nginx.http.request(method, lab.nginx.url + path, allow_redirects=False, **more) as answer:
        return answer.status, answer.headers, await answer.text()


# --- an agent


async def test_a_call_is_answered_in_workspace_with_the_phone_that_the_loader_put_there(
    lab: LabBehindNginx, browser: Browser
) -> None:
    agent = await lab.agent(browser, "5001", microphone=AGENT)
    assert agent.page.url.startswith("https://")
    assert await agent.page.evaluate(PROTOCOL) == "h2"
    assert await agent.page.evaluate("typeof window.widgets.register") == "function"  # the guide's option A, step 2
    cookies = await agent.page.context.cookies()
    assert {each["name"] for each in cookies} >= {"JSESSIONID"}
    assert [each["name"] for each in cookies if not each["secure"]] == []
    await agent.ready()
    customer = await lab.customer("8000", tone=CUSTOMER)
    await agent.shows("desk-call-state", "Ringing")
    await agent.press("desk-op-Answer")
    await asyncio.gather(agent.hears(CUSTOMER), customer.hears(AGENT))
    await agent.press("desk-op-Hold")
    await agent.shows("call-state", "On hold")
    await customer.hears_music()
    await agent.press("desk-op-Retrieve")
    await customer.hears(AGENT)
    await agent.by("desk-value").fill("42#")
    await agent.press("desk-op-SendDtmf")
    await customer.has_digits("42#")
    assert await agent.page.evaluate(ASK_CONNECTOR) == {"get_IsEndpointActiveResult": True}
    await agent.press("desk-op-Hangup")
    await customer.is_in("ended")
    await lab.all_idle(agent)
    assert lab.in_service("5001")
    await agent.press("desk-logout")
    await until(lambda: not lab.in_service("5001"), "the DN's registration", 8.0)
    assert "5001" not in lab.nginx.log


PROTOCOL = "performance.getEntriesByType('navigation')[0].nextHopProtocol"
ASK_CONNECTOR = "async () => (await fetch('/connector/GetIsEndpointActive')).json()"


# --- what every answer says


@pytest.mark.parametrize("path", ["/", "/embed/loader.js", "/ui/ad/v1/index.html", "/api/v2/me", "/ws", "/metrics"])
async def test_https_stays_https_and_no_header_is_there_twice(lab: LabBehindNginx, path: str) -> None:
    _, headers, _ = await ask(lab, path)
    assert headers.getall("Strict-Transport-Security") == ["max-age=31536000"]
    assert headers.getall("X-Content-Type-Options") == ["nosniff"]
    assert headers["Server"] == "nginx"
    twice = {name for name, count in Counter(map(str.lower, headers)).items() if count > 1} - {"set-cookie"}
    assert twice == set()


async def test_our_pages_have_the_policy_of_the_desk_and_workspace_its_own(lab: LabBehindNginx) -> None:
    _, ours, _ = await ask(lab, "/")
    (policy,) = ours.getall("Content-Security-Policy")
    assert f"connect-src 'self' wss://localhost:{lab.settings.nginx.https[0].port}" in policy
    _, workspace, _ = await ask(lab, "/ui/ad/v1/index.html")
    assert "Content-Security-Policy" not in workspace
    status, nobodys, _ = await ask(lab, "/metrics")
    assert (status, nobodys["Content-Security-Policy"]) == (404, "default-src 'none'; frame-ancestors 'none'")


async def test_http_leads_to_https(lab: LabBehindNginx) -> None:
    async with lab.nginx.http.get(f"{lab.nginx.plain}/ui/ad/v1/?a=b", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (301, f"{lab.nginx.url}/ui/ad/v1/?a=b")


async def test_another_name_gets_no_answer(lab: LabBehindNginx) -> None:
    with pytest.raises((ConnectionError, OSError, asyncio.IncompleteReadError)):
        async with lab.nginx.http.get(f"https://{HOST}:{lab.settings.nginx.https[0].port}/") as answer:
            await answer.read()


# --- Workspace and GWS below the one origin


async def test_the_loader_is_put_into_the_page_of_workspace_alone(lab: LabBehindNginx) -> None:
    tag = "<script src='/embed/loader.js' data-side='right' data-push data-widgets defer></script></head>"
    for page in ("/ui/ad/v1/", "/ui/ad/v1/index.html"):
        _, _, text = await ask(lab, page, headers={"Accept-Encoding": "gzip, br"})
        assert text.count(tag) == 1
    _, _, script = await ask(lab, "/ui/ad/v1/desktop.js")
    assert "embed/loader.js" not in script
    _, _, softphone = await ask(lab, "/")
    assert "embed/loader.js" not in softphone


async def test_gws_is_of_the_one_origin(lab: LabBehindNginx) -> None:
    password = base64.b64encode(b"agent5002:agent5002").decode()
    status, headers, text = await ask(lab, "/api/v2/me", headers={"Authorization": f"Basic {password}"})
    assert status == 200
    (cookie,) = [each for each in headers.getall("Set-Cookie") if each.startswith("JSESSIONID=")]
    assert {"secure", "httponly"} <= {part.strip().lower() for part in cookie.split(";")}
    assert f'"{lab.nginx.url}/api/v2/' in text
    assert lab.gws not in text


# --- the SIP WebSocket


async def test_who_does_not_upgrade_is_told_to(lab: LabBehindNginx) -> None:
    status, headers, _ = await ask(lab, "/ws")
    assert (status, headers["Upgrade"]) == (426, "websocket")


async def test_so_is_curl(lab: LabBehindNginx) -> None:
    """As an administrator looks. It speaks HTTP/2, where the header Upgrade is an error (RFC 9113, 8.2.2)."""
    command = ("curl", "--silent", "--insecure", "--include", f"{lab.nginx.url}/ws")
    asking = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await asking.communicate()
    assert said.startswith(b"HTTP/2 426")
    assert b"\nupgrade:" not in said.lower()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost", "https://localhost.evil.example"]
)
async def test_pages_of_others_may_not_open_it(lab: LabBehindNginx, origin: str) -> None:
    status, _, _ = await ask(lab, "/ws", headers={**HANDSHAKE, "Origin": origin})
    assert status == 403


async def test_another_protocol_is_not_upgraded_to(lab: LabBehindNginx) -> None:
    status, _, _ = await ask(lab, "/ws", headers={"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c"})
    assert status == 426


async def test_a_large_request_is_refused(lab: LabBehindNginx) -> None:
    status, _, _ = await ask(lab, "/page/sign-in", "POST", data=BytesIO(bytes(1_100_000)))
    assert status == 413
