"""GWS over the SIP Server look-alike with phones on real sockets: everything is asked for by REST, and what the pages
are told comes in the order that Genesys's documents give (reference: GWS API 2.5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cordboard.lab.gws import lab_account
from cordboard.lab.gws.directory import device_id
from cordboard.lab.lab import TelephoneLab, TelephoneLabSettings
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from kit.gws import PATIENCE, AgentClient, CometdClient, GwsBench, gws_bench
from kit.party_phone import PartyPhone

FREQUENCIES = {"5001": 1000.0, "5002": 1600.0, "5003": 2300.0}
CUSTOMER = "+15550100"
ACCOUNTS = (lab_account("5001"), lab_account("5002"), replace(lab_account("5003"), is_supervisor=True))


@dataclass
class Agent:
    """One agent with a browser, a phone, and what the browser was told."""

    client: AgentClient
    page: CometdClient
    phone: PartyPhone
    seen: list[dict[str, Any]]

    async def told(self, notification: str, state: str, **call: object) -> dict[str, Any]:
        """Read messages up to one of a call that is so; `seen` keeps them all."""
        async with asyncio.timeout(PATIENCE):
            while True:
                (message,) = await self.page.messages()
                said = message["data"]
                if said["messageType"] != "CallStateChangeMessage":
                    continue
                self.seen.append(said)
                here = said["call"]
                wanted = all(here.get(name) == value for name, value in {"state": state, **call}.items())
                if wanted and said["notificationType"] == notification:
                    return said

    async def ask(self, call: dict[str, Any], operation: str, **fields: object) -> None:
        answer = await self.client.operate(f"/me/calls/{call['id']}", operation, **fields)
        assert answer.json == {"statusCode": 0}, answer.text

    def states(self) -> list[tuple[str, str]]:
        """What was told since the last look: the type of each call and its state."""
        told = [(one["call"]["callType"], one["call"]["state"]) for one in self.seen]
        self.seen.clear()
        return told


@dataclass
class Site:
    lab: TelephoneLab
    bench: GwsBench
    agents: dict[str, Agent]

    async def customer(self, agent: Agent) -> dict[str, Any]:
        """A customer calls the agent, who answers."""
        await self.lab.customers.place(CUSTOMER, agent.client.dn, tone=440)
        ringing = await agent.told("StatusChange", "Ringing")
        await agent.ask(ringing["call"], "Answer")
        established = await agent.told("StatusChange", "Established")
        agent.seen.clear()
        call = established["call"]
        assert isinstance(call, dict)
        return call


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        dns = tuple(DnSettings(dn, annex={"lab-recording": "true"}) for dn in FREQUENCIES)
        settings = SipServerSettings(address=("127.0.0.1", 0), dns=dns, wrap_up_time=20.0)
        lab = await TelephoneLab.start(TelephoneLabSettings(settings))
        stack.push_async_callback(lab.close)
        bench = await stack.enter_async_context(gws_bench(telephony=lab.telephony, accounts=ACCOUNTS))
        agents = {}
        for dn, frequency in FREQUENCIES.items():
            phone = await PartyPhone.start(dn, lab.sip_server.address, frequency)
            stack.push_async_callback(phone.close)
            client = await bench.signed_in(dn)
            await client.start_session()
            agents[dn] = Agent(client, await client.cometd("/v2/me/calls"), phone, [])
        yield Site(lab, bench, agents)


async def test_an_inbound_call_with_hold_digits_data_and_recording(site: Site) -> None:
    agent = site.agents["5001"]
    await site.lab.customers.place(CUSTOMER, "5001", tone=440, user_data={"Segment": "Gold"})
    ringing = await agent.told("StatusChange", "Ringing")
    assert (ringing["call"]["callType"], ringing["call"]["ani"]) == ("Inbound", CUSTOMER)
    assert ringing["call"]["userData"]["Segment"] == "Gold"
    assert ringing["extensions"]["BusinessCall"] == 1
    call = ringing["call"]

    await agent.ask(call, "Answer")
    established = await agent.told("StatusChange", "Established")
    assert established["extensions"] == {"BusinessCall": 1, "WrapUpTime": 20}
    await agent.ask(call, "Hold")
    held = await agent.told("StatusChange", "Held")
    assert "Retrieve" in held["call"]["capabilities"]
    await agent.ask(call, "Retrieve")
    await agent.told("StatusChange", "Established")
    await agent.ask(call, "SendDtmf", digits="1")
    await agent.told("DtmfSent", "Established")
    await agent.ask(call, "UpdateUserData", userData={"Segment": "Silver"})
    changed = await agent.told("AttachedDataChanged", "Established")
    assert changed["call"]["userData"]["Segment"] == "Silver"
    await agent.ask(call, "StartCallRecording")
    await agent.told("CallRecordingStateChange", "Established", recordingState="Recording")
    after = await agent.client.cometd("/v2/me/devices", "/v2/me/channels")
    await agent.ask(call, "Hangup")
    released = await agent.told("StatusChange", "Released")
    assert released["call"]["capabilities"] == []
    device, channel = (message["data"] for message in await after.messages(2))
    state = device["devices"][0]["userState"]
    assert (state["state"], state["workMode"]) == ("NotReady", "AfterCallWork")
    assert channel["channels"][0]["userState"] == state


async def test_a_transfer_in_two_steps(site: Site) -> None:
    agent, colleague = site.agents["5001"], site.agents["5002"]
    parent = await site.customer(agent)

    await agent.ask(parent, "InitiateTransfer", destination={"phoneNumber": "5002"})
    ringing = await colleague.told("StatusChange", "Ringing")
    await colleague.ask(ringing["call"], "Answer")
    assert ringing["extensions"] == {
        "BusinessCall": 1,
        "OriginationDN": "5001",
        "OriginationDN_location": "SIP_Switch",
    }
    consult = (await agent.told("StatusChange", "Established", callType="Consult"))["call"]
    assert agent.states() == [("Inbound", "Held"), ("Consult", "Dialing"), ("Consult", "Established")]
    assert consult["parentCallPath"] == f"/calls/{parent['id']}"
    await agent.ask(consult, "SwapCalls", otherCallUri=parent["uri"])
    await agent.told("StatusChange", "Established", callType="Inbound")
    await agent.ask(parent, "SwapCalls", otherCallUri=consult["uri"])
    await agent.told("StatusChange", "Established", callType="Consult")
    agent.seen.clear()

    await agent.ask(parent, "CompleteTransfer", consultCallUri=consult["uri"])

    await agent.told("StatusChange", "Released", callType="Consult")
    assert agent.states() == [("Inbound", "Released"), ("Consult", "Released")], "the parent first"
    changed = await colleague.told("ParticipantsUpdated", "Established")
    assert [one["phoneNumber"] for one in changed["call"]["participants"]] == [CUSTOMER]
    assert (await agent.client.get("/api/v2/me/calls")).json["uris"] == []


async def test_a_client_that_reads_messages_only_knows_what_can_be_done_with_both_calls(site: Site) -> None:
    """The hold for a consultation is told first, and already without Retrieve (HTCC API, InitiateTransfer)."""
    agent, colleague = site.agents["5001"], site.agents["5002"]
    parent = await site.customer(agent)

    await agent.ask(parent, "InitiateTransfer", destination={"phoneNumber": "5002"})
    held = (await agent.told("StatusChange", "Held"))["call"]
    await colleague.ask((await colleague.told("StatusChange", "Ringing"))["call"], "Reject")
    over = (await agent.told("StatusChange", "Held"))["call"]
    assert agent.states()[1:] == [("Consult", "Dialing"), ("Consult", "Released"), ("Inbound", "Held")]
    await agent.ask(parent, "InitiateTransfer", destination={"phoneNumber": "5002"})
    again = (await agent.told("StatusChange", "Held"))["call"]

    alone = {"Retrieve", "ClearCall"}
    beside = {"SwapCalls", "CompleteTransfer", "CompleteConference"}
    assert [one["id"] for one in (held, over, again)] == [parent["id"]] * 3
    assert [set(one["capabilities"]) & (alone | beside) for one in (held, over, again)] == [beside, alone, beside]


async def test_a_conference_of_which_one_is_removed(site: Site) -> None:
    agent, colleague = site.agents["5001"], site.agents["5002"]
    parent = await site.customer(agent)
    await agent.ask(parent, "InitiateConference", destination={"phoneNumber": "5002"})
    await colleague.ask((await colleague.told("StatusChange", "Ringing"))["call"], "Answer")
    consult = (await agent.told("StatusChange", "Established", callType="Consult"))["call"]
    agent.seen.clear()

    await agent.ask(consult, "CompleteConference")

    joined = await agent.told("ParticipantsUpdated", "Established", id=parent["id"])
    ending = [("Consult", "Released"), ("Inbound", "Established")]
    assert agent.states()[-2:] == ending, "the consult leg ends before the parties are told"
    assert {one["phoneNumber"] for one in joined["call"]["participants"]} == {CUSTOMER, "5002"}
    assert "RemoveParticipantFromConference" in joined["call"]["capabilities"]
    await agent.ask(joined["call"], "RemoveParticipantFromConference", participant="5002")
    left = await agent.told("ParticipantsUpdated", "Established", id=parent["id"])
    assert [one["phoneNumber"] for one in left["call"]["participants"]] == [CUSTOMER]


async def test_a_transfer_in_one_step(site: Site) -> None:
    agent, colleague = site.agents["5001"], site.agents["5002"]
    call = await site.customer(agent)

    await agent.ask(call, "SingleStepTransfer", destination={"phoneNumber": "5002"})
    await colleague.ask((await colleague.told("StatusChange", "Ringing"))["call"], "Answer")
    await colleague.told("StatusChange", "Established")

    await agent.told("StatusChange", "Released")


async def test_dial_and_what_cannot_be_dialled(site: Site) -> None:
    agent, colleague = site.agents["5001"], site.agents["5002"]
    path = f"/me/devices/{agent.client.device}/calls"
    errors = await agent.client.cometd("/v2/me/*")

    await agent.client.operate(path, "Dial", destination={"phoneNumber": "5999"})
    message = (await errors.messages())[0]["data"]
    assert message["messageType"] == "ErrorMessage"
    assert message["devicePath"] == f"/devices/{agent.client.device}"
    await agent.client.operate(path, "Dial", destination={"phoneNumber": "5002"}, userData={"k": "v"})
    dialing = await agent.told("StatusChange", "Dialing")
    ringing = await colleague.told("StatusChange", "Ringing")
    assert ringing["call"]["userData"]["k"] == "v"
    await colleague.ask(ringing["call"], "Answer")
    await agent.told("StatusChange", "Established")
    await agent.ask(dialing["call"], "ClearCall")
    await colleague.told("StatusChange", "Released")


async def test_a_supervisor_listens_in_and_barges_in(site: Site) -> None:
    agent, supervisor = site.agents["5001"], site.agents["5003"]
    call = await site.customer(agent)
    target = f"{site.bench.settings.api_root}/devices/{device_id('5001')}"

    path = f"/me/devices/{supervisor.client.device}"
    assert (await supervisor.client.operate(path, "ListenIn", targetDeviceUri=target)).code == (200, 0)
    ringing = await supervisor.told("StatusChange", "Ringing")
    await supervisor.ask(ringing["call"], "Answer")
    listening = await agent.told("StatusChange", "Established", supervisorListeningIn=True)
    assert listening["call"]["monitoring"] is False
    own = (await supervisor.told("StatusChange", "Established", monitoring=True))["call"]
    await supervisor.ask(own, "SwitchToBargeIn")
    await supervisor.told("StatusChange", "Established", supervisorListeningIn=False)
    await supervisor.ask(own, "Hangup")
    await supervisor.told("StatusChange", "Released")
    assert (await agent.client.get(f"/api/v2/me/calls/{call['id']}")).json["call"]["state"] == "Established"


async def test_do_not_disturb_and_forwarding_are_sip_servers(site: Site) -> None:
    agent, colleague = site.agents["5001"], site.agents["5002"]
    devices = await agent.client.cometd("/v2/me/devices")
    path = f"/me/devices/{agent.client.device}"

    await agent.client.operate(path, "ForwardCallsOn", destination="5002")
    (message,) = await devices.messages()
    assert message["data"]["devices"][0]["forwardTo"] == "5002"
    await site.lab.customers.place(CUSTOMER, "5001", tone=440)
    await colleague.told("StatusChange", "Ringing")
    await agent.client.operate(path, "ForwardCallsOff")
    await agent.client.operate("/me/channels/voice", "DoNotDisturbOn")
    messages = await devices.messages(2)
    assert messages[-1]["data"]["devices"][0]["doNotDisturb"] == "On"
    refused = await site.lab.customers.place(CUSTOMER, "5001", tone=440)
    await agent.phone.until(lambda: refused.over)
    assert (await agent.client.get("/api/v2/me/calls")).json["uris"] == []
