"""What many agents do: log in all at once, take calls at a rate, hold long calls. Each fills the run's `Figures`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from cordboard.net.tasks import Tasks
from cordboard.phone.agent import Agent, AgentEvent, AgentEventKind
from cordboard.phone.errors import CallFailed, PhoneError
from cordboard.phone.load.figures import Figures, Measure
from cordboard.phone.load.pairs import Pair, Placing

CONNECT_WITHIN = 20.0  # seconds that a call may take until both can talk
SOUND_WITHIN = 3.0
RETRIEVED_WITHIN = 3.0
ENDED_WITHIN = 5.0
LOOK_EVERY = 0.02
CAUSE_LENGTH = 120


@dataclass(slots=True)
class Run:
    """One run: what it has measured, and since when. `stop` ends it early and in order."""

    figures: Figures = field(default_factory=Figures)
    began: float = field(default_factory=time.monotonic)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began

    async def pause(self, seconds: float) -> bool:
        """Wait, unless the run is stopped; whether it goes on."""
        try:
            await asyncio.wait_for(self.stop.wait(), max(seconds, 0.0))
        except TimeoutError:
            return True
        return False

    def happened(self, event: AgentEvent) -> None:
        """To one of the agents, without its doing."""
        if event.kind is AgentEventKind.LOST:
            self.figures.registered -= 1
            self.failed(f"the connection to the gateway was lost: {event.why}")
        elif event.kind is AgentEventKind.NOT_REGISTERED:
            self.failed(f"registration not renewed: {event.why}")

    def failed(self, failure: Exception | str) -> None:
        self.figures.failed(str(failure)[:CAUSE_LENGTH])


# --- log-in


async def log_in(run: Run, agents: Sequence[Agent], rate: float = 0.0) -> None:
    """Connect and register all of them: `rate` a second, or 0.0: at once."""
    run.figures.agents = max(run.figures.agents, len(agents))
    began = time.monotonic()
    tasks = Tasks("log-in")
    started = []
    for number, agent in enumerate(agents):
        if rate and not await run.pause(began + number / rate - time.monotonic()):
            break
        started.append(tasks.start(_log_in(run, agent), "log in"))
    await asyncio.gather(*started)
    await tasks.close()


async def _log_in(run: Run, agent: Agent) -> None:
    began = time.monotonic()
    try:
        await agent.connect()
        run.figures.took(Measure.CONNECT, run.elapsed, time.monotonic() - began)
        await agent.register()
    except PhoneError as failure:
        run.failed(failure)
        return
    run.figures.took(Measure.REGISTER, run.elapsed, time.monotonic() - began)
    run.figures.registered += 1


async def storms(run: Run, agents: Sequence[Agent], times: int, pause: float, rate: float = 0.0) -> None:
    """Log in, lose every connection without a word, log in again; so many times, `pause` seconds apart."""
    for number in range(times):
        await log_in(run, agents, rate)
        if number == times - 1 or not await run.pause(pause):
            return
        await asyncio.gather(*(agent.drop() for agent in agents))
        run.figures.registered = 0


# --- calls


@dataclass(frozen=True, slots=True)
class CallPlan:
    """`rate` calls a second for `seconds`, each of `talk` seconds, as long as agents are free."""

    rate: float
    talk: float
    seconds: float
    connect_within: float = CONNECT_WITHIN


async def take_calls(run: Run, agents: Sequence[Agent], placing: Placing, plan: CallPlan) -> None:
    """Have the agents called one after the other; a call for which nobody is free is a failure."""
    tasks = Tasks("calls")
    free = list(agents)
    began = time.monotonic()
    started: set[asyncio.Task[None]] = set()
    number = 0
    while number / plan.rate < plan.seconds and await run.pause(began + number / plan.rate - time.monotonic()):
        number += 1
        run.figures.calls_begun += 1
        if not free:
            run.failed("no agent is free: more agents, fewer calls or shorter ones")
            continue
        task = tasks.start(_take_call(run, free.pop(0), placing, plan, free), "call")
        started.add(task)
        task.add_done_callback(started.discard)
    await asyncio.gather(*started)
    await tasks.close()


async def _take_call(run: Run, agent: Agent, placing: Placing, plan: CallPlan, free: list[Agent]) -> None:
    try:
        pair = await _begin(run, agent, placing, plan.connect_within)
        if pair is not None:
            await run.pause(plan.talk)
            await _finish(run, pair)
    finally:
        free.append(agent)


async def _begin(run: Run, agent: Agent, placing: Placing, within: float) -> Pair | None:
    """A call with sound both ways; None where it failed."""
    try:
        pair = await placing.place(agent, within)
    except (PhoneError, CallFailed) as failure:
        run.failed(failure)
        return None
    times, figures, at = pair.agent.times, run.figures, run.elapsed
    figures.calls_up += 1
    figures.took(Measure.RING, at, pair.ringing)
    figures.took(Measure.SECURED, at, times.dtls - times.answered)
    if await _sound(pair):
        figures.took(Measure.AUDIO, at, pair.sound_after)
        return pair
    near, far = pair.agent.times.first_heard, pair.caller.figures().first_received
    ways = [way for way, heard in (("to the agent", near), ("from the agent", far)) if not heard]
    run.failed(f"no sound {' and '.join(ways)} within {SOUND_WITHIN:g} s")
    await _end(run, pair)
    return None


async def _sound(pair: Pair) -> bool:
    for _ in range(round(SOUND_WITHIN / LOOK_EVERY)):
        if pair.sound_after:
            return True
        await asyncio.sleep(LOOK_EVERY)
    return False


async def _finish(run: Run, pair: Pair) -> None:
    """Hear whether the tones are right, hang up, count."""
    right = _tones_right(run, pair)
    near, far = pair.agent.figures(), pair.caller.figures()
    if await _end(run, pair) and right:
        run.figures.calls_done += 1
    for heard, said in ((near, far), (far, near)):
        run.figures.heard(said.sent, heard.received, heard.lost)
        if heard.latency.count:
            run.figures.took(Measure.LATENCY, run.elapsed, heard.latency.p99)


def _tones_right(run: Run, pair: Pair) -> bool:
    wrong = [
        way
        for way, figures in (("to the agent", pair.agent.figures()), ("from the agent", pair.caller.figures()))
        if not figures.heard
    ]
    if wrong:
        run.failed(f"not the tone that was said {' and '.join(wrong)}")
    return not wrong


async def _end(run: Run, pair: Pair) -> bool:
    """Hang up as callers do; whether the agent's end followed."""
    run.figures.calls_up -= 1
    began = time.monotonic()
    pair.caller.hang_up()
    try:
        async with asyncio.timeout(ENDED_WITHIN):
            await pair.agent.ended()
    except TimeoutError:
        pair.agent.hang_up()
        run.failed(f"the agent's end of a call was still there {ENDED_WITHIN:g} s after its caller had hung up")
        return False
    run.figures.took(Measure.HANG_UP, run.elapsed, time.monotonic() - began)
    return True


