"""The integration guide's words and GWS v2's."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.genesys.guide import MOST_CLIENTS, GuideListeners, active_call, call_id
from cordboard.genesys.operations import CallOperation

Message = dict[str, Any]


def call(identifier: str, state: str, *capabilities: str) -> Message:
    return {"id": identifier, "state": state, "capabilities": list(capabilities)}


RINGING = call("R", "Ringing", "Answer")
TALKING = call("T", "Established", "Hangup", "Hold")
HELD = call("H", "Held", "Hangup", "Retrieve")


@pytest.mark.parametrize(
    ("operation", "calls", "expected"),
    [
        (CallOperation.ANSWER, [HELD, RINGING], "R"),
        (CallOperation.HOLD, [HELD, TALKING], "T"),
        (CallOperation.RETRIEVE, [TALKING, HELD], "H"),
        (CallOperation.HANGUP, [HELD, RINGING, TALKING], "T"),
        (CallOperation.HANGUP, [HELD, RINGING], "R"),  # refused, though no capability says so
        (CallOperation.HANGUP, [call("P", "Preview", "Hangup"), HELD], "H"),
    ],
)
def test_the_call_that_is_meant(operation: CallOperation, calls: list[Message], expected: str) -> None:
    found = active_call(operation, calls)
    assert found is not None
    assert call_id(found) == expected


@pytest.mark.parametrize("calls", [[], [HELD], ["x", None, {}], [{"state": "Ringing", "capabilities": ["Answer"]}]])
def test_no_call_is_meant(calls: list[object]) -> None:
    assert active_call(CallOperation.ANSWER, calls) is None


def test_identifier_from_the_uri() -> None:
    assert call_id({"id": "", "uri": "http://gws.invalid/api/v2/me/calls/00AB/"}) == "00AB"


class Cometd:
    """One CometD client of a page, at the desk."""

    def __init__(self, listeners: GuideListeners, client: str = "c1") -> None:
        self.listeners = listeners
        self.client = client

    def ask(self, channel: str, subscription: object) -> tuple[Message, Message]:
        """What GWS is asked, and what the client is answered."""
        exchange = self.listeners.exchange(
            [{"channel": channel, "id": "7", "clientId": self.client, "subscription": subscription}]
        )
        sent: Any = exchange.sent[0]
        answer = {**sent, "successful": True}
        del answer["clientId"]
        (answered,) = exchange.answered([answer])
        assert isinstance(answered, dict)
        return sent, answered

    def hears(self, *changes: Message, kind: str = "StatusChange") -> list[Message]:
        exchange = self.listeners.exchange([{"channel": "/meta/connect", "id": "8", "clientId": self.client}])
        told = [
            {
                "channel": "/v2/me/calls",
                "data": {"messageType": "CallStateChangeMessage", "notificationType": kind, "call": change},
            }
            for change in changes
        ]
        answered: Any = exchange.answered([*told, {"channel": "/meta/connect", "id": "8", "successful": True}])
        assert answered[-1]["channel"] == "/meta/connect"
        return list(answered[:-1])


def test_subscription_is_translated_and_its_answer_back() -> None:
    sent, answered = Cometd(GuideListeners()).ask("/meta/subscribe", "/user/agent/events")
    assert sent["subscription"] == "/v2/me/calls"
    assert (answered["channel"], answered["subscription"]) == ("/meta/subscribe", "/user/agent/events")
    sent, answered = Cometd(GuideListeners()).ask("/meta/subscribe", ["/call/state", "/v2/me/devices"])
    assert sent["subscription"] == ["/v2/me/devices", "/v2/me/calls"]
    assert answered["subscription"] == ["/call/state", "/v2/me/devices"]


def test_a_call_in_the_guides_words() -> None:
    page = Cometd(GuideListeners())
    page.ask("/meta/subscribe", "/user/agent/events")
    states = ["Ringing", "Established", "Held", "Established", "Released"]
    heard = page.hears(*({"id": "1", "state": state} for state in states))
    assert [message["channel"] for message in heard] == ["/user/agent/events"] * 5
    assert [each["data"]["event"] for each in heard] == ["Ringing", "Established", "Held", "Retrieved", "Released"]
    assert heard[0]["data"]["call"] == {"id": "1", "state": "Ringing"}


def test_call_states() -> None:
    page = Cometd(GuideListeners())
    page.ask("/meta/subscribe", "/call/state")
    (heard,) = page.hears({"id": "1", "state": "Held"})
    assert heard == {"channel": "/call/state", "data": {"state": "Held", "call": {"id": "1", "state": "Held"}}}


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("AttachedDataChanged", "AttachedDataChanged"),
        ("ParticipantsUpdated", "PartyChanged"),
        ("DtmfSent", "DtmfSent"),
        ("CallRecordingStateChange", "RecordingStateChanged"),
    ],
)
def test_what_happens_in_a_call(kind: str, event: str) -> None:
    page = Cometd(GuideListeners())
    page.ask("/meta/subscribe", ["/user/agent/events", "/call/state"])
    (heard,) = page.hears({"id": "1", "state": "Established"}, kind=kind)
    assert (heard["channel"], heard["data"]["event"]) == ("/user/agent/events", event)
    assert page.hears({"id": "1", "state": "Established"}, kind="SomethingElse") == []


def test_gws_own_messages_reach_who_asked_for_them() -> None:
    page = Cometd(GuideListeners())
    page.ask("/meta/subscribe", "/v2/me/*")
    assert [each["channel"] for each in page.hears({"id": "1", "state": "Held"})] == ["/v2/me/calls"]
    page.ask("/meta/subscribe", "/call/state")
    heard = page.hears({"id": "1", "state": "Released"})
    assert [each["channel"] for each in heard] == ["/v2/me/calls", "/call/state"]


def test_unsubscribing_keeps_what_others_need() -> None:
    page = Cometd(GuideListeners())
    page.ask("/meta/subscribe", ["/user/agent/events", "/call/state"])
    sent, answered = page.ask("/meta/unsubscribe", "/call/state")
    assert (sent["channel"], answered["channel"]) == ("/meta/subscribe", "/meta/unsubscribe")
    assert [each["channel"] for each in page.hears({"id": "1", "state": "Held"})] == ["/user/agent/events"]
    sent, _ = page.ask("/meta/unsubscribe", "/user/agent/events")
    assert (sent["channel"], sent["subscription"]) == ("/meta/unsubscribe", "/v2/me/calls")


def test_clients_do_not_mix_and_are_bounded() -> None:
    listeners = GuideListeners()
    one, other = Cometd(listeners), Cometd(listeners, "c2")
    one.ask("/meta/subscribe", "/call/state")
    other.ask("/meta/subscribe", "/v2/me/calls")
    assert [each["channel"] for each in other.hears({"id": "1", "state": "Held"})] == ["/v2/me/calls"]
    for number in range(MOST_CLIENTS):
        Cometd(listeners, f"d{number}").ask("/meta/subscribe", "/call/state")
    assert [each["channel"] for each in one.hears({"id": "1", "state": "Held"})] == ["/v2/me/calls"]


def test_client_that_disconnects_is_forgotten() -> None:
    listeners = GuideListeners()
    page = Cometd(listeners)
    page.ask("/meta/subscribe", "/call/state")
    listeners.exchange([{"channel": "/meta/disconnect", "clientId": "c1"}])
    assert [each["channel"] for each in page.hears({"id": "1", "state": "Held"})] == ["/v2/me/calls"]


@pytest.mark.parametrize("message", [None, 5, [], {}, {"clientId": 5}, {"clientId": "c", "channel": "/meta/subscribe"}])
def test_what_is_no_message_passes(message: object) -> None:
    exchange = GuideListeners().exchange([message])
    assert exchange.sent == [message]
    assert exchange.answered([message]) == [message]
