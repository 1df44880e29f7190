"""The settings of the gateway."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting
from cordboard.config.values import Address


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Pages on one side, SIP Server on the other."""

    kind: str = setting(
        kinds.choice("cordboard", "asterisk"),
        "cordboard",
        "What carries the calls: Cordboard's own gateway, or an Asterisk beside it whose configuration `cordboard"
        " render` writes; then this process is the desk alone, and docs/asterisk.md tells what agents do without.",
    )
    sip: Address = setting(
        kinds.address("127.0.0.1:5060"),
        "127.0.0.1:5060",
        "Where the gateway listens for SIP Server's SIP over UDP and TCP.",
    )
    sip_tls: Address = setting(
        kinds.address("192.0.2.10:5061", optional=True),
        "",
        "Where the gateway listens for SIP Server's SIP over TLS; it needs [sip_server] tls_certificate.",
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
        derived="wss://, [site] public_name and /ws, without one ws:// or wss://, [gateway] websocket and /ws",
    )
    websocket_certificate: str = setting(
        kinds.file("/etc/cordboard/phone.pem"),
        "",
        "The certificate of that WebSocket, with its chain (PEM): pages come by wss. A new file is taken up by itself.",
    )
    websocket_key: str = setting(kinds.file("/etc/cordboard/phone.key"), "", "The key of websocket_certificate (PEM).")
    advertise: Address = setting(
        kinds.address("192.0.2.10:5060", optional=True),
        "",
        "The address of [gateway] sip as SIP Server reaches it: it is written into Via and Contact, for TLS its host.",
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
    registration_check: int = setting(
        kinds.whole(0, 3600),
        30,
        "How often it is made sure of that SIP Server still has a DN's registration, which any other registrar of the"
        " DN can wipe; 0: never.",
        unit="seconds",
    )
    registration_check_by: str = setting(
        kinds.choice("refresh", "query"),
        "refresh",
        "How: by registering again, or by a REGISTER without Contact, where SIP Server answers that with its bindings.",
    )
    registrations_in_flight: int = setting(
        kinds.whole(1, 10000), 100, "How many REGISTERs may wait for SIP Server's answer at once."
    )
    registrations_per_second: int = setting(
        kinds.whole(1, 10000), 1000, "How many REGISTERs are sent in a second, after a restart for instance."
    )
    ping_seconds: int = setting(
        kinds.whole(0, 60),
        5,
        "How often a page must prove that its own code still runs; 0: never. Two answers missing make its DN"
        " unreachable.",
        unit="seconds",
    )
    ping_before_call: int = setting(
        kinds.whole(0, 5000),
        1000,
        "How long a call waits for a page's answer to a ping before it is sent there; 0: it does not.",
        unit="milliseconds",
    )
    unreachable: str = setting(
        kinds.choice("480", "deregister"),
        "480",
        "What a DN does whose page is frozen or has lost its microphone: refuse calls and OPTIONS with 480, or be"
        " de-registered at SIP Server.",
    )
    reject_status: int = setting(kinds.whole(400, 699), 486, "The SIP status of a call that the agent rejects.")
    calls_per_agent: int = setting(
        kinds.whole(1, 8), 2, "How many calls an agent has at once; a further one gets busy_status."
    )
    call_waiting: bool = setting(
        kinds.TRUTH,
        True,
        "Whether a second call rings at the page of an agent in a call; otherwise it gets busy_status. A call that the"
        " agent makes, a consult call for instance, is let through.",
    )
    busy_status: int = setting(kinds.whole(400, 699), 486, "The SIP status of a call for which the agent has no room.")
    refer: str = setting(
        kinds.choice("refuse", "accept"),
        "refuse",
        "What is done with SIP Server's REFER: it gets 603, or the gateway itself calls the target through SIP Server"
        " while the page stays in its call. Accept it for DNs with refer-enabled=true.",
    )
    hold_form: str = setting(
        kinds.choice("rfc3264", "0.0.0.0"),
        "rfc3264",
        "How SIP Server is told of a hold: a=inactive, or the connection address 0.0.0.0 for one that knows only that.",
    )
    new_call_retrieves: bool = setting(
        kinds.TRUTH,
        True,
        "Whether a held call is opened when SIP Server puts another call into its dialog (another X-Genesys-CallUUID),"
        " as when a transfer is completed; otherwise the agent retrieves it.",
    )
    session_expires: int = setting(
        kinds.whole(0, 86400),
        1800,
        "How long a call lives at SIP Server's side without a refresh (RFC 4028 Session-Expires); 0: without limit.",
        unit="seconds",
    )
    min_se: int = setting(
        kinds.whole(90, 86400), 90, "The shortest session_expires of SIP Server that is taken.", unit="seconds"
    )
    reliable_provisional: bool = setting(
        kinds.TRUTH,
        False,
        "Whether 180 is sent reliably (RFC 3262) where SIP Server supports that; where it requires it, it always is.",
    )
    hold_treatment_seconds: int = setting(
        kinds.whole(0, 600),
        1,
        "How long after its page is gone a call is held, so that the customer hears SIP Server's treatment; 0: never.",
        unit="seconds",
    )
    call_without_page_seconds: int = setting(
        kinds.whole(1, 3600),
        60,
        "How long a call goes on without a page, after a reload for instance, before it is ended.",
        unit="seconds",
    )
    state_directory: str = setting(
        kinds.file("/var/lib/cordboard"),
        "",
        "Where the gateway keeps what outlives it: the secret that signs pages' tokens, and records of calls. Empty:"
        " nothing is kept.",
    )
    token_secret: str = setting(
        kinds.SIGNING_SECRET,
        "",
        "The secret that signs pages' tokens, for several gateways of one site for instance. Empty: made once, kept in"
        " state_directory.",
        secret=True,
    )
    drain_seconds: int = setting(
        kinds.whole(0, 86400),
        60,
        "How long calls in progress may go on after SIGTERM; 0: it ends them at once.",
        unit="seconds",
    )
    drain_status: int = setting(kinds.whole(400, 699), 503, "The SIP status of new calls meanwhile.")
    drain_registrations: str = setting(
        kinds.choice("take back", "keep"),
        "take back",
        "Whether the DNs are de-registered then, or stay for a gateway that registers them itself.",
    )
    after_drain: str = setting(
        kinds.choice("end", "hand over"),
        "end",
        "What becomes of the calls that are left: they end, or they go on in their media workers for the next gateway"
        " on the same [media] worker_directory.",
    )
