"""The usual calls, as the lab's SIP Server carries them: what its messages look like, for comparison."""

from __future__ import annotations

from collections.abc import Callable

from cordboard.lab import telephony as cti
from cordboard.lab.comparison.course import CALLER, Course
from cordboard.lab.comparison.message import Captured
from cordboard.lab.comparison.phone import Phone
from cordboard.sip import events as sip

AGENT, COLLEAGUE = ("127.0.0.64", 5060), ("127.0.0.65", 5060)


def lab_messages() -> list[Captured]:
    """What passes between the lab's SIP Server and phones in the usual calls."""
    found: list[Captured] = []
    for number, scene in enumerate(SCENES):
        course = Course(number)
        caller = course.phone(CALLER, "+15550100", answers=True)
        agent, colleague = course.phone(AGENT, "5001"), course.phone(COLLEAGUE, "5002")
        for phone in (agent, colleague):
            course.registers(phone, phone.number)
        scene(course, caller, agent, colleague)
        course.passes(2.0)
        found += course.messages
    return found


def _registrations(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    course.registers(agent, "5001")
    course.registers(agent, "5999")
    course.registers(agent, "5001", expires=0)


def _in_a_call(course: Course, caller: Phone, agent: Phone) -> None:
    course.dials(caller, "5001")
    course.cti(cti.AnswerCall("5001", course.call_uuid))


def _answered_held_retrieved(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    _in_a_call(course, caller, agent)
    course.cti(cti.HoldCall("5001", course.call_uuid))
    course.cti(cti.RetrieveCall("5001", course.call_uuid))
    course.does(caller, sip.Hangup(caller.session))


def _answered_in_the_phone(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    course.dials(caller, "5001")
    course.does(agent, *agent.answer())
    course.does(agent, sip.Hangup(agent.session))


def _not_answered(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    course.dials(caller, "5001")
    course.does(caller, sip.Hangup(caller.session))


def _rejected(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    agent.refuses = 486
    course.dials(caller, "5001")


def _released_by_cti(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    _in_a_call(course, caller, agent)
    course.cti(cti.ReleaseCall("5001", course.call_uuid))


def _made_by_cti(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    colleague.answers = True
    course.cti(cti.MakeCall("5001", "5002"))
    course.does(agent, sip.Hangup(agent.session))


def _made_and_refused(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    colleague.refuses = 403
    course.cti(cti.MakeCall("5001", "5002"))


def _dialled(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    colleague.answers = True
    course.dials(agent, "5002")
    course.does(agent, sip.Hangup(agent.session))


def _dialled_in_vain(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    colleague.refuses = 486
    course.dials(agent, "5002")
    course.dials(agent, "5999")


def _transferred(course: Course, caller: Phone, agent: Phone, colleague: Phone) -> None:
    _in_a_call(course, caller, agent)
    colleague.answers = True
    course.cti(cti.SingleStepTransfer("5001", course.call_uuid, "5002"))
    course.does(caller, sip.Hangup(caller.session))


Scene = Callable[[Course, Phone, Phone, Phone], None]
SCENES: tuple[Scene, ...] = (
    _registrations,
    _answered_held_retrieved,
    _answered_in_the_phone,
    _not_answered,
    _rejected,
    _released_by_cti,
    _made_by_cti,
    _made_and_refused,
    _dialled,
    _dialled_in_vain,
    _transferred,
)
