"""What one packet costs the relay's worker: microseconds of its run time per packet received.

    python bench/relay_packet.py [calls] [seconds] [auto|compiled|python]

Real calls over loopback, DTLS-SRTP on the page's side, 50 packets a second each way and call. The time is what the
kernel counts for the worker's process, system calls included. Ratios between runs say more than figures;
`make bench-relay` compares with rtpengine.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from cordboard.media.relay.engine import RelayEngine
from cordboard.media.relay.settings import Loop, RelaySettings
from cordboard.rtp.packet import RtpPacket
from kit.page import PagePhone
from kit.trunk import TrunkPhone

TICK = 0.02
GROUPS = 10  # a tick's packets are sent in so many bursts


class Pair:
    """One call and the packets that its ends will send."""

    def __init__(self, number: int) -> None:
        self.name = f"call-{number}"
        self.page = PagePhone()
        self.trunk = TrunkPhone()

    async def connect(self, engine: RelayEngine) -> None:
        await engine.take_page_offer(self.name, self.page.offer())
        self.trunk.take(await engine.trunk_offer(self.name))
        await engine.take_trunk_answer(self.name, self.trunk.describe())
        self.page.take(await engine.page_answer(self.name))
        await self.page.connect()

    def prepare(self, count: int) -> None:
        self.outgoing: list[bytes] = []
        sent = self.outgoing.append
        self.page.send_raw = sent  # type: ignore[method-assign]
        payload = bytes([0xD5] * 160)
        for number in range(count):
            self.page.send_rtp(RtpPacket(0, 100 + number, 160 * number, 1, payload).to_bytes())
        del self.page.send_raw
        self.plain = [RtpPacket(0, 100 + number, 160 * number, 2, payload).to_bytes() for number in range(count)]

    def stop_listening(self) -> None:
        """The kernel drops what nobody reads: waking readers up would be counted as the worker's time."""
        loop = asyncio.get_running_loop()
        for sock in (self.page._socket, self.trunk.rtp, self.trunk.rtcp):
            loop.remove_reader(sock)

    def tick(self, number: int) -> None:
        self.page.send_raw(self.outgoing[number])
        self.trunk.send_rtp(self.plain[number])

    def close(self) -> None:
        self.page.close()
        self.trunk.close()


async def measure(calls: int, seconds: float, loop: Loop) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    ports = (40000, 40000 + 2 * calls + 100)
    engine = await RelayEngine.start(RelaySettings(rtp_ports=ports, webrtc_ports=(0, 0), loop=loop, load_limit=0))
    pairs = [Pair(number) for number in range(calls)]
    try:
        verbs = []
        for pair in pairs:
            began = time.perf_counter()
            await pair.connect(engine)
            verbs.append(time.perf_counter() - began)
        ticks = int(seconds / TICK)
        for pair in pairs:
            pair.prepare(ticks)
            pair.stop_listening()
        process = engine.workers.running[0].process
        assert process is not None
        _part_from(process.pid)
        before = _run_time(process.pid)
        began = time.perf_counter()
        await asyncio.to_thread(_send, pairs, ticks)
        took = time.perf_counter() - began
        await asyncio.sleep(0.1)
        used = _run_time(process.pid) - before
        found = [await engine.stats(pair.name) for pair in pairs]
        packets = sum(each.page.packets_received + each.trunk.packets_received for each in found)
        offered = 2 * calls * ticks
        print(
            f"{calls} calls, load average {os.getloadavg()[0]:.1f}, {packets} of {offered} packets in {took:.1f} s: "
            f"{used / packets * 1e6:.1f} us per packet, worker at {used / took * 100:.0f} % of a core; "
            f"set-up of a call (5 verbs, ICE, DTLS, both ends) {statistics.median(verbs) * 1000:.1f} ms"
        )
    finally:
        for pair in pairs:
            pair.close()
        await engine.shutdown()


def _send(pairs: list[Pair], ticks: int) -> None:
    began = time.perf_counter()
    groups = [pairs[index::GROUPS] for index in range(GROUPS)]
    for number in range(ticks):
        for index, group in enumerate(groups):
            due = began + TICK * (number + index / GROUPS)
            while (left := due - time.perf_counter()) > 0:
                time.sleep(left)
            for pair in group:
                pair.tick(number)


def _part_from(pid: int) -> None:
    """The worker on one core, this program on the others."""
    first, *others = sorted(os.sched_getaffinity(0))
    if others:
        os.sched_setaffinity(pid, {first})
        os.sched_setaffinity(0, set(others))


def _run_time(pid: int) -> float:
    """Seconds that the process has run, by the kernel's scheduler."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def main(calls: str = "100", seconds: str = "4", loop: str = "auto") -> None:
    asyncio.run(measure(int(calls), float(seconds), Loop(loop)))


if __name__ == "__main__":
    main(*sys.argv[1:])
