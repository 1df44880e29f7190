"""The ring of traces: messages find their call by Call-ID, bounds hold, bad calls stay longer."""

from __future__ import annotations

import pytest

from cordboard.observe.trace import GATEWAY, GWS, PAGE, SIP_SERVER, WORKSPACE, Bounds, Plane, TraceEntry, TraceRing
from cordboard.observe.trace.beforehand import MOST_AGENTS, MOST_SAID
from cordboard.observe.trace.ring import ENTRY_OCTETS, MOST_STRANGERS
from kit.trace import Way, invite, message


class Clock:
    """A steady clock and one of the epoch, which can be set."""

    def __init__(self) -> None:
        self.steady, self.ahead = 100.0, 1_000_000.0

    def wall(self) -> float:
        return self.steady + self.ahead


WAY = Way()


def ring(clock: Clock | None = None, **bounds: int) -> TraceRing:
    clock = clock or Clock()
    return TraceRing(Bounds(**bounds), None, lambda: clock.steady, clock.wall)


def a_call(traces: TraceRing, name: str, *, end: bool = True) -> None:
    traces.message(SIP_SERVER, GATEWAY, invite(f"id-{name}"), WAY)
    traces.began(name, "5001")
    traces.joined(name, f"id-{name}")
    if end:
        traces.end(name)


def titles(traces: TraceRing, call: str) -> list[str]:
    trace = traces.get(call)
    return [each.title for each in trace.entries] if trace else []


def test_both_legs_of_a_call_in_order() -> None:
    clock = Clock()
    traces = ring(clock)
    a_call(traces, "call-1", end=False)
    clock.steady += 0.1
    traces.placing("call-1")
    traces.message(GATEWAY, PAGE, invite("page-leg"), Way("WS", ("::1", 40000)))
    traces.placing("")
    traces.message(PAGE, GATEWAY, message("SIP/2.0 180 Ringing", "page-leg"), WAY)
    traces.message(GATEWAY, SIP_SERVER, message("SIP/2.0 180 Ringing", "id-call-1"), WAY)
    traces.end("call-1")
    traces.message(SIP_SERVER, GATEWAY, message("ACK sip:5001@127.0.0.1 SIP/2.0", "id-call-1"), WAY)
    trace = traces.get("call-1")
    assert trace is not None
    assert [(each.source, each.target) for each in trace.entries] == [
        (SIP_SERVER, GATEWAY),
        (GATEWAY, PAGE),
        (PAGE, GATEWAY),
        (GATEWAY, SIP_SERVER),
        (SIP_SERVER, GATEWAY),
    ]
    assert trace.entries[1].remote == "WS [::1]:40000"
    assert trace.entries[1].at - trace.begun == pytest.approx(0.1, abs=1e-6)
    assert (trace.begun, trace.ended) == (1_000_100.0, 1_000_100.1)


def test_messages_of_no_call_are_not_kept_but_refused_invites_are() -> None:
    traces = ring()
    traces.message(SIP_SERVER, GATEWAY, message("OPTIONS sip:a SIP/2.0", "o1"), WAY)
    traces.message(PAGE, GATEWAY, b"\r\n\r\n", WAY)
    assert traces.calls() == []
    traces.message(SIP_SERVER, GATEWAY, invite("refused"), WAY)
    traces.message(GATEWAY, SIP_SERVER, message("SIP/2.0 480 Gone", "refused"), WAY)
    assert titles(traces, "refused") == ["INVITE sip:5001@127.0.0.1 SIP/2.0", "SIP/2.0 480 Gone"]


def test_a_call_is_known_by_its_uuids() -> None:
    traces = ring()
    a_call(traces, "call-1", end=False)
    traces.bind("call-1", "A")
    traces.bind("call-1", "B")
    assert [titles(traces, name) for name in ("A", "B", "C")] == [titles(traces, "call-1")] * 2 + [[]]
    assert traces.calls()[0].call_uuid == "B"


def test_what_comet_d_tells_first_waits_for_the_call() -> None:
    clock = Clock()
    traces = ring(clock)
    event = TraceEntry(0.0, Plane.COMETD, GWS, PAGE, "ringing")
    traces.note_uuid("A", "5001", event)
    traces.note_uuid("A", "5002", event)
    clock.steady += 1.0
    a_call(traces, "call-1", end=False)
    traces.bind("call-1", "A")
    traces.note_uuid("A", "5001", TraceEntry(0.0, Plane.COMETD, GWS, PAGE, "established"))
    assert titles(traces, "A") == ["ringing", "INVITE sip:5001@127.0.0.1 SIP/2.0", "established"]


