"""Captures against the lab: what real traces differ in, and each difference that is put into one is found."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import dpkt
import pytest

from cordboard.lab.comparison.captures import read_capture
from cordboard.lab.comparison.comparing import Difference, compared, differences
from cordboard.lab.comparison.message import Captured, Unreadable, placed
from cordboard.lab.comparison.profile import Profile, profile_of
from cordboard.lab.comparison.scenes import lab_messages
from cordboard.observe.trace import GATEWAY, SIP_SERVER, CallTrace, Plane, TraceEntry
from cordboard.observe.trace.written import trace_to_json
from cordboard.sip.message import Request, parse_message, to_bytes

MESSAGES = lab_messages()
LAB = profile_of(placed(MESSAGES))
SERVER, PHONE = "127.0.0.81:5060", "127.0.0.64:5060"


def text_log(messages: Sequence[Captured], *, by_phone: bool = False) -> str:
    """As a text log."""
    lines = []
    for each in messages:
        minutes, seconds = divmod(each.at, 60)
        word = "sent" if each.by_server != by_phone else "received"
        text = to_bytes(each.message).decode().replace("\r\n", "\n")
        lines.append(f"### 10:{int(minutes) % 60:02}:{seconds:06.3f} {word} {SERVER if by_phone else PHONE}\n{text}\n")
    return "# a log\n\n" + "\n".join(lines)


def changed(start: str, change: object) -> Profile:
    """The lab's profile with the messages changed whose start line begins so."""
    found = []
    for each in MESSAGES:
        message = parse_message(to_bytes(each.message))
        line = message.method if isinstance(message, Request) else str(message.status)
        if each.by_server and line == start:
            assert callable(change)
            change(message)
        found.append(replace(each, message=message))
    return profile_of(placed(found))


def texts(found: list[Difference]) -> list[str]:
    return [str(each) for each in found]


def test_the_lab_is_as_the_lab() -> None:
    assert differences(LAB, LAB) == []
    assert {"INVITE without SDP", "re-INVITE without SDP", "NOTIFY talk", "NOTIFY hold", "CANCEL", "BYE"} <= set(LAB)


@pytest.mark.parametrize("by_phone", [False, True])
def test_a_text_log_from_either_end(tmp_path: Path, by_phone: bool) -> None:
    file = tmp_path / "log.txt"
    file.write_text(text_log(MESSAGES, by_phone=by_phone))
    assert len(read_capture(file)) == len(MESSAGES)
    assert compared(file) == []


def test_a_header_more_and_one_less() -> None:
    def change(message: Request) -> None:
        message.headers.set("X-Site", "1")
        message.headers.remove("Max-Forwards")

    found = texts(differences(changed("BYE", change), LAB))
    assert f"BYE: has X-Site ({LAB['BYE'].count} of {LAB['BYE'].count}), the lab's never" in found
    assert any(text.startswith("BYE: lacks Max-Forwards") for text in found)
    assert len(found) == 2


def test_options_parameters_and_forms() -> None:
    def change(message: Request) -> None:
        message.headers.set("Supported", "timer, path")
        message.headers.set("Session-Expires", "1800;refresher=uas;x=1")
        message.headers.set("Contact", (message.headers.get("Contact") or "").strip("<>"))

    found = texts(differences(changed("INVITE", change), LAB))
    assert "INVITE with SDP: Supported lists path, the lab's never" in found
    assert "INVITE with SDP: Session-Expires has x, the lab's never" in found
    assert "INVITE with SDP: Contact is written without angle brackets, the lab's never" in found


def test_order_sequence_and_time() -> None:
    def turned(message: Request) -> None:
        first = message.headers.items()[0]
        message.headers.remove(first[0])
        message.headers.set(*first)

    assert [each.about for each in differences(changed("CANCEL", turned), LAB)] == ["order"]
    late = [replace(each, at=each.at + 100 * number) for number, each in enumerate(MESSAGES)]
    assert {each.about for each in differences(profile_of(placed(late)), LAB)} == {"time"}
    unanswered = [each for each in MESSAGES if each.by_server or getattr(each.message, "status", 0) != 180]
    found = texts(differences(profile_of(placed(unanswered)), LAB))
    assert "CANCEL: comes after our 100 to INVITE with SDP (once), in the lab after our 180 to INVITE with SDP" in found


