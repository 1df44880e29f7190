"""What a DN's options change in SIP Server: REFER instead of a re-INVITE (`refer-enabled`), and a MakeCall that is
acknowledged at once (`make-call-rfc3725-flow=2`). The pages' ICE and DTLS stay as they are.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from cordboard.lab.mixer import RINGBACK_FREQUENCY
from cordboard.lab.telephony import SingleStepTransfer
from kit.lab import RunningLab, running_lab, until
from kit.lab_agent import AgentPage
from kit.untouched import connections, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA, BEN, CY, CUSTOMER = 620.0, 860.0, 1040.0, 440.0  # Hz
NUMBER, BUSY, PATIENT = "+15550102", "+15550486", "+15550408"  # answers, refuses, rings for ever


def begun(sent: list[str], line: str) -> list[str]:
    """The messages whose first line begins so, without those that are only repeated."""
    return list(dict.fromkeys(each for each in sent if each.startswith(line)))


def call_id(message: str) -> str:
    return message.partition("\r\nCall-ID: ")[2].partition("\r\n")[0]


async def talk(lab: RunningLab, ada: AgentPage, ben: AgentPage) -> str:
    """5001 calls 5002 and is answered; the call's UUID."""
    await ada.dial("5002")
    await ben.card("ringing")
    await ben.press("call-answer")
    await ada.hears(BEN)
    await ben.hears(ADA)
    return lab.uuid("5002")


async def test_transferred_by_refer(browser: Browser) -> None:
    """5001 transfers 5002 to 5003: SIP Server refers 5002's phone, and the gateway calls 5003 in its place."""
    async with running_lab(gateway__refer="accept") as lab:
        lab.annex("5002", refer_enabled="true")
        ada = await lab.agent(browser, "5001", microphone=ADA)
        ben = await lab.agent(await watched(browser), "5002", microphone=BEN)
        cy = await lab.agent(browser, "5003", microphone=CY)
        uuid = await talk(lab, ada, ben)
        before, sent = await connections(ben), lab.sent_to_sip_server()

        lab.cti(SingleStepTransfer("5001", uuid, BUSY))
        await until(lambda: bool(begun(sent, f"INVITE sip:{BUSY}@")), "5002's phone calls nobody")
        await until(lambda: lab.lab.product.gateway.trunk.core.sessions == 2, "the call that was refused")
        await ada.hears(BEN)
        await ben.hears(ADA)
        assert await connections(ben) == before

        lab.cti(SingleStepTransfer("5001", uuid, "5003"))
        await cy.card("ringing")
        await cy.press("call-answer")
        await cy.hears(BEN)
        await ben.hears(CY)
        await ben.shows("call-note", "Transferred.")
        await ben.shows("call-who", "5003")
        await ben.card("talking")
        await ada.idle()
        assert await connections(ben) == before
        assert lab.uuid("5002") == uuid
        (invite,) = begun(sent, "INVITE sip:5003@")
        assert "\r\nReferred-By: " in invite
        told = [each for each in begun(sent, "NOTIFY") if "\r\nEvent: refer" in each]
        assert any("\r\nSubscription-State: terminated" in each for each in told), "the target was busy"
        assert [each for each in sent if call_id(each) == call_id(told[0]) and " BYE\r\n" in each], "sent or answered"
        await until(lambda: lab.lab.product.gateway.trunk.core.sessions == 2, "the old dialog")

        await ben.press("call-hangup")
        await lab.all_idle(ada, ben, cy)


async def test_make_call_by_refer_and_acknowledged_at_once(browser: Browser) -> None:
    async with running_lab(gateway__refer="accept") as lab:
        agent = await lab.agent(await watched(browser), microphone=ADA)
        lab.annex("5001", refer_enabled="true")
        await by_refer(lab, agent)
        lab.annex("5001", refer_enabled="false", make_call_rfc3725_flow="2")
        await acknowledged_at_once(lab, agent)
        assert not await agent.rang()


async def by_refer(lab: RunningLab, agent: AgentPage) -> None:
    """SIP Server tells the phone to call: the page picks up by itself, then the gateway calls the customer."""
    sent = lab.sent_to_sip_server()
    await dial(agent, NUMBER)
    customer = await lab.called(NUMBER, tone=CUSTOMER)
    await agent.hears(CUSTOMER)
    await customer.hears(ADA)
    await agent.card("talking")
    await agent.shows("desk-call-state", "Connected")
    assert len(await agent.cards()) == 1
    assert len(begun(sent, "SIP/2.0 202")) == 1
    assert len(begun(sent, f"INVITE sip:{NUMBER}@")) == 1
    await agent.press("desk-op-Hangup")
    await customer.is_in("ended")
    await lab.all_idle(agent)


async def acknowledged_at_once(lab: RunningLab, agent: AgentPage) -> None:
    """Flow 2: the agent hears SIP Server's ringback, and is not left without an ACK while the callee rings, however
    long that is."""
    sent = lab.sent_to_sip_server()
    await dial(agent, NUMBER)
    await agent.hears(RINGBACK_FREQUENCY)
    before = await connections(agent)
    customer = await lab.called(NUMBER, tone=CUSTOMER)
    await agent.hears(CUSTOMER)
    await customer.hears(ADA)
    await agent.shows("desk-call-state", "Connected")
    await agent.card("talking")
    assert await connections(agent) == before
    answers = [each for each in sent if each.startswith("SIP/2.0 200") and "\r\nCSeq: 1 INVITE\r\n" in each]
    assert len(answers) == 1, "a 200 that waits for its ACK is repeated"
    await customer.hang_up()
    await lab.all_idle(agent)

    await dial(agent, PATIENT)
    await agent.hears(RINGBACK_FREQUENCY)
    await agent.press("call-hangup")
    await lab.all_idle(agent)


async def dial(agent: AgentPage, number: str) -> None:
    """In the desktop."""
    await agent.by("desk-dial-number").fill(number)
    await agent.press("desk-dial")
