"""Single sign-on in a window beside the softphone: a code with PKCE from GWS's authentication service, and SAML."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.async_api import Browser, Page, expect
from playwright.async_api import Error as BrowserError

from cordboard.lab.telephony import AgentLogin
from cordboard.lab.workspace import WorkspaceSettings, face
from kit.chromium import new_page
from kit.identity_provider import LOGIN, identity_provider, saml_routes
from kit.lab_agent import soon
from kit.softphone import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def opened(browser: Browser, s: Stage) -> Page:
    """The softphone alone, which asks for no password."""
    page = await new_page(browser)
    await page.goto(s.desk + "/")
    await soon(expect(page.get_by_test_id("connect-gws")).to_be_visible)
    await soon(expect(page.get_by_test_id("field-gws-user")).to_be_hidden)
    return page


async def window_of(page: Page) -> Page:
    """Press Connect GWS; the window that opens."""
    async with page.expect_popup() as opening:
        await page.get_by_test_id("connect-gws").click()
    return await opening.value


async def works(page: Page, s: Stage) -> None:
    """The agent is known, has a session, and the phone registers with a token."""
    await soon(expect(page.get_by_test_id("light-gws")).to_have_attribute, "data-state", "on")
    await soon(expect(page.get_by_test_id("agent-name")).to_have_text, "Agent 5001")
    assert [type(one) for one in s.telephony.requests].count(AgentLogin) == 1
    await page.get_by_test_id("connect-sip").click()
    await soon(expect(page.get_by_test_id("light-sip")).to_have_attribute, "data-state", "on")
    register = await s.gateway.request("REGISTER")
    assert (register.headers.get("Authorization") or "").startswith("Bearer ey")


async def test_a_code_from_the_authentication_service(browser: Browser) -> None:
    async with stage(faces=[face(WorkspaceSettings())], oauth__client_id="cordboard") as s:
        page = await opened(browser, s)
        window = await window_of(page)
        await window.get_by_label("User").fill("agent5001")
        await window.get_by_label("Password").fill("wrong")
        await window.get_by_role("button", name="Sign in").click()
        await soon(expect(window.get_by_text("User or password is wrong.")).to_be_visible)
        await window.get_by_label("User").fill("agent5001")
        await window.get_by_label("Password").fill("agent5001")
        with suppress(BrowserError):  # the window may be gone before the click is
            await window.get_by_role("button", name="Sign in").click()
        await works(page, s)
        assert window.is_closed()


async def test_a_window_that_is_closed_and_then_saml(browser: Browser) -> None:
    async with (
        identity_provider() as provider,
        stage(routes=saml_routes(provider), gws__login_url="{gws}" + LOGIN) as s,
    ):
        page = await opened(browser, s)
        window = await window_of(page)
        await soon(expect(window.get_by_role("heading", name="Identity provider")).to_be_visible)
        await window.close()
        message = page.get_by_test_id("message-text")
        await soon(expect(message).to_contain_text, "the window was closed before anybody had signed in")
        assert await page.get_by_test_id("connect-gws").inner_text() == "Connect GWS"

        window = await window_of(page)
        await window.get_by_label("User").fill("agent5001")
        await window.get_by_role("button", name="Continue").click()
        await works(page, s)
        assert window.is_closed()
        await soon(expect(message.filter(has_text="closed")).to_have_count, 0)
