"""What goes into the Bayeux server and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cordboard.bayeux.message import Message

# --- inputs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Received:
    """The messages of one HTTP request; exactly one `Reply` with the same `request` follows, at once or later.

    `owner` is the signed-in user: a client belongs to whom it shook hands with, for anybody else it is unknown.
    `browser` is the value of the BAYEUX_BROWSER cookie, or the one about to be set; `http_session` names the HTTP
    session, so that `Expel` can end its clients. `client` is used when a handshake is among the messages.
    A frame of a WebSocket is received like the body of a request.
    """

    request: str
    messages: tuple[Message, ...]
    client: str
    owner: str = ""
    browser: str = ""
    http_session: str = ""
    is_websocket: bool = False


@dataclass(frozen=True, slots=True)
class RequestGone:
    """The connection that carried a request closed before its reply; messages stay queued for the next connect."""

    request: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """Queue `data` for every client that subscribed to `channel`; only for those of `owner` unless it is None."""

    channel: str
    data: Any
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class DeliverTo:
    """Queue `data` for one client, subscribed or not (Bayeux 1.0 section 2.2.3)."""

    client: str
    channel: str
    data: Any


@dataclass(frozen=True, slots=True)
class DeliverTogether:
    """What came at the same moment: a held poll brings all of it, where otherwise the rest would wait for the next."""

    deliveries: tuple[Deliver | DeliverTo, ...]


@dataclass(frozen=True, slots=True)
class Expel:
    """An HTTP session ended: its clients are gone."""

    http_session: str


@dataclass(frozen=True, slots=True)
class Forget:
    """The server lost its memory: held polls and whatever else its clients send are answered 402."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has come to `now`; sent when `deadline` is reached."""


@dataclass(frozen=True, slots=True)
class Close:
    """The server stops: held polls are answered, later ones not held."""


Input = Received | RequestGone | Deliver | DeliverTo | DeliverTogether | Expel | Forget | Tick | Close


# --- outputs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one HTTP request: a JSON array."""

    request: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A client published on a channel where that is allowed."""

    client: str
    owner: str
    channel: str
    data: Any


@dataclass(frozen=True, slots=True)
class ClientAdded:
    client: str
    owner: str


@dataclass(frozen=True, slots=True)
class ClientRemoved:
    """`why`: disconnected, expired, overflow (its queue was full), expelled, forgotten."""

    client: str
    owner: str
    why: str


Output = Reply | Published | ClientAdded | ClientRemoved
