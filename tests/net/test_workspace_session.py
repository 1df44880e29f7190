"""Workspace API v3: from initialize-workspace to logout."""

from __future__ import annotations

import pytest

from cordboard.genesys.status import VOICE_UNAVAILABLE
from cordboard.lab.telephony import AgentLogin, AgentState
from kit.workspace import INITIALIZATION, workspace_bench


async def test_a_user_name_as_token_opens_a_session() -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()
        answer = await client.initialize()

        assert answer.json == {"status": {"code": 1}}
        assert answer.headers["Set-Cookie"].startswith("WORKSPACE_SESSIONID=")
        assert (await client.get("/auth-keep-alive")).code == (200, 0)


@pytest.mark.parametrize("path", ["/current-session", "/voice/calls", "/configuration", "/auth-keep-alive"])
async def test_without_a_session_nothing_is_told(path: str) -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()

        assert (await client.get(path)).code == (403, 603)
        assert (await client.post("/voice/ready")).code == (403, 603)
        assert (await client.post("/notifications", [])).code == (403, 603)


async def test_a_token_of_nobody_is_refused() -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()

        assert (await client.initialize("agent9999")).code == (403, 603)
        assert (await client.post("/initialize-workspace")).code == (403, 603)


async def test_user_names_are_tokens_only_where_the_setting_says_so() -> None:
    async with workspace_bench(user_name_is_token=False) as bench:
        assert (await (await bench.browser()).initialize()).code == (403, 603)


async def test_who_subscribes_to_the_initialization_is_told_user_and_configuration() -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()
        await client.initialize()
        await client.cometd(INITIALIZATION)

        progress = await client.message("WorkspaceInitializationProgress")
        complete = await client.message("WorkspaceInitializationComplete")

    assert (progress["state"], progress["progress"]) == ("Executing", {"percentComplete": 50})
    assert complete["state"] == "Complete"
    user, configuration = complete["data"]["user"], complete["data"]["configuration"]
    assert (user["userName"], user["agentLogin"], user["defaultPlace"]) == ("agent5001", "5001", "Place_5001")
    assert set(configuration) == {"actionCodes", "agentGroups", "businessAttributes", "settings", "transactions"}
    notes = next(code for code in configuration["actionCodes"] if code["code"] == "Notes")
    (property,) = notes["userProperties"]
    assert property["value"] == [{"key": "workmode", "type": "str", "value": "AfterCallWork"}]


async def test_the_initialization_fails_where_sip_server_does_not_know_the_dn() -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()
        await client.initialize()
        del bench.telephony._dns["5001"]
        await client.cometd(INITIALIZATION)

        failed = await client.message("WorkspaceInitializationComplete")
        assert failed["state"] == "Failed"
        assert (await client.post("/activate-channels", {"data": {"dn": "5001"}})).code == (500, 500)


async def test_a_lost_sip_server_is_told_and_the_agent_may_leave() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        bench.telephony.available = False
        bench.telephony.unregister("5001")
        assert (await agent.message("ServiceStateChanged"))["serviceState"] == "UNAVAILABLE"
        assert (await agent.post("/voice/ready")).json["status"]["message"] == VOICE_UNAVAILABLE
        user = (await agent.get("/current-session")).json["data"]["user"]
        assert user["activeSession"]["services"] == [{"serviceName": "VOICE", "serviceState": "UNAVAILABLE"}]
        bench.telephony.available = True
        bench.telephony.register("5001")
        assert (await agent.message("ServiceStateChanged"))["serviceState"] == "AVAILABLE"

        bench.telephony.available = False
        assert (await agent.post("/logout")).code == (200, 0)


async def test_faults_of_gws_are_those_of_v3_too() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        bench.faults.check({"refuse": 503})()
        assert (await agent.get("/current-session")).code == (503, 503)
        bench.faults.check({"refuse": 0, "lose": 1.0})()
        bench.telephony.ring("5001", "+15550100")
        assert await agent.quiet()
        bench.faults.check({"lose": 0, "unknownClient": True})()
        (reply,) = await agent.bayeux("/meta/connect", clientId=agent.client, connectionType="long-polling")
        assert reply["error"].startswith("402:")
        bench.faults.check({"expireSessions": True})()
        assert (await agent.get("/current-session")).code == (403, 603)


async def test_activation_logs_the_agent_in() -> None:
    async with workspace_bench() as bench:
        client = await bench.initialized()
        bench.telephony.register("5001")
        body = {"data": {"agentId": "E5001", "placeName": "Place_5001", "queueName": "8000"}, "operationId": "op-1"}
        answer = await client.post("/activate-channels", body)

        assert answer.json == {"status": {"code": 1}, "operationId": "op-1"}
        (login,) = bench.telephony.requests
        assert isinstance(login, AgentLogin)
        assert (login.dn, login.agent, login.queue) == ("5001", "agent5001", "8000")
        passing = await client.message("DnStateChanged")
        state = await client.message("DnStateChanged")

    assert (passing["dn"]["agentState"], passing["operationId"]) == ("LoggedIn", "op-1")
    assert state["dn"] == {
        "number": "5001",
        "switchName": "SIP_Switch",
        "agentId": "E5001",
        "capabilities": ["ready", "not-ready", "logout", "dnd-on", "set-forward"],
        "agentState": "NotReady",
        "agentWorkMode": "Unknown",
        "dnd": False,
        "forwardTo": None,
        "reasons": [],
    }


