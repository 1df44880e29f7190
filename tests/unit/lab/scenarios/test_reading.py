"""A scenario's file, and what is said of a wrong one."""

from __future__ import annotations

import pytest

from cordboard.lab.contact_center.reading import WrongFile
from cordboard.lab.scenarios.reading import parse
from cordboard.lab.scenarios.scenario import Arrivals, Span, StandIns, plan

FILE = """
name = "Monday"
seed = 7
acceleration = 10
caller = "+1555020"

[agents]
dns = ["5001", "5003-5005"]
answer_after = [1, 4]
ready_again_after = 2

[[customers]]
to = "8001"
count = 50
rate = 30
begin = 60
patience = { mean = 90 }
talk = [60, 180]
digits = { 1 = 3, 2 = 1, "" = 1 }
press_after = 2
data = { ServiceType = "Sales", Number = 3 }
choose = { CustomerSegment = { Gold = 1, Silver = 3 } }
tone = 440

[[customers]]
to = "8002"
at = [0, 2.5]
patience = 20
digits = "12#"
"""


def test_a_file() -> None:
    scenario = parse(FILE)
    first, second = scenario.streams
    assert (scenario.name, scenario.seed, scenario.acceleration, scenario.caller) == ("Monday", 7, 10, "+1555020")
    assert scenario.agents == StandIns(("5001", "5003", "5004", "5005"), Span(1, 4), 2)
    assert first.arrivals == Arrivals(count=50, rate=30, begin=60)
    assert (first.patience, first.talk, first.press_after, first.tone) == (Span(mean=90), Span(60, 180), 2, 440)
    assert first.digits == {"1": 3, "2": 1, "": 1}
    assert first.data == {"ServiceType": "Sales", "Number": "3"}
    assert first.choose == {"CustomerSegment": {"Gold": 1, "Silver": 3}}
    assert second.arrivals == Arrivals(at=(0, 2.5))
    assert (second.patience, second.talk, second.digits) == (Span(20, 20), Span(30, 30), {"12#": 1})


def test_the_plan_is_reproducible_by_seed() -> None:
    scenario = parse(FILE)
    customers = plan(scenario)
    assert customers == plan(parse(FILE))
    assert customers != plan(parse(FILE.replace("seed = 7", "seed = 8")))
    assert [each.at for each in customers] == sorted(each.at for each in customers)
    assert len({each.id for each in customers}) == len({each.caller for each in customers}) == 52
    assert {each.digits for each in customers if each.to == "8001"} == {"1", "2", ""}
    assert {each.data["CustomerSegment"] for each in customers if each.to == "8001"} == {"Gold", "Silver"}


def test_acceleration_shortens_everything() -> None:
    first, second = (each for each in plan(parse(FILE)) if each.to == "8002")
    assert (first.at, second.at, first.patience, first.talk, first.press_after) == (0, 0.25, 2, 3, 0.1)
    assert min(each.at for each in plan(parse(FILE)) if each.to == "8001") > 6


def test_customers_at_even_distances() -> None:
    scenario = parse('[[customers]]\nto = "8000"\ncount = 3\nevery = 4\nbegin = 1')
    assert [each.at for each in plan(scenario)] == [1, 5, 9]


def test_one_streams_choices_are_not_changed_by_another() -> None:
    alone = [each for each in plan(parse(FILE)) if each.to == "8001"]
    beside = [each for each in plan(parse(FILE + '[[customers]]\nto = "8003"\ncount = 9')) if each.to == "8001"]
    assert [(each.at, each.talk, each.digits) for each in alone] == [
        (each.at, each.talk, each.digits) for each in beside
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "test.toml: nobody calls; right would be [[customers]]"),
        ("customers = 3", "test.toml:1: customers: 3 is not possible here; right would be [[customers]]"),
        ("[[customers]]", "to: this is no number; right would be"),
        ('[[customers]]\nto = "8000"\ncuont = 3', 'there is no such key; did you mean "count"?'),
        ('[[customers]]\nto = "8000"\ncount = 0', "count: 0 is not possible here; right would be a whole number"),
        (
            '[[customers]]\nto = "8000"\ncount = 4000\n[[customers]]\nto = "8000"\ncount = 4000',
            "more than 5000 customers",
        ),
        ('[[customers]]\nto = "8000"\nat = [1]\nrate = 3', "a list of times stands alone"),
        ('[[customers]]\nto = "8000"\nevery = 1\nrate = 3', "not both"),
        ('[[customers]]\nto = "8000"\npatience = [3, 1]', "patience: [3, 1] is not possible here; right would be 30"),
        ('[[customers]]\nto = "8000"\ntalk = { mean = 0 }', "talk: {'mean': 0} is not possible here"),
        ('[[customers]]\nto = "8000"\ndigits = "abc"', "digits: 'abc' is not possible here"),
        ('[[customers]]\nto = "8000"\ndigits = { 1 = 0 }', "digits: {'1': 0} is not possible here"),
        ('[[customers]]\nto = "8000"\nchoose = { Segment = 3 }', "choose.Segment: 3 is not possible here"),
        ('[agents]\ndns = ["anna"]\n[[customers]]\nto = "8000"', "agents.dns: 'anna' is no DN; right would be"),
        ("[[customers", "test.toml: not TOML"),
    ],
)
def test_what_is_wrong_is_said(text: str, expected: str) -> None:
    with pytest.raises(WrongFile) as raised:
        parse(text, "test.toml")
    assert any(expected in problem for problem in raised.value.problems), raised.value.problems
