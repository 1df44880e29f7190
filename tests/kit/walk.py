"""Takes the pictures of `docs/day.md`: two agents, one customer, a transfer with a consultation.

From `tests`: `python -m kit.walk ../docs/images`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kit.chromium import chromium
from kit.lab import running_lab
from kit.lab_agent import AgentPage

TALK_SECONDS = 1.5  # until a page shows what it is to be seen with


async def walk(directory: Path) -> None:
    """Write day-1.png to day-6.png."""
    numbers = iter(range(1, 10))

    async def take(agent: AgentPage) -> None:
        await asyncio.sleep(TALK_SECONDS)
        await agent.page.screenshot(path=directory / f"day-{next(numbers)}.png")

    async with running_lab() as lab, chromium() as browser:
        first = await lab.agent(browser, "5001", microphone=620.0)
        await first.ready()
        await take(first)
        await lab.customer("8000", tone=440.0)
        await first.by("desk-toast-accept").wait_for()
        second = await lab.agent(browser, "5002", microphone=700.0)
        await second.ready()
        await first.page.bring_to_front()
        await take(first)
        await first.press("desk-toast-accept")
        await first.card("talking")
        await first.press("desk-join-transfer")
        await first.by("desk-dial-number").fill("5002")
        await take(first)
        await first.press("desk-contact-transfer-consult")
        await second.press("desk-toast-accept")
        await take(first)
        await first.press("desk-op-CompleteTransfer")
        await take(second)
        await take(first)


if __name__ == "__main__":
    asyncio.run(walk(Path(sys.argv[1])))
