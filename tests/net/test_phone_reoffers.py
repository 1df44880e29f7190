"""A phone's call as its peer changes it: re-INVITEs with other media, an offerless INVITE, hold by the other side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from cordboard.phone.agent import Agent
from cordboard.phone.call import PhoneCall
from cordboard.phone.packets import make
from cordboard.phone.settings import AgentSettings, AudioSettings
from cordboard.sdp.direction import Direction
from cordboard.sip import events as sip
from kit.answering_server import AnsweringServer, answering_server
from kit.phone import until
from kit.phone_media import HOST, Side

GATEWAY = AudioSettings(frequency=1000.0, expected=440.0)
AGENT = AudioSettings(frequency=440.0, expected=1000.0)
OWN = "<sip:gateway@127.0.0.1>"


@dataclass
class Scene:
    """An agent, and the other end of its call: `gateway` is its media, `server` its signalling."""

    agent: Agent
    server: AnsweringServer
    gateway: Side
    came: list[PhoneCall]

    async def called(self, sdp: str) -> PhoneCall:
        target = self.agent.contact.strip("<>")
        self.server.feed(sip.Invite("call", self.server.flow, target, OWN, f"<{target}>", OWN, sdp))
        assert await until(lambda: self.came != [])
        return self.came[0]

    async def said(self, kind: type, number: int = 1) -> sip.Output:
        """What the server's SIP core has said, the `number`th of its kind."""
        outputs = self.server.outputs
        assert await until(lambda: sum(isinstance(output, kind) for output in outputs) >= number), outputs
        return [output for output in outputs if isinstance(output, kind)][number - 1]

    async def talking(self) -> PhoneCall:
        """A call that the gateway has made."""
        call = await self.called(self.gateway.media.offer())
        await self.take_answer()
        await call.connected()
        return call

    async def take_answer(self, number: int = 1) -> str:
        """The agent's answer to our offer, whose answers are counted."""
        accepted = await self.said(sip.Accepted, number)
        assert isinstance(accepted, sip.Accepted)
        text = accepted.response.body.decode()
        self.gateway.media.take_answer(text)
        return text

    async def hear_each_other(self, call: PhoneCall) -> None:
        assert call.media is not None
        self.gateway.settings.packets.reset([call.media.stream])
        agent_hears = until(lambda: call.figures().heard and call.figures().received > 10)
        assert await asyncio.gather(self.gateway.hears(), agent_hears) == [True, True]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    packets, came = make("python"), []
    async with answering_server() as server:
        agent = Agent(AgentSettings(server.url, "5001", audio=AGENT, address=HOST, media_within=0.5), packets)
        agent.on_call(came.append)
        await agent.connect()
        await agent.register()
        gateway = Side(packets, GATEWAY)
        yield Scene(agent, server, gateway, came)
        gateway.media.close()
        await agent.close()
    packets.close()


def moved(gateway: Side) -> None:
    gateway.be_another()


def restarted(gateway: Side) -> None:
    gateway.restart_ice()


@pytest.mark.parametrize("change", [moved, restarted])
async def test_a_reoffer_is_answered_and_sound_goes_on(scene: Scene, change: Callable[[Side], None]) -> None:
    """Another media worker: another ufrag and certificate. Or the same one with another ufrag."""
    call = await scene.talking()
    await scene.hear_each_other(call)
    change(scene.gateway)
    scene.server.feed(sip.Reinvite("call", scene.gateway.media.offer()))
    await scene.take_answer(2)
    await scene.hear_each_other(call)
    assert call.reason is None
    assert scene.gateway.owner.failures == []


async def test_an_offerless_invite_is_answered_with_an_offer(scene: Scene) -> None:
    call = await scene.called("")
    accepted = await scene.said(sip.Accepted)
    assert isinstance(accepted, sip.Accepted)
    answer = scene.gateway.media.take_offer(accepted.response.body.decode())
    scene.server.feed(sip.Acknowledge("call", answer))
    scene.gateway.media.start()
    await call.connected()
    await scene.hear_each_other(call)


async def test_an_offerless_reinvite_is_answered_with_an_offer(scene: Scene) -> None:
    call = await scene.talking()
    scene.server.feed(sip.Reinvite("call"))
    accepted = await scene.said(sip.Accepted, 2)
    assert isinstance(accepted, sip.Accepted)
    answer = scene.gateway.media.take_offer(accepted.response.body.decode())
    scene.server.feed(sip.Acknowledge("call", answer))
    scene.gateway.media.start()
    await scene.hear_each_other(call)


async def test_hold_by_the_other_side_silences_the_agent(scene: Scene) -> None:
    call = await scene.talking()
    scene.server.feed(sip.Reinvite("call", scene.gateway.media.offer(Direction.SENDONLY)))
    assert "a=recvonly" in await scene.take_answer(2)
    before = call.figures().sent
    assert not await until(lambda: call.figures().sent > before + 1, within=0.2)
    scene.server.feed(sip.Reinvite("call", scene.gateway.media.offer()))
    await scene.take_answer(3)
    await scene.hear_each_other(call)


async def test_an_offer_that_cannot_be_used_leaves_the_call_as_it_is(scene: Scene) -> None:
    call = await scene.talking()
    scene.server.feed(sip.Reinvite("call", scene.gateway.media.offer().replace("RTP/SAVPF 0 126", "RTP/SAVPF 9")))
    refused = await scene.said(sip.ReinviteRejected)
    assert isinstance(refused, sip.ReinviteRejected)
    assert refused.status == 488
    await scene.hear_each_other(call)


async def test_media_that_does_not_come_ends_the_call(scene: Scene) -> None:
    call = await scene.called(scene.gateway.media.offer().replace(f"{HOST}", "127.0.0.94"))
    scene.gateway.media.close()
    reason = await call.ended()
    assert "ICE" in reason.why
    assert await scene.said(sip.Ended)
