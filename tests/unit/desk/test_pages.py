from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest

from cordboard.desk.pages import IDLE_SECONDS, Pages, TooManyPages


def pages(most: int = 3) -> Pages:
    counter = itertools.count(1)
    return Pages(lambda: f"page{next(counter)}", most)


AGENT: Any = SimpleNamespace(dn="5001")


async def test_page_is_found_by_its_identifier_only() -> None:
    some = pages()
    page = some.open(0.0)
    assert some.find("page1", 1.0) is page
    assert some.find("page2", 1.0) is None
    assert some.find("", 1.0) is None


async def test_idle_page_is_dropped_and_use_keeps_it() -> None:
    some = pages()
    some.open(0.0)
    some.open(0.0)
    some.find("page1", IDLE_SECONDS)
    assert some.find("page2", IDLE_SECONDS + 1) is None
    assert some.find("page1", IDLE_SECONDS + 1) is not None
    assert len(some) == 1


async def test_page_without_agent_gives_way() -> None:
    some = pages(most=2)
    some.open(0.0).agent = AGENT
    some.open(0.0)
    some.open(0.0)
    assert some.find("page1", 0.0) is not None
    assert some.find("page2", 0.0) is None
    assert some.find("page3", 0.0) is not None


async def test_signed_in_pages_are_never_pushed_out() -> None:
    some = pages(most=2)
    for _ in range(2):
        some.open(0.0).agent = AGENT
    with pytest.raises(TooManyPages):
        some.open(0.0)
    assert len(some) == 2


async def test_sign_out_empties_the_jar() -> None:
    page = pages().open(0.0)
    page.agent = AGENT
    page.take_cookies({"JSESSIONID": "x"}, "http://127.0.0.1:8090")
    assert len(page.jar) == 1
    page.sign_out()
    assert len(page.jar) == 0
    assert page.agent is None
