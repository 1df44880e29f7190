"""SIP Server crashes, comes back, has a backup, or misbehaves; the agent does nothing about it, and a real page notices
as little as can be. What takes time is printed.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from playwright.async_api import Browser

from cordboard.cli.lab import telephone_settings
from cordboard.config import Address
from cordboard.lab.sip_server.server import SipServer
from kit.lab import RunningLab, free_settings, running_lab, until
from kit.lab_agent import AgentPage
from kit.lab_customer import Customer
from kit.site import free_sip_port
from kit.sound_gap import STEADY, LineLog, PageLog, report
from kit.untouched import connections, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER, SECOND = 620.0, 440.0, 880.0  # Hz
NOTICED_WITHIN = 8.0  # seconds: asked every second, two answers missing after two seconds each, and a little
REGISTERED_WITHIN = 5.0  # of its return
GOES_ON = 4 * STEADY  # seconds: a page beside others notes late what it hears; a failover takes longer than that
PATIENT = 8.0  # seconds: a BYE or its answer may be lost twice


def bound(server: SipServer, dn: str = "5001") -> bool:
    return not server.crashed and server.stack.machine.switch.registrar.binding(dn) is not None


async def answers(agent: AgentPage, customer: Customer, tone: float) -> None:
    await agent.card("ringing")
    await agent.press("call-answer")
    await agent.hears(tone)
    await customer.hears(AGENT)


async def took(server: SipServer, what: str, within: float) -> None:
    """The DN is registered at that server by then."""
    began = time.monotonic()
    await until(lambda: bound(server), f"not {what}", within)
    print(f"\n{what} after {time.monotonic() - began:.1f} s")


def line_of(lab: RunningLab, customer: Customer) -> LineLog:
    return LineLog(lab.party(customer))


def sound_went_on(what: str, line: LineLog, ears: PageLog, begin: float) -> None:
    """Both ways, until now; what the machine's other work costs is let pass."""
    end = time.time() - 0.2
    gaps = line.gap(AGENT, begin, end), ears.gap(begin, end)
    report(what, agent_to_customer=gaps[0], customer_to_agent=gaps[1])
    assert max(gaps) < GOES_ON
    assert (line.missing(begin, end), line.streams(begin, end)) == (0, 1)


async def test_it_crashes_in_a_call_and_then_between_calls(browser: Browser) -> None:
    """It comes back and knows no binding. The first time it is found out that it was gone; the second time that is too
    short, and the check of the registrations finds out. The next call arrives."""
    async with running_lab(sip_server__check_seconds=1, gateway__registration_check=2) as lab:
        server = lab.lab.telephone.sip_server
        context = await watched(browser)
        ears = await PageLog.of(context, CUSTOMER)
        agent = await lab.agent(context, microphone=AGENT)
        await agent.ready()
        customer = await lab.customer("8000", tone=CUSTOMER)
        await answers(agent, customer, CUSTOMER)
        line, before = line_of(lab, customer), await connections(agent)

        begin = time.time()
        await lab.faults(crashed=True)
        await until(lambda: not lab.lab.product.gateway.availability.reachable, "not noticed", NOTICED_WITHIN)
        await lab.faults(crashed=False)
        await took(server, "registered again", REGISTERED_WITHIN)
        await customer.hears(AGENT)
        await agent.hears(CUSTOMER)
        sound_went_on("SIP Server gone and back", line, ears, begin)
        assert await connections(agent) == before

        await agent.press("call-hangup")  # SIP Server knows the dialog no more, and says 481
        await agent.shows_no("call-card")
        await customer.hang_up()
        await lab.is_idle()

        await lab.faults(crashed=True)
        await lab.faults(crashed=False)
        assert not bound(server)
        await took(server, "registered after a wipe that nobody told of", REGISTERED_WITHIN)
        await agent.light("sip", "on")
        again = await lab.customer("5001", tone=SECOND)
        await answers(agent, again, SECOND)
        await again.hang_up()
        await lab.is_idle()
        await agent.shows_no("call-card")


@asynccontextmanager
async def with_backup() -> AsyncIterator[tuple[RunningLab, SipServer]]:
    """The lab's SIP Server is the primary; the backup beside it knows the same DNs and none of the bindings."""
    address = ("127.0.0.1", free_sip_port())
    settings = replace(telephone_settings(free_settings()).sip_server, address=address)
    backup = await SipServer.start(settings)
    try:
        quick = {"check_seconds": 1, "failback_seconds": 2, "backup": Address(*address)}
        async with running_lab(**{f"sip_server__{name}": value for name, value in quick.items()}) as lab:
            yield lab, backup
    finally:
        await backup.close()


async def test_the_primary_crashes_in_a_call_and_comes_back(browser: Browser) -> None:
    """The call goes on, the next one comes from the backup to the same page, the one after that from the primary."""
    async with with_backup() as (lab, backup):
        primary, customers = lab.lab.telephone.sip_server, lab.lab.telephone.customers
        context = await watched(browser)
        ears = await PageLog.of(context, CUSTOMER)
        agent = await lab.softphone(context, microphone=AGENT)
        await agent.connect("sip")
        customer = await lab.customer("5001", tone=CUSTOMER)
        await answers(agent, customer, CUSTOMER)
        line, before = line_of(lab, customer), await connections(agent)

        begin = time.time()
        await primary.crash()
        await took(backup, "registered at the backup", NOTICED_WITHIN)
        await customer.hears(AGENT)
        await agent.hears(CUSTOMER)
        sound_went_on("SIP Server failed over", line, ears, begin)
        assert await connections(agent) == before
        await agent.card("talking")
        await agent.press("call-hangup")
        await agent.idle()
        await customer.hang_up()

        customers.sip_server = backup.address
        second = await lab.customer("5001", tone=SECOND)
        await answers(agent, second, SECOND)
        await primary.come_back()
        await took(primary, "registered at the primary", NOTICED_WITHIN)
        assert lab.lab.product.gateway.trunk.current.name == "primary"
        await second.hears(AGENT)
        await agent.press("call-hold")
        await second.hears_music()
        await agent.press("call-hangup")
        await second.is_in("ended")
        assert not backup.stack.machine.switch.calls

        customers.sip_server = primary.address
        third = await lab.customer("5001", tone=CUSTOMER)
        await answers(agent, third, CUSTOMER)
        await third.hang_up()
        await lab.all_idle(agent)


async def test_a_bad_link(browser: Browser) -> None:
    """Of the messages between SIP Server and gateway every tenth is lost, doubled, or overtaken by others."""
    async with running_lab() as lab:
        agent = await lab.agent(browser, microphone=AGENT)
        await agent.ready()
        await lab.faults(drop=0.1, duplicate=0.1, reorder=0.1, seed=1)
        sent = lab.sent_to_sip_server()
        customer = await lab.customer("8000", tone=CUSTOMER)
        await agent.shows("desk-call-state", "Ringing")
        await agent.card("ringing")
        await agent.press("desk-op-Answer")
        await agent.hears(CUSTOMER)
        await customer.hears(AGENT)
        await agent.press("desk-op-Hold")
        await agent.card("held")
        await customer.hears_music()
        await agent.press("desk-op-Retrieve")
        await agent.card("talking")
        await customer.hears(AGENT)
        await agent.press("desk-op-Hangup")
        await customer.is_in("ended")
        await lab.is_idle(within=PATIENT)
        await agent.idle()
        assert len(set(sent)) < len(sent), "what is lost or doubled makes the gateway repeat itself"
