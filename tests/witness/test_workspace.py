"""Genesys' own client library of Workspace API v3, unmodified, does an agent's day at the lab.

Each step is asserted by what the library is told and by the truth of SIP Server; who hears whom by frequency. The
phones are headless agents of the real gateway.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cordboard.lab.telephony import AgentState, CallState, CallView, DnView
from cordboard.phone.call import PhoneCall
from cordboard.rtp.tone import strength
from kit.agents import Agents, agents_of, hears
from kit.lab import RunningLab, running_lab, until
from kit.lab_customer import Customer
from witness.cometd_client import install
from witness.workspace_agents import DIRECTORY, LibraryAgent, LibraryAgents, Refused, workspace_agents

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not on PATH (`make test` puts one there)"),
    pytest.mark.timeout(180),
]


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    install(DIRECTORY)


@dataclass
class Day:
    """The lab, its phones, and the library's agents 5001 and 5002; 5003 has a phone that answers by itself."""

    lab: RunningLab
    phones: Agents
    library: LibraryAgents

    @property
    def first(self) -> LibraryAgent:
        return self.library.agent("5001")

    @property
    def second(self) -> LibraryAgent:
        return self.library.agent("5002")

    def dn(self, dn: str) -> DnView:
        view = self.lab.lab.telephone.sip_server.dn(dn)
        assert view is not None
        return view

    def calls(self, dn: str) -> list[CallView]:
        return self.lab.lab.telephone.sip_server.calls(dn)

    def states(self, dn: str) -> list[str]:
        return [str(call.state) for call in self.calls(dn)]

    def the_call(self, dn: str) -> CallView:
        (call,) = self.calls(dn)
        return call

    def spoken(self, dn: str, number: int = -1) -> PhoneCall:
        """A call of the DN's phone, the latest one."""
        return self.phones.came[dn][number]

    async def begin(self) -> None:
        """Phones, then the library: initialise, activate, ready."""
        for dn in ("5001", "5002"):
            await self.phones.start(dn, answer_after=None, frequency={"5001": 620.0, "5002": 800.0}[dn])
        await self.phones.start("5003", frequency=1000.0)
        for agent in (self.first, self.second):
            said = await agent.do("initialize", f"agent{agent.dn}")
            assert said["user"]["userName"] == f"agent{agent.dn}"
            assert said["user"]["agentLogin"] == agent.dn
            assert said["user"]["defaultPlace"] == f"Place_{agent.dn}"
            assert "Lunch" in [code["code"] for code in said["configuration"]["actionCodes"]]
            assert (await agent.do("activate"))["status"]["code"] == 1
            await agent.dn_is("LoggedIn")
            assert (await agent.dn_is("NotReady"))["number"] == agent.dn
            await agent.do("ready")
            await agent.dn_is("Ready")
            assert self.dn(agent.dn).state is AgentState.READY
            assert self.dn(agent.dn).agent == f"agent{agent.dn}"

    async def customer_talks(self) -> tuple[Customer, str]:
        """A customer calls 5001, who answers; the ConnID."""
        customer = await self.lab.customer("5001", tone=440.0, userData={"Segment": "Gold"})
        call = await self.first.call("Ringing", callType="Inbound")
        assert call["participants"] == [{"number": "+15550100", "role": "RoleOrigination"}]
        assert call["callUuid"] == self.the_call("5001").call_uuid
        assert call["connId"] == call["id"] == self.the_call("5001").connection_id
        assert {"key": "Segment", "type": "str", "value": "Gold"} in call["userData"]
        assert "answer" in call["capabilities"]
        await self.first.do("answerCall", call["id"])
        talking = await self.first.call("Established", id=call["id"])
        assert {"hold", "release", "initiate-transfer", "single-step-transfer"} <= set(talking["capabilities"])
        assert self.states("5001") == ["Established"]
        await self.spoken("5001").connected()
        await asyncio.gather(customer.hears(620.0), hears(self.spoken("5001")))
        return customer, call["id"]

    async def consults(self, what: str, call: str) -> str:
        """5001 asks 5002 by `what`, who answers; they talk, and the customer hears music. The consult call's ConnID."""
        await self.first.do(what, call, "5002")
        await self.first.call("Held", id=call)
        consult = await self.first.call("Dialing", callType="Consult")
        assert consult["parentConnId"] == call
        asked = await self.second.call("Ringing", callType="Consult")
        assert asked["id"] == consult["id"]
        await self.second.do("answerCall", asked["id"])
        await self.second.call("Established", id=asked["id"])
        talking = await self.first.call("Established", id=consult["id"])
        assert {"complete-transfer", "complete-conference", "alternate", "reconnect"} <= set(talking["capabilities"])
        assert sorted(self.states("5001")) == ["Established", "Held"]
        for dn in ("5001", "5002"):
            spoken = self.spoken(dn)
            await spoken.connected()
            await until(lambda spoken=spoken: spoken.figures().received > 10, f"{dn} hears nobody", 6.0)
        return str(consult["id"])

    async def customer_hears_all(self, customer: Customer, *frequencies: float) -> None:
        party = self.lab.party(customer)

        def heard() -> bool:
            sound = party.heard(0.3)
            return all(strength(sound, each) > 0.2 for each in frequencies)

        await until(heard, f"the customer hears all of {frequencies}", 6.0)

    async def ends(self, customer: Customer) -> None:
        """The customer leaves, whoever is still in the call is told, nothing is left."""
        await customer.hang_up()
        await self.lab.is_idle()


