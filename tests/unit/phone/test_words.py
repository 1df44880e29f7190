"""The words of the gateway and those of a page."""

from __future__ import annotations

import pytest

from cordboard.phone.words import WORDS_TYPE, digit, ping_reply, words_of
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request


def request(body: bytes, content_type: str = WORDS_TYPE) -> Request:
    return Request("INFO", "sip:x@page.invalid", Headers([("Content-Type", content_type)]), body)


def test_words_are_read() -> None:
    assert words_of(request(b'{"do":"answer"}')) == {"do": "answer"}
    assert words_of(request(b'{"do":"answer"}', f"{WORDS_TYPE};charset=utf-8")) == {"do": "answer"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 3000, b'{"do":"' + b"x" * 3000 + b'"}'])
def test_what_is_no_word_says_nothing(body: bytes) -> None:
    assert words_of(request(body)) == {}


def test_other_contents_say_nothing() -> None:
    assert words_of(request(b'{"do":"answer"}', "application/json")) == {}


def test_a_ping_is_answered_as_the_softphone_does() -> None:
    assert ping_reply({"do": "ping", "id": "7"}) == (("X-Cordboard-Microphone", "ready"),)


@pytest.mark.parametrize("words", [{}, {"do": "answer"}, {"do": "ping"}, {"do": "ping", "id": 7}])
def test_nothing_else_is_answered(words: dict[str, object]) -> None:
    assert ping_reply(words) == ()


def test_a_digit_is_written_as_jssip_does() -> None:
    assert digit("#") == ("application/dtmf-relay", b"Signal=#\r\nDuration=100\r\n")
