"""The sound: ports, addresses, the firewall, and the way packets are forwarded."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from cordboard.config import PortRange
from cordboard.doctor.asking.firewall import open_ports, zones_of
from cordboard.doctor.asking.trouble import Trouble
from cordboard.doctor.check import Result, check, failed, ok, skipped, warning
from cordboard.doctor.checks.web import here
from cordboard.doctor.patient import Patient
from cordboard.media.compiled.library import NotCompiled
from cordboard.media.relay.path.compiled import library
from cordboard.media.relay.ports import RECEIVE_BUFFER

PORTS_PER_CALL = 2
EPHEMERAL = "sys/net/ipv4/ip_local_port_range"
RESERVED = "sys/net/ipv4/ip_local_reserved_ports"
LARGEST_BUFFER = "sys/net/core/rmem_max"


async def runs(patient: Patient) -> bool:
    """Whether the gateway, or the desk, runs: what is bound then is bound by it."""

    async def look() -> bool:
        if patient.settings.gateway.kind != "cordboard":
            return True  # it is not ours to start
        try:
            answer = await patient.http.ask("GET", f"http://{here(patient.settings.desk.listen)}/healthz")
        except Trouble:
            return False
        return answer.json is not None

    return await patient.once("runs", look)


@check(
    "media.address",
    "The media's address is one of this machine",
    why="Sound is sent to the address in the call's description: where it leads elsewhere, calls connect and are silent"
    " (the guide's issue 4).",
    mend="Set [media] address to an address of this machine (`ip -brief address`), and [media] advertise to the one"
    " that agents' browsers and SIP Server's side reach: behind address translation, the outer one.",
)
async def address(patient: Patient) -> Result:
    """Binds a port at [media] address, and compares [media] advertise with the address that browsers come by."""
    media = patient.settings.media
    if media.engine != "relay":
        return skipped(f"{media.engine} carries the calls, from addresses of its own")
    try:
        _bound(media.address, 0).close()
    except OSError as error:
        return failed(f"[media] address {media.address} cannot be bound: {(error.strerror or str(error)).lower()}")
    public = urlsplit(patient.settings.desk.url).hostname or ""
    if _is_loopback(media.advertise) and not _is_loopback(public) and public != "localhost":
        return failed(
            f"pages come from {public} and are told to send sound to {media.advertise}, which is this machine's own"
        )
    if media.advertise != media.address:
        return ok(f"{media.address}, told to others as {media.advertise}", advertise=media.advertise)
    return ok(media.address, advertise=media.advertise)


@check(
    "media.ports",
    "There are ports enough for the sound",
    why="Each call takes two of [media] rtp_ports; when none is left, calls are refused.",
    mend="Widen [media] rtp_ports, free what holds them (`sudo ss -lunp`), and keep them out of the system's own range:"
    " `sudo sysctl -w net.ipv4.ip_local_reserved_ports=RTP_PORTS`, and the same in /etc/sysctl.d/cordboard.conf.",
)
async def ports(patient: Patient) -> Result:
    """Tries to bind all of [media] rtp_ports and webrtc_ports; while a gateway runs, reads the kernel's list."""
    settings = patient.settings
    media = settings.media
    if media.engine != "relay" and settings.gateway.kind == "cordboard":
        return skipped(f"{media.engine} carries the calls, on ports of its own")
    running = await runs(patient)
    proc = patient.instruments.proc if running else None
    taken = await asyncio.to_thread(_taken, media.address, media.rtp_ports, proc)
    web = await asyncio.to_thread(_taken, media.address, media.webrtc_ports, proc)
    need = PORTS_PER_CALL * settings.gateway.calls_per_agent * len(settings.agents)
    free = len(media.rtp_ports) - len(taken)
    data = {"free": free, "taken": len(taken), "needed": need, "first_taken": taken[:1]}
    first = f"UDP {media.rtp_ports} at {media.address}"
    if not free:
        return failed(f"no port of {first} is free", data=data)
    foreign = [port for port in web if not running]
    if foreign or (taken and not running):
        port = (foreign or taken)[0]
        owner = patient.instruments.owner_of("udp", media.address, port) or "another process"
        count = len(foreign) + len(taken)
        return warning(
            f"{count} of the ports for sound are taken although no gateway runs, {port} by {owner}", data=data
        )
    if len(media.rtp_ports) < need:
        return warning(
            f"{first} are {len(media.rtp_ports)} ports, {need} are needed if all agents have calls", data=data
        )
    if overlap := _overlap(patient.instruments.proc, media.rtp_ports):
        return warning(f"{first} overlap the ports that the system gives to anybody ({overlap})", data=data)
    return ok(f"{free} of {first} are free, {need} are needed at most", data=data)


