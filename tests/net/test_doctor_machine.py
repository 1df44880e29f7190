"""Faults of this machine and of the programs around Cordboard: the doctor finds them and says what to do."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cordboard.config import Address, PortRange, lab_settings, load, parse
from cordboard.deploy.whole import render_all
from cordboard.doctor import Finding, State
from cordboard.doctor.asking import sip as sip_asking
from cordboard.doctor.checks import machine, ownership, peers
from kit.doctor import QUICK, Canned, answering, changed, is_told, one
from kit.turn_server import SECRET, TurnFaults, turn_server

LAB = lab_settings()
WARNING, FAILED, OK, SKIPPED = State.WARNING, State.FAILED, State.OK, State.SKIPPED


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_asking, "PATIENCE", 0.8)
    monkeypatch.setattr(peers, "NG_SECONDS", 0.3)


# --- media and machine ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def taken(port: int = 0) -> AsyncIterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", port))
        yield held.getsockname()[1]


async def test_ports_that_are_taken() -> None:
    owned = replace(QUICK, owner_of=lambda transport, host, port: "process asterisk (pid 1)")
    nobody = {"desk__listen": Address("127.0.0.1", 9), "media__webrtc_ports": PortRange(9, 9)}
    async with taken() as port:
        full = changed(LAB, media__rtp_ports=PortRange(port, port), **nobody)
        assert is_told(await one(full, "media.ports"), FAILED, "no port of")
        some = changed(LAB, media__rtp_ports=PortRange(port - 2, port), **nobody)
        assert is_told(await one(some, "media.ports", owned), WARNING, "by process asterisk (pid 1)")
        held = changed(LAB, gateway__sip=Address("127.0.0.1", port), **nobody)
        assert is_told(await one(held, "media.sip_port", owned), FAILED, "is taken by process asterisk (pid 1)")


async def test_ports_of_a_gateway_that_runs_are_read_and_not_tried(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    first = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    entry = "  1: {}:{:04X} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000 0\n"
    here = f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}"
    lines = [entry.format(here, 10000), entry.format("00000000", 10001), entry.format("FFFFFFFF", 10002)]
    (tmp_path / "net" / "udp").write_text(first + "".join(lines))
    async with answering({"/healthz": Canned(200, "{}", "application/json")}) as at:
        found = await one(changed(LAB, desk__listen=at), "media.ports", replace(QUICK, proc=tmp_path))
    assert (found.state, found.data["taken"], found.data["free"]) == (OK, 2, 9999)
    entry6 = entry.replace("00000000:0000 07", "00000000000000000000000000000000:0000 07")
    own = "".join(
        f"{int.from_bytes(bytes.fromhex(word), sys.byteorder):08X}"
        for word in ("20010db8", "0" * 8, "0" * 8, "00000005")
    )
    (tmp_path / "net" / "udp6").write_text(first + entry6.format(own, 10000) + entry6.format("0" * 32, 10001))
    async with answering({"/healthz": Canned(200, "{}", "application/json")}) as at:
        site = changed(LAB, desk__listen=at, media__address="2001:db8::5")
        found = await one(site, "media.ports", replace(QUICK, proc=tmp_path))
    assert (found.state, found.data["taken"], found.data["free"]) == (OK, 2, 9999)


async def test_ports_that_are_few_or_everybodys(tmp_path: Path) -> None:
    few = changed(LAB, media__rtp_ports=PortRange(19, 38), media__webrtc_ports=PortRange(9, 9))
    assert is_told(await one(few, "media.ports"), WARNING, "20 ports, 80 are needed")
    (tmp_path / "sys/net/ipv4").mkdir(parents=True)
    (tmp_path / "sys/net/ipv4/ip_local_port_range").write_text("200\t999\n")
    reserved = tmp_path / "sys/net/ipv4/ip_local_reserved_ports"
    reserved.write_text("\n")
    many = changed(LAB, media__rtp_ports=PortRange(211, 410), media__webrtc_ports=PortRange(9, 9))
    here = replace(QUICK, proc=tmp_path)
    assert is_told(await one(many, "media.ports", here), WARNING, "overlap")
    reserved.write_text("80,205-500\n")
    assert (await one(many, "media.ports", here)).state is OK


ZONES = """echo 'public (default, active)
  target: {target}
  services: ssh {services}
  ports: {ports}
  rich rules:
\t{rich}

work
  ports: 1-65535/udp'"""


