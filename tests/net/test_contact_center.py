"""The contact centre on real sockets: what callers hear at a routing point, their digits, and scenarios by HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from click.testing import CliRunner, Result

from cordboard import observe
from cordboard.cli.main import main
from cordboard.lab import telephony as cti
from cordboard.lab.contact_center.reading import parse
from cordboard.lab.customers import CustomersSettings
from cordboard.lab.lab import TelephoneLab, TelephoneLabSettings, agents_dns
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.net.http import serve_http
from cordboard.rtp.tone import strength
from kit.agent_phone import AgentPhone
from kit.lab import until

AGENT, CUSTOMER, WELCOME, PROMPT = 1000.0, 440.0, 700.0, 1300.0
CENTER = """
[agents]
5001 = { groups = ["Sales"], skills = { german = 9 } }
5002 = { groups = ["Sales"], skills = { english = 9 } }

[sounds]
welcome = [[700, 0.6]]
language = [[1300, 0.5]]

[routing_points.8001]
virtual_queue = "VQ_Sales"
steps = [
    { announce = "welcome" },
    { collect = "Language", prompt = "language", timeout = 5, branches = { 2 = "german" }, otherwise = "out" },
    { label = "german", music = true },
    { select = { skills = "german" } },
    { label = "out", hang_up = 404 },
]

[routing_points.8002]
early_media = true
steps = [
    { collect = "Extension", prompt = "language", digits = 4 },
    { select = { dn = "$Extension" }, timeout = 20, overflow = "hang up" },
]

[routing_points.8003]
steps = [{ select = { group = "Sales" }, timeout = 30, overflow = "hang up" }]
"""
SCENARIO = """
name = "Three callers"
seed = 3
acceleration = 10

[agents]
dns = ["5001"]
answer_after = 0.5

[[customers]]
to = "8003"
at = [0, 1]
talk = 3
patience = 200

[[customers]]
to = "8999"
"""


@pytest.fixture(autouse=True)
def log_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs in this process, whose log other tests listen to."""
    monkeypatch.setattr(observe, "configure", lambda *_: None)


@pytest.fixture
async def lab() -> AsyncIterator[TelephoneLab]:
    dns = agents_dns((dn, "") for dn in ("5001", "5002"))
    settings = SipServerSettings(address=("127.0.0.1", 0), dns=dns, contact_center=parse(CENTER))
    lab = await TelephoneLab.start(TelephoneLabSettings(settings, CustomersSettings()))
    yield lab
    await lab.close()


@pytest.fixture
async def phone(lab: TelephoneLab) -> AsyncIterator[AgentPhone]:
    phone = await AgentPhone.start("5001", lab.sip_server.address, AGENT)
    yield phone
    await phone.close()


@pytest.fixture
async def http(lab: TelephoneLab) -> AsyncIterator[tuple[ClientSession, str]]:
    application = web.Application()
    application.add_routes(lab.routes)
    server = await serve_http(application, "127.0.0.1", 0)
    async with ClientSession() as session:
        yield session, f"http://127.0.0.1:{server.address[1]}"
    await server.close()


def log_in(lab: TelephoneLab, dn: str) -> None:
    lab.telephony.request(cti.AgentLogin(dn, f"agent{dn}"))
    lab.telephony.request(cti.AgentSetReady(dn))


async def test_a_caller_hears_the_treatments_and_presses_a_digit(lab: TelephoneLab, phone: AgentPhone) -> None:
    log_in(lab, "5001")
    customer = await lab.customers.place("+15550100", "8001", tone=CUSTOMER)
    await until(lambda: strength(customer.heard(0.2), WELCOME) > 0.9, "the greeting")
    await until(lambda: strength(customer.heard(0.2), PROMPT) > 0.9, "the question")
    customer.rtp.party.send_digits("2")
    await until(lambda: bool(lab.telephony.calls("5001")), "the call rings")
    (call,) = lab.telephony.calls("5001")
    assert (call.queue, call.user_data["Language"]) == ("VQ_Sales", "2")
    lab.telephony.request(cti.AnswerCall("5001", call.call_uuid))
    await phone.hears(CUSTOMER)
    await until(lambda: strength(customer.heard(0.2), AGENT) > 0.9, "the agent")
    lab.customers.hang_up(customer)
    await until(lambda: lab.sip_server.media_sessions == 0 and not lab.sip_server.switch.calls, "the call")


async def test_early_media_is_heard_before_the_agent_answers(lab: TelephoneLab, phone: AgentPhone) -> None:
    log_in(lab, "5001")
    customer = await lab.customers.place("+15550100", "8002", tone=CUSTOMER)
    await until(lambda: strength(customer.heard(0.2), PROMPT) > 0.9, "the prompt")
    assert customer.customer.state == "ringing"
    customer.rtp.party.send_digits("5001")
    await until(lambda: bool(lab.telephony.calls("5001")), "the call rings")
    assert customer.customer.state == "ringing"
    lab.telephony.request(cti.AnswerCall("5001", lab.telephony.calls("5001")[0].call_uuid))
    await phone.hears(CUSTOMER)
    await until(lambda: strength(customer.heard(0.2), AGENT) > 0.9, "the agent")
    assert customer.customer.state == "talking"


