from __future__ import annotations

from cordboard.bayeux import session as table
from cordboard.bayeux.events import Reply
from cordboard.bayeux.session import TABLE, Connect, Event, ServerSettings, Session, State
from kit.table_cells import expect_every_cell

SETTINGS = ServerSettings(timeout=30, max_interval=10, queue=2)
CONNECT = {"channel": "/meta/connect", "id": "1"}
ADVICE = {"reconnect": "retry", "interval": 0, "timeout": 30000}


def session() -> Session:
    return Session("c1", "agent5001", "b1", "h1", SETTINGS, expires=40.0)


def connected() -> Session:
    """A client whose first connect has been answered at time 0."""
    one = session()
    one.connect(Connect("r0", CONNECT, 30.0), 0.0)
    return one


def held() -> Session:
    one = connected()
    assert one.connect(Connect("r1", CONNECT, 30.0), 1.0) == []
    return one


def test_the_first_connect_is_answered_at_once_with_advice() -> None:
    one = session()

    outputs = one.connect(Connect("r0", CONNECT, 30.0), 0.0)

    assert outputs == [Reply("r0", ({"id": "1", "channel": "/meta/connect", "successful": True, "advice": ADVICE},))]
    assert one.state is State.WAITING


def test_a_first_connect_that_asks_for_no_wait_is_answered_like_any_first() -> None:
    """`advice.timeout` 0, as CometD's JavaScript client sends it."""
    one = session()

    assert one.connect(Connect("r0", CONNECT, 0.0), 0.0) == session().connect(Connect("r0", CONNECT, 30.0), 0.0)
    assert (one.state, one.deadline) == (State.WAITING, 10.0)


def test_what_came_before_the_first_connect_comes_with_its_reply() -> None:
    one = session()
    message = {"channel": "/v2/me/calls", "data": 1}
    assert one.deliver(message, 1.0) == []
    assert one.state is State.HANDSHAKEN

    (reply,) = one.connect(Connect("r0", CONNECT, 30.0), 2.0)

    assert isinstance(reply, Reply)
    assert reply.messages[1:] == (message,)
    assert (one.state, one.queue) == (State.WAITING, [])


def test_a_client_that_never_connects_is_gone_at_its_time_whatever_it_was_sent() -> None:
    one = session()
    one.deliver({"channel": "/a", "data": 1}, 39.0)
    assert one.deadline == 40.0, "a message to it is no sign of life"

    assert one.handle(Event.TIMEOUT, None, 40.0) == []

    assert one.state is State.GONE


def test_a_full_queue_ends_a_client_that_has_not_connected_yet() -> None:
    one = session()
    for number in range(SETTINGS.queue):
        one.deliver({"channel": "/a", "data": number}, 1.0)
    assert one.state is State.HANDSHAKEN

    assert one.deliver({"channel": "/a", "data": "one too many"}, 1.0) == []

    assert one.state is State.GONE


def test_a_client_may_leave_before_its_first_connect_and_between_two() -> None:
    for one in (session(), connected()):
        assert one.handle(Event.END, None, 2.0) == [], "no poll is there to be answered"
        assert one.state is State.GONE
        assert one.connect(Connect("r9", CONNECT, 30.0), 3.0) == []
        assert one.deliver({"channel": "/a", "data": 1}, 3.0) == []
        assert one.queue == []


def test_a_client_that_stays_away_is_gone() -> None:
    one = connected()
    assert one.deadline == 10.0

    assert one.handle(Event.TIMEOUT, None, 10.0) == []

    assert one.state is State.GONE


def test_a_connect_that_wants_no_wait_answers_the_held_one_408_and_is_answered_itself() -> None:
    one = held()

    earlier, later = one.connect(Connect("r2", CONNECT, 0.0), 5.0)

    assert isinstance(earlier, Reply)
    assert isinstance(later, Reply)
    assert (earlier.request, earlier.messages[0]["successful"]) == ("r1", False)
    assert earlier.messages[0]["error"].startswith("408:")
    assert (later.request, later.messages[0]["successful"]) == ("r2", True)
    assert (one.state, one.held, one.deadline) == (State.WAITING, None, 15.0)


def test_a_later_connect_is_held_until_its_timeout() -> None:
    one = held()
    assert (one.state, one.deadline) == (State.HELD, 31.0)

    outputs = one.handle(Event.TIMEOUT, None, 31.0)

    assert outputs == [Reply("r1", ({"id": "1", "channel": "/meta/connect", "successful": True},))]
    assert (one.state, one.deadline) == (State.WAITING, 41.0)


