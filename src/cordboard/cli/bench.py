"""`cordboard bench`: many agents at once, with sound, against this machine or a site."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import click
import uvloop

from cordboard import observe
from cordboard.cli.bench_site import HOST, BenchFailed, BenchSite, described_site, own_site
from cordboard.cli.running import give_up
from cordboard.cli.state import StateUnusable
from cordboard.config import ConfigError, Settings, load
from cordboard.net.tasks import Tasks
from cordboard.phone.agent import Agent
from cordboard.phone.far_end import FarEnd, FarEndSettings
from cordboard.phone.far_sound import SoundSettings
from cordboard.phone.load.figures import Figures
from cordboard.phone.load.pairs import TONES, FromAgents, FromFarEnd, Placing, tones
from cordboard.phone.load.report import progress, report
from cordboard.phone.load.scenarios import CallPlan, Run, hold_calls, log_in, storms, take_calls
from cordboard.phone.packets.choice import make
from cordboard.phone.packets.port import PacketLoop
from cordboard.phone.settings import AgentSettings, AudioSettings

PROGRESS_SECONDS = 1.0
LOG_IN_RATE = 100.0  # a second, where logging in is not what is measured


@dataclass(frozen=True, slots=True)
class Target:
    """What the options say of the gateway and its agents."""

    config: str | None
    url: str
    insecure: bool
    tls: bool
    agents: int
    save: str | None
    media: str = ""


@dataclass(slots=True)
class Bench:
    """What a scenario runs on: `called` are the agents who get calls, `agents` all of them."""

    run: Run
    agents: list[Agent]
    called: list[Agent]
    placing: Placing


Scenario = Callable[[Bench], Awaitable[None]]


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--config", metavar="FILE", help="Load the site of these settings, on the machine where it runs."),
        click.option("--url", default="", metavar="URL", help="Its WebSocket, if not the one in the settings."),
        click.option("--insecure", is_flag=True, help="Take any certificate of the site."),
        click.option("--tls", is_flag=True, help="Without --config: WebSockets over TLS."),
        click.option("--agents", default=50, show_default=True, type=click.IntRange(1, 5000), help="How many agents."),
        click.option("--save", metavar="FILE", help="Write the report there too."),
    ):
        command = option(command)
    return command


@click.group()
def bench() -> None:
    """Load a gateway with agents who really speak and listen.

    Without --config a gateway is started on this machine, with SIP Server's part played by the bench. With --config
    the agents of a running site call each other through its SIP Server: use DNs that nobody else uses meanwhile.
    """


@bench.command()
@_options
@click.option("--rate", default=0.0, show_default="all at once", help="Log-ins a second.")
@click.option("--storms", "times", default=3, show_default=True, type=click.IntRange(1), help="How many log-in storms.")
@click.option("--pause", default=2.0, show_default=True, help="Seconds between two storms.")
def login(rate: float, times: int, pause: float, **options: object) -> None:
    """Storms: everybody logs in at once, loses the connection, logs in again."""
    target = Target(**options)  # type: ignore[arg-type]

    async def scenario(bench: Bench) -> None:
        await storms(bench.run, bench.agents, times, pause, rate)

    _bench(f"Log-in storms: {times} of {target.agents} agents", target, scenario, calls=0)


@bench.command()
@_options
@click.option("--rate", default=5.0, show_default=True, type=click.FloatRange(0.01), help="Calls a second.")
@click.option("--talk", default=5.0, show_default=True, help="Seconds that a call lasts.")
@click.option("--seconds", default=30.0, show_default=True, help="For how long new calls come.")
def calls(rate: float, talk: float, seconds: float, **options: object) -> None:
    """Calls at a rate: answered by the gateway's or the agent's word, sound both ways, hung up by the caller."""
    target = Target(**options)  # type: ignore[arg-type]

    async def scenario(bench: Bench) -> None:
        await log_in(bench.run, bench.agents, LOG_IN_RATE)
        await take_calls(bench.run, bench.called, bench.placing, CallPlan(rate, talk, seconds))

    title = f"Calls: {target.agents} agents, {rate:g} calls a second of {talk:g} s for {seconds:g} s"
    _bench(title, target, scenario, calls=target.agents)


@bench.command()
@_options
@click.option("--seconds", default=60.0, show_default=True, help="How long the calls are held.")
@click.option(
    "--rate", default=10.0, show_default=True, type=click.FloatRange(0.01), help="Calls a second at the start."
)
def holds(seconds: float, rate: float, **options: object) -> None:
    """Long holds: every agent gets a call, all are held, all are retrieved and must be heard again."""
    target = Target(**options)  # type: ignore[arg-type]

    async def scenario(bench: Bench) -> None:
        await log_in(bench.run, bench.agents, LOG_IN_RATE)
        await hold_calls(bench.run, bench.called, bench.placing, seconds, rate)

    _bench(f"Long holds: {target.agents} agents, {seconds:g} s", target, scenario, calls=target.agents)


# --- running


def _bench(title: str, target: Target, scenario: Scenario, *, calls: int) -> None:
    observe.configure("error", "console")
    _open_files()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            figures, seconds = runner.run(_run(target, scenario, calls))
    except (BenchFailed, StateUnusable) as failure:
        give_up([str(failure)])
    text = report(title, figures, seconds)
    click.echo(text)
    if target.save:
        Path(target.save).write_text(text)
    sys.exit(1 if figures.failed_in_all else 0)


def _open_files() -> None:
    """Sockets of many agents are many files: as many as are allowed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _run(target: Target, scenario: Scenario, calls: int) -> tuple[Figures, float]:
    async with AsyncExitStack() as running:
        packets = make()
        running.callback(packets.close)
        site, far_end = await _site(target, calls, packets, running)
        bench = agents_of(site, far_end, packets, target.agents)
        for agent in bench.agents:
            agent.on_event(bench.run.happened)
        running.push_async_callback(_close, bench.agents)
        tasks = Tasks("bench")
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, bench.run.stop.set)
        shown = tasks.start(_show(bench.run), "progress")
        try:
            await scenario(bench)
        finally:
            shown.cancel()
            await tasks.close()
        return bench.run.figures, bench.run.elapsed


