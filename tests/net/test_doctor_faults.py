"""What stands around Cordboard answers wrongly, one fault at a time: the doctor finds it and says what to do."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from cordboard.config import Address, Agent, Settings, lab_settings
from cordboard.doctor import State
from cordboard.doctor.asking import sip as sip_asking
from cordboard.doctor.asking import turn as turn_asking
from cordboard.doctor.checks import peers, secure
from cordboard.lab.lab import TelephoneLab, TelephoneLabSettings, agents_dns
from cordboard.lab.sip_server.settings import SipServerSettings
from kit.certificates import Authority, encrypted
from kit.desk import free_port
from kit.doctor import Canned, WrongSipServer, answering, changed, examined, is_told, one, sip_server
from kit.site import free_sip_port
from kit.turn_server import SECRET, TurnFaults, turn_server

LAB = lab_settings()
WARNING, FAILED, OK = State.WARNING, State.FAILED, State.OK
ME = "/api/v2/me"
VERSION = "/api/v2/diagnostics/version"
POLLS = "/api/v2/notifications"
A_PAGE = "<!doctype html><title>Workspace</title>"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_asking, "PATIENCE", 0.8)
    monkeypatch.setattr(turn_asking, "REPEAT_SECONDS", (0.1, 0.1))
    monkeypatch.setattr(peers, "NG_SECONDS", 0.3)


# --- GWS ------------------------------------------------------------------------------------------------------------


def json(body: str, status: int = 200, **headers: str) -> Canned:
    return Canned(status, body, "application/json", headers)


def trusting(request: web.Request) -> Any:
    origin = request.headers.get("Origin", "")
    allowed = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
    return Canned(headers=allowed)(request)


def clock_off_by(seconds: float) -> Any:
    def answer(request: web.Request) -> Any:
        return json("{}", Date=formatdate(time.time() + seconds, usegmt=True))(request)

    return answer


def user(**device: str) -> str:
    known = {"id": "d1", "phoneNumber": "5019", **device}
    pairs = ",".join(f'"{name}":"{value}"' for name, value in known.items())
    return f'{{"statusCode":0,"user":{{"devices":[{{{pairs}}}]}}}}'


GWS: list[tuple[str, dict[str, Any], State, str]] = [
    ("gws.index", {"/{p:.*}": Canned(502, headers={"Server": "nginx/1.22"})}, FAILED, "nginx/1.22 stands before GWS"),
    ("gws.index", {"/{p:.*}": Canned(302, headers={"Location": "https://idp.example/"})}, WARNING, "to idp.example"),
    ("gws.index", {"/{p:.*}": Canned(404, "gone")}, FAILED, "answers 404"),
    ("gws.version", {VERSION: Canned(200, A_PAGE)}, FAILED, "an HTML page instead of JSON"),
    ("gws.version", {VERSION: json("{}")}, FAILED, "status 200 with JSON"),
    ("gws.version", {VERSION: Canned(504)}, FAILED, "does not reach it"),
    ("gws.account", {ME: json('{"statusCode":20,"statusMessage":"Access denied"}', 403)}, FAILED, "Access denied"),
    ("gws.account", {ME: Canned(200, A_PAGE)}, FAILED, "an HTML page"),
    ("gws.account", {ME: json('{"statusCode":0,"user":{"features":[{"id":"x"}]}}')}, WARNING, "no feature api-voice"),
    ("gws.device", {ME: json('{"statusCode":0,"user":{"devices":[]}}')}, FAILED, "no device"),
    ("gws.device", {ME: json(user(phoneNumber="7777"))}, FAILED, "7777"),
    ("gws.dn_options", {ME: json(user())}, FAILED, "does not tell the options"),
    ("gws.cookies", {ME: json(user(), **{"Set-Cookie": "JSESSIONID=x; Path=/api"})}, FAILED, "only below /api"),
    ("gws.cometd", {ME: json(user()), POLLS: Canned(200, A_PAGE)}, FAILED, "an HTML page"),
    (
        "gws.cometd",
        {ME: json(user()), POLLS: json('[{"channel":"/meta/handshake","successful":false,"error":"403::no"}]')},
        FAILED,
        "403::no",
    ),
    ("gws.cors", {VERSION: trusting}, WARNING, "pages of any origin"),
    ("machine.clock", {VERSION: clock_off_by(90)}, FAILED, "s ahead of ours"),
    ("machine.clock", {VERSION: clock_off_by(-20)}, WARNING, "behind"),
]


@pytest.mark.parametrize(("id", "answers", "state", "said"), GWS)
async def test_gws(id: str, answers: dict[str, Any], state: State, said: str) -> None:
    async with answering(answers) as gws:
        assert is_told(await one(changed(LAB, gws__url=f"http://{gws}"), id), state, said)


@pytest.mark.parametrize("location", ["/ui/login", "GWS/ui/ad/", "https://login.example/saml"])
async def test_pages_that_lead_on_to_where_agents_sign_in_are_well(location: str) -> None:
    async def lead_on(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location.replace("GWS", f"http://{request.host}")})

    async with answering(lead_on) as gws:
        site = changed(LAB, gws__url=f"http://{gws}", gws__login_url="https://login.example/start")
        assert (await one(site, "gws.index")).state is OK


async def test_a_frame_of_its_own_origin_is_allowed_by_the_older_header_too() -> None:
    headers = {"X-Frame-Options": "SAMEORIGIN", "Content-Security-Policy": "frame-ancestors 'self'"}
    async with answering(Canned(200, A_PAGE, headers=headers)) as at:
        own = changed(LAB, desk__url=f"http://{at}", gws__browser_url=f"http://{at}", desk__listen=at)
        assert (await one(own, "web.embedding")).state is OK


async def test_gws_that_takes_two_clients_for_one_browser() -> None:
    async def cometd(request: web.Request) -> web.Response:
        (message,) = await request.json()
        reply = {"channel": message["channel"], "successful": True, "clientId": "c", "supportedConnectionTypes": []}
        return web.json_response([reply | {"advice": {"multiple-clients": True, "interval": 2000}}])

    async with answering({ME: json(user()), POLLS: cometd}) as gws:
        found = await one(changed(LAB, gws__url=f"http://{gws}"), "gws.clients")
    assert is_told(found, WARNING, "multiple-clients")
    assert found.data["advice"] == {"multiple-clients": True, "interval": 2000}


async def test_cookies_in_the_clear() -> None:
    async with answering({ME: json(user(), **{"Set-Cookie": "JSESSIONID=x; Path=/"})}) as gws:
        settings = changed(LAB, gws__url=f"http://{gws}", gws__browser_url="https://127.0.0.1")
        assert is_told(await one(settings, "gws.cookies"), WARNING, "not marked Secure")


async def test_without_a_user_nothing_is_asked_of_gws() -> None:
    settings = changed(LAB, doctor__gws_user="", gws__url="http://127.0.0.1:9")
    found = await examined(settings, "gws.account", "gws.device", "gws.dn_options", "gws.cookies", "gws.clients")
    assert {each.state for each in found.values()} == {State.SKIPPED}


async def test_cometd_without_a_user() -> None:
    refusal = json('{"statusCode":20,"statusMessage":"Access denied"}', 403)
    async with answering({POLLS: refusal}) as gws:
        settings = changed(LAB, doctor__gws_user="", gws__url=f"http://{gws}")
        assert (await one(settings, "gws.cometd")).state is OK
    async with answering({POLLS: Canned(502)}) as gws:
        settings = changed(LAB, doctor__gws_user="", gws__url=f"http://{gws}")
        assert is_told(await one(settings, "gws.cometd"), FAILED, "status 502")


# --- SIP Server -----------------------------------------------------------------------------------------------------

G729 = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n"
SIP: list[tuple[str, WrongSipServer, State, str]] = [
    ("sip.server", WrongSipServer({"OPTIONS": (503, "")}), FAILED, "refuses to work"),
    ("sip.server", WrongSipServer({"OPTIONS": (405, "")}), OK, "answers OPTIONS with 405"),
    ("sip.advertise", WrongSipServer(received="198.51.100.9"), FAILED, "SIP Server sees 198.51.100.9"),
    ("sip.register", WrongSipServer({"REGISTER": (403, "")}), FAILED, "refuses the DN"),
    (
        "sip.register",
        WrongSipServer({"REGISTER": (401, 'WWW-Authenticate: Digest realm="genesys", nonce="n"\r\n')}),
        FAILED,
        "refuses the password, or there is none here",
    ),
    ("sip.register", WrongSipServer({"REGISTER": (500, "")}), FAILED, "gets 500"),
    (
        "sip.register",
        WrongSipServer({"REGISTER": (200, "Contact: <sip:5019@198.51.100.9:5060>;expires=60\r\n")}),
        WARNING,
        "198.51.100.9",
    ),
    ("sip.codecs", WrongSipServer(body=G729), FAILED, "G729"),
]


@pytest.mark.parametrize(("id", "server", "state", "said"), SIP)
async def test_sip_server(id: str, server: WrongSipServer, state: State, said: str) -> None:
    async with sip_server(server) as address:
        found = await one(changed(LAB, sip_server__address=address), id)
    assert (found.state, said in found.what) == (state, True), found
    assert state is OK or (found.why and found.mend)


async def test_the_backup_has_taken_over() -> None:
    """Calls go on: what is looked at then is the server that works."""
    standby, active = WrongSipServer({"OPTIONS": (503, "")}), WrongSipServer(received="198.51.100.9")
    async with sip_server(standby) as first, sip_server(active) as second:
        settings = changed(LAB, sip_server__address=first, sip_server__backup=second)
        found = await examined(settings, "sip.server", "sip.backup", "sip.advertise")
    assert is_told(found["sip.server"], State.WARNING, "refuses to work; the backup")
    assert found["sip.backup"].state is OK
    assert is_told(found["sip.advertise"], FAILED, "SIP Server sees 198.51.100.9")


async def test_a_name_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = {"sip_server__dns_servers": (Address("127.0.0.1", 9),)}
    settings = changed(LAB, sip_server__address=Address("sip-server.invalid", 5060), **nowhere)
    monkeypatch.setattr("cordboard.net.name_servers.LIFETIME", 0.2)
    assert is_told(await one(settings, "sip.server"), FAILED, "sip-server.invalid cannot be found")


# --- desk and WebSocket behind a proxy --------------------------------------------------------------------------------


async def open_to_all(request: web.Request) -> web.WebSocketResponse:
    opened = web.WebSocketResponse(protocols=("sip",))
    await opened.prepare(request)
    await opened.close()
    return opened


async def without_protocol(request: web.Request) -> web.WebSocketResponse:
    opened = web.WebSocketResponse()
    await opened.prepare(request)
    await opened.close()
    return opened


PROXY: list[tuple[str, Any, State, str]] = [
    ("web.origin", open_to_all, FAILED, "lets pages of"),
    ("web.websocket", without_protocol, FAILED, "without the subprotocol sip"),
    ("web.public_websocket", Canned(502), FAILED, "does not reach the gateway"),
    ("web.public_websocket", Canned(200), FAILED, "does not pass the upgrade on"),
    ("web.public_desk", Canned(502), FAILED, "does not reach the desk"),
    ("web.public_desk", Canned(200, A_PAGE), FAILED, "not the desk's"),
    ("web.embedding", Canned(200, A_PAGE, headers={"X-Frame-Options": "DENY"}), FAILED, "X-Frame-Options: DENY"),
    (
        "web.embedding",
        Canned(200, A_PAGE, headers={"Content-Security-Policy": "frame-ancestors 'self'"}),
        FAILED,
        "does not name",
    ),
    ("web.embedding", Canned(200, A_PAGE, headers={"Permissions-Policy": "microphone=()"}), FAILED, "may not use one"),
    ("web.desk", Canned(503, A_PAGE), FAILED, "another program has the desk's port"),
    ("web.connector", Canned(404), FAILED, "neither Workspace's origin nor the desk"),
]


@pytest.mark.parametrize(("id", "answer", "state", "said"), PROXY)
async def test_proxy(id: str, answer: Any, state: State, said: str) -> None:
    async with answering(answer) as at:
        url = f"http://{at}"
        values = {
            "desk__url": url,
            "desk__listen": at,
            "gateway__websocket": at,
            "gws__browser_url": "http://127.0.0.1:9",
        }
        settings = changed(LAB, gateway__websocket_url=f"ws://{at}/ws", **values)
        assert is_told(await one(settings, id), state, said)


async def test_a_desk_that_was_never_built_or_is_not_ready() -> None:
    answers = {"/healthz": json("{}"), "/": Canned(503, A_PAGE)}
    async with answering(answers) as at:
        assert is_told(await one(changed(LAB, desk__listen=at), "web.desk"), FAILED, "never built")
    unready = {"/healthz": json("{}"), "/": Canned(200, A_PAGE), "/readyz": json('{"reasons":["no SIP Server"]}', 503)}
    async with answering(unready) as at:
        assert is_told(await one(changed(LAB, desk__listen=at), "web.desk"), WARNING, "not ready for calls: no SIP")


# --- certificates -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def https(authority: Authority, *names: str, trusted: bool = True, **more: Any) -> AsyncIterator[Settings]:
    async with answering(Canned(), authority.identity(*names, **more)) as at:
        base = changed(LAB, desk__url=f"https://localhost:{at.port}", doctor__certificate_days=1)
        yield changed(base, doctor__ca_file=authority.file) if trusted else base


@pytest.mark.parametrize(
    ("names", "more", "state", "said"),
    [
        (("localhost",), {"days": 40}, OK, "1 address, 39 days left at least"),
        (("localhost",), {"days": -1}, FAILED, "ended on"),
        (("other.example",), {"days": 40}, FAILED, "is for other.example and not for localhost"),
        (("localhost",), {"days": 40, "trusted": False}, FAILED, "is not trusted"),
        (("localhost",), {"days": 1}, WARNING, "ends in 0 days"),
    ],
)
async def test_certificates_that_are_shown(
    tmp_path: Path, names: tuple[str, ...], more: dict[str, Any], state: State, said: str
) -> None:
    async with https(Authority(tmp_path), *names, **more) as settings:
        found = await one(settings, "web.certificates")
    assert (found.state, said in found.what) == (state, True), found


async def test_a_password_goes_to_no_gws_whose_certificate_is_not_trusted(tmp_path: Path) -> None:
    asked = []

    async def note(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    async with answering(note, Authority(tmp_path).identity("localhost")) as at:
        settings = changed(LAB, gws__url=f"https://localhost:{at.port}")
        assert is_told(await one(settings, "gws.account"), FAILED, "its certificate is not trusted")
    assert asked == []


async def test_tls_where_there_is_none() -> None:
    async with answering(Canned()) as at:
        found = await one(changed(LAB, desk__url=f"https://127.0.0.1:{at.port}"), "web.certificates")
    assert is_told(found, FAILED, "no TLS with")


async def test_certificate_files(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    good, old = authority.identity("phone.example", days=90), authority.identity("old.example", file="old", days=-1)
    shut = encrypted(good)
    secret = tmp_path / "empty.pem"
    secret.write_text("nothing")
    cases = [
        (good.certificate, good.key, OK, "90"),
        (good.certificate, old.key, FAILED, "is not the key of"),
        (old.certificate, old.key, FAILED, "ended on"),
        (shut.certificate, shut.key, FAILED, "is encrypted"),
        (str(secret), good.key, FAILED, "holds no certificate"),
        (str(tmp_path / "missing.pem"), good.key, FAILED, "no such file"),
        (good.certificate, str(secret), FAILED, "holds no private key"),
    ]
    for certificate, key, state, said in cases:
        values = {"gateway__websocket_certificate": certificate, "gateway__websocket_key": key}
        settings = changed(LAB, gateway__websocket_url="wss://phone.example/ws", **values)
        found = await one(settings, "web.certificate_files")
        assert found.state is state, found
        assert said in found.what or state is OK, found
    wrong_name = changed(settings, gateway__websocket_certificate=old.certificate, gateway__websocket_key=old.key)
    assert "old.example" not in (await one(wrong_name, "web.certificate_files")).what.partition("(")[0]


async def test_a_key_that_only_nginx_may_read_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor runs as Cordboard's user; the site's key belongs to root."""
    good, other = (
        Authority(tmp_path).identity("phone.example", days=30),
        Authority(tmp_path, "other").identity("other.example"),
    )
    site = {"site__certificate": good.certificate, "site__certificate_key": other.key}
    settings = changed(LAB, site__public_name="phone.example", doctor__certificate_days=1, **site)
    assert is_told(await one(settings, "web.certificate_files"), FAILED, "is not the key of")
    monkeypatch.setattr(secure.os, "access", lambda path, _mode: path != other.key)
    assert (await one(settings, "web.certificate_files")).state is OK