def test_who_waits_in_vain_gives_way() -> None:
    traces = ring()
    for number in range(1000):
        traces.note_uuid(f"uuid-{number}", "5001", TraceEntry(0.0, Plane.COMETD, GWS, PAGE, "ringing"))
    a_call(traces, "call-1", end=False)
    traces.bind("call-1", "uuid-0")
    assert len(titles(traces, "call-1")) == 1


def note_agent(traces: TraceRing, title: str, dn: str = "5001") -> None:
    traces.note_agent(dn, TraceEntry(0.0, Plane.REST, WORKSPACE, GATEWAY, title))


def test_what_workspace_asks_is_of_each_call_of_the_agent() -> None:
    traces = ring()
    for name in ("call-1", "call-2", "over"):
        a_call(traces, name, end=name == "over")
    note_agent(traces, "mute")
    note_agent(traces, "another's", "5002")
    assert [titles(traces, name)[1:] for name in ("call-1", "call-2", "over")] == [["mute"], ["mute"], []]


def test_what_workspace_asked_shortly_before_a_call_is_in_it() -> None:
    clock = Clock()
    traces = ring(clock)
    note_agent(traces, "long ago")
    clock.steady += 290
    for number in range(MOST_SAID):
        note_agent(traces, f"mute {number}")
    clock.steady += 20
    a_call(traces, "call-1")
    a_call(traces, "call-2")
    assert titles(traces, "call-1")[0] == titles(traces, "call-2")[0] == "mute 0"
    assert len(titles(traces, "call-1")) == MOST_SAID + 1
    clock.steady += 300
    a_call(traces, "call-3")
    assert len(titles(traces, "call-3")) == 1


def test_agents_without_a_call_are_bounded() -> None:
    traces = ring()
    for number in range(MOST_AGENTS + 1):
        note_agent(traces, "mute", f"{number}")
    traces.began("first", "0")
    traces.began("second", "1")
    assert (titles(traces, "first"), titles(traces, "second")) == ([], ["mute"])


def test_marks_are_told_once_each() -> None:
    traces, told = ring(), []
    traces.on_mark(lambda call, marks: told.append((call, marks)))
    a_call(traces, "call-1")
    traces.bind("call-1", "A")
    for why in ("loud", "late", "loud"):
        traces.mark_bad("A", why)
    assert not traces.mark_bad("nobody", "loud")
    assert told == [("call-1", ("loud",)), ("call-1", ("loud", "late"))]


def test_the_number_of_calls_is_bounded_and_those_in_progress_stay() -> None:
    traces = ring(calls=3)
    a_call(traces, "long", end=False)
    for number in range(10):
        a_call(traces, f"call-{number}")
    assert {each.call for each in traces.calls()} == {"long", "call-8", "call-9"}
    traces.message(SIP_SERVER, GATEWAY, message("BYE sip:a SIP/2.0", "id-call-0"), WAY)
    assert traces.get("call-0") is None
    for number in range(5):
        a_call(traces, f"going-{number}", end=False)
    assert {each.call for each in traces.calls()} == {"going-2", "going-3", "going-4"}


def test_octets_are_bounded_whatever_comes() -> None:
    traces = ring(octets=100_000, call_octets=10**9)
    for number in range(50):
        a_call(traces, f"call-{number}", end=False)
        traces.message(GATEWAY, SIP_SERVER, message("INFO a SIP/2.0", f"id-call-{number}", body="x" * 5000), WAY)
        traces.end(f"call-{number}")
    kept = {each.call for each in traces.calls()}
    assert 10 < len(kept) < 20
    assert "call-49" in kept


def test_a_long_call_loses_its_middle() -> None:
    traces = ring(call_octets=100 * (ENTRY_OCTETS + 100))
    a_call(traces, "call-1", end=False)
    for number in range(1000):
        traces.note("call-1", TraceEntry(0.0, Plane.CALL, PAGE, GATEWAY, f"said {number}", "x" * 100))
    trace = traces.get("call-1")
    assert trace is not None
    assert len(trace.entries) <= 101
    assert len(trace.entries) + trace.left_out == 1001
    assert trace.entries[0].plane is Plane.SIP
    assert trace.entries[-1].title == "said 999"


