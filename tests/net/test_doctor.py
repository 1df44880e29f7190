"""The doctor at a lab that is well, and at one whose settings lead elsewhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cordboard.config import Address, Agent
from cordboard.doctor import State
from cordboard.doctor.asking import sip as sip_asking
from cordboard.doctor.asking.sip import SipAsker
from cordboard.doctor.catalogue import CHECKS
from kit.command import cordboard, ended
from kit.doctor import QUICK, changed, examined, ill, is_told, one
from kit.lab import RunningLab, running_lab

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLOSED = Address("127.0.0.1", 9)  # nobody has the port of discard
SILENT_IN_THE_LAB = {
    "machine.state_directory": "nothing is kept",
    "web.certificate_files": "no certificate",
    "web.certificates": "no https",
    "sip.certificate": "not by TLS",
    "sip.backup": "no backup",
    "gws.oauth": "client_id is empty",
    "machine.secrets": "the lab runs as whoever starts it",
    "media.firewall": "another firewall must let",
    "web.metrics": "no metrics",
    "turn.stun": "no TURN server",
    "turn.allocation": "no TURN server",
    "turn.wrong_credential": "no TURN server",
    "turn.refused_peers": "no TURN server",
    "peers.rtpengine": "relay",
    "peers.asterisk": "Cordboard's own",
    "peers.rendered": "the lab",
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def lab() -> AsyncIterator[RunningLab]:
    async with running_lab() as running:
        yield running


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_asking, "PATIENCE", 0.8)


async def test_all_is_well_and_nothing_is_left(lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_asking, "PATIENCE", 4.0)
    found = await examined(lab.settings, instruments=replace(QUICK, firewall_command="no-such-command"))
    assert list(found) == [each.id for each in CHECKS]
    skipped = {id: each.what for id, each in found.items() if each.state is State.SKIPPED}
    assert ill(found) == {}
    assert skipped.keys() == SILENT_IN_THE_LAB.keys()
    assert [id for id, words in SILENT_IN_THE_LAB.items() if words not in skipped[id]] == []
    assert found["call.sound"].data["calling"]["tone"] > 0.9
    assert found["call.quality"].data["called"]["mos"] > 3.5
    assert found["sip.register"].data["taken_back"] == 200
    await lab.is_idle()
    again = await one(lab.settings, "sip.register")
    assert (again.state, again.what) == (State.OK, "5019 is registered at the moment, by the gateway")


async def test_without_a_call(lab: RunningLab) -> None:
    found = await examined(lab.settings, "call", "sip.server", call=False)
    assert list(found) == ["sip.server"]


async def test_unknown_names_are_refused(lab: RunningLab) -> None:
    with pytest.raises(KeyError):
        await examined(lab.settings, "sip.nothing")


def gws_of(lab: RunningLab) -> Address:
    return lab.settings.lab.gws


# Each: check, settings of the lab that are otherwise, the state, and words of what is found.
ELSEWHERE: list[tuple[str, dict[str, Any], State, str]] = [
    ("web.desk", {"desk__listen": CLOSED}, State.FAILED, "connection refused"),
    ("web.desk", {"desk__listen": gws_of}, State.FAILED, "another program has the desk's port"),
    ("web.gateway", {"gateway__websocket": CLOSED}, State.FAILED, "connection refused"),
    ("web.gateway", {"gateway__websocket": gws_of}, State.FAILED, "instead of 426"),
    ("web.websocket", {"desk__url": "https://phone.example"}, State.FAILED, "403 for the desk's own origin"),
    ("web.public_desk", {"desk__url": lambda lab: lab.gws}, State.FAILED, "answers 302"),
    ("web.public_websocket", {"gateway__websocket_url": lambda lab: f"ws://{gws_of(lab)}/ws"}, State.FAILED, "upgrade"),
    ("web.metrics", {"metrics__listen": gws_of}, State.FAILED, "without Cordboard's metrics"),
    ("web.connector", {"connector__path": "/elsewhere"}, State.FAILED, "neither Workspace's origin nor the desk"),
    ("web.connector", {"gws__browser_url": "http://127.0.0.1:9"}, State.FAILED, "refuses pages of"),
    ("web.frames", {"gws__browser_url": "http://gws.example"}, State.FAILED, "there is no microphone"),
    ("web.frames", {"desk__url": "http://phone.example"}, State.FAILED, "give it no microphone"),
    ("web.frames", {"desk__frame_ancestors": ()}, State.FAILED, "may not embed"),
    ("sip.server", {"sip_server__address": CLOSED}, State.FAILED, "does not answer OPTIONS"),
    ("sip.backup", {"sip_server__backup": CLOSED}, State.WARNING, "does not answer OPTIONS"),
    ("sip.server", {"gateway__sip": Address("203.0.113.1", 5060)}, State.FAILED, "cannot listen on 203.0.113.1"),
    ("sip.register", {"doctor__probe_dn": "5999"}, State.FAILED, "not among [[agents]]"),
    ("sip.register", {"doctor__probe_dn": "5999", "agents": (Agent("5999"),)}, State.FAILED, "does not know the DN"),
    ("sip.codecs", {"media__codecs": ("opus",)}, State.WARNING, "no G.711"),
    ("gws.index", {"gws__url": "http://127.0.0.1:9"}, State.FAILED, "connection refused"),
    ("gws.index", {"desk__workspace_path": "/api/v2/diagnostics/version"}, State.FAILED, "200 with JSON"),
    ("gws.account", {"doctor__gws_password": "wrong"}, State.FAILED, "code 20"),
    ("gws.device", {"agents": (Agent("5001"),)}, State.FAILED, "not among [[agents]]"),
    ("gws.cookies", {"gws__session_cookies": ("JSESSIONID", "ROUTE")}, State.FAILED, "no cookie ROUTE"),
    ("gws.cookies", {"desk__url": "https://phone.example"}, State.WARNING, "send the one's cookies not to the other"),
    ("gws.addresses", {"gws__browser_url": "https://gws.example"}, State.FAILED, "may not load"),
    ("gws.addresses", {"gws__browser_url": "http://gws.example"}, State.WARNING, "browsers know it as"),
    ("gws.oauth", {"oauth__client_id": "x", "oauth__url": lambda lab: lab.gws}, State.FAILED, "404"),
    ("gws.workspace_options", {"connector__path": "/elsewhere"}, State.WARNING, "is /connector, the connector is at"),
    ("media.sip_port", {"gateway__sip": Address("127.0.0.1", 9)}, State.FAILED, "nobody listens at UDP"),
    ("media.address", {"media__address": "203.0.113.1"}, State.FAILED, "cannot be bound"),
    ("media.address", {"desk__url": "https://phone.example"}, State.FAILED, "this machine's own"),
    ("call.registered", {"gateway__token_secret": "0" * 32}, State.FAILED, "cannot register"),
    ("call.registered", {"doctor__answering_dn": "5019"}, State.FAILED, "the same DN"),
    ("call.registered", {"doctor__answering_dn": "5999"}, State.FAILED, "not among [[agents]]"),
]


@pytest.mark.parametrize(("id", "values", "state", "said"), ELSEWHERE)
async def test_settings_that_lead_elsewhere_are_found(
    lab: RunningLab, id: str, values: dict[str, Any], state: State, said: str
) -> None:
    filled = {name: value(lab) if callable(value) else value for name, value in values.items()}
    assert is_told(await one(changed(lab.settings, **filled), id), state, said)


async def test_what_nginx_rewrites_is_no_finding(lab: RunningLab) -> None:
    settings = changed(lab.settings, gws__browser_url="https://phone.example", site__public_name="phone.example")
    found = await one(settings, "gws.addresses")
    assert (found.state, "of which nginx makes https://phone.example" in found.what) == (State.OK, True), found


async def test_what_needs_a_failed_check_names_it(lab: RunningLab) -> None:
    found = await examined(changed(lab.settings, sip_server__address=CLOSED), "sip", "call")
    assert found["sip.server"].state is State.FAILED
    for id in ("sip.advertise", "sip.register", "call.registered", "call.time_to_sound"):
        assert (found[id].state, found[id].what) == (State.SKIPPED, "not looked at, because sip.server has failed")


async def test_a_dn_that_somebody_has_is_left_alone(lab: RunningLab) -> None:
    other = await SipAsker.open(lab.settings)
    registration = other.registration(other.servers[0], "5018", 60)
    assert (await registration.register()).status == 200

    settings = changed(lab.settings, doctor__probe_dn="5018")
    assert is_told(await one(settings, "sip.register"), State.WARNING, "is registered at the moment")
    assert lab.in_service("5018")
    assert (await registration.take_back()).status == 200
    await other.close()


async def test_no_token_and_no_password_is_no_failure(lab: RunningLab) -> None:
    found = await one(changed(lab.settings, gateway__page_digest=False), "call.registered")
    assert (found.state, "cannot be read" in found.what) == (State.SKIPPED, True)


TROUBLE: list[tuple[str, dict[str, Any], State, str]] = [
    ("gws.version", {"refuse": 502}, State.FAILED, "does not reach it"),
    ("gws.cometd", {"refuseCometd": 503}, State.FAILED, "status 503"),
]


@pytest.mark.parametrize(("id", "fault", "state", "said"), TROUBLE)
async def test_a_gws_in_trouble_is_found(
    lab: RunningLab, id: str, fault: dict[str, Any], state: State, said: str
) -> None:
    gws = lab.lab.telephone.other_faults["gws"]
    gws.check(fault)()
    try:
        assert is_told(await one(lab.settings, id), state, said)
    finally:
        gws.end()


async def test_dn_options_that_are_wrong_are_named(lab: RunningLab) -> None:
    lab.annex("5019", sip_cti_control="hold", refer_enabled="true")
    try:
        found = await one(lab.settings, "gws.dn_options")
        assert is_told(found, State.FAILED, "sip-cti-control=hold instead of talk,hold")
        assert "refer-enabled=true instead of false" in found.what
        assert found.data["wrong"] == {"sip-cti-control": "hold", "refer-enabled": "true"}

        lab.annex("5019", sip_cti_control="talk,hold")
        accepting = changed(lab.settings, gateway__refer="accept")
        assert (await one(accepting, "gws.dn_options")).state is State.OK
    finally:
        lab.annex("5019", sip_cti_control="talk,hold", refer_enabled="false")


async def test_the_command(lab: RunningLab, tmp_path: Path) -> None:
    settings = lab.settings
    file = tmp_path / "lab.toml"
    places = {
        "gateway": {"sip": settings.gateway.sip, "websocket": settings.gateway.websocket},
        "desk": {"listen": settings.desk.listen},
        "lab": {"sip_server": settings.lab.sip_server, "gws": settings.lab.gws},
    }
    sections = (
        f"[{name}]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items()) for name, keys in places.items()
    )
    file.write_text("".join(sections))
    only = ("--only", "sip.server,gws.version", "--only", "turn.stun")
    async with cordboard("doctor", "--lab", "--config", str(file), "--json", *only) as process:
        said, complaints = await ended(process)
    assert (process.returncode, complaints) == (0, "")
    found = json.loads(said)["findings"]
    assert {each["id"]: each["state"] for each in found} == {
        "sip.server": "ok",
        "gws.version": "ok",
        "turn.stun": "skipped",
    }
