"""SIP Server look-alike: the exchanges of the real server's traces, message by message with header order and timing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.sip_server_stack import DnSettings, SipServerStack, lab_settings
from kit.transcript import Transcript

TRANSCRIPTS = Path(__file__).parent / "transcripts"


def server_of_the_traces() -> SipServerStack:
    """On port 5060, with 1002 and 1003, which are not registered yet."""
    settings = lab_settings(address=("127.0.0.81", 5060), dns=(DnSettings("1002"), DnSettings("1003")))
    server = SipServerStack(settings)
    server.addresses = {
        ("127.0.0.54", 5061): "asterisk",
        ("127.0.0.64", 5060): "agent",
        ("127.0.0.81", 5090): "softphone",
        ("127.0.0.83", 5060): "caller",
    }
    return server


def register(transcript: Transcript, peer: str, dn: str, address_of_record: str) -> None:
    host, port = transcript.server.address(peer)
    transcript(
        f"""> {peer}
REGISTER sip:127.0.0.81:5060 SIP/2.0
From: <{address_of_record}>;tag=registration-{dn}
To: <{address_of_record}>
Call-ID: registration-{dn}
CSeq: 1 REGISTER
Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK-registration-{dn}
Contact: <sip:{dn}@{host}:{port}>
Max-Forwards: 70
Expires: 1800
"""
    )
    transcript.server.sent.clear()


def transcript_of(name: str) -> str:
    return (TRANSCRIPTS / f"{name}.txt").read_text()


def test_register_wipe() -> None:
    transcript = Transcript(server_of_the_traces())
    transcript(transcript_of("register_wipe"))
    registrar = transcript.server.switch.registrar
    assert registrar.binding("1003").contact == "sip:1003@127.0.0.81:5090"
    assert registrar.binding("1002") is None


def test_inbound_answered_by_cti() -> None:
    transcript = Transcript(server_of_the_traces())
    register(transcript, "agent", "1002", "sip:1002@127.0.0.81:5060")
    register(transcript, "caller", "1003", "sip:1003@127.0.0.81:5060")
    transcript(transcript_of("inbound_answered_by_cti"))


@pytest.mark.parametrize("name", ["makecall_callee_refuses", "makecall_notify_talk_ignored"])
def test_make_call_that_fails(name: str) -> None:
    transcript = Transcript(server_of_the_traces())
    register(transcript, "softphone", "1003", "sip:1003@127.0.0.81:5060")
    register(transcript, "asterisk", "1002", "sip:1002@127.0.0.81")
    transcript(transcript_of(name))
    assert not transcript.server.switch.calls
