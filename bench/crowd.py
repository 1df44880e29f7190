"""Many agents at one server, Cordboard or Asterisk, and the far end that calls them: the load of every measurement."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from cordboard.phone.agent import Agent
from cordboard.phone.call import PhoneCall
from cordboard.phone.errors import PhoneError
from cordboard.phone.far_call import CallFailed, FarCall
from cordboard.phone.far_end import FarEnd, FarEndSettings
from cordboard.phone.far_sound import SoundSettings
from cordboard.phone.packets.choice import make
from cordboard.phone.packets.port import PacketLoop
from cordboard.phone.packets.sockets import SharedSockets
from cordboard.phone.settings import AgentSettings, AudioSettings

AGENT_TONE, CUSTOMER_TONE = 440.0, 1000.0  # Hz
LOOK_EVERY = 0.02
CONNECT_WITHIN = 3.0  # seconds after which an agent gives a connection up, at every server alike
RESPOND_WITHIN = 5.0
NETWORK = 81  # 127.81.0.0/16: the agents that share sockets
TRIES, TRY_EVERY = 3, 0.5  # before a sign-in is given up
TIRED = (CallFailed, PhoneError, TimeoutError, LookupError, OSError)
"""What a call that does not come about may raise."""


class Server(Protocol):
    """What is measured. `gateway` is where its agents are called; None: where each is registered at the far end."""

    @property
    def name(self) -> str: ...

    @property
    def gateway(self) -> tuple[str, int] | None: ...

    @property
    def pids(self) -> tuple[int, ...]: ...

    def agent(self, dn: str, audio: AudioSettings) -> AgentSettings: ...

    async def start(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """One call seen from both of its ends."""

    far: FarCall
    page: PhoneCall

    @property
    def streams(self) -> tuple[int, int]:
        """The packet loop's numbers."""
        assert self.page.media is not None
        return self.far.sound.stream, self.page.media.stream

    @property
    def over(self) -> bool:
        """Somebody has hung up, or something has."""
        return bool(self.far.times.ended or self.page.times.ended)

    def hang_up(self) -> None:
        """The customer's end does."""
        self.far.hang_up()


class Crowd:
    """`dns` are the agents. `checked` of so many packets one is decrypted and looked into (see `Sending`); `sharing`
    calls go by one socket, each with an address of its own.
    """

    def __init__(
        self, server: Server, far_end: FarEnd, packets: PacketLoop, dns: Sequence[str], checked: int, sharing: int = 1
    ) -> None:
        self._sockets = SharedSockets("0.0.0.0", sharing) if sharing > 1 else None
        self.server = server
        self.far_end = far_end
        self.packets = packets
        self.dns = tuple(dns)
        self.audio = AudioSettings(frequency=AGENT_TONE, expected=CUSTOMER_TONE, check_every=checked)
        self.agents: dict[str, Agent] = {}
        self._coming: dict[str, asyncio.Future[PhoneCall]] = {}

    async def sign_in(self, at_once: int = 20, count: int = 0) -> None:
        """Connect and register all of them, or the first `count`, so many at a time.

        Raises what the first one that cannot raises.
        """
        gate = asyncio.Semaphore(at_once)
        missing = [dn for dn in self.dns[: count or None] if dn not in self.agents]

        async def one(dn: str) -> None:
            async with gate:
                self.agents[dn] = await self._newcomer_at_last(dn)

        await asyncio.gather(*map(one, missing))
        if self.server.gateway is None:
            async with asyncio.timeout(30):
                await self.far_end.registered(*missing)

    async def _newcomer_at_last(self, dn: str) -> Agent:
        """Asterisk answers 404 to some while it still loads its agents."""
        for _ in range(TRIES):
            try:
                return await self.newcomer(dn)
            except PhoneError:
                await asyncio.sleep(TRY_EVERY)
        return await self.newcomer(dn)

    async def newcomer(self, dn: str) -> Agent:
        """An agent that is registered. Raises `PhoneError`."""
        agent = Agent(self._settings_of(dn), self.packets)
        agent.on_call(lambda call: self._came(dn, call))
        try:
            await agent.connect()
            await agent.register()
        except PhoneError:
            await agent.close()
            raise
        return agent

    def _settings_of(self, dn: str) -> AgentSettings:
        settings = self.server.agent(dn, self.audio)
        if self._sockets is None:
            return settings
        number = self.dns.index(dn) + 1
        return replace(settings, address=f"127.{NETWORK}.{number >> 8}.{number & 0xFF}", sockets=self._sockets)

    def _came(self, dn: str, call: PhoneCall) -> None:
        waiting = self._coming.pop(dn, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(call)

    async def converse(self, dn: str, within: float = 10.0) -> Conversation:
        """Call that agent and wait until both hear each other. Raises one of `TIRED`."""
        coming = self._coming[dn] = asyncio.get_running_loop().create_future()
        far = await self.far_end.call(dn, self.server.gateway)
        try:
            async with asyncio.timeout(within):
                await far.connected()
                conversation = Conversation(far, await coming)
                await conversation.page.connected()
                self._introduce(conversation)
                await self._both_heard(conversation)
            return conversation
        except KeyError:  # a stream that is gone
            raise CallFailed(far.reason or "the call ended while it began") from None
        except BaseException:
            far.hang_up()
            raise
        finally:
            self._coming.pop(dn, None)

    async def _both_heard(self, conversation: Conversation) -> None:
        while not all(self.packets.figures(each).received for each in conversation.streams):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY)

    def _introduce(self, conversation: Conversation) -> None:
        """Only each other's stamps count: sound of another call would be found as foreign."""
        far, page = conversation.streams
        assert conversation.page.media is not None
        self.packets.expect(far, AGENT_TONE, conversation.page.media.ssrc)
        self.packets.expect(page, CUSTOMER_TONE, conversation.far.ssrc)

    async def close(self) -> None:
        """All of them leave."""
        agents, self.agents = list(self.agents.values()), {}
        for some in (agents[place : place + 100] for place in range(0, len(agents), 100)):
            await asyncio.gather(*(agent.close() for agent in some), return_exceptions=True)


@contextlib.asynccontextmanager
async def load(host: str, *, checked: int = 1, sharing: int = 1) -> AsyncIterator[tuple[FarEnd, PacketLoop]]:
    """A packet loop and a far end that listens on a free port; both are ended at the end.

    `checked` as in `Crowd`; `sharing` is how many calls share an RTP socket of the far end.
    """
    packets = make()
    sound = SoundSettings(frequency=CUSTOMER_TONE, expected=AGENT_TONE, check_every=checked)
    far_end = FarEnd(host, 0, packets, FarEndSettings(sound=sound, calls_per_socket=sharing))
    try:
        await far_end.open()
        yield far_end, packets
    finally:
        await far_end.close()
        packets.close()
