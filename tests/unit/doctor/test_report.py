"""What people and machines are told."""

from __future__ import annotations

import json
from typing import Any

from cordboard.doctor.catalogue import CHECKS, check_of
from cordboard.doctor.finding import Finding, State
from cordboard.doctor.report import Report, as_json, explained, listing, summary

FINDINGS = [
    Finding("web.desk", "The desk answers", State.OK, "the softphone at http://127.0.0.1:8080"),
    Finding(
        "sip.server", "SIP Server answers", State.FAILED, "it does not answer", "no calls", "start it: " + "word " * 40
    ),
    Finding("turn.stun", "STUN answers", State.SKIPPED, "no TURN server"),
    Finding("turn.allocation", "TURN gives", State.SKIPPED, "no TURN server"),
    Finding("call.sound", "Both hear", State.WARNING, "barely", "bad", "louder", {"calling": {"tone": 0.4}}, 1.23456),
]


def told(paint: Any = None, width: int = 80) -> list[str]:
    report = Report(*([paint] if paint else []), width=width)
    return [line for each in FINDINGS for line in report.take(each)] + report.end(2.0)


def test_text() -> None:
    lines = told()
    assert lines[:2] == [
        "Desk, WebSocket and browsers",
        "  ok        The desk answers: the softphone at http://127.0.0.1:8080",
    ]
    assert "  FAILED    sip.server: it does not answer" in lines
    assert "            why   no calls" in lines
    assert "  -         turn.stun, turn.allocation: no TURN server" in lines
    assert lines[-1] == "1 failed, 1 warning, 1 ok, 2 not looked at, in 2.0 s"
    assert all(len(line) <= 80 for line in lines)
    assert [line for line in lines if line.startswith("                  word")]


def test_colours_are_the_words_only() -> None:
    painted = told(lambda state, word: f"<{word}>")
    assert [line.replace("<", "").replace(">", "") for line in painted] == told()
    assert "  <FAILED>    sip.server: it does not answer" in painted


def test_json_has_always_the_same_keys() -> None:
    whole = json.loads(json.dumps(as_json(FINDINGS, 2.00049)))
    assert list(whole) == ["schema", "version", "state", "seconds", "findings"]
    assert (whole["schema"], whole["state"], whole["seconds"]) == (1, "failed", 2.0)
    for each in whole["findings"]:
        assert list(each) == ["id", "title", "state", "what", "why", "mend", "data", "seconds"]
    assert whole["findings"][-1]["data"] == {"calling": {"tone": 0.4}}
    assert whole["findings"][-1]["seconds"] == 1.235


def test_summary_of_one_state() -> None:
    assert summary(FINDINGS[:1], 0.25) == "1 ok, in 0.2 s"
    assert summary([FINDINGS[-1]] * 2, 1) == "2 warnings, in 1.0 s"


def test_the_list_and_an_explanation() -> None:
    lines = listing(CHECKS)
    assert len(lines) == len(CHECKS)
    assert any(line.split(maxsplit=1) == ["sip.server", "SIP Server answers"] for line in lines)
    check = check_of("sip.register")
    assert check is not None
    text = "\n".join(explained(check))
    assert text.startswith("sip.register: SIP Server registers a DN\n\ndoes   Registers [doctor] probe_dn")
    assert "after  sip.server: if one of these fails" in text
