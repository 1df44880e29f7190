"""SIP Server moves an established call to its mixer, to record it or to let a supervisor in: who hears whom, how long
the sound is away, and that the agent's page takes no part in it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser

from cordboard.lab.rtp_party import RtpParty
from cordboard.lab.telephony import MonitorMode, MonitorNextCall, ReleaseCall, SetMonitorMode
from cordboard.rtp.tone import RATE, strength
from kit.lab import RunningLab, running_lab, until
from kit.lab_agent import PATIENCE, AgentPage
from kit.lab_customer import Customer
from kit.sound_gap import LineLog, PageLog, report
from kit.untouched import connections, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER, SUPERVISOR = 620.0, 440.0, 880.0  # Hz
MOVED_WITHIN = 1.0  # seconds without the other's tone while SIP Server moves both to the mixer, or back
SECOND = 2 * RATE  # octets of linear audio
OPERATE = """
async ([call, operationName]) => {
  const headers = { "Content-Type": "application/json" };
  const asked = { method: "POST", headers, body: JSON.stringify({ operationName }) };
  const answer = await fetch(`/api/v2/me/calls/${call}`, asked);
  return (await answer.json()).statusCode;
}
"""
HEARD = 0.2  # of the energy, at least; 1 for one tone alone


@dataclass(slots=True)
class Conversation:
    """Agent 5001 talks to a customer, and both are listened to."""

    lab: RunningLab
    agent: AgentPage
    customer: Customer
    party: RtpParty
    line: LineLog
    ears: PageLog
    connections: list[dict[str, Any]]
    begin: float = 0.0

    async def recording(self, operation: str, becomes: str) -> None:
        """Asked of GWS in the agent's session."""
        server = self.lab.lab.telephone.sip_server
        status = await self.agent.page.evaluate(OPERATE, [self.lab.uuid("5001"), f"{operation}CallRecording"])
        assert status == 0
        await until(lambda: [each.recording for each in server.calls("5001")] == [becomes], operation, PATIENCE)

    def now(self) -> None:
        """The sound is looked at from here."""
        self.begin = time.time()

    async def went_on(self, what: str) -> None:
        """Both hear each other; how long they did not is printed, and the page did nothing for it."""
        await self.customer.hears(AGENT)
        await self.agent.hears(CUSTOMER)
        end = time.time() - 0.2
        gaps = self.line.gap(AGENT, self.begin, end), self.ears.gap(self.begin, end)
        report(what, agent_to_customer=gaps[0], customer_to_agent=gaps[1])
        assert max(gaps) < MOVED_WITHIN
        await self.page_untouched()

    async def page_untouched(self) -> None:
        assert await connections(self.agent) == self.connections

    async def customer_hears_all(self, *frequencies: float) -> None:
        await until(lambda: are_in(self.party.heard(0.3), frequencies), f"no {frequencies} Hz", PATIENCE)


def are_in(sound: bytes, frequencies: tuple[float, ...]) -> bool:
    """These tones together, each clearly there, and hardly anything else."""
    shares = [strength(sound, each) for each in frequencies]
    return min(shares) > HEARD and sum(shares) > 0.8


@asynccontextmanager
async def conversation(browser: Browser, **annex: str) -> AsyncIterator[Conversation]:
    async with running_lab() as lab:
        lab.annex("5001", **annex)
        context = await watched(browser)
        ears = await PageLog.of(context, CUSTOMER)
        agent = await lab.agent(context, "5001", microphone=AGENT)
        await agent.ready()
        customer = await lab.customer("8000", tone=CUSTOMER)
        await agent.shows("desk-call-state", "Ringing")
        await agent.press("desk-op-Answer")
        await agent.hears(CUSTOMER)
        await customer.hears(AGENT)
        party = lab.party(customer)
        yield Conversation(lab, agent, customer, party, LineLog(party), ears, await connections(agent))


async def test_recorded_and_then_supervised(browser: Browser) -> None:
    async with conversation(browser, lab_recording="true") as call:
        await recorded(call)
        supervisor = await call.lab.agent(browser, "5002", microphone=SUPERVISOR)
        await supervised(call, supervisor)
        await call.agent.press("desk-op-Hangup")
        await call.customer.is_in("ended")
        await call.lab.all_idle(call.agent, supervisor)


async def recorded(call: Conversation) -> None:
    """By request: begun, paused, resumed and stopped."""
    server, uuid = call.lab.lab.telephone.sip_server, call.lab.uuid("5001")

    def taped() -> bytes:
        return server.recording(uuid)

    call.now()
    await call.recording("Start", "Recording")
    await until(lambda: len(taped()) > 2 * SECOND, "nothing is recorded", PATIENCE)
    assert are_in(taped()[-SECOND:], (AGENT, CUSTOMER))
    await call.went_on("recording begins")

    await call.recording("Pause", "Paused")
    paused = len(taped())
    call.now()
    await call.customer.hears(AGENT)
    assert len(taped()) == paused
    await call.recording("Resume", "Recording")
    await until(lambda: len(taped()) > paused + SECOND, "nothing more is recorded", PATIENCE)
    assert are_in(taped()[-SECOND // 2 :], (AGENT, CUSTOMER))

    call.now()
    await call.recording("Stop", "Stopped")
    await until(lambda: server.media_sessions == 0, "the call is still at the mixer", PATIENCE)
    stopped = len(taped())
    await call.went_on("recording ends")
    assert len(taped()) == stopped


async def supervised(call: Conversation, supervisor: AgentPage) -> None:
    """The supervisor listens, whispers, takes part, listens again, and leaves."""
    uuid = call.lab.uuid("5001")
    call.now()
    call.lab.cti(MonitorNextCall("5002", "5001", MonitorMode.MUTE))
    await supervisor.card("ringing")
    await supervisor.press("call-answer")
    await supervisor.hears_all(AGENT, CUSTOMER)
    await call.went_on("a supervisor listens in")

    call.lab.cti(SetMonitorMode("5002", uuid, MonitorMode.COACH))
    await call.agent.hears_all(CUSTOMER, SUPERVISOR)
    await call.customer.hears(AGENT)
    await supervisor.hears_all(AGENT, CUSTOMER)

    call.lab.cti(SetMonitorMode("5002", uuid, MonitorMode.CONNECT))
    await call.customer_hears_all(AGENT, SUPERVISOR)
    await call.agent.hears_all(CUSTOMER, SUPERVISOR)
    await supervisor.hears_all(AGENT, CUSTOMER)

    call.lab.cti(SetMonitorMode("5002", uuid, MonitorMode.MUTE))
    await call.customer.hears(AGENT)
    await call.agent.hears(CUSTOMER)
    await call.page_untouched()

    call.now()
    call.lab.cti(ReleaseCall("5002", uuid))
    await supervisor.idle()
    server = call.lab.lab.telephone.sip_server
    await until(lambda: server.media_sessions == 0, "the call is still at the mixer", PATIENCE)
    await call.went_on("the supervisor leaves")
