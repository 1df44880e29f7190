"""rtpengine: the daemon that carries the calls where `[media] engine` says so."""

from __future__ import annotations

from collections.abc import Iterator

from cordboard.config import Address, Settings
from cordboard.config.completion import is_wildcard
from cordboard.deploy.rendering import Rendered, RenderProblem
from cordboard.deploy.template import fill
from cordboard.media.rtpengine.configuration import DaemonConfiguration
from cordboard.media.rtpengine.configuration import render as text_of

PLACE = "/etc/rtpengine/rtpengine.conf"
DROP_IN = "/etc/systemd/system/rtpengine-daemon.service.d/cordboard.conf"
_NOTE = """\
apt-get install rtpengine-daemon && systemctl daemon-reload && systemctl restart rtpengine-daemon
Whoever reaches {ng} drives it: let nobody but the gateway. Its media: {ports} udp."""


def render(settings: Settings) -> list[Rendered]:
    """Configuration and drop-in of each daemon; a folder of its own for each where there are several."""
    if settings.media.engine != "rtpengine" or settings.gateway.kind != "cordboard":
        return []
    if problems := list(_problems(settings)):
        raise RenderProblem(problems)
    daemons = settings.rtpengine.daemons
    found: list[Rendered] = []
    for daemon in daemons:
        folder = "rtpengine" if len(daemons) == 1 else f"rtpengine/{daemon.host}-{daemon.port}".replace(":", "_")
        configuration = daemon_configuration(settings, daemon)
        note = _NOTE.format(ng=daemon, ports=settings.media.rtp_ports)
        found += [
            Rendered(f"{folder}/rtpengine.conf", text_of(configuration), place=PLACE),
            Rendered(f"{folder}/cordboard.conf", _drop_in(settings), note=note, place=DROP_IN),
        ]
    return found


def daemon_configuration(settings: Settings, ng: Address) -> DaemonConfiguration:
    """What the daemon that is driven at `ng` is told. One of several has its media at that address, too."""
    media, own = settings.media, settings.rtpengine
    own_place = (media.address, media.advertise) if len(own.daemons) == 1 else (ng.host, ng.host)
    interfaces = own.interfaces or (_only_interface(*own_place),)
    first = own.page_interface
    return DaemonConfiguration(
        interfaces=tuple(sorted(interfaces, key=lambda each: each.partition("/")[0] != first)),
        ng=str(ng),
        rtp_ports=(media.rtp_ports.first, media.rtp_ports.last),
        threads=own.threads,
        table=own.table,
    )


def _only_interface(address: str, advertised: str) -> str:
    return f"both/{address}" + (f"!{advertised}" if advertised != address else "")


def _drop_in(settings: Settings) -> str:
    return fill("rtpengine/cordboard.conf", kernel=settings.rtpengine.table >= 0, place=PLACE)


def _problems(settings: Settings) -> Iterator[str]:
    own, media = settings.rtpengine, settings.media
    if not own.interfaces and is_wildcard(media.address) and len(own.daemons) == 1:
        where = "rtpengine needs an address of its machine"
        yield f"[media] address: {where}, not {media.address}; or [rtpengine] interfaces"
    names = {each.partition("/")[0] for each in own.interfaces} or {"both"}
    for key, name in (("page_interface", own.page_interface), ("trunk_interface", own.trunk_interface)):
        if name and name not in names:
            yield f"[rtpengine] {key}: {name} is none of the interfaces: {', '.join(sorted(names))}"
