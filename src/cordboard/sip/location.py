"""Where a server is: from a host and what the DNS says about it to an ordered list of targets (RFC 3263, RFC 2782).

`Location` asks in up to three steps, each only if the one before leaves something open:

1. which transport: NAPTR of the name, if neither port nor transport is given (RFC 3263 section 4.1),
2. which hosts: SRV, if no port is given (section 4.2); with neither NAPTR nor transport one for each transport,
3. which addresses: A or AAAA of each host.

An IP literal needs no question. A step without answers falls back to the next: a name without SRV is a host with the
usual port. Chance comes in as a function, so the weighted order of RFC 2782 is the same for the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address

REMEMBERED = 1024  # hosts, whether they are addresses
LONGEST_LITERAL = 64  # characters: IPv6 with the name of an interface
MAXIMUM_RECORDS = 32  # of one answer; nobody has more servers than that

USUAL_PORT = {"UDP": 5060, "TCP": 5060, "TLS": 5061}
SERVICE = {"UDP": "_sip._udp", "TCP": "_sip._tcp", "TLS": "_sips._tcp"}
NAPTR_SERVICE = {"SIP+D2U": "UDP", "SIP+D2T": "TCP", "SIPS+D2T": "TLS"}


class RecordType(StrEnum):
    NAPTR = "NAPTR"
    SRV = "SRV"
    A = "A"
    AAAA = "AAAA"


@dataclass(frozen=True, slots=True)
class Naptr:
    order: int
    preference: int
    flags: str
    service: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Srv:
    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True, slots=True)
class HostAddress:
    """What an A or AAAA record says."""

    address: str


Record = Naptr | Srv | HostAddress


@dataclass(frozen=True, slots=True)
class Question:
    """A name and the kind of record that is wanted of it."""

    name: str
    type: RecordType


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request can be sent; `host` is the name that `address` came from."""

    transport: str
    address: str
    port: int
    host: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. Port 0 and transport "" are to be found out; `families` are the addresses we can use."""

    host: str
    port: int = 0
    transport: str = ""
    families: tuple[RecordType, ...] = (RecordType.A,)


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of a question, none if there are none."""

    question: Question
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """The targets in the order in which they are to be tried; empty if the server cannot be found."""

    targets: tuple[Target, ...]


Output = Question | Located
Chance = Callable[[int], int]
"""Gives a whole number from 0 to its argument, both included."""


@dataclass(frozen=True, slots=True)
class _Host:
    transport: str
    name: str
    port: int


class Location:
    """One search. `begin` and `handle` give questions until there is a `Located`."""

    def __init__(self, wanted: Wanted, chance: Chance) -> None:
        self._wanted = wanted
        self._chance = chance
        self._asked: dict[Question, tuple[Record, ...] | None] = {}
        self._then: Callable[[], list[Output]] = lambda: []
        self._services: tuple[tuple[str, str], ...] = ()  # transport and name of the SRV records
        self._hosts: list[_Host] = []

    def begin(self) -> list[Output]:
        """The first questions, or the targets at once."""
        wanted = self._wanted
        transport = wanted.transport or "UDP"
        if is_literal(wanted.host):
            port = wanted.port or USUAL_PORT[transport]
            return [Located((Target(transport, str(ip_address(wanted.host)), port, wanted.host),))]
        if wanted.port:
            return self._ask_hosts([_Host(transport, wanted.host, wanted.port)])
        if wanted.transport:
            return self._ask_services([(transport, f"{SERVICE[transport]}.{wanted.host}")])
        return self._ask([Question(wanted.host, RecordType.NAPTR)], self._after_naptr)

    def handle(self, answer: Answer) -> list[Output]:
        """Take the answer to a question; each is to be answered once."""
        if self._asked.get(answer.question, ()) is not None:
            return []
        self._asked[answer.question] = answer.records[:MAXIMUM_RECORDS]
        return [] if None in self._asked.values() else self._then()

    # --- the steps

    def _ask(self, questions: Iterable[Question], then: Callable[[], list[Output]]) -> list[Output]:
        self._asked = dict.fromkeys(questions)
        self._then = then
        return list(self._asked) or then()

    def _after_naptr(self) -> list[Output]:
        (records,) = self._asked.values()
        services = services_of(records or ())
        usual = [(transport, f"{name}.{self._wanted.host}") for transport, name in SERVICE.items()]
        return self._ask_services(services or usual)

    def _ask_services(self, services: list[tuple[str, str]]) -> list[Output]:
        self._services = tuple(services)
        return self._ask((Question(name, RecordType.SRV) for _, name in services), self._after_services)

    def _after_services(self) -> list[Output]:
        hosts: list[_Host] = []
        for transport, name in self._services:
            records = self._asked[Question(name, RecordType.SRV)] or ()
            servers = [each for each in records if isinstance(each, Srv) and each.target not in ("", ".")]
            hosts += [_Host(transport, each.target, each.port) for each in in_order(servers, self._chance)]
        if not hosts and not any(self._asked.values()):
            transport = self._wanted.transport or "UDP"
            hosts = [_Host(transport, self._wanted.host, USUAL_PORT[transport])]
        return self._ask_hosts(hosts[:MAXIMUM_RECORDS])

    def _ask_hosts(self, hosts: list[_Host]) -> list[Output]:
        self._hosts = hosts
        questions = [
            Question(name, family)
            for name in dict.fromkeys(host.name for host in hosts if not is_literal(host.name))
            for family in self._wanted.families
        ]
        return self._ask(questions, self._after_hosts)

    def _after_hosts(self) -> list[Output]:
        found = (
            Target(host.transport, address, host.port, host.name)
            for host in self._hosts
            for address in addresses_of(host.name, self._wanted.families, self._asked)
        )
        return [Located(tuple(dict.fromkeys(found)))]


def is_literal(host: str) -> bool:
    """Whether a host is an IP address."""
    return _is_literal(host) if len(host) <= LONGEST_LITERAL else False


@lru_cache(REMEMBERED)
def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def addresses_of(
    name: str, families: Iterable[RecordType], answers: Mapping[Question, tuple[Record, ...] | None]
) -> list[str]:
    """The addresses of a host, in the order of the answers."""
    if is_literal(name):
        return [str(ip_address(name))]
    records = (record for family in families for record in answers.get(Question(name, family)) or ())
    return [str(ip_address(each.address)) for each in records if isinstance(each, HostAddress)]


def services_of(records: Iterable[Record]) -> list[tuple[str, str]]:
    """Transport and SRV name of each NAPTR record that we can use, best first (RFC 3263 section 4.1)."""
    usable = [
        each
        for each in records
        if isinstance(each, Naptr) and each.flags.lower() == "s" and each.service.upper() in NAPTR_SERVICE
    ]
    usable.sort(key=lambda record: (record.order, record.preference))
    found = ((NAPTR_SERVICE[each.service.upper()], each.replacement) for each in usable)
    return list(dict.fromkeys(found))


def in_order(records: Iterable[Srv], chance: Chance) -> list[Srv]:
    """SRV records by priority, those of one priority drawn by weight (RFC 2782)."""
    ordered: list[Srv] = []
    left = sorted(records, key=lambda record: (record.priority, record.weight != 0))
    while left:
        same = [each for each in left if each.priority == left[0].priority]
        left = left[len(same) :]
        while same:
            drawn = _draw(same, chance)
            same.remove(drawn)
            ordered.append(drawn)
    return ordered


def _draw(records: list[Srv], chance: Chance) -> Srv:
    number = chance(sum(each.weight for each in records))
    running = 0
    for each in records:
        running += each.weight
        if running >= number:
            return each
    return records[-1]
