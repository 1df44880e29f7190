"""Starting a contact-centre session at a place, a device, with a login code and a queue; ending it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cordboard.lab.gws import lab_account
from cordboard.lab.gws.directory import device_id
from cordboard.lab.gws.settings import Place, Queue
from cordboard.lab.telephony import AgentLogin, AgentLogout, AgentSetReady
from kit.gws import AgentClient, Answer, GwsBench, gws_bench

PLACES = (
    Place("Corner", ("5003",)),
    Place("Two", ("5002", "5003"), ("5003",)),
    Place("Twins", ("5002", "5003"), ("5002", "5003")),
)


async def start(agent: AgentClient, **fields: Any) -> Answer:
    return await agent.operate("/me", "StartContactCenterSession", channels=["voice"], **fields)


async def device(agent: AgentClient) -> tuple[str, str, str]:
    (one,) = (await agent.get("/api/v2/me/devices?fields=*")).json["devices"]
    return one["phoneNumber"], one["deviceState"], one.get("userState", {}).get("state", "")


def logins(bench: GwsBench) -> list[str]:
    return [one.dn for one in bench.telephony.requests if isinstance(one, AgentLogin)]


@pytest.mark.parametrize(
    ("fields", "dn"),
    [
        ({}, "5001"),
        ({"place": "Place_5001"}, "5001"),
        ({"place": "Corner"}, "5003"),
        ({"place": "Two"}, "5003"),
        ({"place": "Two", "devicePath": "/devices/" + device_id("5002")}, "5002"),
        ({"place": "Twins", "devicePath": "/devices/" + device_id("5003")}, "5003"),
        ({"devicePath": "/devices/" + device_id("5001")}, "5001"),
    ],
    ids=str,
)
async def test_where_the_agent_sits(fields: dict[str, str], dn: str) -> None:
    async with gws_bench(places=PLACES) as bench:
        agent = await bench.signed_in()

        assert (await start(agent, **fields)).code == (200, 0)

        assert logins(bench) == [dn]
        assert await device(agent) == (dn, "Active", "NotReady")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"place": "Nowhere"}, (404, 6)),
        ({"place": ""}, (400, 1)),
        ({"place": 7}, (400, 2)),
        ({"place": "Twins"}, (400, 2)),
        ({"place": "Corner", "devicePath": "/devices/" + device_id("5001")}, (404, 6)),
        ({"devicePath": "/devices/" + device_id("5002")}, (404, 6)),
        ({"devicePath": "/devices/1"}, (404, 6)),
        ({"loginCode": "4711"}, (400, 2)),
        ({"loginCode": 5001}, (400, 2)),
        ({"queue": "8999"}, (404, 6)),
        ({"queue": []}, (400, 2)),
    ],
    ids=str,
)
async def test_what_cannot_be_started(fields: dict[str, Any], code: tuple[int, int]) -> None:
    async with gws_bench(places=PLACES) as bench:
        agent = await bench.signed_in()

        answer = await start(agent, **fields)

        assert answer.code == code
        assert answer.json["statusMessage"]
        assert logins(bench) == []


async def test_the_documents_whole_example() -> None:
    async with gws_bench(queues=(Queue("8001", "Sales"),)) as bench:
        agent = await bench.signed_in()
        path = f"/devices/{agent.device}"

        answer = await start(agent, place="Place_5001", devicePath=path, loginCode="5001", queue="8001")

        assert answer.code == (200, 0)
        asked = bench.telephony.requests[-1]
        assert asked == AgentLogin("5001", "agent5001", asked.reference, "8001")
        assert (await start(agent, loginCode="E5001")).code == (200, 0)


async def test_everything_then_happens_at_the_other_place_until_the_end() -> None:
    async with gws_bench(places=PLACES) as bench:
        agent = await bench.signed_in()
        bench.telephony.register("5003")
        await start(agent, place="Corner")
        page = await agent.cometd("/v2/me/*")
        bench.telephony.ring("5001", "+15550100")
        call = bench.telephony.ring("5003", "+15550101").call_uuid

        (message,) = await page.messages()
        assert message["data"]["phoneNumber"] == "5003"
        assert (await agent.operate(f"/me/calls/{call}", "Answer")).code == (200, 0)
        assert (await agent.operate("/me/channels/voice", "Ready")).code == (200, 0)
        assert (await agent.operate(f"/me/devices/{device_id('5003')}", "DoNotDisturbOn")).code == (200, 0)
        assert (await start(agent, place="Place_5001")).code == (400, 2)

        await agent.operate("/me", "EndContactCenterSession")
        assert AgentLogout("5003", bench.telephony.requests[-1].reference) == bench.telephony.requests[-1]
        assert (await device(await bench.signed_in()))[0] == "5001"


async def test_a_place_is_for_one_agent() -> None:
    async with gws_bench(places=PLACES) as bench:
        first, second = await bench.signed_in("5001"), await bench.signed_in("5002")
        await start(first, place="Corner")

        assert (await start(second, place="Corner")).code == (409, 19)
        await first.operate("/me", "EndContactCenterSession")
        assert (await start(second, place="Corner")).code == (200, 0)


async def test_what_happens_at_a_place_is_told_to_who_sits_there() -> None:
    async with gws_bench(places=(Place("Swap", ("5002",)),)) as bench:
        guest, owner = await bench.signed_in("5001"), await bench.signed_in("5002")
        await start(guest, place="Swap")
        guests, owners = await guest.cometd("/v2/me/calls"), await owner.cometd("/v2/me/calls")

        bench.telephony.ring("5002", "+15550100")

        assert (await guests.messages())[0]["data"]["phoneNumber"] == "5002"
        assert await owners.quiet()


async def test_sip_server_knows_where_the_agent_works_after_a_restart_of_gws() -> None:
    async with gws_bench(places=PLACES) as bench:
        bench.telephony.register("5003")
        await start(await bench.signed_in(), place="Corner")

        await bench.restart()
        agent = await bench.signed_in()
        assert await device(agent) == ("5003", "Active", "NotReady")
        page = await agent.cometd("/v2/me/calls")
        bench.telephony.ring("5003", "+15550100")

        assert (await page.messages())[0]["data"]["phoneNumber"] == "5003"
        assert (await agent.operate("/me/channels/voice", "Ready")).code == (200, 0)
        await agent.operate("/me", "EndContactCenterSession")
        assert (await device(await bench.signed_in()))[0] == "5001"


async def test_a_login_by_another_face_counts() -> None:
    async with gws_bench(places=PLACES) as bench:
        agent = await bench.signed_in()
        page = await agent.cometd("/v2/me/devices")
        bench.telephony.request(AgentLogin("5003", "agent5001"))
        bench.telephony.request(AgentLogout("5003"))

        states = [message["data"]["devices"][0]["userState"]["state"] for message in await page.messages(2)]

    assert states == ["NotReady", "LoggedOut"]


async def test_logged_in_can_be_told_in_passing() -> None:
    async with gws_bench(tells_logged_in=True) as bench:
        agent = await bench.signed_in()
        page = await agent.cometd("/v2/me/devices")
        await start(agent)

        states = [message["data"]["devices"][0]["userState"] for message in await page.messages(2)]

    assert states[0] == {"state": "LoggedIn"}
    assert states[1]["state"] == "NotReady"


async def test_auto_ready_is_what_wwe_reads_too() -> None:
    async with gws_bench(auto_ready=True) as bench:
        agent = await bench.signed_in()
        bench.telephony.register("5001")
        await start(agent)

        settings = (await agent.get("/api/v2/me?subresources=settings")).json["user"]["settings"]
        assert settings["interaction-workspace"]["login.voice.is-auto-ready"] == "true"
        assert isinstance(bench.telephony.requests[-1], AgentSetReady)


@pytest.mark.parametrize("logs_out", [True, False])
async def test_voice_is_logged_out_with_the_last_session_that_times_out_where_a_setting_says_so(logs_out: bool) -> None:
    async with gws_bench(logs_out_lost_sessions=logs_out, session_idle=100.0) as bench:
        first, second = await bench.signed_in(), await bench.signed_in()
        await start(first)
        bench.now += 60
        await second.get("/api/v2/me")
        bench.now += 60
        await second.get("/api/v2/me")
        assert not any(isinstance(one, AgentLogout) for one in bench.telephony.requests), "one session is left"

        bench.now += 101
        await (await bench.browser()).get("/api/v2/me")

        assert any(isinstance(one, AgentLogout) for one in bench.telephony.requests) is logs_out


async def test_without_sip_server_voice_is_out_of_service_and_its_pages_are_told() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        page = await agent.cometd("/notifications/services")
        bench.telephony.available = False
        bench.telephony.unregister("5001")

        (message,) = await page.messages()
        answers = [
            await start(agent),
            await agent.operate("/me/channels/voice", "Ready"),
            await agent.operate(f"/me/devices/{agent.device}/calls", "Dial", destination={"phoneNumber": "5002"}),
        ]
        assert (await agent.get("/api/v2/me?subresources=*")).code == (200, 0)

    assert {one.status for one in answers} == {503}
    assert answers[0].json == {"statusCode": 4, "statusMessage": "Voice service is not available at this time"}
    voice = next(one for one in message["data"]["services"] if one["type"] == "Voice")
    assert voice["state"] == "Inactive"


async def test_a_site_can_give_its_own_place_to_an_account() -> None:
    account = replace(lab_account("5001"), place="Two")
    async with gws_bench(accounts=(account,), places=PLACES) as bench:
        agent = await bench.signed_in()

        assert (await start(agent, devicePath="/devices/" + device_id("5002"))).code == (200, 0)
        assert logins(bench) == ["5002"]