def test_bad_calls_stay_when_the_others_have_gone() -> None:
    traces = ring(calls=2, bad_calls=2)
    for number in range(4):
        a_call(traces, f"bad-{number}", end=False)
        assert traces.mark_bad(f"bad-{number}", "MOS 1.9 from the page")
        traces.end(f"bad-{number}")
    for number in range(5):
        a_call(traces, f"call-{number}")
    assert {each.call for each in traces.calls() if each.bad} == {"bad-2", "bad-3"}
    assert traces.marks("bad-3") == ("MOS 1.9 from the page",)


def test_marked_after_its_end_and_by_uuid() -> None:
    traces = ring(calls=1)
    a_call(traces, "call-1", end=False)
    traces.bind("call-1", "A")
    traces.end("call-1")
    assert traces.mark_bad("A", "marked by hand")
    assert traces.mark_bad("call-1", "marked by hand")
    assert not traces.mark_bad("call-2", "marked by hand")
    a_call(traces, "call-2")
    a_call(traces, "call-3")
    assert titles(traces, "A") == ["INVITE sip:5001@127.0.0.1 SIP/2.0"]
    traces.message(SIP_SERVER, GATEWAY, message("BYE sip:a SIP/2.0", "id-call-1"), WAY)
    assert titles(traces, "A")[-1] == "BYE sip:a SIP/2.0"


def test_bad_calls_are_bounded_in_octets() -> None:
    traces = ring(bad_octets=20_000, bad_calls=1000)
    for number in range(10):
        a_call(traces, f"call-{number}", end=False)
        traces.note(f"call-{number}", TraceEntry(0.0, Plane.CALL, PAGE, GATEWAY, "said", "x" * 6000))
        traces.mark_bad(f"call-{number}", "broken")
        traces.end(f"call-{number}")
    assert len(traces.calls()) == 3


def test_a_clock_that_is_set_does_not_tear_a_call_apart() -> None:
    clock = Clock()
    traces = ring(clock)
    a_call(traces, "call-1", end=False)
    clock.ahead -= 3600.0
    clock.steady += 2.0
    traces.message(SIP_SERVER, GATEWAY, message("BYE sip:a SIP/2.0", "id-call-1"), WAY)
    traces.end("call-1")
    trace = traces.get("call-1")
    assert trace is not None
    assert trace.entries[1].at - trace.entries[0].at == 2.0
    assert trace.ended - trace.begun == 2.0


def test_another_dialog_joins_with_what_it_has_said() -> None:
    traces = ring()
    a_call(traces, "call-1", end=False)
    traces.message(SIP_SERVER, GATEWAY, invite("successor"), WAY)
    traces.joined("call-1", "successor")
    assert titles(traces, "call-1") == ["INVITE sip:5001@127.0.0.1 SIP/2.0"] * 2
    a_call(traces, "call-2", end=False)
    traces.joined("call-2", "successor")
    assert len(titles(traces, "call-2")) == 1


def test_nothing_is_kept_where_nothing_is_wanted_but_the_wire_is_told() -> None:
    told: list[bytes] = []
    traces = TraceRing(Bounds(calls=0), lambda source, target, data, way: told.append(data))
    a_call(traces, "call-1")
    assert traces.calls() == []
    assert told == [invite("id-call-1")]


def test_invites_that_no_call_came_of_push_no_call_out() -> None:
    traces = ring(calls=5)
    a_call(traces, "call-1")
    for number in range(1000):
        traces.message(PAGE, GATEWAY, invite(f"stranger-{number}"), WAY)
    assert len(traces.calls()) == 1 + MOST_STRANGERS
    assert traces.get("call-1") is not None
    assert traces.mark_bad("stranger-999", "odd")
    assert len(titles(traces, "stranger-999")) == 1


def test_it_is_known_which_planes_told_of_a_call() -> None:
    traces = ring()
    traces.began("call", "5001")
    traces.note("call", TraceEntry(0.0, Plane.COMETD, GWS, PAGE, "Ringing", ""))
    assert traces.tells_of("call", Plane.COMETD)
    assert not traces.tells_of("call", Plane.SIP)
    assert not traces.tells_of("another", Plane.COMETD)
