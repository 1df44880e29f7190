from __future__ import annotations

import pytest

from cordboard.cli.lab import telephone_settings
from cordboard.config.reading import parse
from cordboard.lab.faults import BadRequest, changed, view
from cordboard.lab.sip_server.faults import Faults


def test_what_is_named_changes() -> None:
    faults = changed(Faults(drop=0.5, seed=4), {"duplicate": 1, "refuse": {"REGISTER": 503}, "retryAfter": 30})
    assert faults == Faults(0.5, 1.0, refuse={"REGISTER": 503}, retry_after=30, seed=4)
    assert changed(faults, {"drop": 0, "refuse": {}}) == Faults(duplicate=1.0, retry_after=30, seed=4)
    assert changed(faults, {"crashed": True}) == faults


def test_view() -> None:
    assert view(Faults(delay=0.2, refuse={"INVITE": 500}), crashed=True) == {
        "drop": 0.0,
        "duplicate": 0.0,
        "reorder": 0.0,
        "delay": 0.2,
        "refuse": {"INVITE": 500},
        "retryAfter": 0,
        "silent": False,
        "seed": 0,
        "crashed": True,
    }
    assert changed(Faults(), view(Faults(drop=0.25, silent=True), crashed=False)) == Faults(drop=0.25, silent=True)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"drops": 0.1}, "unknown field 'drops': the fields are drop, duplicate"),
        ({"drop": 10}, "drop must be a number from 0 to 1 (a share of all messages: 0.1 is 10 %)"),
        ({"drop": -0.1}, "drop must be a number"),
        ({"drop": True}, "drop must be a number"),
        ({"drop": "0.1"}, "drop must be a number"),
        ({"drop": float("nan")}, "drop must be a number"),
        ({"delay": 61}, "delay must be a number from 0 to 60 (seconds)"),
        ({"silent": 1}, "silent must be true or false"),
        ({"retryAfter": 1.5}, "retryAfter must be a whole number"),
        ({"retryAfter": -1}, "retryAfter must be a whole number from 0 to 86400"),
        ({"seed": 2**32}, "seed must be a whole number"),
        ({"refuse": 503}, "refuse must name methods and statuses of 300 to 699"),
        ({"refuse": {"REGISTER": 200}}, "refuse must name methods"),
        ({"refuse": {"REGISTER": True}}, "refuse must name methods"),
        ({"refuse": {"REGISTER": "503"}}, "refuse must name methods"),
        ({"refuse": {"a b": 503}}, "refuse must name methods"),
        ({"refuse": {"ACK": 503}}, "refuse must name methods"),
        ({"refuse": [503]}, "refuse must name methods"),
    ],
)
def test_what_is_wrong_is_said(body: dict[str, object], why: str) -> None:
    with pytest.raises(BadRequest) as raised:
        changed(Faults(), body)
    assert str(raised.value).startswith(why)


def test_faults_by_the_settings() -> None:
    settings = parse("[lab]\ndrop = 10\nduplicate = 5\nreorder = 1\ndelay = 250\nseed = 9\n", in_lab=True)
    assert telephone_settings(settings).sip_server.faults == Faults(0.1, 0.05, 0.01, 0.25, seed=9)
    assert telephone_settings(parse("", in_lab=True)).sip_server.faults == Faults()
