"""What the transaction layer keeps of each transaction, and what it tells its user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cordboard.sip.events import Flow, Transmit
from cordboard.sip.message import Request, Response
from cordboard.sip.transaction import invite_client, invite_server, non_invite_client, non_invite_server
from cordboard.sip.transaction.invite_client import InviteClient
from cordboard.sip.transaction.invite_server import InviteServer
from cordboard.sip.transaction.making import ServerKey
from cordboard.sip.transaction.non_invite_client import NonInviteClient
from cordboard.sip.transaction.non_invite_server import NonInviteServer
from cordboard.sip.transaction.outputs import Fail, Failure, PassUp, Send, TransactionOutput
from cordboard.sip.transaction.timers import Timers

User = TypeVar("User")
ClientKey = tuple[str, str]  # branch, method


@dataclass(slots=True, eq=False)
class Client(Generic[User]):
    """A client transaction; `request` is kept until the final response.

    `fallback` is the flow that its user named, where the request was too large for it (RFC 3261 section 18.1.1).
    """

    key: ClientKey
    flow: Flow
    machine: InviteClient | NonInviteClient
    user: User
    request: Request | None
    fallback: Flow | None = None

    @classmethod
    def begin(
        cls,
        flow: Flow,
        request: Request,
        data: bytes,
        branch: str,
        user: User,
        timers: Timers,
        acknowledge: Callable[[Request, Response], bytes],
        now: float,
    ) -> Client[User]:
        """The transaction of a request that is being sent as `data`."""
        machine: InviteClient | NonInviteClient
        if request.method == "INVITE":
            machine = InviteClient(data, flow.reliable, timers, lambda final: acknowledge(request, final), now)
        else:
            machine = NonInviteClient(data, flow.reliable, timers, now)
        return cls((branch, request.method), flow, machine, user, request)

    @property
    def unanswered(self) -> bool:
        """Whether not even a provisional response came."""
        return self.machine.state in (invite_client.State.CALLING, non_invite_client.State.TRYING)

    def translate(self, output: TransactionOutput) -> LayerOutput[User]:
        """What its machine said, as the layer says it."""
        match output:
            case Send(data):
                return Transmit(self.flow, data)
            case Fail(failure):
                return Heard(self.user, None, failure)
            case PassUp(message):
                assert isinstance(message, Response)
                return Heard(self.user, message, None)


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

    def translate(self, output: TransactionOutput) -> LayerOutput[User] | None:
        """What its machine said, as the layer says it; None for what no user of a server wants to know."""
        match output:
            case Send(data):
                return Transmit(self.flow, data)
            case PassUp(message) if isinstance(message, Request):
                return Unmatched(message)
        return None


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


def lose_transport(
    machine: InviteClient | NonInviteClient | InviteServer | NonInviteServer, now: float
) -> list[TransactionOutput]:
    """What follows from the loss of the transaction's connection."""
    match machine:
        case InviteClient():
            return machine.handle(invite_client.Event.TRANSPORT_ERROR, now)
        case NonInviteClient():
            return machine.handle(non_invite_client.Event.TRANSPORT_ERROR, now)
        case InviteServer():
            return machine.handle(invite_server.Event.TRANSPORT_ERROR, now)
        case NonInviteServer():
            return machine.handle(non_invite_server.Event.TRANSPORT_ERROR, now)
