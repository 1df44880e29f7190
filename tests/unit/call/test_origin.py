"""The `o=` line of a dialog whose media is carried on elsewhere."""

from __future__ import annotations

import pytest

from cordboard.call.origin import Origin


def sdp(session: str, version: int) -> str:
    return f"v=0\r\no=- {session} {version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


def test_what_the_engine_writes_is_left_alone() -> None:
    origin = Origin()
    for version in (1, 2, 5):
        assert origin.keep(sdp("123", version)) == sdp("123", version)


def test_another_place_goes_on_where_the_one_before_stopped() -> None:
    origin = Origin()
    origin.keep(sdp("123", 7))
    assert origin.keep(sdp("456", 1)) == sdp("123", 8)
    assert origin.keep(sdp("456", 2)) == sdp("123", 9)
    assert origin.keep(sdp("789", 4)) == sdp("123", 10)
    assert origin.keep(sdp("789", 5)) == sdp("123", 11)


def test_the_next_process_goes_on_too() -> None:
    origin = Origin()
    origin.keep(sdp("123", 7))
    origin.keep(sdp("456", 1))
    restored = Origin.from_json(origin.to_json())
    assert restored.keep(sdp("456", 2)) == sdp("123", 9)
    assert Origin.from_json(origin.to_json()).keep(sdp("789", 1)) == sdp("123", 9)


@pytest.mark.parametrize("saved", [None, [], "123", ["123", "456", "7", 8], {"session": "123"}])
def test_an_unknown_past_is_none(saved: object) -> None:
    assert Origin.from_json(saved).keep(sdp("456", 3)) == sdp("456", 3)


def test_text_without_an_o_line_is_left_alone() -> None:
    assert Origin("123", "123", 4).keep("v=0\r\ns=-\r\n") == "v=0\r\ns=-\r\n"
    assert Origin("123", "123", 4).keep("") == ""
