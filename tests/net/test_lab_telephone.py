"""The telephone side of the lab with real sockets and real sound: who hears whom, told by the frequency of tones."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from cordboard.lab import telephony as cti
from cordboard.lab.customers import Customers, CustomersSettings, TooManyCalls
from cordboard.lab.lab import TelephoneLab, TelephoneLabSettings, agents_dns
from cordboard.lab.sip_server.server import SipServer
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.net.errors import AddressUnusable, PortTaken
from cordboard.net.http import serve_http
from cordboard.rtp.tone import loudness, strength
from kit.agent_phone import AgentPhone

CUSTOMER, FIRST, SECOND = 440.0, 1000.0, 1500.0


@pytest.fixture
async def lab() -> AsyncIterator[TelephoneLab]:
    dns = agents_dns((dn, "") for dn in ("5001", "5002", "5003"))
    settings = SipServerSettings(address=("127.0.0.1", 0), dns=dns)
    lab = await TelephoneLab.start(TelephoneLabSettings(settings))
    yield lab
    await lab.close()


@pytest.fixture
async def phone(lab: TelephoneLab) -> AsyncIterator[AgentPhone]:
    phone = await AgentPhone.start("5001", lab.sip_server.address, FIRST)
    yield phone
    await phone.close()


@pytest.fixture
async def colleague(lab: TelephoneLab) -> AsyncIterator[AgentPhone]:
    phone = await AgentPhone.start("5002", lab.sip_server.address, SECOND)
    yield phone
    await phone.close()


def log_in(lab: TelephoneLab, dn: str) -> None:
    lab.telephony.request(cti.AgentLogin(dn, f"agent{dn}"))
    lab.telephony.request(cti.AgentSetReady(dn))


def only_call(lab: TelephoneLab, dn: str = "5001") -> cti.CallView:
    (call,) = lab.telephony.calls(dn)
    return call


async def test_a_routed_call_with_hold_and_retrieve(lab: TelephoneLab, phone: AgentPhone) -> None:
    customer = await lab.customers.place("+15550100", "8000", tone=CUSTOMER, user_data={"CustomerSegment": "Gold"})
    await phone.until(lambda: loudness(customer.heard(0.2)) > 0.02)  # music while nobody is ready
    assert strength(customer.heard(0.2), FIRST) < 0.2
    log_in(lab, "5001")
    await phone.until(lambda: phone.state == "ringing" and bool(lab.telephony.calls("5001")))
    call = only_call(lab)
    assert (call.state, call.dnis, call.user_data) == ("Ringing", "8000", {"CustomerSegment": "Gold"})
    assert dict(phone.invite_headers)["X-Genesys-CallUUID"] == call.call_uuid
    lab.telephony.request(cti.AnswerCall("5001", call.call_uuid))
    await phone.hears(CUSTOMER)
    await phone.until(lambda: strength(customer.heard(0.2), FIRST) > 0.9)

    lab.telephony.request(cti.HoldCall("5001", call.call_uuid))
    await phone.until(lambda: only_call(lab).state == "Held")
    await phone.until(lambda: strength(customer.heard(0.2), FIRST) < 0.1 and loudness(customer.heard(0.2)) > 0.02)
    packets = phone.rtp.party.packets
    customer.rtp.party.forget()
    await phone.until(lambda: len(customer.heard(0.5)) > 7000)
    assert phone.rtp.party.packets - packets <= 2  # what was on its way

    lab.telephony.request(cti.RetrieveCall("5001", call.call_uuid))
    await phone.until(lambda: only_call(lab).state == "Established")
    phone.rtp.party.forget()
    await phone.hears(CUSTOMER)
    await phone.until(lambda: strength(customer.heard(0.2), FIRST) > 0.9)
    assert lab.sip_server.media_sessions == 0

    phone.hang_up()
    await phone.until(lambda: customer.over and not lab.telephony.calls("5001"))
    assert customer.customer.outcome == "the other side hung up"


async def test_the_echo(lab: TelephoneLab, phone: AgentPhone) -> None:
    phone.dial("600")
    await phone.hears(FIRST)
    phone.hang_up()
    await phone.until(lambda: lab.sip_server.media_sessions == 0)


async def test_a_customer_at_the_echo_hangs_up_after_its_duration(lab: TelephoneLab, phone: AgentPhone) -> None:
    customer = await lab.customers.place("+15550100", "600", tone=CUSTOMER, duration=0.8)
    await phone.until(lambda: strength(customer.heard(0.2), CUSTOMER) > 0.9)
    await phone.until(lambda: customer.over)
    assert customer.customer.outcome == "the customer hung up"


async def test_agent_to_agent_by_make_call(lab: TelephoneLab, phone: AgentPhone, colleague: AgentPhone) -> None:
    lab.telephony.request(cti.MakeCall("5001", "5002"))
    await phone.until(lambda: colleague.state == "ringing" and bool(lab.telephony.calls("5002")))
    lab.telephony.request(cti.AnswerCall("5002", only_call(lab, "5002").call_uuid))
    await phone.hears(SECOND)
    await colleague.hears(FIRST)
    colleague.hang_up()
    await phone.until(lambda: phone.state == "idle")


async def test_an_agent_calls_a_customer_and_digits_go_both_ways(lab: TelephoneLab, phone: AgentPhone) -> None:
    phone.dial("+15550123")
    await phone.until(lambda: phone.state == "talking")
    await phone.until(lambda: loudness(phone.rtp.party.heard(0.3)) > 0.01)
    (customer,) = lab.customers.calls
    phone.rtp.party.send_digits("19#")
    lab.telephony.request(cti.SendDtmf("5001", only_call(lab).call_uuid, "0"))
    customer.rtp.party.send_digits("42")
    await phone.until(lambda: phone.rtp.party.digits == "42" and sorted(customer.rtp.party.digits) == sorted("19#0"))
    lab.customers.hang_up(customer)
    await phone.until(lambda: phone.state == "idle")


async def test_a_busy_customer(lab: TelephoneLab, phone: AgentPhone) -> None:
    phone.dial("+15550486")
    await phone.until(lambda: phone.state == "idle")
    assert [call.customer.outcome for call in lab.customers.calls] == ["486 Busy Here"]


async def test_an_agent_gives_up_before_the_customer_answers(lab: TelephoneLab, phone: AgentPhone) -> None:
    phone.dial("+15550408")
    await phone.until(lambda: [call.customer.state for call in lab.customers.calls] == ["called"])
    phone.hang_up()
    await phone.until(lambda: [call.customer.state for call in lab.customers.calls] == ["ended"])


async def test_a_customer_abandons(lab: TelephoneLab, phone: AgentPhone) -> None:
    seen: list[str] = []
    lab.telephony.subscribe(lambda event: seen.append(str(getattr(event, "name", ""))))
    customer = await lab.customers.place("+15550100", "5001")
    await phone.until(lambda: phone.state == "ringing")
    lab.customers.hang_up(customer)
    await phone.until(lambda: phone.state == "idle")
    assert seen == ["EventRinging", "EventAbandoned", "EventReleased"]


async def test_the_lines_of_customers_are_closed_when_sip_is_done(lab: TelephoneLab, phone: AgentPhone) -> None:
    customer = await lab.customers.place("+15550100", "5003")  # not registered
    await phone.until(lambda: customer.over)
    assert customer.customer.outcome == "480 Temporarily Unavailable"
    assert customer.line.core.sessions == 0


async def test_there_is_a_limit_of_customers(lab: TelephoneLab) -> None:
    customers = await Customers.start(CustomersSettings(maximum_calls=1))
    try:
        customers.sip_server = lab.sip_server.address
        await customers.place("+15550100", "8000")
        with pytest.raises(TooManyCalls):
            await customers.place("+15550101", "8000")
    finally:
        await customers.close()


# uvloop leaves the transport of a failed bind to the garbage collector, which complains.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_taken_port_is_said_and_leaves_nothing_running(lab: TelephoneLab) -> None:
    taken = SipServerSettings(address=lab.sip_server.address)
    with pytest.raises((PortTaken, AddressUnusable)):
        await TelephoneLab.start(TelephoneLabSettings(taken))


async def test_garbage_does_not_disturb_the_server(lab: TelephoneLab, phone: AgentPhone) -> None:
    for data in (
        b"",
        b"\r\n\r\n",
        b"\x00" * 100,
        b"INVITE sip:8000 SIP/2.0\r\n\r\n",
        b"REGISTER x SIP/2.0\r\nVia: x\r\n\r\n",
    ):
        phone.line._socket.send(data, lab.sip_server.address)  # type: ignore[union-attr]
    phone.dial("600")
    await phone.hears(FIRST)


async def test_a_listener_that_fails_does_not_stop_the_others() -> None:
    server = await SipServer.start(SipServerSettings(address=("127.0.0.1", 0), dns=agents_dns([("5001", "")])))
    seen: list[cti.TelephonyEvent] = []

    def fails(event: cti.TelephonyEvent) -> None:
        raise RuntimeError("broken listener")

    server.subscribe(fails)
    server.subscribe(seen.append)
    server.request(cti.AgentLogin("5001", "agent5001", reference=3))
    assert [event.reference for event in seen] == [3]
    await server.close()


@pytest.fixture
async def api(lab: TelephoneLab) -> AsyncIterator[tuple[ClientSession, str]]:
    application = web.Application()
    application.add_routes(lab.routes)
    server = await serve_http(application, "127.0.0.1", 0)
    async with ClientSession() as session:
        yield session, f"http://127.0.0.1:{server.address[1]}"
    await server.close()


async def test_calls_over_http(lab: TelephoneLab, phone: AgentPhone, api: tuple[ClientSession, str]) -> None:
    session, url = api
    body = {"from": "+15550100", "to": "600", "tone": 440}
    async with session.post(f"{url}/lab/calls", json=body) as response:
        assert response.status == 201
        id = (await response.json())["id"]
    call = lab.customers.find(id)
    assert call is not None
    await phone.until(lambda: len(call.heard(1.0)) > 15000)
    async with session.get(f"{url}/lab/calls/{id}") as response:
        shown = await response.json()
    assert shown["state"] == "talking"
    assert shown["heard"]["frequency"] == pytest.approx(440, abs=2)
    assert shown["heard"]["share"] > 0.9
    assert shown["firstReceived"] >= shown["began"]
    async with session.post(f"{url}/lab/calls/{id}/digits", json={"digits": "12"}) as response:
        assert response.status == 204
    async with session.get(f"{url}/lab/calls") as response:
        assert await response.json() == {"calls": [{"id": id, "from": "+15550100", "to": "600", "state": "talking"}]}
    async with session.delete(f"{url}/lab/calls/{id}") as response:
        assert response.status == 204
    assert call.over
    async with session.post(f"{url}/lab/calls/{id}/digits", json={"digits": "12"}) as response:
        assert response.status == 409


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("[]", "JSON object"),
        ("{", "JSON object"),
        ("\udcff", "JSON object"),
        ('{"to": 8000}', "number as text"),
        ("{}", "number as text"),
        ('{"to": "sip:8000@x"}', "number as text"),
        ('{"to": "8000", "tone": 5}', "from 200 to 3300"),
        ('{"to": "8000", "tone": true}', "from 200 to 3300"),
        ('{"to": "8000", "tone": NaN}', "from 200 to 3300"),
        ('{"to": "8000", "duration": -1}', "from 0"),
        ('{"to": "8000", "userData": []}', "object"),
        ('{"to": "8000", "name": "a\\r\\nb"}', "name"),
        ('{"to": "8000", "destination": "x"}', "unknown field 'destination'"),
    ],
)
async def test_bad_requests_say_what_would_be_right(api: tuple[ClientSession, str], body: str, says: str) -> None:
    session, url = api
    async with session.post(f"{url}/lab/calls", data=body.encode("utf-8", "surrogateescape")) as response:
        assert response.status == 400
        assert says in (await response.json())["error"]


async def test_an_unknown_call_is_404(api: tuple[ClientSession, str]) -> None:
    session, url = api
    for method, path in (("GET", "x"), ("DELETE", "x"), ("POST", "x/digits")):
        async with session.request(method, f"{url}/lab/calls/{path}", json={"digits": "1"}) as response:
            assert response.status == 404
            assert "no such call" in (await response.json())["error"]
