"""HEP version 3, octet by octet; tests/witness/test_hep.py has it read by somebody else's program."""

from __future__ import annotations

import socket
import struct

from cordboard.observe.trace import GATEWAY, GWS, PAGE, SIP_SERVER, Plane, TraceEntry
from cordboard.observe.trace.hep import LOG, Captured, LiveHep, captured_of, packet
from kit.trace import Way

OWN = {SIP_SERVER: ("127.0.0.9", 5060), PAGE: ("127.0.0.9", 8088)}


def chunks(data: bytes) -> dict[int, bytes]:
    """What a packet holds, by type."""
    assert (data[:4], struct.unpack("!H", data[4:6])[0]) == (b"HEP3", len(data))
    found, at = {}, 6
    while at < len(data):
        vendor, kind, length = struct.unpack("!HHH", data[at : at + 6])
        assert vendor == 0
        found[kind] = data[at + 6 : at + length]
        at += length
    return found


def test_a_packet() -> None:
    found = chunks(packet(Captured(12.25, ("127.0.0.1", 5060), ("127.0.0.2", 80), b"INVITE"), 2001, "key"))
    assert found == {
        1: b"\x02",
        2: b"\x11",
        3: bytes((127, 0, 0, 1)),
        4: bytes((127, 0, 0, 2)),
        7: struct.pack("!H", 5060),
        8: struct.pack("!H", 80),
        9: struct.pack("!I", 12),
        10: struct.pack("!I", 250_000),
        11: b"\x01",
        12: struct.pack("!I", 2001),
        14: b"key",
        15: b"INVITE",
    }


def test_over_ip_version_6_and_tcp() -> None:
    found = chunks(packet(Captured(0.0, ("::1", 1), ("127.0.0.1", 2), b"", "WSS"), 1))
    assert (found[1], found[2]) == (b"\x0a", b"\x06")
    assert found[5] == b"\0" * 15 + b"\x01"
    assert found[6].endswith(b"\xff\xff\x7f\0\0\x01")
    assert 3 not in found


def test_a_name_is_no_address() -> None:
    assert chunks(packet(Captured(0.0, ("phone.example", 1), ("127.0.0.1", 2), b""), 1))[3] == b"\0\0\0\0"


def test_of_an_entry() -> None:
    came = TraceEntry(1.0, Plane.SIP, SIP_SERVER, GATEWAY, "", "BYE", "UDP 127.0.0.81:5070")
    went = TraceEntry(1.0, Plane.SIP, GATEWAY, PAGE, "", "BYE", "WSS [::1]:40000")
    rest = TraceEntry(1.0, Plane.REST, PAGE, GWS, "POST /x", "{}")
    assert captured_of(came, OWN, "id") == Captured(
        1.0, ("127.0.0.81", 5070), ("127.0.0.9", 5060), b"BYE", "UDP", 1, "id"
    )
    assert captured_of(went, OWN, "id") == Captured(1.0, ("127.0.0.9", 8088), ("::1", 40000), b"BYE", "WSS", 1, "id")
    assert captured_of(rest, OWN, "id").protocol == LOG
    assert captured_of(rest, OWN, "id").payload == b"rest: POST /x\n{}"


def test_live_without_credentials_and_without_waiting() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as homer:
        homer.bind(("127.0.0.83", 0))
        homer.settimeout(2)
        live = LiveHep(homer.getsockname(), OWN, 7, clock=lambda: 5.0)
        data = b"REGISTER sip:a SIP/2.0\r\nAuthorization: Bearer secret.token\r\nTo: b\r\n\r\n"
        live(GATEWAY, SIP_SERVER, data, Way())
        found = chunks(homer.recv(65535))
        assert found[15] == b"REGISTER sip:a SIP/2.0\r\nAuthorization: (secret)\r\nTo: b\r\n\r\n"
        assert (found[3], found[4]) == (bytes((127, 0, 0, 9)), bytes((127, 0, 0, 81)))
        live(SIP_SERVER, GATEWAY, b"x" * 100_000, Way())
        assert len(chunks(homer.recv(65535))[15]) == 60_000
    for _ in range(3):
        live(SIP_SERVER, GATEWAY, b"nobody listens any more", Way())
    live.close()