@pytest.mark.parametrize(("mode", "state"), [("AutoIn", "Ready"), ("ManualIn", "NotReady")])
async def test_the_work_mode_says_what_comes_after_the_login(mode: str, state: str) -> None:
    async with workspace_bench() as bench:
        client = await bench.initialized()
        bench.telephony.register("5001")
        await client.post("/activate-channels", {"data": {"dn": "5001", "agentWorkMode": mode}})

        assert (await client.dn_is(state))["number"] == "5001"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"dn": "5999"}, (500, 500)),
        ({"placeName": "Place_9"}, (500, 500)),
        ({"dn": ["5001"]}, (400, 400)),
        ({"dn": "5001", "agentWorkMode": "AuxWork"}, (400, 400)),
    ],
)
async def test_what_cannot_be_activated(data: object, code: tuple[int, int]) -> None:
    async with workspace_bench() as bench:
        client = await bench.initialized()

        assert (await client.post("/activate-channels", {"data": data})).code == code
        assert (await client.post("/voice/ready")).code == (500, 500)


async def test_other_channels_than_voice_are_not_there() -> None:
    async with workspace_bench() as bench:
        client = await bench.initialized()

        assert (await client.post("/activate-channels", {"data": {"channels": ["chat"]}})).code == (200, 1)
        assert bench.telephony.requests == []


async def test_a_dn_is_one_agents() -> None:
    async with workspace_bench() as bench:
        await bench.working("5001")
        other = await bench.initialized("5002")

        answer = await other.post("/activate-channels", {"data": {"dn": "5001"}})
        assert answer.code == (500, 500)
        assert "in use" in answer.json["status"]["message"]


async def test_an_agent_may_sit_at_another_place() -> None:
    async with workspace_bench() as bench:
        client = await bench.initialized("5001")
        bench.telephony.register("5002")
        await client.post("/activate-channels", {"data": {"placeName": "Place_5002"}})
        assert (await client.dn_is("NotReady"))["number"] == "5002"

        bench.telephony.ring("5002", "+15550100")
        assert (await client.call("Ringing"))["phoneNumber"] == "5002"


async def test_a_page_that_is_loaded_again_finds_its_session_and_calls() -> None:
    async with workspace_bench() as bench:
        first = await bench.working()
        assert "activeSession" in (await first.get("/current-session")).json["data"]["user"]
        call = bench.telephony.ring("5001", "+15550100", {"Segment": "Gold"})

        again = await bench.initialized()
        session = (await again.get("/current-session")).json["data"]["user"]["activeSession"]
        assert (session["dn"]["number"], session["currentPlace"]) == ("5001", "Place_5001")
        assert [one["id"] for one in session["calls"]] == [call.connection_id]
        requests = len(bench.telephony.requests)
        await again.post("/activate-channels", {"data": {"dn": "5001"}})

        assert (await again.dn_is("NotReady"))["number"] == "5001"
        recovered = await again.call("Ringing", "CallRecovered")
        assert recovered["id"] == call.connection_id
        assert len(bench.telephony.requests) == requests


async def test_before_the_activation_there_is_no_active_session() -> None:
    async with workspace_bench() as bench:
        client = await bench.initialized()
        data = (await client.get("/current-session")).json["data"]

    assert data["user"]["userName"] == "agent5001"
    assert "activeSession" not in data["user"]


async def test_logout_logs_out_of_everything() -> None:
    async with workspace_bench() as bench:
        client = await bench.working()
        assert (await client.post("/logout")).code == (200, 0)

        view = bench.telephony.dn("5001")
        assert view is not None
        assert view.state is AgentState.LOGGED_OUT
        assert (await client.get("/current-session")).code == (403, 603)
        other = await bench.initialized("5002")
        assert (await other.post("/activate-channels", {"data": {"dn": "5001"}})).code == (200, 1)


async def test_logout_by_link_goes_back_to_the_page() -> None:
    async with workspace_bench() as bench:
        client = await bench.working()
        answer = await client.get("/logout?redirect_uri=http://127.0.0.1/page")

        assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1/page")


async def test_configuration_places_targets_and_version() -> None:
    async with workspace_bench() as bench:
        client = await bench.initialized()
        configuration = (await client.get("/configuration?types=actionCodes")).json["data"]
        assert list(configuration) == ["actionCodes"]
        (device,) = (await client.get("/configuration/places/Place_5002/dns")).json["data"]["devices"]
        assert (device["number"], device["switchName"]) == ("5002", "SIP_Switch")
        (section,) = device["userProperties"]
        assert {"key": "sip-cti-control", "type": "str", "value": "talk,hold"} in section["value"]
        assert (await client.get("/configuration/places/Nowhere/dns")).code == (500, 500)
        targets = (await client.get("/targets?searchTerm=500&limit=2")).json["data"]["targets"]
        assert [target["number"] for target in targets] == ["5001", "5002"]
        assert (await client.get("/version")).json["version"] == (await client.get("/info")).json["version"]
        assert (await client.get("/nothing")).code == (404, 404)


async def test_messages_of_one_agent_are_not_told_to_another() -> None:
    async with workspace_bench() as bench:
        await bench.working("5001")
        other = await bench.working("5002")
        bench.telephony.ring("5001", "+15550100")

        assert await other.quiet()


async def test_what_is_no_bayeux_is_refused() -> None:
    async with workspace_bench() as bench:
        client = await bench.initialized()

        assert (await client.post("/notifications", {"no": "channel"})).code == (400, 400)
        assert (await client.post("/voice/ready", b"{")).code == (400, 400)
        assert (await client.post("/voice/ready", ["list"])).code == (400, 400)
        assert (await client.post("/voice/ready", {"data": []})).code == (400, 400)
        assert (await client.post("/voice/ready", {"operationId": 5})).code == (400, 400)
