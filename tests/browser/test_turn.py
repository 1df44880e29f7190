"""A page that reaches the media through the TURN server alone: coturn as `cordboard render` configures it."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from kit.coturn import running_coturn, turn_settings
from kit.lab import running_lab

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER = 620.0, 440.0
RELAY_ONLY = """
const Connection = RTCPeerConnection;
globalThis.connections = [];
globalThis.RTCPeerConnection = class extends Connection {
  constructor(configuration = {}) {
    super({ ...configuration, iceTransportPolicy: "relay" });
    connections.push(this);
  }
};
"""
PAIR = """async () => {
  const reports = [...(await connections.at(-1).getStats()).values()];
  const of = (id) => reports.find((each) => each.id === id);
  const pair = of(reports.find(({ type }) => type === "transport").selectedCandidatePairId);
  const { candidateType, relayProtocol, port } = of(pair.localCandidateId);
  return [candidateType, relayProtocol, port];
}"""


async def test_a_call_through_the_relay_alone(browser: Browser) -> None:
    """The page may use nothing but the relay, and both hear each other."""
    changes = turn_settings()
    del changes["media.address"]
    asked = {name.replace(".", "__"): value for name, value in changes.items()}
    async with running_lab(**asked) as lab:
        with running_coturn(lab.settings):
            context = await browser.new_context()
            await context.add_init_script(RELAY_ONLY)
            agent = await lab.agent(context, "5001", microphone=AGENT)
            await agent.ready()
            customer = await lab.customer("8000", tone=CUSTOMER)
            await agent.press("desk-op-Answer")
            await asyncio.gather(agent.hears(CUSTOMER), customer.hears(AGENT))
            kind, protocol, port = await agent.phone.evaluate(PAIR)
            assert (kind, protocol) == ("relay", "udp")
            assert port in range(41000, 42000)
            await agent.press("desk-op-Hangup")
            await lab.all_idle(agent)
