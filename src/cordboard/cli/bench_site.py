"""The gateway that a bench loads: one of its own on this machine, or the one that a settings file describes."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import json
import signal
import socket
import ssl
import sys
import tempfile
import time
from asyncio.subprocess import STDOUT, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cordboard.access.token import issue
from cordboard.cli.state import token_secret
from cordboard.config import Settings

HOST = "127.0.0.1"
FIRST_DN = 5001
ORIGIN = "http://bench.invalid"
TOKEN_SECONDS = 60.0
READY = "Cordboard is ready"
READY_SECONDS = 30.0
LOOK_SECONDS = 0.05
END_SECONDS = 15.0
TRIES = 3
TAKEN = "is taken"
PORTS_PER_CALL = 2
SPARE_PORTS = 200

SETTINGS = """\
[sip_server]
address = {sip_server}
check_seconds = 0

[gateway]
sip = "{host}:{sip}"
websocket = "{host}:{websocket}"
allowed_origins = ["{origin}"]
state_directory = {directory}
registrations_per_second = 2000
{certificate}
[media]
rtp_ports = "{first_rtp}-{last_rtp}"
webrtc_ports = "{first_webrtc}-{last_webrtc}"
{media}
[desk]
listen = "{host}:{desk}"

[gws]
url = "http://{host}:9"

[log]
level = "warning"
"""


class BenchFailed(Exception):
    """The bench cannot run; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class BenchSite:
    """Where agents register, who they are and what proves it. `process` is the gateway's where it is our own."""

    url: str
    dns: tuple[str, ...]
    token: Callable[[str], str]
    origin: str
    tls: ssl.SSLContext | None = None
    process: int = 0


def described_site(settings: Settings, *, url: str, insecure: bool) -> BenchSite:
    """The site that these settings run, at `url` or where they say. Raises `BenchFailed`."""
    if not settings.agents:
        raise BenchFailed("the settings have no [[agents]]: there is nobody to register")
    if not settings.gateway.state_directory and not settings.gateway.token_secret:
        raise BenchFailed(
            "the settings have no [gateway] state_directory: without it nobody but the gateway knows the secret that"
            " signs agents in"
        )
    secret = token_secret(settings.gateway.state_directory, settings.gateway.token_secret)
    address = url or settings.gateway.websocket_url
    origins = settings.gateway.allowed_origins
    return BenchSite(
        address,
        tuple(agent.dn for agent in settings.agents),
        lambda dn: issue(secret, dn, time.time(), TOKEN_SECONDS),
        origins[0] if origins else settings.desk.url,
        _client_context(insecure) if address.startswith("wss:") else None,
    )


def _client_context(insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@asynccontextmanager
async def own_site(
    far_end: tuple[str, int], agents: int, calls: int, *, tls: bool = False, media: str = ""
) -> AsyncIterator[BenchSite]:
    """`cordboard serve` in a process of its own, with `far_end` for SIP Server; ended on the way out.

    `media` are lines for its [media] section. Raises `BenchFailed` when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="cordboard-bench-") as name:
        directory = Path(name)
        dns = tuple(str(FIRST_DN + number) for number in range(agents))
        certificate = _certificate(directory) if tls else ""
        secret = token_secret(name)
        process, ports = await _started(
            directory, lambda ports: _settings_text(directory, far_end, dns, ports, calls, certificate, media)
        )
        try:
            yield BenchSite(
                f"{'wss' if tls else 'ws'}://{HOST}:{ports['websocket']}/ws",
                dns,
                lambda dn: issue(secret, dn, time.time(), TOKEN_SECONDS),
                ORIGIN,
                ssl.create_default_context(cafile=directory / "gateway.pem") if tls else None,
                process.pid,
            )
        finally:
            await _end(process)


def _settings_text(
    directory: Path,
    far_end: tuple[str, int],
    dns: tuple[str, ...],
    ports: dict[str, int],
    calls: int,
    certificate: str,
    media: str,
) -> str:
    first = ports["rtp"]
    text = SETTINGS.format(
        host=HOST,
        sip_server=json.dumps(f"{far_end[0]}:{far_end[1]}"),
        directory=json.dumps(str(directory)),
        origin=ORIGIN,
        certificate=certificate,
        media=media,
        first_rtp=first,
        last_rtp=min(first + PORTS_PER_CALL * calls + SPARE_PORTS, 65535),
        first_webrtc=ports["webrtc"],
        last_webrtc=ports["webrtc"] + 15,
        **{name: ports[name] for name in ("sip", "websocket", "desk")},
    )
    return text + "".join(f'\n[[agents]]\ndn = "{dn}"\n' for dn in dns)


def _free_ports() -> dict[str, int]:
    """Ports that were free a moment ago; those of media come from where the kernel hands out none by itself."""
    found = {"rtp": 10000, "webrtc": 9900}
    with contextlib.ExitStack() as stack:
        for name, kind in (
            ("sip", socket.SOCK_DGRAM),
            ("websocket", socket.SOCK_STREAM),
            ("desk", socket.SOCK_STREAM),
        ):
            probe = stack.enter_context(socket.socket(socket.AF_INET, kind))
            probe.bind((HOST, 0))
            found[name] = probe.getsockname()[1]
    return found


def _certificate(directory: Path) -> str:
    """A certificate for this machine alone; the lines that tell the gateway of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cordboard bench")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = directory / "gateway.pem", directory / "gateway.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return f"websocket_certificate = {json.dumps(str(pem))}\nwebsocket_key = {json.dumps(str(private))}\n"


async def _started(directory: Path, settings: Callable[[dict[str, int]], str]) -> tuple[Process, dict[str, int]]:
    """The gateway and its ports; anew with others where somebody else took one meanwhile."""
    config = directory / "cordboard.toml"
    left = TRIES
    while True:
        left -= 1
        ports = _free_ports()
        config.write_text(settings(ports))
        try:
            return await _start(config), ports
        except BenchFailed as failure:
            if not left or TAKEN not in str(failure):
                raise


async def _start(config: Path) -> Process:
    log = config.with_name("gateway.log")
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cordboard.cli", "serve", "--config", str(config)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=STDOUT,
            start_new_session=True,
        )
    for _ in range(round(READY_SECONDS / LOOK_SECONDS)):
        if READY in _said(log):
            return process
        if process.returncode is not None:
            break
        await asyncio.sleep(LOOK_SECONDS)
    await _end(process)
    raise BenchFailed(f"the gateway did not start: {_said(log)[-600:] or 'it said nothing'}")


def _said(log: Path) -> str:
    return " ".join(log.read_text(errors="replace").split())


async def _end(process: Process) -> None:
    """End it in order, with its workers; what does not end in time is killed."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
        return
    process.kill()
    await process.wait()
