"""One client of the Bayeux server: its poll, its queue, its subscriptions.

Theory of operation. A client shakes hands, then keeps one `/meta/connect` at the server at all times (the long poll).
The first connect is answered at once: CometD's JavaScript client asks for that with `advice.timeout: 0`, others only
expect it. Later ones are HELD until a message is queued or the timeout passes. Between two polls the client is WAITING;
when it stays away longer than the advised interval plus `max_interval` it is GONE and its next message is answered 402.

One browser may hold one poll (CometD's rule: a browser opens only a few connections to a host). The server says with
`Connect.multiple` that another client of the same browser holds one; such a connect is answered at once with the advice
`multiple-clients` and a longer interval, and the first reply after that carries the normal advice again.

A second connect of one client means that it gave up the first: the first is answered 408, as CometD does, because an
ordinary reply would make two pollers of one client release each other in a tight loop.

A client that asked for acknowledgements at its handshake (CometD's `ext: {"ack": true}`) keeps what it was sent in its
queue until it says with a later connect that the reply with this batch number arrived; otherwise it is sent again.

Times are seconds here and milliseconds in `advice` (Bayeux 1.0 section 4.7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from cordboard.bayeux import channel
from cordboard.bayeux.events import Output, Reply
from cordboard.bayeux.message import LONG_POLLING, WEBSOCKET, Message, refusal_of, reply_to

UNKNOWN_CLIENT = "402::Unknown client"
HANDSHAKE_AGAIN: Message = {"reconnect": "handshake", "interval": 0}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Times in seconds; the defaults are CometD's."""

    timeout: float = 30.0  # how long a connect is held
    interval: float = 0.0  # how long a client waits between two connects
    max_interval: float = 10.0  # how long past that a client may stay away
    multiple_clients_interval: float = 2.0
    clients_per_browser: int = 1
    clients: int = 1000
    subscriptions: int = 64  # of one client
    queue: int = 1000  # messages of one client
    publish: tuple[str, ...] = ()  # patterns of channels on which clients may publish
    acknowledgements: bool = True  # for clients that ask for them
    websocket: bool = False  # offered beside long-polling

    @property
    def connection_types(self) -> tuple[str, ...]:
        return (WEBSOCKET, LONG_POLLING) if self.websocket else (LONG_POLLING,)

    def advice(self) -> Message:
        return {"reconnect": "retry", "interval": round(self.interval * 1000), "timeout": round(self.timeout * 1000)}


class State(StrEnum):
    HANDSHAKEN = "handshaken"
    WAITING = "waiting"
    HELD = "held"
    GONE = "gone"


class Event(StrEnum):
    ANSWER = "answer"  # a connect that must not be held
    HOLD = "hold"  # a connect that may be held
    MESSAGE = "message"
    OVERFLOW = "overflow"
    TIMEOUT = "timeout"  # the deadline passed
    LOST = "lost"  # the held request's connection closed
    END = "end"  # disconnect or expulsion
    FORGET = "forget"  # the server lost its memory


@dataclass(frozen=True, slots=True)
class Connect:
    """One `/meta/connect`: the HTTP request it came in, its message, the replies that share its body."""

    request: str
    message: Message
    timeout: float
    others: tuple[Message, ...] = ()
    multiple: bool = False


@dataclass(slots=True, eq=False)
class Session:
    """The state of one client; `handle` runs the table below."""

    client: str
    owner: str
    browser: str
    http_session: str
    settings: ServerSettings
    expires: float
    acknowledges: bool = False
    state: State = State.HANDSHAKEN
    subscriptions: dict[str, None] = field(default_factory=dict)
    queue: list[Message] = field(default_factory=list)
    batches: list[tuple[int, int]] = field(default_factory=list)  # number, how many of the queue were sent up to it
    batch: int = 0
    held: Connect | None = None
    held_until: float = 0.0
    advise: bool = True

    @property
    def deadline(self) -> float:
        return self.held_until if self.state is State.HELD else self.expires

    def subscribed(self, name: str) -> bool:
        return any(channel.matches(pattern, name) for pattern in self.subscriptions)

    def acknowledge(self, message: Message) -> None:
        """Forget what a connect says has arrived."""
        ext = message.get("ext")
        arrived = ext.get("ack") if isinstance(ext, dict) else None
        if not self.acknowledges or not isinstance(arrived, int) or isinstance(arrived, bool):
            return
        count = max((count for batch, count in self.batches if batch <= arrived), default=0)
        del self.queue[:count]
        self.batches = [(batch, sent - count) for batch, sent in self.batches if batch > arrived]

    def connect(self, connect: Connect, now: float) -> list[Output]:
        at_once = connect.timeout <= 0 or connect.multiple or bool(connect.others) or bool(self.queue)
        return self.handle(Event.ANSWER if at_once else Event.HOLD, connect, now)

    def deliver(self, message: Message, now: float) -> list[Output]:
        full = self.state is not State.HELD and len(self.queue) >= self.settings.queue
        return self.handle(Event.OVERFLOW if full else Event.MESSAGE, message, now)

    def deliver_together(self, messages: list[Message], now: float) -> list[Output]:
        """All of them, which are some, with one reply where a poll is held."""
        self.queue += messages[:-1]
        return self.deliver(messages[-1], now)

    def handle(self, event: Event, argument: Connect | Message | None, now: float) -> list[Output]:
        """Take one step; what the table does not hold is nothing to do (a LOST that crossed its answer)."""
        if (row := TABLE.get((self.state, event))) is None:
            return []
        self.state, actions = row
        return [output for action in actions for output in action(self, argument, now)]


