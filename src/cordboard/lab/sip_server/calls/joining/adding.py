"""A phone that is called to join a call: as the target of a transfer, as a party of a conference, as a supervisor, or
in the place of a dialog it has.

    CALLING -> RINGING -> JOINING -> OVER

It gets an offerless INVITE. Its offer is carried to whomever the purpose says (`join`); when that has come about the
purpose is done, and until then nothing in the call has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.leg import FULL_SUPPORT, Monitor, Output, Outputs, Phase
from cordboard.lab.sip_server.calls.media import phone_gone
from cordboard.lab.telephony import CallEventName, CallState
from cordboard.sip.events import Header
from cordboard.sip.machine import StateMachine, Table

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall

TEMPORARILY_UNAVAILABLE = 480


class Step(StrEnum):
    CALLING = "calling"
    RINGING = "ringing"
    JOINING = "joining"
    OVER = "over"


class Happening(StrEnum):
    RINGS = "rings"
    ANSWERED = "answered"
    JOINED = "joined"
    GONE = "gone"


class Adding(StateMachine[Step, Happening, Output]):
    """`far_number` is whom the phone is told that it talks to; a `silent` one is no event for CTI."""

    def __init__(
        self,
        call: BasicCall,
        number: str,
        far_number: str,
        join: Callable[[Adding, str, float], Outputs],
        done: Callable[[Adding, float], Outputs],
        failed: Callable[[Adding, int, float], Outputs],
        *,
        headers: tuple[Header, ...] = (),
        monitor: Monitor | None = None,
        silent: bool = False,
    ) -> None:
        super().__init__(Step.CALLING)
        self.call = call
        self._number, self._far_number = number, far_number
        self._join, self._done, self._failed = join, done, failed
        self._headers, self._monitor, self._silent = headers, monitor, silent

    def start(self, now: float) -> Outputs:
        call, server = self.call, self.call.server
        route = server.route(self._number, self._far_number, call.asserted)
        if route is None:
            return self._failed(self, TEMPORARILY_UNAVAILABLE, now)
        session = server.new_session()
        self.phone = call.new_phone(
            session, self._number, route.is_dn, self._far_number, Phase.OUTGOING, now, route.options
        )
        self.phone.monitor = self._monitor
        call.additions[session] = self
        from_uri = server.address_of(self._far_number)
        headers = (FULL_SUPPORT, *route.headers, *self._headers)
        return self.phone.invite(route.flow, route.target, from_uri, route.to_uri, "", headers)

    # --- what happens to the phone ---

    def rings(self, now: float) -> Outputs:
        return self.step(Happening.RINGS, None, now)

    def answered(self, sdp: str, now: float) -> Outputs:
        return self.step(Happening.ANSWERED, sdp, now)

    def linked(self, success: bool, now: float) -> Outputs:
        """How the offer that `join` carried was taken."""
        return self.step(Happening.JOINED if success else Happening.GONE, 0, now)

    def over(self, status: int, now: float) -> Outputs:
        return self.step(Happening.GONE, status, now)

    # --- what the cells do ---

    def tell_ringing(self, _: object, now: float) -> Outputs:
        self.phone.phase = Phase.RINGING
        if self._silent:
            return []
        return self.call.report(CallEventName.RINGING, self.phone, now, self.call.ringing_extensions())

    def begin_to_join(self, offer: str, now: float) -> Outputs:
        self.phone.phase, self.phone.description = Phase.UNACKNOWLEDGED, offer
        return self._join(self, offer, now)

    def finish(self, _: object, now: float) -> Outputs:
        self.call.additions.pop(self.phone.session, None)
        return self._done(self, now)

    def fail(self, status: int, now: float) -> Outputs:
        phone = self.phone
        self.call.additions.pop(phone.session, None)
        outputs = phone.hang_up() + phone_gone(self.call, phone, now)
        if phone.is_dn and phone.state not in (None, CallState.RELEASED):
            outputs += self.call.report(CallEventName.RELEASED, phone, now)
        self.call.server.drop(phone)
        return outputs + self._failed(self, status or TEMPORARILY_UNAVAILABLE, now)

    TABLE: Table[Step, Happening, Output] = {
        (Step.CALLING, Happening.RINGS): (Step.RINGING, (tell_ringing,)),
        (Step.CALLING, Happening.ANSWERED): (Step.JOINING, (begin_to_join,)),
        (Step.CALLING, Happening.GONE): (Step.OVER, (fail,)),
        (Step.RINGING, Happening.ANSWERED): (Step.JOINING, (begin_to_join,)),
        (Step.RINGING, Happening.GONE): (Step.OVER, (fail,)),
        (Step.JOINING, Happening.JOINED): (Step.OVER, (finish,)),
        (Step.JOINING, Happening.GONE): (Step.OVER, (fail,)),
    }
