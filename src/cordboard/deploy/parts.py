"""The parts of a site's configuration, once: each is a folder of what is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cordboard.deploy import monitoring, nginx
from cordboard.deploy.machine import compose, firewall, logrotate, selinux, systemd
from cordboard.deploy.peers import asterisk, coturn, rtpengine
from cordboard.deploy.rendering import Part

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "nginx": nginx.render,
        "systemd": systemd.render,
        "compose": compose.render,
        "firewall": firewall.render,
        "logrotate": logrotate.render,
        "selinux": selinux.render,
        "monitoring": monitoring.render,
        "coturn": coturn.render,
        "rtpengine": rtpengine.render,
        "asterisk": asterisk.render,
    }
)