Action = Callable[[Session, "Connect | Message | None", float], list[Output]]


def answer(session: Session, connect: Connect | Message | None, now: float) -> list[Output]:
    assert isinstance(connect, Connect)
    fields = {**_advice(session, connect), **_batch(session)}
    messages = (reply_to(connect.message, **fields), *connect.others, *session.queue)
    if not session.acknowledges:
        session.queue.clear()
    interval = session.settings.multiple_clients_interval if connect.multiple else session.settings.interval
    session.expires = now + interval + session.settings.max_interval
    return [Reply(connect.request, messages)]


def _advice(session: Session, connect: Connect) -> Message:
    if connect.multiple:
        session.advise = True
        interval = round(session.settings.multiple_clients_interval * 1000)
        return {"advice": {**session.settings.advice(), "interval": interval, "multiple-clients": True}}
    if session.advise:
        session.advise = False
        return {"advice": session.settings.advice()}
    return {}


def _batch(session: Session) -> Message:
    """The number of the batch that the queue makes; a queue that was sent before is the same batch again."""
    if not session.acknowledges:
        return {}
    sent = session.batches[-1][1] if session.batches else 0
    if len(session.queue) > sent:
        session.batch += 1
        session.batches.append((session.batch, len(session.queue)))
    return {"ext": {"ack": session.batch}}


def hold(session: Session, connect: Connect | Message | None, now: float) -> list[Output]:
    assert isinstance(connect, Connect)
    session.held = connect
    session.held_until = now + connect.timeout
    return []


def release(session: Session, _: object, now: float) -> list[Output]:
    connect, session.held = session.held, None
    return answer(session, connect, now)


def release_for_good(session: Session, _: object, now: float) -> list[Output]:
    assert session.held is not None
    connect, session.held = session.held, None
    reply = reply_to(connect.message, advice={**session.settings.advice(), "reconnect": "none"})
    return [Reply(connect.request, (reply, *session.queue))]


def disown(session: Session, _: object, now: float) -> list[Output]:
    assert session.held is not None
    connect, session.held = session.held, None
    return [Reply(connect.request, (refusal_of(connect.message, UNKNOWN_CLIENT, advice=HANDSHAKE_AGAIN),))]


def drop_earlier(session: Session, _: object, now: float) -> list[Output]:
    assert session.held is not None
    earlier, session.held = session.held, None
    return [Reply(earlier.request, (refusal_of(earlier.message, "408::Another connect of this client arrived"),))]


def forget(session: Session, _: object, now: float) -> list[Output]:
    session.held = None
    session.expires = now + session.settings.interval + session.settings.max_interval
    return []


def enqueue(session: Session, message: Connect | Message | None, now: float) -> list[Output]:
    assert isinstance(message, dict)
    session.queue.append(message)
    return []


TABLE: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.HANDSHAKEN, Event.ANSWER): (State.WAITING, (answer,)),
    (State.HANDSHAKEN, Event.HOLD): (State.WAITING, (answer,)),
    (State.HANDSHAKEN, Event.MESSAGE): (State.HANDSHAKEN, (enqueue,)),
    (State.HANDSHAKEN, Event.OVERFLOW): (State.GONE, ()),
    (State.HANDSHAKEN, Event.TIMEOUT): (State.GONE, ()),
    (State.HANDSHAKEN, Event.END): (State.GONE, ()),
    (State.HANDSHAKEN, Event.FORGET): (State.GONE, ()),
    (State.WAITING, Event.ANSWER): (State.WAITING, (answer,)),
    (State.WAITING, Event.HOLD): (State.HELD, (hold,)),
    (State.WAITING, Event.MESSAGE): (State.WAITING, (enqueue,)),
    (State.WAITING, Event.OVERFLOW): (State.GONE, ()),
    (State.WAITING, Event.TIMEOUT): (State.GONE, ()),
    (State.WAITING, Event.END): (State.GONE, ()),
    (State.WAITING, Event.FORGET): (State.GONE, ()),
    (State.HELD, Event.ANSWER): (State.WAITING, (drop_earlier, answer)),
    (State.HELD, Event.HOLD): (State.HELD, (drop_earlier, hold)),
    (State.HELD, Event.MESSAGE): (State.WAITING, (enqueue, release)),
    (State.HELD, Event.TIMEOUT): (State.WAITING, (release,)),
    (State.HELD, Event.LOST): (State.WAITING, (forget,)),
    (State.HELD, Event.END): (State.GONE, (release_for_good,)),
    (State.HELD, Event.FORGET): (State.GONE, (disown,)),
}
