"""Asks the DNS for where a server is (`cordboard.sip.location`), without ever blocking the event loop.

Answers are kept as long as their TTL says. Where the DNS fails, the last good answer goes on holding. Names of this
machine's hosts file come first, as everywhere else on it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
import structlog
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA
from dns.rdtypes.IN.NAPTR import NAPTR
from dns.rdtypes.IN.SRV import SRV

from cordboard.sip.location import (
    Answer,
    HostAddress,
    Located,
    Location,
    Naptr,
    Question,
    Record,
    RecordType,
    Srv,
    Target,
    Wanted,
)

log = structlog.get_logger("net")

HOSTS = Path("/etc/hosts")
LIFETIME = 3.0  # seconds for one question, all servers and repetitions included
SHORTEST, LONGEST = 5.0, 3600.0  # seconds that an answer is kept
AFTER_FAILURE = 10.0


class DnsFailed(Exception):
    """No answer: no server, no reply in time, or one that says it cannot tell."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where the server is, and for how many seconds that holds."""

    targets: tuple[Target, ...]
    lifetime: float


@dataclass(slots=True)
class _Kept:
    records: tuple[Record, ...]
    until: float


class Resolver:
    """`servers` are (address, port) of DNS servers; without any, those of /etc/resolv.conf."""

    def __init__(self, servers: Iterable[tuple[str, int]] = (), hosts: Path = HOSTS) -> None:
        self._servers = tuple(servers)
        self._hosts = hosts
        self._kept: dict[Question, _Kept] = {}
        self._loop = asyncio.get_running_loop()

    async def locate(self, wanted: Wanted) -> Found:
        """Search until there is a result; `targets` is empty if the server cannot be found."""
        location = Location(wanted, lambda most: random.randint(0, most))
        outputs = location.begin()
        now, until = self._loop.time(), self._loop.time() + LONGEST
        while not isinstance(outputs[0], Located):
            questions = [each for each in outputs if isinstance(each, Question)]
            kept = await asyncio.gather(*(self._ask(each) for each in questions))
            until = min(until, *(each.until for each in kept))
            for question, each in zip(questions, kept, strict=True):
                outputs = location.handle(Answer(question, each.records))
        return Found(outputs[0].targets, max(SHORTEST, until - now))

    async def _ask(self, question: Question) -> _Kept:
        now = self._loop.time()
        kept = self._kept.get(question)
        if kept is not None and now < kept.until:
            return kept
        try:
            records, seconds = self._in_hosts_file(question) or await self._in_dns(question)
        except DnsFailed as failure:
            log.warning("DNS gives no answer", name=question.name, type=str(question.type), why=str(failure))
            return _Kept(kept.records if kept else (), now + AFTER_FAILURE)
        self._kept[question] = found = _Kept(records, now + min(max(seconds, SHORTEST), LONGEST))
        return found

    def _in_hosts_file(self, question: Question) -> tuple[tuple[Record, ...], float] | None:
        if question.type not in (RecordType.A, RecordType.AAAA):
            return None
        try:
            lines = self._hosts.read_text(errors="replace").splitlines()
        except OSError:
            return None
        words = (line.partition("#")[0].lower().split() for line in lines)
        known = [found[0] for found in words if question.name.lower().rstrip(".") in found[1:]]
        wanted = [HostAddress(each) for each in known if (":" in each) == (question.type is RecordType.AAAA)]
        return (tuple(wanted), SHORTEST) if known else None

    async def _in_dns(self, question: Question) -> tuple[tuple[Record, ...], float]:
        """The records and their TTL; a name or record that does not exist has none."""
        try:
            resolver = self._resolver()
            answer = await resolver.resolve(
                question.name, str(question.type), raise_on_no_answer=False, lifetime=LIFETIME
            )
        except dns.resolver.NXDOMAIN:
            return (), AFTER_FAILURE
        except (dns.exception.DNSException, OSError, ValueError) as failure:
            raise DnsFailed(type(failure).__name__) from failure
        if answer.rrset is None:
            return (), AFTER_FAILURE
        records = (_read(record) for record in answer.rrset)
        return tuple(each for each in records if each is not None), float(answer.rrset.ttl)

    def _resolver(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in self._servers]
        return resolver


def _read(record: object) -> Record | None:
    match record:
        case A() | AAAA():
            return HostAddress(record.address)
        case SRV():
            return Srv(record.priority, record.weight, record.port, _name(record.target))
        case NAPTR():
            flags, service = record.flags.decode("ascii", "replace"), record.service.decode("ascii", "replace")
            return Naptr(record.order, record.preference, flags, service, _name(record.replacement))
    return None


def _name(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)
