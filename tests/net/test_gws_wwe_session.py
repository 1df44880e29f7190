"""The order in which Workspace Web Edition 8.5 asks GWS for things, and the shapes of the answers it was given.

The softphone connector that WWE asks before it begins the session is the desk's, below GWS's own origin as in the lab.

A shape is the structure of an answer: objects keep their keys, lists their elements' shape, values only their type.
`Maybe` marks a key that the real answers carry sometimes; keys beside the shape are allowed, since WWE ignores them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cordboard.config import Address
from cordboard.lab.gws import lab_account
from cordboard.lab.gws.directory import user_id
from cordboard.net.forwarding import forwarded
from kit.desk import HOST, desk_bench, free_port
from kit.gws import AgentClient, CometdClient, basic, gws_bench
from kit.seats import FakeSeats
from kit.telephony import ScriptedTelephony


@dataclass(frozen=True)
class Maybe:
    shape: Any


@dataclass(frozen=True)
class Either:
    one: type
    other: type


def assert_shape(value: Any, shape: Any, where: str = "answer") -> None:
    if isinstance(shape, Maybe):
        shape = shape.shape
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        for key, inner in shape.items():
            assert key in value or isinstance(inner, Maybe), f"{where}.{key} is missing"
            if key in value:
                assert_shape(value[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for position, element in enumerate(value):
            assert shape, f"{where} is not empty"
            assert_shape(element, shape[0], f"{where}[{position}]")
    elif isinstance(shape, Either):
        assert type(value) in (shape.one, shape.other), f"{where} is {value!r}"
    elif isinstance(shape, type):
        assert type(value) is shape, f"{where} is {value!r}"
    else:
        assert value == shape, f"{where} is {value!r}"


DONE = {"statusCode": 0}
USER_STATE = {"id": str, "displayName": str, "state": str, "workMode": Maybe(str)}
DEVICE = {
    "id": str,
    "deviceState": str,
    "userState": USER_STATE,
    "phoneNumber": "5001",
    "description": str,
    "e164Number": str,
    "telephonyNetwork": str,
    "doNotDisturb": str,
    "voiceEnvironmentUri": str,
    "capabilities": [str],
    "channels": ["voice"],
    "dynamicPhoneNumber": str,
}
SERVICES = {
    "statusCode": 0,
    "services": [{"id": str, "name": str, "type": str, "state": str, "uri": str, "path": str}],
}
OPTIONS = {"statusCode": 0, "settings": [{"name": str, "value": str}], "key": "name"}
PARTLY_DONE = {
    "statusCode": 7,
    "failed": [{"statusCode": int, "statusMessage": str, "channel": "multimedia"}],
    "succeeded": [{"statusCode": 0, "channel": "voice"}],
}
CONTACT = {
    "statusCode": 0,
    "contact": {
        "id": str,
        "name": str,
        "type": "User",
        "phoneNumbers": [{"phoneNumber": str, "description": str, "switchName": str}],
        "userName": str,
        "firstName": str,
        "lastName": str,
        "employeeId": str,
        "uri": str,
        "path": str,
    },
}
METRICS = {
    "eventProcessing": {
        "nodeProcessingTimeNanos": int,
        "serverGenerationTimestamp": int,
        "serverProcessingTimeTotalMs": int,
    }
}
GROUPS = {
    "statusCode": 0,
    "groups": [
        {
            "id": str,
            "name": str,
            "type": "dispositions",
            "contains": ["dispositions"],
            "defaultGroup": False,
            "uri": str,
            "path": str,
        }
    ],
}
FEATURE = {
    "id": str,
    "displayName": str,
    "description": str,
    "autoAssignOnContactCenterCreate": bool,
    "uri": str,
    "path": str,
}
USER = {
    "id": str,
    "userName": str,
    "firstName": str,
    "lastName": str,
    "emailAddress": str,
    "roles": [str],
    "enabled": True,
    "changePasswordOnFirstLogin": False,
    "contactCenterId": str,
    "uri": str,
    "path": str,
}
NAMED = {"name": str, "displayName": str, "description": str, "userProperties": [dict]}
SETTINGS = {
    "statusCode": 0,
    "resources": {
        "agentStates": [{"id": str, "operationName": str, "displayName": str, "state": str, "workMode": Maybe(str)}],
        "user": {
            "settings": [
                {
                    "name": str,
                    "displayName": str,
                    "key": "name",
                    "uri": str,
                    "path": str,
                    "settings": [{"name": str, "value": str}],
                }
            ]
        },
    },
}
ATTRIBUTES = {
    "statusCode": 0,
    "resources": {"businessAttributes": [{**NAMED, "values": [{**NAMED, "default": bool}]}]},
}
BUSINESS_UNITS = {
    "statusCode": 0,
    "groups": [
        {
            "id": str,
            "name": str,
            "type": "BusinessUnit",
            "contains": [str],
            "uri": str,
            "path": str,
        }
    ],
}
DEVICE_MESSAGE = {"devices": [DEVICE], "messageType": "DeviceStateChangeMessage", "metrics": METRICS}
CALL = {
    "id": str,
    "state": str,
    "callUuid": str,
    "connId": str,
    "deviceUri": str,
    "participants": [{"e164Number": str, "formattedPhoneNumber": str, "phoneNumber": str, "digits": str}],
    "dnis": str,
    "callType": str,
    "capabilities": [str],
    "userData": dict,
    "duration": str,
    "mute": "Off",
    "supervisorListeningIn": bool,
    "monitoredUserMuted": bool,
    "monitoring": bool,
    "uri": str,
    "path": str,
    "case": Maybe(list),
}
CALL_MESSAGE = {
    "notificationType": str,
    "call": CALL,
    "phoneNumber": "5001",
    "extensions": Maybe(dict),
    "messageType": "CallStateChangeMessage",
    "metrics": METRICS,
}


ACCOUNT = replace(lab_account("5001"), groups=("Sales",))
ME = "/api/v2/me?subresources=features,devices,channels"
WORKBINS = (
    "/802a8606-dff6-45a2-8ea4-6371c6213ec8?subresources=*",
    "?workbinIds=0088efd4-8640-44cb-8abf-b6765433d086,802a8606-dff6-45a2-8ea4-6371c6213ec8&subresources=*",
)


async def get(agent: AgentClient, path: str, shape: Any) -> Any:
    answer = await agent.ask("GET", path, Content_Type="application/json; charset=UTF-8")
    assert answer.status == 200, answer.text
    assert_shape(answer.json, shape, path)
    return answer.json


async def operate(agent: AgentClient, path: str, shape: Any = DONE, **body: Any) -> None:
    answer = await agent.post(path, body)
    assert answer.status == 200, answer.text
    assert_shape(answer.json, shape, path)


async def next_message(page: CometdClient, channel: str, shape: Any) -> Any:
    (message,) = await page.messages()
    assert message["channel"] == channel
    assert_shape(message["data"], shape, channel)
    return message["data"]


async def test_the_morning_of_an_agent(tmp_path: Path) -> None:
    listen = Address(HOST, free_port(HOST))
    async with (
        gws_bench([forwarded("/connector", f"http://{listen}")], accounts=(ACCOUNT,)) as bench,
        desk_bench(tmp_path, gws_runs=False, desk__listen=listen, gws__url=bench.url) as desk,
    ):
        agent = await bench.browser()
        first = await agent.get(ME)
        assert (first.status, first.json) == (403, {"statusCode": 20, "statusMessage": "Access denied"})
        agent.authorization = basic("agent5001", "agent5001")
        await start(agent)
        agent.authorization = ""
        await register(agent, bench.telephony, desk.seats)
        page = await begin_work(agent)
        await take_a_call(agent, page, bench.telephony)


async def start(agent: AgentClient) -> None:
    me = await get(agent, ME, {"statusCode": 0, "user": USER})
    (device,) = me["user"]["devices"]
    assert (device["deviceState"], "userState" in device) == ("Inactive", False), "SIP Server has no contact for it"
    assert_shape(me["user"], {"features": [FEATURE], "devices": [{**DEVICE, "userState": Maybe(USER_STATE)}]})
    options = await get(agent, "/internal-api/me/settings?fields=*", SETTINGS)
    (section,) = options["resources"]["user"]["settings"]
    assert section["name"] == "interaction-workspace"
    assert {"name": "privilege.sipendpoint.can-use", "value": "true"} in section["settings"]
    services = await get(agent, "/api/v2/services?fields=*", SERVICES)
    assert ("Voice", "Active") in {(service["type"], service["state"]) for service in services["services"]}
    await get(agent, "/api/v2/me/groups?type=BusinessUnit&fields=*", BUSINESS_UNITS)
    await get(agent, "/internal-api/contact-center?subresources=businessAttributes", ATTRIBUTES)
    await get(agent, "/api/v2/groups?type=dispositions&fields=*", GROUPS)


async def connector(agent: AgentClient, name: str, shape: Any, body: object = None) -> Any:
    method = "GET" if body is None else "POST"
    answer = await agent.ask(method, f"/connector/{name}", body, Origin=agent.bench.url)
    assert answer.status == 200, answer.text
    assert_shape(answer.json, shape, name)
    return answer.json


async def register(agent: AgentClient, telephony: ScriptedTelephony, seats: FakeSeats) -> None:
    """WWE waits for the phone before it begins a session; the phone comes when GWS's session exists."""
    await connector(agent, "GetDnSIP", {"get_DnSIPResult": str})
    options = await get(agent, f"/api/v2/me/devices/{agent.device}/settings/tserver", OPTIONS)
    assert "talk" in {entry["name"]: entry["value"] for entry in options["settings"]}["sip-cti-control"]
    await connector(agent, "SetOptions", {}, {"value": {"register-interval": 1500, "transport-protocol": "UDP"}})
    udp = {"Key": "SipEndpointTransportProtocol", "Value": "UDP"}
    await connector(agent, "SetSIPEndpointParameters", {}, {"value": [udp]})
    dn = {"addresses": ["127.0.0.81:5060"], "users": ["5001"]}
    await connector(agent, "RegisterDn/", {"RegisterDnResult": True}, dn)
    await connector(agent, "GetIsEndpointActive", {"get_IsEndpointActiveResult": False})
    parameters = {"get_SIPEndpointParametersResult": [{"Key": str, "Value": Either(str, bool)}]}
    await connector(agent, "GetSIPEndpointParameters", parameters)
    seats.put("5001")
    telephony.register("5001")
    await connector(agent, "GetIsEndpointActive", {"get_IsEndpointActiveResult": True})
    ready = await connector(agent, "GetSIPEndpointParameters", parameters)
    assert {"Key": "EndpointStatus", "Value": "EndpointStatus_Ready"} in ready["get_SIPEndpointParametersResult"]
    await connector(agent, "SetPingPeriod", {}, {"value": 2000})
    await connector(agent, "Ping", {"PingResult": []})


