"""SIP Server, primary and backup: where each is, found by RFC 3263 and looked up again as the DNS says.

A server keeps the target that it has as long as the DNS still names it, so that weights do not send registrations from
one machine to another. A target that fails gives way to the next (RFC 3263 section 4.3). Where nothing is found the
targets of before stay.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from ipaddress import ip_address

from cordboard.config import Address
from cordboard.net.errors import NameUnknown
from cordboard.net.resolver import Resolver
from cordboard.net.tasks import Tasks
from cordboard.observe.log import get_log
from cordboard.sip.events import Flow
from cordboard.sip.location import USUAL_PORT, RecordType, Target, Wanted, is_literal

log = get_log("gateway")
LISTENER = "trunk"
KNOWN_ADDRESSES = 64


class Server:
    """One SIP Server. `name` is primary or backup, `domain` its address as configured: the host of our DNs' URIs.

    `flow` is the way for new requests outside dialogs. `transport` "" is what the DNS says.
    """

    def __init__(self, name: str, address: Address, transport: str) -> None:
        self.name = name
        self.domain = str(address)
        self.host = address.host
        self._wanted = (address.host, address.port, transport)
        self._usual = Flow(transport or "UDP", LISTENER, (address.host, address.port or USUAL_PORT[transport or "UDP"]))
        self._targets: tuple[Target, ...] = ()
        self._place = 0
        self._addresses: OrderedDict[str, None] = OrderedDict()  # of all its targets, earlier ones too

    @property
    def flow(self) -> Flow:
        """Where nothing was found yet, a flow that cannot be sent on."""
        if not self._targets:
            return self._usual
        target = self._targets[self._place]
        return Flow(target.transport, LISTENER, (target.address, target.port))

    @property
    def targets(self) -> tuple[Target, ...]:
        return self._targets

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to look up."""
        return is_literal(self.host)

    def has(self, address: str) -> bool:
        """Whether what comes from this IP address comes from this server."""
        return address in self._addresses or canonical(address) in self._addresses

    def wanted(self, families: tuple[RecordType, ...]) -> Wanted:
        return Wanted(*self._wanted, families)

    def located(self, targets: tuple[Target, ...]) -> None:
        """Take what was found; nothing changes where that is nothing."""
        if not targets:
            log.warning("SIP Server cannot be found", server=self.name, host=self.host, kept=len(self._targets))
            return
        current = self._targets[self._place] if self._targets else None
        self._targets = targets
        self._place = targets.index(current) if current in targets else 0
        for target in targets:
            self._addresses[target.address] = None
            self._addresses.move_to_end(target.address)
        while len(self._addresses) > KNOWN_ADDRESSES:
            self._addresses.popitem(last=False)

    def failed(self, flow: Flow) -> bool:
        """A request on that flow was not answered: go over to the next target. Whether there is one."""
        if len(self._targets) < 2 or flow != self.flow:
            return False
        self._place = (self._place + 1) % len(self._targets)
        log.warning("next address of SIP Server", server=self.name, address=self.flow.remote[0])
        return True


class ServerSearch:
    """Looks the servers up, at the start and whenever the answers have run out."""

    def __init__(
        self, servers: Sequence[Server], resolver: Resolver, families: tuple[RecordType, ...], tasks: Tasks
    ) -> None:
        self._servers = servers
        self._resolver = resolver
        self._families = families
        self._tasks = tasks

    async def start(self) -> None:
        """Raises `NameUnknown` if not one server is found; a search for those that are missing goes on."""
        lifetimes = await asyncio.gather(*(self._look_up(server) for server in self._servers))
        if not any(server.targets for server in self._servers):
            raise NameUnknown(self._servers[0].host)
        for server, lifetime in zip(self._servers, lifetimes, strict=True):
            if not server.fixed:
                self._tasks.start(self._keep(server, lifetime), f"location of {server.name}")

    async def _look_up(self, server: Server) -> float:
        found = await self._resolver.locate(server.wanted(self._families))
        server.located(found.targets)
        return found.lifetime

    async def _keep(self, server: Server, lifetime: float) -> None:
        while True:
            await asyncio.sleep(lifetime)
            lifetime = await self._look_up(server)


def canonical(address: str) -> str:
    """An IP address in its one short form."""
    return str(ip_address(address)) if is_literal(address) else address
