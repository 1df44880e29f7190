"""The ladder: who said what to whom, one line each."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cordboard.observe.trace import GATEWAY, GWS, MEDIA, PAGE, SIP_SERVER, WORKSPACE, CallTrace, Plane, TraceEntry
from cordboard.observe.trace.ladder import ladder
from cordboard.observe.trace.titles import about, title_of
from cordboard.observe.trace.written import NotATrace, trace_from_json, trace_to_json

INVITE = "INVITE sip:5001@a SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0"
RINGING = "SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n"
NOTIFY = "NOTIFY sip:5001@a SIP/2.0\r\nEvent: talk\r\nCSeq: 2 NOTIFY\r\n\r\n"
TWO_CALLS = json.dumps(
    [
        {
            "channel": "/v2/me/calls",
            "data": {"notificationType": "StatusChange", "call": {"state": "Ringing", "callUuid": u}},
        }
        for u in ("A", "B")
    ]
)


def entry(at: float, plane: Plane, source: str, target: str, title: str = "", text: str = "") -> TraceEntry:
    return TraceEntry(1000.0 + at, plane, source, target, title, text)


TRACE = CallTrace(
    "call-1",
    "A",
    "5001",
    1000.0,
    1002.5,
    (
        entry(
            0.0,
            Plane.SIP,
            SIP_SERVER,
            GATEWAY,
            "",
            "INVITE sip:5001@a SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0",
        ),
        entry(0.0015, Plane.MEDIA, GATEWAY, MEDIA, "page_offer"),
        entry(0.1, Plane.SIP, PAGE, GATEWAY, "", RINGING),
        entry(0.2, Plane.COMETD, GWS, PAGE, "", TWO_CALLS),
        entry(0.3, Plane.REST, PAGE, GWS, "POST /api/v2/me/calls/A", '{"operationName": "Answer"}'),
        entry(0.35, Plane.SIP, SIP_SERVER, GATEWAY, "", NOTIFY),
        entry(2.5, Plane.CALL, GATEWAY, GATEWAY, "call ended: answered"),
    ),
    ("MOS 2.1 from the page",),
    3,
)


def test_a_ladder() -> None:
    assert ladder(about(TRACE)).splitlines() == [
        "call-1  A  DN 5001  1970-01-01 00:16:40 UTC, 2.5 s",
        "bad: MOS 2.1 from the page",
        "",
        "      ms  page         gateway     SIP Server        GWS",
        "      0.0   |             |<------------|             |   INVITE sip:5001@a, with sdp",
        "      1.5   |             *             |             |   to media: page_offer",
        "    100.0   |------------>|             |             |   180 Ringing (INVITE)",
        "    200.0   |<----------------------------------------|   StatusChange Ringing",
        "    300.0   |---------------------------------------->|   POST /api/v2/me/calls/A Answer",
        "    350.0   |             |<------------|             |   NOTIFY sip:5001@a, Event: talk",
        "   2500.0   |             *             |             |   call ended: answered",
        "3 entries out of the middle gave way",
    ]


def test_messages_in_full() -> None:
    lines = ladder(TRACE, messages=True).splitlines()
    assert "              Event: talk" in lines
    assert "              v=0" in lines


def test_a_call_that_goes_on() -> None:
    assert "still going on" in ladder(replace(TRACE, ended=0.0))


def test_of_an_answer_with_several_calls_only_this_one_s() -> None:
    assert title_of(TRACE.entries[3]) == "StatusChange Ringing; StatusChange Ringing"
    assert '"B"' not in about(TRACE).entries[3].text


def test_what_makes_no_sense_has_a_line_as_well() -> None:
    assert title_of(entry(0.0, Plane.COMETD, GWS, PAGE, "", "[[1], {")) == "CometD"
    assert title_of(entry(0.0, Plane.SIP, PAGE, GATEWAY, "what", "")) == "what"
    assert title_of(entry(0.0, Plane.REST, PAGE, GWS, "GET /x", "{")) == "GET /x"


def test_as_json_and_back() -> None:
    assert trace_from_json(json.loads(json.dumps(trace_to_json(TRACE)))) == TRACE


@pytest.mark.parametrize("content", [None, [], {}, {"entries": [1]}, {**trace_to_json(TRACE), "more": 1}])
def test_no_trace(content: object) -> None:
    with pytest.raises(NotATrace):
        trace_from_json(content)


def test_workspace_asks_from_the_place_of_gws() -> None:
    asked = entry(-1.5, Plane.REST, WORKSPACE, GATEWAY, "POST /connector/MuteMicrophone")
    drawn = ladder(replace(TRACE, entries=(asked,), left_out=0)).splitlines()[-1]
    assert drawn == "  -1500.0   |             |<--------------------------|   POST /connector/MuteMicrophone"
