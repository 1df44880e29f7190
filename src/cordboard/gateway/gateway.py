"""The gateway: pages on one side, SIP Server on the other, seats and calls between them.

This module only introduces them to each other. A page registers: its seat wants the DN registered at SIP Server. An
INVITE comes from one side: a call is made of two legs. Everything else about a session goes to the call that owns it.
"""

from __future__ import annotations

import functools
import secrets

from cordboard.call.call import Call
from cordboard.call.media import Side
from cordboard.call.page.leg import PageLeg
from cordboard.call.page.presence import CallSettings
from cordboard.call.snapshot import Dialog
from cordboard.call.trunk.leg import TrunkLeg
from cordboard.call.trunk.settings import HoldForm, TrunkSettings
from cordboard.config.settings import Settings
from cordboard.gateway.authentication import PageAuthentication
from cordboard.gateway.availability import OPTIONS, Availability
from cordboard.gateway.calls import Calls
from cordboard.gateway.history.history import CallHistory, is_ping_answer
from cordboard.gateway.outliving.draining import Draining
from cordboard.gateway.outliving.page_moves import PageMoves
from cordboard.gateway.outliving.restoring import NOWHERE, Restoring
from cordboard.gateway.outliving.snapshots import Snapshots
from cordboard.gateway.pages import PageSide
from cordboard.gateway.reachability import Reachability
from cordboard.gateway.registrations import REGISTER, Registrations
from cordboard.gateway.seat_port import SeatPort
from cordboard.gateway.seats import Seats
from cordboard.gateway.server_calls import CallLimits, ServerCalls, user_of
from cordboard.gateway.trunk import TrunkSide
from cordboard.media.port import MediaEngine
from cordboard.net.tasks import Tasks
from cordboard.observe.log import get_log
from cordboard.observe.metrics import Metrics
from cordboard.observe.trace import Traces
from cordboard.records import Records
from cordboard.seat import seat as seats
from cordboard.seat.store import MemoryStore
from cordboard.sip import events as sip

log = get_log("gateway")
CHANGES = (seats.PageLeft, seats.PageArrived, seats.Reachable, seats.Unreachable)  # that the desk is told of