async def holds_and_says_digits(day: Day) -> None:
    customer, call = await day.customer_talks()
    await day.first.do("holdCall", call)
    held = await day.first.call("Held", id=call)
    assert "retrieve" in held["capabilities"]
    assert "hold" not in held["capabilities"]
    assert day.states("5001") == ["Held"]
    await customer.hears_music()
    await day.first.do("retrieveCall", call)
    await day.first.call("Established", id=call)
    assert day.states("5001") == ["Established"]
    await customer.hears(620.0)

    await day.first.do("sendDTMF", call, "42#")
    await customer.has_digits("42#")

    await day.first.do("attachUserData", call, pairs(Order="A-17", Items=3))
    changed = await day.first.call("Established", "AttachedDataChanged")
    assert {"key": "Items", "type": "int", "value": 3} in changed["userData"]
    await day.first.do("updateUserData", call, pairs(Order="B-18"))
    await day.first.call("Established", "AttachedDataChanged")
    await day.first.do("deleteUserDataPair", call, "Items")
    await day.first.call("Established", "AttachedDataChanged")
    data = day.the_call("5001").user_data
    assert data["Order"] == "B-18"
    assert data["Segment"] == "Gold"
    assert "Items" not in data

    await day.first.do("releaseCall", call)
    released = await day.first.call("Released", id=call)
    assert released["capabilities"][0] == "complete"
    await customer.is_in("ended")
    await day.lab.is_idle()


async def transfers_in_two_steps(day: Day) -> None:
    customer, call = await day.customer_talks()
    consult = await day.consults("initiateTransfer", call)
    await customer.hears_music()

    await day.first.do("completeTransfer", consult, call)
    await day.first.call("Released", id=call)
    await day.first.call("Released", id=consult)
    taken = await day.second.call("Established", "ParticipantsUpdated", id=call)
    assert taken["previousConnId"] == consult
    assert [one["number"] for one in taken["participants"]] == ["+15550100"]
    assert await day.second.do("calls") == [call]
    assert await day.first.do("calls") == []
    assert day.calls("5001") == []
    assert day.the_call("5002").participants == ("+15550100",)
    assert day.the_call("5002").user_data["Segment"] == "Gold"
    await customer.hears(800.0)

    await day.second.do("releaseCall", call)
    await day.second.call("Released", id=call)
    await customer.is_in("ended")
    await day.lab.is_idle()


