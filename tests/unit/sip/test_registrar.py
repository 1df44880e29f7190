from __future__ import annotations

import pytest

from cordboard.sip.events import Flow, FlowClosed, Tick
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request
from cordboard.sip.registrar import Answer, Bound, Output, Register, Registrar, Unbound, UnboundCause, address_of_record

AOR = "sip:5001@example.com"
PAGE = "<sip:abc@xyz.invalid;transport=ws>"
ONE, TWO = (Flow("WS", "page", ("127.0.0.1", 40000), connection) for connection in ("c1", "c2"))


def register(
    contact: str | None = PAGE, expires: int | None = None, cseq: int = 1, call_id: str = "c", to: str = f"<{AOR}>"
) -> Request:
    fields = [("To", to), ("From", f"{to};tag=t"), ("Call-ID", call_id), ("CSeq", f"{cseq} REGISTER")]
    if contact is not None:
        fields.append(("Contact", contact))
    if expires is not None:
        fields.append(("Expires", str(expires)))
    return Request("REGISTER", "sip:example.com", Headers(fields))


def bind(registrar: Registrar, request: Request, flow: Flow = ONE, now: float = 0) -> list[Output]:
    return registrar.handle(Register(request, flow), now)


def status(outputs: list[Output]) -> int:
    answer = outputs[0]
    assert isinstance(answer, Answer)
    return answer.status


def contacts(outputs: list[Output]) -> list[str]:
    answer = outputs[0]
    assert isinstance(answer, Answer)
    return [value for name, value in answer.headers if name == "Contact"]


def test_binding_is_made_and_renewed() -> None:
    registrar = Registrar()
    answer, bound = bind(registrar, register(expires=600))
    assert answer == Answer(200, (("Contact", f"{PAGE};expires=600"),))
    assert isinstance(bound, Bound)
    assert (bound.address, bound.renewed, bound.binding.flow, bound.binding.expires) == (AOR, False, ONE, 600)
    _, again = bind(registrar, register(expires=600, cseq=2), TWO, now=500)
    assert isinstance(again, Bound)
    assert (again.renewed, again.binding.flow, again.binding.expires) == (True, TWO, 1100)
    assert registrar.bindings(AOR) == (again.binding,)
    assert registrar.deadline == 1100


def test_lifetime_is_the_contacts_own_or_the_headers_or_the_default_and_never_too_long() -> None:
    registrar = Registrar(default=120, maximum=1000)
    assert contacts(bind(registrar, register(f"{PAGE};expires=700", 300))) == [f"{PAGE};expires=700"]
    assert contacts(bind(registrar, register(cseq=2, expires=300))) == [f"{PAGE};expires=300"]
    assert contacts(bind(registrar, register(cseq=3))) == [f"{PAGE};expires=120"]
    assert contacts(bind(registrar, register(cseq=4, expires=99999))) == [f"{PAGE};expires=1000"]


def test_too_brief_interval() -> None:
    registrar = Registrar(minimum=60)
    assert bind(registrar, register(expires=59)) == [Answer(423, (("Min-Expires", "60"),))]
    assert status(bind(registrar, register(expires=60))) == 200


def test_binding_is_taken_back() -> None:
    registrar = Registrar()
    bind(registrar, register())
    answer, gone = bind(registrar, register(expires=0, cseq=2))
    assert answer == Answer(200)
    assert isinstance(gone, Unbound)
    assert gone.cause is UnboundCause.TAKEN_BACK
    assert len(registrar) == 0
    assert registrar.deadline is None
    assert bind(registrar, register(expires=0, cseq=3)) == [Answer(200)]


def test_query_changes_nothing() -> None:
    registrar = Registrar()
    bind(registrar, register(expires=600))
    assert bind(registrar, register(None), now=100) == [Answer(200, (("Contact", f"{PAGE};expires=500"),))]
    assert bind(Registrar(), register(None)) == [Answer(200)]


def test_late_request_of_the_same_call_is_refused() -> None:
    registrar = Registrar()
    bind(registrar, register(cseq=5))
    assert bind(registrar, register(cseq=5)) == [Answer(500)]
    assert bind(registrar, register(cseq=4, expires=0)) == [Answer(500)]
    assert status(bind(registrar, register(cseq=1, call_id="another"))) == 200


