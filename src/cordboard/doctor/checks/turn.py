"""STUN and TURN: do browsers learn their address, get a relay with our credentials, and nobody more than that?"""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cordboard.access.turn import TurnCredentials, turn_credentials
from cordboard.doctor.asking.trouble import Trouble
from cordboard.doctor.asking.turn import Server, TurnClient
from cordboard.doctor.check import Result, check, failed, ok, skipped, together, warning
from cordboard.doctor.patient import Patient

NONE = "[turn] urls is empty: there is no TURN server"
PORT = 4000  # of peers that are asked for
# Whom a relay must never send to: this machine, its neighbours, and what addresses of special purpose lead to.
FORBIDDEN = (
    "127.0.0.1",
    "0.0.0.0",
    "169.254.169.254",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::ffff:127.0.0.1",
    *(str(ipaddress.ip_address(each)) for each in (0x0A000001, 0xAC100001, 0xC0A80001, 0x64400001)),  # private networks
)
_LOOK = (
    "`systemctl status coturn` (`docker logs webrtc-coturn`), and UDP and TCP of its port open in the firewall;"
    " `cordboard render` writes its configuration."
)


@check(
    "turn.stun",
    "The STUN and TURN servers answer",
    why="Agents behind firewalls and address translation reach the media only by way of TURN: without it calls"
    " connect and are silent (the guide's issue 4).",
    mend=_LOOK,
    seconds=15.0,
)
async def stun(patient: Patient) -> Result:
    """Sends a Binding request (RFC 8489) to each of [turn] urls, by UDP, TCP or TLS as it says."""
    urls = patient.settings.turn.urls
    if not urls:
        return skipped(NONE)
    results = []
    for url in urls:
        try:
            async with _client(patient, url) as client:
                seen = await client.bind()
                results.append(ok(f"{url} sees us at {seen[0] if seen else 'an address that it does not tell'}"))
        except Trouble as trouble:
            results.append(failed(str(trouble), mend=trouble.mend))
    return together(results, "; ".join(each.what for each in results))


@check(
    "turn.allocation",
    "TURN takes a fresh credential",
    why="Browsers get credentials like this one with each token; where TURN refuses them, it is as if it were not"
    " there.",
    mend="[turn] secret (or secret_file) and coturn's static-auth-secret must be the same, coturn must have"
    " use-auth-secret, and the clocks must agree.",
    seconds=15.0,
    after=("turn.stun",),
)
async def allocation(patient: Patient) -> Result:
    """Makes a credential as the desk does, and by each of [turn] urls allocates a relayed address with it."""
    if not patient.settings.turn.urls:
        return skipped(NONE)
    credentials = _credentials(patient)
    results, relayed = [], {}
    for url in _turn_urls(patient):
        try:
            async with _allocated(patient, url, credentials) as allocated:
                relayed[url] = allocated.address
                results.append(ok(f"{url} gives {allocated.address}"))
        except Trouble as trouble:
            results.append(failed(str(trouble), why=trouble.why, mend=trouble.mend))
    found = together(results, "; ".join(each.what for each in results) or "the URLs are of STUN servers only")
    return replace(found, data={"relayed": relayed})


@check(
    "turn.wrong_credential",
    "TURN refuses a wrong credential",
    why="A relay that takes any credential is open to the world.",
    mend="In turnserver.conf: use-auth-secret and static-auth-secret, and no `no-auth`.",
    seconds=15.0,
    after=("turn.allocation",),
)
async def wrong_credential(patient: Patient) -> Result:
    """Asks for a relayed address with a credential that another secret has made: it must be refused."""
    urls = _turn_urls(patient)
    if not urls:
        return skipped(NONE)
    made = turn_credentials(secrets.token_bytes(20), "doctor", patient.instruments.clock(), 600)
    try:
        async with _allocated(patient, urls[0], made):
            return failed(f"{urls[0]} takes a credential that was made with another secret")
    except Trouble:
        return ok("a credential of another secret is refused")


@check(
    "turn.refused_peers",
    "TURN relays to the media only",
    why="Whoever has a credential could otherwise reach this machine's own services and the networks behind it.",
    mend="In turnserver.conf: denied-peer-ip for every network of special purpose, allowed-peer-ip for [media]"
    " advertise alone, and no allow-loopback-peers; `cordboard render` writes them.",
    seconds=20.0,
    after=("turn.allocation",),
)
async def refused_peers(patient: Patient) -> Result:
    """Asks for permission to send to addresses that no relay may reach, and to [media] advertise, which it must."""
    urls = _turn_urls(patient)
    if not urls:
        return skipped(NONE)
    media = patient.settings.media.advertise
    async with _allocated(patient, urls[0], _credentials(patient)) as found:
        let_in = [each for each in FORBIDDEN if each != media and await _permits(found, each)]
        reached = await _permits(found, media)
    data = {"forbidden": len(FORBIDDEN), "let_in": let_in}
    if let_in:
        return failed(f"TURN lets its users send to {', '.join(let_in)}", data=data)
    if not reached and ":" in media and ":" not in found.address:
        return warning(f"the relayed address {found.address} is IPv4, and [media] advertise {media} is IPv6", data=data)
    if not reached:
        return failed(
            f"TURN refuses to send to the media at {media}",
            why="Browsers that reach TURN then still have no sound.",
            mend=f"In turnserver.conf: allowed-peer-ip={media}",
            data=data,
        )
    return ok(f"{len(FORBIDDEN)} forbidden peers are refused, {media} is allowed", data=data)


@dataclass(frozen=True, slots=True)
class _Allocation:
    client: TurnClient
    address: str


async def _permits(found: _Allocation, peer: str) -> bool:
    """A peer of the other address family is none that can be reached (443)."""
    return await found.client.permits((peer, PORT))


@asynccontextmanager
async def _client(patient: Patient, url: str) -> AsyncIterator[TurnClient]:
    """Raises `Trouble`."""
    server = Server.parse(url)
    tls = patient.http.tls(verified=True) if server.transport == "TLS" else None
    client = await TurnClient.open(server, tls)
    try:
        yield client
    finally:
        client.close()


async def software_of(patient: Patient, url: str) -> str:
    """What the server calls itself, "" where it does not say. Raises `Trouble`."""
    async with _client(patient, url) as client:
        await client.bind()
        return client.software


@asynccontextmanager
async def _allocated(patient: Patient, url: str, credentials: TurnCredentials) -> AsyncIterator[_Allocation]:
    async with _client(patient, url) as client:
        address, _ = await client.allocate(credentials.username, credentials.password)
        try:
            yield _Allocation(client, address)
        finally:
            with contextlib.suppress(Trouble):
                await client.give_back()


def _turn_urls(patient: Patient) -> list[str]:
    return [each for each in patient.settings.turn.urls if each.lower().startswith("turn")]


def _credentials(patient: Patient) -> TurnCredentials:
    """As the desk makes them. Raises `Trouble` for a secret that cannot be read."""
    turn = patient.settings.turn
    try:
        secret = turn.secret.encode() or Path(turn.secret_file).read_bytes().strip()
        return turn_credentials(secret, "doctor", patient.instruments.clock(), turn.lifetime)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Trouble(f"[turn] secret_file {turn.secret_file} cannot be read: {why}") from None
    except ValueError:
        raise Trouble("the TURN server's secret is empty") from None


CHECKS = (stun, allocation, wrong_credential, refused_peers)
