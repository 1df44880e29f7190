from __future__ import annotations

import pytest

from cordboard.observe import Private
from cordboard.observe.masking import mask_private, redact


def test_private_values_are_masked_at_every_depth() -> None:
    event = {"event": "call", "to": Private("+15550100"), "legs": [{"dn": Private("5001")}, (Private("5002"),)]}
    masked = mask_private(None, "info", event)
    assert masked == {"event": "call", "to": "***00", "legs": [{"dn": "***01"}, ["***02"]]}


@pytest.mark.parametrize("key", ["password", "page_password", "token", "Authorization", "Cookie", "api_key", "secret"])
def test_values_under_secret_keys_are_taken_out(key: str) -> None:
    assert redact(None, "info", {"event": "x", key: "hunter2"})[key] == "(redacted)"
    assert redact(None, "info", {"event": "x", "request": {key: ["hunter2"]}})["request"][key] == "(redacted)"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abc.def-ghi",
        "sent Basic YWdlbnQ6aHVudGVyMg==",
        "Cookie: a=b; JSESSIONID=node01hunter2; c=d",
        'Digest username="5001", nonce="hunter2", response="hunter2"',
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI1MDAxIn0.hunter2",
    ],
)
def test_texts_that_look_like_secrets_are_taken_out(text: str) -> None:
    cleaned = redact(None, "info", {"event": text})["event"]
    assert "(redacted)" in cleaned
    for secret in ("hunter2", "abc.def", "YWdlbnQ6"):
        assert secret not in cleaned


def test_ordinary_values_stay() -> None:
    event = {"event": "basic call ended", "cause": "busy", "status": 486, "none": None, "list": [1, 2.5]}
    assert redact(None, "info", dict(event)) == event


def test_bottomless_values_end() -> None:
    value: list[object] = []
    value.append(value)
    assert "(too deep)" in str(mask_private(None, "info", {"event": "x", "value": value}))
    assert "(too deep)" in str(redact(None, "info", {"event": "x", "value": value}))


def test_numbers_under_their_usual_keys_are_masked_without_being_asked() -> None:
    masked = mask_private(None, "info", {"event": "call begins", "dn": "5001", "caller": "+15550100", "status": 480})
    assert masked == {"event": "call begins", "dn": "***01", "caller": "***00", "status": 480}
