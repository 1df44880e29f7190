"""One question to the DNS, by dnspython, whose sixty modules are loaded with this one."""

from __future__ import annotations

from collections.abc import Sequence

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA
from dns.rdtypes.IN.NAPTR import NAPTR
from dns.rdtypes.IN.SRV import SRV

from cordboard.net.errors import DnsFailed
from cordboard.sip.location import HostAddress, Naptr, Question, Record, Srv

LIFETIME = 3.0  # seconds for one question, all servers and repetitions included


async def ask(servers: Sequence[tuple[str, int]], question: Question) -> tuple[tuple[Record, ...], float | None]:
    """The records and their TTL in seconds, None for a name or record that does not exist. Raises `DnsFailed`."""
    try:
        resolver = _resolver(servers)
        answer = await resolver.resolve(question.name, str(question.type), raise_on_no_answer=False, lifetime=LIFETIME)
    except dns.resolver.NXDOMAIN:
        return (), None
    except (dns.exception.DNSException, OSError, ValueError) as failure:
        raise DnsFailed(type(failure).__name__) from failure
    if answer.rrset is None:
        return (), None
    records = (_read(record) for record in answer.rrset)
    return tuple(each for each in records if each is not None), float(answer.rrset.ttl)


def _resolver(servers: Sequence[tuple[str, int]]) -> dns.asyncresolver.Resolver:
    resolver = dns.asyncresolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in servers]
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
