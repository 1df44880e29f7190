"""The admin page's server: who gets in, for how long, what a browser of another site can do, and bad input."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cordboard.seat.admin_port import AgentRow, Check
from kit.admin import LOCAL_PASSWORD, AdminBench, admin_bench

READS = (
    "overview",
    "agents",
    "calls",
    "traces",
    "traces/call-1",
    "traces/call-1/bundle",
    "findings",
    "records",
    "settings",
)
CHANGES = (
    ("drain", {"on": True, "confirm": "drain"}),
    ("traces/call-1/bad", {"why": "cracks"}),
    ("findings", {}),
    ("sign-out", {}),
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[AdminBench]:
    page = tmp_path / "admin"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><title>Administration</title>")
    async with admin_bench(tmp_path) as running:
        yield running


# --- who gets in


async def test_nobody_sees_anything_without_signing_in(bench: AdminBench) -> None:
    stranger = bench.browser()
    assert (await stranger.ask("GET", "session")).json == {}
    for path in READS:
        answer = await stranger.ask("GET", path)
        assert (answer.status, answer.json["code"]) == (401, "signed-out"), path
    for path, body in CHANGES:
        assert (await stranger.ask("POST", path, body)).status == 401, path
    assert bench.site.done == []


async def test_user_of_gws_with_the_role(bench: AdminBench) -> None:
    browser = bench.browser()
    answer = await browser.sign_in()
    assert (answer.status, answer.json["user"], answer.json["by"]) == (200, "agent5001", "GWS")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/admin" in cookie
    for path in READS:
        assert (await browser.ask("GET", path)).status == 200, path
    assert (await browser.ask("GET", "session")).json["csrf"] == browser.csrf


@pytest.mark.parametrize(
    ("user", "password"),
    [("agent5001", "wrong"), ("agent5002", "agent5001"), ("administrator", "wrong"), ("administrator", "agent5001")],
)
async def test_others_are_told_the_same(bench: AdminBench, user: str, password: str) -> None:
    """Neither that a user exists nor that he lacks the role."""
    answer = await bench.browser().sign_in(user, password)
    assert (answer.status, answer.json["code"]) == (403, "wrong-password")
    assert "Set-Cookie" not in answer.headers


async def test_gws_is_not_asked_for_users_without_the_role(bench: AdminBench) -> None:
    await bench.browser().sign_in("agent5002", "agent5002")
    assert bench.gws.asked == []


async def test_another_name_at_gws_gets_nobody_in(bench: AdminBench) -> None:
    bench.gws.user = {**bench.gws.user, "userName": "agent5002"}
    assert (await bench.browser().sign_in()).status == 403


async def test_local_account_needs_no_gws(tmp_path: Path) -> None:
    async with admin_bench(tmp_path, gws_runs=False) as bench:
        assert (await bench.browser().sign_in("administrator", LOCAL_PASSWORD)).json["by"] == "local account"
        answer = await bench.browser().sign_in()
        assert (answer.status, answer.json["code"]) == (502, "gws-unreachable")


async def test_too_many_failures_must_wait(bench: AdminBench) -> None:
    for _ in range(5):
        assert (await bench.browser().sign_in("agent5001", "wrong")).status == 403
    answer = await bench.browser().sign_in()
    assert (answer.status, answer.json["code"]) == (429, "too-many-attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    bench.now += 301
    assert (await bench.browser().sign_in()).status == 200


async def test_trying_many_users_must_wait_too(bench: AdminBench) -> None:
    statuses = [(await bench.browser().sign_in(f"user{each}", "wrong")).status for each in range(21)]
    assert statuses == [403] * 20 + [429]


# --- for how long


async def test_session_ends_when_nobody_does_anything(bench: AdminBench) -> None:
    browser = await bench.signed_in()
    for _ in range(3):
        bench.now += 29 * 60
        assert (await browser.ask("GET", "overview")).status == 200
    bench.now += 20 * 60
    assert (await browser.ask("GET", "overview", X_Cordboard_Poll="1")).status == 200  # the page looks by itself
    bench.now += 11 * 60
    assert (await browser.ask("GET", "overview")).status == 401


async def test_session_ends_at_last(bench: AdminBench) -> None:
    browser = await bench.signed_in()
    for _ in range(12 * 3):
        bench.now += 20 * 60
        assert (await browser.ask("GET", "overview")).status == 200
    bench.now += 1
    assert (await browser.ask("GET", "overview")).status == 401


async def test_sign_out_ends_this_session_alone(bench: AdminBench) -> None:
    one, other = await bench.signed_in(), await bench.signed_in()
    assert (await one.ask("POST", "sign-out", {})).status == 200
    assert (await one.ask("GET", "overview")).status == 401
    assert (await other.ask("GET", "overview")).status == 200


# --- browsers of others


@pytest.mark.parametrize(("path", "body"), CHANGES)
async def test_changes_need_the_page_s_token(bench: AdminBench, path: str, body: object) -> None:
    browser, other = await bench.signed_in(), await bench.signed_in()
    for token in ("", "wrong", other.csrf, "\u00fc"):
        browser.csrf = token
        answer = await browser.ask("POST", path, body)
        assert (answer.status, answer.json["code"]) == (403, "wrong-token")
    assert bench.site.done == []


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://{own}0", "https://{own}"])
async def test_other_origins_are_refused(bench: AdminBench, origin: str) -> None:
    browser = await bench.signed_in()
    foreign = origin.format(own=bench.settings.admin.listen)
    for method, path, body in (("GET", "overview", None), ("POST", "drain", {"on": True, "confirm": "drain"})):
        answer = await browser.ask(method, path, body, Origin=foreign)
        assert (answer.status, answer.json["code"]) == (403, "wrong-origin")
    assert (await bench.browser().ask("POST", "sign-in", {}, Origin=foreign)).status == 403
    assert bench.site.done == []


async def test_changes_without_an_origin_are_refused(bench: AdminBench) -> None:
    browser = await bench.signed_in()
    assert (await browser.ask("POST", "drain", {"on": True, "confirm": "drain"}, Origin="")).status == 403
    assert (await browser.ask("GET", "overview", Origin="")).status == 200


async def test_other_host_names_are_refused(bench: AdminBench) -> None:
    browser = await bench.signed_in()
    assert (await browser.ask("GET", "overview", Host="evil.example")).status == 421
    assert (await browser.ask("GET", "/healthz", Host="evil.example")).status == 200


async def test_page_with_its_headers(bench: AdminBench) -> None:
    answer = await bench.browser().ask("GET", "/admin/")
    assert answer.status == 200
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["trusted-types"] == "'none'"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert (await bench.browser().ask("GET", "/")).headers["Location"] == "/admin/"
    assert (await bench.browser().ask("GET", "/admin/missing.js")).status == 404


async def test_behind_https_the_cookie_is_for_https_alone(tmp_path: Path) -> None:
    async with admin_bench(tmp_path, admin__url="https://admin.phone.example") as bench:
        answer = await bench.browser().sign_in("administrator", LOCAL_PASSWORD)
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Secure-cordboard-admin=")
        assert "Secure" in cookie.split("; ")


# --- what it does


async def test_drain_is_confirmed_and_taken_back(bench: AdminBench) -> None:
    browser = await bench.signed_in()
    assert (await browser.ask("POST", "drain", {"on": True})).json["code"] == "not-confirmed"
    assert (await browser.ask("POST", "drain", {"on": "yes", "confirm": "drain"})).status == 400
    assert (await browser.ask("POST", "drain", {"on": True, "confirm": "drain"})).json == {"draining": True}
    assert (await browser.ask("POST", "drain", {"on": False})).json == {"draining": False}
    assert bench.site.done == [("drain", True), ("drain", False)]
    bench.site.stopping = True
    answer = await browser.ask("POST", "drain", {"on": False})
    assert (answer.status, answer.json["code"]) == (409, "stopping")


async def test_traces_and_findings(bench: AdminBench) -> None:
    browser = await bench.signed_in()
    assert (await browser.ask("GET", "traces/call-2")).json["code"] == "no-trace"
    assert (await browser.ask("GET", "traces/call-2/bundle")).status == 404
    bundle = await browser.ask("GET", "traces/call-1/bundle")
    assert (bundle.body, bundle.headers["Content-Type"]) == (b"PK", "application/zip")
    assert bundle.headers["Content-Disposition"] == 'attachment; filename="cordboard-call-1.zip"'
    assert (await browser.ask("POST", "traces/call-1/bad", {"why": " cracks "})).status == 200
    assert (await browser.ask("POST", "traces/call-2/bad", {})).status == 404
    assert (await browser.ask("POST", "findings", {})).status == 202
    assert (await browser.ask("GET", "findings")).json["running"] is True
    assert (await browser.ask("GET", "findings/sip.server")).json == {"text": "It asks SIP Server."}
    assert (await browser.ask("GET", "findings/other")).status == 404
    assert bench.site.done == [("bad", "call-1", "cracks"), ("bad", "call-2", "marked on the admin page"), ("examine",)]


async def test_records_are_filtered_and_may_be_away(bench: AdminBench) -> None:
    browser = await bench.signed_in()
    await browser.ask("GET", "records?bad=1&limit=7")
    assert bench.site.done == [("records", True, 7)]
    bench.site.records_trouble = "The database does not answer."
    answer = await browser.ask("GET", "records")
    assert answer.json == {"records": [], "unavailable": "The database does not answer."}


async def test_what_has_not_changed_is_not_sent_again(bench: AdminBench) -> None:
    browser = await bench.signed_in()
    first = await browser.ask("GET", "agents")
    again = await browser.ask("GET", "agents", If_None_Match=first.headers["Etag"])
    assert (again.status, again.body) == (304, b"")
    bench.site.rows.append(AgentRow("5003"))
    assert (await browser.ask("GET", "agents", If_None_Match=first.headers["Etag"])).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "records?limit=0", None, 400),
        ("GET", "records?limit=-1", None, 400),
        ("GET", "records?limit=999999999999", None, 400),
        ("GET", "records?limit=\u0663", None, 400),
        ("GET", "traces/a%20b", None, 400),
        ("GET", "traces/" + "x" * 300, None, 400),
        ("GET", "nothing", None, 404),
        ("PUT", "drain", {}, 405),
        ("POST", "drain", [], 400),
        ("POST", "traces/call-1/bad", {"why": 7}, 400),
        ("POST", "traces/call-1/bad", {"why": "x" * 201}, 400),
        ("POST", "traces/call-1/bad", {"why": "x" * 20_000}, 413),
    ],
)
async def test_bad_input(bench: AdminBench, method: str, path: str, body: object, status: int) -> None:
    browser = await bench.signed_in()
    answer = await browser.ask(method, path, body)
    assert answer.status == status
    assert answer.json["error"]
    assert bench.site.done == []


@pytest.mark.parametrize(
    "body", [None, [], {"user": "a"}, {"user": 1, "password": "b"}, {"user": "a:b", "password": "b"}]
)
async def test_bad_sign_in(bench: AdminBench, body: object) -> None:
    assert (await bench.browser().ask("POST", "sign-in", body)).status in (400, 415)


# --- the log


async def test_log_tells_who_did_what_and_nothing_private(
    bench: AdminBench, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    browser = await bench.signed_in()
    await bench.browser().sign_in("administrator", "a wrong secret")
    await browser.ask("POST", "drain", {"on": True, "confirm": "drain"})
    await browser.ask("GET", "traces/call-1/bundle")
    said = caplog.text + "".join(capsys.readouterr())
    for did in ("administrator signed in", "sign-in refused", "administrator began to drain", "took a trace's bundle"):
        assert did in said
    for private in ("a wrong secret", browser.csrf, browser.cookie.partition("=")[2], "agent5001"):
        assert private not in said


# --- /readyz


async def test_ready_or_why_not(bench: AdminBench) -> None:
    answer = await bench.browser().ask("GET", "/readyz")
    assert (answer.status, answer.json["status"]) == (200, "ready")
    bench.site.checks = (Check("SIP Server"), Check("GWS", "GWS cannot be reached"))
    answer = await bench.browser().ask("GET", "/readyz")
    assert (answer.status, answer.json) == (
        503,
        {"status": "not ready", "reasons": ["GWS cannot be reached"], "checks": {"SIP Server": True, "GWS": False}},
    )
    assert (await bench.browser().ask("GET", "/healthz")).status == 200


# --- many agents


async def test_a_thousand_agents_are_told_at_once(bench: AdminBench) -> None:
    bench.site.rows = [
        AgentRow(str(dn), True, 1, dn % 7 != 0, "" if dn % 7 else "its softphone does not answer", "ready", dn % 3 == 0)
        for dn in range(5000, 6000)
    ]
    browser = await bench.signed_in()
    began = time.monotonic()
    for _ in range(5):
        answer = await browser.ask("GET", "agents")
    each = (time.monotonic() - began) / 5
    assert len(json.loads(answer.body)["agents"]) == 1000
    assert each < 0.2, f"{each:.3f} s"
