"""Asterisk in the gateway's place, `[gateway] kind = "asterisk"`: its configuration, and what agents do without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cordboard.config import Address, Settings
from cordboard.config.completion import is_wildcard
from cordboard.deploy.quoting import Unquotable, pjsip
from cordboard.deploy.rendering import SECRET, Rendered, RenderProblem
from cordboard.deploy.template import fill

LIMITS = (
    "Asterisk answers no NOTIFY of SIP Server: Answer, Hold and Retrieve in the agent desktop reach no phone. The agent"
    " answers, holds and retrieves in the softphone; a held call is Established in GWS unless [asterisk] hold says"
    " otherwise.",
    "A call that the agent desktop dials (MakeCall) rings at the agent first and must be answered there within 24"
    " seconds; the softphone dials by itself.",
    "X-Genesys headers cross in INVITEs only: where SIP Server joins calls by a re-INVITE, in a transfer for instance,"
    " the softphone shows the call's old identifier.",
    "Calls end with Asterisk, and do not outlive it; a page that was loaded again does not get its call back.",
    "A DN is in service at SIP Server while Asterisk runs, whether a page is there or not; without one, calls get 480.",
    "Registrations go to the primary SIP Server alone; the backup takes calls where it knows the DNs by itself.",
    "Pages know their DN's password, not a token that expires: whoever was given it can register until it is changed.",
    "A page that is opened while another one has the DN takes it over, and the older one is not told.",
)
_MODULES = """
app_dial app_echo app_stack app_verbose bridge_builtin_features bridge_native_rtp bridge_simple chan_pjsip codec_a_mu
codec_alaw codec_resample codec_ulaw format_pcm format_wav func_callerid func_channel func_logic func_strings func_uri
pbx_config res_crypto res_http_websocket res_musiconhold res_pjproject res_pjsip res_pjsip_acl
res_pjsip_authenticator_digest res_pjsip_caller_id res_pjsip_dlg_options res_pjsip_dtmf_info res_pjsip_empty_info
res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_header_funcs res_pjsip_logger
res_pjsip_nat res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration res_pjsip_path res_pjsip_pubsub
res_pjsip_registrar res_pjsip_rfc3326 res_pjsip_sdp_rtp res_pjsip_session res_pjsip_transport_websocket
res_rtp_asterisk res_sorcery_astdb res_sorcery_config res_sorcery_memory res_srtp res_stasis res_timing_timerfd
res_websocket_client
"""
MODULES = _MODULES.split()
FILES = ("pjsip", "http", "rtp", "extensions", "modules", "logger", "musiconhold", "asterisk")
EMPTY = (
    *("acl", "ccss", "cdr", "cel", "codecs", "features", "indications", "manager", "pjproject"),
    *("stasis", "udptl", "websocket_client"),
)  # without such a file Asterisk complains
_NOTE = """\
On a machine, not in the container: chown asterisk: {directory}/pjsip.conf && asterisk -rx "core restart gracefully"
Music of held calls: apt-get install asterisk-moh-opsound-wav, or [asterisk] music_directory."""
_CODECS = {"PCMU": "ulaw", "PCMA": "alaw"}
_RESERVED = ("genesys_", "agent_", "transport-", "global", "system")
_SPECIAL_EXTENSIONS = frozenset("aehiostT")


def render(settings: Settings) -> list[Rendered]:
    """All files of /etc/asterisk, and how its container is made."""
    if settings.gateway.kind != "asterisk":
        return []
    if problems := list(_problems(settings)):
        raise RenderProblem(problems)
    values, directory = _values(settings), settings.asterisk.configuration_directory
    limits = "\n".join(f"- {limit}" for limit in LIMITS)
    note = f"{_NOTE.format(directory=directory)}\nWith Asterisk instead of Cordboard's gateway:\n{limits}"
    return [
        *(
            Rendered(
                f"asterisk/{name}.conf",
                fill(f"asterisk/{name}.conf", **values),
                mode=SECRET if name == "pjsip" else 0o644,
                place=f"{directory}/{name}.conf",
                comment=";",
                secrets=_secrets(settings) if name == "pjsip" else (),
            )
            for name in FILES
        ),
        *(
            Rendered(
                f"asterisk/{name}.conf",
                "",
                note=note if name == EMPTY[-1] else "",
                place=f"{directory}/{name}.conf",
                comment=";",
            )
            for name in EMPTY
        ),
        Rendered("asterisk/Dockerfile", fill("asterisk/Dockerfile")),
    ]


@dataclass(frozen=True, slots=True)
class Transport:
    """One `type = transport` of pjsip.conf; `external`: SIP Server is on its other side."""

    name: str
    protocol: str
    bind: str
    port: int = 0
    external: bool = False
    certificate: bool = False


@dataclass(frozen=True, slots=True)
class Trunk:
    """SIP Server as pjsip.conf names it."""

    transport: str
    domain: str
    uri: str
    proxy: str
    hosts: str
    aors: str
    contacts: tuple[tuple[str, str], ...]


def _values(settings: Settings) -> dict[str, object]:
    gateway, media, own = settings.gateway, settings.media, settings.asterisk
    address = "" if is_wildcard(media.address) else media.address
    count = len(settings.agents)
    return {
        "limits": LIMITS,
        "registering_seconds": count // gateway.registrations_per_second + 1,
        "transports": list(_transports(settings)),
        "trunk": _trunk(settings),
        "media": media,
        "media_address": address,
        "bits": 128 if ":" in address else 32,
        "advertise": gateway.advertise,
        "local_networks": own.local_networks,
        "sip_server": settings.sip_server,
        "verify_client": "yes" if settings.sip_server.tls_client_certificate else "no",
        "codecs": ",".join(_codecs(settings)),
        "check_seconds": settings.sip_server.check_seconds,
        "passes_hold_on": own.hold == "sip server",
        "music_directory": own.music_directory,
        "expires": gateway.registration_expires,
        "retry": own.registration_retry,
        "agents": settings.agents,
        "websocket": gateway.websocket,
        "certificate": gateway.websocket_certificate,
        "certificate_key": gateway.websocket_key,
        "session_limit": own.session_limit or 2 * count + 100,
        "modules": MODULES,
        "files": min(65_536, 20 * count + 10_000),
    }


def _transports(settings: Settings) -> Iterator[Transport]:
    gateway, port = settings.gateway, settings.gateway.advertise.port
    for name in ("udp", "tcp"):
        yield Transport(f"transport-{name}", name, str(gateway.sip), port, external=True)
    if gateway.sip_tls:
        bind = str(gateway.sip_tls)
        yield Transport("transport-tls", "tls", bind, gateway.sip_tls.port, external=True, certificate=True)
    for name in ("wss", "ws"):
        yield Transport(f"transport-{name}", name, gateway.websocket.host)


def _trunk(settings: Settings) -> Trunk:
    server = settings.sip_server
    parameter = "" if server.transport in ("udp", "dns") else f";transport={server.transport}"
    hosts = [(name, each) for name, each in (("", server.address), ("_backup", server.backup)) if each.host]
    contacts = tuple((f"genesys_sip_server{name}", f"sip:{_written(each)}{parameter}") for name, each in hosts)
    uri = contacts[0][1]
    return Trunk(
        transport=f"transport-{'udp' if server.transport == 'dns' else server.transport}",
        domain=_host(server.address.host),
        uri=uri,
        # `lr` as RFC 3261 wants it; `hide` keeps the Route, which would name SIP Server itself, off the wire.
        proxy=f"{uri};lr;hide",
        hosts=",".join(each.host for _, each in hosts),
        aors=",".join(name for name, _ in contacts),
        contacts=contacts,
    )


def _written(address: Address) -> str:
    return str(address) if address.port else _host(address.host)


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _codecs(settings: Settings) -> list[str]:
    """What both sides speak, so that Asterisk need not transcode."""
    return [_CODECS[each] for each in settings.media.codecs if each in _CODECS]


def _secrets(settings: Settings) -> tuple[str, ...]:
    found = {each.page_password for each in settings.agents} | {each.sip_server_password for each in settings.agents}
    return tuple(sorted(found - {""}))


def _problems(settings: Settings) -> Iterator[str]:
    if not settings.agents:
        yield "[[agents]]: there is none; `cordboard agents add 5001-5020` makes some"
    if not _codecs(settings):
        yield "[media] codecs: SIP Server's side needs PCMU or PCMA, and Asterisk is not to transcode"
    if settings.sip_server.transport == "tls" and not settings.gateway.sip_tls:
        yield "[gateway] sip_tls: [sip_server] transport is tls, and Asterisk needs an address to use TLS from"
    if without := [agent.dn for agent in settings.agents if not agent.page_password]:
        more = f" and {len(without) - 1} more have" if len(without) > 1 else " has"
        yield (
            f"[[agents]] page_password: {without[0]}{more} none, and Asterisk knows pages by nothing else; "
            "`cordboard agents rotate --missing` makes them"
        )
    for agent in settings.agents:
        yield from _agent_problems(agent.dn, agent.page_password, agent.sip_server_password)


def _agent_problems(dn: str, page_password: str, sip_server_password: str) -> Iterator[str]:
    if dn.startswith(("_", *_RESERVED)) or dn in _SPECIAL_EXTENSIONS:
        yield f"[[agents]] dn: {dn} is a name of Asterisk's own there"
    for key, password in (("page_password", page_password), ("sip_server_password", sip_server_password)):
        try:
            pjsip(password)
        except Unquotable:
            yield f"[[agents]] {key}: that of {dn} holds a character that Asterisk's files have no way to write"
