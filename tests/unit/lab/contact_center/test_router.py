"""Who gets which call, and what happens to a call on its way (SIP Server reference 6.1, 6.2, 6.4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.lab.contact_center import words
from cordboard.lab.contact_center.plan import plain
from cordboard.lab.contact_center.reading import parse
from cordboard.lab.contact_center.router import Router
from cordboard.lab.contact_center.visit import Visit
from cordboard.lab.contact_center.words import (
    Answered,
    Arrived,
    Attach,
    Candidate,
    DigitPressed,
    Ended,
    Look,
    NotAnswered,
    Offer,
    Refused,
    Release,
    Terms,
    Treat,
    TreatmentBegan,
    TreatmentFailed,
    Unanswered,
)
from kit.table_cells import expect_every_cell

AGENTS = """
[agents]
5001 = { groups = ["Sales"], skills = { english = 9, sales = 8 } }
5002 = { groups = ["Sales", "Gold"], skills = { german = 9, sales = 5 } }
5003 = { skills = { english = 5 }, wrap_up_time = 7, no_answer = { timeout = 4, action = "logout" } }
[sounds]
bell = [[880, 2]]
[routing_points.8000]
routing_data = false
steps = [{ select = {} }]
"""
QUIET = "routing_data = false"
DEFAULTS = Terms(no_answer_timeout=15, no_answer_action="notready", wrap_up_time=3)


class Everybody:
    """Implements `Agents`: whom a test says, in the order in which they became Ready."""

    def __init__(self, *dns: str) -> None:
        self.dns = list(dns)

    def candidates(self) -> list[Candidate]:
        return [Candidate(dn, f"agent{dn}", float(place)) for place, dn in enumerate(self.dns)]


class Desk:
    """A router with its agents, and what it said."""

    def __init__(self, steps: str, *dns: str, more: str = "", text: str = AGENTS) -> None:
        self.agents = Everybody(*dns)
        point = f"[routing_points.8001]\nvirtual_queue = 'VQ'\n{more or QUIET}\nsteps = [{steps}]\n"
        self.router = Router(parse(text + point), self.agents, DEFAULTS, 5.0)

    def __call__(self, input: words.RouterInput, now: float) -> list[words.RouterOutput]:
        outputs = self.router.handle(input, now)
        if not isinstance(input, Look):
            outputs += self.router.handle(Look(), now)
        return outputs

    def offered(self, input: words.RouterInput, now: float) -> list[str]:
        return [output.number for output in self(input, now) if isinstance(output, Offer)]

    def counts(self, queue: str = "VQ") -> tuple[int, ...]:
        """Entered, answered, abandoned, overflowed, released, redirected."""
        counts = self.router.statistics.queues[queue]
        return (
            counts.entered,
            counts.answered,
            counts.abandoned,
            counts.overflowed,
            counts.released,
            counts.redirected,
        )


def arrived(call: str = "a", **data: object) -> Arrived:
    return Arrived(call, "8001", data)


def test_first_come_first_served_by_the_one_who_is_ready_the_longest() -> None:
    desk = Desk("{ select = {} }")
    desk(arrived("a"), 1.0)
    desk(arrived("b"), 2.0)
    assert desk.router.waiting == ["a", "b"]
    desk.agents.dns = ["5002", "5001"]
    assert [(each.call, each.number) for each in desk(Look(), 3.0) if isinstance(each, Offer)] == [
        ("a", "5002"),
        ("b", "5001"),
    ]


def test_a_call_that_comes_back_keeps_its_place_and_spares_who_refused_it() -> None:
    desk = Desk("{ select = {} }", "5001")
    assert desk.offered(arrived("a"), 1.0) == ["5001"]
    desk.agents.dns = []
    desk(arrived("b"), 2.0)
    desk(Refused("a", "5001", 486), 3.0)
    assert desk.router.waiting == ["a", "b"]
    assert desk.router.deadline == 8.0
    desk.agents.dns = ["5001"]
    assert [each.call for each in desk(Look(), 4.0)] == ["b"]
    assert [each.call for each in desk(Look(), 8.0)] == ["a"]
    assert desk.router.deadline is None


def test_the_more_urgent_call_comes_first() -> None:
    steps = '{ branch = "Segment", branches = { Gold = "gold" }, otherwise = "all" }, '
    steps += '{ label = "gold", select = {}, priority = 5 }, { label = "all", select = {} }'
    desk = Desk(steps)
    desk(arrived("a"), 1.0)
    desk(arrived("b", Segment="Gold"), 2.0)
    desk.agents.dns = ["5001"]
    assert [each.call for each in desk(Look(), 3.0)] == ["b"]


def test_waiting_makes_urgent() -> None:
    steps = '{ branch = "Segment", branches = { Gold = "gold" }, otherwise = "all" }, '
    steps += '{ label = "gold", select = {}, priority = 5 }, { label = "all", select = {} }'
    desk = Desk(steps, more=f"ageing = 6\n{QUIET}")
    desk(arrived("a"), 0.0)
    desk(arrived("b", Segment="Gold"), 60.0)
    desk.agents.dns = ["5001"]
    assert [each.call for each in desk(Look(), 70.0)] == ["a"]


@pytest.mark.parametrize(
    ("target", "dn"),
    [
        ('skills = "english >= 5 and not_there = 0"', ""),
        ('skills = "english"', "5001"),
        ('skills = "english and sales < 3"', "5003"),
        ('group = "Sales", skills = "german"', "5002"),
        ('group = "Gold"', "5002"),
        ('dn = "5003"', "5003"),
        ('dn = "$Extension"', "5002"),
    ],
)
def test_targets(target: str, dn: str) -> None:
    text = AGENTS.replace("english = 5 }", "english = 5, not_there = 3 }") if "not_there" in target else AGENTS
    desk = Desk(f"{{ select = {{ {target} }} }}", "5001", "5002", "5003", text=text)
    if not dn:
        dn = "5001"
    assert desk.offered(arrived(Extension="5002"), 1.0) == [dn]


def test_nobody_waits_for_a_dn_that_is_nobodys() -> None:
    desk = Desk('{ select = { dn = "$Extension" }, timeout = 60, overflow = "8000" }')
    desk(arrived(Extension="1234"), 1.0)
    assert (desk.router.queue_of("a"), desk.counts()) == ("8000", (1, 0, 0, 1, 0, 0))


# --- treatments and digits --------------------------------------------------------------------------------------------


def test_an_announcement_lasts_from_its_begin() -> None:
    desk = Desk('{ announce = "bell" }, { hang_up = 404 }', more="early_media = true")
    (treat,) = desk(arrived(), 1.0)
    assert isinstance(treat, Treat)
    assert (treat.sound.name, treat.early) == ("bell", True)
    desk(TreatmentBegan("a"), 3.0)
    assert desk.router.deadline == 5.0
    assert desk(Look(), 5.0) == [Release("a", 404)]
    assert desk.counts() == (1, 0, 0, 0, 1, 0)


def test_an_announcement_that_fails_is_left_out() -> None:
    desk = Desk('{ announce = "bell" }, { hang_up = 404 }')
    desk(arrived(), 1.0)
    assert desk(TreatmentFailed("a"), 1.5) == [Release("a", 404)]


def test_an_announcement_that_never_begins_does_not_hold_the_call_for_ever() -> None:
    desk = Desk('{ announce = "bell" }, { hang_up = 404 }')
    desk(arrived(), 1.0)
    assert desk(Look(), 13.0) == [Release("a", 404)]


COLLECT = (
    '{ collect = "Digits", prompt = "bell", digits = 3, timeout = 5, branches = { 123 = "yes" }, otherwise = "no" }, '
)
COLLECT += '{ label = "yes", hang_up = 600 }, { label = "no", hang_up = 400 }'


def collected(*events: tuple[words.RouterInput, float]) -> list[words.RouterOutput]:
    desk = Desk(COLLECT)
    outputs = desk(arrived(), 1.0)[1:]
    for input, now in events:
        outputs += desk(input, now)
    return outputs


def test_digits_choose_a_branch() -> None:
    digits = [(DigitPressed("a", digit), 2.0) for digit in "123"]
    assert collected(*digits) == [Attach("a", {"Digits": "123"}), Release("a", 600)]


def test_the_end_of_digits() -> None:
    pressed = [(DigitPressed("a", "1"), 2.0), (DigitPressed("a", "#"), 2.5)]
    assert collected(*pressed) == [Attach("a", {"Digits": "1"}), Release("a", 400)]


def test_the_time_between_digits() -> None:
    begun = (TreatmentBegan("a"), 1.5)
    assert collected(begun, (Look(), 8.4)) == []
    assert collected(begun, (Look(), 8.5)) == [Release("a", 400)]
    pressed = (DigitPressed("a", "1"), 8.0)
    assert collected(begun, pressed, (Look(), 12.9)) == []
    assert collected(begun, pressed, (Look(), 13.0)) == [Attach("a", {"Digits": "1"}), Release("a", 400)]


def test_without_a_media_server_there_are_no_digits() -> None:
    assert collected((TreatmentFailed("a"), 2.0)) == [Release("a", 400)]


def test_digits_that_come_early_are_kept_and_spare_the_prompt() -> None:
    steps = '{ announce = "bell" }, { collect = "One", prompt = "bell" }, '
    desk = Desk(steps + '{ collect = "Two", prompt = "bell", digits = 2 }, { hang_up = true }')
    desk(arrived(), 1.0)
    for digit in "12":
        desk(DigitPressed("a", digit), 1.5)
    desk(TreatmentBegan("a"), 2.0)
    assert desk(Look(), 4.0) == [Attach("a", {"One": "1"})]
    assert desk(DigitPressed("a", "3"), 4.5) == [Attach("a", {"Two": "23"}), Release("a", 486)]


def test_data_and_jumps() -> None:
    desk = Desk('{ attach = { A = "1" }, next = "end" }, { hang_up = 400 }, { label = "end", hang_up = 404 }')
    assert desk(arrived(), 1.0) == [Attach("a", {"A": "1"}), Release("a", 404)]


def test_what_was_attached_is_known_to_the_next_step() -> None:
    desk = Desk('{ attach = { Extension = "5002" } }, { select = { dn = "$Extension" } }', "5001", "5002")
    assert desk.offered(arrived(), 1.0) == ["5002"]


def test_a_strategy_that_runs_in_circles_ends() -> None:
    desk = Desk('{ label = "top", attach = { A = "1" }, next = "top" }')
    assert desk(arrived(), 1.0)[-1] == Release("a", 500)


def test_routing_points_that_lead_to_each_other_end() -> None:
    desk = Desk('{ route = "8001" }')
    assert desk(arrived(), 1.0)[-1] == Release("a", 500)


# --- numbers and overflow ---------------------------------------------------------------------------------------------


def test_a_number_that_refuses_leads_to_the_next_step() -> None:
    desk = Desk('{ route = "$Nobody" }, { route = "+15550100" }, { select = {} }')
    assert desk.offered(arrived(), 1.0) == ["+15550100"]
    desk(Refused("a", "+15550100", 486), 2.0)
    assert desk.router.waiting == ["a"]


def test_after_the_last_step_the_last_status_is_the_callers() -> None:
    desk = Desk('{ route = "+15550100" }')
    desk(arrived(), 1.0)
    assert desk(Refused("a", "+15550100", 603), 2.0) == [Release("a", 603)]


@pytest.mark.parametrize(
    ("overflow", "then"),
    [
        ("hang up", [Release("a", 480)]),
        ("Gold", []),
        ("8000", []),
    ],
)
def test_overflow_after_the_time_to_wait(overflow: str, then: list[words.RouterOutput]) -> None:
    desk = Desk(f'{{ select = {{ dn = "5003" }}, timeout = 10, overflow = "{overflow}" }}')
    desk(arrived(), 1.0)
    assert desk.router.deadline == 11.0
    assert desk(Look(), 11.0) == then
    desk.agents.dns = ["5002"]
    assert desk.offered(Look(), 12.0) == (["5002"] if not then else [])
    assert desk.counts()[3] == (1 if overflow == "8000" else 0)


def test_overflow_to_a_number_that_refuses_ends_the_call() -> None:
    desk = Desk('{ select = { dn = "5003" }, timeout = 10, overflow = "+15550100" }')
    desk(arrived(), 1.0)
    assert desk.offered(Look(), 11.0) == ["+15550100"]
    assert desk(Refused("a", "+15550100", 486), 12.0) == [Release("a", 486)]


def test_without_overflow_the_next_step_follows() -> None:
    desk = Desk('{ select = { dn = "5003" }, timeout = 10 }, { hang_up = 404 }')
    desk(arrived(), 1.0)
    assert desk(Look(), 11.0) == [Release("a", 404)]


def test_the_time_to_wait_ends_after_the_agents_phone_has_rung() -> None:
    desk = Desk("{ select = {}, timeout = 10 }, { hang_up = 404 }", "5001")
    desk(arrived(), 1.0)
    assert desk(Look(), 11.0) == []
    assert desk(NotAnswered("a", "5001"), 12.0) == [Release("a", 404)]


# --- no answer --------------------------------------------------------------------------------------------------------


def test_terms_of_point_agent_and_application() -> None:
    desk = Desk('{ select = { dn = "$Dn" } }', "5001", "5003", more=f"no_answer = {{ timeout = 9 }}\n{QUIET}")
    (first,) = desk(arrived("a", Dn="5001"), 1.0)
    (second,) = desk(arrived("b", Dn="5003"), 1.0)
    assert isinstance(first, Offer)
    assert isinstance(second, Offer)
    assert first.terms == replace(DEFAULTS, queue="VQ", no_answer_timeout=9)
    assert second.terms == replace(DEFAULTS, queue="VQ", no_answer_timeout=9, no_answer_action="logout", wrap_up_time=7)
    assert first.terms.action == "notready"


def test_after_routing_has_an_action_of_its_own() -> None:
    desk = Desk("{ select = {} }", "5001", more=f"after_routing = {{ timeout = 20 }}\n{QUIET}")
    (offer,) = desk(arrived(), 1.0)
    assert isinstance(offer, Offer)
    assert (offer.terms.after_routing_timeout, offer.terms.action) == (20, "none")


def test_numbers_are_tried_in_order_and_then_the_call_is_recalled() -> None:
    desk = Desk("{ select = {} }", "5001", more='no_answer = { overflow = ["5002", "+15550100"] }')
    assert desk.offered(arrived(), 1.0) == ["5001"]
    desk.agents.dns = []
    assert desk.offered(NotAnswered("a", "5001"), 2.0) == ["5002"]
    assert desk.offered(NotAnswered("a", "5002"), 3.0) == ["+15550100"]
    assert desk.offered(Refused("a", "+15550100", 486), 4.0) == []
    assert desk.router.waiting == ["a"]


def test_release_and_routing_points_among_the_numbers() -> None:
    desk = Desk("{ select = {} }", "5001", more='no_answer = { overflow = ["release"] }')
    desk(arrived(), 1.0)
    assert desk(NotAnswered("a", "5001"), 2.0) == [Release("a", 480)]
    desk = Desk("{ select = {} }", "5001", more='no_answer = { overflow = ["8000"] }')
    desk(arrived(), 1.0)
    desk.agents.dns = []
    desk(NotAnswered("a", "5001"), 2.0)
    assert desk.router.queue_of("a") == "8000"


def test_a_call_that_was_not_routed() -> None:
    desk = Desk("{ select = {} }")
    assert desk.offered(Unanswered("a", ("5002", "5003")), 1.0) == ["5002"]
    assert desk.offered(Refused("a", "5002", 486), 2.0) == ["5003"]
    assert desk(Refused("a", "5003", 480), 3.0) == [Release("a", 480)]
    assert [journey.outcome for journey in desk.router.statistics.journeys] == ["released"]


# --- what is counted --------------------------------------------------------------------------------------------------


def test_every_call_is_counted_once() -> None:
    desk = Desk("{ select = {} }", "5001")
    desk(arrived("a", LabCustomer="c1"), 1.0)
    desk(Answered("a", "5001"), 3.0)
    desk.agents.dns = []
    for call, ended in (("b", Ended("b")), ("c", Ended("c", redirected=True))):
        desk(arrived(call), 4.0)
        desk(ended, 6.0)
    desk(arrived("d"), 7.0)
    desk(arrived("e"), 8.0)
    assert desk.counts() == (5, 1, 1, 0, 0, 1)
    view = next(view for view in desk.router.queues(10.0) if view.queue == "VQ")
    assert (view.waiting, view.longest_wait) == (2, 3.0)
    assert (view.counts.total_answered_wait, view.counts.longest_answered_wait) == (2.0, 2.0)
    first = desk.router.statistics.journeys[0]
    assert (first.customer, first.path, first.outcome, first.number, first.waited) == (
        "c1",
        ("VQ",),
        "answered",
        "5001",
        2.0,
    )


def test_who_has_overflowed_is_known() -> None:
    desk = Desk('{ select = { dn = "5003" }, timeout = 10, overflow = "8000" }')
    desk(arrived(), 1.0)
    desk(Look(), 11.0)
    desk(Ended("a"), 12.0)
    (journey,) = desk.router.statistics.journeys
    assert (journey.path, journey.overflowed, journey.outcome) == (("VQ", "8000"), True, "abandoned")


def test_what_the_router_attaches() -> None:
    desk = Desk('{ select = { skills = "english >= 9" } }', "5001", more="name = 'Sales'")
    attach, _ = desk(arrived(), 1.0)
    assert isinstance(attach, Attach)
    assert attach.data["RTargetObjectSelected"] == "?:english >= 9"
    assert attach.data["RTargetAgentSelected"] == "E5001"
    assert (attach.data["RStrategyName"], attach.data["RVQID"]) == ("Sales", "VQ-1")


def test_words_about_calls_that_are_over_mean_nothing() -> None:
    desk = Desk("{ select = {} }")
    assert desk(Refused("a", "5001"), 1.0) == []
    assert desk(Ended("a"), 1.0) == []
    assert desk.router.queue_of("a") == ""


def test_a_queue_without_any_file() -> None:
    router = Router(plain("8000"), Everybody("5777"), DEFAULTS, 5.0)
    (treat,) = router.handle(Arrived("a", "8000"), 1.0)
    assert isinstance(treat, Treat)
    (offer,) = router.handle(Look(), 1.0)
    assert isinstance(offer, Offer)
    assert offer.number == "5777"


@pytest.mark.parametrize("steps", ['{ announce = "bell" }, { hang_up = 404 }', COLLECT, "{ select = {} }"])
def test_a_caller_can_go_at_any_time(steps: str) -> None:
    desk = Desk(steps)
    desk(arrived(), 1.0)
    desk(Ended("a"), 1.5)
    assert desk.counts() == (1, 0, 1, 0, 0, 0)
    desk = Desk(steps, "5001")
    desk(arrived(), 1.0)
    desk(Ended("a"), 1.5)
    assert desk.counts() == (1, 0, 1, 0, 0, 0)


def test_every_cell_is_visited() -> None:
    def test_parametrized() -> None:
        for steps in ('{ announce = "bell" }, { hang_up = 404 }', COLLECT, "{ select = {} }"):
            test_a_caller_can_go_at_any_time(steps)

    expect_every_cell(Visit, {**globals(), "test_parametrized": test_parametrized})
