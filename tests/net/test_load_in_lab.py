"""Load on a site with a SIP Server: the agents of the lab call each other, and everything is released afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cordboard.cli.bench import agents_of
from cordboard.cli.bench_site import BenchSite, described_site
from cordboard.phone.agent import Agent
from cordboard.phone.call import PhoneCall
from cordboard.phone.load.figures import Measure
from cordboard.phone.load.pairs import tones
from cordboard.phone.load.scenarios import CallPlan, log_in, take_calls
from cordboard.phone.packets.choice import make
from cordboard.phone.packets.port import PacketLoop
from cordboard.phone.packets.sockets import SharedSockets
from cordboard.phone.settings import AgentSettings, AudioSettings
from kit.lab import running_lab
from kit.phone import until


async def test_agents_call_each_other_through_sip_server(tmp_path: Path) -> None:
    packets = make()
    try:
        async with running_lab(gateway__state_directory=str(tmp_path)) as lab:
            bench = agents_of(described_site(lab.settings, url="", insecure=False), None, packets, 6)
            await log_in(bench.run, bench.agents)
            await take_calls(bench.run, bench.called, bench.placing, CallPlan(rate=4, talk=1.0, seconds=0.7))
            for agent in bench.agents:
                await agent.close()
            await lab.is_idle()
    finally:
        packets.close()
    figures = bench.run.figures
    assert not figures.failures, figures.failures
    assert (figures.registered, figures.calls_done) == (6, 3)
    assert len(figures.values(Measure.AUDIO)) == 3
    assert figures.packets_lost == 0


async def test_phones_that_share_a_socket_hear_each_other(tmp_path: Path) -> None:
    packets = make()
    shared = SharedSockets("0.0.0.0", 4)
    try:
        async with running_lab(gateway__state_directory=str(tmp_path)) as lab:
            site = described_site(lab.settings, url="", insecure=False)
            one, two = (_sharing(site, dn, number, shared, packets) for number, dn in enumerate(("5001", "5002")))
            calls: list[PhoneCall] = []
            two.on_call(calls.append)
            for agent in (one, two):
                await agent.connect()
                await agent.register()
            placed = one.dial("5002")
            async with asyncio.timeout(5):
                await placed.connected()
                await calls[0].connected()
            ends = (placed, calls[0])
            assert await until(lambda: all(end.figures().heard for end in ends)), [end.figures() for end in ends]
            placed.hang_up()
            async with asyncio.timeout(5):
                await calls[0].ended()
            for agent in (one, two):
                await agent.close()
    finally:
        packets.close()


def _sharing(site: BenchSite, dn: str, number: int, shared: SharedSockets, packets: PacketLoop) -> Agent:
    audio = tones(AudioSettings(), calls=number == 0)
    address = f"127.82.0.{number + 1}"
    token = site.token(dn)
    settings = AgentSettings(site.url, dn, token, origin=site.origin, audio=audio, address=address, sockets=shared)
    return Agent(settings, packets)