def test_a_message_releases_the_held_connect_and_comes_with_it() -> None:
    one = held()
    message = {"channel": "/v2/me/calls", "data": 1}

    (reply,) = one.deliver(message, 2.0)

    assert isinstance(reply, Reply)
    assert reply.messages[1:] == (message,)
    assert one.queue == []


def test_messages_between_two_polls_wait_in_order_for_the_next() -> None:
    one = connected()
    first, second = {"channel": "/a", "data": 1}, {"channel": "/a", "data": 2}
    assert one.deliver(first, 1.0) == []
    assert one.deliver(second, 1.0) == []

    (reply,) = one.connect(Connect("r1", CONNECT, 30.0), 2.0)

    assert isinstance(reply, Reply)
    assert reply.messages[1:] == (first, second)


def test_a_full_queue_ends_the_client() -> None:
    one = connected()
    for number in range(SETTINGS.queue):
        one.deliver({"channel": "/a", "data": number}, 1.0)
    assert one.state is State.WAITING

    one.deliver({"channel": "/a", "data": "one too many"}, 1.0)

    assert one.state is State.GONE


def test_a_timeout_of_zero_is_answered_at_once() -> None:
    one = connected()

    assert len(one.connect(Connect("r1", CONNECT, 0.0), 1.0)) == 1


def test_a_second_connect_answers_the_first_408_and_takes_its_place() -> None:
    one = held()

    (reply,) = one.connect(Connect("r2", CONNECT, 30.0), 5.0)

    assert isinstance(reply, Reply)
    assert reply.request == "r1"
    assert reply.messages[0]["error"].startswith("408:")
    assert one.held is not None
    assert (one.held.request, one.deadline) == ("r2", 35.0)


def test_a_second_client_of_a_browser_is_told_to_slow_down_and_later_to_speed_up() -> None:
    one = connected()

    (slow,) = one.connect(Connect("r1", CONNECT, 30.0, multiple=True), 1.0)
    one.connect(Connect("r2", CONNECT, 30.0), 3.0)
    (again,) = one.handle(Event.TIMEOUT, None, 33.0)

    assert isinstance(slow, Reply)
    assert slow.messages[0]["advice"] == {**ADVICE, "interval": 2000, "multiple-clients": True}
    assert isinstance(again, Reply)
    assert again.messages[0]["advice"] == ADVICE


def test_the_interval_of_the_advice_is_added_to_the_time_it_may_stay_away() -> None:
    one = connected()

    one.connect(Connect("r1", CONNECT, 30.0, multiple=True), 1.0)

    assert one.deadline == 1.0 + 2.0 + 10.0


def test_a_lost_poll_leaves_messages_for_the_next() -> None:
    one = held()
    assert one.handle(Event.LOST, None, 2.0) == []
    assert (one.state, one.deadline) == (State.WAITING, 12.0)

    one.deliver({"channel": "/a", "data": 1}, 3.0)

    assert len(one.queue) == 1


def test_the_end_answers_the_held_poll_for_good() -> None:
    one = held()

    (reply,) = one.handle(Event.END, None, 2.0)

    assert isinstance(reply, Reply)
    assert reply.messages[0]["successful"] is True
    assert reply.messages[0]["advice"]["reconnect"] == "none"
    assert one.state is State.GONE


def test_a_server_that_lost_its_memory_knows_nobody() -> None:
    """The held poll is answered so at once, the others at their next message."""
    for make in (session, connected):
        one = make()
        assert one.handle(Event.FORGET, None, 2.0) == []
        assert one.state is State.GONE
    one = held()

    (reply,) = one.handle(Event.FORGET, None, 2.0)

    assert isinstance(reply, Reply)
    assert reply.messages[0]["error"].startswith("402:")
    assert reply.messages[0]["advice"] == {"reconnect": "handshake", "interval": 0}
    assert one.state is State.GONE


def test_what_is_not_in_the_table_is_nothing_to_do() -> None:
    one = connected()

    assert one.handle(Event.LOST, None, 1.0) == []
    assert one.state is State.WAITING


def test_every_state_but_gone_takes_connects_messages_time_and_the_end() -> None:
    always = {Event.ANSWER, Event.HOLD, Event.MESSAGE, Event.TIMEOUT, Event.END}

    for state in State:
        events = {event for known, event in TABLE if known is state}
        assert events == set() if state is State.GONE else events >= always


def test_every_cell_is_visited() -> None:
    expect_every_cell(table, globals())
