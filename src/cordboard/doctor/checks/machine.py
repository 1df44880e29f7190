"""This machine: names, clock, room on disk and in memory, files that may be open."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import resource
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from cordboard.config import Settings
from cordboard.doctor.asking.trouble import Trouble
from cordboard.doctor.asking.turn import Server
from cordboard.doctor.check import Result, check, failed, ok, skipped, together, warning
from cordboard.doctor.checks import ownership
from cordboard.doctor.patient import Patient, Resolve

AHEAD_WARNED, AHEAD_WRONG = 3.0, 60.0  # seconds between two clocks; a token allows 5
SLOW_NAME = 1.0  # seconds
FILES_PER_AGENT, FILES_BESIDES = 6, 200  # connection, its way through the desk, and four sockets of sound
MEMORY_PER_AGENT, MEMORY_BESIDES = 0.4, 150  # megabytes
DISK_WARNED, DISK_WRONG = 1000, 100  # megabytes


@check(
    "machine.names",
    "Names are known to the DNS",
    why="A name that is not found, or slowly, delays or stops calls, signing in and pages.",
    mend="`getent hosts NAME` must show an address at once; correct the setting, the DNS or /etc/hosts. Names ending in"
    " .local are of multicast DNS, which browsers and servers on other networks do not know: use names of the DNS.",
)
async def names(patient: Patient) -> Result:
    """Resolves every host name in the settings and takes the time."""
    hosts = list(dict.fromkeys(_hosts(patient.settings)))
    if not hosts:
        return ok("the settings have addresses only, and no names")
    results = await asyncio.gather(*(_resolved(each, patient.instruments.resolve) for each in hosts))
    return together(list(results), f"{len(hosts)} name{'' if len(hosts) == 1 else 's'}: {', '.join(hosts)[:120]}")


async def _resolved(host: str, resolve: Resolve) -> Result:
    began = time.monotonic()
    try:
        data = {host: (await resolve(host))[:8]}
    except OSError:
        return failed(f"{host} is not known to the DNS, nor to /etc/hosts")
    seconds = time.monotonic() - began
    if host.lower().rstrip(".").endswith(".local"):
        return warning(f"{host} is a name of multicast DNS", data=data)
    if seconds > SLOW_NAME:
        return warning(f"the DNS takes {seconds:.1f} s for {host}", data=data)
    return ok(host, data=data)


def _hosts(settings: Settings) -> Iterator[str]:
    urls = (settings.desk.url, settings.gateway.websocket_url, settings.gws.url, settings.gws.browser_url)
    hosts = [urlsplit(each).hostname or "" for each in urls]
    addresses = (settings.sip_server.address, settings.sip_server.backup, settings.gateway.advertise)
    hosts += [each.host for each in addresses if each.port or each is settings.gateway.advertise]
    hosts += [settings.media.advertise, settings.site.public_name]
    for url in settings.turn.urls:
        try:
            hosts.append(Server.parse(url).host)
        except Trouble:
            continue
    yield from (each for each in hosts if each and not _is_address(each))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


@check(
    "machine.clock",
    "The clocks agree",
    why="Tokens, TURN credentials, certificates and calls' times mean nothing where clocks differ: pages are refused"
    " ('expired', 'issued in the future'), and reports tell nonsense.",
    mend="`timedatectl` must say 'System clock synchronized: yes' here and on GWS's machine; switch chrony or"
    " systemd-timesyncd on: `sudo timedatectl set-ntp true`.",
)
async def clock(patient: Patient) -> Result:
    """Compares the Date of GWS's and of the public desk's answers with the clock of this machine."""
    settings = patient.settings
    results = []
    for who, url in (
        ("GWS", f"{settings.gws.url}/api/v2/diagnostics/version"),
        ("the desk", f"{settings.desk.url}/healthz"),
    ):
        try:
            answer = await patient.http.ask("GET", url)
        except Trouble:
            continue  # another check tells
        if answer.ahead is not None:
            results.append(_clock(who, answer.ahead))
    if not results:
        return skipped("nobody told us the time")
    return together(results, "no clock differs by more than a second or two")


def _clock(who: str, ahead: float) -> Result:
    data = {who: round(ahead, 1)}
    direction = "ahead of" if ahead > 0 else "behind"
    what = f"the clock of {who} is {abs(ahead):.0f} s {direction} ours"
    if abs(ahead) > AHEAD_WRONG:
        return failed(what, data=data)
    return warning(what, data=data) if abs(ahead) > AHEAD_WARNED else ok(what, data=data)


@check(
    "machine.disk",
    "There is room on the disk",
    why="When the disk is full, nothing is logged, recorded or kept over a restart.",
    mend="`df -h` and `sudo du -xh --max-depth=2 /var | sort -h | tail` show what fills it; logrotate's configuration"
    " is rendered by `cordboard render`.",
)
async def disk(patient: Patient) -> Result:
    """Looks at the free space where state, media workers' sockets and logs are."""
    return await asyncio.to_thread(_disk, patient.settings)


