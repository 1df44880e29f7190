"""How much of GWS one page may have at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

from cordboard.desk.errors import Refusal
from cordboard.desk.pages import Page


@contextlib.contextmanager
def counted(page: Page, most: int) -> Iterator[None]:
    """One request among those of a page. Raises `Refusal` when there are `most` already."""
    if page.asking >= most:
        why = f"this page has asked GWS {most} things at once; [gws] requests_per_page says"
        raise Refusal(429, "too-many-requests", why)
    page.asking += 1
    try:
        yield
    finally:
        page.asking -= 1


@contextlib.asynccontextmanager
async def only_poll(page: Page) -> AsyncIterator[None]:
    """The page's long poll; one that waits already is ended by it. Raises `Refusal` in the one that is ended.

    GWS holds one poll per browser cookie. The newer one is right: a client whose network went and came back asks
    again, while the old connection looks alive for minutes.
    """
    if page.poll is not None:
        page.poll.reschedule(asyncio.get_running_loop().time())
    turn = asyncio.timeout(None)
    try:
        async with turn:
            page.poll = turn
            yield
    except TimeoutError:
        if not turn.expired():
            raise
        raise Refusal(409, "another-poll", "this page has begun another long poll, which goes on instead") from None
    finally:
        if page.poll is turn:
            page.poll = None
