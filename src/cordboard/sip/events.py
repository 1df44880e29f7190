"""The vocabulary of the SIP core: what goes in, what comes out.

`UserAgentCore.handle(input, now) -> list[Output]` takes one of the inputs below and gives outputs. Whoever uses the
core never sees a transaction timer, a retransmission or a CSeq: those are its own business. Identifiers that the user
of the core needs in order to talk about a thing later (`session`, `key`) are chosen by that user; those of things that
arrive from outside (`transaction`, the `session` of an incoming INVITE) come from the core's identifier source.

A *session* is one INVITE and the dialog it makes (RFC 5057 calls it an INVITE usage). A *flow* is the path on which
messages travel (RFC 5626): a remote address of a datagram socket, or one connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cordboard.sip.message import Request, Response

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Flow:
    """A path for messages: `listener` names the local socket ("trunk", "page"), `connection` one connection of it."""

    transport: str  # "UDP", "TCP", "TLS", "WS", "WSS": the word of the Via header
    listener: str
    remote: tuple[str, int]
    connection: str = ""

    @property
    def reliable(self) -> bool:
        return self.transport != "UDP"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What answers a digest challenge."""

    user: str
    password: str = field(repr=False)


# --- inputs: from the network and the clock ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes of one datagram or of one WebSocket message."""

    flow: Flow
    data: bytes


@dataclass(frozen=True, slots=True)
class FlowClosed:
    """The connection of a flow is gone; sessions on it live on until their user ends them."""

    flow: Flow


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has come to `now`; sent when `deadline` is reached."""


# --- inputs: commands about sessions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invite:
    """Send an INVITE. `from_uri` and `to_uri` are written into the headers as given, with or without angle brackets.

    `contact` is the whole Contact value. An empty `sdp` makes the INVITE offerless: its 2xx then carries the offer and
    nothing is acknowledged until `Acknowledge` is given. With `sdp` the 2xx is acknowledged at once.
    """

    session: str
    flow: Flow
    target: str
    from_uri: str
    to_uri: str
    contact: str
    sdp: str = ""
    headers: tuple[Header, ...] = ()
    call_id: str = ""  # empty: from the identifier source


@dataclass(frozen=True, slots=True)
class Ring:
    """Answer the session's INVITE with a provisional response; `contact` as in `Invite`.

    SDP in a reliable one is the answer (the offer, if the INVITE had none) and not a preview: an `Accept` then waits
    for its PRACK, and gives the same SDP again or none. While one is unacknowledged, further reliable ones wait.
    """

    session: str
    contact: str
    status: int = 180
    sdp: str = ""
    headers: tuple[Header, ...] = ()
    reliable: bool = False  # repeated until PRACK if the peer supports 100rel (RFC 3262); always so if it requires it


@dataclass(frozen=True, slots=True)
class Accept:
    """Answer the session's pending INVITE or re-INVITE with 200 and `sdp` (answer, or offer if it had none)."""

    session: str
    contact: str
    sdp: str
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """Answer the session's pending INVITE or re-INVITE with a final response of 300 to 699."""

    session: str
    status: int
    reason: str = ""
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The SDP answer to the offer of a 2xx, or of a reliable provisional response, whose INVITE was offerless.

    It goes into the ACK, or the PRACK. After the latter there is none to give for the 2xx.
    """

    session: str
    sdp: str = ""
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Reinvite:
    """Send a re-INVITE; empty `sdp` makes it offerless, as in `Invite`. Glare (491) is retried by the core."""

    session: str
    sdp: str = ""
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the session, whatever its state asks for: CANCEL, BYE, or `status` for an unanswered incoming INVITE.

    A CANCEL waits for the first provisional response (RFC 3261 section 9.1); a 2xx that crosses it is acknowledged and
    followed by a BYE. `headers` (Reason, X-Genesys-CallUUID) go into the BYE or the rejection; into a CANCEL go only
    the Reason fields (RFC 3326 section 2; SIP Server puts nothing else there).
    """

    session: str
    status: int = 480
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class SendInDialog:
    """Send INFO, NOTIFY, MESSAGE, UPDATE or the like in the session's (early or confirmed) dialog."""

    session: str
    key: str
    method: str
    headers: tuple[Header, ...] = ()
    content_type: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class MoveSession:
    """From now on the session's requests travel on another flow (the page's WebSocket came back)."""

    session: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class Restore:
    """Take up an established session of an earlier process; `snapshot` is what `UserAgentCore.snapshot` gave there.

    Take a new snapshot at once: the CSeq numbers go on from a gap above the old one, which fits once. A snapshot that
    cannot be used raises LocalProtocolError.
    """

    session: str
    flow: Flow
    snapshot: Mapping[str, object]