async def confers(day: Day) -> None:
    customer, call = await day.customer_talks()
    consult = await day.consults("initiateConference", call)
    await day.first.do("completeConference", consult, call)
    await day.first.call("Released", id=consult)
    three = await day.second.call("Established", "ParticipantsUpdated", id=call)
    assert {one["number"] for one in three["participants"]} == {"+15550100", "5001"}
    assert three["previousConnId"] == consult
    for dn in ("5001", "5002"):
        await until(lambda dn=dn: len(day.the_call(dn).participants) == 2, f"{dn} is not in a conference")
        assert day.the_call(dn).connection_id == call
        assert day.the_call(dn).state is CallState.ESTABLISHED
    await day.customer_hears_all(customer, 620.0, 800.0)

    await day.first.do("deleteFromConference", call, "5002")
    await day.second.call("Released", id=call)
    await until(lambda: day.the_call("5001").participants == ("+15550100",), "5002 is still in the call")
    await day.ends(customer)
    await day.first.call("Released", id=call)


async def transfers_in_one_step(day: Day) -> None:
    customer, call = await day.customer_talks()
    await day.first.do("singleStepTransfer", call, "5003")
    await day.first.call("Released", id=call)
    await until(lambda: day.states("5003") == ["Established"], "5003 has no call")
    assert day.calls("5001") == []
    assert day.the_call("5003").participants == ("+15550100",)
    await customer.hears(1000.0)
    await day.ends(customer)


async def makes_a_call(day: Day) -> None:
    await day.first.do("makeCall", "5003", {"userData": pairs(Reason="Question")})
    call = await day.first.call("Dialing", callType="Internal")
    assert call["participants"] == [{"number": "5003", "role": "RoleDestination"}]
    await day.first.call("Established", id=call["id"])
    assert day.the_call("5003").user_data == {"Reason": "Question"}
    await day.first.do("releaseCall", call["id"])
    await day.first.call("Released", id=call["id"])
    await day.lab.is_idle()

    with pytest.raises(Refused, match="the call is Released"):
        await day.first.do("holdCall", call["id"])
    await day.first.do("complete", call["id"])
    assert (await day.first.call("Completed"))["id"] == call["id"]
    with pytest.raises(Refused, match="is not found"):
        await day.first.do("holdCall", call["id"])


async def leaves(day: Day) -> None:
    await day.first.do("notReady", "AuxWork", "Lunch")
    dn = await day.first.dn_is("NotReady")
    assert dn["agentWorkMode"] == "AuxWork"
    assert dn["reasons"] == [{"key": "ReasonCode", "type": "str", "value": "Lunch"}]
    view = day.dn("5001")
    assert (view.state, view.work_mode, view.reason) == (AgentState.NOT_READY, "AuxWork", "Lunch")

    for agent in (day.first, day.second):
        await agent.do("destroy")
        await until(lambda dn=agent.dn: day.dn(dn).state is AgentState.LOGGED_OUT, "the agent is still logged in")
        assert day.dn(agent.dn).agent == ""


def pairs(**data: Any) -> list[dict[str, Any]]:
    return [
        {"key": key, "type": "int" if isinstance(value, int) else "str", "value": value} for key, value in data.items()
    ]


async def test_an_agents_day() -> None:
    async with running_lab() as lab, agents_of(lab) as phones, workspace_agents(lab.gws) as library:
        day = Day(lab, phones, library)
        try:
            await day.begin()
            await holds_and_says_digits(day)
            await transfers_in_two_steps(day)
            await confers(day)
            await transfers_in_one_step(day)
            await makes_a_call(day)
            await leaves(day)
        finally:
            print(library.ladder)


def test_the_lock_file_names_no_registry() -> None:
    lock = (Path(__file__).parent / "workspace" / "package-lock.json").read_text()

    assert '"resolved"' not in lock
    assert '"node_modules/genesys-workspace-client-js": {\n      "version": "9.0.1"' in lock