def _taken(host: str, ports: PortRange, proc: Path | None) -> list[int]:
    """Those that cannot be bound now: as the kernel lists them in `proc`, for no call is to find its port taken by the
    doctor; where there is no list, by trying."""
    listed = _listed(host, proc) if proc is not None else None
    if listed is not None:
        return sorted(port for port in listed if port in ports)
    found = []
    for port in range(ports.first, ports.last + 1):
        try:
            _bound(host, port).close()
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                found.append(port)
            else:
                raise Trouble(f"ports at {host} cannot be tried: {(error.strerror or str(error)).lower()}") from None
    return found


def _listed(host: str, proc: Path) -> set[int] | None:
    """The UDP ports that are bound at this address or at all; None where the kernel does not tell."""
    table = "udp6" if ":" in host else "udp"
    wanted = {_in_table(host), _in_table("::" if ":" in host else "0.0.0.0")}
    try:
        lines = (proc / "net" / table).read_text().splitlines()[1:]
    except OSError:
        return None
    places = (line.split()[1].partition(":") for line in lines)
    return {int(port, 16) for address, _, port in places if address.upper() in wanted}


def _in_table(host: str) -> str:
    """An address as the kernel writes it: words of 32 bits, in this machine's order of octets."""
    packed = ipaddress.ip_address(host).packed
    words = (packed[at : at + 4] for at in range(0, len(packed), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)


def _bound(host: str, port: int) -> socket.socket:
    probe = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.bind((host, port))
    except OSError:
        probe.close()
        raise
    return probe


def _overlap(proc: Path, ports: PortRange) -> str:
    """The system's range where it overlaps and is not reserved, "" where all is well."""
    try:
        first, last = map(int, (proc / EPHEMERAL).read_text().split())
        reserved = (proc / RESERVED).read_text().strip()
    except (OSError, ValueError):
        return ""
    kept = [tuple(map(int, (each.split("-") * 2)[:2])) for each in reserved.split(",") if each]
    if not PortRange(first, last).overlaps(ports):
        return ""
    low, high = max(first, ports.first), min(last, ports.last)
    return "" if any(begin <= low and high <= end for begin, end in kept) else f"{first}-{last}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@check(
    "media.firewall",
    "The firewall lets SIP and the sound through",
    why="Calls do not come in, or connect and nobody hears anything (the guide's issues 3 and 4).",
    mend="`sudo firewall-cmd --permanent --add-port=RTP_PORTS/udp --add-port=WEBRTC_PORTS/udp && sudo firewall-cmd"
    " --reload` for [media] rtp_ports and webrtc_ports; `cordboard render` writes rules for firewalld and nftables.",
)
async def firewall(patient: Patient) -> Result:
    """Where firewalld runs: looks whether its active zones let [gateway] sip, [media] rtp_ports and webrtc_ports in."""
    said = await zones_of(patient.instruments.firewall_command)
    media, sip = patient.settings.media, patient.settings.gateway.sip
    is_relay = media.engine == "relay" and patient.settings.gateway.kind == "cordboard"
    wanted = (media.rtp_ports, media.webrtc_ports) if is_relay else (media.rtp_ports,)
    if not _is_loopback(sip.host):
        wanted = (*wanted, PortRange(sip.port, sip.port))
    if said is None:
        ranges = " and ".join(f"UDP {_written(each)}" for each in wanted)
        return skipped(f"firewalld does not run, or does not answer this user; another firewall must let {ranges} in")
    opened = open_ports(said)
    closed = [each for each in wanted if not any(one.first <= each.first and each.last <= one.last for one in opened)]
    if closed:
        adding = " ".join(f"--add-port={_written(each)}/udp" for each in closed)
        mend = f"`sudo firewall-cmd --permanent {adding} && sudo firewall-cmd --reload`"
        return failed(f"firewalld does not let UDP {' and '.join(map(_written, closed))} in", mend=mend)
    return ok(f"firewalld lets UDP {' and '.join(map(_written, wanted))} in")


