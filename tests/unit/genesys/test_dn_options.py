from __future__ import annotations

import pytest

from cordboard.genesys.dialect import RECOMMENDED_OPTIONS
from cordboard.genesys.dn_options import Need, agent_options, differences

LIVE = {  # as a working DN of a real site had them
    "contact": "*",
    "sip-cti-control": "talk,hold,beep,dtmf",
    "make-call-rfc3725-flow": "1",
    "refer-enabled": "false",
    "transfer-complete-by-refer": "false",
    "reinvite-requires-hold": "false",
}


def names(found: dict[str, str], *, with_password: bool = False, least: Need = Need.RECOMMENDED) -> list[str]:
    return [each.option.name for each in differences(found, with_password=with_password, least=least)]


def test_a_working_dn_has_nothing_to_mend() -> None:
    assert names(LIVE) == []
    assert (
        names({"Contact": "", "SIP-CTI-Control": " hold , talk", "refer-enabled": "False"}, least=Need.REQUIRED) == []
    )


def test_the_dialect_s_short_list_is_the_same() -> None:
    assert names(RECOMMENDED_OPTIONS) == []
    values = {each.name: each.value for each in agent_options(with_password=False)}
    assert {name: values[name] for name in RECOMMENDED_OPTIONS} == RECOMMENDED_OPTIONS


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("contact", "sip:5001@192.0.2.7:5060"),
        ("sip-cti-control", "talk"),
        ("sip-cti-control", ""),
        ("refer-enabled", "true"),
        ("transfer-complete-by-refer", "true"),
        ("make-call-rfc3725-flow", "3"),
        ("dual-dialog-enabled", "false"),
        ("authenticate-requests", "register, invite"),
    ],
)
def test_what_is_otherwise_is_found(option: str, value: str) -> None:
    (difference,) = differences({**LIVE, option: value}, with_password=False)
    assert (difference.option.name, difference.found) == (option, value)


def test_what_is_missing_is_found() -> None:
    assert names({}, least=Need.REQUIRED) == ["sip-cti-control", "refer-enabled"]
    assert names(LIVE, with_password=True) == ["authenticate-requests"]
    assert "oos-check" in names(LIVE, least=Need.OPTIONAL)


def test_each_option_says_why_and_is_named_once() -> None:
    for with_password in (True, False):
        options = agent_options(with_password=with_password)
        assert len({each.name for each in options}) == len(options)
        assert all(each.why.endswith(".") and each.confidence for each in options)
