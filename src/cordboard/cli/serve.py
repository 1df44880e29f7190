"""`cordboard serve`: gateway and desk, next to a customer's Genesys."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass

import click
from aiohttp import web

from cordboard.cli.running import run, settings_from
from cordboard.config import Address, Settings
from cordboard.desk import create_desk
from cordboard.gateway.gateway import Gateway
from cordboard.media.relay.engine import RelayEngine
from cordboard.media.relay.settings import RelaySettings, TrunkSource
from cordboard.net.http import serve_http
from cordboard.observe import Metrics
from cordboard.observe.metrics import CONTENT_TYPE


@click.command()
@click.option("--config", required=True, metavar="FILE", help="The settings, for instance cordboard.toml.")
def serve(config: str) -> None:
    """Run gateway and desk."""
    settings = settings_from(config, in_lab=False)

    async def start(running: AsyncExitStack) -> str:
        await start_product(settings, running)
        return ready_text(settings)

    run(start)


@dataclass(frozen=True, slots=True)
class Product:
    """What runs after `start_product`."""

    engine: RelayEngine
    gateway: Gateway


async def start_product(settings: Settings, running: AsyncExitStack) -> Product:
    """Start media engine, gateway and desk; `running` ends them in the opposite order."""
    metrics = Metrics()
    secret = secrets.token_bytes(32)  # of this run: pages fetch a new token when the gateway refuses the old one
    engine = await RelayEngine.start(relay_settings(settings))
    running.push_async_callback(engine.shutdown)
    gateway = await Gateway.start(settings, engine, secret, metrics)
    running.push_async_callback(gateway.close)
    desk = create_desk(settings, secret=secret, metrics=metrics)
    await start_site(desk, settings.desk.listen, running, handler_cancellation=True)
    if settings.metrics.listen:
        await start_site(_metrics_site(metrics), settings.metrics.listen, running)
    return Product(engine, gateway)


async def start_site(
    site: web.Application, listen: Address, running: AsyncExitStack, *, handler_cancellation: bool = False
) -> None:
    """Serve an application; `running` ends it."""
    server = await serve_http(site, listen.host, listen.port, handler_cancellation=handler_cancellation)
    running.push_async_callback(server.close)


def relay_settings(settings: Settings) -> RelaySettings:
    """What the relay is told of the settings."""
    media = settings.media
    return RelaySettings(
        address=media.address,
        advertise=media.advertise,
        rtp_ports=(media.rtp_ports.first, media.rtp_ports.last),
        webrtc_ports=(media.webrtc_ports.first, media.webrtc_ports.last),
        workers=media.workers,
        trunk_source=TrunkSource(media.trunk_source),
        log_level=settings.log.level,
        log_format=settings.log.format,
    )


def ready_text(settings: Settings) -> str:
    return f"""\
Cordboard is ready.
  Softphone   {settings.desk.url}/
  SIP Server  {settings.sip_server.address}, sends its calls to {settings.gateway.advertise}
  GWS         {settings.gws.url}
  Agents      {len(settings.agents)}"""


def _metrics_site(metrics: Metrics) -> web.Application:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    site = web.Application()
    site.router.add_get("/metrics", answer)
    return site
