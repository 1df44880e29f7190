"""The contact centre's file, and what is said of a wrong one."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from cordboard.lab.contact_center.people import NoAnswer, person_at
from cordboard.lab.contact_center.reading import WrongFile, built_in, load, parse
from cordboard.lab.contact_center.strategy import (
    MUSIC,
    AfterRouting,
    Announce,
    CollectDigits,
    HangUp,
    Overflow,
    OverflowKind,
    PlayMusic,
    RouteTo,
    SelectAgent,
)
from cordboard.lab.scenarios.reading import parse as read_scenario
from kit.contact_center import TEXT

AGENT = '[agents]\n5001 = { groups = ["Sales"], skills = { english = 5 } }\n'
POINT = AGENT + "[sounds]\nbell = [[880, 1]]\n[routing_points.8001]\n"


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(WrongFile) as raised:
        parse(text, "test.toml")
    return raised.value.problems


def test_the_built_in_contact_centre() -> None:
    center = built_in()
    assert list(center.people) == [str(dn) for dn in range(5001, 5021)]
    assert [dn for dn, person in center.people.items() if person.is_supervisor] == ["5019", "5020"]
    assert list(center.routing_points) == ["8000", "8001", "8002", "8003"]
    everybody = center.routing_points["8000"]
    assert everybody.steps == (PlayMusic(), SelectAgent())
    assert not everybody.routing_data


def test_agents() -> None:
    center = parse(TEXT)
    anna = center.people["5001"]
    assert (anna.user_name, anna.password, anna.place, anna.employee_id) == (
        "agent5001",
        "agent5001",
        "Place_5001",
        "E5001",
    )
    assert (anna.first_name, anna.last_name, anna.groups) == ("Anna", "Berg", ("Sales",))
    assert anna.skills == {"english": 9, "sales": 8}
    assert "agent5001" not in repr(anna).replace("user_name='agent5001'", "")
    assert center.people["5003"].wrap_up_time == 7
    assert center.groups == ("Sales", "Support")
    assert center.person("5009") == person_at("5009")


def test_who_has_logged_in_elsewhere_keeps_their_skills() -> None:
    center = parse(TEXT)
    assert center.person("5001", "agent5002").skills == {"german": 9, "sales": 5}
    assert center.person("5001", "nobody") is center.people["5001"]


def test_steps() -> None:
    points = parse(TEXT).routing_points
    welcome, language, attach, music, select, *_ = points["8001"].steps
    assert isinstance(welcome, Announce)
    assert welcome.sound.seconds == 2.0
    assert isinstance(language, CollectDigits)
    assert (language.key, language.branches, language.otherwise) == (
        "Language",
        {"1": "english", "2": "german"},
        "english",
    )
    assert attach.label == "german"
    assert isinstance(music, PlayMusic)
    assert music.sound is MUSIC
    assert isinstance(select, SelectAgent)
    assert (select.timeout, select.overflow) == (30, Overflow(OverflowKind.ROUTING_POINT, "8000"))
    assert points["8001"].no_answer == NoAnswer(10, "notready", ("5003", "recall"))
    assert points["8001"].queue == "VQ_Sales"
    assert points["8002"].after_routing == AfterRouting(4, "logout")
    assert points["8003"].steps[1] == RouteTo(label="by-number", number="600")
    assert points["8003"].steps[-1] == HangUp(label="out", status=404)


def test_overflow_and_music_of_all_kinds() -> None:
    steps = """steps = [
        { music = "bell" },
        { select = {}, timeout = 5, overflow = "Sales" },
        { select = {}, timeout = 5, overflow = "+15550100" },
        { hang_up = true },
    ]"""
    music, to_group, to_number, out = parse(POINT + steps).routing_points["8001"].steps
    assert isinstance(music, PlayMusic)
    assert (music.sound.name, music.sound.again) == ("bell", True)
    assert isinstance(to_group, SelectAgent)
    assert to_group.overflow == Overflow(OverflowKind.GROUP, "Sales")
    assert isinstance(to_number, SelectAgent)
    assert to_number.overflow == Overflow(OverflowKind.NUMBER, "+15550100")
    assert out == HangUp(status=486)


def test_the_examples_of_the_documentation() -> None:
    document = (Path(__file__).parents[4] / "docs" / "contact_center.md").read_text()
    _, center, scenario = re.split(r"^## (?:The file|Scenarios)$", document, flags=re.MULTILINE)
    point = parse(_example(center)).routing_points["8001"]
    assert (point.queue, point.ageing, len(point.steps)) == ("VQ_Sales", 2, 6)
    assert [stream.to for stream in read_scenario(_example(scenario)).streams] == ["8001"]


def _example(text: str) -> str:
    """The indented lines that are TOML."""
    blocks = re.findall(r"(?:^(?:    .*)?\n)+", text, flags=re.MULTILINE)
    return max((textwrap.dedent(block) for block in blocks), key=len)


def test_everything_can_be_accelerated() -> None:
    center = parse("acceleration = 10\n" + TEXT)
    sales, early, by_extension = (center.routing_points[number] for number in ("8001", "8002", "8003"))
    welcome, language, *_, select = sales.steps
    assert isinstance(welcome, Announce)
    assert isinstance(language, CollectDigits)
    assert isinstance(select, SelectAgent)
    assert (welcome.sound.seconds, language.timeout, select.timeout) == (0.2, 0.3, 3)
    assert language.sound is not None
    assert language.sound.seconds == 0.1
    assert sales.no_answer == NoAnswer(1, "notready", ("5003", "recall"))
    assert (sales.wrap_up_time, center.people["5003"].wrap_up_time) == (2, 0.7)
    assert early.after_routing == AfterRouting(0.4, "logout")
    assert by_extension.steps[-1] == HangUp(label="out", status=404)


def test_business_calls() -> None:
    assert parse('business_calls = ["inbound"]').business_calls == {"inbound"}
    assert parse("").business_calls == {"inbound", "internal", "outbound"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("agents = 3", "test.toml:1: agents: this is no table; right would be a table of tables"),
        ("[agents]\n5001 = 3", "test.toml:2: agents.5001: this is no table; right would be { name = "),
        ("[agents]\nanna = {}", "agents.anna: an agent is named by the number of a DN, for example 5001"),
        (
            "[agents]\n5001 = { skils = {} }",
            'test.toml:2: agents.5001.skils: there is no such key; did you mean "skills"?',
        ),
        (
            "[agents]\n5001 = { skills = { english = 500 } }",
            "agents.5001.skills.english: 500 is not possible here; right would be a whole number from 0 to 100",
        ),
        (
            '[agents]\n5001 = { user = "a" }\n5002 = { user = "a" }',
            "test.toml:3: agents.5002: the user name 'a' is that of 5001 already",
        ),
        ('[agents]\n5001 = { place = "a" }\n5002 = { place = "a" }', "the place 'a' is that of 5001 already"),
        (
            "[agents]\n5001 = { no_answer = { action = 'sleep' } }",
            'agents.5001.no_answer.action: \'sleep\' is not possible here; right would be "none" or "notready"',
        ),
        (
            "[sounds]\nbell = []",
            "test.toml:2: sounds.bell: [] is not possible here; right would be [[523, 0.2], [659, 0.4]]",
        ),
        ("[sounds]\nbell = [[9000, 1]]", "sounds.bell: [[9000, 1]] is not possible here"),
        ("[sounds]\nmusic = [[523, 1]]", "sounds.music: this name is taken by the lab's own melody"),
        ('business_calls = ["chat"]', "business_calls: there is no type 'chat'; there are inbound, internal, outbound"),
        (
            "rooms = 3",
            "test.toml:1: rooms: there is no such key; there are acceleration, agents, business_calls",
        ),
        ("[agents", "test.toml: not TOML: "),
        (POINT, "test.toml:5: routing_points.8001: there are no steps; right would be steps = ["),
        (POINT + "steps = []", "routing_points.8001: [] is not possible here; right would be a list of steps"),
        (POINT + "steps = [3]", "routing_points.8001, step 1: this is no table; right would be { music = true }"),
        (POINT + "steps = [{ music = true }]", "routing_points.8001, step 1: callers would fall out of the last step"),
        (POINT + "steps = [{ select = {}, timeout = 5 }]", "step 1: callers would fall out of the last step"),
        (POINT + "steps = [{}, { select = {} }]", "step 1: a step has one of music, announce, collect"),
        (POINT + "steps = [{ music = true, hang_up = 404 }]", "select, route, hang_up; this has music and hang_up"),
        (
            POINT + 'steps = [{ announce = "bel" }, { hang_up = true }]',
            "test.toml:6: routing_points.8001, step 1, announce: there is no sound 'bel'; there are music",
        ),
        (POINT + 'steps = [{ announce = "music" }, { hang_up = true }]', "step 1, announce: music has no end"),
        (
            POINT + 'steps = [{ music = true, next = "x" }]',
            "step 1, next: there is no step labelled 'x'; there are none",
        ),
        (
            POINT + 'steps = [{ collect = "L", branches = { 1 = "x" } }, { hang_up = true }]',
            "step 1, branches: there is no step labelled 'x'",
        ),
        (
            POINT + 'steps = [{ collect = "L", digits = 0 }, { hang_up = true }]',
            "step 1, digits: 0 is not possible here; right would be a whole number from 1 to 32",
        ),
        (
            POINT + 'steps = [{ select = { group = "Sal" } }]',
            "step 1, select, group: there is no group 'Sal'; there are Sales",
        ),
        (
            POINT + 'steps = [{ select = { dn = "5009" } }]',
            "step 1, select, dn: there is no agent at '5009'; there are 5001",
        ),
        (
            POINT + 'steps = [{ select = { skills = "english >" } }]',
            "step 1, select, skills: a level is expected after english >",
        ),
        (
            POINT + 'steps = [{ select = { skills = "german" } }]',
            "step 1, select, skills: there is no skill 'german'; there are english",
        ),
        (
            POINT + 'steps = [{ select = {}, timeout = 1, overflow = "x" }]',
            "step 1, overflow: 'x' is nothing to overflow to; right would be \"hang up\", a number",
        ),
        (POINT + 'steps = [{ route = "home" }]', "step 1, route: 'home' is no number"),
        (
            AGENT + "[routing_points.5001]\nsteps = [{ hang_up = true }]",
            "routing_points.5001: a routing point has a number of its own",
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, expected: str) -> None:
    found = problems(text)
    assert any(expected in problem for problem in found), found


def test_all_that_is_wrong_is_said_in_the_order_of_lines() -> None:
    found = problems("[agents]\n5001 = { a = 1 }\n5002 = { b = 1 }\n")
    assert [problem.split(": ")[0] for problem in found] == ["test.toml:2", "test.toml:3"]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="no such file"):
        load(str(tmp_path / "missing.toml"))
    (tmp_path / "latin.toml").write_bytes(b"a = '\xe9'")
    with pytest.raises(WrongFile, match="not UTF-8 text"):
        load(str(tmp_path / "latin.toml"))
    (tmp_path / "good.toml").write_text(TEXT)
    assert load(str(tmp_path / "good.toml")) == parse(TEXT)