async def test_sip_server_certificate(tmp_path: Path) -> None:
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    async with answering(Canned(), authority.identity("127.0.0.1", days=30)) as at:
        values = {"sip_server__transport": "tls", "sip_server__address": at}
        right = changed(LAB, sip_server__tls_ca_file=authority.file, doctor__certificate_days=7, **values)
        wrong = changed(LAB, sip_server__tls_ca_file=stranger.file, **values)
        assert (await one(right, "sip.certificate")).state is OK
        assert is_told(await one(wrong, "sip.certificate"), FAILED, "is not trusted")


# --- TURN -------------------------------------------------------------------------------------------------------------


def with_turn(url: str, secret: str = SECRET) -> Settings:
    return changed(LAB, turn__urls=(url,), turn__secret=secret, media__advertise="127.0.0.2")


async def test_turn_that_is_well() -> None:
    async with turn_server(TurnFaults(stale=True)) as (url, server):
        found = await examined(with_turn(url), "turn")
    assert {id: each.state for id, each in found.items()} == dict.fromkeys(found, OK), found
    assert found["turn.allocation"].data["relayed"] == {url: "198.51.100.7"}
    assert server.asked.count(turn_asking.REFRESH) >= 2  # allocations are given back


@pytest.mark.parametrize(
    ("id", "faults", "said"),
    [
        ("turn.stun", TurnFaults(silent=True), "does not answer"),
        ("turn.allocation", TurnFaults(secret="another secret"), "401 Unauthorized"),
        ("turn.allocation", TurnFaults(open_to_all=True), "to anybody, without credentials"),
        ("turn.wrong_credential", TurnFaults(takes_all_credentials=True), "made with another secret"),
        ("turn.refused_peers", TurnFaults(permits=("127.0.0.1", "::ffff:127.0.0.1")), "127.0.0.1, ::ffff:127.0.0.1"),
        ("turn.refused_peers", TurnFaults(media="203.0.113.9"), "refuses to send to the media at 127.0.0.2"),
    ],
)
async def test_turn(id: str, faults: TurnFaults, said: str) -> None:
    async with turn_server(faults) as (url, _):
        assert is_told(await one(with_turn(url), id), FAILED, said)


