"""The Bayeux server: one poll per client and browser, what ends a client, and any traffic at all."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordboard.bayeux.events import ClientRemoved, Close, Deliver, DeliverTo, Expel, Forget, RequestGone
from kit.bayeux import HANDSHAKE, UNKNOWN, Rig


def test_a_disconnect_answers_the_held_poll_first() -> None:
    rig = Rig()
    client = rig.client()
    poll = rig.connect(client)

    reply = rig.ask({"channel": "/meta/disconnect", "clientId": client})

    assert reply["successful"] is True
    assert rig.replies[poll][0]["advice"]["reconnect"] == "none"
    assert rig.others[-1] == ClientRemoved(client, "agent5001", "disconnected")
    assert rig.server.deadline is None


def test_a_second_poll_of_a_client_releases_the_first() -> None:
    rig = Rig()
    client = rig.client("/a")
    first, second = rig.connect(client), rig.connect(client)

    assert rig.replies[first][0]["error"].startswith("408:")
    rig.feed(Deliver("/a", 1))
    assert rig.replies[second][1]["data"] == 1


def test_one_browser_holds_one_poll() -> None:
    rig = Rig()
    first, second = rig.client("/a"), rig.client("/a")
    held = rig.connect(first)

    refused = rig.replies[rig.connect(second)]
    other_browser = rig.connect(rig.client(browser="b2"), browser="b2")

    assert refused[0]["successful"] is True
    assert refused[0]["advice"]["multiple-clients"] is True
    assert refused[0]["advice"]["interval"] == 2000
    assert held not in rig.replies
    assert other_browser not in rig.replies


def test_the_second_client_of_a_browser_still_gets_its_messages() -> None:
    rig = Rig()
    first, second = rig.client("/a"), rig.client("/a")
    rig.connect(first)
    rig.feed(DeliverTo(second, "/a", 1))

    reply = rig.replies[rig.connect(second)]

    assert reply[1]["data"] == 1
    assert "multiple-clients" not in reply[0].get("advice", {})


def test_when_the_first_client_is_gone_the_second_is_held_again() -> None:
    rig = Rig()
    first, second = rig.client(), rig.client()
    rig.connect(first)
    rig.connect(second)
    rig.ask({"channel": "/meta/disconnect", "clientId": first})

    poll = rig.connect(second)

    assert poll not in rig.replies
    rig.after(30)
    assert rig.replies[poll][0]["advice"] == {"reconnect": "retry", "interval": 0, "timeout": 30000}


def test_a_client_that_stays_away_expires() -> None:
    rig = Rig(max_interval=10)
    client = rig.client()
    rig.after(9.9)
    assert rig.server.clients == 1

    rig.after(0.2)

    assert rig.others[-1] == ClientRemoved(client, "agent5001", "expired")
    assert rig.ask({"channel": "/meta/connect", "clientId": client})["advice"] == UNKNOWN


def test_a_client_that_never_connects_expires_too() -> None:
    rig = Rig(timeout=30, max_interval=10)
    rig.handshake()

    rig.after(41)

    assert rig.server.clients == 0


def test_a_client_that_polls_never_expires() -> None:
    rig = Rig(timeout=30, max_interval=10)
    client = rig.client()

    for _ in range(20):
        poll = rig.connect(client)
        rig.after(35)
        assert poll in rig.replies

    assert rig.server.clients == 1


def test_a_poll_whose_connection_is_gone_is_not_answered_and_its_messages_wait() -> None:
    rig = Rig()
    client = rig.client("/a")
    poll = rig.connect(client)
    rig.feed(RequestGone(poll))
    rig.feed(RequestGone("never"))

    rig.feed(Deliver("/a", 1))

    assert poll not in rig.replies
    assert rig.replies[rig.connect(client)][1]["data"] == 1


def test_a_full_queue_makes_the_client_shake_hands_again() -> None:
    rig = Rig(queue=3)
    client = rig.client("/a")

    for number in range(4):
        rig.feed(Deliver("/a", number))

    assert rig.others[-1] == ClientRemoved(client, "agent5001", "overflow")
    assert rig.replies[rig.connect(client)][0]["advice"] == UNKNOWN


def test_the_end_of_an_http_session_ends_its_clients() -> None:
    rig = Rig()
    mine, other = rig.client(), rig.client(session="h2", browser="b2")
    poll = rig.connect(mine)

    rig.feed(Expel("h1"))

    assert rig.replies[poll][0]["advice"]["reconnect"] == "none"
    assert rig.others[-1] == ClientRemoved(mine, "agent5001", "expelled")
    assert rig.connect(other, browser="b2") not in rig.replies


def test_a_client_belongs_to_the_http_session_it_used_last() -> None:
    rig = Rig()
    client = rig.client(session="h1")
    rig.connect(client, 0, session="h2")

    rig.feed(Expel("h1"))
    assert rig.server.clients == 1
    rig.feed(Expel("h2"))

    assert rig.server.clients == 0


def test_a_connect_that_shares_its_request_is_not_held() -> None:
    rig = Rig()
    client = rig.client()
    subscribe = {"channel": "/meta/subscribe", "clientId": client, "subscription": "/a", "id": "1"}
    connect = {"channel": "/meta/connect", "clientId": client, "id": "2"}

    replies = rig.replies[rig.send(subscribe, connect, {**connect, "id": "3"})]

    assert {reply["id"]: reply["successful"] for reply in replies} == {"1": True, "2": True, "3": False}


def test_another_connection_type_is_refused() -> None:
    rig = Rig()
    client = rig.client()

    reply = rig.ask({"channel": "/meta/connect", "clientId": client, "connectionType": "websocket"})

    assert reply["successful"] is False
    assert reply["advice"] == UNKNOWN


def test_closing_answers_every_held_poll_and_holds_none_after() -> None:
    rig = Rig()
    client = rig.client()
    poll = rig.connect(client)

    rig.feed(Close())

    assert rig.replies[poll][0]["successful"] is True
    assert rig.connect(client) in rig.replies
    assert rig.ask(HANDSHAKE)["successful"] is False


CHANNELS = ["/meta/handshake", "/meta/connect", "/meta/disconnect", "/meta/subscribe", "/meta/unsubscribe", "/a", "?"]
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4), st.lists)
MESSAGES = st.fixed_dictionaries(
    {"channel": st.sampled_from(CHANNELS)},
    optional={
        "clientId": st.sampled_from(["c1", "c2", "c3"]),
        "subscription": st.sampled_from(["/a", "/*", ["/a"], 7]) | JSON,
        "advice": JSON | st.fixed_dictionaries({"timeout": JSON}),
        "version": JSON,
        "connectionType": JSON,
        "ext": JSON | st.fixed_dictionaries({"ack": st.booleans() | st.integers(-1, 5) | JSON}),
        "supportedConnectionTypes": st.just(["long-polling"]) | JSON,
        "data": JSON,
        "id": st.text(max_size=3),
    },
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(MESSAGES, min_size=1, max_size=3) | st.floats(0, 50) | st.just("forget"), max_size=30))
def test_any_traffic_is_answered_once_and_leaves_nothing_held(steps: list[Any]) -> None:
    rig = Rig(clients=3, queue=4, publish=("/a",))
    requests = []
    for step in steps:
        if isinstance(step, float):
            rig.after(step)
        elif step == "forget":
            rig.feed(Forget())
        else:
            requests.append(rig.send(*step))

    rig.after(100)

    assert set(requests) == set(rig.replies)
    assert rig.server.clients == 0
    assert rig.server.deadline is None
