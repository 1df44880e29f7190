"""`cordboard lab phone`: a phone without a browser for an agent of the running lab.

$ cordboard lab phone 5003
5003 has a phone at ws://127.0.0.1:8088/ws and waits for calls; Ctrl-C ends it.
10:41:02  +15550100 calls
10:41:04  told to answer
10:41:04  +15550100 talks
10:41:31  +15550100 is gone: hung up there; 1342 packets sent, 1339 heard, 0 lost
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

import click

from cordboard import observe
from cordboard.cli.running import Ready, give_up, read_settings, run
from cordboard.config import Settings
from cordboard.net.tasks import Tasks
from cordboard.net.tls import connecting
from cordboard.phone.agent import Agent, AgentEvent, AgentEventKind
from cordboard.phone.call import PhoneCall
from cordboard.phone.errors import CallFailed, NotConnected, PhoneError
from cordboard.phone.packets import make
from cordboard.phone.settings import AgentSettings, AudioSettings
from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError

AGAIN_SECONDS = 2.0
TONES = click.FloatRange(0, 3300)

Say = Callable[[str], None]


@click.command()
@click.argument("dn")
@click.option(
    "--answer",
    type=click.FloatRange(0, 600),
    metavar="SECONDS",
    help="Answer by itself after that time; without it, as soon as GWS says so.",
)
@click.option("--tone", type=TONES, default=440.0, show_default=True, metavar="HZ", help="What it says; 0 is silence.")
@click.option("--config", metavar="FILE", help="The file that the lab was started with.")
def phone(dn: str, answer: float | None, tone: float, config: str | None) -> None:
    """Give an agent's DN a phone without a browser."""
    settings = read_settings(config, in_lab=True)
    observe.configure("warning", settings.log.format)
    wanted = agent_settings(settings, dn, answer, tone)

    async def start(running: AsyncExitStack) -> Ready:
        packets = make()
        running.callback(packets.close)
        held = LabPhone(Agent(wanted, packets), say)
        running.push_async_callback(held.close)
        try:
            await held.start()
        except NotConnected as error:
            give_up([f"no lab answers at {wanted.url}: {error}; `cordboard lab` starts one"])
        except PhoneError as error:
            give_up([f"{dn} cannot register at {wanted.url}: {error}"])
        return Ready(f"{dn} has a phone at {wanted.url} and waits for calls; Ctrl-C ends it.")

    run(start)


def agent_settings(settings: Settings, dn: str, answer: float | None, tone: float) -> AgentSettings:
    """What the phone is told; ends the process for a DN that the lab does not have."""
    agent = settings.agent(dn)
    if agent is None or not agent.page_password:
        known = [each.dn for each in settings.agents if each.page_password]
        some = f"the lab has {known[0]} to {known[-1]}" if known else "the lab has none with a page password"
        give_up([f"{dn} is not the DN of an agent here: {some}"])
    gateway = settings.gateway
    tls = connecting(gateway.websocket_certificate) if gateway.websocket_url.startswith("wss:") else None
    return AgentSettings(
        gateway.websocket_url,
        dn,
        password=agent.page_password,
        tls=tls,
        origin=settings.desk.url,
        answer_after=answer,
        audio=AudioSettings(frequency=tone, stamp_every=0),
    )


def say(what: str) -> None:
    """One line about what happens."""
    click.echo(f"{time.strftime('%H:%M:%S')}  {what}")


class LabPhone:
    """An agent's phone whose doings are told by `say`, in one line each."""

    def __init__(self, agent: Agent, say: Say) -> None:
        self._agent = agent
        self._say = say
        self._tasks = Tasks("phone")
        agent.on_call(self._called)
        agent.on_event(self._happened)

    async def start(self) -> None:
        """Raises `PhoneError`."""
        await self._agent.connect()
        await self._agent.register()

    async def close(self) -> None:
        await self._tasks.close()
        await self._agent.close()

    # --- calls

    def _called(self, call: PhoneCall) -> None:
        caller = caller_of(call)
        self._say(f"{caller} calls")
        call.on_word(self._told)
        self._tasks.start(self._follow(call, caller), "call")

    async def _follow(self, call: PhoneCall, caller: str) -> None:
        try:
            await call.connected()
            self._say(f"{caller} talks")
        except CallFailed:
            pass  # its end tells why
        reason = await call.ended()
        figures = call.figures()
        sound = f"{figures.sent} packets sent, {figures.received} heard, {figures.lost} lost"
        self._say(f"{caller} is gone: {reason.why}" + (f"; {sound}" if figures.sent or figures.received else ""))

    def _told(self, word: dict[str, object]) -> None:
        if isinstance(order := word.get("do"), str) and order.isprintable():
            self._say(f"told to {order[:40]}")

    # --- the connection

    def _happened(self, event: AgentEvent) -> None:
        match event.kind:
            case AgentEventKind.LOST:
                self._say(f"the connection is lost{': ' if event.why else ''}{event.why}; trying again")
                self._tasks.start(self._again(), "connection")
            case AgentEventKind.NOT_REGISTERED:
                self._say(f"not registered: {event.why}; trying again")
            case AgentEventKind.TAKEN_OVER:
                self._say("another page of this DN gets its calls from now on")
            case AgentEventKind.DRAINING:
                self._say("the gateway is about to be restarted")

    async def _again(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            try:
                await self.start()
            except PhoneError:
                continue
            self._say("registered again")
            return


def caller_of(call: PhoneCall) -> str:
    """The number in the call's From."""
    try:
        return NameAddress.parse(call.headers.get("From", "")).uri.user or "anonymous"
    except RemoteProtocolError:
        return "somebody"
