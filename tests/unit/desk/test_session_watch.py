"""What counts as the end of a session, and as a sign of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.desk.session_watch import SignsOfEnd, ends_session

END = b'{"operationName":"EndContactCenterSession"}'


def test_the_operation_on_me_ends_the_session() -> None:
    assert ends_session("POST", "/api/v2/me", END)
    assert ends_session("POST", "/api/v2/me/", END)
    assert ends_session("POST", "/api/v2/me?x=y", END)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v2/me", END),
        ("POST", "/api/v2/me/channels/voice", END),
        ("POST", "/api/v2/meals", END),
        ("POST", "/api/v2/me", None),
        ("POST", "/api/v2/me", b'{"operationName":"Ready"}'),
        ("POST", "/api/v2/me", b'["EndContactCenterSession"]'),
        ("POST", "/api/v2/me", b"EndContactCenterSession"),
        ("POST", "/api/v2/me", b'{"operationName":"Ready","x":"EndContactCenterSession"}'),
    ],
)
def test_everything_else_does_not(method: str, path: str, body: bytes | None) -> None:
    assert not ends_session(method, path, body)


@pytest.mark.parametrize(
    ("message", "seen"),
    [
        ({"channel": "/meta/connect", "successful": False}, True),
        ({"channel": "/meta/connect", "successful": True}, False),
        ({"data": {"devices": [{"userState": {"state": "LoggedOut"}}]}}, True),
        ({"data": {"devices": [{"userState": {"state": "Ready"}}]}}, False),
        ({"data": {"call": {"userData": {"note": "LoggedOut"}}}}, False),
    ],
)
@given(cut=st.integers(0, 200), spaced=st.booleans())
def test_signs_are_seen_however_the_answer_is_cut(
    message: dict[str, object], seen: bool, cut: int, spaced: bool
) -> None:
    content = json.dumps([{"padding": "x" * 80}, message], separators=None if spaced else (",", ":")).encode()
    signs = SignsOfEnd()
    signs.read(content[:cut])
    signs.read(content[cut:])
    assert signs.seen is seen