# --- long holds


async def hold_calls(run: Run, agents: Sequence[Agent], placing: Placing, seconds: float, rate: float = 5.0) -> None:
    """Have every agent called, hold all calls for `seconds`, retrieve them: both must be heard again."""
    pairs = [pair for pair in await _begin_all(run, agents, placing, rate) if pair is not None]
    for pair in pairs:
        pair.agent.hold()
    await run.pause(seconds)
    await asyncio.gather(*(_retrieve(run, pair) for pair in pairs))


async def _begin_all(run: Run, agents: Sequence[Agent], placing: Placing, rate: float) -> list[Pair | None]:
    tasks = Tasks("calls")
    started = []
    for agent in agents:
        run.figures.calls_begun += 1
        started.append(tasks.start(_begin(run, agent, placing, CONNECT_WITHIN), "call"))
        if not await run.pause(1 / rate):
            break
    begun = list(await asyncio.gather(*started))
    await tasks.close()
    return begun


async def _retrieve(run: Run, pair: Pair) -> None:
    if pair.agent.reason is not None:
        run.figures.calls_up -= 1
        run.failed(f"a call ended while it was held: {pair.agent.reason.why}")
        return
    began = time.monotonic()
    before = pair.caller.figures().received
    pair.agent.retrieve()
    for _ in range(round(RETRIEVED_WITHIN / LOOK_EVERY)):
        if pair.caller.figures().received > before:
            run.figures.took(Measure.RETRIEVE, run.elapsed, time.monotonic() - began)
            break
        await asyncio.sleep(LOOK_EVERY)
    else:
        run.failed(f"the agent was not heard within {RETRIEVED_WITHIN:g} s after the call was retrieved")
    await run.pause(1.0)  # of sound, so that its pitch can be heard
    await _finish(run, pair)
