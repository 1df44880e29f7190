"""Headless agents in the whole lab: gateway, media engine, SIP Server, GWS, customers, and no browser."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cordboard.lab.telephony import AnswerCall
from cordboard.net.tls import connecting
from cordboard.phone.agent import AgentEvent, AgentEventKind
from cordboard.phone.errors import NotConnected, NotRegistered
from cordboard.phone.record import CallState
from kit.agents import Agents, agents_of, hears
from kit.certificates import Authority
from kit.lab import RunningLab, running_lab
from kit.phone import until


async def talks_with_a_customer(lab: RunningLab, agents: Agents) -> None:
    """A customer calls 5003, each hears the other, the customer hangs up; then 5003 does."""
    agent = await agents.start("5003")
    for number, customer_leaves in enumerate((True, False), 1):
        customer = await lab.customer("5003", tone=440.0)
        call = await agents.called(agent, number)
        await call.connected()
        assert call.headers["X-Genesys-CallUUID"] == lab.uuid("5003")
        await asyncio.gather(hears(call), customer.hears(620.0))
        if customer_leaves:
            await customer.hang_up()
            assert (await call.ended()).why == "hung up there"
        else:
            call.hang_up()
            await customer.is_in("ended")
        await lab.is_idle()
    times = call.times
    steps = (times.ringing, times.answered, times.accepted, times.ice, times.dtls, times.first_sent, times.ended)
    assert list(steps) == sorted(steps)
    assert times.begun <= times.ringing
    assert times.dtls - times.answered < 1.0


async def test_a_customer_calls() -> None:
    async with running_lab() as lab, agents_of(lab) as agents:
        await talks_with_a_customer(lab, agents)


async def test_over_wss(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    identity = authority.identity("127.0.0.1")
    wss = {"gateway__websocket_certificate": identity.certificate, "gateway__websocket_key": identity.key}
    async with running_lab(**wss) as lab, agents_of(lab, connecting(authority.file)) as agents:
        assert agents.settings("5003").secure
        await talks_with_a_customer(lab, agents)
    await asyncio.sleep(0.01)  # TLS says goodbye


async def test_in_a_call_it_does_what_it_is_told_and_what_is_asked_of_it() -> None:
    """The gateway's word answers; hold, retrieve and a digit of the agent; the agent calls another one."""
    async with running_lab() as lab, agents_of(lab) as agents:
        agent = await agents.start("5003", answer_after=None)
        customer = await lab.customer("5003", tone=440.0)
        call = await agents.called(agent)
        assert call.state is CallState.RINGING
        assert await until(lambda: lab.lab.telephone.sip_server.calls("5003")), "its 180 is on its way"
        lab.cti(AnswerCall("5003", lab.uuid("5003")))
        await call.connected()
        assert {"do": "answer"} in call.words
        await asyncio.gather(hears(call), customer.hears(620.0))

        call.press("5")
        await customer.has_digits("5")
        assert call.digits == [200]

        call.hold()
        await customer.hears_music()
        call.retrieve()
        await asyncio.gather(hears(call), customer.hears(620.0))
        call.hang_up()
        await customer.is_in("ended")
        await lab.is_idle()

        other = await agents.start("5004", frequency=440.0)
        dialled = agent.dial("5004")
        await dialled.connected()
        await hears(dialled)
        assert dialled.times.begun <= dialled.times.ringing <= dialled.times.answered <= dialled.times.first_heard
        (await agents.called(other)).hang_up()
        assert (await dialled.ended()).why == "hung up there"
        await lab.is_idle()


async def test_calls_that_come_to_nothing_have_a_reason() -> None:
    async with running_lab() as lab, agents_of(lab) as agents:
        agent = await agents.start("5003", answer_after=None)
        customer = await lab.customer("5003", tone=440.0)
        call = await agents.called(agent)
        await customer.hang_up()
        assert (await call.ended()).status == 487

        customer = await lab.customer("5003", tone=440.0)
        (await agents.called(agent, 2)).reject()
        await customer.is_in("ended")

        nobody = agent.dial("5004")
        assert (await nobody.ended()).status in range(400, 700)
        given_up = agent.dial("5004")
        given_up.hang_up()
        assert (await given_up.ended()).why == "hung up here"
        await lab.is_idle()


async def test_a_lost_connection_ends_no_call() -> None:
    async with running_lab() as lab, agents_of(lab) as agents:
        agent = await agents.start("5003")
        events: list[AgentEvent] = []
        agent.on_event(events.append)
        customer = await lab.customer("5003", tone=440.0)
        call = await agents.called(agent)
        await call.connected()
        async with lab.connections_lost():
            assert await until(lambda: events != [])
            assert events[0].kind is AgentEventKind.LOST
            with pytest.raises(NotConnected, match="503"):
                await agent.connect()
        await agent.connect()
        await agent.register()
        await asyncio.gather(hears(call), customer.hears(620.0))
        call.hang_up()
        await customer.is_in("ended")
        await lab.is_idle()


async def test_who_may_not_register_is_told_why() -> None:
    async with running_lab() as lab, agents_of(lab) as agents:
        with pytest.raises(NotRegistered, match="403 Forbidden"):
            await agents.start("5003", token_of="5004")
        with pytest.raises(NotConnected, match="refused with 403"):
            await agents.start("5003", origin="http://elsewhere.example")
