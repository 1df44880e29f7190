"""What Workspace asks of the connector from its own page moves the phone beside it, which goes with the log-out."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from kit.lab import RunningLab, running_lab, softphone_in, until
from kit.lab_agent import AgentPage, soon

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER = 620.0, 440.0  # Hz
ASK = """async ([name, body]) => {
  const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return await (await fetch(`/connector/${name}`, body === null ? {} : post)).json();
}"""
SPEAKERS = "[...document.querySelectorAll('audio')].map(({ muted, volume }) => [muted, volume])"


async def ask(agent: AgentPage, name: str, body: object = None) -> Any:
    """As Workspace does, from the desktop's page, with the cookies that it has there."""
    return await agent.page.evaluate(ASK, [name, body])


def has_page(lab: RunningLab) -> bool:
    return lab.lab.product.gateway.seat_port.view("5001").page


async def mute_and_volume_in_a_call(lab: RunningLab, agent: AgentPage) -> None:
    await agent.ready()
    customer = await lab.customer("8000", tone=CUSTOMER)
    await agent.press("call-answer")
    await agent.hears(CUSTOMER)
    await customer.hears(AGENT)
    assert await ask(agent, "MuteMicrophone", {}) == {"MuteMicrophoneResult": True}
    await soon(expect(agent.by("call-mute")).to_have_attribute, "aria-pressed", "true")
    await customer.hears_silence()
    assert (await ask(agent, "GetMicrophoneState"))["get_MicrophoneStateResult"] is True
    await agent.press("call-mute")
    await customer.hears(AGENT)
    await until_told(agent, "GetMicrophoneState", False)
    assert await ask(agent, "SetMicrophoneVolume", {"value": 50}) == {"SetMicrophoneVolumeResult": 50}
    await customer.hears(AGENT)
    await ask(agent, "SetMicrophoneVolume", {"value": 0})
    await customer.hears_silence()
    assert await ask(agent, "SetSpeakerVolume", {"value": 40}) == {"SetSpeakerVolumeResult": 40}
    assert await ask(agent, "MuteSpeaker", {}) == {"MuteSpeakerResult": True}
    assert await agent.phone.evaluate(SPEAKERS) == [[True, 0.4]]
    session = await ask(agent, "v2/session")
    assert [call["state"] for call in session["phone"]["calls"]] == ["TALKING"]
    assert session["devices"]["speaker"] == {"name": "", "muted": True, "volume": 40}
    await ask(agent, "UnmuteSpeaker", {})
    await agent.press("call-hangup")
    await customer.is_in("ended")
    await lab.all_idle(agent)


async def until_told(agent: AgentPage, name: str, value: object) -> None:
    """The page tells by itself what the agent did there."""
    end = time.monotonic() + 2
    while (await ask(agent, name))[f"get_{name.removeprefix('Get')}Result"] != value:
        assert time.monotonic() < end, f"{name} is still not {value}"


async def off_and_on_again(agent: AgentPage) -> None:
    assert await ask(agent, "UnregisterDn", {"users": ["5001"]}) == {"UnregisterDnResult": True}
    await agent.light("sip", "off")
    assert await ask(agent, "GetIsEndpointActive") == {"get_IsEndpointActiveResult": False}
    assert await ask(agent, "RegisterDn", {"users": ["5001"]}) == {"RegisterDnResult": True}
    await agent.light("sip", "on")
    assert await ask(agent, "GetIsEndpointActive") == {"get_IsEndpointActiveResult": True}
    assert await ask(agent, "RegisterDn", {"users": ["5002"]}) == {"RegisterDnResult": False}


async def test_workspace_moves_the_phone_and_takes_it_along_when_it_leaves(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await lab.agent(browser, microphone=AGENT)
        assert await ask(agent, "GetDnSIP") == {"get_DnSIPResult": "5001"}
        await mute_and_volume_in_a_call(lab, agent)
        await off_and_on_again(agent)
        began = time.monotonic()
        await agent.press("desk-logout")
        await until(lambda: not has_page(lab) and not lab.in_service("5001"), "the phone after the log-out", 2.0)
        assert time.monotonic() - began < 2.0
        assert (await ask(agent, "GetIsEndpointActive"))["code"] == "signed-out"
        await agent.by("login-user").fill("agent5001")
        await agent.by("login-password").fill("agent5001")
        await agent.press("login-submit")
        back = AgentPage(agent.page, await softphone_in(agent.page))
        await back.registered()
        assert await ask(back, "GetIsEndpointActive") == {"get_IsEndpointActiveResult": True}
