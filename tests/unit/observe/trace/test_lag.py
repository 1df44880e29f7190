from __future__ import annotations

import json

from cordboard.observe.trace import CallTrace, Plane, TraceEntry
from cordboard.observe.trace.lag import Lag, lags

UUID = "UUID1"


def sip(at: float, source: str, target: str, text: str) -> TraceEntry:
    return TraceEntry(at, Plane.SIP, source, target, "", text)


def event(at: float, state: str, uuid: str = UUID) -> TraceEntry:
    message = {"channel": "/v2/me/calls", "data": {"call": {"callUuid": uuid, "state": state}}}
    return TraceEntry(at, Plane.COMETD, "GWS", "page", "", json.dumps([message]))


def trace(*entries: TraceEntry) -> CallTrace:
    return CallTrace("call-1", UUID, "5001", 0.0, 0.0, entries)


def test_each_change_of_which_both_planes_told() -> None:
    found = trace(
        sip(9.0, "SIP Server", "gateway", "INVITE sip:5001@gateway SIP/2.0\r\n"),
        sip(10.0, "gateway", "page", "INVITE sip:page SIP/2.0\r\n"),
        event(10.5, "Ringing"),
        sip(12.0, "page", "gateway", "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n"),
        sip(12.25, "gateway", "SIP Server", "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n"),
        sip(12.3, "gateway", "SIP Server", "SIP/2.0 200 OK\r\nCSeq: 2 NOTIFY\r\n"),
        event(12.0, "Established"),
        event(20.0, "Released"),
        sip(20.0, "SIP Server", "gateway", "BYE sip:5001@gateway SIP/2.0\r\n"),
        event(21.0, "Ringing"),
    )
    assert list(lags(found)) == [Lag("ringing", 0.5), Lag("established", -0.25), Lag("released", 0.0)]


def test_what_does_not_belong_together_is_left_out() -> None:
    invite = sip(10.0, "gateway", "page", "INVITE sip:page SIP/2.0\r\n")
    assert list(lags(trace(invite, event(11.0, "Ringing", "UUID2"), event(12.0, "Held")))) == []
    assert list(lags(trace(invite, event(100.0, "Ringing")))) == []
    broken = TraceEntry(11.0, Plane.COMETD, "GWS", "page", "", "[{")
    assert list(lags(trace(invite, broken))) == []
