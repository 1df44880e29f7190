"""A DNS server for tests, on a loopback address of its own: it answers from a zone that the test can change.

zone = {("ss.example", "A"): ("5 127.0.0.1",)}          # TTL and what the record says
async with name_server(zone) as server:
    resolver = Resolver([server.address])
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from cordboard.net.udp import UdpSocket, open_udp

Zone = dict[tuple[str, str], tuple[str, ...]]


@dataclass
class NameServer:
    """`asked` are the questions that came; `answers` False makes it silent, `failing` makes it say SERVFAIL."""

    zone: Zone
    answers: bool = True
    failing: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    socket: UdpSocket | None = None

    @property
    def address(self) -> tuple[str, int]:
        assert self.socket is not None
        return self.socket.address

    def came(self, data: bytes, source: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if self.answers and self.socket is not None:
            self.socket.send(self._answer(query, name, kind).to_wire(), source)

    def _answer(self, query: dns.message.Message, name: str, kind: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        records = self.zone.get((name, kind), ())
        if self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif not records and not any(known == name for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif records:
            ttl = int(records[0].split()[0])
            texts = [record.split(" ", 1)[1] for record in records]
            response.answer.append(dns.rrset.from_text(name + ".", ttl, "IN", kind, *texts))
        return response


@asynccontextmanager
async def name_server(zone: Zone) -> AsyncIterator[NameServer]:
    server = NameServer(zone)
    server.socket = await open_udp("127.0.0.1", 0, server.came)
    try:
        yield server
    finally:
        server.socket.close()