async def test_a_scenario_by_http(lab: TelephoneLab, phone: AgentPhone, http: tuple[ClientSession, str]) -> None:
    session, url = http
    async with session.post(f"{url}/lab/scenarios", data=SCENARIO) as answer:
        assert answer.status == 201
        assert answer.headers["Location"] == "/lab/scenarios/s1"
        assert (await answer.json())["summary"]["customers"] == 3
    run = lab.scenarios.runs["s1"]
    await until(run.finished.is_set, "the scenario", 5.0)
    async with session.get(f"{url}/lab/scenarios/s1") as answer:
        account: dict[str, Any] = await answer.json()
    assert account["over"]
    by_id = {entry["id"]: entry for entry in account["customers"]}
    assert sorted(entry["outcome"] for entry in by_id.values()) == ["answered", "answered", "refused"]
    refused = next(entry for entry in by_id.values() if entry["outcome"] == "refused")
    assert refused["status"] == "404 Not Found"
    assert account["summary"]["byAgent"] == {"5001": 2}
    assert account["summary"]["unaccounted"] == 0
    async with session.get(f"{url}/lab/queues") as answer:
        queues = {each["queue"]: each for each in (await answer.json())["queues"]}
    assert (queues["8003"]["entered"], queues["8003"]["answered"], queues["8003"]["waiting"]) == (2, 2, 0)
    async with session.get(f"{url}/lab/scenarios") as answer:
        assert [each["name"] for each in (await answer.json())["scenarios"]] == ["Three callers"]
    await until(lambda: not lab.sip_server.switch.calls, "the calls")
    agent = lab.telephony.dn("5001")
    assert agent is not None
    assert agent.state == "LoggedOut"


async def test_a_scenario_can_be_ended(lab: TelephoneLab, http: tuple[ClientSession, str]) -> None:
    session, url = http
    async with session.post(f"{url}/lab/scenarios", data='[[customers]]\nto = "8003"\nat = [0, 500]') as answer:
        assert answer.status == 201
    await until(lambda: len(lab.customers.calls) == 1, "the first call")
    async with session.delete(f"{url}/lab/scenarios/s1") as answer:
        assert answer.status == 204
    account = lab.scenarios.runs["s1"].account()
    assert [str(entry.outcome) for entry in account.entries] == ["cancelled", "cancelled"]
    await until(lambda: not lab.sip_server.switch.calls, "the call")


async def test_what_is_wrong_with_a_scenario_is_said(http: tuple[ClientSession, str]) -> None:
    session, url = http
    async with session.post(f"{url}/lab/scenarios?name=my.toml", data="speed = 3") as answer:
        assert answer.status == 400
        said = await answer.json()
    assert said["problems"][-1].startswith("my.toml:1: speed: there is no such key")
    async with session.post(f"{url}/lab/scenarios", data=b"\xe9") as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "scenario.toml: not UTF-8 text")
    for method in ("GET", "DELETE"):
        async with session.request(method, f"{url}/lab/scenarios/s9") as answer:
            assert answer.status == 404


async def test_a_scenario_by_command(
    lab: TelephoneLab, phone: AgentPhone, http: tuple[ClientSession, str], tmp_path: Path
) -> None:
    config, file, wrong = tmp_path / "lab.toml", tmp_path / "three.toml", tmp_path / "wrong.toml"
    config.write_text(f'[lab]\ngws = "{http[1].removeprefix("http://")}"\n')
    file.write_text(SCENARIO)
    wrong.write_text("[[customers]]\n")

    def scenario(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["lab", "scenario", "--config", str(config), *arguments])

    result = await asyncio.to_thread(scenario, str(file))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "s1: 3 customers call" in result.output
    assert "s1: 2 answered, 0 abandoned, 1 refused, 0 released, 0 cancelled; 0 overflowed" in result.output
    assert "5001 took 2" in result.output
    result = await asyncio.to_thread(scenario, str(file), "--no-wait", "--json")
    assert (result.exit_code, result.stderr) == (0, "s2: 3 customers call\n")
    lab.scenarios.runs["s2"].cancel()
    result = await asyncio.to_thread(scenario, str(wrong))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{wrong}:1: customers 1.to: this is no number")


async def test_dns_out_of_service_by_http(
    lab: TelephoneLab, phone: AgentPhone, http: tuple[ClientSession, str]
) -> None:
    session, url = http
    async with session.post(f"{url}/lab/faults", json={"outOfService": ["5001"]}) as answer:
        assert (answer.status, (await answer.json())["outOfService"]) == (200, ["5001"])
    view = lab.telephony.dn("5001")
    assert view is not None
    assert not view.in_service
    for wrong, why in (("5001", "must be a list of DNs"), (["5999"], "'5999', which is no DN")):
        async with session.post(f"{url}/lab/faults", json={"outOfService": wrong}) as answer:
            assert answer.status == 400
            assert why in (await answer.json())["error"]
    async with session.delete(f"{url}/lab/faults") as answer:
        assert answer.status == 204
    view = lab.telephony.dn("5001")
    assert view is not None
    assert view.in_service
