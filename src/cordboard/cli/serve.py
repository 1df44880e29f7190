"""`cordboard serve`: gateway and desk, next to a customer's Genesys."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from aiohttp import web

from cordboard.cli.admin.kept_records import CountedRecords, RecordReader
from cordboard.cli.admin.metrics_site import metrics_site
from cordboard.cli.admin.readiness import start_readiness
from cordboard.cli.engine import start_engine
from cordboard.cli.running import Ready, run, settings_from
from cordboard.cli.state import token_secret
from cordboard.cli.trace.keeping import start_memory
from cordboard.config import Address, Settings
from cordboard.desk import create_desk
from cordboard.desk.health import Health
from cordboard.gateway.gateway import Gateway
from cordboard.net.http import serve_http
from cordboard.observe import Metrics

if TYPE_CHECKING:
    from cordboard.cli.engine import Engine


@click.command()
@click.option("--config", required=True, metavar="FILE", help="The settings, for instance cordboard.toml.")
def serve(config: str) -> None:
    """Run gateway and desk."""
    settings = settings_from(config, in_lab=False)

    async def start(running: AsyncExitStack) -> Ready:
        if settings.gateway.kind == "asterisk":
            await start_desk(settings, running)
            return Ready(ready_text(settings))
        product = await start_product(settings, running)
        return Ready(ready_text(settings), product.gateway.draining.run)

    run(start)


@dataclass(frozen=True, slots=True)
class Product:
    """What runs after `start_product`."""

    engine: Engine
    gateway: Gateway

    async def end(self) -> None:
        """End gateway and media, or leave the calls in their workers to the next gateway."""
        leaving = self.gateway.hands_over
        await self.gateway.close()
        await (self.engine.leave() if leaving else self.engine.shutdown())


async def start_product(settings: Settings, running: AsyncExitStack) -> Product:
    """Start media engine, gateway and desk; `running` ends them in the opposite order."""
    metrics = Metrics()
    secret = token_secret(settings.gateway.state_directory, settings.gateway.token_secret)
    memory = await start_memory(settings, running)
    records = CountedRecords(metrics, memory.traces, memory.records)
    engine = await start_engine(settings)
    try:
        gateway = await Gateway.start(settings, engine, secret, metrics, memory.traces, records)
    except BaseException:
        kept = bool(settings.media.worker_directory)  # a start that fails ends no call of the process before
        await (engine.leave() if kept else engine.shutdown())
        raise
    product = Product(engine, gateway)
    running.push_async_callback(product.end)
    readiness = start_readiness(settings, metrics, running, gateway, engine)
    health = Health(readiness.check)
    desk = create_desk(
        settings, secret=secret, metrics=metrics, seats=gateway.seat_port, traces=memory.traces, health=health
    )
    await start_site(desk, settings.desk.listen, running, handler_cancellation=True)
    if settings.metrics.listen:
        await start_site(metrics_site(settings, metrics, engine, readiness), settings.metrics.listen, running)
    if settings.admin.listen:
        # Not loaded for nothing: calls and pages wait for a start.
        from cordboard.cli.admin.composition import Parts, SiteAdministration
        from cordboard.desk.admin import create_admin

        reader = RecordReader(settings, records.latest)
        parts = Parts(settings, gateway, engine, metrics, readiness, memory.traces, reader)
        administration = SiteAdministration(parts)
        running.push_async_callback(administration.close)
        await start_site(create_admin(settings, administration, health=health), settings.admin.listen, running)
    return product


async def start_desk(settings: Settings, running: AsyncExitStack) -> None:
    """Start the desk alone, for pages that Asterisk carries the calls of."""
    metrics = Metrics()
    secret = token_secret(settings.gateway.state_directory, settings.gateway.token_secret)
    readiness = start_readiness(settings, metrics, running)
    desk = create_desk(settings, secret=secret, metrics=metrics, health=Health(readiness.check))
    await start_site(desk, settings.desk.listen, running, handler_cancellation=True)
    if settings.metrics.listen:
        await start_site(metrics_site(settings, metrics, None, readiness), settings.metrics.listen, running)


async def start_site(
    site: web.Application, listen: Address, running: AsyncExitStack, *, handler_cancellation: bool = False
) -> None:
    """Serve an application; `running` ends it."""
    server = await serve_http(site, listen.host, listen.port, handler_cancellation=handler_cancellation)
    running.push_async_callback(server.close)


def ready_text(settings: Settings) -> str:
    agents = len(settings.agents) or "none, so nobody has a phone: cordboard agents add 5001-5020"
    return f"""\
Cordboard is ready.
  Softphone   {settings.desk.url}/
  SIP Server  {settings.sip_server.address}, sends its calls to {settings.gateway.advertise}
  GWS         {settings.gws.url}
  Agents      {agents}{_admin_text(settings)}"""


def _admin_text(settings: Settings) -> str:
    return f"\n  Admin page  {settings.admin.url}/" if settings.admin.listen else ""
