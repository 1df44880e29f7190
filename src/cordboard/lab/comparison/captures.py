"""Captures as they come: a bundle of `cordboard trace`, a text log, a pcap with SIP over UDP."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cordboard.lab.comparison.message import Captured, Unreadable, captured
from cordboard.observe.trace import SIP_SERVER, CallTrace, Plane
from cordboard.observe.trace.written import NotATrace, trace_from_json

LARGEST = 500_000_000  # octets
_TEXT_HEAD = re.compile(r"^### (\d+):(\d\d):(\d\d(?:\.\d+)?) (sent|received) (\S+)\s*$", re.MULTILINE)
_PCAP_MAGIC = (b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1", b"\x0a\x0d\x0d\x0a")
_GENESYS = "X-Genesys-CallUUID"
Datagram = tuple[float, tuple[str, int], tuple[str, int], bytes]  # time, from, to, octets


def read_capture(file: Path, sip_server: str = "") -> list[Captured]:
    """The SIP messages between SIP Server and phones. `sip_server` is its host, or host:port. Raises `Unreadable`."""
    try:
        if file.exists() and not file.is_file():
            raise Unreadable(f"{file} is no file")
        if file.stat().st_size > LARGEST:
            raise Unreadable(f"{file} is too large: more than {LARGEST // 1_000_000} MB")
        with file.open("rb") as opened:
            start = opened.read(4)
    except OSError as error:
        raise Unreadable(f"{file}: {error.strerror}") from None
    if start[:2] == b"PK":
        found = _of_trace(_bundled(file))
    elif start in _PCAP_MAGIC:
        found = _of_datagrams(file, list(_datagrams(file)), sip_server)
    else:
        text = file.read_text(encoding="utf-8", errors="replace")
        found = _of_trace(_parsed(file, text)) if text.startswith("{") else _of_text(text, sip_server)
    if not found:
        raise Unreadable(
            f"{file} holds no SIP message with SIP Server; a text log has lines such as"
            " ### 13:56:06.078 sent 127.0.0.81:5090"
        )
    return found


# --- our own


def _bundled(file: Path) -> CallTrace:
    try:
        with zipfile.ZipFile(file) as bundle:
            if bundle.getinfo("trace.json").file_size > LARGEST:
                raise Unreadable(f"{file} is too large: more than {LARGEST // 1_000_000} MB")
            return _parsed(file, bundle.read("trace.json").decode())
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, RuntimeError):
        raise Unreadable(f"{file} is no bundle of cordboard trace") from None


def _parsed(file: Path, text: str) -> CallTrace:
    try:
        return trace_from_json(json.loads(text))
    except (ValueError, NotATrace, RecursionError):
        raise Unreadable(f"{file} is no trace") from None


def _of_trace(trace: CallTrace) -> list[Captured]:
    found = []
    for each in trace.entries:
        if each.plane is Plane.SIP and SIP_SERVER in (each.source, each.target):
            found.append(captured(each.at, each.source == SIP_SERVER, _with_length(each.text)))
    return [each for each in found if each is not None]


def _with_length(text: str) -> bytes:
    """Stand-ins and other line ends have changed the body: its Content-Length is set right."""
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    head = re.sub(r"(?im)^(?:content-length|l)[ \t]*:.*$", f"Content-Length: {len(body.encode())}", head)
    return f"{head.rstrip()}\n\n{body}".encode()


# --- text


def _of_text(text: str, sip_server: str) -> list[Captured]:
    """Each message below a line that tells when it was sent or received."""
    heads = list(_TEXT_HEAD.finditer(text))
    seen_from_phone = _seen_from_phone(text, heads, sip_server)
    found = []
    for number, head in enumerate(heads):
        end = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        hours, minutes, seconds, word, _ = head.groups()
        at = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        by_server = (word == "sent") != seen_from_phone
        found.append(captured(at, by_server, _with_length(text[head.end() : end].strip("\n") + "\n")))
    return [each for each in found if each is not None]


def _seen_from_phone(text: str, heads: list[re.Match[str]], sip_server: str) -> bool:
    """Whether the other end is SIP Server: it is at that address, is asked to register, or names calls' UUIDs."""
    if sip_server:
        return any(_is_at(_address(head[5]), sip_server) for head in heads)
    votes: Counter[str] = Counter()
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):
        message = text[head.end() : end].lstrip().partition("\n\n")[0]
        if message.startswith("REGISTER "):
            votes["phone" if head[4] == "sent" else "server"] += 1
        elif not message.startswith("SIP/") and _GENESYS in message:
            votes["server" if head[4] == "sent" else "phone"] += 1
    return votes["phone"] > votes["server"]


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return (host, int(port)) if host and port.isdecimal() else (text, 0)


