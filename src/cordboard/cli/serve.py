"""`cordboard serve`: gateway and desk, next to a customer's Genesys."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

import click
from aiohttp import web

from cordboard.cli.engine import Engine, start_engine
from cordboard.cli.running import Ready, run, settings_from
from cordboard.cli.state import token_secret
from cordboard.config import Address, Settings
from cordboard.desk import create_desk
from cordboard.gateway.gateway import Gateway
from cordboard.gateway.media_quality import note_load
from cordboard.media.port import MediaEngine
from cordboard.net.http import serve_http
from cordboard.observe import Metrics
from cordboard.observe.metrics import CONTENT_TYPE


@click.command()
@click.option("--config", required=True, metavar="FILE", help="The settings, for instance cordboard.toml.")
def serve(config: str) -> None:
    """Run gateway and desk."""
    settings = settings_from(config, in_lab=False)

    async def start(running: AsyncExitStack) -> Ready:
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
    secret = token_secret(settings.gateway.state_directory)
    engine = await start_engine(settings)
    try:
        gateway = await Gateway.start(settings, engine, secret, metrics)
    except BaseException:
        kept = bool(settings.media.worker_directory)  # a start that fails ends no call of the process before
        await (engine.leave() if kept else engine.shutdown())
        raise
    product = Product(engine, gateway)
    running.push_async_callback(product.end)
    desk = create_desk(settings, secret=secret, metrics=metrics, seats=gateway.seat_port)
    await start_site(desk, settings.desk.listen, running, handler_cancellation=True)
    if settings.metrics.listen:
        await start_site(_metrics_site(metrics, engine), settings.metrics.listen, running)
    return product


async def start_site(
    site: web.Application, listen: Address, running: AsyncExitStack, *, handler_cancellation: bool = False
) -> None:
    """Serve an application; `running` ends it."""
    server = await serve_http(site, listen.host, listen.port, handler_cancellation=handler_cancellation)
    running.push_async_callback(server.close)


def ready_text(settings: Settings) -> str:
    return f"""\
Cordboard is ready.
  Softphone   {settings.desk.url}/
  SIP Server  {settings.sip_server.address}, sends its calls to {settings.gateway.advertise}
  GWS         {settings.gws.url}
  Agents      {len(settings.agents)}"""


def _metrics_site(metrics: Metrics, engine: MediaEngine) -> web.Application:
    async def answer(_request: web.Request) -> web.Response:
        note_load(metrics, await engine.health())
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    site = web.Application()
    site.router.add_get("/metrics", answer)
    return site
