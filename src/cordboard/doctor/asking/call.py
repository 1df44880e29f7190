"""A call of the doctor's own: two phones without a browser, one of which calls the other through SIP Server.

The way is that of agents' calls: by WebSocket to the gateway, out to SIP Server, in again, and to the other phone. Each
says a tone and listens for the other's.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from cordboard.access.token import issue
from cordboard.config import Settings
from cordboard.doctor.asking.trouble import Trouble
from cordboard.phone.agent import Agent
from cordboard.phone.errors import PhoneError
from cordboard.phone.load.pairs import TONES, FromAgents, Pair, tones
from cordboard.phone.packets import StreamFigures, make
from cordboard.phone.packets.port import PacketLoop
from cordboard.phone.settings import AgentSettings, AudioSettings
from cordboard.rtp.quality import mos

CONNECT_SECONDS = 12.0
REGISTER_SECONDS = 8.0
TOKEN_SECONDS = 120
SETTLE_SECONDS = 3.0  # that SIP Server may take to know both DNs
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Heard:
    """What one of the two heard of the other. `delay` and `jitter` are seconds; `delay` 0.0: the stamps were lost."""

    tone: float
    frequency: float
    received: int
    lost: int
    delay: float
    jitter: float
    mos: float

    @property
    def is_right(self) -> bool:
        return self.tone > 0.5


@dataclass(frozen=True, slots=True)
class CallReport:
    """The whole call. `ringing` is seconds from dialling to the other's ring, `sound_after` from its answer until both
    heard something."""

    ringing: float
    sound_after: float
    caller_heard: Heard
    called_heard: Heard


class TwoPhones:
    """Registered by `register`, gone by the end of `running`."""

    def __init__(
        self, settings: Settings, secret: bytes | None, tls: ssl.SSLContext | None, running: AsyncExitStack
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._tls = tls
        self._running = running
        self._packets: PacketLoop | None = None
        self.agents: list[Agent] = []

    async def register(self) -> float:
        """Connect and register both; the seconds it took. Raises `Trouble`."""
        doctor = self._settings.doctor
        self._packets = make()
        self._running.callback(self._packets.close)
        began = time.monotonic()
        for dn, calls in ((doctor.probe_dn, True), (doctor.answering_dn, False)):
            agent = Agent(self._agent(dn, calls=calls), self._packets)
            self._running.push_async_callback(agent.close)
            self.agents.append(agent)
            try:
                await agent.connect()
                await agent.register()
            except PhoneError as error:
                raise Trouble(f"{dn} cannot register at {self._settings.gateway.websocket_url}: {error}") from None
        return time.monotonic() - began

    async def call(self, listen: float) -> CallReport:
        """Have the first call the second, and listen for so many seconds. Raises `Trouble`."""
        caller, called = self.agents
        placing = FromAgents()
        placing.join(called, caller)
        pair = await self._placed(placing, called)
        try:
            await asyncio.sleep(listen)
            report = CallReport(
                ringing=pair.ringing,
                sound_after=pair.sound_after,
                caller_heard=_heard(pair.caller.figures(), TONES[0], listen),
                called_heard=_heard(pair.agent.figures(), TONES[1], listen),
            )
        finally:
            pair.caller.hang_up()
        async with asyncio.timeout(CONNECT_SECONDS):
            await pair.agent.ended()
        return report

    async def _placed(self, placing: FromAgents, called: Agent) -> Pair:
        """SIP Server may know the second DN a moment later than the gateway says so: once more, then."""
        end = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                return await placing.place(called, CONNECT_SECONDS)
            except PhoneError as error:
                if getattr(error, "status", 0) not in (404, 480) or time.monotonic() > end:
                    dns = f"{self.agents[0].settings.dn} to {called.settings.dn}"
                    raise Trouble(f"the call from {dns} fails: {error}") from None
            await asyncio.sleep(PAUSE)

    def _agent(self, dn: str, *, calls: bool) -> AgentSettings:
        settings = self._settings
        known = settings.agent(dn)
        token = ""
        if self._secret is not None:
            token = issue(self._secret, dn, time.time(), TOKEN_SECONDS, id=f"doctor {dn}", origin=settings.desk.url)
        url = settings.gateway.websocket_url
        return AgentSettings(
            url,
            dn,
            token=token,
            password=known.page_password if known and not token else "",
            tls=self._tls,
            origin=settings.desk.url,
            audio=tones(AudioSettings(codec=_codec(settings), stamp_every=10), calls=calls),
            expires=TOKEN_SECONDS,
            address=address_towards(settings.media.advertise),
            connect_within=REGISTER_SECONDS,
            respond_within=REGISTER_SECONDS,
            media_within=CONNECT_SECONDS,
        )


def _codec(settings: Settings) -> str:
    return next((each for each in settings.media.codecs if each in ("PCMU", "PCMA")), "PCMU")


def _heard(figures: StreamFigures, frequency: float, listened: float) -> Heard:
    """The E-model's opinion of it; jitter is taken for what lies between the median and the slowest percent."""
    delay = figures.latency.p50
    jitter = max(0.0, figures.latency.p99 - delay) / 2
    all_of_them = figures.received + figures.lost
    lost = figures.lost / all_of_them if all_of_them else 1.0
    score = mos("PCMU", lost, 0.0, delay, jitter) if figures.received else 1.0
    return Heard(figures.tone, frequency, figures.received, figures.lost, delay, jitter, score)


def address_towards(host: str) -> str:
    """The address of this machine that packets to `host` leave by; nothing is sent."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
