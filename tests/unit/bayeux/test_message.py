from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.bayeux.message import (
    MAXIMUM_BYTES,
    MAXIMUM_MESSAGES,
    RemoteProtocolError,
    is_version,
    parse,
    refusal_of,
    reply_to,
)


def test_an_array_of_messages_is_taken_in_order() -> None:
    body = b'[{"channel":"/meta/subscribe","id":"2"},{"channel":"/meta/connect","id":3}]'

    assert [message["channel"] for message in parse(body)] == ["/meta/subscribe", "/meta/connect"]


def test_a_single_object_is_as_good_as_an_array_of_one() -> None:
    assert parse(b' {"channel":"/meta/handshake"} ') == [{"channel": "/meta/handshake"}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"not json",
        b"\xff\xfe",
        b'"text"',
        b"[1]",
        b"[[]]",
        b"{}",
        b'[{"channel":null}]',
        b'[{"channel":"/a"},{}]',
        b'[{"channel":"/a","id":[]}]',
        b'[{"channel":"/a","id":"' + b"x" * 300 + b'"}]',
        b'[{"channel":"/a","clientId":{}}]',
        b'[{"channel":"/a","clientId":"' + b"x" * 300 + b'"}]',
        b"[" * 100_000,
        json.dumps([{"channel": "/a"}] * (MAXIMUM_MESSAGES + 1)).encode(),
        b" " * (MAXIMUM_BYTES + 1),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_not_bayeux_is_refused(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse(body)


def test_a_client_id_of_null_is_no_client_id() -> None:
    assert parse(b'[{"channel":"/meta/connect","clientId":null}]')[0]["clientId"] is None


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='[]{}":,channelid/0 ', max_size=200).map(str.encode))
def test_any_bytes_are_messages_or_an_error(body: bytes) -> None:
    try:
        messages = parse(body)
    except RemoteProtocolError:
        return
    assert all(isinstance(message["channel"], str) for message in messages)


def test_a_reply_echoes_the_id_only_when_there_was_one() -> None:
    assert reply_to({"channel": "/a", "id": "7"}) == {"id": "7", "channel": "/a", "successful": True}
    assert reply_to({"channel": "/a"}) == {"channel": "/a", "successful": True}


def test_a_refusal_is_not_successful_and_says_why() -> None:
    refusal = refusal_of({"channel": "/a", "id": 0}, "403::No", advice={"reconnect": "none"})

    assert refusal == {
        "id": 0,
        "channel": "/a",
        "successful": False,
        "error": "403::No",
        "advice": {"reconnect": "none"},
    }


@pytest.mark.parametrize(
    ("version", "spoken"), [("1.0", True), ("1", True), ("1.0beta", False), ("2.0", False), (1, False)]
)
def test_versions(version: object, spoken: bool) -> None:
    assert is_version(version) is spoken
