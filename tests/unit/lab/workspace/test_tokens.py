from __future__ import annotations

from cordboard.lab.gws.settings import lab_account
from cordboard.lab.workspace.authentication.tokens import Tokens
from cordboard.lab.workspace.settings import WorkspaceSettings

AGENT = lab_account("5001")
PAGE = "http://127.0.0.1/"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def tokens() -> tuple[Tokens, Clock]:
    clock = Clock()
    return Tokens(WorkspaceSettings(code_valid=10, token_valid=60, refresh_valid=600), clock), clock


def test_a_code_is_good_once_for_its_address_and_its_time() -> None:
    given, clock = tokens()
    code = given.code(AGENT, PAGE)
    assert given.redeem_code(code, PAGE) is AGENT
    assert given.redeem_code(code, PAGE) is None
    assert given.redeem_code(given.code(AGENT, PAGE), PAGE + "other") is None
    code = given.code(AGENT, PAGE)
    clock.now += 10
    assert given.redeem_code(code, PAGE) is None


def test_an_access_token_has_its_time_and_a_refresh_token_is_replaced() -> None:
    given, clock = tokens()
    first = given.grant(AGENT)
    assert given.account(first.access) is AGENT
    clock.now += 60
    assert given.account(first.access) is None
    second = given.refresh(first.refresh)
    assert second is not None
    assert given.account(second.access) is AGENT
    assert given.refresh(first.refresh) is None
    clock.now += 600
    assert given.refresh(second.refresh) is None


def test_a_client_on_its_own_behalf_has_no_account_and_no_refresh() -> None:
    given, _ = tokens()
    granted = given.grant(None)

    assert granted.refresh == ""
    assert given.account(granted.access) is None


def test_whoever_signs_out_loses_all_theirs_and_nobody_elses() -> None:
    given, _ = tokens()
    other = given.grant(lab_account("5002"))
    code, granted = given.code(AGENT, PAGE), given.grant(AGENT)
    given.forget(AGENT)

    assert given.account(granted.access) is None
    assert given.refresh(granted.refresh) is None
    assert given.redeem_code(code, PAGE) is None
    assert given.account(other.access) == lab_account("5002")
