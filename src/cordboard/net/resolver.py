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

from cordboard.net.errors import DnsFailed
from cordboard.observe import get_log
from cordboard.sip.location import Answer, HostAddress, Located, Location, Question, Record, RecordType, Target, Wanted

log = get_log("net")

HOSTS = Path("/etc/hosts")
SHORTEST, LONGEST = 5.0, 3600.0  # seconds that an answer is kept
AFTER_FAILURE = 10.0


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
        """Loads what it needs when a name is asked for: most sites have addresses, and a start is waited for."""
        from cordboard.net.name_servers import ask

        records, seconds = await ask(self._servers, question)
        return records, AFTER_FAILURE if seconds is None else seconds
