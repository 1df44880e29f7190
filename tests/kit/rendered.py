"""Settings of a site, and what is rendered of them."""

from __future__ import annotations

from typing import Any

from cordboard.config import Settings, parse
from cordboard.deploy.parts import PARTS
from cordboard.deploy.rendering import Rendered

SITE = """\
[site]
public_name = "phone.example"
certificate = "/etc/cordboard/phone.pem"
certificate_key = "/etc/cordboard/phone.key"
[sip_server]
address = "192.0.2.81:5060"
[gateway]
sip = "192.0.2.10:5060"
state_directory = "/var/lib/cordboard"
[media]
address = "192.0.2.10"
workers = 2
worker_directory = "/run/cordboard/media"
workers_by = "systemd"
[gws]
url = "http://gws.example:8090"
[[agents]]
dn = "5001"
sip_server_password = "Rather-Secret"
page_password = "Also-Secret"
"""


def site(**changes: Any) -> Settings:
    """A site whose settings differ in `changes`, `gateway__sip='"192.0.2.10:5070"'` as it would stand in the file; an
    empty one is left out."""
    lines, section, done = [], "", set()
    for line in SITE.splitlines():
        if line.startswith("["):
            lines += _rest(section, changes, done)
            section = line.strip("[]")
        name = f"{section}__{line.partition(' ')[0]}"
        if name in changes:
            done.add(name)
            line = f"{line.partition(' ')[0]} = {changes[name]}" if changes[name] else ""
        lines.append(line)
    lines += _rest(section, changes, done)
    others = {name.partition("__")[0] for name in changes if name not in done}
    for other in sorted(others):
        lines += [f"[{other}]", *_rest(other, changes, done)]
    return parse("\n".join(lines))


def _rest(section: str, changes: dict[str, Any], done: set[str]) -> list[str]:
    found = [name for name in changes if name.startswith(f"{section}__") and name not in done]
    done.update(found)
    return [f"{name.partition('__')[2]} = {changes[name]}" for name in found if changes[name]]


def part(name: str, settings: Settings) -> dict[str, Rendered]:
    """The files of one part by their paths."""
    return {each.path: each for each in PARTS[name](settings)}
