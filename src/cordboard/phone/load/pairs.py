"""Who calls the agents under load: a far end in SIP Server's place, or the agents one another through a real one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from cordboard.phone.agent import Agent
from cordboard.phone.call import PhoneCall
from cordboard.phone.errors import CallFailed
from cordboard.phone.far_call import CallFailed as FarCallFailed
from cordboard.phone.far_end import FarEnd
from cordboard.phone.packets.port import StreamFigures
from cordboard.phone.settings import AudioSettings

TONES = (440.0, 1000.0)  # Hz: what called agents say, and what callers say


class Caller(Protocol):
    """The side of a call that placed it."""

    def figures(self) -> StreamFigures: ...

    def hang_up(self) -> None: ...

    async def connected(self) -> None: ...

    async def ended(self) -> object: ...


@dataclass(slots=True)
class Pair:
    """One call: who placed it and the agent's end of it."""

    caller: Caller
    agent: PhoneCall
    ringing: float  # seconds from the INVITE to the agent's ringing

    @property
    def sound_after(self) -> float:
        """Seconds from the agent's answer until both have heard a packet; 0.0 while they have not."""
        near, far = self.agent.times.first_heard, self.caller.figures().first_received
        return max(near, far) - self.agent.times.answered if near and far else 0.0


class Rung:
    """The next call that comes to each of these agents."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[PhoneCall]] = {}

    def watch(self, agent: Agent) -> None:
        agent.on_call(lambda call: self._came(agent.settings.dn, call))

    def expect(self, agent: Agent) -> asyncio.Future[PhoneCall]:
        future: asyncio.Future[PhoneCall] = asyncio.get_running_loop().create_future()
        self._waiting[agent.settings.dn] = future
        return future

    def _came(self, dn: str, call: PhoneCall) -> None:
        future = self._waiting.pop(dn, None)
        if future is not None and not future.done():
            future.set_result(call)


class Placing(Protocol):
    """A way to have an agent called."""

    async def place(self, agent: Agent, within: float) -> Pair:
        """Call an agent and wait until both sides are connected. Raises `CallFailed` after `within` seconds at last."""


class FromFarEnd:
    """Customers' calls. `gateway` is where DNs are reached that have not registered at the far end."""

    def __init__(self, far_end: FarEnd, gateway: tuple[str, int] | None = None) -> None:
        self._far_end = far_end
        self._gateway = gateway
        self._rung = Rung()

    def welcome(self, agent: Agent) -> None:
        """An agent who will be called."""
        self._rung.watch(agent)

    async def place(self, agent: Agent, within: float) -> Pair:
        began = asyncio.get_running_loop().time()
        coming = self._rung.expect(agent)
        try:
            caller = await self._far_end.call(agent.settings.dn, self._gateway)
        except LookupError:
            raise CallFailed(0, "the DN is not registered at SIP Server") from None
        return await _connect(caller, coming, began, within)


class FromAgents:
    """Internal calls: each agent has a partner who dials it, through whatever SIP Server there is."""

    def __init__(self) -> None:
        self._rung = Rung()
        self._partners: dict[str, Agent] = {}

    def join(self, called: Agent, partner: Agent) -> None:
        """`partner` will dial `called`."""
        self._rung.watch(called)
        self._partners[called.settings.dn] = partner

    async def place(self, agent: Agent, within: float) -> Pair:
        began = asyncio.get_running_loop().time()
        coming = self._rung.expect(agent)
        return await _connect(self._partners[agent.settings.dn].dial(agent.settings.dn), coming, began, within)


async def _connect(caller: Caller, coming: asyncio.Future[PhoneCall], began: float, within: float) -> Pair:
    """Wait for the agent's end and for both being connected; whatever fails leaves no call behind."""
    pair: Pair | None = None
    try:
        async with asyncio.timeout(within):
            await _first(coming, caller)
            pair = Pair(caller, coming.result(), coming.result().times.ringing - began)
            await caller.connected()
            await pair.agent.connected()
        return pair
    except (TimeoutError, CallFailed, FarCallFailed) as failure:
        caller.hang_up()
        if pair is not None:
            pair.agent.hang_up()
        raise _told(failure, pair, within) from None
    except BaseException:
        caller.hang_up()
        raise


async def _first(coming: asyncio.Future[PhoneCall], caller: Caller) -> None:
    """Wait until the agent rings. Raises what ended the call before that."""
    connecting = asyncio.get_running_loop().create_task(_refusal(caller))
    try:
        await asyncio.wait((coming, connecting), return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            connecting.result()
            await coming  # answered by somebody else: it will not come
    finally:
        coming.cancel()
        connecting.cancel()
        with suppress(asyncio.CancelledError, CallFailed, FarCallFailed):
            await connecting


async def _refusal(caller: Caller) -> None:
    await caller.connected()


def _told(failure: Exception, pair: Pair | None, within: float) -> CallFailed:
    if isinstance(failure, CallFailed):
        return failure
    if isinstance(failure, FarCallFailed):
        return CallFailed(0, str(failure))
    what = "the agent did not ring" if pair is None else "the call was not connected"
    return CallFailed(0, f"{what} within {within:g} s")


def tones(audio: AudioSettings, *, calls: bool) -> AudioSettings:
    """What an agent says and expects, as one who is called or as one who calls."""
    own, other = reversed(TONES) if calls else TONES
    return replace(audio, frequency=own, expected=other)
