"""Two phones of a site talk to each other until they are told to stop, through whatever happens meanwhile.

usage: site_call.py CONFIG CALLER CALLED        as root, with the site's Python; SIGTERM ends the call

Says `talking` when both hear the other; at the end, in one line of JSON, what became of the call.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time

from cordboard.access.token import issue
from cordboard.cli.state import token_secret
from cordboard.config import Settings, load
from cordboard.doctor.asking.call import address_towards
from cordboard.net.tasks import Tasks
from cordboard.net.tls import connecting
from cordboard.phone.agent import Agent, AgentEvent, AgentEventKind
from cordboard.phone.call import PhoneCall
from cordboard.phone.errors import PhoneError
from cordboard.phone.load.pairs import FromAgents, tones
from cordboard.phone.packets import make
from cordboard.phone.packets.port import PacketLoop
from cordboard.phone.settings import AgentSettings, AudioSettings

AGAIN_SECONDS = 0.5
CONNECT_SECONDS = 15.0
LOOKS = 50  # whether both hear


def agent_of(settings: Settings, dn: str, packets: PacketLoop, *, calls: bool) -> Agent:
    """A phone of this DN at the site's public address."""
    secret = token_secret(settings.gateway.state_directory, settings.gateway.token_secret)
    wanted = AgentSettings(
        settings.gateway.websocket_url,
        dn,
        token=lambda: issue(secret, dn, time.time(), 120, origin=settings.desk.url),
        tls=connecting(settings.doctor.ca_file),
        origin=settings.desk.url,
        audio=tones(AudioSettings(stamp_every=0), calls=calls),
        address=address_towards(settings.media.advertise),
    )
    return Agent(wanted, packets)


class Returning:
    """Brings an agent's connection back when it is lost, as a page does."""

    def __init__(self, agent: Agent, tasks: Tasks) -> None:
        self.agent, self.returned = agent, 0
        self._tasks = tasks
        agent.on_event(self._happened)

    def _happened(self, event: AgentEvent) -> None:
        if event.kind is AgentEventKind.LOST:
            self._tasks.start(self._again(), "connection")

    async def _again(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            try:
                await self.agent.connect()
                await self.agent.register()
            except PhoneError:
                continue
            self.returned += 1
            return


async def talk(config: str, caller: str, called: str) -> dict[str, object]:
    settings, packets, tasks = load(config), make(), Tasks("phones")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    agents = [agent_of(settings, caller, packets, calls=True), agent_of(settings, called, packets, calls=False)]
    returning = [Returning(each, tasks) for each in agents]
    for each in agents:
        await each.connect()
        await each.register()
    placing = FromAgents()
    placing.join(agents[1], agents[0])
    pair = await placing.place(agents[1], CONNECT_SECONDS)
    sides = (pair.caller, pair.agent)
    for _ in range(LOOKS):
        if all(each.figures().heard for each in sides):
            break
        await asyncio.sleep(0.1)
    print("talking", flush=True)
    await stop.wait()
    figures = [each.figures() for each in sides]
    result = {
        "goes_on": not any(isinstance(each, PhoneCall) and each.times.ended for each in sides),
        "heard": [each.heard for each in figures],
        "received": [each.received for each in figures],
        "lost": [each.lost for each in figures],
        "silent_for": [round(time.monotonic() - each.last_received, 3) for each in figures],
        "longest_gap": [round(each.longest_gap, 3) for each in figures],
        "returned": [each.returned for each in returning],
    }
    pair.caller.hang_up()
    await pair.agent.ended()
    await tasks.close()
    for agent in agents:
        await agent.close()
    packets.close()
    return result


if __name__ == "__main__":
    print(json.dumps(asyncio.run(asyncio.wait_for(talk(*sys.argv[1:]), 600))), flush=True)
