"""Asterisk's configuration for the bench: agents over ws, a plain trunk to the far end, loopback only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.asterisk.install import Installed

MADE_UP = "198.51.100.1"  # the interface of interfaces.c
FOLDERS = ("etc", "lib", "spool", "log", "run", "db", "keys/keys", "cache")
EMPTY = ("acl", "ccss", "cdr", "cel", "codecs", "features", "pjproject", "udptl", "websocket_client")

_MODULES = """
app_dial app_echo app_stack app_verbose bridge_builtin_features bridge_native_rtp bridge_simple chan_pjsip
codec_alaw codec_ulaw codec_a_mu codec_resample format_pcm func_callerid func_channel func_logic func_strings
pbx_config res_crypto res_format_attr_opus res_http_websocket res_pjproject res_pjsip res_pjsip_acl
res_pjsip_authenticator_digest res_pjsip_caller_id res_pjsip_dlg_options res_pjsip_empty_info
res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_header_funcs res_pjsip_nat
res_pjsip_outbound_authenticator_digest res_pjsip_path res_pjsip_pubsub res_pjsip_registrar res_pjsip_rfc3326
res_pjsip_sdp_rtp res_pjsip_session res_pjsip_transport_websocket res_rtp_asterisk res_sorcery_astdb
res_sorcery_config res_sorcery_memory res_srtp res_stasis res_timing_timerfd res_websocket_client
"""


@dataclass(frozen=True, slots=True)
class AsteriskSettings:
    """`dns` are the agents, each with the password `password_of(dn)`; `trunk` is the far end."""

    dns: tuple[str, ...]
    trunk: tuple[str, int]
    host: str = "127.0.0.1"
    sip_port: int = 5160
    http_port: int = 8188
    rtp_ports: tuple[int, int] = (20000, 29999)
    codecs: str = "ulaw"
    certificate: Path | None = None  # PEM, key and certificate of all calls; None: a fresh one per call

    @property
    def websocket_url(self) -> str:
        """Where agents register."""
        return f"ws://{self.host}:{self.http_port}/ws"

    @property
    def sip(self) -> tuple[str, int]:
        """Where the far end sends its calls."""
        return (self.host, self.sip_port)


def password_of(dn: str) -> str:
    """The password that agent has at Asterisk."""
    return f"password-of-{dn}"


def write(installed: Installed, folder: Path, settings: AsteriskSettings) -> Path:
    """Write all files below `folder`; the path of asterisk.conf."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    etc = folder / "etc"
    files = {
        "asterisk": directories(installed, folder),
        "modules": _modules(installed),
        "logger": "[general]\n[logfiles]\nconsole => warning,error\n",
        "http": _http(settings),
        "rtp": _rtp(settings),
        "pjsip": "\n".join(_pjsip(settings)),
        "extensions": EXTENSIONS,
        "musiconhold": "",
        "indications": "[general]\ncountry=us\n",
        "manager": "[general]\nenabled=no\n",
        **dict.fromkeys(EMPTY, ""),
    }
    for name, text in files.items():
        (etc / f"{name}.conf").write_text(text)
    return etc / "asterisk.conf"


def directories(installed: Installed, folder: Path) -> str:
    """asterisk.conf of an unpacked one whose own folders are below `folder`."""
    places = {
        "astetcdir": folder / "etc",
        "astmoddir": installed.modules,
        "astvarlibdir": folder / "lib",
        "astdbdir": folder / "db",
        "astkeydir": folder / "keys",
        "astdatadir": installed.data,
        "astagidir": installed.data / "agi-bin",
        "astspooldir": folder / "spool",
        "astrundir": folder / "run",
        "astlogdir": folder / "log",
        "astcachedir": folder / "cache",
    }
    lines = "\n".join(f"{name} => {place}" for name, place in places.items())
    return f"[directories]\n{lines}\n[options]\nnocolor = yes\nentityid = 02:00:00:00:00:01\nmaxfiles = 200000\n"


def _modules(installed: Installed) -> str:
    """Only what the bench needs; one that this version does not have is left out."""
    found = [name for name in _MODULES.split() if (installed.modules / f"{name}.so").exists()]
    return "[modules]\nautoload=no\n" + "".join(f"load => {name}.so\n" for name in found)


def _http(settings: AsteriskSettings) -> str:
    """Every WebSocket is a session of the HTTP server, and 100 are the default."""
    return (
        f"[general]\nenabled=yes\nbindaddr={settings.host}\nbindport={settings.http_port}\n"
        f"sessionlimit={2 * len(settings.dns) + 200}\n"
    )


def _rtp(settings: AsteriskSettings) -> str:
    first, last = settings.rtp_ports
    return (
        f"[general]\nrtpstart={first}\nrtpend={last}\nicesupport=yes\n"
        "ice_deny=0.0.0.0/0\nice_permit=127.0.0.0/8\n"  # never a candidate of another network
        f"[ice_host_candidates]\n{MADE_UP} => {settings.host}\n"
    )


def _pjsip(settings: AsteriskSettings) -> Iterator[str]:
    trunk_host, trunk_port = settings.trunk
    certificate = (
        f"dtls_cert_file={settings.certificate}\ndtls_private_key={settings.certificate}\n"
        if settings.certificate
        else "dtls_auto_generate_cert=yes\n"
    )
    media = (
        f"disallow=all\nallow={settings.codecs}\ndirect_media=no\nmedia_address={settings.host}\n"
        "bind_rtp_to_media_address=yes\n"
    )
    yield "[global]\ntype=global\nuser_agent=Asterisk\nendpoint_identifier_order=ip,username\n"
    yield f"[ws]\ntype=transport\nprotocol=ws\nbind={settings.host}\n"
    yield f"[udp]\ntype=transport\nprotocol=udp\nbind={settings.host}:{settings.sip_port}\n"
    yield (
        f"[agent](!)\ntype=endpoint\ntransport=ws\ncontext=from-agents\nwebrtc=yes\n{certificate}{media}"
        "force_rport=yes\nrewrite_contact=yes\n"
    )
    yield "[place](!)\ntype=aor\nmax_contacts=1\nremove_existing=yes\n"
    yield "[secret](!)\ntype=auth\nauth_type=userpass\n"
    yield (
        f"[far-end]\ntype=endpoint\ntransport=udp\ncontext=from-far-end\naors=far-end\n{media}\n"
        f"[far-end]\ntype=aor\ncontact=sip:{trunk_host}:{trunk_port}\n"
    )
    # Agents come from the same address: the far end is known by its port as well.
    yield f"[far-end]\ntype=identify\nendpoint=far-end\nmatch={trunk_host}:{trunk_port}\n"
    for dn in settings.dns:
        yield f"[{dn}](agent)\naors={dn}\nauth=secret-{dn}\n[{dn}](place)\n"
        yield f"[secret-{dn}](secret)\nusername={dn}\npassword={password_of(dn)}\n"


EXTENSIONS = """\
[general]
static=yes
[from-agents]
exten => _X.,1,Dial(PJSIP/${EXTEN}@far-end,30)
 same => n,Hangup(${HANGUPCAUSE})
[from-far-end]
exten => _X.,1,Dial(PJSIP/${EXTEN},30)
 same => n,Hangup(${HANGUPCAUSE})
"""
