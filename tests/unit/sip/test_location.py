"""Where a server is: questions and answers of RFC 3263, without a DNS."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.sip.location import (
    Answer,
    HostAddress,
    Located,
    Location,
    Naptr,
    Question,
    Record,
    RecordType,
    Srv,
    Target,
    Wanted,
    in_order,
)

A, AAAA, SRV, NAPTR = RecordType.A, RecordType.AAAA, RecordType.SRV, RecordType.NAPTR
Zone = dict[tuple[str, RecordType], tuple[Record, ...]]


def first(most: int) -> int:
    return 0


def locate(wanted: Wanted, zone: Zone, asked: list[Question] | None = None) -> tuple[Target, ...]:
    """What the machine finds in a zone; the questions go to `asked`."""
    location = Location(wanted, first)
    outputs = location.begin()
    while not any(isinstance(each, Located) for each in outputs):
        questions = [each for each in outputs if isinstance(each, Question)]
        assert questions, "neither questions nor a result"
        outputs = []
        for question in questions:
            if asked is not None:
                asked.append(question)
            assert outputs == []
            outputs = location.handle(Answer(question, zone.get((question.name, question.type), ())))
    (located,) = outputs
    assert isinstance(located, Located)
    return located.targets


def address(text: str) -> tuple[Record, ...]:
    return (HostAddress(text),)


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        (Wanted("127.0.0.9", 5070, "UDP"), Target("UDP", "127.0.0.9", 5070, "127.0.0.9")),
        (Wanted("127.0.0.9"), Target("UDP", "127.0.0.9", 5060, "127.0.0.9")),
        (Wanted("127.0.0.9", 0, "TLS"), Target("TLS", "127.0.0.9", 5061, "127.0.0.9")),
        (Wanted("0:0::1", 0, "TCP"), Target("TCP", "::1", 5060, "0:0::1")),
    ],
)
def test_a_literal_needs_no_question(wanted: Wanted, target: Target) -> None:
    assert Location(wanted, first).begin() == [Located((target,))]


def test_a_port_asks_for_addresses_only() -> None:
    asked: list[Question] = []
    zone: Zone = {("ss.example", A): (HostAddress("127.0.0.2"), HostAddress("127.0.0.1"))}
    found = locate(Wanted("ss.example", 5070, "TCP"), zone, asked)
    assert [(each.transport, each.address, each.port) for each in found] == [
        ("TCP", "127.0.0.2", 5070),
        ("TCP", "127.0.0.1", 5070),
    ]
    assert asked == [Question("ss.example", A)]


def test_a_transport_asks_for_its_srv_records() -> None:
    zone: Zone = {
        ("_sip._tcp.ss.example", SRV): (Srv(20, 0, 5062, "b.example"), Srv(10, 0, 5061, "a.example")),
        ("a.example", A): address("127.0.0.1"),
        ("b.example", A): address("127.0.0.2"),
    }
    found = locate(Wanted("ss.example", 0, "TCP"), zone)
    assert found == (Target("TCP", "127.0.0.1", 5061, "a.example"), Target("TCP", "127.0.0.2", 5062, "b.example"))


def test_without_srv_the_name_is_a_host_with_the_usual_port() -> None:
    zone: Zone = {("ss.example", A): address("127.0.0.1")}
    assert locate(Wanted("ss.example", 0, "TLS"), zone) == (Target("TLS", "127.0.0.1", 5061, "ss.example"),)
    assert locate(Wanted("ss.example"), zone) == (Target("UDP", "127.0.0.1", 5060, "ss.example"),)


def test_srv_that_says_there_is_no_such_service_is_believed() -> None:
    zone: Zone = {("_sip._udp.ss.example", SRV): (Srv(0, 0, 0, "."),), ("ss.example", A): address("127.0.0.1")}
    assert locate(Wanted("ss.example", 0, "UDP"), zone) == ()


def test_naptr_chooses_the_transport() -> None:
    zone: Zone = {
        ("ss.example", NAPTR): (
            Naptr(20, 10, "s", "SIP+D2U", "_sip._udp.ss.example"),
            Naptr(10, 20, "S", "sip+d2t", "_sip._tcp.other.example"),
            Naptr(10, 10, "s", "SIPS+D2T", "_sips._tcp.ss.example"),
            Naptr(5, 10, "s", "SIP+D2S", "_sip._sctp.ss.example"),  # no SCTP here
            Naptr(1, 1, "u", "E2U+sip", "."),
        ),
        ("_sip._udp.ss.example", SRV): (Srv(0, 0, 5060, "a.example"),),
        ("_sip._tcp.other.example", SRV): (Srv(0, 0, 5060, "a.example"),),
        ("_sips._tcp.ss.example", SRV): (Srv(0, 0, 5061, "a.example"),),
        ("a.example", A): address("127.0.0.1"),
    }
    found = locate(Wanted("ss.example"), zone)
    assert [(each.transport, each.port) for each in found] == [("TLS", 5061), ("TCP", 5060), ("UDP", 5060)]


def test_without_naptr_every_transport_is_asked_for() -> None:
    asked: list[Question] = []
    zone: Zone = {("_sip._tcp.ss.example", SRV): (Srv(0, 0, 5060, "127.0.0.7"),)}
    assert locate(Wanted("ss.example"), zone, asked) == (Target("TCP", "127.0.0.7", 5060, "127.0.0.7"),)
    assert [(each.name, each.type) for each in asked] == [
        ("ss.example", NAPTR),
        ("_sip._udp.ss.example", SRV),
        ("_sip._tcp.ss.example", SRV),
        ("_sips._tcp.ss.example", SRV),
    ]


def test_only_addresses_of_our_family_are_asked_for() -> None:
    zone: Zone = {("ss.example", A): address("127.0.0.1"), ("ss.example", AAAA): address("0::1")}
    found = locate(Wanted("ss.example", 5060, "UDP", (AAAA,)), zone)
    assert [each.address for each in found] == ["::1"]


def test_unknown_name_leads_nowhere() -> None:
    assert locate(Wanted("nowhere.example"), {}) == ()


def test_an_answer_to_no_question_and_a_second_answer_change_nothing() -> None:
    location = Location(Wanted("ss.example", 5060, "UDP", (A, AAAA)), first)
    v4, v6 = location.begin()
    assert isinstance(v4, Question)
    assert isinstance(v6, Question)
    assert location.handle(Answer(Question("other.example", A), address("127.0.0.6"))) == []
    assert location.handle(Answer(v4, address("127.0.0.1"))) == []
    assert location.handle(Answer(v4, address("127.0.0.6"))) == []
    (located,) = location.handle(Answer(v6, ()))
    assert isinstance(located, Located)
    assert [each.address for each in located.targets] == ["127.0.0.1"]


def test_weights_are_kept_on_average() -> None:
    """RFC 2782: one server with weight 30 and one with weight 10 share the load three to one."""
    chance = random.Random(1)
    records = [Srv(1, 30, 5060, "often"), Srv(1, 10, 5060, "seldom"), Srv(2, 9, 5060, "never")]
    drawn = Counter(in_order(records, lambda most: chance.randint(0, most))[0].target for _ in range(4000))
    assert drawn["never"] == 0
    assert 2.0 < drawn["often"] / drawn["seldom"] < 4.0


SERVERS = st.lists(
    st.builds(Srv, st.integers(0, 3), st.integers(0, 65535), st.integers(1, 65535), st.sampled_from("abcd"))
)


@given(SERVERS, st.randoms(use_true_random=False))
def test_order_loses_nothing_and_keeps_priorities(records: list[Srv], chance: random.Random) -> None:
    ordered = in_order(records, lambda most: chance.randint(0, most))
    assert Counter(ordered) == Counter(records)
    assert [each.priority for each in ordered] == sorted(each.priority for each in records)


@given(SERVERS)
def test_same_chance_same_order(records: list[Srv]) -> None:
    assert in_order(records, first) == in_order(list(records), first)
