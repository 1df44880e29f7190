"""Messages as a bad link or a bad peer leaves them."""

from __future__ import annotations

from random import Random

NASTY = (
    b"", b"\r\n", b"\r\n\r\n", b"\r\n ", b"\0", b'"', b"<", b">", b";", b",", b"=", b":", b"@", b"sip:", b"%00", b"%",
    b"\xff", b"9" * 40, b"-1", b"tag=", b"z9hG4bK", b"[::1", b"*", b"\r\nTo: <sip:x@y>;tag=1", b"\r\nContent-Length: 7",
    b"\r\nl: 0",
    b"\r\nRequire: nothing", b"\r\nContact: <sip:127.0.0.9:5060;lr>", b"\r\nRecord-Route: <sip:x;lr>", b"\r\nRSeq: 1",
    b"\r\nReplaces: a;to-tag=b;from-tag=c", b"\r\nSession-Expires: 1", b"\r\nMax-Forwards: 0",
    b"CANCEL", b"BYE", b"INVITE",
)  # fmt: skip


def mangled(data: bytes, random: Random) -> bytes:
    """The message with a few octets cut out, put in or repeated, or with two of its lines in each other's place."""
    for _ in range(random.randint(1, 3)):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.randrange(20))
        kind = random.randrange(5)
        if kind == 0:
            data = data[:start] + data[end:]
        elif kind == 1:
            data = data[:start] + random.choice(NASTY) + data[start:]
        elif kind == 2:
            data = data[:start] + random.randbytes(end - start) + data[end:]
        elif kind == 3:
            data = data[:end] + data[start:]
        else:
            data = _other_order(data, random)
    return data


def _other_order(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\r\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\r\n".join(lines)
