"""What the transaction layer keeps of each transaction, and what it tells its user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from cordboard.sip.events import Flow, Transmit
from cordboard.sip.message import Request, Response
from cordboard.sip.transaction.invite_client import InviteClient
from cordboard.sip.transaction.invite_server import InviteServer
from cordboard.sip.transaction.making import ServerKey
from cordboard.sip.transaction.non_invite_client import NonInviteClient
from cordboard.sip.transaction.non_invite_server import NonInviteServer
from cordboard.sip.transaction.outputs import Failure

User = TypeVar("User")
ClientKey = tuple[str, str]  # branch, method


@dataclass(slots=True, eq=False)
class Client(Generic[User]):
    """A client transaction; `request` is kept until the final response."""

    key: ClientKey
    flow: Flow
    machine: InviteClient | NonInviteClient
    user: User
    request: Request | None


@dataclass(slots=True, eq=False)
class Server(Generic[User]):
    """A server transaction; `request` is kept until the final response, `user` is None outside sessions."""

    name: str
    key: ServerKey
    merge_key: tuple[str, str, str]
    flow: Flow
    machine: InviteServer | NonInviteServer
    request: Request | None
    to_tag: str = ""
    user: User | None = None


@dataclass(frozen=True, slots=True)
class Heard(Generic[User]):
    """A client transaction brought `response`, or None with the failure."""

    user: User
    response: Response | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An ACK that acknowledges no response of 300 or above: it is for a 2xx, found by dialog."""

    ack: Request


LayerOutput = Transmit | Heard[User] | Unmatched