class Gateway:
    """Made by `await Gateway.start(...)`; `close` ends every call and takes every registration back."""

    def __init__(
        self,
        settings: Settings,
        engine: MediaEngine,
        secret: bytes,
        metrics: Metrics,
        traces: Traces | None = None,
        records: Records | None = None,
    ) -> None:
        gateway = settings.gateway
        passwords = {agent.dn: agent.page_password for agent in settings.agents}
        judge = PageAuthentication(passwords, secret, gateway.realm, gateway.page_digest)
        self._settings = settings
        self._metrics = metrics
        self._tasks = Tasks("gateway")
        self._call_settings = CallSettings(
            hold_treatment=gateway.hold_treatment_seconds,
            without_page=gateway.call_without_page_seconds,
            reject_status=gateway.reject_status,
        )
        self._trunk_settings = TrunkSettings(
            accepts_refer=gateway.refer == "accept",
            hold_form=HoldForm(gateway.hold_form),
            reliable_provisional=gateway.reliable_provisional,
            new_call_retrieves=gateway.new_call_retrieves,
        )
        self.trunk = TrunkSide(settings, self._from_trunk, metrics, traces)
        self.pages = PageSide(gateway, judge, self, metrics, traces)
        kept = Snapshots(engine, self._tasks, self._dialog_of) if settings.media.worker_directory else None
        self.history = CallHistory(traces, records, settings.trace, settings.records)
        self.calls = Calls(engine, self._tasks, self._to_core, metrics, kept, self.history)
        store = MemoryStore(tuple(passwords), gateway.page_gone_seconds, gateway.unreachable == "deregister")
        self.seats = Seats(store, self._seat_says)
        self._page_moves = PageMoves(self.calls, self.seats)
        self.registrations = Registrations(settings, self.trunk, metrics, self._dn_changed)
        self.availability = Availability(settings.sip_server, self.trunk, self.registrations, metrics)
        self.reachability = Reachability(gateway, self.pages, self.seats.feed)
        self.seat_port = SeatPort(
            self.seats, self.registrations, self.reachability, self.pages, self.calls, engine, self._tasks
        )
        metrics.reachable_dns.set_function(lambda: self.seats.reachable if self.availability.reachable else 0)
        for side, core in (("trunk", self.trunk.core), ("page", self.pages.core)):
            metrics.sip_sessions.labels(side).set_function(functools.partial(getattr, core, "sessions"))
            metrics.sip_transactions.labels(side).set_function(functools.partial(getattr, core, "transactions"))
        self.limits = CallLimits(gateway, self.calls)
        self.server_calls = ServerCalls(
            self.calls, self.seats, self.limits, self.reachability, self.trunk.feed, self._call, metrics
        )
        self.draining = Draining(gateway, self.calls, self.seats, self.pages, self.registrations, metrics)
        self.restoring = Restoring(
            engine, self.calls, self._to_core, self._saved_call, self._expect, lambda: self.trunk.server
        )

    @classmethod
    async def start(
        cls,
        settings: Settings,
        engine: MediaEngine,
        secret: bytes,
        metrics: Metrics,
        traces: Traces | None = None,
        records: Records | None = None,
    ) -> Gateway:
        """Open both sides. `secret` is the desk's, for tokens. Raises what `open` of both may raise."""
        gateway = cls(settings, engine, secret, metrics, traces, records)
        try:
            await gateway.trunk.open()
            await gateway.restoring.run()
            await gateway.pages.open()
            gateway.availability.start()
        except BaseException:
            await gateway.close()
            raise
        return gateway

    @property
    def hands_over(self) -> bool:
        """Calls are left to the next gateway: the draining is over, or was cut short."""
        wanted = self._settings.gateway.after_drain == "hand over" and bool(self._settings.media.worker_directory)
        return wanted and self.draining.active and len(self.calls) > 0

    async def close(self) -> None:
        """End what is in progress, or leave it to the next gateway."""
        leaving = self.hands_over
        if leaving:
            self.calls.leave_all()
        else:
            self.calls.end_all("the gateway stops")
        self.seats.close()
        self.reachability.close()
        self.availability.close()
        kept = self.draining.active and self._settings.gateway.drain_registrations == "keep"
        await self.registrations.close(take_back=not leaving and not kept)
        await self.pages.close()
        await self.trunk.close()
        await self._tasks.close()
        self.history.close()

    def _to_core(self, side: Side, command: sip.Input) -> None:
        (self.pages if side is Side.PAGE else self.trunk).feed(command)

    def _refuse(self, side: Side, session: str, status: int) -> None:
        self._metrics.calls_refused.labels(str(side), str(status)).inc()
        self._to_core(side, sip.Reject(session, status))

    def _dialog_of(self, side: Side, session: str) -> Dialog | None:
        return (self.pages if side is Side.PAGE else self.trunk).core.snapshot(session)

    # --- SIP Server

    def _from_trunk(self, output: sip.Output) -> None:
        match output:
            case sip.Invited() if self.draining.active and not output.replaces:
                self._refuse(Side.TRUNK, output.session, self.draining.status)
            case sip.Invited():
                self.server_calls.invited(output)
            case sip.OutOfDialogReplied():
                self._server_replied(output)
            case sip.OutOfDialogRequested():
                self._server_asks(output)
            case sip.Transmit() | sip.Malformed():
                pass
            case _:
                self.server_calls.forget(output.session)
                if isinstance(output, sip.Rejected):
                    self.availability.call_ended(output.status, output.response)
                self.calls.deliver(Side.TRUNK, output.session, output)

    def _server_replied(self, output: sip.OutOfDialogReplied) -> None:
        if output.key.startswith(REGISTER):
            self.availability.ended(self.registrations.replied(output), output.status, output.response)
        elif output.key.startswith(OPTIONS):
            self.availability.replied(output)

    def _server_asks(self, output: sip.OutOfDialogRequested) -> None:
        """OPTIONS is answered per DN: a DN without a page is not there (reference: SIP Server 1.4)."""
        method, dn = output.request.method, user_of(output.request)
        if method == "REFER":
            self.server_calls.referred(output)
            return
        if method != "OPTIONS":
            status = 481 if method in ("NOTIFY", "BYE", "INFO", "UPDATE") else 405
        else:
            seat = self.seats.seat(dn)
            status = 200 if not dn or (seat and seat.reachable) else 480
        self.trunk.feed(sip.Respond(output.transaction, status))

    # --- pages

    def from_page(self, dn: str, output: sip.Invited) -> None:
        """A registered page of `dn` calls."""
        seat = self.seats.seat(dn)
        page = next((page for page in seat.pages if page.flow == output.flow), None) if seat else None
        if page is None:
            self._refuse(Side.PAGE, output.session, 403)
        elif not user_of(output.request):
            self._refuse(Side.PAGE, output.session, 484)
        elif self.draining.active:
            self._refuse(Side.PAGE, output.session, self.draining.status)
        elif status := self.limits.refusal(dn, own=True):
            self._refuse(Side.PAGE, output.session, status)
        else:
            self.calls.begin(self._call(dn, page), Side.PAGE, output)

    def in_session(self, session: str, output: sip.Output) -> None:
        """Something happened in a session with a page."""
        self.calls.deliver(Side.PAGE, session, output)

    def page_registered(self, dn: str, page: seats.Page) -> None:
        self.seats.feed(dn, seats.PageRegistered(page))

    def page_removed(self, dn: str, flow: sip.Flow, for_good: bool) -> None:
        self.seats.feed(dn, seats.PageRemoved(flow, for_good))

    def page_said(self, dn: str, flow: sip.Flow, words: dict[str, object]) -> None:
        self.reachability.said(flow, words)
        self.seat_port.said(dn, flow, words)
        if not is_ping_answer(words):
            self.history.page_said(self.calls.of_dn(dn), words)

    def _dn_changed(self, dn: str) -> None:
        self.seat_port.changed(dn)

    def page_responded(self, flow: sip.Flow, microphone: str | None) -> None:
        self.reachability.responded(flow, microphone)

    def _seat_says(self, seat: seats.Seat, output: seats.SeatOutput) -> None:
        match output:
            case seats.StartRegistration():
                if not self.draining.active:
                    self.registrations.start(seat.dn)
            case seats.StopRegistration():
                self.registrations.stop(seat.dn)
            case seats.TakenOver(page):
                self.pages.tell(page, seat.dn, {"taken over": True})
            case seats.PageLeft(page):
                self._page_left(seat.dn, page)
            case seats.PageArrived(page, same):
                self._page_arrived(seat.dn, page, same)
            case seats.Reachable():
                log.info("DN can be called again", dn=seat.dn)
            case seats.Unreachable(why):
                log.warning("DN cannot be called: its page is of no use", dn=seat.dn, why=why)
        if isinstance(output, CHANGES):
            self.seat_port.changed(seat.dn)

    def _page_left(self, dn: str, page: seats.Page) -> None:
        log.info("page left", dn=dn, flow=page.flow.connection)
        self.seat_port.left(page.flow)
        self.reachability.left(page.flow)
        self._page_moves.left(dn, page)

    def _page_arrived(self, dn: str, page: seats.Page, same: bool) -> None:
        log.info("page registered", dn=dn, flow=page.flow.connection, same=same)
        self.reachability.arrived(dn, page)
        self._page_moves.arrived(dn, page)

    # --- calls

    def _expect(self, dn: str) -> None:
        self.seats.feed(dn, seats.PageExpected())

    def _saved_call(self, dn: str, name: str) -> Call | None:
        """A call of an earlier process, as it was before anything happened."""
        return self._call(dn, seats.Page(NOWHERE, "", ""), name) if self.seats.seat(dn) else None

    def _call(self, dn: str, page: seats.Page, name: str = "") -> Call:
        name = name or f"call-{secrets.token_hex(6)}"
        page_leg = PageLeg(
            f"{name}/page",
            self.pages.contact(dn),
            flow=page.flow,
            dn=dn,
            target=page.target,
            identity=page.identity,
            domain=self.pages.domain,
            settings=self._call_settings,
        )
        trunk_leg = TrunkLeg(
            f"{name}/trunk",
            self.trunk.contact(dn),
            flow=self.trunk.server,
            dn=dn,
            domain=self.trunk.domain,
            settings=self._trunk_settings,
        )
        return Call(name, page_leg, trunk_leg)
