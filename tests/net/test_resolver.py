"""Where SIP Server is, asked of a real DNS server on loopback."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cordboard.net import name_servers
from cordboard.net import resolver as module
from cordboard.net.resolver import Resolver
from cordboard.sip.location import RecordType, Target, Wanted
from kit.name_server import NameServer, Zone, name_server
from kit.site import free_port

NO_HOSTS = Path("/nonexistent")
ZONE: Zone = {
    ("ss.example", "NAPTR"): (
        '60 10 20 "s" "SIP+D2U" "" _sip._udp.ss.example.',
        '60 10 10 "s" "SIP+D2T" "" _sip._tcp.ss.example.',
    ),
    ("_sip._tcp.ss.example", "SRV"): ("60 10 0 5070 a.example.", "60 20 0 5080 b.example."),
    ("_sip._udp.ss.example", "SRV"): ("60 10 0 5060 a.example.",),
    ("a.example", "A"): ("7 127.0.0.1",),
    ("b.example", "A"): ("60 127.0.0.2",),
    ("b.example", "AAAA"): ("60 ::1",),
}


@pytest.fixture
async def dns() -> AsyncIterator[NameServer]:
    async with name_server(dict(ZONE)) as server:
        yield server


def resolver(dns: NameServer, hosts: Path = NO_HOSTS) -> Resolver:
    return Resolver([dns.address], hosts)


async def test_naptr_srv_and_addresses(dns: NameServer) -> None:
    found = await resolver(dns).locate(Wanted("ss.example"))
    assert found.targets == (
        Target("TCP", "127.0.0.1", 5070, "a.example"),
        Target("TCP", "127.0.0.2", 5080, "b.example"),
        Target("UDP", "127.0.0.1", 5060, "a.example"),
    )
    assert 6.5 < found.lifetime < 7.5, "the shortest TTL counts"


async def test_ipv6_addresses(dns: NameServer) -> None:
    found = await resolver(dns).locate(Wanted("b.example", 5060, "TLS", (RecordType.AAAA,)))
    assert found.targets == (Target("TLS", "::1", 5060, "b.example"),)


async def test_answers_are_kept_for_their_ttl(dns: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHORTEST", 0.1)
    dns.zone["a.example", "A"] = ("0 127.0.0.1",)
    asking = resolver(dns)
    wanted = Wanted("a.example", 5060, "UDP")
    for _ in range(3):
        await asking.locate(wanted)
    assert dns.asked == [("a.example", "A")]
    await asyncio.sleep(0.12)
    dns.zone["a.example", "A"] = ("0 127.0.0.9",)
    assert [each.address for each in (await asking.locate(wanted)).targets] == ["127.0.0.9"]


@pytest.mark.parametrize("how", ["silent", "failing"])
async def test_last_good_answer_holds_while_the_dns_fails(
    dns: NameServer, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(module, "SHORTEST", 0.05)
    monkeypatch.setattr(name_servers, "LIFETIME", 0.3)
    dns.zone["a.example", "A"] = ("0 127.0.0.1",)
    asking = resolver(dns)
    wanted = Wanted("a.example", 5060, "UDP")
    good = await asking.locate(wanted)
    await asyncio.sleep(0.06)
    dns.answers, dns.failing = how != "silent", how == "failing"
    with capture_logs() as lines:
        again = await asking.locate(wanted)
    assert again.targets == good.targets
    assert again.lifetime < module.AFTER_FAILURE + 1
    assert [line["event"] for line in lines] == ["DNS gives no answer"]


async def test_unknown_names_and_no_server_give_nothing(dns: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_servers, "LIFETIME", 0.3)
    assert (await resolver(dns).locate(Wanted("nowhere.example"))).targets == ()
    nobody = Resolver([("127.0.0.1", free_port(kind=socket.SOCK_DGRAM))], NO_HOSTS)
    assert (await nobody.locate(Wanted("a.example", 5060, "UDP"))).targets == ()


@pytest.mark.parametrize("name", ["a..example", "x" * 70 + ".example", "a" * 300])
async def test_names_that_no_dns_can_hold_lead_nowhere(dns: NameServer, name: str) -> None:
    assert (await resolver(dns).locate(Wanted(name, 5060, "UDP"))).targets == ()


async def test_loop_goes_on_while_the_dns_is_silent(dns: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_servers, "LIFETIME", 0.3)
    dns.answers = False
    search = asyncio.get_running_loop().create_task(resolver(dns).locate(Wanted("a.example", 5060, "UDP")))
    longest, last = 0.0, asyncio.get_running_loop().time()
    while not search.done():
        await asyncio.sleep(0.005)
        now = asyncio.get_running_loop().time()
        longest, last = max(longest, now - last), now
    assert longest < 0.2


async def test_hosts_file_comes_first(dns: NameServer, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("# names\n127.0.0.77 a.example a\n::1 a.example # six\n127.0.0.78 other\n")
    found = await resolver(dns, hosts).locate(Wanted("A.example", 5060, "UDP"))
    assert [each.address for each in found.targets] == ["127.0.0.77"]
    six = await resolver(dns, hosts).locate(Wanted("a", 5060, "UDP", (RecordType.AAAA,)))
    assert six.targets == ()
    assert dns.asked == []


async def test_a_dns_server_that_we_did_not_write(tmp_path: Path) -> None:
    """dnsmasq, from the Debian package of that name."""
    program = shutil.which("dnsmasq")
    assert program, "no dnsmasq on PATH: apt-get install dnsmasq-base"
    port = free_port(kind=socket.SOCK_DGRAM)
    process = await asyncio.create_subprocess_exec(
        program,
        *("--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file", "--user=root"),
        *("--listen-address=127.0.0.1", "--bind-interfaces", f"--port={port}", "--local-ttl=30"),
        "--naptr-record=ss.example,10,10,s,SIP+D2T,,_sip._tcp.ss.example",
        "--srv-host=_sip._tcp.ss.example,a.example,5070,10,5",
        "--srv-host=_sip._tcp.ss.example,b.example,5080,20,5",
        "--host-record=a.example,127.0.0.1",
        "--host-record=b.example,127.0.0.2,::1",
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        asking = Resolver([("127.0.0.1", port)], NO_HOSTS)
        for _ in range(50):
            found = await asking.locate(Wanted("ss.example"))
            if found.targets:
                break
            asking = Resolver([("127.0.0.1", port)], NO_HOSTS)
            await asyncio.sleep(0.05)
        assert found.targets == (
            Target("TCP", "127.0.0.1", 5070, "a.example"),
            Target("TCP", "127.0.0.2", 5080, "b.example"),
        )
    finally:
        process.terminate()
        await process.wait()