def zones(ports: str = "", target: str = "default", services: str = "", rich: str = "") -> str:
    return ZONES.format(ports=ports, target=target, services=services, rich=rich)


RICH = 'rule family="ipv4" source address="192.0.2.81" port port="5060" protocol="udp" accept'


@pytest.mark.parametrize(
    ("script", "state", "said"),
    [
        (zones("10000-20000/udp 20100-20131/udp 22/tcp 5060/udp"), OK, "lets UDP 10000-20000"),
        (zones("10000-20000/udp 20100-20131/udp", rich=RICH), OK, "5060 in"),
        (zones("10000-20000/udp 20100-20131/udp", services="sip"), OK, "5060 in"),
        (zones(target="ACCEPT"), OK, "5060 in"),
        (zones("10000-20000/udp 20100-20131/udp 5060/tcp"), FAILED, "does not let UDP 5060 in"),
        (zones("10000-15000/udp 20100-20131/udp 5060/udp"), FAILED, "does not let UDP 10000-20000 in"),
        ("exit 252", State.SKIPPED, "another firewall must let"),
    ],
)
async def test_firewall(tmp_path: Path, script: str, state: State, said: str) -> None:
    command = tmp_path / "firewall-cmd"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    site = changed(LAB, gateway__sip=Address("192.0.2.10", 5060))
    found = await one(site, "media.firewall", replace(QUICK, firewall_command=str(command)))
    assert (found.state, said in found.what) == (state, True), found
    assert state is not FAILED or "--add-port=" in found.mend


async def test_the_loop_in_python() -> None:
    assert is_told(await one(changed(LAB, media__loop="python"), "media.relay"), WARNING, "python")
    assert is_told(await one(changed(LAB, media__workers=200), "media.relay"), WARNING, "share")


async def test_a_small_buffer(tmp_path: Path) -> None:
    assert (await one(LAB, "media.buffer", replace(QUICK, proc=tmp_path))).state is SKIPPED
    told = tmp_path / "sys/net/core/rmem_max"
    told.parent.mkdir(parents=True)
    told.write_text("212992\n")
    assert is_told(await one(LAB, "media.buffer", replace(QUICK, proc=tmp_path)), WARNING, "212992 octets")
    told.write_text("4194304\n")
    assert (await one(LAB, "media.buffer", replace(QUICK, proc=tmp_path))).state is OK


async def test_names() -> None:
    async def resolve(host: str) -> list[str]:
        if host == "gws.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return ["192.0.2.1"]

    async def slowly(host: str) -> list[str]:
        await asyncio.sleep(0.02)
        return ["192.0.2.1"]

    known = replace(QUICK, resolve=resolve)
    settings = changed(LAB, gws__url="http://gws.invalid:8090", desk__url="https://phone.local")
    found = await one(settings, "machine.names", known)
    assert is_told(found, FAILED, "gws.invalid is not known to the DNS")
    assert "phone.local is a name of multicast DNS" in found.what
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "SLOW_NAME", 0.01)
        slow = changed(LAB, desk__url="https://phone.example")
        assert is_told(await one(slow, "machine.names", replace(QUICK, resolve=slowly)), WARNING, "the DNS takes")


async def test_state_directory(tmp_path: Path) -> None:
    async def state(directory: Path | str, **more: Any) -> Finding:
        return await one(changed(LAB, gateway__state_directory=str(directory), **more), "machine.state_directory")

    kept = tmp_path / "state"
    kept.mkdir(mode=0o700)
    assert (await state(kept)).state is OK
    assert is_told(await state(tmp_path / "missing"), FAILED, "no such file")
    assert is_told(await state("", prefill=None), WARNING, "nothing is kept over a restart")
    (kept / "token-secret").write_bytes(b"x" * 32)
    (kept / "token-secret").chmod(0o644)
    assert is_told(await state(kept), FAILED, "is open to others")
    kept.chmod(0o755)
    assert is_told(await state(kept), WARNING, "mode 0755")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o755  # the doctor mends nothing itself
    assert is_told(await state(kept / "token-secret"), FAILED, "is no directory")


