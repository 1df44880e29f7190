"""`cordboard lab`: the product together with a Genesys to try it on, all on this machine."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import click
from aiohttp import web

from cordboard.bayeux.session import ServerSettings
from cordboard.cli.lab.call import call
from cordboard.cli.lab.phone import phone
from cordboard.cli.lab.scenario import scenario
from cordboard.cli.running import Ready, give_up, run, settings_from
from cordboard.cli.serve import Product, start_desk, start_product, start_site
from cordboard.config import Settings
from cordboard.lab import workspace
from cordboard.lab.contact_center import reading
from cordboard.lab.contact_center.plan import ContactCenter
from cordboard.lab.gws import GwsSettings, create_gws
from cordboard.lab.gws.faults import GwsFaults
from cordboard.lab.gws.settings import Protection, Queue, account_of
from cordboard.lab.lab import TelephoneLab, TelephoneLabSettings, agents_dns
from cordboard.lab.sip_server.faults import Faults
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.net.forwarding import forwarded


@click.group(invoke_without_command=True)
@click.option("--config", metavar="FILE", help="Settings that differ from the lab's own, for instance ports.")
@click.option("--engine", type=click.Choice(["relay", "rtpengine"]), help="The media engine, instead of the settings'.")
@click.pass_context
def lab(context: click.Context, config: str | None, engine: str | None) -> None:
    """Run everything with look-alikes of Genesys, without a licence."""
    if context.invoked_subcommand is not None:
        context.default_map = {context.invoked_subcommand: {"config": config}}
        return
    settings = settings_from(config, in_lab=True)
    if engine:
        settings = replace(settings, media=replace(settings.media, engine=engine))

    async def start(running: AsyncExitStack) -> Ready:
        lab = await start_lab(settings, running)
        return Ready(ready_text(settings, config), lab.product.gateway.draining.run if lab.product else None)

    run(start)


lab.add_command(call)
lab.add_command(phone)
lab.add_command(scenario)


@dataclass(frozen=True, slots=True)
class Lab:
    """What runs after `start_lab`; with an Asterisk beside it there is no product but the desk."""

    telephone: TelephoneLab
    product: Product | None


async def start_lab(settings: Settings, running: AsyncExitStack) -> Lab:
    """Start SIP Server, GWS and customers, then the product; `running` ends them in the opposite order."""
    telephone = await TelephoneLab.start(telephone_settings(settings))
    running.push_async_callback(telephone.close)
    gws_faults = GwsFaults(settings.lab.seed)
    telephone.other_faults["gws"] = gws_faults
    routes = [*telephone.routes, web.get("/lab/configuration.json", _configuration(settings))]
    routes.append(forwarded(settings.connector.path, f"http://{settings.desk.listen}"))
    faces = [workspace.face(workspace.WorkspaceSettings(), faults=gws_faults)]
    options = replace(gws_settings(settings), workspace_options=_workspace_options(settings))
    gws = create_gws(telephone.telephony, options, extra_routes=routes, faces=faces, faults=gws_faults)
    await start_site(gws, settings.lab.gws, running)
    if settings.gateway.kind == "asterisk":
        await start_desk(settings, running)
        return Lab(telephone, None)
    return Lab(telephone, await start_product(settings, running))


def telephone_settings(settings: Settings) -> TelephoneLabSettings:
    """What SIP Server and the customers are told of the settings; over TLS it has the gateway's own certificate."""
    listen = (settings.lab.sip_server.host, settings.lab.sip_server.port)
    agents = ((agent.dn, agent.sip_server_password) for agent in settings.agents)
    dns = agents_dns(agents, settings.lab.dn_options)
    no_answer_timeout = float(settings.lab.no_answer_timeout)
    sip_server = SipServerSettings(
        address=listen,
        dns=dns,
        no_answer_timeout=no_answer_timeout,
        faults=_faults(settings),
        contact_center=contact_center(settings),
    )
    own = settings.sip_server
    if own.transport == "tls":
        sip_server = replace(sip_server, certificate=own.tls_certificate, key=own.tls_key, ca_file=own.tls_ca_file)
    return TelephoneLabSettings(sip_server)


def contact_center(settings: Settings) -> ContactCenter:
    """Who works in the lab and how calls are routed. Ends the process where the file is wrong."""
    path = settings.lab.contact_center
    try:
        return reading.load(path) if path else reading.built_in()
    except reading.WrongFile as error:
        give_up(error.problems)


def _faults(settings: Settings) -> Faults:
    lab = settings.lab
    return Faults(lab.drop / 100, lab.duplicate / 100, lab.reorder / 100, lab.delay / 1000, seed=lab.seed)


def gws_settings(settings: Settings) -> GwsSettings:
    """What the GWS look-alike is told of the settings."""
    center = contact_center(settings)
    return GwsSettings(
        accounts=tuple(account_of(center.person(agent.dn)) for agent in settings.agents),
        queues=tuple(Queue(point.number, point.name) for point in center.routing_points.values()),
        api_root=f"{settings.gws.browser_url}/api/v2",
        protection=Protection(csrf=settings.lab.gws_csrf, allowed_origins=settings.lab.gws_allowed_origins),
        cometd=ServerSettings(websocket=settings.lab.gws_websocket),
        auto_ready=settings.lab.gws_auto_ready,
        starts_without_phone=not settings.lab.gws_start_needs_phone,
        tells_logged_in=True,
        workspace_options=dict(option.split("=", 1) for option in settings.lab.workspace_options),
    )


def _workspace_options(settings: Settings) -> dict[str, str]:
    """Options of WWE: where this lab forwards the connector, then what the settings say."""
    return {"sipendpoint.uri": settings.connector.path, **gws_settings(settings).workspace_options}


def _configuration(settings: Settings) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Tells the agent desktop where the softphone is that it embeds, and the file that says how."""
    desk = settings.desk.url

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"softphone": f"{desk}/", "widget": f"{desk}/webrtc-widget.json"})

    return answer


def ready_text(settings: Settings, config: str | None) -> str:
    """What to open and how to make a customer call, in a lab that was started with the file `config`."""
    prefill = settings.prefill
    user = prefill.gws_user if prefill else ""
    gws = settings.gws.browser_url
    with_file = f" --config {shlex.quote(config)}" if config else ""
    return f"""\
The lab is ready.
  Agent desktop   {gws}/ui/ad/v1/index.html   sign in as {user}, password {user}
  Softphone       {settings.desk.url}/   alone, with its connection panel
  Customer calls  {_own_name()} lab{with_file} call --to 8000   or press a button at {gws}/lab/
{_admin_text(settings, user)}Ctrl-C ends everything."""


def _admin_text(settings: Settings, user: str) -> str:
    own = settings.admin
    signs_in = f"   sign in as {user} likewise" if user in own.users else ""
    return f"  Admin page      {own.url}/{signs_in}\n" if own.listen else ""


def _own_name() -> str:
    """How the command was called, as it can be typed again from here."""
    name = sys.argv[0]
    near = os.path.relpath(name)
    return near if os.path.isabs(name) and os.getcwd() != os.sep and len(near) < len(name) else name
