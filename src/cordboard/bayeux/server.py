"""The Bayeux server (Bayeux 1.0 with CometD's behaviour): long-polling, and WebSocket where that is switched on.

Theory of operation. One `Received` is the body of one HTTP request; its `Reply` comes at once, or later when its only
message is a `/meta/connect` that is held (a connect that shares its body with others is never held). Each client is a
`Session`, whose table says what a connect, a message and time do to it; this module finds the session, answers the
other meta channels, and fans messages out. A request that comes after its client is forgotten (a restart, an expiry, a
disconnect) is answered 402 with the advice to shake hands again at once.

A queue that is full ends its client rather than losing a message in silence: it shakes hands again and re-reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cordboard.bayeux import channel
from cordboard.bayeux.clients import Clients
from cordboard.bayeux.events import (
    ClientAdded,
    ClientRemoved,
    Close,
    Deliver,
    DeliverTo,
    DeliverTogether,
    Expel,
    Forget,
    Input,
    Output,
    Published,
    Received,
    Reply,
    RequestGone,
    Tick,
)
from cordboard.bayeux.message import (
    CONNECT,
    DISCONNECT,
    HANDSHAKE,
    LONG_POLLING,
    SUBSCRIBE,
    UNSUBSCRIBE,
    VERSION,
    WEBSOCKET,
    Message,
    is_version,
    refusal_of,
    reply_to,
)
from cordboard.bayeux.session import (
    HANDSHAKE_AGAIN,
    UNKNOWN_CLIENT,
    Connect,
    Event,
    ServerSettings,
    Session,
    State,
)

Answer = tuple[Message, list[Output]]


class Server:
    """`handle(input, now)` gives outputs in order; call it with `Tick` at `deadline`."""

    def __init__(self, settings: ServerSettings | None = None) -> None:
        self._settings = settings or ServerSettings()
        self._clients = Clients()
        self._closed = False

    @property
    def clients(self) -> int:
        return len(self._clients)

    @property
    def deadline(self) -> float | None:
        return self._clients.deadline

    def handle(self, input: Input, now: float) -> list[Output]:
        match input:
            case Received():
                return self._received(input, now)
            case Deliver() | DeliverTo():
                return self._deliver((input,), now)
            case DeliverTogether(deliveries):
                return self._deliver(deliveries, now)
            case RequestGone(request):
                lost = [one for one in self._held if one.held and one.held.request == request]
                return [output for one in lost for output in self._step(one, Event.LOST, now)]
            case Expel(http_session):
                ending = [one for one in self._clients if one.http_session == http_session]
                return [output for one in ending for output in self._step(one, Event.END, now, "expelled")]
            case Forget():
                return [output for one in self._clients for output in self._step(one, Event.FORGET, now, "forgotten")]
            case Tick():
                due = [one for one in self._clients if one.deadline <= now]
                return [output for one in due for output in self._step(one, Event.TIMEOUT, now)]
            case Close():
                self._closed = True
                return [output for one in self._held for output in self._step(one, Event.TIMEOUT, now)]

    # --- requests -----------------------------------------------------------------------------------------------------

    def _received(self, received: Received, now: float) -> list[Output]:
        connect = next((message for message in received.messages if message["channel"] == CONNECT), None)
        replies: list[Message] = []
        outputs: list[Output] = []
        for message in received.messages:
            if message is not connect:
                reply, more = self._answer(received, message, now)
                replies.append(reply)
                outputs.extend(more)
        if connect is None:
            return [*outputs, Reply(received.request, tuple(replies))]
        return outputs + self._connect(received, connect, tuple(replies), now)

    def _connect(self, received: Received, message: Message, others: tuple[Message, ...], now: float) -> list[Output]:
        session = self._session(received, message)
        if session is None:
            return [Reply(received.request, (self._unknown(message), *others))]
        if refusal := _connection_type_refusal(received, message):
            return [Reply(received.request, (refusal, *others))]
        # A client that signs in with every request has a new HTTP session each time.
        session.http_session = received.http_session
        session.acknowledge(message)
        multiple = not received.is_websocket and not session.queue and self._browser_is_busy(session)
        timeout = 0.0 if self._closed else _timeout(message, self._settings.timeout)
        outputs = session.connect(Connect(received.request, message, timeout, others, multiple), now)
        self._clients.changed(session)
        return outputs

    def _answer(self, received: Received, message: Message, now: float) -> Answer:
        name = message["channel"]
        if name == HANDSHAKE:
            return self._handshake(received, message, now)
        session = self._session(received, message)
        if session is None:
            return self._unknown(message), []
        if name == CONNECT:
            return refusal_of(message, "400::One connect in a request"), []
        if name == DISCONNECT:
            return reply_to(message), self._step(session, Event.END, now, "disconnected")
        if name in (SUBSCRIBE, UNSUBSCRIBE):
            return self._subscription(session, message), []
        return self._publish(session, message, now)

    def _handshake(self, received: Received, message: Message, now: float) -> Answer:
        none = {"advice": {"reconnect": "none"}}
        offered = message.get("supportedConnectionTypes", [LONG_POLLING])
        types = list(self._settings.connection_types)
        if len(received.messages) > 1:
            return refusal_of(message, "400::A handshake shares its request with no other message", **none), []
        if not is_version(message.get("version", VERSION)):
            return refusal_of(message, "400::Unsupported version", version=VERSION, **none), []
        if not isinstance(offered, list) or not any(one in types for one in offered):
            fields = {"supportedConnectionTypes": types, **none}
            return refusal_of(message, "400::No common connection type", **fields), []
        if len(self._clients) >= self._settings.clients or self._closed:
            return refusal_of(message, "503::Too many clients", advice={"reconnect": "retry", "interval": 5000}), []
        session = Session(
            received.client,
            received.owner,
            received.browser,
            received.http_session,
            self._settings,
            now + self._settings.timeout + self._settings.max_interval,
            self._settings.acknowledgements and _asks_for_acknowledgements(message),
        )
        self._clients.add(session)
        reply = reply_to(
            message,
            version=VERSION,
            minimumVersion=VERSION,
            clientId=session.client,
            supportedConnectionTypes=types,
            advice=self._settings.advice(),
            **({"ext": {"ack": True}} if session.acknowledges else {}),
        )
        return reply, [ClientAdded(session.client, session.owner)]

    def _subscription(self, session: Session, message: Message) -> Message:
        wanted = message.get("subscription")
        given = wanted if isinstance(wanted, list) else [wanted]
        patterns = [pattern for pattern in given if channel.is_pattern(pattern)]
        fields: dict[str, Any] = {"clientId": session.client, "subscription": wanted}
        if not patterns or len(patterns) < len(given):
            return refusal_of(message, "400::Not a channel that can be subscribed to", **fields)
        if any(channel.is_meta(pattern) for pattern in patterns):
            return refusal_of(message, "403::Meta channels cannot be subscribed to", **fields)
        if message["channel"] == UNSUBSCRIBE:
            for pattern in patterns:
                session.subscriptions.pop(pattern, None)
        elif len(session.subscriptions.keys() | set(patterns)) > self._settings.subscriptions:
            return refusal_of(message, "403::Too many subscriptions", **fields)
        else:
            session.subscriptions.update(dict.fromkeys(patterns))
        return reply_to(message, **fields)

    def _publish(self, session: Session, message: Message, now: float) -> Answer:
        name = message["channel"]
        if not channel.is_name(name) or channel.is_meta(name):
            return refusal_of(message, "400::Not a channel that can be published on"), []
        if not any(channel.matches(pattern, name) for pattern in self._settings.publish):
            return refusal_of(message, "403::Publishing is denied here"), []
        data = message.get("data")
        outputs: list[Output] = [Published(session.client, session.owner, name, data)]
        if not name.startswith("/service/"):
            outputs += self._deliver((Deliver(name, data, session.owner),), now)
        return reply_to(message), outputs

    # --- sessions -----------------------------------------------------------------------------------------------------

    def _session(self, received: Received, message: Message) -> Session | None:
        session = self._clients.get(message.get("clientId") or "")
        if session is None or session.owner != received.owner:
            return None
        return session

    def _wanting(self, delivery: Deliver | DeliverTo) -> list[Session]:
        if isinstance(delivery, DeliverTo):
            found = self._clients.get(delivery.client)
            return [found] if found else []
        return [one for one in self._clients.of(delivery.owner) if one.subscribed(delivery.channel)]

    def _unknown(self, message: Message) -> Message:
        return refusal_of(message, UNKNOWN_CLIENT, advice=HANDSHAKE_AGAIN)

    @property
    def _held(self) -> list[Session]:
        return [one for one in self._clients if one.state is State.HELD]

    def _browser_is_busy(self, session: Session) -> bool:
        return bool(session.browser) and self._clients.held_beside(session) >= self._settings.clients_per_browser

    def _deliver(self, deliveries: Iterable[Deliver | DeliverTo], now: float) -> list[Output]:
        parts: dict[str, tuple[Session, list[Message]]] = {}
        for each in deliveries:
            for session in self._wanting(each):
                _, messages = parts.setdefault(session.client, (session, []))
                messages.append({"channel": each.channel, "data": each.data})
        outputs: list[Output] = []
        for session, messages in parts.values():
            outputs += self._settle(session, session.deliver_together(messages, now), "overflow")
        return outputs

    def _step(self, session: Session, event: Event, now: float, why: str = "expired") -> list[Output]:
        return self._settle(session, session.handle(event, None, now), why)

    def _settle(self, session: Session, outputs: list[Output], why: str) -> list[Output]:
        self._clients.changed(session)
        if session.state is not State.GONE or not self._clients.remove(session):
            return outputs
        return [*outputs, ClientRemoved(session.client, session.owner, why)]


def _connection_type_refusal(received: Received, message: Message) -> Message | None:
    right = WEBSOCKET if received.is_websocket else LONG_POLLING
    if message.get("connectionType", right) == right:
        return None
    return refusal_of(message, "400::Unsupported connection type", advice=HANDSHAKE_AGAIN)


def _asks_for_acknowledgements(message: Message) -> bool:
    ext = message.get("ext")
    return isinstance(ext, dict) and ext.get("ack") is True


def _timeout(message: Message, longest: float) -> float:
    """How long to hold: the client's `advice.timeout` in milliseconds when it is shorter than ours."""
    advice = message.get("advice")
    asked = advice.get("timeout") if isinstance(advice, dict) else None
    if not isinstance(asked, int | float) or isinstance(asked, bool) or not asked >= 0:
        return longest
    return min(asked / 1000, longest)
