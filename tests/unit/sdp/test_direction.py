from __future__ import annotations

import pytest

from cordboard.sdp.description import parse
from cordboard.sdp.direction import Direction, answer_direction, direction_of, media_direction

HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"


# RFC 3264 section 6.1: offered, what the answerer would like, what it says.
@pytest.mark.parametrize(
    ("offered", "ours", "answer"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendrecv", "recvonly", "recvonly"),
        ("sendrecv", "inactive", "inactive"),
        ("sendonly", "sendrecv", "recvonly"),
        ("sendonly", "sendonly", "inactive"),
        ("sendonly", "recvonly", "recvonly"),
        ("sendonly", "inactive", "inactive"),
        ("recvonly", "sendrecv", "sendonly"),
        ("recvonly", "sendonly", "sendonly"),
        ("recvonly", "recvonly", "inactive"),
        ("recvonly", "inactive", "inactive"),
        ("inactive", "sendrecv", "inactive"),
        ("inactive", "sendonly", "inactive"),
        ("inactive", "recvonly", "inactive"),
        ("inactive", "inactive", "inactive"),
    ],
)
def test_answers(offered: str, ours: str, answer: str) -> None:
    assert answer_direction(offered, ours) == answer


@pytest.mark.parametrize("direction", list(Direction))
def test_flags_and_words_agree(direction: Direction) -> None:
    assert direction_of(sends=direction.sends, receives=direction.receives) is direction


@pytest.mark.parametrize(
    ("session", "media", "expected"),
    [
        ("", "", Direction.SENDRECV),
        ("a=inactive\r\n", "", Direction.INACTIVE),
        ("a=inactive\r\n", "a=recvonly\r\n", Direction.RECVONLY),
        ("", "a=sendonly\r\na=ptime:20\r\n", Direction.SENDONLY),
    ],
)
def test_the_media_s_direction_counts_before_the_session_s(session: str, media: str, expected: Direction) -> None:
    description = parse(HEAD + session + "m=audio 4 RTP/AVP 0\r\n" + media)
    assert media_direction(description, description.media[0]) is expected