def _written(ports: PortRange) -> str:
    return str(ports) if len(ports) > 1 else str(ports.first)


@check(
    "media.sip_port",
    "The gateway has its SIP port",
    why="SIP Server sends calls to [gateway] sip: where another program has that port, calls ring nowhere.",
    mend="`sudo ss -lunp 'sport = :PORT'` shows who has it; stop that program, or move [gateway] sip.",
)
async def sip_port(patient: Patient) -> Result:
    """Tries to bind UDP [gateway] sip: taken is right while the gateway runs, free while it does not."""
    sip = patient.settings.gateway.sip
    try:
        _bound(sip.host, sip.port).close()
        free = True
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return failed(f"[gateway] sip {sip} cannot be bound: {(error.strerror or str(error)).lower()}")
        free = False
    running = await runs(patient)
    if running and free:
        return failed(
            f"the desk runs, but nobody listens at UDP {sip}",
            mend="`journalctl -u cordboard -n 50`; restart it by `sudo systemctl restart cordboard`.",
        )
    if not running and not free:
        owner = patient.instruments.owner_of("udp", sip.host, sip.port) or "another process"
        mend = f"`sudo ss -lunp 'sport = :{sip.port}'` shows it; stop that program, or move [gateway] sip."
        return failed(f"UDP {sip} is taken by {owner}, and no gateway runs", mend=mend)
    return ok(f"UDP {sip} is {'its own' if running else 'free for it'}")


@check(
    "media.relay",
    "Packets are forwarded by the compiled loop",
    why="The loop in Python carries far fewer calls on the same machine.",
    mend="Install a wheel with the compiled loop, or a C compiler and then `python -m cordboard.media.compiled.build`.",
)
async def relay(patient: Patient) -> Result:
    """Looks whether the relay's compiled loop is there, and whether there is a core for each worker."""
    media = patient.settings.media
    if media.engine != "relay" or patient.settings.gateway.kind == "asterisk":
        carrier = "Asterisk" if patient.settings.gateway.kind == "asterisk" else media.engine
        return skipped(f"{carrier} carries the calls")
    if media.loop == "python":
        return warning('[media] loop is "python"', mend='Set [media] loop = "auto".')
    if not _is_compiled():
        return warning("the compiled loop is not there: Python's is used")
    cores = len(os.sched_getaffinity(0))
    if media.workers > cores:
        return warning(
            f"{media.workers} media workers share {cores} cores",
            why="Workers that share a core delay each other's packets.",
            mend="Set [media] workers = 0: one per core.",
        )
    return ok(f"{media.workers} worker{'' if media.workers == 1 else 's'} on {cores} cores")


@check(
    "media.buffer",
    "A port has room for a burst",
    why="All pages' sound comes through one port of a media worker. Where it has little room, packets of all calls are"
    " lost whenever the worker does not run for some hundredths of a second.",
    mend="`sysctl -w net.core.rmem_max=4194304`, and the same in /etc/sysctl.d: `cordboard render` writes that file.",
)
async def buffer(patient: Patient) -> Result:
    """Reads how much room the kernel gives a socket that asks for it."""
    if patient.settings.media.engine != "relay" or patient.settings.gateway.kind == "asterisk":
        return skipped("the relay does not carry the calls")
    try:
        largest = int((patient.instruments.proc / LARGEST_BUFFER).read_text())
    except (OSError, ValueError):
        return skipped(f"this system does not tell: no {LARGEST_BUFFER} in {patient.instruments.proc}")
    if largest < RECEIVE_BUFFER:
        return warning(f"net.core.rmem_max is {largest} octets, below {RECEIVE_BUFFER}")
    return ok(f"{largest} octets")


def _is_compiled() -> bool:
    try:
        library()
    except NotCompiled:
        return False
    return True


CHECKS = (sip_port, address, ports, firewall, relay, buffer)
