"""The Bayeux server: handshakes, subscriptions, messages, and who gets them."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.bayeux.events import ClientAdded, Deliver, DeliverTo, Published
from kit.bayeux import HANDSHAKE, UNKNOWN, Rig


def test_a_handshake_gives_a_client_and_says_what_is_spoken_here() -> None:
    rig = Rig()

    reply = rig.ask({**HANDSHAKE, "id": "1", "ext": {"ack": True}})

    assert reply == {
        "id": "1",
        "channel": "/meta/handshake",
        "successful": True,
        "version": "1.0",
        "minimumVersion": "1.0",
        "clientId": "c1",
        "supportedConnectionTypes": ["long-polling"],
        "advice": {"reconnect": "retry", "interval": 0, "timeout": 30000},
        "ext": {"ack": True},
    }
    assert rig.others == [ClientAdded("c1", "agent5001")]


def test_the_advice_is_a_setting() -> None:
    reply = Rig(timeout=5.5, interval=0.25).ask(HANDSHAKE)

    assert reply["advice"] == {"reconnect": "retry", "interval": 250, "timeout": 5500}


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "2.0"},
        {"version": 1},
        {"supportedConnectionTypes": ["websocket"]},
        {"supportedConnectionTypes": []},
        {"supportedConnectionTypes": "long-polling"},
    ],
    ids=str,
)
def test_a_handshake_that_cannot_be_spoken_with_is_refused_for_good(changes: dict[str, Any]) -> None:
    rig = Rig()

    reply = rig.ask({**HANDSHAKE, **changes})

    assert reply["successful"] is False
    assert reply["advice"] == {"reconnect": "none"}
    assert rig.server.clients == 0


def test_a_handshake_comes_alone() -> None:
    rig = Rig()

    replies = rig.replies[rig.send(HANDSHAKE, {"channel": "/meta/connect"})]

    assert [reply["successful"] for reply in replies] == [False, False]
    assert rig.server.clients == 0


def test_too_many_clients_are_told_to_try_later() -> None:
    rig = Rig(clients=1)
    rig.handshake()

    reply = rig.ask(HANDSHAKE)

    assert reply["error"].startswith("503:")
    assert reply["advice"]["reconnect"] == "retry"


def test_the_first_connect_is_answered_at_once_even_without_being_asked_to() -> None:
    rig = Rig()
    client = rig.handshake()

    assert rig.connect(client) in rig.replies


def test_later_connects_are_held_until_the_timeout() -> None:
    rig = Rig(timeout=30)
    poll = rig.connect(rig.client())
    rig.after(29.9)
    assert poll not in rig.replies

    rig.after(0.2)

    assert rig.replies[poll][0]["successful"] is True


@pytest.mark.parametrize("timeout", [0, 2000])
def test_a_client_may_ask_for_less(timeout: int) -> None:
    rig = Rig()
    poll = rig.connect(rig.client(), timeout)

    rig.after(timeout / 1000)

    assert poll in rig.replies


@pytest.mark.parametrize("timeout", [-1, 10**9, "5", None, True, float("nan")])
def test_a_timeout_that_makes_no_sense_is_ours(timeout: Any) -> None:
    rig = Rig(timeout=30)
    poll = rig.connect(rig.client(), timeout)
    rig.after(29)
    assert poll not in rig.replies

    rig.after(2)

    assert poll in rig.replies


def test_a_message_comes_in_the_array_of_the_connect_reply() -> None:
    rig = Rig()
    poll = rig.connect(rig.client("/v2/me/calls"))

    rig.feed(Deliver("/v2/me/calls", {"n": 1}, "agent5001"))

    assert rig.replies[poll][1:] == ({"channel": "/v2/me/calls", "data": {"n": 1}},)


def test_messages_go_to_the_owner_they_are_for_and_to_subscribers_only() -> None:
    rig = Rig()
    mine = rig.connect(rig.client("/v2/me/*"))
    deaf = rig.connect(rig.client("/v2/me/devices", browser="b2"), browser="b2")
    other = rig.connect(rig.client("/v2/me/*", owner="agent5002", browser="b3"), owner="agent5002", browser="b3")

    rig.feed(Deliver("/v2/me/calls", 1, "agent5001"))

    assert (mine in rig.replies, deaf in rig.replies, other in rig.replies) == (True, False, False)


def test_a_message_for_nobody_in_particular_goes_to_all_subscribers() -> None:
    rig = Rig()
    mine = rig.connect(rig.client("/**"))
    other = rig.connect(rig.client("/**", owner="agent5002", browser="b2"), owner="agent5002", browser="b2")

    rig.feed(Deliver("/news", 1))

    assert mine in rig.replies
    assert other in rig.replies


def test_a_message_to_one_client_needs_no_subscription() -> None:
    rig = Rig()
    client = rig.client()
    poll = rig.connect(client)

    rig.feed(DeliverTo(client, "/direct", 1))
    rig.feed(DeliverTo("nobody", "/direct", 1))

    assert rig.replies[poll][1]["channel"] == "/direct"


def test_two_subscriptions_that_match_give_one_message() -> None:
    rig = Rig()
    poll = rig.connect(rig.client("/v2/me/calls", "/v2/me/*", "/v2/**"))

    rig.feed(Deliver("/v2/me/calls", 1, "agent5001"))

    assert len(rig.replies[poll]) == 2


def test_unsubscribing_stops_messages() -> None:
    rig = Rig()
    client = rig.client("/a", "/b")
    reply = rig.ask({"channel": "/meta/unsubscribe", "clientId": client, "subscription": ["/a", "/never"]})
    assert reply["successful"] is True
    poll = rig.connect(client)

    rig.feed(Deliver("/a", 1))
    assert poll not in rig.replies
    rig.feed(Deliver("/b", 2))

    assert rig.replies[poll][1]["data"] == 2


@pytest.mark.parametrize("subscription", [None, 7, [], ["/a", 7], "a", "/meta/connect", "/meta/*", {"a": 1}])
def test_what_cannot_be_subscribed_to_is_refused_as_a_whole(subscription: Any) -> None:
    rig = Rig()
    client = rig.client()

    reply = rig.ask({"channel": "/meta/subscribe", "clientId": client, "subscription": subscription})

    assert reply["successful"] is False
    assert reply["subscription"] == subscription
    poll = rig.connect(client)
    rig.feed(Deliver("/a", 1))
    assert poll not in rig.replies


def test_subscriptions_are_bounded() -> None:
    rig = Rig(subscriptions=2)
    client = rig.client("/a", "/b")

    again = rig.ask({"channel": "/meta/subscribe", "clientId": client, "subscription": ["/a", "/b"]})
    more = rig.ask({"channel": "/meta/subscribe", "clientId": client, "subscription": "/c"})

    assert again["successful"] is True
    assert more["error"].startswith("403:")


def test_publishing_is_refused() -> None:
    rig = Rig()
    poll = rig.connect(rig.client("/a"))

    reply = rig.ask({"channel": "/a", "clientId": rig.client(browser="b2"), "data": 1})

    assert reply["error"].startswith("403:")
    assert poll not in rig.replies


def test_publishing_where_it_is_allowed_reaches_subscribers_of_the_same_owner() -> None:
    rig = Rig(publish=("/chat/*",))
    poll = rig.connect(rig.client("/chat/1"))
    publisher = rig.client(browser="b2")

    reply = rig.ask({"channel": "/chat/1", "clientId": publisher, "data": "hello"})

    assert reply["successful"] is True
    assert Published(publisher, "agent5001", "/chat/1", "hello") in rig.others
    assert rig.replies[poll][1]["data"] == "hello"


@pytest.mark.parametrize("channel", ["chat", "/chat/", "/meta/nonsense", "/chat/*"])
def test_a_channel_that_cannot_be_published_on(channel: str) -> None:
    rig = Rig(publish=("/**",))

    assert rig.ask({"channel": channel, "clientId": rig.client(), "data": 1})["error"].startswith("400:")


@pytest.mark.parametrize("channel", ["/meta/connect", "/meta/subscribe", "/meta/disconnect", "/a"])
@pytest.mark.parametrize("client", ["nobody", None, ""])
def test_an_unknown_client_is_told_to_shake_hands_again(channel: str, client: str | None) -> None:
    reply = Rig().ask({"channel": channel, "clientId": client, "subscription": "/a"})

    assert reply["error"].startswith("402:")
    assert reply["advice"] == UNKNOWN


def test_a_client_of_somebody_else_is_unknown() -> None:
    rig = Rig()
    client = rig.client()

    reply = rig.ask({"channel": "/meta/subscribe", "clientId": client, "subscription": "/**"}, owner="agent5002")

    assert reply["error"].startswith("402:")