async def test_turn_by_tcp_that_nobody_listens_at() -> None:
    url = f"turn:127.0.0.1:{free_port()}?transport=tcp"
    assert is_told(await one(with_turn(url), "turn.stun"), FAILED, "connection refused")
    broken = changed(with_turn("nonsense:"), turn__secret="", turn__secret_file="/nowhere/turn.secret")
    assert is_told(await one(broken, "turn.stun"), FAILED, "is no URL")
    assert is_told(await one(broken, "turn.allocation"), FAILED, "cannot be read")


def test_contexts_that_trust_need_their_file() -> None:
    from cordboard.doctor.asking.http import trusting as context
    from cordboard.doctor.asking.trouble import Trouble

    with pytest.raises(Trouble, match=r"missing\.pem"):
        context("/nowhere/missing.pem")
    assert context("").verify_mode is ssl.CERT_REQUIRED


async def test_no_more_requests_than_are_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordboard.doctor.asking.http.MOST_REQUESTS", 1)
    async with answering(json('{"version":"8.5"}')) as gws:
        found = await examined(changed(LAB, gws__url=f"http://{gws}"), "gws.index", "gws.version")
    assert sorted(each.state for each in found.values()) == [FAILED, FAILED]
    assert sum("has made 1 requests already" in each.what for each in found.values()) == 1


async def test_redirections_are_not_followed() -> None:
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    async with answering(elsewhere) as other, answering(Canned(302, headers={"Location": f"http://{other}/"})) as gws:
        await examined(changed(LAB, gws__url=f"http://{gws}"), "gws")
    assert asked == []


async def test_a_challenge_is_answered() -> None:
    address = ("127.0.0.1", free_sip_port())
    dns = agents_dns([("5019", "the DN's password")])
    telephone = await TelephoneLab.start(TelephoneLabSettings(SipServerSettings(address=address, dns=dns)))
    try:
        for password, state in (("the DN's password", OK), ("another", FAILED)):
            agents = (Agent("5019", sip_server_password=password),)
            found = await one(changed(LAB, sip_server__address=Address(*address), agents=agents), "sip.register")
            assert found.state is state, found
        assert "refuses the password" in found.what
        assert password not in str(found)
    finally:
        await telephone.close()
