"""With its token a page gets credentials for the TURN server."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cordboard.access.turn import turn_credentials
from kit.desk import desk_bench

URLS = ("stun:turn.example:3478", "turn:turn.example:3478?transport=udp", "turns:turn.example:443?transport=tcp")


async def test_credentials_come_with_the_token(tmp_path: Path) -> None:
    secret = tmp_path / "turn.secret"
    secret.write_text("north\n")
    async with desk_bench(tmp_path, turn__urls=URLS, turn__secret_file=str(secret), turn__lifetime=600) as bench:
        page = await bench.signed_in()
        told = await page.ask("POST", "/page/token", {})
        made = turn_credentials(b"north", "5001", bench.now, 600)
        assert told.json["iceServers"] == [
            {"urls": [URLS[0]]},
            {"urls": list(URLS[1:]), "username": made.username, "credential": made.password},
        ]
        bench.now += 60
        assert (await page.ask("POST", "/page/token", {})).json["iceServers"] != told.json["iceServers"]
        assert b"north" not in told.body


async def test_the_secret_may_be_among_the_settings(tmp_path: Path) -> None:
    async with desk_bench(tmp_path, turn__urls=URLS, turn__secret="north", turn__lifetime=600) as bench:
        page = await bench.signed_in()
        told = await page.ask("POST", "/page/token", {})
        assert told.json["iceServers"][1]["credential"] == turn_credentials(b"north", "5001", bench.now, 600).password


async def test_no_turn_server(tmp_path: Path) -> None:
    async with desk_bench(tmp_path) as bench:
        page = await bench.signed_in()
        assert "iceServers" not in (await page.ask("POST", "/page/token", {})).json


@pytest.mark.parametrize("content", [None, ""])
async def test_without_a_usable_secret_the_phone_still_works(tmp_path: Path, content: str | None) -> None:
    secret = tmp_path / "turn.secret"
    if content is not None:
        secret.write_text(content)
    with capture_logs() as lines:
        async with desk_bench(tmp_path, turn__urls=URLS, turn__secret_file=str(secret)) as bench:
            page = await bench.signed_in()
            told = await page.ask("POST", "/page/token", {})
    assert (told.status, told.json["dn"], told.json.get("iceServers")) == (200, "5001", None)
    assert any("TURN" in line["event"] for line in lines)
