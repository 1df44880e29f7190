from __future__ import annotations

import pytest

from cordboard.lab.sip_server.faults.misbehaviour import LATEST, Faults, Misbehaviour
from cordboard.sip.events import Flow
from cordboard.sip.message import Response, parse_message
from unit.sip.samples import (
    ASTERISK_RINGING,
    SIP_SERVER_BYE,
    SIP_SERVER_INVITE_WITH_OFFER,
    SOFTPHONE_REGISTER,
)

PHONE = Flow("UDP", "sip-server", ("127.0.0.90", 5090))
CUSTOMERS = Flow("UDP", "sip-server", ("127.0.0.1", 5062))
CONNECTION = Flow("TCP", "sip-server", ("127.0.0.90", 5090), "1")


def copies(faults: Faults, flow: Flow = PHONE, messages: int = 2000) -> list[list[float]]:
    misbehaviour = Misbehaviour(faults, CUSTOMERS.remote)
    return [misbehaviour.arrivals(flow) for _ in range(messages)]


def refused(faults: Faults, data: bytes, flow: Flow = PHONE) -> Response | None:
    transmit = Misbehaviour(faults, CUSTOMERS.remote).refusal(flow, data)
    if transmit is None:
        return None
    response = parse_message(transmit.data)
    assert isinstance(response, Response)
    return response


def test_by_default_it_behaves() -> None:
    assert copies(Faults()) == [[0.0]] * 2000
    assert refused(Faults(), SOFTPHONE_REGISTER) is None
    assert not Misbehaviour(Faults()).ignores(PHONE)


def test_shares_are_kept() -> None:
    counts = [len(each) for each in copies(Faults(drop=0.1, duplicate=0.2))]
    assert 0.05 < counts.count(0) / 2000 < 0.15
    assert 0.12 < counts.count(2) / 2000 < 0.25
    assert set(counts) == {0, 1, 2}


def test_all_and_nothing() -> None:
    assert copies(Faults(drop=1.0)) == [[]] * 2000
    assert copies(Faults(duplicate=1.0, delay=0.3)) == [[0.3, 0.3]] * 2000


def test_who_is_overtaken_comes_late() -> None:
    late = [after for (after,) in copies(Faults(reorder=0.25, delay=0.1)) if after > 0.1]
    assert 400 < len(late) < 600
    assert 0.1 < max(late) <= 0.1 + LATEST


def test_the_same_seed_is_the_same_day() -> None:
    bad = Faults(drop=0.2, duplicate=0.2, reorder=0.2, seed=7)
    assert copies(bad) == copies(bad)
    assert copies(bad) != copies(Faults(drop=0.2, duplicate=0.2, reorder=0.2, seed=8))


def test_on_a_connection_nothing_is_lost_doubled_or_overtaken() -> None:
    faults = Faults(drop=1.0, duplicate=1.0, reorder=1.0, delay=0.2)
    assert copies(faults, CONNECTION) == [[0.2]] * 2000


def test_customers_are_spared() -> None:
    faults = Faults(drop=1.0, delay=1.0, refuse={"INVITE": 503}, silent=True)
    assert copies(faults, CUSTOMERS) == [[0.0]] * 2000
    assert refused(faults, SIP_SERVER_INVITE_WITH_OFFER, CUSTOMERS) is None
    misbehaviour = Misbehaviour(faults, CUSTOMERS.remote)
    assert (misbehaviour.ignores(PHONE), misbehaviour.ignores(CUSTOMERS)) == (True, False)


@pytest.mark.parametrize("flow", [PHONE, CONNECTION])
def test_a_refusal(flow: Flow) -> None:
    response = refused(Faults(refuse={"REGISTER": 503}, retry_after=30), SOFTPHONE_REGISTER, flow)
    assert response is not None
    assert (response.status, response.reason) == (503, "Service Unavailable")
    assert response.headers.get("Retry-After") == "30"
    assert response.headers.get("CSeq") == "1 REGISTER"
    assert ";tag=" in response.headers.get("To", "")


def test_without_retry_after() -> None:
    response = refused(Faults(refuse={"INVITE": 500}), SIP_SERVER_INVITE_WITH_OFFER)
    assert response is not None
    assert "Retry-After" not in response.headers


def test_a_repeated_request_gets_the_same_answer() -> None:
    misbehaviour = Misbehaviour(Faults(refuse={"REGISTER": 503}))
    first = misbehaviour.refusal(PHONE, SOFTPHONE_REGISTER)
    assert first == misbehaviour.refusal(PHONE, SOFTPHONE_REGISTER)
    assert first is not None
    assert first.flow.remote == PHONE.remote


@pytest.mark.parametrize("data", [SIP_SERVER_BYE, ASTERISK_RINGING, SOFTPHONE_REGISTER, b"rubbish", b"\r\n\r\n"])
def test_what_is_not_refused(data: bytes) -> None:
    assert refused(Faults(refuse={"INVITE": 503, "BYE": 503}), data) is None


def test_a_call_in_progress_goes_on() -> None:
    again = SIP_SERVER_INVITE_WITH_OFFER.replace(b"To: sip:5001@127.0.0.81", b"To: sip:5001@127.0.0.81;tag=x")
    assert refused(Faults(refuse={"INVITE": 503}), again) is None


def test_a_change_begins_chance_anew() -> None:
    misbehaviour = Misbehaviour(Faults(drop=0.5, seed=3))
    first = [misbehaviour.arrivals(PHONE) for _ in range(50)]
    misbehaviour.change(Faults(drop=0.5, seed=3))
    assert [misbehaviour.arrivals(PHONE) for _ in range(50)] == first
    misbehaviour.change(Faults())
    assert misbehaviour.faults == Faults()
    assert misbehaviour.arrivals(PHONE) == [0.0]