async def test_disk_memory_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, state in ((50e6, FAILED), (500e6, WARNING), (50e9, OK)):
        usage = SimpleNamespace(total=100e9, free=free)
        monkeypatch.setattr("shutil.disk_usage", lambda place, usage=usage: usage)
        assert (await one(LAB, "machine.disk")).state is state
    (tmp_path / "meminfo").write_text("MemTotal: 1 kB\nMemAvailable:   20480 kB\n")
    (tmp_path / "77").mkdir()
    (tmp_path / "77" / "limits").write_text(
        "Max open files            256                  4096                 files\n"
    )
    small = replace(QUICK, proc=tmp_path, owner_of=lambda transport, host, port: "process cordboard (pid 77)")
    assert is_told(await one(LAB, "machine.memory", small), WARNING, "20 MB available")
    assert is_told(await one(LAB, "machine.files", small), WARNING, "may open 256 files")


# --- programs around --------------------------------------------------------------------------------------------------


async def test_rtpengine_that_is_silent() -> None:
    async with taken() as port:
        settings = changed(LAB, media__engine="rtpengine", rtpengine__daemons=(Address("127.0.0.1", port),))
        assert is_told(await one(settings, "peers.rtpengine"), FAILED, "does not answer")


async def test_asterisk_in_the_gateways_place() -> None:
    async with answering(Canned(426, headers={"Server": "Asterisk/16.28.0"})) as at:
        settings = changed(LAB, gateway__kind="asterisk", gateway__websocket=at)
        assert (await one(settings, "peers.asterisk")).state is OK
        assert is_told(await one(settings, "peers.versions"), WARNING, "Asterisk 16.28.0 has no translation")
    async with answering(Canned(404, headers={"Server": "nginx"})) as at:
        settings = changed(LAB, gateway__kind="asterisk", gateway__websocket=at)
        assert is_told(await one(settings, "peers.asterisk"), FAILED, "answers 404 by nginx")


async def test_a_turn_server_with_a_known_fault() -> None:
    async with turn_server(TurnFaults(software="Coturn-4.5.1.3 'dan Eider'")) as (url, _):
        found = await one(changed(LAB, turn__urls=(url,), turn__secret=SECRET), "peers.versions")
    assert is_told(found, WARNING, "CVE-2020-26262")
    assert found.data["versions"] == ["Coturn 4.5.1.3"]


# --- what was rendered ------------------------------------------------------------------------------------------------

SITE = """
[sip_server]
address = "192.0.2.10:5060"
[gws]
url = "http://192.0.2.11:8090"
[site]
public_name = "phone.example"
certificate = "/etc/cordboard/phone.pem"
certificate_key = "/etc/cordboard/phone.key"
[[agents]]
dn = "5001"
"""


async def test_a_site_without_a_name_renders_nothing() -> None:
    settings = parse("\n".join(line for line in SITE.splitlines() if not line.startswith(("public", "cert"))))
    assert (await one(settings, "peers.rendered")).state is SKIPPED


async def test_whom_files_belong_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command by root reads everything; the service has a user of its own."""
    file, state = tmp_path / "cordboard.toml", tmp_path / "state"
    file.write_text(f'{SITE}[gateway]\nstate_directory = "{state}"\n')
    state.mkdir(0o700)
    settings = load(file)
    real = ownership.pwd.getpwnam("root")
    for uid, mode, answers in (
        (os.geteuid(), 0o600, (OK, OK)),
        (12345, 0o600, (FAILED, FAILED)),
        (12345, 0o644, (OK, FAILED)),
    ):
        user = type(real)((*real[:2], uid, uid, *real[4:]))
        monkeypatch.setattr(ownership.pwd, "getpwnam", lambda _name, user=user: user)
        file.chmod(mode)
        found = [await one(settings, each) for each in ("machine.secrets", "machine.state_directory")]
        assert tuple(each.state for each in found) == answers, (uid, mode, found)


async def test_deployed_files(tmp_path: Path) -> None:
    settings = parse(SITE)
    here = replace(QUICK, root=tmp_path)
    assert "nothing that `cordboard render` wrote" in (await one(settings, "peers.rendered", here)).what
    first = next(each for each in render_all(settings) if each.place)
    file = tmp_path / first.place.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_text(first.text)
    file.chmod(first.mode)
    assert (await one(settings, "peers.rendered", here)).what == "1 file as it would be rendered"
    file.write_text("its own: a machine with other sites")
    assert "nothing that `cordboard render` wrote" in (await one(settings, "peers.rendered", here)).what
    file.write_text(first.text + "changed by hand\n")
    assert is_told(await one(settings, "peers.rendered", here), WARNING, f"1 deployed file differs: {file}")
    file.unlink()