async def _site(
    target: Target, calls: int, packets: PacketLoop, running: AsyncExitStack
) -> tuple[BenchSite, FarEnd | None]:
    if target.config:
        return described_site(_settings(target.config), url=target.url, insecure=target.insecure), None
    sound = SoundSettings(frequency=TONES[1], expected=TONES[0])
    far_end = FarEnd(HOST, 0, packets, FarEndSettings(sound=sound))
    await far_end.open()
    running.push_async_callback(far_end.close)
    site = await running.enter_async_context(
        own_site(far_end.address, target.agents, calls, tls=target.tls, media=target.media)
    )
    return site, far_end


def _settings(file: str) -> Settings:
    """Those of a site that runs already: its ports may be taken."""
    try:
        return load(file, in_lab=False)
    except ConfigError as error:
        give_up(error.problems)


def agents_of(site: BenchSite, far_end: FarEnd | None, packets: PacketLoop, wanted: int) -> Bench:
    """The first `wanted` agents of a site: called by the far end, or in pairs by each other. Raises `BenchFailed`."""
    if wanted > len(site.dns):
        raise BenchFailed(f"the settings have {len(site.dns)} agents, --agents asks for {wanted}")
    if far_end is not None:
        agents = [_agent(site, dn, packets, calls=False) for dn in site.dns[:wanted]]
        customers = FromFarEnd(far_end)
        for agent in agents:
            customers.welcome(agent)
        return Bench(Run(), agents, agents, customers)
    agents = [_agent(site, dn, packets, calls=bool(number % 2)) for number, dn in enumerate(site.dns[:wanted])]
    colleagues = FromAgents()
    called = agents[: wanted - wanted % 2 : 2]
    for one, partner in zip(called, agents[1::2], strict=True):
        colleagues.join(one, partner)
    return Bench(Run(), agents, called, colleagues)


def _agent(site: BenchSite, dn: str, packets: PacketLoop, *, calls: bool) -> Agent:
    settings = AgentSettings(
        url=site.url,
        dn=dn,
        token=lambda: site.token(dn),
        tls=site.tls,
        origin=site.origin,
        audio=tones(AudioSettings(), calls=calls),
    )
    return Agent(settings, packets)


async def _close(agents: list[Agent]) -> None:
    await asyncio.gather(*(agent.close() for agent in agents))


async def _show(run: Run) -> None:
    """Where it stands: one line that changes on a terminal, a line every ten seconds elsewhere."""
    terminal = sys.stderr.isatty()
    every = PROGRESS_SECONDS if terminal else 10 * PROGRESS_SECONDS
    while True:
        await asyncio.sleep(every)
        line = progress(run.figures, run.elapsed)
        if terminal:
            width = os.get_terminal_size(sys.stderr.fileno()).columns - 1
            click.echo(f"\r{line[:width].ljust(width)}", err=True, nl=False)
        else:
            click.echo(line, err=True)
