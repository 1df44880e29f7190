"""How long parsing and printing SIP messages takes: `python bench/sip_messages.py`; the best of 7 rounds each."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from functools import partial

from cordboard.sip import digest, framing
from cordboard.sip.address import NameAddress
from cordboard.sip.fields import CSeq
from cordboard.sip.message import parse_message, to_bytes
from cordboard.sip.via import top_via

_ROUNDS = 7
_PER_ROUND = 2000

_CANDIDATES = "".join(
    f"a=candidate:{n}00000000 1 udp {2122260223 - n} 127.0.0.{n} {40000 + n} typ host generation 0 network-id {n}\r\n"
    for n in range(1, 8)
)
_CODECS = "".join(
    f"a=rtpmap:{number} {name}\r\n"
    for number, name in {
        111: "opus/48000/2",
        63: "red/48000/2",
        9: "G722/8000",
        0: "PCMU/8000",
        8: "PCMA/8000",
        13: "CN/8000",
        110: "telephone-event/48000",
        126: "telephone-event/8000",
    }.items()
)
BROWSER_SDP = (
    "v=0\r\no=mozilla 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "a=extmap-allow-mixed\r\na=msid-semantic: WMS 6f1d7f5e-3b1c-4c1f-9a53-0d6b1f6b7c2e\r\n"
    "m=audio 40001 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 127.0.0.1\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
    f"{_CANDIDATES}a=ice-ufrag:kQ3z\r\na=ice-pwd:8J0pQm1n2B3v4C5x6Z7a8S9d\r\na=ice-options:trickle\r\n"
    f"a=fingerprint:sha-256 {':'.join(['5A'] * 32)}\r\na=setup:actpass\r\na=mid:0\r\n"
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
    "a=sendrecv\r\na=msid:6f1d7f5e-3b1c-4c1f-9a53-0d6b1f6b7c2e 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed\r\na=rtcp-mux\r\n"
    f"{_CODECS}a=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=fmtp:63 111/111\r\n"
    "a=ssrc:1399694169 cname:Zs5nC0mMZ3c1bV0T\r\n"
    "a=ssrc:1399694169 msid:6f1d7f5e-3b1c-4c1f-9a53-0d6b1f6b7c2e 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed\r\n"
).encode()

INVITE = (
    "INVITE sip:5002@127.0.0.1 SIP/2.0\r\n"
    "Via: SIP/2.0/WS f7k2jd9s0a1b.invalid;branch=z9hG4bK8713905\r\n"
    "Max-Forwards: 69\r\n"
    "To: <sip:5002@127.0.0.1>\r\n"
    'From: "Agent 5001" <sip:5001@127.0.0.1>;tag=9k2lq0v3mz\r\n'
    "Call-ID: 5u3k9d8a7s6f5g4h3j2k\r\n"
    "CSeq: 4711 INVITE\r\n"
    "Contact: <sip:0rc4p1ab@f7k2jd9s0a1b.invalid;transport=ws;ob>\r\n"
    "Content-Type: application/sdp\r\n"
    "Allow: INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY\r\n"
    "Supported: ice,replaces,outbound\r\n"
    "User-Agent: a browser phone\r\n"
    f"Content-Length: {len(BROWSER_SDP)}\r\n\r\n"
).encode() + BROWSER_SDP

RINGING = (
    b"SIP/2.0 180 Ringing\r\n"
    b"From: sip:1002@127.0.0.81;tag=A2BB77D7-EABF-4274-8BD4-6D98F1BD8715-6\r\n"
    b"To: sip:1003@127.0.0.81:5060;tag=31D1B74C-52E1-4883-B6EE-76349F115711-2\r\n"
    b"Call-ID: 640476ED-F320-46F0-975D-6290F4CB29F6-3@127.0.0.81\r\n"
    b"CSeq: 1 INVITE\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.81:5060;branch=z9hG4bKD15025DA-835B-4C9E-9D96-D8C925E2E030-4\r\n"
    b"Contact: <sip:1003@127.0.0.81:5090>\r\n"
    b"Content-Length: 0\r\n\r\n"
)


def parse_and_look(data: bytes) -> None:
    """Parse as a gateway uses a message: with the headers that make up transaction and dialog."""
    headers = parse_message(data).headers
    top_via(headers)
    NameAddress.parse(headers.get("From", ""))
    NameAddress.parse(headers.get("To", ""))
    NameAddress.parse(headers.get("Contact", ""))
    CSeq.parse(headers.get("CSeq", ""))


def measure(what: str, work: Callable[[], object]) -> float:
    """Print and return the microseconds that one `work()` takes."""
    microseconds = min(timeit.repeat(work, number=_PER_ROUND, repeat=_ROUNDS)) / _PER_ROUND * 1e6
    print(f"{what:<58}{microseconds:8.2f} us")
    return microseconds


def main() -> None:
    """Measure everything."""
    for name, data in ((f"INVITE, {len(INVITE)} octets", INVITE), (f"180, {len(RINGING)} octets", RINGING)):
        message = parse_message(data)
        measure(f"parse {name}", partial(parse_message, data))
        measure(f"parse {name}, with its addresses", partial(parse_and_look, data))
        measure(f"read (parse and validate) {name}", partial(framing.read, data))
        measure(f"print {name}", partial(to_bytes, message))
    challenge = digest.challenge("cordboard", digest.nonce(b"secret", 1.0))
    answer = digest.authorization(challenge, "REGISTER", "sip:127.0.0.1", "5001", "password", "0a4f113b")
    measure(
        "verify digest credentials",
        lambda: digest.verify(answer, "REGISTER", "5001", "password", "cordboard", lambda nonce: True),
    )


if __name__ == "__main__":
    main()
