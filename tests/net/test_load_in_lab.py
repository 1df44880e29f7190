"""Load on a site with a SIP Server: the agents of the lab call each other, and everything is released afterwards."""

from __future__ import annotations

from pathlib import Path

from cordboard.cli.bench import agents_of
from cordboard.cli.bench_site import described_site
from cordboard.phone.load.figures import Measure
from cordboard.phone.load.scenarios import CallPlan, log_in, take_calls
from cordboard.phone.packets.choice import make
from kit.lab import running_lab


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
