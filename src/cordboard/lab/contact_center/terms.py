"""Under which terms a call is offered: what the routing point says, else the agent, else the application
(reference: SIP Server 1.2, 6.4)."""

from __future__ import annotations

from cordboard.lab.contact_center.people import NoAnswer, Person
from cordboard.lab.contact_center.strategy import RoutingPoint
from cordboard.lab.contact_center.words import Terms


def terms(point: RoutingPoint | None, person: Person | None, queue: str, defaults: Terms) -> Terms:
    """`point` is None for a call that was not routed, `person` for a number that is no agent's."""
    own = person.no_answer if person is not None else NoAnswer()
    said = own if point is None else point.no_answer.over(own)
    after = point.after_routing if point is not None else None
    return Terms(
        queue=queue,
        no_answer_timeout=defaults.no_answer_timeout if said.timeout is None else said.timeout,
        no_answer_action=said.action or defaults.no_answer_action,
        no_answer_overflow=said.overflow or defaults.no_answer_overflow,
        after_routing_timeout=after.timeout if after is not None else 0.0,
        after_routing_action=after.action if after is not None else "",
        wrap_up_time=wrap_up_time(point, person, defaults),
    )


def wrap_up_time(point: RoutingPoint | None, person: Person | None, defaults: Terms) -> float:
    """Seconds of After Call Work."""
    said = (point.wrap_up_time if point is not None else None, person.wrap_up_time if person is not None else None)
    return next((each for each in said if each is not None), defaults.wrap_up_time)
