"""The telephone side of the lab: SIP Server look-alike, its media server, and the customers, started together.

Gateway, desk and GWS are no part of it: whoever composes them gives GWS the `telephony` and the `routes` of this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from aiohttp import web

from cordboard.lab import calls, faults
from cordboard.lab.customers import Customers, CustomersSettings
from cordboard.lab.pacer import Pacer
from cordboard.lab.scenarios import routes as scenarios
from cordboard.lab.scenarios.runner import Scenarios
from cordboard.lab.sip_server.faults.service import ServiceFault
from cordboard.lab.sip_server.server import SipServer
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from cordboard.net.tasks import Tasks


@dataclass(frozen=True, slots=True)
class TelephoneLabSettings:
    """`sip_server.trunk` is set to the customers' trunk at the start."""

    sip_server: SipServerSettings = field(default_factory=SipServerSettings)
    customers: CustomersSettings = field(default_factory=CustomersSettings)


def agents_dns(agents: Iterable[tuple[str, str]], options: Iterable[str] = ()) -> tuple[DnSettings, ...]:
    """DNs of (number, SIP Server password): with a password the DN's REGISTER is challenged.

    `options` are "name=value", for every DN.
    """
    annex = dict(option.split("=", 1) for option in options)
    challenged = {"authenticate-requests": "register"}
    return tuple(DnSettings(dn, password, {**(challenged if password else {}), **annex}) for dn, password in agents)


class TelephoneLab:
    """Made by `TelephoneLab.start`. `telephony` is for GWS, `routes` are its `extra_routes`."""

    def __init__(self, sip_server: SipServer, customers: Customers, tasks: Tasks) -> None:
        self.sip_server = sip_server
        self.customers = customers
        self.scenarios = Scenarios(customers, sip_server)
        self.other_faults: dict[str, faults.OtherFaults] = {  # by their keys, for the page of faults
            "outOfService": ServiceFault(sip_server)
        }
        self._tasks = tasks

    @classmethod
    async def start(cls, settings: TelephoneLabSettings) -> TelephoneLab:
        """Raises `PortTaken` or `AddressUnusable`; then nothing is left running."""
        tasks = Tasks("lab")
        pacer = Pacer(tasks)
        customers: Customers | None = None
        try:
            customers = await Customers.start(settings.customers, pacer)
            sip_server = await SipServer.start(replace(settings.sip_server, trunk=customers.trunk), pacer)
        except BaseException:
            if customers is not None:
                await customers.close()
            await tasks.close()
            raise
        customers.sip_server = sip_server.address
        customers.announce = sip_server.expect_call
        return cls(sip_server, customers, tasks)

    @property
    def telephony(self) -> SipServer:
        """SIP Server as GWS sees it."""
        return self.sip_server

    @property
    def routes(self) -> list[web.RouteDef]:
        """The HTTP API for customers' calls, scenarios and faults."""
        return [
            *calls.routes(self.customers),
            *scenarios.routes(self.scenarios, self.sip_server),
            *faults.routes(self.sip_server, self.other_faults),
        ]

    async def close(self) -> None:
        await self.scenarios.close()
        await self.customers.close()
        await self.sip_server.close()
        await self._tasks.close()
