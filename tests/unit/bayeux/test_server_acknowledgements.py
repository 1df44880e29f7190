"""The acknowledgement extension as CometD's clients speak it, WebSocket as a carrier, a server without memory."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.bayeux.events import ClientRemoved, Deliver, Forget, RequestGone
from kit.bayeux import HANDSHAKE, UNKNOWN, Rig


class Acknowledging:
    """A client that has asked for acknowledgements and subscribed to `/a`."""

    def __init__(self, **settings: Any) -> None:
        self.rig = Rig(**settings)
        reply = self.rig.ask({**HANDSHAKE, "ext": {"ack": True}})
        assert reply["ext"] == {"ack": True}
        self.client = reply["clientId"]
        self.rig.ask({"channel": "/meta/subscribe", "clientId": self.client, "subscription": "/a"})
        self.connect(0)

    def connect(self, arrived: Any) -> str:
        message = {"channel": "/meta/connect", "connectionType": "long-polling", "clientId": self.client}
        return self.rig.send({**message, "ext": {"ack": arrived}})

    def say(self, *numbers: int) -> None:
        for number in numbers:
            self.rig.feed(Deliver("/a", number))

    def got(self, request: str) -> tuple[int, list[int]]:
        """The batch number of a reply, and what came with it."""
        connect, *messages = self.rig.replies[request]
        return connect["ext"]["ack"], [message["data"] for message in messages]


def test_what_was_acknowledged_is_not_sent_again() -> None:
    one = Acknowledging()
    one.say(1, 2)
    assert one.got(one.connect(0)) == (1, [1, 2])
    one.say(3)

    assert one.got(one.connect(1)) == (2, [3])
    poll = one.connect(2)
    assert poll not in one.rig.replies, "nothing is left to send"


def test_what_was_lost_on_the_way_is_sent_again_with_what_came_since() -> None:
    one = Acknowledging()
    one.say(1)
    lost = one.connect(0)
    assert one.got(lost) == (1, [1])
    one.say(2)

    assert one.got(one.connect(0)) == (2, [1, 2])
    assert one.got(one.connect(1)) == (2, [2])


def test_a_poll_is_released_by_a_message_and_that_message_kept() -> None:
    one = Acknowledging()
    poll = one.connect(0)
    one.say(1)
    assert one.got(poll) == (1, [1])
    gone = one.connect(1)
    one.rig.feed(RequestGone(gone))
    one.say(2)

    assert one.got(one.connect(1)) == (2, [2])


def test_without_acknowledgement_the_queue_fills_and_the_client_shakes_hands_again() -> None:
    one = Acknowledging(queue=3)
    one.say(1, 2)
    one.connect(0)
    one.say(3)
    one.say(4)

    assert one.rig.others[-1] == ClientRemoved(one.client, "agent5001", "overflow")


@pytest.mark.parametrize("arrived", [None, "1", {}, -5, 7.5, True])
def test_an_acknowledgement_that_makes_no_sense_acknowledges_nothing(arrived: Any) -> None:
    one = Acknowledging()
    one.say(1)
    one.connect(0)

    assert one.got(one.connect(arrived)) == (1, [1])


def test_a_client_that_does_not_ask_gets_no_numbers() -> None:
    rig = Rig()
    rig.ask({**HANDSHAKE, "ext": {"ack": False}})
    client = rig.client("/a")
    rig.feed(Deliver("/a", 1))

    assert "ext" not in rig.replies[rig.connect(client)][0]
    assert rig.connect(client) not in rig.replies


def test_acknowledgements_can_be_switched_off() -> None:
    reply = Rig(acknowledgements=False).ask({**HANDSHAKE, "ext": {"ack": True}})

    assert "ext" not in reply


def test_a_server_that_lost_its_memory_answers_402_to_everybody() -> None:
    rig = Rig()
    held, away = rig.client(), rig.client(browser="b2")
    poll = rig.connect(held)

    rig.feed(Forget())

    assert rig.replies[poll][0]["advice"] == UNKNOWN
    assert rig.replies[rig.connect(away, browser="b2")][0]["error"].startswith("402:")
    assert rig.server.clients == 0
    assert {one.why for one in rig.others if isinstance(one, ClientRemoved)} == {"forgotten"}


def test_websocket_is_offered_where_it_is_switched_on() -> None:
    rig = Rig(websocket=True)
    reply = rig.ask({**HANDSHAKE, "supportedConnectionTypes": ["websocket"]}, is_websocket=True)
    assert reply["supportedConnectionTypes"] == ["websocket", "long-polling"]
    connect = {"channel": "/meta/connect", "clientId": reply["clientId"]}

    first = rig.send({**connect, "connectionType": "websocket"}, is_websocket=True)
    held = rig.send({**connect, "connectionType": "websocket"}, is_websocket=True)
    wrong = rig.send({**connect, "connectionType": "websocket"})

    assert rig.replies[first][0]["successful"] is True
    assert held not in rig.replies
    assert rig.replies[wrong][0]["successful"] is False


def test_over_websocket_a_browser_may_hold_as_many_polls_as_it_likes() -> None:
    rig = Rig(websocket=True)
    clients = [rig.client(browser=""), rig.client(browser="")]

    polls = [
        rig.send({"channel": "/meta/connect", "clientId": client}, browser="", is_websocket=True) for client in clients
    ]

    assert not set(polls) & set(rig.replies)
