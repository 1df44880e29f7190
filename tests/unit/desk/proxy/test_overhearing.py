"""What passes between a page and GWS is noted for the calls it is about, and for no others."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from cordboard.desk.agent import SignedInAgent
from cordboard.desk.pages import Page
from cordboard.desk.proxy.overhearing import LARGEST, overhearing
from cordboard.observe.trace import GWS, NoTraces, Plane, TraceEntry

AGENT = SignedInAgent("agent5001", "", "", "5001", "", session=True, state={})
UUID = "9QUR098L0E90DH5QDO0HSJ2TLG000001"


@dataclass
class Notes(NoTraces):
    noted: list[tuple[str, str, TraceEntry]] = field(default_factory=list)

    def note_uuid(self, call_uuid: str, dn: str, entry: TraceEntry) -> None:
        self.noted.append((call_uuid, dn, entry))


async def exchange(method: str, path: str, body: bytes | None, *chunks: bytes, status: int = 200) -> Notes:
    notes = Notes()
    heard = overhearing(notes)(Page("p", 0.0, AGENT), method, path, body)
    if heard is not None:
        with heard:
            heard.status = status
            for chunk in chunks:
                heard.read(chunk)
    return notes


async def test_an_event_that_comes_in_pieces() -> None:
    event = json.dumps([{"data": {"call": {"callUuid": UUID}}}, {"data": {"call": {"callUuid": "B"}}}]).encode()
    notes = await exchange("POST", "/api/v2/notifications", b"[]", event[:20], event[20:])
    assert {(uuid, dn) for uuid, dn, _ in notes.noted} == {(UUID, "5001"), ("B", "5001")}
    entry = notes.noted[0][2]
    assert (entry.plane, entry.source, entry.text) == (Plane.COMETD, GWS, event.decode())


async def test_an_operation_and_its_answer() -> None:
    notes = await exchange("POST", f"/api/v2/me/calls/{UUID}", b'{"operationName":"Hold"}', b'{"statusCode":0}')
    assert [(uuid, each.plane, each.title) for uuid, _, each in notes.noted] == [
        (UUID, Plane.REST, f"POST /api/v2/me/calls/{UUID}"),
        (UUID, Plane.REST, f"200 to POST /api/v2/me/calls/{UUID}"),
    ]
    assert notes.noted[0][2].text == '{"operationName":"Hold"}'
    assert notes.noted[0][2].at > 0


async def test_a_call_that_is_made_is_named_by_the_answer() -> None:
    notes = await exchange("POST", "/api/v2/me/calls", b"{}", f'{{"call":{{"callUuid": "{UUID}"}}}}'.encode())
    assert [uuid for uuid, _, _ in notes.noted] == [UUID, UUID]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v2/me/calls"), ("GET", "/api/v2/me"), ("POST", "/internal-api/x")]
)
async def test_what_is_not_about_a_call(method: str, path: str) -> None:
    assert (await exchange(method, path, None, f'{{"callUuid":"{UUID}"}}'.encode())).noted == []


async def test_a_poll_without_a_call_and_a_page_without_an_agent() -> None:
    assert (await exchange("POST", "/api/v2/notifications", b"[]", b'[{"channel":"/meta/connect"}]')).noted == []
    assert overhearing(Notes())(Page("p", 0.0), "POST", "/api/v2/notifications", b"[]") is None


async def test_of_a_huge_answer_the_beginning() -> None:
    notes = await exchange(
        "POST", "/api/v2/notifications", None, f'{{"callUuid":"{UUID}"}}'.encode(), *[b"x" * LARGEST] * 5
    )
    assert len(notes.noted[0][2].text) < 2 * LARGEST


async def test_a_request_that_gws_does_not_answer() -> None:
    notes = await exchange("POST", f"/api/v2/me/calls/{UUID}", b"{}", status=0)
    assert notes.noted[1][2].title == f"no answer to POST /api/v2/me/calls/{UUID}"
