"""What firewalld lets in."""

from __future__ import annotations

import asyncio
import contextlib
import re

from cordboard.config import PortRange

SECONDS = 5.0


def open_ports(zones: str) -> list[PortRange]:
    """The UDP ports that the zones in use let in, from somewhere at least: what `--list-all-zones` prints."""
    found: list[PortRange] = []
    for zone in re.split(r"\n(?=\S)", zones):
        name, _, rules = zone.partition("\n")
        if "active" not in name:
            continue
        if re.search(r"^\s+target: ACCEPT", rules, re.M):
            found.append(PortRange(1, 65535))
        if re.search(r"^\s+services:.*\bsip\b", rules, re.M):
            found.append(PortRange(5060, 5060))
        ports = re.findall(r"(?<![\w-])(\d+)(?:-(\d+))?/udp", rules)
        ports += re.findall(r'port port="(\d+)(?:-(\d+))?" protocol="udp" accept', rules)
        found += [PortRange(int(first), int(last or first)) for first, last in ports]
    return found


async def zones_of(command: str) -> str | None:
    """All zones with what they let in; None where there is no firewalld that tells."""
    try:
        process = await asyncio.create_subprocess_exec(
            command, "--list-all-zones", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return None
    return output.decode("utf-8", "replace") if process.returncode == 0 else None
