"""What is below a path reaches another server as it came, and its answer comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from cordboard.net.forwarding import forwarded
from cordboard.net.http import serve_http
from kit.desk import free_port

HOST = "127.0.0.1"


async def answer(request: web.Request) -> web.Response:
    heard = {name: request.headers.get(name, "") for name in ("Cookie", "Origin", "Content-Type", "Sec-Fetch-Site")}
    told = {"method": request.method, "path": request.path_qs, "host": request.host, **heard}
    return web.json_response(
        told | {"body": await request.text()}, status=418, headers={"Access-Control-Allow-Origin": "x"}
    )


@pytest.fixture
async def url() -> AsyncIterator[str]:
    behind, front = web.Application(), web.Application()
    behind.router.add_route("*", "/{path:.*}", answer)
    second = await serve_http(behind, HOST, 0)
    front.add_routes([forwarded("/connector", f"http://{HOST}:{second.address[1]}")])
    front.add_routes([forwarded("/nobody", f"http://{HOST}:{free_port(HOST)}")])
    first = await serve_http(front, HOST, 0)
    yield f"http://{HOST}:{first.address[1]}"
    await first.close()
    await second.close()


async def test_request_and_answer_pass_as_they_are(url: str) -> None:
    headers = {"Cookie": "JSESSIONID=x", "Origin": url, "Content-Type": "text/plain", "Sec-Fetch-Site": "same-origin"}
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{url}/connector/RegisterDn/?a=b", data="{}", headers=headers) as response,
    ):
        told = await response.json()
        assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (418, "x")
    assert told.pop("host") != url.removeprefix("http://")
    assert told == {"method": "POST", "path": "/connector/RegisterDn/?a=b", "body": "{}", **headers}


async def test_nobody_there_and_what_is_elsewhere(url: str) -> None:
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{url}/nobody/x") as response:
            assert (response.status, (await response.json())["code"]) == (502, "unreachable")
        async with client.get(f"{url}/connectors") as response:
            assert response.status == 404
