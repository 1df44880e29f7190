"""Every setting, once. The fields below are the one list: reader, reference page and example file walk over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cordboard.config import kinds
from cordboard.config.setting import UNSET, Setting, setting, settings_of
from cordboard.config.values import Address, PortRange


@dataclass(frozen=True, slots=True)
class SipServerSettings:
    """The Genesys SIP Server that the gateway registers the agents' DNs at."""

    address: Address = setting(
        kinds.address("sip-server.example:5060"),
        UNSET,
        "Where SIP Server listens for SIP over UDP.",
        lab="",
        derived="[lab] sip_server",
    )


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Pages on one side, SIP Server on the other."""

    sip: Address = setting(
        kinds.address("127.0.0.1:5060"), "127.0.0.1:5060", "Where the gateway listens for SIP Server's SIP over UDP."
    )
    websocket: Address = setting(
        kinds.address("127.0.0.1:8088"),
        "127.0.0.1:8088",
        "Where the gateway listens for pages: SIP over WebSocket at the path /ws.",
    )
    websocket_url: str = setting(
        kinds.websocket_url("wss://phone.example/ws"),
        "",
        "The address of that WebSocket as pages reach it, for instance through a proxy with TLS.",
        derived="ws://, [gateway] websocket and /ws",
    )
    advertise: Address = setting(
        kinds.address("192.0.2.10:5060", optional=True),
        "",
        "The address of [gateway] sip as SIP Server reaches it: it is written into Via and Contact.",
        derived="[gateway] sip",
    )
    allowed_origins: tuple[str, ...] = setting(
        kinds.origins("https://phone.example"),
        [],
        "Origins whose pages may open the WebSocket; every other one gets 403.",
        derived="[desk] url",
    )
    page_digest: bool = setting(
        kinds.TRUTH,
        False,
        "Whether a page may register with its agent's page_password (digest) besides a token of the desk.",
        lab=True,
    )
    realm: str = setting(kinds.REALM, "cordboard", "The realm of the digest challenge to pages.")
    page_gone_seconds: int = setting(
        kinds.whole(0, 3600),
        30,
        "How long a DN stays registered at SIP Server after its page is gone.",
        unit="seconds",
    )
    registration_expires: int = setting(
        kinds.whole(60, 86400), 1800, "How long a registration at SIP Server is asked to last.", unit="seconds"
    )
    reject_status: int = setting(kinds.whole(400, 699), 486, "The SIP status of a call that the agent rejects.")


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """The sound between page and SIP Server's side."""

    engine: str = setting(kinds.choice("relay"), "relay", "Which media engine carries the calls.")
    address: str = setting(
        kinds.host("192.0.2.10"), "127.0.0.1", "The address of this machine that media ports are opened at."
    )
    advertise: str = setting(
        kinds.host("192.0.2.10", optional=True),
        "",
        "That address as pages and SIP Server's side reach it: it is written into SDP.",
        derived="[media] address",
    )
    rtp_ports: PortRange = setting(
        kinds.ports("10000-20000"), "10000-20000", "Ports for plain RTP with SIP Server's side, two per call."
    )
    webrtc_ports: PortRange = setting(
        kinds.ports("20100-20131"), "20100-20131", "Ports for WebRTC with pages, one per media worker."
    )
    workers: int = setting(
        kinds.whole(0, 256), 0, "How many media workers run; 0 is one per core.", unit="processes", lab=1
    )
    trunk_source: str = setting(
        kinds.choice("strict", "latch"),
        "strict",
        "Whether RTP is taken only from address and port in SIP Server's SDP, or from the first port there that sends.",
    )


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The web server that serves the softphone."""

    listen: Address = setting(kinds.address("127.0.0.1:8080"), "127.0.0.1:8080", "Where the desk listens for HTTP.")
    url: str = setting(
        kinds.url("https://phone.example", optional=True),
        "",
        "The address of the desk as browsers reach it, for instance through a proxy with TLS.",
        derived="http:// and [desk] listen",
    )
    frame_ancestors: tuple[str, ...] = setting(
        kinds.origins("https://gws.example"),
        [],
        "Origins whose pages may embed the softphone in a frame, besides the desk's own.",
        derived="[gws] browser_url",
    )
    token_lifetime: int = setting(
        kinds.whole(30, 86400), 300, "How long a page can register with a token it was given.", unit="seconds"
    )
    echo_cancellation: bool = setting(kinds.TRUTH, True, "Whether the browser removes the speaker's echo.")
    noise_suppression: bool = setting(kinds.TRUTH, True, "Whether the browser removes noise around the agent.")
    auto_gain_control: bool = setting(kinds.TRUTH, True, "Whether the browser evens out the agent's loudness.")


@dataclass(frozen=True, slots=True)
class GwsSettings:
    """Genesys Web Services, which signs agents in."""

    url: str = setting(
        kinds.url("http://gws.example:8090"),
        UNSET,
        "Scheme, host and port of GWS as the desk reaches it.",
        lab="",
        derived="http:// and [lab] gws",
    )
    browser_url: str = setting(
        kinds.url("https://gws.example", optional=True),
        "",
        "Scheme, host and port of GWS as browsers reach it.",
        derived="[gws] url",
    )
    session_cookies: tuple[str, ...] = setting(
        kinds.COOKIE_NAMES,
        ["JSESSIONID"],
        "Cookies that sign an embedded softphone in: GWS's session, and a load balancer's cookie where there is one.",
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is written to standard error."""

    level: str = setting(
        kinds.choice("debug", "info", "warning", "error"), "info", "The least severe level that is logged."
    )
    format: str = setting(kinds.choice("console", "json"), "console", "Lines for people or JSON for machines.")


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Numbers for Prometheus."""

    listen: Address = setting(
        kinds.address("127.0.0.1:9095", optional=True),
        "",
        "Where /metrics is served over HTTP; empty: nowhere. It is for the operator's network, not for browsers.",
    )


@dataclass(frozen=True, slots=True)
class LabSettings:
    """The look-alikes that `cordboard lab` starts; `cordboard serve` does not use them."""

    sip_server: Address = setting(
        kinds.address("127.0.0.1:5070"), "127.0.0.1:5070", "Where the SIP Server look-alike listens for SIP over UDP."
    )
    gws: Address = setting(
        kinds.address("127.0.0.1:8090"), "127.0.0.1:8090", "Where the GWS look-alike and the agent desktop listen."
    )
    no_answer_timeout: int = setting(
        kinds.whole(1, 600),
        15,
        "How long a call from the queue rings at an agent, who is then made Not Ready.",
        unit="seconds",
    )


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent's DN."""

    dn: str = setting(kinds.DN, UNSET, "The DN, as SIP Server and GWS know it.")
    sip_server_password: str = setting(
        kinds.TEXT, "", "The password of the DN at SIP Server; empty where SIP Server asks for none.", secret=True
    )
    page_password: str = setting(
        kinds.TEXT, "", "The password of a page that registers by digest; empty refuses that.", secret=True
    )


@dataclass(frozen=True, slots=True)
class Prefill:
    """What the lab's softphone finds filled in; never from a file."""

    dn: str
    password: str = field(repr=False)
    gws_user: str
    gws_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. `sources` tells for each `section.key` where its value came from."""

    sip_server: SipServerSettings
    gateway: GatewaySettings
    media: MediaSettings
    desk: DeskSettings
    gws: GwsSettings
    log: LogSettings
    metrics: MetricsSettings
    lab: LabSettings
    agents: tuple[Agent, ...] = ()
    prefill: Prefill | None = None
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

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
        "sip_server": SipServerSettings,
        "gateway": GatewaySettings,
        "media": MediaSettings,
        "desk": DeskSettings,
        "gws": GwsSettings,
        "log": LogSettings,
        "metrics": MetricsSettings,
        "lab": LabSettings,
    }
)
SETTINGS: tuple[Setting, ...] = tuple(each for name, kind in SECTIONS.items() for each in settings_of(name, kind))
AGENT_SETTINGS: tuple[Setting, ...] = tuple(settings_of("agents", Agent))
