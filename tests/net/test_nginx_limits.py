"""What nginx as rendered lets one address do in a while; nothing is behind it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from cordboard.config import lab_settings
from kit.nginx import nginx_alone

AGENTS = len(lab_settings().agents)
SLOW = {
    "nginx__sign_ins_per_minute": 1,
    "nginx__passwords_per_minute": 1,
    "nginx__tokens_per_second": 1,
    "nginx__connections_per_second": 1,
}
BASIC = {"Authorization": "Basic YTpi"}


@pytest.mark.parametrize(
    ("path", "at_once", "headers"),
    [
        ("/page/sign-in", AGENTS + 20, {}),
        ("/page/sign-in/begin", AGENTS + 20, {}),
        ("/gws/api/v2/sign-in", AGENTS + 20, {}),
        ("/page/token", 2 * AGENTS + 20, {}),
        ("/ws", 2 * AGENTS + 20, {}),
        ("/api/v2/me", 10 * AGENTS + 100, BASIC),
    ],
)
async def test_all_agents_may_come_at_once_and_nobody_more_often(
    path: str, at_once: int, headers: dict[str, str]
) -> None:
    async with nginx_alone(**SLOW) as nginx:
        found: list[tuple[int, str]] = []

        async def ask() -> None:
            async with nginx.http.get(nginx.url + path, headers=headers) as answer:
                found.append((answer.status, answer.headers.get("Retry-After", "")))
                assert "Strict-Transport-Security" in answer.headers

        await asyncio.gather(*(ask() for _ in range(at_once + 40)))
        told = Counter(found)
        assert set(told) == {(502, ""), (429, "5")}
        assert told[502, ""] >= at_once


async def test_other_paths_have_no_limit() -> None:
    async with nginx_alone(**SLOW) as nginx:

        async def ask(path: str) -> int:
            async with nginx.http.get(nginx.url + path) as answer:
                return answer.status

        statuses = await asyncio.gather(*(ask(path) for path in ("/", "/page", "/api/v2/me", "/connector/Ping") * 60))
        assert set(statuses) == {502}