async def begin_work(agent: AgentClient) -> CometdClient:
    await operate(
        agent, "/api/v2/me", PARTLY_DONE, operationName="StartContactCenterSession", channels=["voice", "chat"]
    )
    await get(agent, f"/api/v2/contacts/{user_id('agent5001')}?type=User", CONTACT)
    await get(agent, "/api/v2/diagnostics/version", {"statusCode": 0, "version": "8.5.202.96"})
    await get(agent, "/api/v2/workbins?fields=*", {"statusCode": 0, "workbins": list})
    again = await get(agent, "/api/v2/me/?subresources=devices,calls,channels,interactions,chats", {"statusCode": 0})
    assert_shape(again["user"], {"devices": [DEVICE], "calls": []})
    assert not {"channels", "interactions", "chats"} & set(again["user"]), "there is no Interaction Server"
    for failing in WORKBINS:
        assert (await agent.get("/api/v2/workbins" + failing)).json["statusCode"] != 0
    page = await agent.cometd("/v2/me/devices", "/v2/me/calls")
    await operate(
        agent,
        "/internal-api/operations",
        operationName="SendUserEvent",
        deviceId=agent.device,
        userData={"GSW_AGENT_REQ_TYPE": "CampaignStatusRequest", "GSW_REFERENCE_ID": 1},
    )
    await get(agent, f"/api/v2/devices/{agent.device}/settings/tserver", OPTIONS)
    for operation, state in [("NotReady", "NotReady"), ("Ready", "Ready")]:
        await operate(agent, "/api/v2/me/channels/voice", operationName=operation)
        message = await next_message(page, "/v2/me/devices", DEVICE_MESSAGE)
        assert message["devices"][0]["userState"]["state"] == state
    return page


