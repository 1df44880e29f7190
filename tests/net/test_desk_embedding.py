"""What the desk serves to pages of others: loader, widget file, shell; and to whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kit.desk import Bench, desk_bench

CRM = "https://crm.example"
SHARED = ["/webrtc-widget.json", "/embed/loader.js", "/embed/cordboard.d.ts"]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    files = {
        "softphone/index.html": "phone",
        "embed/loader.js": "loader",
        "embed/cordboard.d.ts": "types",
        "shell/index.html": "shell",
        "shell/shell.js": "script",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    async with desk_bench(tmp_path, desk__embed_origins=[CRM], desk__workspace_path="/ui/wwe/index.html") as running:
        yield running


def policy(headers: dict[str, str]) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))


async def test_the_widget_file_has_the_fields_of_the_guide(bench: Bench) -> None:
    widget = (await bench.page().ask("GET", "/webrtc-widget.json")).json
    version = widget.pop("version")
    assert all(part.isdecimal() for part in version.split("."))
    assert widget == {
        "id": "webrtc-softphone",
        "name": "WebRTC Softphone",
        "description": "WebRTC SIP client for Genesys agents",
        "url": f"{bench.settings.desk.url}/",
        "width": 400,
        "height": 600,
        "resizable": True,
        "position": "right-panel",
        "autoLoad": True,
        "dependencies": [],
        "settings": {
            "sipServer": bench.settings.gateway.websocket_url,
            "gwsUrl": bench.settings.gws.browser_url,
            "autoConnect": True,
        },
    }


@pytest.mark.parametrize("path", SHARED)
async def test_named_origins_may_read_what_is_shared(bench: Bench, path: str) -> None:
    for origin in (CRM, bench.settings.gws.browser_url):
        answer = await bench.page().ask("GET", path, Origin=origin)
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert answer.headers["Vary"] == "Origin"
    plain = await bench.page().ask("GET", path)
    assert plain.status == 200
    assert "Access-Control-Allow-Origin" not in plain.headers


@pytest.mark.parametrize("path", SHARED)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://crm.example.evil.example"])
async def test_other_origins_may_not(bench: Bench, path: str, origin: str) -> None:
    answer = await bench.page().ask("GET", path, Origin=origin)
    assert (answer.status, answer.json["code"]) == (403, "wrong-origin")
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_named_origins_may_not_use_the_rest_of_the_desk(bench: Bench) -> None:
    for method, path in (("POST", "/page"), ("GET", "/configuration"), ("GET", "/"), ("POST", "/webrtc-widget.json")):
        answer = await bench.page().ask(method, path, Origin=CRM)
        assert (answer.status, answer.json["code"]) == (403, "wrong-origin")
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_named_origins_may_frame_the_phone_and_only_the_shell_frames_others(bench: Bench) -> None:
    gws = bench.settings.gws.browser_url
    phone, shell = [policy((await bench.page().ask("GET", path)).headers) for path in ("/", "/shell/")]
    assert phone["frame-ancestors"] == f"'self' {gws} {CRM}"
    assert (phone["frame-src"], shell["frame-src"]) == ("'none'", f"'self' {gws}")
    assert {name: text for name, text in phone.items() if name != "frame-src"} == {
        name: text for name, text in shell.items() if name != "frame-src"
    }


async def test_pages_are_told_whom_to_hear_and_what_to_show(bench: Bench) -> None:
    gws = bench.settings.gws.browser_url
    assert (await bench.page().ask("GET", "/configuration")).json["embedding"] == {
        "origins": [bench.settings.desk.url, gws, CRM],
        "workspace": f"{gws}/ui/wwe/index.html",
    }


async def test_the_shell_lies_at_its_path(bench: Bench) -> None:
    assert (await bench.page().ask("GET", "/shell/")).body == b"shell"
    assert (await bench.page().ask("GET", "/shell/shell.js")).body == b"script"
    led = await bench.page().ask("GET", "/shell")
    assert (led.status, led.headers["Location"]) == (308, "/shell/")
    for path in ("/embed/", "/shell/../softphone/index.html%00", "/embed/../softphone/x", "/shell.js"):
        assert (await bench.page().ask("GET", path)).status == 404
