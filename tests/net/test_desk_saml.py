"""GWS signs agents in by SAML: the browser does it at GWS's own page, the desk takes over the session that comes."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import pytest

from cordboard.config import ConfigError
from kit.desk import Bench, desk_bench

LOGIN = "/ui/ad/v1/index.html?authType=saml"


async def saml(browser: aiohttp.ClientSession, url: str) -> str:
    """What a browser does with the window that the page opened; returns what it shows in the end."""
    async with browser.get(url) as form:
        assert form.url.path == "/identity-provider"
        name, value = (await form.text()).split("=")
    async with browser.post(urljoin(url, "/saml/acs"), data={name: value}) as answer:
        return await answer.text()


async def login_url(bench: Bench) -> dict[str, str]:
    answer = await bench.page().ask("GET", "/configuration")
    told: dict[str, str] = answer.json["signIn"]
    return told


async def test_page_takes_over_the_session_after_the_window_has_signed_in(tmp_path: Path) -> None:
    async with desk_bench(tmp_path) as plain:
        assert await login_url(plain) == {"by": "password"}
        gws = plain.settings.gws.url
    async with desk_bench(tmp_path) as bench:
        gws = bench.settings.gws.url
        page = bench.page()
        assert (await page.open()).json["agent"] is None
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            assert await saml(browser, gws + LOGIN) == "Workspace"
            page.cookies = {each.key: each.value for each in browser.cookie_jar}  # one host, whatever the port
        opened = await page.open()
        assert opened.json["agent"]["dn"] == "5001"
        assert (await page.ask("POST", "/page/token", {})).json["dn"] == "5001"
        for asked in bench.gws.asked:  # the desk has no part in the assertion
            assert b"SAML" not in asked[3]
            assert "SAML" not in asked[1]


async def test_page_is_told_where_to_sign_in(tmp_path: Path) -> None:
    gws = "http://127.0.0.1:18090"
    async with desk_bench(tmp_path, gws_runs=False, gws__browser_url=gws, gws__login_url=gws + LOGIN) as bench:
        assert await login_url(bench) == {"by": "saml", "url": gws + LOGIN}
    changes = {"gws__login_url": gws + LOGIN, "gws__login_return": "RelayState"}
    async with desk_bench(tmp_path, gws_runs=False, gws__browser_url=gws, **changes) as bench:
        back = bench.settings.desk.url.replace(":", "%3A").replace("/", "%2F")
        assert await login_url(bench) == {"by": "saml", "url": f"{gws}{LOGIN}&RelayState={back}%2F"}


async def test_login_url_leads_to_gws_and_nowhere_else(tmp_path: Path) -> None:
    gws = "http://127.0.0.1:18090"
    for wrong in ("http://evil.example/?authType=saml", gws + "0/", "http://127.0.0.1/"):
        with pytest.raises(ConfigError, match="leads elsewhere"):
            async with desk_bench(tmp_path, gws_runs=False, gws__browser_url=gws, gws__login_url=wrong):
                pass
