"""New calls from SIP Server: INVITE, INVITE with Replaces, and REFER outside any dialog, by which it has one made.

Each is for a DN that has a page which proves itself alive and room for another call; everything else is refused here,
with the status that makes SIP Server do the right thing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

from cordboard.call.call import Call
from cordboard.call.dialing import read_order
from cordboard.call.media import Side
from cordboard.call.trunk.leg import TrunkLeg
from cordboard.call.trunk.referral import ReferRefused
from cordboard.config.settings import GatewaySettings
from cordboard.gateway.calls import Calls
from cordboard.gateway.reachability import Reachability
from cordboard.gateway.seats import Seats
from cordboard.genesys import dialect
from cordboard.observe.log import Occasionally, get_log
from cordboard.observe.metrics import Metrics
from cordboard.seat.seat import Page
from cordboard.sip import events as sip
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Request
from cordboard.sip.uri import Uri

log = get_log("gateway")

REFER = "refer "  # begins the key of a NOTIFY outside dialogs
GONE = 480
UNKNOWN = 404


class CallLimits:
    """How many calls an agent has at once: a consult call beside the customer's, or as many as the site allows."""

    def __init__(self, settings: GatewaySettings, calls: Calls) -> None:
        self._settings = settings
        self._calls = calls

    def refusal(self, dn: str, own: bool) -> int:
        """The SIP status that a further call of the DN gets, 0 if there is room.

        `own` are calls that the agent makes, from the page or by CTI: without call waiting they may still be the
        second. Whether an agent is to be left alone otherwise is for SIP Server to know.
        """
        calls = len(self._calls.of_dn(dn))
        waiting = own or self._settings.call_waiting
        full = calls >= self._settings.calls_per_agent or (calls and not waiting)
        return self._settings.busy_status if full else 0


class ServerCalls:
    """`make` builds a call of a DN with a page, `feed` hands a command to SIP Server's core."""

    def __init__(
        self,
        calls: Calls,
        seats: Seats,
        limits: CallLimits,
        reachability: Reachability,
        feed: Callable[[sip.Input], None],
        make: Callable[[str, Page], Call],
        metrics: Metrics | None = None,
    ) -> None:
        self._calls = calls
        self._seats = seats
        self._limits = limits
        self._reachability = reachability
        self._feed = feed
        self._make = make
        self._metrics = metrics or Metrics()
        self._occasionally = Occasionally(log)
        self._offered: set[str] = set()  # sessions of INVITEs that wait for a sign of life of their page

    def invited(self, invited: sip.Invited) -> None:
        """SIP Server calls a DN."""
        dn = user_of(invited.request)
        if invited.replaces:
            self._replace(dn, invited)
            return
        page = self._page(dn)
        status = page if isinstance(page, int) else self._busy(dn, invited.request)
        if isinstance(page, int) or status:
            self._refuse(dn, invited.session, status)
            return
        self._offered.add(invited.session)
        self._reachability.before_call(page, partial(self._offer, dn, page, invited))

    def forget(self, session: str) -> None:
        """It is cancelled before it could be offered."""
        self._offered.discard(session)

    def referred(self, output: sip.OutOfDialogRequested) -> None:
        """SIP Server has the agent's phone make a call (reference: SIP Server 2.2, `refer-enabled=true`)."""
        dn = user_of(output.request)
        page = self._page(dn)
        if isinstance(page, int):
            self._feed(sip.Respond(output.transaction, page))
            return
        call = self._make(dn, page)
        status = 0 if call.trunk.settings.accepts_refer else 603
        status = status or self._limits.refusal(dn, own=True)
        if status:
            self._feed(sip.Respond(output.transaction, status))
        else:
            self._place(call, call.trunk, output)

    # --- inside

    def _page(self, dn: str) -> Page | int:
        """The page that calls of this DN go to, or why there is none."""
        seat = self._seats.seat(dn)
        if seat is None:
            return UNKNOWN
        return seat.page if seat.page is not None and seat.reachable else GONE

    def _busy(self, dn: str, request: Request) -> int:
        own = dialect.is_agent_first(not request.body, request.headers.get("Supported") or "")
        return self._limits.refusal(dn, own)

    def _refuse(self, dn: str, session: str, status: int) -> None:
        self._metrics.calls_refused.labels("trunk", str(status)).inc()
        self._occasionally.info(f"{dn} {status}", "call from SIP Server refused", dn=dn, status=status)
        self._feed(sip.Reject(session, status))

    def _offer(self, dn: str, page: Page, invited: sip.Invited, alive: bool) -> None:
        if invited.session not in self._offered:
            return
        self._offered.discard(invited.session)
        if status := self._busy(dn, invited.request):
            self._refuse(dn, invited.session, status)
        elif alive:
            self._calls.begin(self._make(dn, page), Side.TRUNK, invited)
        else:
            self._metrics.calls_refused.labels("trunk", str(GONE)).inc()
            self._occasionally.warning(f"{dn} silent", "call refused: the page gives no sign of life", dn=dn)
            self._feed(sip.Reject(invited.session, GONE))

    def _replace(self, dn: str, invited: sip.Invited) -> None:
        """Only a call of the same DN can be taken over."""
        call = self._calls.of_session(Side.TRUNK, invited.replaces)
        if call is None or call.page.dn != dn:
            self._refuse(dn, invited.session, 481)
        else:
            self._calls.replace(call, invited)

    def _place(self, call: Call, trunk: TrunkLeg, output: sip.OutOfDialogRequested) -> None:
        tag = secrets.token_hex(8)
        try:
            order = read_order(output.request, f"{REFER}{call.name}", output.flow, trunk, tag)
        except ReferRefused as refused:
            self._feed(sip.Respond(output.transaction, refused.status))
            return
        headers = (("Contact", trunk.contact), *order.response_headers)
        self._feed(sip.Respond(output.transaction, 202, "", headers, to_tag=tag))
        self._calls.place(call, order, output.request)


def user_of(request: Request) -> str:
    """The user part of the Request-URI, empty if it has none."""
    try:
        return Uri.parse(request.uri).user or ""
    except RemoteProtocolError:
        return ""
