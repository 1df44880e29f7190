"""One Chromium for all tests of a process that ask for `browser`, which therefore share an event loop; each test has
contexts of its own, which end with it: a page that lives on asks for its lab again and again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from kit.chromium import chromium

expect.set_options(timeout=10_000)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def only_browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def browser(request: pytest.FixtureRequest, only_browser: Browser) -> AsyncIterator[Browser]:
    mark = request.node.get_closest_marker("asyncio")
    assert mark.kwargs.get("loop_scope") == "session", 'it lacks pytest.mark.asyncio(loop_scope="session")'
    before = list(only_browser.contexts)
    yield only_browser
    for context in only_browser.contexts:
        if context not in before:
            await context.close()