def test_a_message_that_the_lab_never_sends() -> None:
    ours = {kind: form for kind, form in LAB.items() if kind != "NOTIFY hold"}
    (found,) = differences(LAB, ours)
    assert found.to_json() == {"kind": "NOTIFY hold", "about": "message", "text": "sent once; the lab never sends this"}


def test_a_trace_of_ours_and_a_bundle(tmp_path: Path) -> None:
    entries = tuple(
        TraceEntry(
            each.at,
            Plane.SIP,
            SIP_SERVER if each.by_server else GATEWAY,
            GATEWAY if each.by_server else SIP_SERVER,
            "",
            to_bytes(each.message).decode(),
        )
        for each in MESSAGES
    )
    trace = json.dumps(trace_to_json(CallTrace("call-1", "", "", 0.0, 0.0, entries)))
    (tmp_path / "trace.json").write_text(trace)
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as bundle:
        bundle.writestr("trace.json", trace)
    assert compared(tmp_path / "trace.json") == compared(tmp_path / "bundle.zip") == []
    assert compared(tmp_path / "trace.json", against=tmp_path / "bundle.zip") == []


def pcap(*, link: int, sip_server: tuple[bytes, int]) -> bytes:
    opened = io.BytesIO()
    writer = dpkt.pcap.Writer(opened, linktype=link)
    phone = (bytes((127, 0, 0, 64)), 5061)
    for each in MESSAGES:
        source, target = (sip_server, phone) if each.by_server else (phone, sip_server)
        udp = dpkt.udp.UDP(sport=source[1], dport=target[1], data=to_bytes(each.message))
        udp.ulen = len(udp)
        ip = dpkt.ip.IP(src=source[0], dst=target[0], p=dpkt.ip.IP_PROTO_UDP, data=udp)
        ip.len = len(ip)
        packet = dpkt.ethernet.Ethernet(data=ip) if link == dpkt.pcap.DLT_EN10MB else ip
        writer.writepkt(packet, ts=each.at)
    return opened.getvalue()


@pytest.mark.parametrize("link", [dpkt.pcap.DLT_EN10MB, dpkt.pcap.DLT_RAW])
def test_a_pcap(tmp_path: Path, link: int) -> None:
    file = tmp_path / "site.pcap"
    file.write_bytes(pcap(link=link, sip_server=(bytes((127, 0, 0, 81)), 5060)))
    assert compared(file) == []
    assert compared(file, sip_server="127.0.0.81") == []
    with pytest.raises(Unreadable, match="no SIP message"):
        compared(file, sip_server="127.0.0.99:5060")
    file.write_bytes(file.read_bytes()[:5000])
    assert read_capture(file)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "holds no SIP message"),
        (b"### 10:00:00.000 sent 127.0.0.1:5060\nwhat\n", "holds no SIP message"),
        (b"{}", "is no trace"),
        (b"{", "is no trace"),
        (b"\xd4\xc3\xb2\xa1\x02\x00\x04" + bytes(10) + b"\xff\xff\x00\x00\x01\x00\x00\x00", "is a damaged pcap|no SIP"),
        (b"\xd4\xc3\xb2\xa1\x02\x00\x04" + bytes(9) + b"\xff\xff\x00\x00\x01\x00\x00\x00", "no SIP over UDP"),
        (b"PK\x03\x04rest", "is no bundle"),
        (b"\xd4\xc3\xb2\xa1", "damaged pcap"),
    ],
)
def test_what_is_no_capture(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "capture"
    file.write_bytes(content)
    with pytest.raises(Unreadable, match=why):
        compared(file)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        compared(tmp_path / "none")
