"""A browser that changes its network in a call: the whole lab in a network namespace of its own, the browser in another
one, a cable between them whose browser's end gets an address of another network.

    unshare -Urn python -m kit.moved_network unplugged      the other network is there already, as beside a dock
    unshare -Urn python -m kit.moved_network moved          the other network comes when the first has gone

Prints one line of JSON: the gaps in seconds, and what SIP Server was sent meanwhile. Needs no right but that to make
user namespaces; the addresses are those for documentation (RFC 5737) and lead nowhere.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uvloop

import kit.chromium
from cordboard.config import Address
from kit.chromium import chromium
from kit.heard_call import AGENT, CUSTOMER, talking
from kit.lab import RunningLab, running_lab, until

OURS, BEFORE = "192.0.2.1", "192.0.2.10"
OUR_OTHER, AFTER = "198.51.100.1", "198.51.100.20"
DESK, GWS, WEBSOCKET = 8080, 8090, 8088
BELIEVED = 3.0  # seconds after which Chromium uses a network that has come, and a little
BROWSER = """#!/bin/sh
exec unshare -n sh -c '
ip link set lo up
echo $$ > {place}/pid
until ip link show cable1 >/dev/null 2>&1; do sleep 0.02; done
ip address add {before}/24 dev cable1
ip link set cable1 up
exec {chromium} "$@"' sh "$@"
"""
FLAGS = (
    f"--unsafely-treat-insecure-origin-as-secure=http://{OURS}:{DESK},http://{OURS}:{GWS}",
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {OURS}",
)


def command(*words: str) -> None:
    subprocess.run(words, check=True)


def lay_cable(place: Path) -> None:
    """From here on a browser that is started gets the other end."""
    command("ip", "link", "set", "lo", "up")
    command("ip", "link", "add", "cable0", "type", "veth", "peer", "name", "cable1")
    command("ip", "address", "add", f"{OURS}/24", "dev", "cable0")
    command("ip", "address", "add", f"{OUR_OTHER}/24", "dev", "cable0")
    command("ip", "link", "set", "cable0", "up")
    browser = place / "chromium"
    browser.write_text(BROWSER.format(place=place, before=BEFORE, chromium=kit.chromium.executable()))
    browser.chmod(0o700)
    kit.chromium.executable = lambda: str(browser)  # type: ignore[assignment]


async def plug_in(place: Path) -> int:
    """Give the browser its end; the process whose network it is."""
    file = place / "pid"
    await until(lambda: file.exists() and bool(file.read_text()), "the browser", 10.0)
    pid = int(file.read_text())
    command("ip", "link", "set", "cable1", "netns", str(pid))
    return pid


def in_network(pid: int, *changes: str) -> None:
    command("nsenter", "-t", str(pid), "-n", "sh", "-c", "; ".join(changes))


UNPLUG = (f"ip address del {BEFORE}/24 dev cable1",)
PLUG = (f"ip address add {AFTER}/24 dev cable1", f"ip route add default via {OUR_OTHER}")


async def measure(place: Path, how: str) -> dict[str, object]:
    places = {
        "gateway__websocket": Address(OURS, WEBSOCKET),
        "desk__listen": Address(OURS, DESK),
        "lab__gws": Address(OURS, GWS),
        "media__address": OURS,
    }
    async with running_lab(**places) as lab:
        plugging = asyncio.get_running_loop().create_task(plug_in(place))
        async with chromium(*FLAGS) as browser:
            pid = await plugging
            return await _call(lab, browser, pid, how)


async def _call(lab: RunningLab, browser: object, pid: int, how: str) -> dict[str, object]:
    call = await talking(lab, browser)  # type: ignore[arg-type]
    agent, customer, sent = call.agent, call.customer, lab.sent_to_sip_server()
    if how == "unplugged":
        in_network(pid, *PLUG)
    await asyncio.sleep(BELIEVED if how == "unplugged" else 1.0)
    begin = time.time()
    in_network(pid, *UNPLUG, *(PLUG if how == "moved" else ()))
    await customer.hears(AGENT, within=20.0)
    await agent.hears(CUSTOMER, within=20.0)
    await agent.light("sip", "on", within=10.0)
    await asyncio.sleep(1.0)
    end = time.time() - 0.3
    told = [each.split()[0] for each in sent if not each.startswith(("REGISTER", "OPTIONS", "SIP/2.0"))]
    gaps = {"agent_to_customer": call.line.gap(AGENT, begin, end), "customer_to_agent": call.ears.gap(begin, end)}
    await agent.press("call-hangup")
    await customer.is_in("ended")
    return {**gaps, "sip_server_was_sent": told, "streams": call.line.streams(begin, end)}


def main() -> int:
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        lay_cable(place)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            print(json.dumps(runner.run(measure(place, sys.argv[1]))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
