"""`cordboard serve` and `cordboard lab` as processes: they start, say where, serve, and leave nothing behind."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import aiohttp

from kit.command import cordboard, ended, media_workers, ready
from kit.gws import basic

SERVE = "127.0.0.79"
LAB = "127.0.0.80"
SETTINGS = """\
[gateway]
sip = "{host}:5060"
websocket = "{host}:8088"
[media]
address = "{host}"
workers = 1
[desk]
listen = "{host}:8080"
[log]
format = "json"
"""
OF_SERVE = """\
[sip_server]
address = "{host}:5070"
[gws]
url = "http://{host}:8090"
[metrics]
listen = "{host}:9095"
[[agents]]
dn = "5001"
"""
OF_LAB = """\
[admin]
listen = "{host}:8091"
[lab]
sip_server = "{host}:5070"
gws = "{host}:8090"
"""


def settings_file(directory: Path, text: str, host: str) -> str:
    file = directory / "cordboard.toml"
    file.write_text((SETTINGS + text).format(host=host))
    return str(file)


def assert_quiet(log: str) -> None:
    assert "Traceback" not in log
    assert '"level": "error"' not in log


async def test_serve(tmp_path: Path) -> None:
    async with cordboard("serve", "--config", settings_file(tmp_path, OF_SERVE, SERVE)) as process:
        assert await ready(process) == "Cordboard is ready."
        assert len(media_workers(SERVE)) == 1
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://{SERVE}:8080/healthz") as answer:
                assert await answer.json() == {"status": "ok"}
            async with client.get(f"http://{SERVE}:8088/ws") as answer:
                assert answer.status == 426
            async with client.get(f"http://{SERVE}:9095/metrics") as answer:
                text = await answer.text()
                assert "cordboard_pages 0.0" in text
                assert 'cordboard_media_load{worker="0"}' in text
                assert "cordboard_ready 0.0" in text
            for port in (8080, 9095):
                async with client.get(f"http://{SERVE}:{port}/readyz") as answer:
                    assert answer.status == 503
                    assert "GWS cannot be reached" in (await answer.json())["reasons"]
            async with client.get(f"http://{SERVE}:8080/metrics") as answer:
                assert answer.status in (404, 503)
        process.send_signal(signal.SIGTERM)
        out, log = await ended(process)
        assert process.returncode == 0
    assert f"Softphone   http://{SERVE}:8080/" in out
    assert_quiet(log)
    assert media_workers(SERVE) == []


async def test_lab(tmp_path: Path) -> None:
    file = settings_file(tmp_path, OF_LAB, LAB)
    async with cordboard("lab", "--config", file) as process:
        assert await ready(process) == "The lab is ready."
        async with aiohttp.ClientSession(f"http://{LAB}:8090") as client:
            async with client.get("/lab/configuration.json") as answer:
                desk = f"http://{LAB}:8080"
                assert await answer.json() == {"softphone": f"{desk}/", "widget": f"{desk}/webrtc-widget.json"}
            async with client.get("/api/v2/me", headers={"Authorization": basic("agent5020", "agent5020")}) as answer:
                assert answer.status == 200
            async with cordboard("lab", "--config", file, "call", "--to", "600") as caller:
                assert await ended(caller) == ("+15550100 calls 600\n", "")
            async with client.get("/lab/calls/c1") as answer:
                assert (await answer.json())["to"] == "600"
        async with cordboard("lab", "--config", file) as second:
            _, log = await ended(second)
            assert second.returncode == 2
            assert [line.rsplit("; ", 1)[1] for line in log.splitlines()] == [
                "[gateway] sip moves it",
                "[gateway] sip moves it",
                "[gateway] websocket moves it",
                "[desk] listen moves it",
                "[admin] listen moves it",
                "[lab] sip_server moves it",
                "[lab] sip_server moves it",
                "[lab] gws moves it",
            ]
        process.send_signal(signal.SIGINT)
        out, log = await ended(process)
        assert process.returncode == 0
    assert f"http://{LAB}:8090/ui/ad/v1/index.html   sign in as agent5001, password agent5001" in out
    assert f" lab --config {file} call --to 8000" in out
    assert_quiet(log)
    assert media_workers(LAB) == []


async def test_signal_while_the_lab_starts(tmp_path: Path) -> None:
    host = "127.0.0.81"
    async with cordboard("lab", "--config", settings_file(tmp_path, OF_LAB, host)) as process:
        async with asyncio.timeout(20):
            while not media_workers(host):  # noqa: ASYNC110  another process's doing
                await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        await ended(process)
        assert process.returncode == 0
    assert media_workers(host) == []
