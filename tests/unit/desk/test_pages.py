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


def revoking() -> tuple[Pages, list[tuple[str, str]]]:
    """Pages, and what they had revoked."""
    revoked: list[tuple[str, str]] = []
    return Pages(lambda: f"page{len(revoked)}", revoke=lambda dn, id: revoked.append((dn, id))), revoked


async def test_all_tokens_of_a_sign_in_have_one_grant_which_ends_with_it() -> None:
    some, revoked = revoking()
    page = some.open(0.0)
    names = iter(["one", "two"])
    first = page.granted("5001", lambda: next(names))
    assert page.granted("5001", lambda: next(names)) is first
    page.sign_out()
    page.sign_out()
    assert revoked == [("5001", "one")]
    assert page.granted("5001", lambda: next(names)).id == "two"


async def test_another_dn_is_another_grant() -> None:
    some, revoked = revoking()
    page = some.open(0.0)
    page.granted("5001", lambda: "one")
    assert page.granted("5002", lambda: "two").dn == "5002"
    assert revoked == [("5001", "one")]


async def test_a_page_that_is_dropped_takes_its_grant_along() -> None:
    some, revoked = revoking()
    some.open(0.0).granted("5001", lambda: "one")
    some.find("", IDLE_SECONDS + 1)
    assert revoked == [("5001", "one")]


async def test_pages_are_known_by_the_cookies_they_send() -> None:
    page = pages().open(0.0)
    url = "http://gws.example:8090"
    assert not page.sends({"JSESSIONID": "x"}, url)
    page.take_cookies({"JSESSIONID": "x", "ROUTE": "a"}, url)
    assert page.sends({"JSESSIONID": "x"}, url)
    assert not page.sends({"JSESSIONID": "y"}, url)
    assert not page.sends({}, url)
    assert page.cookies(["JSESSIONID", "other"], url) == {"JSESSIONID": "x"}