# --- inputs: commands outside sessions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send a request outside a dialog (REGISTER, MESSAGE, OPTIONS). Empty `call_id`: one from the identifier source."""

    key: str
    flow: Flow
    method: str
    target: str
    from_uri: str
    to_uri: str
    headers: tuple[Header, ...] = ()
    content_type: str = ""
    body: bytes = b""
    call_id: str = ""
    from_tag: str = ""
    cseq: int = 1


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer a request that came as `Requested` or `OutOfDialogRequested`.

    `to_tag` is for a request outside dialogs that makes one of its user's own (REFER); empty: chosen by the core.
    """

    transaction: str
    status: int
    reason: str = ""
    headers: tuple[Header, ...] = ()
    content_type: str = ""
    body: bytes = b""
    to_tag: str = ""


Input = (
    Received
    | FlowClosed
    | Tick
    | Invite
    | Ring
    | Accept
    | Reject
    | Acknowledge
    | Reinvite
    | Hangup
    | SendInDialog
    | MoveSession
    | Restore
    | SendRequest
    | Respond
)


# --- outputs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Transmit:
    """Write these bytes to the flow."""

    flow: Flow
    data: bytes


@dataclass(frozen=True, slots=True)
class Invited:
    """A new INVITE came (100 Trying is already sent). `request.body` may be empty: an offerless INVITE.

    `replaces` names the session of ours that its Replaces header asks to replace (RFC 3891), empty without one.
    """

    session: str
    flow: Flow
    request: Request
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Provisional:
    """A provisional response other than 100 to our initial INVITE.

    SDP is a preview, unless the response is `reliable` (its PRACK is sent by the core): then it is the answer, or for
    an offerless INVITE the offer, to be answered by `Acknowledge`.
    """

    session: str
    response: Response
    reliable: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A 2xx to our INVITE (`initial`) or re-INVITE. If that was offerless the user must give `Acknowledge`.

    The body is the answer, also where the peer gave it in a reliable provisional response and not again.
    """

    session: str
    response: Response
    initial: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """Our initial INVITE failed; the session is over. `response` is None for a timeout (408) or a lost flow (503)."""

    session: str
    status: int
    response: Response | None


@dataclass(frozen=True, slots=True)
class ReinviteRejected:
    """Our re-INVITE failed; the session goes on as it was."""

    session: str
    status: int
    response: Response | None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The ACK of our 2xx came. `request.body` carries the SDP answer where our 2xx carried the offer."""

    session: str
    request: Request
    initial: bool


@dataclass(frozen=True, slots=True)
class ProvisionalAcknowledged:
    """The PRACK of a reliable provisional response of ours brought the SDP answer to its offer (already answered)."""

    session: str
    request: Request


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The caller cancelled (200 and 487 are already sent); the session is over.

    `request` is its CANCEL, a BYE, or the INVITE where a reliable provisional response got no PRACK (504 is sent).
    """

    session: str
    request: Request


@dataclass(frozen=True, slots=True)
class Reinvited:
    """A re-INVITE came; answer it with `Accept` or `Reject`. An empty body means it is offerless."""

    session: str
    request: Request


@dataclass(frozen=True, slots=True)
class RefreshDue:
    """The session timer asks for a refresh that the core cannot send by UPDATE: send a `Reinvite` (RFC 4028).

    It comes again, ever sooner, until a refresh succeeds or the session expires.
    """

    session: str


class EndCause(StrEnum):
    BYE = "BYE"  # the far side hung up
    EXPIRED = "session expired"  # the peer did not refresh the session in time (RFC 4028); a BYE is already sent
    NO_ACK = "no ACK"  # our 2xx was never acknowledged (64*T1); a BYE is already sent
    DIALOG_GONE = "dialog gone"  # 481 or 408 to a request of ours (RFC 5057 section 5.1)


@dataclass(frozen=True, slots=True)
class Ended:
    """An established session is over by the far side's doing. `request` is its BYE (already answered), if any."""

    session: str
    cause: EndCause
    request: Request | None


@dataclass(frozen=True, slots=True)
class Requested:
    """Another request came in the session's dialog (INFO, NOTIFY, UPDATE, REFER ...); answer it with `Respond`.

    A PRACK is among them only if it makes a new offer.
    """

    session: str
    transaction: str
    request: Request


@dataclass(frozen=True, slots=True)
class Replied:
    """The final response to a `SendInDialog`; status 408 without response if none came."""

    session: str
    key: str
    status: int
    response: Response | None


@dataclass(frozen=True, slots=True)
class OutOfDialogRequested:
    """A request outside any dialog came (REGISTER, OPTIONS, MESSAGE, NOTIFY ...); answer it with `Respond`."""

    transaction: str
    flow: Flow
    request: Request


@dataclass(frozen=True, slots=True)
class OutOfDialogReplied:
    """The final response to a `SendRequest`; status 408 or 503 without response if none came."""

    key: str
    status: int
    response: Response | None


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message that could not be used (already answered with 400 where that was possible); for the log."""

    flow: Flow
    why: str


Output = (
    Transmit
    | Invited
    | Provisional
    | Accepted
    | Rejected
    | ReinviteRejected
    | Acknowledged
    | ProvisionalAcknowledged
    | Cancelled
    | Reinvited
    | RefreshDue
    | Ended
    | Requested
    | Replied
    | OutOfDialogRequested
    | OutOfDialogReplied
    | Malformed
)
