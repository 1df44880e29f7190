"""Contacts, users, groups, dispositions, settings: what WWE's team communicator and its start ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cordboard.lab.contact_center.people import Person
from cordboard.lab.gws import lab_account
from cordboard.lab.gws.directory import user_id
from cordboard.lab.gws.settings import account_of
from cordboard.lab.telephony import AgentSetNotReady
from kit.gws import AgentClient, gws_bench

ACCOUNTS = (
    replace(lab_account("5001"), first_name="Ada", last_name="Adams", groups=("Sales",)),
    replace(lab_account("5002"), first_name="Bert", last_name="Brown", groups=("Sales", "Support")),
    replace(lab_account("5003"), first_name="Carla", last_name="Cole", groups=("Sales",), is_supervisor=True),
)


async def names(agent: AgentClient, query: str) -> list[str]:
    answer = await agent.get(f"/api/v2/contacts?fields=*&{query}")
    assert answer.code == (200, 0), answer.text
    assert answer.json["totalCount"] >= len(answer.json["contacts"])
    return [one["name"] for one in answer.json["contacts"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=User", ["agent5001", "agent5002", "agent5003"]),
        ("type=Queue", ["Main queue"]),
        ("type=AgentGroup", ["Sales", "Support"]),
        ("type=Custom", []),
        ("name=agent5002,Support", ["agent5002", "Support"]),
        ("phoneNumber=5001,8000", ["agent5001", "Main queue"]),
        ("phoneNumber=*&type=Queue", ["Main queue"]),
        ("channel=voice&type=User,AgentGroup", ["agent5001", "agent5002", "agent5003"]),
        ("filterName=NamesOrPhoneNumberMatches&filterParameters=ber*", ["agent5002"]),
        ("filterName=NamesOrPhoneNumberMatches&filterParameters=*a*,*cole", ["agent5003"]),
        ("filterName=NamesOrPhoneNumberMatches&filterParameters=500*,BROWN", ["agent5002"]),
        ("filterName=NamesOrPhoneNumberMatches&filterParameters=(*", []),
        ("type=User&offset=1&limit=1", ["agent5002"]),
        ("offset=99", []),
    ],
)
async def test_contacts_are_found(query: str, expected: list[str]) -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        assert await names(await bench.signed_in(), query) == expected


@pytest.mark.parametrize("query", ["filterName=Nonsense", "limit=x", "limit=-1", "offset=1e3", "limit=" + "9" * 40])
async def test_a_search_that_makes_no_sense_is_400(query: str) -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        assert (await (await bench.signed_in()).get(f"/api/v2/contacts?{query}")).code == (400, 2)


async def test_a_contact_tells_whether_it_can_be_called() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        agent, other = await bench.signed_in("5001"), await bench.working("5002")
        path = f"/api/v2/contacts/{user_id('agent5002')}?type=User"
        seen = []
        for happen in ("Ready", "DoNotDisturbOn", "DoNotDisturbOff", "call", "Offline"):
            if happen == "call":
                bench.telephony.ring("5002", "+15550100")
            else:
                await other.operate("/me/channels/voice", happen)
            availability = (await agent.get(path)).json["contact"].get("availability")
            seen.append(availability and availability["channels"][0])

    assert [one and one["available"] for one in seen] == [True, False, True, False, None]
    assert seen[0]["phoneNumber"] == "5002"
    assert seen[0]["userState"]["state"] == "Ready"
    assert [seen[2]["userActivity"], seen[3]["userActivity"]] == ["Idle", "OnCall"]


async def test_contacts_of_another_type_or_id_are_not_there() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        agent = await bench.signed_in()

        for path in (f"{user_id('agent5002')}?type=Queue", "1", "1?type=User"):
            assert (await agent.get(f"/api/v2/contacts/{path}")).code == (404, 6)


def addresses(value: Any) -> set[str]:
    """Every address in an answer."""
    if isinstance(value, dict):
        own = {inner for name, inner in value.items() if name.lower().endswith("uri")}
        return own.union(*map(addresses, value.values()))
    if isinstance(value, list):
        uris = {one for one in value if isinstance(one, str) and one.startswith("http")}
        return uris.union(*map(addresses, value))
    return set()


async def test_every_address_in_an_answer_leads_somewhere() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        agent = await bench.working("5003")
        bench.telephony.ring("5003", "+15550100")
        found: set[str] = set()
        for path in (
            "/me?subresources=*",
            "/contacts?fields=*",
            "/groups?fields=*",
            "/services",
            "/users",
            "/features",
        ):
            found |= addresses((await agent.get("/api/v2" + path)).json)
        kinds = {address.removeprefix(bench.settings.api_root).split("/")[1] for address in found}
        assert kinds >= {"users", "devices", "features", "voice-environments", "me", "contacts", "groups", "services"}
        for address in sorted(found):
            answer = await agent.get("/api/v2" + address.removeprefix(bench.settings.api_root))
            assert answer.code == (200, 0), address


async def test_groups_and_what_is_in_them() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        agent = await bench.signed_in("5002")

        (dispositions,) = (await agent.get("/api/v2/groups?type=dispositions&fields=*")).json["groups"]
        codes = (await agent.get(f"/api/v2{dispositions['path']}?subresources=*")).json["group"]["dispositions"]
        own = (await agent.get("/api/v2/me/groups?fields=*")).json["groups"]
        sales = (await agent.get(f"/api/v2{own[0]['path']}?subresources=users")).json["group"]["users"]

        assert (await agent.get("/api/v2/me/groups?type=BusinessUnit&fields=*")).json["groups"] == own
        assert (await agent.get("/api/v2/me/groups?type=dispositions&fields=*")).json["groups"] == []
        assert (await agent.get("/api/v2/groups/1")).code == (404, 6)

    assert set(dispositions) == {"id", "name", "type", "contains", "defaultGroup", "uri", "path"}
    assert "callback" in {code["name"] for code in codes}
    assert [group["name"] for group in own] == ["Sales", "Support"]
    assert [user["userName"] for user in sales] == ["agent5001", "agent5002", "agent5003"]


async def test_supervisors_see_their_agents_and_set_their_state() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        await bench.working("5001")
        supervisor, colleague = await bench.signed_in("5003"), await bench.signed_in("5002")
        path = f"/users/{user_id('agent5001')}"
        seen = (await supervisor.get(f"/api/v2{path}?subresources=*")).json["user"]
        by_colleague = (await colleague.get(f"/api/v2{path}?subresources=*")).json["user"]
        everybody = (await supervisor.get("/api/v2/users?fields=userName,devices&subresources=devices")).json

        refused = await colleague.operate(f"{path}/channels/voice", "NotReady")
        done = await supervisor.operate(f"{path}/channels/voice", "NotReady")

        assert refused.code == (403, 5)
        assert done.code == (200, 0)
        assert bench.telephony.requests[-1] == AgentSetNotReady(
            "5001", reference=bench.telephony.requests[-1].reference
        )
    assert {"devices", "calls"} <= set(seen)
    assert not {"devices", "settings", "features"} & set(by_colleague)
    assert "settings" not in seen
    assert everybody["totalCount"] == 3
    assert everybody["users"][0]["devices"][0]["phoneNumber"] == "5001"


async def test_what_happens_at_an_agent_is_told_to_the_supervisor_with_the_agents_name() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        agent, supervisor = await bench.working("5001"), await bench.signed_in("5003")
        page, others = await supervisor.cometd("/v2/users"), await agent.cometd("/v2/users")
        bench.telephony.ring("5001", "+15550100")

        (message,) = await page.messages()

        assert await others.quiet()
    assert message["data"]["messageType"] == "CallStateChangeMessage"
    assert message["data"]["userPath"] == f"/users/{user_id('agent5001')}"


async def test_workbins_of_an_absent_interaction_server() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        assert (await agent.get("/api/v2/workbins?fields=*")).json == {"statusCode": 0, "workbins": []}
        assert (await agent.get("/api/v2/workbins?workbinIds=1,2&subresources=*")).code == (404, 6)
        assert (await agent.get("/api/v2/workbins/1?subresources=*")).code == (404, 6)


async def test_the_options_of_wwe_can_be_added_to() -> None:
    added = {"interaction.web-content": "phone", "phone/label": "Phone", "phone/url": "http://desk/", "x": "y"}
    async with gws_bench(workspace_options=added) as bench:
        agent = await bench.signed_in()

        read_by_wwe = (await agent.get("/internal-api/me/settings?fields=*")).json["resources"]
        section = (await agent.get("/api/v2/me/settings/phone")).json
        listed = (await agent.get("/api/v2/me/settings?fields=*")).json["settings"]
        of_me = (await agent.get("/api/v2/me?subresources=settings")).json["user"]["settings"]
        attributes = (await agent.get("/internal-api/contact-center?subresources=businessAttributes")).json
        alone = (await agent.get("/internal-api/business-attributes")).json

    assert [state["operationName"] for state in read_by_wwe["agentStates"]][:2] == ["Ready", "NotReady"]
    assert read_by_wwe["user"]["settings"] == listed
    sections = {one["name"]: {pair["name"]: pair["value"] for pair in one["settings"]} for one in listed}
    assert sections == of_me
    assert sections["phone"] == {"label": "Phone", "url": "http://desk/"}
    assert section["settings"] == listed[1]["settings"]
    assert (listed[1]["path"], listed[1]["key"], section["key"]) == ("/me/settings/phone", "name", "name")
    assert sections["interaction-workspace"]["interaction.web-content"] == "phone"
    assert sections["interaction-workspace"]["x"] == "y"
    assert attributes["resources"]["businessAttributes"] == alone["businessAttributes"]
    assert alone["businessAttributes"][0]["name"] == "DispositionCode"


def test_an_account_is_what_the_contact_centre_says_of_a_person() -> None:
    person = Person("agent5007", "secret", "5007", "Place_5007", "Eve", "Evans", "E7", ("Sales",), {"French": 5}, True)

    account = account_of(person)

    assert (account.user_name, account.dn, account.place, account.groups) == (
        "agent5007",
        "5007",
        "Place_5007",
        ("Sales",),
    )
    assert account.skills == {"French": 5}
    assert account.is_supervisor
    assert "secret" not in repr(account)
