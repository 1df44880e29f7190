"""The admin page in Chromium beside a running lab: one lab and one call for all tests of this file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from cordboard.desk.static import PAGES
from cordboard.seat.admin_port import AgentRow
from kit.admin import admin_bench
from kit.admin_page import AdminPage, admin_page, talking
from kit.lab import RunningLab, running_lab, until
from kit.lab_agent import AgentPage, soon

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUSTOMER = "15550100"


@dataclass(frozen=True, slots=True)
class Site:
    """A lab in which agent 5001 talks to a customer."""

    lab: RunningLab
    agent: AgentPage

    async def admin(self, browser: Browser) -> AdminPage:
        """An administrator who has signed in."""
        admin = await admin_page(browser, self.lab.settings.admin.url)
        await admin.sign_in()
        await expect(admin.by("overview-state")).to_be_visible()
        return admin


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def site(only_browser: Browser) -> AsyncIterator[Site]:
    async with running_lab() as lab:
        agent = await talking(lab, only_browser)
        yield Site(lab, agent)
        await agent.page.context.close()


async def test_sign_in(browser: Browser, site: Site) -> None:
    admin = await admin_page(browser, site.lab.settings.admin.url)
    assert admin.wrong == []
    await admin.sign_in(password="wrong")
    await expect(admin.by("sign-in-error")).to_contain_text("wrong")
    await admin.sign_in()
    await expect(admin.by("overview-state")).to_have_attribute("data-ready", "true")
    await expect(admin.by("overview-agents")).to_contain_text("1 of 20")
    await expect(admin.by("signed-in-user")).to_have_text("agent5001")
    await admin.page.reload()
    await expect(admin.by("overview-state")).to_be_visible()
    await admin.by("sign-out").click()
    await expect(admin.by("sign-in-user")).to_be_focused()
    assert [each for each in admin.wrong if "403" not in each] == []


async def test_agents_and_the_live_call_with_its_quality(browser: Browser, site: Site) -> None:
    admin = await site.admin(browser)
    await admin.go("agents")
    await expect(admin.row("agents", "5001")).to_contain_text("On a call")
    await expect(admin.row("agents", "5001")).to_contain_text("registered")
    await admin.page.get_by_role("button", name="On a call").click()
    await expect(admin.by("agents-row")).to_have_count(1)
    await admin.by("agents-search").fill("5002")
    await expect(admin.by("agents")).to_contain_text("No agent is like that")
    await admin.go("calls")
    call = admin.by("calls-row")
    await expect(call).to_contain_text("talking")
    await expect(call).to_contain_text("from ***00")
    await soon(expect(call.locator(".score[data-grade=good]")).to_have_count, 2)
    await expect(call).to_contain_text("ms")
    assert CUSTOMER not in await admin.page.content()
    assert admin.wrong == []


async def test_trace_as_a_ladder(browser: Browser, site: Site) -> None:
    admin = await site.admin(browser)
    await admin.go("calls")
    await admin.by("calls").get_by_role("table").press("ArrowDown")
    await admin.by("calls").get_by_role("table").press("Enter")
    await expect(admin.by("ladder-title")).to_have_text("Call of 5001")
    steps = admin.by("ladder-step")
    first = steps.filter(has_text="INVITE").first
    await first.click()
    await expect(admin.by("ladder-text")).to_contain_text("INVITE sip:number-1@")
    await first.press("ArrowDown")
    following = steps.nth(int(await first.get_attribute("data-index") or "") + 1)
    await expect(following).to_have_attribute("aria-current", "true")
    await expect(admin.by("ladder-text")).to_contain_text("SIP/2.0 100 Trying")
    before = await steps.count()
    for plane in ("SIP", "Media"):
        await admin.page.get_by_role("checkbox", name=plane).uncheck()
    assert 0 < await steps.count() < before
    assert CUSTOMER not in await admin.page.content()
    async with admin.page.expect_download() as download:
        await admin.by("ladder-bundle").click()
    path = await (await download.value).path()
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as bundle:
        texts = [bundle.read(name).decode() for name in bundle.namelist()]
    assert any("INVITE" in text for text in texts)
    assert not any(CUSTOMER in text for text in texts)
    await admin.by("ladder-bad").click()
    await admin.by("bad-question-input").fill("it crackled")
    await admin.by("bad-question-yes").click()
    await expect(admin.by("ladder-about")).to_contain_text("it crackled")
    assert admin.wrong == []


async def test_findings_of_the_doctor(browser: Browser, site: Site) -> None:
    admin = await site.admin(browser)
    await admin.go("doctor")
    await admin.by("doctor-run").click()
    await soon(expect(admin.by("doctor-summary")).to_contain_text, "in order", within=30)
    await soon(expect(admin.by("doctor-run")).to_have_text, "Examine now", within=30)
    finding = admin.page.locator('[data-testid=finding][data-id^="sip."][data-state=ok]').first
    await finding.locator("summary").click()
    await finding.get_by_test_id("finding-explain").click()
    await expect(finding.locator(".explained")).not_to_be_empty()
    assert admin.wrong == []


async def test_drain_is_asked_for_and_taken_back(browser: Browser, site: Site) -> None:
    admin = await site.admin(browser)
    gateway = site.lab.lab.product.gateway  # type: ignore[union-attr]
    await admin.by("drain-on").click()
    await expect(admin.by("drain-question-yes")).to_be_disabled()
    await admin.page.keyboard.press("Escape")
    await expect(admin.by("drain-question")).to_have_count(0)
    assert not gateway.draining.active
    await admin.by("drain-on").click()
    await admin.by("drain-question-input").fill("drain")
    await admin.by("drain-question-yes").click()
    await expect(admin.by("overview-drain")).to_contain_text("1 call to go")
    await expect(admin.by("overview-state")).to_contain_text("draining")
    await until(lambda: not site.lab.in_service("5001"), "5001 is registered")
    await admin.by("drain-off").click()
    await expect(admin.by("drain-on")).to_be_visible()
    await expect(admin.by("overview-state")).to_have_attribute("data-ready", "true")
    await until(lambda: site.lab.in_service("5001"), "5001 is not registered again")
    assert len(gateway.calls) == 1
    assert admin.wrong == []


async def test_a_thousand_agents(browser: Browser) -> None:
    async with admin_bench(PAGES, host="127.0.0.1") as bench:
        bench.site.rows = [
            AgentRow(str(dn), True, 1, dn % 7 != 0, "" if dn % 7 else "frozen") for dn in range(5000, 6000)
        ]
        admin = await admin_page(browser, f"http://{bench.settings.admin.listen}")
        await admin.sign_in()
        await admin.go("agents")
        await expect(admin.by("agents-count")).to_have_text("1\u202f000")
        assert 10 < await admin.by("agents-row").count() < 60
        table = admin.by("agents").get_by_role("table")
        await expect(table).to_have_attribute("aria-rowcount", "1001")
        await table.press("End")
        await expect(admin.row("agents", "5998")).to_be_visible()
        took = await admin.page.evaluate(
            """async () => {
              const input = document.querySelector('[data-testid=agents-search]');
              const began = performance.now();
              for (const text of ['5', '55', '555', '']) {
                input.value = text;
                input.dispatchEvent(new Event('input'));
                await new Promise(requestAnimationFrame);
              }
              return performance.now() - began;
            }"""
        )
        assert took < 1000, f"four searches took {took:.0f} ms"


async def test_what_is_shown_when_cordboard_goes_away(browser: Browser) -> None:
    async with admin_bench(PAGES, host="127.0.0.1") as bench:
        admin = await admin_page(browser, f"http://{bench.settings.admin.listen}")
        await admin.sign_in()
        await admin.go("agents")
        await expect(admin.by("agents-row")).to_have_count(2)
    await expect(admin.by("banner")).to_contain_text("tries again by itself")
    await expect(admin.by("agents-row")).to_have_count(2)
