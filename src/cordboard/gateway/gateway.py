"""The gateway: pages on one side, SIP Server on the other, seats and calls between them.

This module only introduces them to each other. A page registers: its seat wants the DN registered at SIP Server. An
INVITE comes from one side: a call is made of two legs. Everything else about a session goes to the call that owns it.
"""

from __future__ import annotations

import secrets

from cordboard.call.call import Call
from cordboard.call.media import Side
from cordboard.call.page_leg import CallSettings, PageBack, PageGone, PageLeg
from cordboard.call.trunk_leg import TrunkLeg
from cordboard.config.settings import Settings
from cordboard.gateway.authentication import PageAuthentication
from cordboard.gateway.calls import Calls
from cordboard.gateway.pages import PageSide
from cordboard.gateway.registrations import Registrations
from cordboard.gateway.seats import Seats
from cordboard.gateway.trunk import TrunkSide, resolve
from cordboard.media.port import MediaEngine
from cordboard.net.tasks import Tasks
from cordboard.observe.log import Occasionally, get_log
from cordboard.observe.metrics import Metrics
from cordboard.seat import seat as seats
from cordboard.seat.store import MemoryStore
from cordboard.sip import events as sip
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Request
from cordboard.sip.uri import Uri

log = get_log("gateway")


class Gateway:
    """Made by `await Gateway.start(...)`; `close` ends every call and takes every registration back."""

    def __init__(
        self, settings: Settings, engine: MediaEngine, secret: bytes, server_host: str, metrics: Metrics
    ) -> None:
        gateway = settings.gateway
        passwords = {agent.dn: agent.page_password for agent in settings.agents}
        judge = PageAuthentication(passwords, secret, gateway.realm, gateway.page_digest)
        self._settings = settings
        self._tasks = Tasks("gateway")
        self._occasionally = Occasionally(log)
        self._call_settings = CallSettings(reject_status=gateway.reject_status)
        self.trunk = TrunkSide(settings.sip_server.address, server_host, self._from_trunk, metrics)
        self.pages = PageSide(gateway, judge, self, metrics)
        self.calls = Calls(engine, self._tasks, self._to_core, metrics)
        self.seats = Seats(MemoryStore(tuple(passwords), gateway.page_gone_seconds), self._seat_says)
        self.registrations = Registrations(settings, self.trunk, metrics)

    @classmethod
    async def start(cls, settings: Settings, engine: MediaEngine, secret: bytes, metrics: Metrics) -> Gateway:
        """Open both sides. `secret` is the desk's, for tokens. Raises `PortTaken` or `AddressUnusable`."""
        gateway = cls(settings, engine, secret, await resolve(settings.sip_server.address), metrics)
        try:
            await gateway.trunk.open(settings.gateway.sip, settings.gateway.advertise)
            await gateway.pages.open()
        except BaseException:
            await gateway.close()
            raise
        return gateway

    async def close(self) -> None:
        self.calls.end_all("the gateway stops")
        self.seats.close()
        await self.registrations.close()
        await self.pages.close()
        self.trunk.close()
        await self._tasks.close()

    def _to_core(self, side: Side, command: sip.Input) -> None:
        (self.pages if side is Side.PAGE else self.trunk).feed(command)

    # --- SIP Server

    def _from_trunk(self, output: sip.Output) -> None:
        match output:
            case sip.Invited():
                self._server_calls(output)
            case sip.OutOfDialogReplied():
                self.registrations.replied(output)
            case sip.OutOfDialogRequested():
                self._server_asks(output)
            case sip.Transmit() | sip.Malformed():
                pass
            case _:
                self.calls.deliver(Side.TRUNK, output.session, output)

    def _server_calls(self, invited: sip.Invited) -> None:
        dn = user_of(invited.request)
        seat = self.seats.seat(dn)
        if seat is None or seat.page is None:
            status = 404 if seat is None else 480
            self._occasionally.info(f"{dn} {status}", "call for a DN without a page refused", dn=dn, status=status)
            self.trunk.feed(sip.Reject(invited.session, status))
            return
        self.calls.begin(self._call(dn, seat.page), Side.TRUNK, invited)

    def _server_asks(self, output: sip.OutOfDialogRequested) -> None:
        """OPTIONS is answered per DN: a DN without a page is not there (reference: SIP Server 1.4)."""
        method, dn = output.request.method, user_of(output.request)
        if method != "OPTIONS":
            status = 481 if method in ("NOTIFY", "BYE", "INFO", "UPDATE") else 405
        else:
            seat = self.seats.seat(dn)
            status = 200 if not dn or (seat and seat.page) else 480
        self.trunk.feed(sip.Respond(output.transaction, status))

    # --- pages

    def from_page(self, dn: str, output: sip.Invited) -> None:
        """A registered page of `dn` calls."""
        seat = self.seats.seat(dn)
        page = next((page for page in seat.pages if page.flow == output.flow), None) if seat else None
        if page is None:
            self.pages.feed(sip.Reject(output.session, 403))
        elif not user_of(output.request):
            self.pages.feed(sip.Reject(output.session, 484))
        else:
            self.calls.begin(self._call(dn, page), Side.PAGE, output)

    def in_session(self, session: str, output: sip.Output) -> None:
        """Something happened in a session with a page."""
        self.calls.deliver(Side.PAGE, session, output)

    def page_registered(self, dn: str, page: seats.Page) -> None:
        self.seats.feed(dn, seats.PageRegistered(page))

    def page_removed(self, dn: str, flow: sip.Flow) -> None:
        self.seats.feed(dn, seats.PageRemoved(flow))

    def _seat_says(self, seat: seats.Seat, output: seats.SeatOutput) -> None:
        match output:
            case seats.StartRegistration():
                self.registrations.start(seat.dn)
            case seats.StopRegistration():
                self.registrations.stop(seat.dn)
            case seats.TakenOver(page):
                self.pages.tell(page, seat.dn, {"taken over": True})
            case seats.PageLeft(page):
                self._page_left(seat.dn, page)
            case seats.PageArrived(page, same):
                self._page_arrived(seat.dn, page, same)

    def _page_left(self, dn: str, page: seats.Page) -> None:
        log.info("page left", dn=dn, flow=page.flow.connection)
        for call in self.calls.of_dn(dn):
            if call.page.flow == page.flow:
                self.calls.feed(call, PageGone())

    def _page_arrived(self, dn: str, page: seats.Page, same: bool) -> None:
        log.info("page registered", dn=dn, flow=page.flow.connection, same=same)
        for call in self.calls.of_dn(dn):
            if call.page.waits_for_page or (same and call.page.flow != page.flow):
                self.calls.feed(call, PageBack(page.flow, page.target, same))

    # --- calls

    def _call(self, dn: str, page: seats.Page) -> Call:
        name = f"call-{secrets.token_hex(6)}"
        page_leg = PageLeg(
            f"{name}/page",
            self.pages.contact(dn),
            flow=page.flow,
            dn=dn,
            target=page.target,
            domain=self.pages.domain,
            settings=self._call_settings,
        )
        trunk_leg = TrunkLeg(
            f"{name}/trunk", self.trunk.contact(dn), flow=self.trunk.server, dn=dn, domain=self.trunk.domain
        )
        return Call(name, page_leg, trunk_leg)


def user_of(request: Request) -> str:
    """The user part of the Request-URI, empty if it has none."""
    try:
        return Uri.parse(request.uri).user or ""
    except RemoteProtocolError:
        return ""
