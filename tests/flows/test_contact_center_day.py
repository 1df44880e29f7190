"""A contact centre's busy hour in virtual time: 20 agents, 300 customers, every one accounted for (SIP Server reference
6)."""

from __future__ import annotations

import time
from dataclasses import replace

from cordboard.lab.contact_center.reading import built_in
from cordboard.lab.scenarios.account import Account
from cordboard.lab.scenarios.customer import Outcome
from cordboard.lab.scenarios.reading import parse
from kit.contact_center_day import DNS, ContactCenterDay

BUSY_HOUR = parse("""
name = "A busy hour"
seed = 1

[agents]
dns = ["5001-5020"]
answer_after = [1, 20]     # some let it ring too long
ready_again_after = 8

[[customers]]
to = "8001"
count = 120
rate = 12
patience = { mean = 90 }
talk = [40, 160]
digits = { 1 = 3, 2 = 2, 9 = 1 }
press_after = 2
data = { ServiceType = "Sales" }

[[customers]]
to = "8002"
count = 100
rate = 10
patience = [20, 200]
talk = { mean = 100 }
choose = { CustomerSegment = { Gold = 1, Silver = 3 } }

[[customers]]
to = "8000"
count = 60
rate = 6
patience = [5, 60]
talk = [30, 60]

[[customers]]
to = "8003"
count = 18
rate = 2
patience = 120
digits = { 5004 = 2, 5011 = 2, 5777 = 1, "" = 1 }

[[customers]]
to = "5999"
at = [10, 20]
""")
CPU_SECONDS = 5.0
ANYBODY_AFTER = 30.0  # seconds: then the point for sales gives up the language


def test_every_customer_is_accounted_for() -> None:
    began = time.process_time()
    day = ContactCenterDay(BUSY_HOUR)
    account = day.run()
    took = time.process_time() - began
    assert day.faults == []
    assert day.left() == []
    summary = account.summary()
    assert (summary["customers"], summary["unaccounted"], summary["cancelled"]) == (300, 0, 0)
    assert summary["refused"] == 2  # 5999 is nobody
    assert summary["answered"] + summary["abandoned"] + summary["released"] + summary["refused"] == 300
    assert summary["overflowed"] > 10
    assert list(summary["byAgent"]) == list(DNS)
    agree_with_the_queues(day, account)
    assert {dn for dn, agent in day.switch.agents.items() if agent.is_logged_in} == set()
    assert took < CPU_SECONDS


def agree_with_the_queues(day: ContactCenterDay, account: Account) -> None:
    """What the customers met is what the router counted."""
    queues = {view.queue: view.counts for view in day.switch.routing.router.queues(day.now)}
    for counts in queues.values():
        assert counts.entered == counts.answered + counts.abandoned + counts.overflowed + counts.released
    answered = [entry for entry in account.entries if entry.outcome is Outcome.ANSWERED]
    assert sum(counts.answered for counts in queues.values()) == len(answered)
    assert all(len(entry.answered_by) == 1 for entry in answered)
    assert sum(counts.overflowed for counts in queues.values()) >= sum(entry.overflowed for entry in account.entries)
    german = {id for id, each in day.course.customers.items() if each.planned.digits == "2"}
    quickly = [entry for entry in answered if entry.id in german and (entry.waited or 0.0) < ANYBODY_AFTER]
    assert len(quickly) >= 3
    people = built_in().people
    assert all(people[dn].skills.get("german", 0) >= 5 for entry in quickly for dn in entry.answered_by)


def test_the_same_seed_is_the_same_day() -> None:
    few = tuple(replace(stream, arrivals=replace(stream.arrivals, count=8)) for stream in BUSY_HOUR.streams[:2])
    first, second, other = (
        ContactCenterDay(replace(BUSY_HOUR, streams=few, seed=seed)).run().entries for seed in (7, 7, 8)
    )
    assert first == second
    assert first != other