def _disk(settings: Settings) -> Result:
    wanted = (settings.gateway.state_directory, settings.media.worker_directory, "/var/log", "/")
    places = [Path(each) for each in dict.fromkeys(wanted) if each and Path(each).is_dir()]
    results, seen = [], set()
    for place in places:
        usage, device = shutil.disk_usage(place), place.stat().st_dev
        if device in seen or usage.total < DISK_WARNED * 1_000_000:  # a small one in memory is as it is meant to be
            continue
        seen.add(device)
        free = usage.free / 1_000_000
        what = f"{place} has {free / 1000:.1f} GB left"
        data = {str(place): round(free)}
        results.append(
            failed(what, data=data)
            if free < DISK_WRONG
            else warning(what, data=data)
            if free < DISK_WARNED
            else ok(what, data=data)
        )
    return together(results, "; ".join(each.what for each in results) or "nothing to look at")


@check(
    "machine.memory",
    "There is memory enough",
    why="When memory runs out, the kernel ends the gateway or a media worker, and their calls with it.",
    mend="Give the machine or the container more memory, or run fewer agents on it; `free -m`, and `systemctl show"
    " cordboard -p MemoryMax -p MemoryCurrent`.",
)
async def memory(patient: Patient) -> Result:
    """Compares available memory, and the limit of the control group, with what the configured agents need."""
    need = MEMORY_BESIDES + MEMORY_PER_AGENT * len(patient.settings.agents)
    available = _available(patient.instruments.proc)
    if available is None:
        return skipped("this system does not tell its memory")
    limit = _group_limit()
    have = (min(available, limit) if limit else available) + _own_memory(patient)
    data = {"available": round(have), "needed": round(need)}
    what = f"{have:.0f} MB available, {need:.0f} MB are needed by {len(patient.settings.agents)} agents"
    return warning(what, data=data) if have < need else ok(what, data=data)


def _available(proc: Path) -> float | None:
    try:
        found = re.search(r"^MemAvailable:\s+(\d+) kB", (proc / "meminfo").read_text(), re.M)
    except OSError:
        return None
    return int(found[1]) / 1000 if found else None


def _own_memory(patient: Patient) -> float:
    """What the gateway that runs has already."""
    try:
        text = (patient.instruments.proc / _running(patient) / "status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.M)
    return int(found[1]) / 1000 if found else 0.0


def _running(patient: Patient) -> str:
    """The number of the process that has the desk's port, a name that no process has where that cannot be seen."""
    listen = patient.settings.desk.listen
    pid = re.search(r"\(pid (\d+)\)", patient.instruments.owner_of("tcp", listen.host, listen.port))
    return pid[1] if pid else "nobody"


def _group_limit() -> float | None:
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return None
    return int(text) / 1_000_000 if text.isdecimal() else None


@check(
    "machine.files",
    "Enough files may be open",
    why="Each agent has a connection and each call has sockets; at the limit new agents and calls are refused.",
    mend="In the unit: LimitNOFILE=65536 (`sudo systemctl edit cordboard`, then `sudo systemctl restart cordboard`);"
    " `cordboard render` writes it.",
)
async def files(patient: Patient) -> Result:
    """Compares the limit of open files of the running gateway, or of this shell, with what the agents need."""
    settings = patient.settings
    need = FILES_BESIDES + FILES_PER_AGENT * len(settings.agents)
    limit, whose = _limit(patient)
    data = {"limit": limit, "needed": need}
    what = f"{whose} may open {limit} files, {need} are needed by {len(settings.agents)} agents"
    return warning(what, data=data) if limit < need else ok(what, data=data)


def _limit(patient: Patient) -> tuple[int, str]:
    """The soft limit, and whose it is."""
    try:
        text = (patient.instruments.proc / _running(patient) / "limits").read_text()
    except OSError:
        text = ""
    if found := re.search(r"^Max open files\s+(\d+)", text, re.M):
        return int(found[1]), "the gateway's process"
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0], "a process of this shell"


CHECKS = (names, clock, *ownership.CHECKS, disk, memory, files)
