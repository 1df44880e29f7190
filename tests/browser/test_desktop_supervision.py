"""A supervisor's desktop, and what agents do besides talking: dispositions in After Call Work, no calls, forwarding."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from kit.lab import RunningLab, running_lab
from kit.lab_agent import AgentPage, soon

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER, SUPERVISOR = 620.0, 440.0, 880.0  # Hz
CENTER = """
[agents]
5001 = { name = "Anna Berg", groups = ["Sales"] }
5002 = { name = "Ben Carter", groups = ["Sales"] }
5003 = { name = "Tara Ullman", supervisor = true }

[routing_points.8000]
wrap_up_time = 60
steps = [{ music = true }, { select = {} }]
"""


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("center") / "center.toml"
    file.write_text(CENTER)
    return str(file)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def lab(center: str) -> AsyncIterator[RunningLab]:
    async with running_lab(lab__contact_center=center) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def agent(lab: RunningLab, only_browser: Browser) -> AgentPage:
    return await lab.agent(only_browser, "5001", microphone=AGENT)


def row(supervisor: AgentPage, number: str) -> Locator:
    return supervisor.page.locator(f'[data-testid="desk-agent-row"][data-number="{number}"]')


async def test_from_the_panel_into_a_call_and_out_again(lab: RunningLab, agent: AgentPage, browser: Browser) -> None:
    supervisor = await lab.agent(browser, "5003", microphone=SUPERVISOR)
    await agent.ready()
    customer = await lab.customer("8000", tone=CUSTOMER)
    await agent.press("desk-toast-accept")
    await agent.hears(CUSTOMER)
    await soon(expect(row(supervisor, "5001")).to_contain_text, "with +15550100")
    await soon(expect(agent.by("desk-agents")).to_be_hidden)
    await row(supervisor, "5001").get_by_test_id("desk-monitor-ListenIn").click()
    await supervisor.press("desk-toast-accept")
    await supervisor.hears_all(AGENT, CUSTOMER)
    await supervisor.shows("desk-monitoring", "Listen in: Anna Berg")
    await supervisor.press("desk-op-SwitchToCoach")
    await agent.hears_all(CUSTOMER, SUPERVISOR)
    await customer.hears(AGENT)
    await supervisor.press("desk-monitoring-stop", "desk-op-Hangup")
    await soon(expect(supervisor.by("desk-monitoring")).to_have_text, "")
    listen = row(supervisor, "5001").get_by_test_id("desk-monitor-ListenIn")
    await soon(expect(listen).to_have_attribute, "aria-pressed", "false")

    await agent.press("desk-op-Hangup")
    await customer.is_in("ended")
    await agent.is_in("After Call Work")
    await agent.by("after-call-disposition").select_option("callback")
    await agent.shows("desk-ended-data", "callback")
    await soon(expect(agent.by("desk-ended-disposition")).to_have_value, "callback")
    await agent.by("desk-ended-disposition").select_option("done")
    await soon(expect(agent.by("after-call-disposition")).to_have_value, "done")
    await agent.press("desk-mark-done")
    await supervisor.press("desk-mark-done", "desk-logout")
    await lab.all_idle(agent)


async def test_calls_are_refused_or_go_elsewhere(lab: RunningLab, agent: AgentPage) -> None:
    await agent.press("desk-calls-menu", "desk-do-not-disturb")
    await agent.shows("desk-calls-menu", "Do not disturb")
    busy = await lab.customer("5001", tone=CUSTOMER)
    assert "486" in (await busy.is_in("ended"))["outcome"]
    await agent.press("desk-calls-menu", "desk-do-not-disturb")
    await soon(expect(agent.by("desk-calls-menu")).to_have_text, "Calls")

    await agent.press("desk-calls-menu")
    await agent.by("desk-forward-number").fill("+1 555 0102")
    await agent.press("desk-forward")
    await agent.shows("desk-calls-menu", "Forwarded to +15550102")
    customer = await lab.customer("5001", tone=CUSTOMER)
    expert = await lab.called("+15550102", tone=SUPERVISOR)
    await expert.hears(CUSTOMER)
    await agent.press("desk-calls-menu", "desk-forward-end")
    await soon(expect(agent.by("desk-calls-menu")).to_have_text, "Calls")
    await customer.hang_up()
    await lab.all_idle(agent)
