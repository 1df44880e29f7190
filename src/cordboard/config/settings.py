"""Every setting, once: the sections below are the one list; reader, reference page and example file walk over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cordboard.config.sections.access import OauthSettings, TurnSettings
from cordboard.config.sections.admin import AdminSettings
from cordboard.config.sections.agents import Agent, Prefill
from cordboard.config.sections.asterisk import AsteriskSettings
from cordboard.config.sections.desk import ConnectorSettings, DeskSettings, GwsSettings
from cordboard.config.sections.doctor import DoctorSettings
from cordboard.config.sections.gateway import GatewaySettings
from cordboard.config.sections.media import MediaSettings, RtpengineSettings
from cordboard.config.sections.nginx import NginxSettings
from cordboard.config.sections.observing import RecordsSettings, TraceSettings
from cordboard.config.sections.running import LabSettings, LogSettings, MetricsSettings
from cordboard.config.sections.sip_server import SipServerSettings
from cordboard.config.sections.site import SiteSettings
from cordboard.config.setting import Setting, settings_of

__all__ = [
    "AGENT_SETTINGS",
    "SECTIONS",
    "SETTINGS",
    "AdminSettings",
    "Agent",
    "AsteriskSettings",
    "ConnectorSettings",
    "DeskSettings",
    "DoctorSettings",
    "GatewaySettings",
    "GwsSettings",
    "LabSettings",
    "LogSettings",
    "MediaSettings",
    "MetricsSettings",
    "NginxSettings",
    "OauthSettings",
    "Prefill",
    "RecordsSettings",
    "RtpengineSettings",
    "Settings",
    "SipServerSettings",
    "SiteSettings",
    "TraceSettings",
    "TurnSettings",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. `sources` tells for each `section.key` where its value came from, `credentials` which
    of systemd's are named in the files.
    """

    site: SiteSettings
    sip_server: SipServerSettings
    gateway: GatewaySettings
    asterisk: AsteriskSettings
    media: MediaSettings
    rtpengine: RtpengineSettings
    desk: DeskSettings
    gws: GwsSettings
    oauth: OauthSettings
    turn: TurnSettings
    connector: ConnectorSettings
    log: LogSettings
    metrics: MetricsSettings
    trace: TraceSettings
    records: RecordsSettings
    admin: AdminSettings
    doctor: DoctorSettings
    nginx: NginxSettings
    lab: LabSettings
    agents: tuple[Agent, ...] = ()
    prefill: Prefill | None = None
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    credentials: tuple[str, ...] = field(default=(), compare=False)

    @property
    def in_lab(self) -> bool:
        return self.prefill is not None

    def agent(self, dn: str) -> Agent | None:
        """The agent who has this DN."""
        return next((agent for agent in self.agents if agent.dn == dn), None)

    def source(self, name: str) -> str:
        """Where `section.key` came from: `file:line`, `default` or `lab`."""
        return self.sources.get(name, "default")


SECTIONS: Mapping[str, type] = MappingProxyType(
    {
        "site": SiteSettings,
        "sip_server": SipServerSettings,
        "gateway": GatewaySettings,
        "asterisk": AsteriskSettings,
        "media": MediaSettings,
        "rtpengine": RtpengineSettings,
        "desk": DeskSettings,
        "gws": GwsSettings,
        "oauth": OauthSettings,
        "turn": TurnSettings,
        "connector": ConnectorSettings,
        "log": LogSettings,
        "metrics": MetricsSettings,
        "trace": TraceSettings,
        "records": RecordsSettings,
        "admin": AdminSettings,
        "doctor": DoctorSettings,
        "nginx": NginxSettings,
        "lab": LabSettings,
    }
)
SETTINGS: tuple[Setting, ...] = tuple(each for name, kind in SECTIONS.items() for each in settings_of(name, kind))
AGENT_SETTINGS: tuple[Setting, ...] = tuple(settings_of("agents", Agent))
