"""`cordboard lab`: the product together with a Genesys to try it on, all on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import click
from aiohttp import web

from cordboard.cli.lab_call import call
from cordboard.cli.running import Ready, run, settings_from
from cordboard.cli.serve import Product, start_product, start_site
from cordboard.config import Settings
from cordboard.lab.gws import GwsSettings, create_gws, lab_account
from cordboard.lab.lab import TelephoneLab, TelephoneLabSettings, agents_dns
from cordboard.lab.sip_server.faults import Faults
from cordboard.lab.sip_server.settings import SipServerSettings


@click.group(invoke_without_command=True)
@click.option("--config", metavar="FILE", help="Settings that differ from the lab's own, for instance ports.")
@click.option("--engine", type=click.Choice(["relay", "rtpengine"]), help="The media engine, instead of the settings'.")
@click.pass_context
def lab(context: click.Context, config: str | None, engine: str | None) -> None:
    """Run everything with look-alikes of Genesys, without a licence."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_from(config, in_lab=True)
    if engine:
        settings = replace(settings, media=replace(settings.media, engine=engine))

    async def start(running: AsyncExitStack) -> Ready:
        lab = await start_lab(settings, running)
        return Ready(ready_text(settings), lab.product.gateway.draining.run)

    run(start)


lab.add_command(call)


@dataclass(frozen=True, slots=True)
class Lab:
    """What runs after `start_lab`."""

    telephone: TelephoneLab
    product: Product


async def start_lab(settings: Settings, running: AsyncExitStack) -> Lab:
    """Start SIP Server, GWS and customers, then the product; `running` ends them in the opposite order."""
    telephone = await TelephoneLab.start(telephone_settings(settings))
    running.push_async_callback(telephone.close)
    routes = [*telephone.routes, web.get("/lab/configuration.json", _configuration(settings))]
    gws = create_gws(telephone.telephony, gws_settings(settings), extra_routes=routes)
    await start_site(gws, settings.lab.gws, running)
    return Lab(telephone, await start_product(settings, running))


def telephone_settings(settings: Settings) -> TelephoneLabSettings:
    """What SIP Server and the customers are told of the settings; over TLS it has the gateway's own certificate."""
    listen = (settings.lab.sip_server.host, settings.lab.sip_server.port)
    agents = ((agent.dn, agent.sip_server_password) for agent in settings.agents)
    dns = agents_dns(agents, settings.lab.dn_options)
    no_answer_timeout = float(settings.lab.no_answer_timeout)
    sip_server = SipServerSettings(
        address=listen, dns=dns, no_answer_timeout=no_answer_timeout, faults=_faults(settings)
    )
    own = settings.sip_server
    if own.transport == "tls":
        sip_server = replace(sip_server, certificate=own.tls_certificate, key=own.tls_key, ca_file=own.tls_ca_file)
    return TelephoneLabSettings(sip_server)


def _faults(settings: Settings) -> Faults:
    lab = settings.lab
    return Faults(lab.drop / 100, lab.duplicate / 100, lab.reorder / 100, lab.delay / 1000, seed=lab.seed)


def gws_settings(settings: Settings) -> GwsSettings:
    """What the GWS look-alike is told of the settings."""
    return GwsSettings(
        accounts=tuple(lab_account(agent.dn) for agent in settings.agents),
        api_root=f"{settings.gws.browser_url}/api/v2",
    )


def _configuration(settings: Settings) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Tells the agent desktop where the softphone is that it embeds."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"softphone": f"{settings.desk.url}/"})

    return answer


def ready_text(settings: Settings) -> str:
    """What to open and how to make a customer call."""
    prefill = settings.prefill
    user = prefill.gws_user if prefill else ""
    gws = settings.gws.browser_url
    return f"""\
The lab is ready.
  Agent desktop   {gws}/ui/ad/v1/index.html   sign in as {user}, password {user}
  Softphone       {settings.desk.url}/   alone, with its connection panel
  Customer calls  {_own_name()} lab call --to 8000   or press a button at {gws}/lab/
Ctrl-C ends everything."""


def _own_name() -> str:
    """How the command was called, as it can be typed again from here."""
    name = sys.argv[0]
    near = os.path.relpath(name)
    return near if os.path.isabs(name) and len(near) < len(name) else name
