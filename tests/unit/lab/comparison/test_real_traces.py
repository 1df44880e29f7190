"""The traces of a real SIP Server, as the ladders have them: the lab differs from it in what is listed here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cordboard.lab.comparison.captures import read_capture
from cordboard.lab.comparison.comparing import compared
from structure.tree import PROJECT

TRANSCRIPTS = PROJECT / "tests" / "flows" / "transcripts"
DESCRIPTION = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 8000 RTP/AVP 0\n"
PEERS = {"asterisk": "127.0.0.54:5061", "agent": "127.0.0.64:5060", "softphone": "127.0.0.81:5090"}


def text_log(transcript: str) -> str:
    """A transcript as a log of SIP Server's: `<` is what it sends, `>` what it receives, `@` what passes of time."""
    at, lines = 36_000.0, []
    for block in re.split(r"\n(?=[!@<>#-] )", transcript.strip("\n")):
        head, _, body = block.partition("\n")
        mark, _, rest = head.partition(" ")
        if mark == "@":
            at += float(rest)
        elif mark in "<>":
            word = "sent" if mark == "<" else "received"
            hours, left = divmod(at, 3600)
            minutes, seconds = divmod(left, 60)
            address = PEERS.get(rest.strip(), "127.0.0.83:5060")
            lines.append(f"### {int(hours)}:{int(minutes):02}:{seconds:06.3f} {word} {address}\n{filled(body)}\n")
    return "\n".join(lines)


def filled(message: str) -> str:
    """What a message leaves open is given a value of its name."""
    message = re.sub(r"\{sdp:[^}]*\}", DESCRIPTION, message)
    return re.sub(r"\{([a-z]+\d*)\}", r"\1", message)


@pytest.mark.parametrize(
    ("name", "differences"),
    [
        ("inbound_answered_by_cti", []),
        ("makecall_callee_refuses", []),
        (
            "makecall_notify_talk_ignored",  # its gateway answers no NOTIFY, for 32 s
            [
                "ACK with SDP: comes 32000 ms after our 200 with SDP to INVITE without SDP, in the lab at once",
                "CANCEL: comes after its NOTIFY talk (once), in the lab after our 180 to INVITE with SDP",
            ],
        ),
        ("register_wipe", []),
    ],
)
def test_what_a_real_server_does_otherwise(tmp_path: Path, name: str, differences: list[str]) -> None:
    file = tmp_path / "log.txt"
    file.write_text(text_log((TRANSCRIPTS / f"{name}.txt").read_text()))
    assert any(each.by_server for each in read_capture(file))
    assert [str(each) for each in compared(file)] == differences
