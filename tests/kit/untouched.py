"""The law of architecture, seen from the page: ICE and DTLS are set up once per call, whatever SIP Server does to it.

    context = await watched(browser)
    agent = await lab.agent(context)
    ...                                            # a call is up
    before = await connections(agent)
    ...                                            # transferred, recorded, supervised
    assert await connections(agent) == before

`before` says of each peer connection of the call how often it was described, both sides' ICE user fragments, passwords
and DTLS fingerprints, and which transport it uses. Which of its own candidates the browser prefers is its affair.
"""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, BrowserContext

from kit.lab_agent import AgentPage

NOTE_CONNECTIONS = """
globalThis.notedConnections = [];
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  described = 0;
  constructor(...given) {
    super(...given);
    notedConnections.push(this);
  }
  setLocalDescription(...given) {
    this.described += 1;
    return super.setLocalDescription(...given);
  }
  setRemoteDescription(...given) {
    this.described += 1;
    return super.setRemoteDescription(...given);
  }
};
"""
CONNECTIONS = """
() => Promise.all(notedConnections.filter((each) => each.connectionState === "connected").map(async (each) => {
  const line = (description, name) => description.sdp.match(new RegExp(`a=${name}:(\\\\S+( \\\\S+)?)`))[1];
  const names = ["ice-ufrag", "ice-pwd", "fingerprint"];
  const [transport] = [...(await each.getStats()).values()].filter(({ type }) => type === "transport");
  return {
    described: each.described,
    local: names.map((name) => line(each.currentLocalDescription, name)),
    remote: names.map((name) => line(each.currentRemoteDescription, name)),
    transport: transport.id,
    dtls: transport.dtlsState,
  };
}))
"""


async def watched(browser: Browser) -> BrowserContext:
    """Where an agent's pages are to be opened."""
    context = await browser.new_context()
    await context.add_init_script(NOTE_CONNECTIONS)
    return context


async def connections(agent: AgentPage) -> list[dict[str, Any]]:
    """What the peer connections of the page's calls have; a call that is up has one."""
    found: list[dict[str, Any]] = await agent.phone.evaluate(CONNECTIONS)
    assert found
    assert all(each["dtls"] == "connected" for each in found)
    return found
