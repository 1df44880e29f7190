"""The call with its table, which is put together from the topics of this package."""

from __future__ import annotations

from typing import Any

from cordboard.lab.sip_server.calls import refreshing
from cordboard.lab.sip_server.calls.call import Call
from cordboard.lab.sip_server.calls.flow import (
    asking,
    conference,
    consult,
    ending,
    leaving,
    recording,
    referring,
    setting_up,
    single_step,
    supervision,
    transfer,
)
from cordboard.lab.sip_server.calls.joining import third_party
from cordboard.lab.sip_server.calls.leg import Broken, Outputs, Phase, Phone
from cordboard.lab.sip_server.calls.routing import distributing, treating
from cordboard.lab.sip_server.calls.vocabulary import Cells, Event, State
from cordboard.lab.telephony import SWITCH

TOPICS = (
    setting_up,
    treating,
    distributing,
    ending,
    asking,
    leaving,
    consult,
    transfer,
    single_step,
    conference,
    recording,
    supervision,
    referring,
)


class BasicCall(Call):
    """A call; `step` takes the events of the table."""

    TABLE: Cells = {cell: step for topic in TOPICS for cell, step in topic.CELLS.items()}

    redirections = 0

    @property
    def deadline(self) -> float | None:
        times = [super().deadline, *(phone.refresh_at for phone in self.phones())]
        return min((time for time in times if time is not None), default=None)

    def tick(self, now: float) -> Outputs:
        return super().tick(now) + refreshing.refresh(self, now)

    def refused(self, status: int, now: float) -> Outputs:
        """The destination did not take the call, or cannot be reached: a routed call goes on without it."""
        return self.step(Event.AGENT_REFUSED if self.routed else Event.DESTINATION_REFUSED, status, now)

    def ended_by(self, phone: Phone, now: float) -> Outputs:
        """This phone hung up, cancelled or was lost."""
        phone.phase = Phase.ENDED
        addition = self.additions.get(phone.session)
        if addition is not None:
            return addition.over(0, now)
        if phone is self.joining:
            return third_party.left(self, phone, now)
        if phone in self.others or leaving.others_stay(self, phone):
            return self.step(Event.PARTY_LEFT, phone, now)
        return self.step(Event.ORIGIN_LEFT if phone is self.origin else Event.DESTINATION_LEFT, None, now)

    def left_by(self, phone: Phone, now: float) -> Outputs:
        """This party releases the call by CTI."""
        if phone in self.others or leaving.others_stay(self, phone):
            return self.step(Event.PARTY_LEFT, phone, now)
        return self.step(Event.RELEASE, None, now)

    def came_about(self, now: float) -> Outputs:
        """Origin and destination talk."""
        return referring.taken_over(self, now) + self.server.established(self, now)

    def broken(self, error: Exception, now: float) -> Outputs:
        """Something went wrong in this call: end it, whatever its state."""
        self.state = State.ENDED
        return [Broken(self.uuid, error), *ending.end(self, [], now)]

    def ringing_extensions(self) -> dict[str, Any]:
        extensions: dict[str, Any] = {"BusinessCall": int(self.is_business), "OriginationDN": self.ani}
        if not self.from_outside:
            extensions["OriginationDN_location"] = SWITCH
        if self.terms.no_answer_timeout:
            extensions["NO_ANSWER_TIMEOUT"] = round(self.terms.no_answer_timeout)
            extensions["NO_ANSWER_ACTION"] = self.terms.action
            extensions["NO_ANSWER_OVERFLOW"] = ",".join(self.terms.no_answer_overflow)
        return extensions

    def established_extensions(self, phone: Phone) -> dict[str, Any]:
        wrap_up = self.wrap_up_time(phone.number)
        return {"BusinessCall": int(self.is_business), **({"WrapUpTime": round(wrap_up)} if wrap_up else {})}

    def wrap_up_time(self, dn: str) -> float:
        """Seconds of After Call Work for the agent at this DN."""
        return self.server.routing.wrap_up_time(self, dn) if self.is_business else 0.0
