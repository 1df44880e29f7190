"""The lab's SIP Server misbehaves when it is told to, by Python and by HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from cordboard.lab import telephony as cti
from cordboard.lab.gws.faults import GwsFaults
from cordboard.lab.lab import TelephoneLab, TelephoneLabSettings, agents_dns
from cordboard.lab.sip_server.faults import Faults
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.net.errors import PortTaken
from cordboard.net.http import serve_http
from cordboard.net.udp import open_udp
from kit.agent_phone import AgentPhone


@pytest.fixture
async def lab() -> AsyncIterator[TelephoneLab]:
    settings = SipServerSettings(address=("127.0.0.1", 0), dns=agents_dns((dn, "") for dn in ("5001", "5002")))
    lab = await TelephoneLab.start(TelephoneLabSettings(settings))
    yield lab
    await lab.close()


@pytest.fixture
async def phone(lab: TelephoneLab) -> AsyncIterator[AgentPhone]:
    phone = await AgentPhone.start("5001", lab.sip_server.address, 1000.0)
    yield phone
    await phone.close()


@pytest.fixture
async def http(lab: TelephoneLab) -> AsyncIterator[ClientSession]:
    application = web.Application()
    lab.other_faults["gws"] = GwsFaults()
    application.add_routes(lab.routes)
    server = await serve_http(application, "127.0.0.1", 0)
    async with ClientSession(f"http://127.0.0.1:{server.address[1]}") as session:
        yield session
    await server.close()


async def test_a_register_is_refused_and_taken_again(lab: TelephoneLab, phone: AgentPhone) -> None:
    lab.sip_server.misbehaviour.change(Faults(refuse={"REGISTER": 503}, retry_after=30))
    phone.register()
    await phone.until(lambda: phone.registered == 503)
    lab.sip_server.misbehaviour.change(Faults())
    phone.register()
    await phone.until(lambda: phone.registered == 200)


async def test_silence(lab: TelephoneLab, phone: AgentPhone) -> None:
    lab.sip_server.misbehaviour.change(Faults(silent=True))
    phone.register()
    with pytest.raises(TimeoutError):
        await phone.until(lambda: phone.registered == 200, 0.7)
    lab.sip_server.misbehaviour.change(Faults())
    await phone.until(lambda: phone.registered == 200)  # by the REGISTER that is repeated


async def test_a_call_over_a_bad_network(lab: TelephoneLab, phone: AgentPhone) -> None:
    lab.sip_server.misbehaviour.change(Faults(drop=0.2, duplicate=0.3, reorder=0.3, delay=0.01, seed=5))
    customer = await lab.customers.place("+15550100", "5001", tone=440.0)
    await phone.until(lambda: phone.state == "ringing", 10)
    phone.answer()
    await phone.hears(440.0)
    phone.hang_up()
    await phone.until(lambda: customer.over and not lab.telephony.calls("5001"), 10)


async def test_crash_and_come_back(lab: TelephoneLab, phone: AgentPhone) -> None:
    server, told = lab.sip_server, []
    address = server.address
    lab.telephony.request(cti.AgentLogin("5001", "agent5001"))
    await lab.customers.place("+15550100", "5001", tone=440.0)
    await phone.until(lambda: phone.state == "ringing" and bool(lab.telephony.calls("5001")))
    phone.answer()
    await phone.hears(440.0)
    lab.telephony.subscribe(told.append)
    await server.crash()
    assert [type(event).__name__ for event in told] == ["CallEvent", "DnEvent", "DnEvent"]
    assert told[0].name == cti.CallEventName.RELEASED
    assert not any(event.dn.in_service or event.dn.agent for event in told[1:])
    phone.register()
    with pytest.raises(TimeoutError):
        await phone.until(lambda: phone.registered == 200, 0.3)
    lab.telephony.request(cti.MakeCall("5001", "+15550123", reference=7))
    assert isinstance(told[-1], cti.Error)
    assert told[-1].reference == 7

    await server.come_back()
    assert server.address == address
    assert (lab.telephony.calls("5001"), server.media_sessions) == ([], 0)
    view = lab.telephony.dn("5001")
    assert view is not None
    assert not view.in_service
    phone.register()
    await phone.until(lambda: phone.registered == 200)


async def test_it_cannot_come_back_where_somebody_else_is(lab: TelephoneLab) -> None:
    await lab.sip_server.crash()
    await lab.sip_server.crash()
    other = await open_udp(*lab.sip_server.address, lambda data, source: None)
    with pytest.raises(PortTaken):
        await lab.sip_server.come_back()
    assert lab.sip_server.crashed
    other.close()
    await asyncio.sleep(0.05)  # a socket is closed a little later
    await lab.sip_server.come_back()
    await lab.sip_server.come_back()
    assert not lab.sip_server.crashed


async def test_by_http(lab: TelephoneLab, phone: AgentPhone, http: ClientSession) -> None:
    async with http.get("/lab/faults") as answer:
        behaves = await answer.json()
    assert behaves["drop"] == 0.0
    async with http.post("/lab/faults", json={"refuse": {"REGISTER": 503}, "retryAfter": 5}) as answer:
        assert answer.status == 200
        assert (await answer.json())["refuse"] == {"REGISTER": 503}
    phone.register()
    await phone.until(lambda: phone.registered == 503)
    async with http.delete("/lab/faults") as answer:
        assert answer.status == 204
    phone.register()
    await phone.until(lambda: phone.registered == 200)
    async with http.get("/lab/faults") as answer:
        assert await answer.json() == behaves


async def test_a_crash_by_http(lab: TelephoneLab, http: ClientSession) -> None:
    async with http.post("/lab/faults", json={"crashed": True}) as answer:
        assert (await answer.json())["crashed"] is True
    assert lab.sip_server.crashed
    other = await open_udp(*lab.sip_server.address, lambda data, source: None)
    async with http.post("/lab/faults", json={"crashed": False}) as answer:
        assert answer.status == 503
        assert "SIP Server cannot come back" in (await answer.json())["error"]
    other.close()
    await asyncio.sleep(0.05)  # a socket is closed a little later
    async with http.delete("/lab/faults") as answer:
        assert answer.status == 204
    assert not lab.sip_server.crashed


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"drop=1", b'{"drop": 2}', b'{"crashed": 1}', b'{"nonsense": 1}', b"[" * 5000]
)
async def test_nonsense_by_http(lab: TelephoneLab, http: ClientSession, body: bytes) -> None:
    async with http.post("/lab/faults", data=body) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]
    assert lab.sip_server.misbehaviour.faults == Faults()
    assert not lab.sip_server.crashed


async def test_the_faults_of_gws_are_steered_at_the_same_place(http: ClientSession) -> None:
    async with http.post("/lab/faults", json={"drop": 0.1, "gws": {"slow": 1.5}}) as response:
        shown = await response.json()
    assert (shown["drop"], shown["gws"]["slow"]) == (0.1, 1.5)

    for wrong in ({"drop": 0.5, "gws": {"slow": -1}}, {"gws": {"lose": 0.5}, "drop": 7}, {"gws": {"what": 1}}):
        async with http.post("/lab/faults", json=wrong) as response:
            assert response.status == 400
            assert (await response.json())["error"]
    async with http.get("/lab/faults") as response:
        assert await response.json() == shown, "a body that is partly wrong changes nothing"

    await http.delete("/lab/faults")
    async with http.get("/lab/faults") as response:
        assert not any((await response.json())["gws"].values())