# --- pcap


def _datagrams(file: Path) -> Iterator[Datagram]:
    """UDP datagrams of a pcap or pcapng. Raises `Unreadable`."""
    try:
        import dpkt
    except ImportError:
        raise Unreadable("a pcap needs dpkt: install cordboard[capture]") from None
    try:
        with file.open("rb") as opened:
            reader = dpkt.pcap.UniversalReader(opened)
            link = reader.datalink()
            for at, data in reader:
                yield from _datagram(dpkt, link, float(at), data)
    except (dpkt.Error, ValueError, EOFError):
        raise Unreadable(f"{file} is a damaged pcap") from None


def _datagram(dpkt: Any, link: int, at: float, data: bytes) -> Iterator[Datagram]:
    try:
        packet = _network_layer(dpkt, link, data)
    except (dpkt.Error, IndexError):
        return
    udp = getattr(packet, "data", None)
    if isinstance(packet, dpkt.ip.IP | dpkt.ip6.IP6) and isinstance(udp, dpkt.udp.UDP):
        name = dpkt.utils.inet_to_str
        yield at, (name(packet.src), udp.sport), (name(packet.dst), udp.dport), bytes(udp.data)


def _network_layer(dpkt: Any, link: int, data: bytes) -> Any:
    if link == dpkt.pcap.DLT_EN10MB:
        return dpkt.ethernet.Ethernet(data).data
    if link == dpkt.pcap.DLT_LINUX_SLL:
        return dpkt.sll.SLL(data).data
    if link == dpkt.pcap.DLT_LINUX_SLL2:
        return dpkt.sll2.SLL2(data).data
    if link == dpkt.pcap.DLT_NULL:
        return dpkt.loopback.Loopback(data).data
    return dpkt.ip6.IP6(data) if data[0] >> 4 == 6 else dpkt.ip.IP(data)


def _of_datagrams(file: Path, datagrams: list[Datagram], sip_server: str) -> list[Captured]:
    sip = [each for each in datagrams if captured(0.0, True, each[3]) is not None]
    if not sip:
        raise Unreadable(f"{file} holds no SIP over UDP")
    server = _address(sip_server) if sip_server else _guessed(sip)
    found = []
    for at, source, target, data in sip:
        by_server = _is_at(source, server)
        if by_server or _is_at(target, server):
            found.append(captured(at, by_server, data))
    return [each for each in found if each is not None]


def _guessed(sip: list[Datagram]) -> tuple[str, int]:
    """Who names the call's UUID in its requests is SIP Server; else who is asked to register. Raises `Unreadable`."""
    votes: Counter[tuple[str, int]] = Counter()
    for _, source, target, data in sip:
        if data.startswith(b"SIP/"):
            continue
        if _GENESYS.encode().lower() in data.lower():
            votes[source] += 2
        if data.startswith(b"REGISTER "):
            votes[target] += 1
    if not votes:
        raise Unreadable("which end is SIP Server? say it with --sip-server HOST:PORT")
    return votes.most_common(1)[0][0]


def _is_at(address: tuple[str, int], wanted: tuple[str, int] | str) -> bool:
    host, port = _address(wanted) if isinstance(wanted, str) else wanted
    return address[0].strip("[]") == host.strip("[]") and (not port or not address[1] or address[1] == port)
