"""The lab's pages, served by its GWS."""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientSession, web

from cordboard.lab.gws import GwsSettings, create_gws, lab_account
from cordboard.lab.gws.directory import Directory
from cordboard.lab.telephony import Telephony
from kit.desk import HOST, free_port, served
from kit.gws import gws_bench
from kit.telephony import ScriptedTelephony


def pages(directory: Path) -> Path:
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_text("<title>desktop</title>")
    (directory / "assets" / "main.js").write_text("export {};")
    (directory.parent / "secret.txt").write_text("secret")
    return directory


async def test_the_desktop_and_the_lab_page_are_served(tmp_path: Path) -> None:
    async with gws_bench(desktop_pages=pages(tmp_path / "a/b"), lab_pages=pages(tmp_path / "c/d")) as bench:
        browser = await bench.browser()

        home = await browser.get("/")
        desktop = await browser.get("/ui/ad/v1/index.html")
        script = await browser.get("/ui/ad/v1/assets/main.js")
        lab = await browser.get("/lab/")
        without_slash = await browser.get("/lab")

    assert (without_slash.status, without_slash.headers["Location"]) == (302, "/lab/")
    assert (home.status, home.headers["Location"]) == (302, "/ui/ad/v1/index.html")
    assert (desktop.status, desktop.text) == (200, "<title>desktop</title>")
    assert desktop.headers["Content-Type"].startswith("text/html")
    assert "javascript" in script.headers["Content-Type"]
    assert lab.text == desktop.text


async def test_what_is_not_built_says_how_it_is_built(tmp_path: Path) -> None:
    async with gws_bench(desktop_pages=tmp_path / "absent", lab_pages=tmp_path / "absent") as bench:
        browser = await bench.browser()

        for path in ("/ui/ad/v1/index.html", "/ui/ad/v1/", "/lab/"):
            answer = await browser.get(path)
            assert answer.status == 404
            assert "make lab" in answer.text


async def test_nothing_outside_the_directory_is_served(tmp_path: Path) -> None:
    directory = pages(tmp_path / "a/b")
    (directory / "link").symlink_to(tmp_path / "a" / "secret.txt")
    async with gws_bench(desktop_pages=directory) as bench:
        browser = await bench.browser()

        for path in ("%2e%2e/secret.txt", "..%2fsecret.txt", "link", "assets", "%00", "a" * 3000, "nonsense.js"):
            answer = await browser.get("/ui/ad/v1/" + path)
            assert answer.status == 404, path
            assert "secret" not in answer.text


async def test_another_face_of_the_same_telephony_is_given_what_it_needs() -> None:
    telephony = ScriptedTelephony(["5001"])
    seen: list[object] = []

    def face(application: web.Application, given: Telephony, directory: Directory) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.json_response({"dn": directory.accounts[0].dn})

        seen.append(given)
        application.router.add_get("/workspace/v3/dn", answer)

    settings = GwsSettings((lab_account("5001"),))
    port = free_port(HOST)
    async with (
        served(create_gws(telephony, settings, faces=[face]), port),
        ClientSession() as client,
        client.get(f"http://{HOST}:{port}/workspace/v3/dn") as response,
    ):
        assert await response.json() == {"dn": "5001"}
    assert seen == [telephony]


async def test_routes_of_others_go_before_the_pages() -> None:
    async def calls(_: web.Request) -> web.Response:
        return web.json_response({"calls": []})

    async with gws_bench(extra_routes=[web.get("/lab/calls", calls)]) as bench:
        assert (await (await bench.browser()).get("/lab/calls")).json == {"calls": []}