async def take_a_call(agent: AgentClient, page: CometdClient, telephony: ScriptedTelephony) -> None:
    call = telephony.ring("5001", "5002", {"IW_CaseUid": "1", "WWE_PARTY_5002": {"username": "agent5002"}})
    ringing = await next_message(page, "/v2/me/calls", CALL_MESSAGE)
    assert ringing["call"]["id"] == ringing["call"]["callUuid"] == call.call_uuid
    assert set(ringing["call"]["capabilities"]) == {
        "Answer",
        "UpdateUserData",
        "DeleteUserData",
        "DeleteUserDataPair",
        "AttachUserData",
        "ClearCall",
    }
    path = f"/api/v2/me/calls/{call.call_uuid}"
    party = {"WWE_PARTY_5001": {"username": "agent5001", "path": f"/users/{user_id('agent5001')}"}}
    await operate(agent, path, operationName="UpdateUserData", userData=party)
    changed = await next_message(page, "/v2/me/calls", CALL_MESSAGE)
    assert changed["notificationType"] == "AttachedDataChanged"
    assert set(changed["call"]["userData"]) == {"IW_CaseUid", "WWE_PARTY_5002", "WWE_PARTY_5001"}

    await operate(agent, path, operationName="Answer")
    established = await next_message(page, "/v2/me/calls", CALL_MESSAGE)
    assert established["call"]["state"] == "Established"
    assert established["call"]["case"] == []
    assert set(established["extensions"]) == {"BusinessCall", "WrapUpTime"}
