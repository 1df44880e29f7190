"""The admin page through nginx: for some networks, at a listener of its own, and nowhere else."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from cordboard.config import Address
from kit.desk import free_port
from kit.nginx import HOST, NAME, nginx_alone


def admin(*networks: str) -> dict[str, Any]:
    port = free_port(HOST)
    return {
        "admin__listen": Address(HOST, free_port(HOST)),
        "admin__url": f"https://{NAME}:{port}",
        "nginx__admin_https": (Address(HOST, port),),
        "nginx__admin_networks": networks,
    }


@pytest.mark.parametrize(("network", "status"), [("127.0.0.0/8", 502), ("198.51.100.0/24", 403)])
async def test_it_is_for_the_networks_that_are_named(network: str, status: int) -> None:
    settings = admin(network)
    async with nginx_alone(**settings) as nginx, nginx.http.get(f"{settings['admin__url']}/admin/") as answer:
        assert answer.status == status
        assert "Strict-Transport-Security" in answer.headers


async def test_trying_its_password_is_slowed_down() -> None:
    settings = admin("127.0.0.0/8")
    async with nginx_alone(nginx__sign_ins_per_minute=1, **settings) as nginx:

        async def sign_in() -> int:
            async with nginx.http.post(f"{settings['admin__url']}/admin/api/sign-in") as answer:
                return answer.status

        told = Counter(await asyncio.gather(*(sign_in() for _ in range(30))))
        assert told == {502: 11, 429: 19}