def test_star_takes_all_back() -> None:
    registrar = Registrar()
    bind(registrar, register("<sip:a@1.invalid>, <sip:b@2.invalid>"))
    bind(registrar, register(to="<sip:5002@example.com>"))
    assert bind(registrar, register("*")) == [Answer(400)]
    assert bind(registrar, register("*", 60)) == [Answer(400)]
    assert bind(registrar, register("*", 0)) == [Answer(500)]  # the number is not higher
    outputs = bind(registrar, register("*", 0, cseq=2))
    assert outputs[0] == Answer(200)
    assert [type(output) for output in outputs[1:]] == [Unbound, Unbound]
    assert len(registrar) == 1
    assert bind(registrar, register("*", 0, cseq=3)) == [Answer(200)]


def test_several_contacts_are_bound_or_refused_together() -> None:
    registrar = Registrar()
    outputs = bind(registrar, register("<sip:a@1.invalid>;expires=300, <sip:b@2.invalid>;expires=10"))
    assert status(outputs) == 423
    assert len(registrar) == 0
    outputs = bind(registrar, register("<sip:a@1.invalid>;expires=300, <sip:b@2.invalid>"))
    assert len(outputs) == 3
    assert len(contacts(outputs)) == 2


def test_bindings_expire() -> None:
    registrar = Registrar()
    bind(registrar, register(expires=100))
    bind(registrar, register("<sip:b@2.invalid>", 200))
    assert registrar.deadline == 100
    assert registrar.handle(Tick(), 99.9) == []
    (gone,) = registrar.handle(Tick(), 100)
    assert isinstance(gone, Unbound)
    assert gone.cause is UnboundCause.EXPIRED
    outputs = bind(registrar, register(None), now=300)  # nobody ticked, time passed all the same
    assert outputs[0] == Answer(200)
    assert isinstance(outputs[1], Unbound)


def test_flow_closed_takes_its_bindings_away() -> None:
    registrar = Registrar()
    bind(registrar, register())
    bind(registrar, register("<sip:b@2.invalid>"), TWO)
    (gone,) = registrar.handle(FlowClosed(ONE), 0)
    assert isinstance(gone, Unbound)
    assert (gone.binding.flow, gone.cause) == (ONE, UnboundCause.FLOW_CLOSED)
    assert [binding.flow for binding in registrar.bindings(AOR)] == [TWO]


def test_reloaded_page_takes_the_place_of_its_older_binding() -> None:
    registrar = Registrar()
    instance = '+sip.instance="<urn:uuid:1>";reg-id=1'
    bind(registrar, register(f"<sip:old@1.invalid>;{instance}"))
    _, bound = bind(registrar, register(f"<sip:new@2.invalid>;{instance}", call_id="d"), TWO)
    assert isinstance(bound, Bound)
    assert bound.renewed
    assert [binding.contact.uri.user for binding in registrar.bindings(AOR)] == ["new"]
    bind(registrar, register('<sip:new@2.invalid>;+sip.instance="<urn:uuid:2>";reg-id=1', call_id="e"))
    assert len(registrar) == 2


def test_only_so_many_bindings() -> None:
    registrar = Registrar(limit=2)
    for number in (1, 2):
        assert status(bind(registrar, register(f"<sip:a@{number}.invalid>"))) == 200
    assert bind(registrar, register("<sip:a@3.invalid>")) == [Answer(403)]
    assert status(bind(registrar, register("<sip:a@2.invalid>", cseq=2))) == 200


def test_addresses_of_record_are_compared_without_parameters_and_case_of_the_host() -> None:
    assert address_of_record(register(to="<sip:5001@EXAMPLE.com;transport=ws>;x=y")) == AOR
    assert address_of_record(register(to='"Ann" <sips:5001@example.com:5061>')) == "sip:5001@example.com:5061"
    registrar = Registrar()
    bind(registrar, register(to="<sip:5001@EXAMPLE.com>"))
    assert len(registrar.bindings(AOR)) == 1


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (register(to="<tel:5001>"), 404),
        (register(to="<sip:example.com>"), 404),
        (register("<sip:broken"), 400),
        (register("*, <sip:a@b>"), 400),
    ],
)
def test_requests_that_cannot_be_used(request_: Request, expected: int) -> None:
    registrar = Registrar()
    assert status(bind(registrar, request_)) == expected
    assert len(registrar) == 0
