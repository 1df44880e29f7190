from __future__ import annotations

import pytest

from cordboard.genesys.dialect import RECOMMENDED_OPTIONS, crosses, is_agent_first


@pytest.mark.parametrize(
    ("offerless", "supported", "expected"),
    [
        (True, "timer", True),
        (True, " Timer ", True),
        (False, "timer", False),
        (True, "", False),
        (True, "timer, 100rel", False),
        (True, "100rel", False),
    ],
)
def test_the_agents_own_make_call_leg_is_guessed(offerless: bool, supported: str, expected: bool) -> None:
    assert is_agent_first(offerless, supported) is expected


@pytest.mark.parametrize(
    "header", ["X-Genesys-CallUUID", "x-anything", "p-asserted-identity", "Alert-Info", "Call-Info"]
)
def test_headers_that_cross_a_gateway(header: str) -> None:
    assert crosses(header)


@pytest.mark.parametrize("header", ["Via", "Contact", "Supported", "Session-Expires", "Xenon"])
def test_headers_that_do_not(header: str) -> None:
    assert not crosses(header)


def test_the_options_let_gws_answer_the_phone() -> None:
    assert "talk" in RECOMMENDED_OPTIONS["sip-cti-control"].split(",")
    assert RECOMMENDED_OPTIONS["refer-enabled"] == "false"
