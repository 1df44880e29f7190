"""The connector's second version: register, session, audio, calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cordboard.seat.desk_port import AudioView, SeatCall
from kit.desk import Answer, Bench, desk_bench

UUID = "0VQ8E2M4LC93P4J5S6K7A8B9C000000A"
OTHER = "0VQ8E2M4LC93P4J5S6K7A8B9C000000B"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with desk_bench(tmp_path, connector__answer_milliseconds=200) as running:
        running.gws.sessions.add("of-the-desktop")
        yield running


async def ask(bench: Bench, method: str, name: str, body: object = None) -> Answer:
    return await bench.page(JSESSIONID="of-the-desktop").ask(method, f"/connector/v2/{name}", body)


async def test_session_tells_devices_calls_and_connection(bench: Bench) -> None:
    audio = AudioView(True, 80, "Headset", False, 60, "Headset speaker")
    bench.seats.put("5001", calls=(SeatCall(UUID, "talking", 4.21, 0.0423),), audio=audio)
    answer = await ask(bench, "GET", "session")
    assert answer.json == {
        "devices": {
            "microphone": {"name": "Headset", "muted": True, "volume": 80},
            "speaker": {"name": "Headset speaker", "muted": False, "volume": 60},
            "headset_used": True,
        },
        "phone": {"calls": [{"state": "TALKING", "uuid": UUID}], "local_mos": 4.21, "rtt_ms": 42},
        "connectivities": [
            {
                "protocol": "ws",
                "connections": [
                    {"server": str(bench.settings.sip_server.address), "user": "5001", "state": "REGISTERED"}
                ],
            }
        ],
    }


@pytest.mark.parametrize(("there", "state"), [(None, "NONE"), (False, "REGISTERING"), (True, "REGISTERED")])
async def test_connection_is_told_as_it_is(bench: Bench, there: bool | None, state: str) -> None:
    if there is not None:
        bench.seats.put("5001", registered=there)
    answer = await ask(bench, "GET", "session/")
    assert answer.json["connectivities"][0]["connections"][0]["state"] == state
    assert answer.json["phone"] == {"calls": [], "local_mos": 0.0, "rtt_ms": 0}


async def test_register_and_unregister(bench: Bench) -> None:
    assert (await ask(bench, "DELETE", "register")).status == 404
    bench.seats.put("5001")
    assert (await ask(bench, "DELETE", "register")).json == {}
    assert bench.seats.view("5001").page is False
    assert (await ask(bench, "POST", "register", {"users": ["5001"], "token": "an OAuth token"})).json == {}
    assert bench.seats.view("5001").registered
    assert [words["do"] for _, words in bench.seats.said] == ["unregister", "register"]
    foreign = await ask(bench, "POST", "register", {"users": ["5002"]})
    assert (foreign.status, foreign.json["code"]) == (403, "foreign-dn")


async def test_the_end_of_the_session_unregisters_and_forgets_the_options(bench: Bench) -> None:
    bench.seats.put("5001")
    page = bench.page(JSESSIONID="of-the-desktop")
    await page.ask("POST", "/connector/SetOptions", {"value": {"policy.session.auto_answer": "1"}})
    assert (await ask(bench, "DELETE", "session")).json == {}
    bench.seats.put("5001", connection="page-2")
    assert [words["do"] for _, words in bench.seats.said] == ["options", "unregister"]
    assert (await ask(bench, "DELETE", "session")).status == 200


@pytest.mark.parametrize("wrapped", [True, False])
async def test_audio(bench: Bench, wrapped: bool) -> None:
    bench.seats.put("5001")
    devices = {"microphone": {"muted": True}, "speaker": {"volume": 30, "mute": False}}
    answer = await ask(bench, "POST", "audio", {"devices": devices} if wrapped else devices)
    assert answer.json["devices"]["microphone"]["muted"] is True
    assert answer.json["devices"]["speaker"] == {"name": "", "muted": False, "volume": 30}
    assert bench.seats.said == [
        ("5001", {"do": "mute", "microphone": True}),
        ("5001", {"do": "mute", "speaker": False}),
        ("5001", {"do": "volume", "speaker": 30}),
    ]


@pytest.mark.parametrize(
    "body",
    [{}, {"microphone": "mute"}, {"devices": []}, {"microphone": {"muted": "yes"}}, {"speaker": {"volume": 101}}],
)
async def test_audio_that_makes_no_sense_moves_nothing(bench: Bench, body: object) -> None:
    bench.seats.put("5001")
    assert (await ask(bench, "POST", "audio", body)).status == 400
    assert bench.seats.said == []


async def test_audio_without_a_phone(bench: Bench) -> None:
    assert (await ask(bench, "POST", "audio", {"microphone": {"muted": True}})).status == 404


async def test_a_false_call_is_ended(bench: Bench) -> None:
    assert (await ask(bench, "DELETE", "calls")).status == 404
    bench.seats.call("5001", SeatCall(UUID, "held"), SeatCall(OTHER, "talking"))
    which = await ask(bench, "DELETE", "calls")
    assert (which.status, which.json["code"]) == (400, "which-call")
    assert (await ask(bench, "DELETE", f"calls?uuid={UUID}")).json == {}
    assert (await ask(bench, "DELETE", "calls", {"uuid": "unknown"})).status == 404
    bench.seats.call("5001", SeatCall(OTHER, "talking"))
    assert (await ask(bench, "DELETE", "calls")).status == 200
    assert bench.seats.released == [UUID, OTHER]


async def test_calls_that_there_are_not(bench: Bench) -> None:
    assert (await ask(bench, "PUT", "session")).json["code"] == "wrong-method"
    assert (await ask(bench, "GET", "answer")).json["code"] == "unknown-call"
    assert (await ask(bench, "GET", "v2/session")).json["code"] == "unknown-call"
