from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.site.agent_list import Row, read
from cordboard.site.errors import SiteProblem


def problems(text: str, there: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(SiteProblem) as caught:
        read(text, "agents.csv", there=there)
    return list(caught.value.problems)


def test_agents_with_and_without_password() -> None:
    text = 'dn,sip_server_password\r\n5001,"a,b"\r\n\r\n 5002 ,\r\n5003\r\n'
    assert read(text, "agents.csv") == [
        Row("5001", {"sip_server_password": "a,b"}),
        Row("5002", {}),
        Row("5003", {}),
    ]
    assert read("DN\n5001\n", "agents.csv") == [Row("5001", {})]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_as_spreadsheets_write_it(separator: str) -> None:
    text = f'DN{separator}sip_server_password\r\n\r\n5001{separator}"a,;b"\r\n'
    assert read(text, "agents.csv") == [Row("5001", {"sip_server_password": "a,;b"})]


def test_all_that_is_wrong_is_told_with_its_line_and_without_a_password() -> None:
    text = "dn,sip_server_password\n5001,s3cr3t\n5 2,s3cr3t\n5001,s3cr3t\n5004,s3,cr3t\n5005,\x07s3cr3t\n5006,ok\n"
    told = problems(text, ("5006",))
    assert told == [
        'agents.csv:3: "5 2" is not a DN: digits, letters and _ . + - only; right would be "5001"',
        "agents.csv:4: 5001 is in the list twice",
        "agents.csv:5: has 3 cells instead of 2; a password with a comma needs quotes around it",
        "agents.csv:6: the password of 5005 holds a character that cannot be printed",
        "agents.csv:7: 5006 is there already; --update gives it the password of the list",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "agents.csv:1: the first line must be dn,sip_server_password"),
        ("5001,x\n", "agents.csv:1: the first line must be dn,sip_server_password"),
        ("dn,sip_server_password\n", "agents.csv: lists no agent"),
        (
            'dn,sip_server_password\n5001,\n5002,"x\n5003,y\n',
            "agents.csv:3: not CSV: a quote is opened here and not closed",
        ),
    ],
)
def test_what_is_no_list(text: str, problem: str) -> None:
    assert problems(text) == [problem]


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_any_text_is_a_list_or_has_problems(text: str) -> None:
    try:
        told = len(read(text, "agents.csv"))
    except SiteProblem as problem:
        told = len(problem.problems)
    assert told
