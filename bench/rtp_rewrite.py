"""What the hot path of RTP costs, in microseconds per packet: `python bench/rtp_rewrite.py`."""

from __future__ import annotations

import time
from collections.abc import Callable

from cordboard.rtp.g711 import ULAW_TO_ALAW
from cordboard.rtp.packet import RtpPacket, kind
from cordboard.rtp.rewrite import StreamRewriter, payload_table
from cordboard.rtp.statistics import ReceptionStatistics
from cordboard.stun.lite import IceLite
from cordboard.stun.message import username_of
from cordboard.stun.request import binding_request

PACKETS = 50_000
REPEATS = 5
PAGE = ("127.0.0.1", 40000)


def packets(payload_type: int = 0, sources: int = 1) -> list[bytes]:
    """A minute of talk and more; with several sources each 20 ms comes from another one."""
    return [
        RtpPacket(payload_type, number & 0xFFFF, number * 160, 1 + number % sources, bytes(160)).to_bytes()
        for number in range(PACKETS)
    ]


def best(run: Callable[[], None], count: int) -> float:
    """Microseconds of each of `count` steps, of the best of several runs."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times) / count * 1e6


def rewriting(stream: list[bytes], translations: dict[int, bytes] | None = None) -> Callable[[], None]:
    def run() -> None:
        table = payload_table({0: 0, 126: 101})
        rewrite = StreamRewriter(7, 1, 1, table, events=(126,), translations=translations).rewrite
        now = 0.0
        for packet in stream:
            now += 0.02
            rewrite(packet, now)

    return run


def counting(stream: list[bytes]) -> Callable[[], None]:
    def run() -> None:
        update = ReceptionStatistics().update
        now = 0.0
        for packet in stream:
            now += 0.02
            update(packet, now)

    return run


def each(function: Callable[[bytes], object], data: bytes, count: int) -> Callable[[], None]:
    def run() -> None:
        for _ in range(count):
            function(data)

    return run


def main() -> None:
    talk = packets()
    check = binding_request(bytes(12), "ours:page", "p" * 24, nominate=True)
    ice = IceLite("ours", "p" * 24, "page")
    rows = [
        ("rewrite, one source", best(rewriting(talk), PACKETS)),
        ("rewrite, PCMU to PCMA", best(rewriting(talk, {0: ULAW_TO_ALAW}), PACKETS)),
        ("rewrite, digits", best(rewriting(packets(126)), PACKETS)),
        ("rewrite, a new source each packet", best(rewriting(packets(sources=3)), PACKETS)),
        ("reception statistics", best(counting(talk), PACKETS)),
        ("kind of datagram", best(each(kind, talk[0], PACKETS), PACKETS)),
        ("ICE check answered", best(each(lambda data: ice.handle(data, PAGE, 1.0), check, 2000), 2000)),
        ("ufrag of a check", best(each(username_of, check, 20_000), 20_000)),
    ]
    for name, microseconds in rows:
        print(f"{name:<36}{microseconds:8.2f} us")


if __name__ == "__main__":
    main()
