"""The transaction layer: finds the transaction of a message, runs the four machines and their timers (RFC 3261
section 17).

A response belongs to the client transaction with the branch of its top Via and the method of its CSeq (section
17.1.3). A request belongs to the server transaction with its branch, sent-by and method, where ACK counts as INVITE
(section 17.2.3); without the magic cookie (RFC 2543) Call-ID, CSeq, From tag, Request-URI and the whole Via take the
place of the branch.

Responses go where the request came from: on a connection the same connection, on a datagram socket the source address
and the port that RFC 3581 or the Via says (section 18.2.2; SIP Server writes no rport and wants the port of its
sent-by).

The layer knows its users only as labels: a client transaction's is handed back with each response.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

from cordboard.sip.dialog import cseq_of, tag_of
from cordboard.sip.events import Flow, Header, Transmit
from cordboard.sip.headers import Headers
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.message import Request, Response, reason_phrase
from cordboard.sip.style import WireStyle
from cordboard.sip.transaction import invite_client
from cordboard.sip.transaction.alarms import Alarms
from cordboard.sip.transaction.invite_client import InviteClient
from cordboard.sip.transaction.invite_server import InviteServer
from cordboard.sip.transaction.making import (
    ServerKey,
    ack_of,
    cancel_of,
    repeated_in_response,
    server_key,
    way_back,
    with_top_via,
)
from cordboard.sip.transaction.non_invite_server import NonInviteServer
from cordboard.sip.transaction.outputs import TransactionOutput
from cordboard.sip.transaction.records import Client, ClientKey, LayerOutput, Server, Unmatched, User, lose_transport
from cordboard.sip.transaction.timers import Timers
from cordboard.sip.transaction.way import ReliableWay, Ways, no_reliable_way
from cordboard.sip.via import top_via


class TransactionLayer(Generic[User]):
    """All transactions of one core."""

    def __init__(
        self,
        identifiers: Identifiers,
        via_host: Callable[[Flow], str],
        timers: Timers,
        style: WireStyle,
        reliable_way: ReliableWay = no_reliable_way,
    ) -> None:
        self._identifiers = identifiers
        self._ways = Ways(via_host, style, reliable_way)
        self._timers = timers
        self._style = style
        self._clients: dict[ClientKey, Client[User]] = {}
        self._servers: dict[ServerKey, Server[User]] = {}
        self._by_name: dict[str, Server[User]] = {}
        self._merge_keys: dict[tuple[str, str, str], int] = {}
        self._alarms: Alarms[Client[User] | Server[User]] = Alarms()

    def __len__(self) -> int:
        return len(self._clients) + len(self._servers)

    @property
    def deadline(self) -> float | None:
        return self._alarms.deadline

    # --- client side ---

    def send_request(self, flow: Flow, request: Request, user: User, now: float) -> list[LayerOutput[User]]:
        """Begin a client transaction; `request` gets its Via."""
        branch = self._identifiers.branch()
        way, data = self._ways.choose(flow, request, branch)
        outputs = self._begin(way, request, data, branch, user, now)
        self._clients[branch, request.method].fallback = None if way is flow else flow
        return outputs

    def cancel(
        self, invite: Request, user: User, now: float, headers: tuple[Header, ...] = ()
    ) -> list[LayerOutput[User]]:
        """Send a CANCEL with the Via of that INVITE (section 9.1) and limit the wait for its final response."""
        client = self.client(invite)
        if client is None or client.request is None:
            return []
        cancel = cancel_of(invite, headers)
        data = self._style.encode(cancel, request=True)
        return self._begin(client.flow, cancel, data, client.key[0], user, now) + self.limit(invite, now)

    def limit(self, invite: Request, now: float) -> list[LayerOutput[User]]:
        """Wait no longer than 64*T1 for the final response to that INVITE."""
        client = self.client(invite)
        if client is None or not isinstance(client.machine, InviteClient):
            return []
        return self._run(client, client.machine.handle(invite_client.Event.CANCELLED, now))

    def send_ack(self, flow: Flow, ack: Request) -> Transmit:
        """Send an ACK for a 2xx, which belongs to no transaction; the first time it gets its Via.

        A large one that went a reliable way and did not arrive is repeated on the flow itself.
        """
        if "Via" not in ack.headers:
            return Transmit(*self._ways.choose(flow, ack, self._identifiers.branch()))
        via = top_via(ack.headers)
        if via.transport != flow.transport:
            return Transmit(flow, self._ways.change(flow, ack, via.branch))
        return Transmit(flow, self._style.encode(ack, request=True))

    def receive_response(self, response: Response, now: float) -> list[LayerOutput[User]]:
        """Take a response; one that belongs to no transaction is dropped (section 18.1.2)."""
        key = (top_via(response.headers).branch, cseq_of(response).method)
        client = self._clients.get(key)
        return self._run(client, client.machine.handle(response, now)) if client else []

    def client(self, request: Request) -> Client[User] | None:
        """The transaction of a request we sent."""
        return self._clients.get((top_via(request.headers).branch, request.method))

    def _begin(
        self, flow: Flow, request: Request, data: bytes, branch: str, user: User, now: float
    ) -> list[LayerOutput[User]]:
        client = Client.begin(flow, request, data, branch, user, self._timers, self._acknowledge, now)
        self._clients[client.key] = client
        self._alarms.set(client, client.machine.deadline)
        return [Transmit(flow, data)]

    def _acknowledge(self, request: Request, final: Response) -> bytes:
        return self._style.encode(ack_of(request, final), request=True)

    def _fall_back(self, client: Client[User], flow: Flow, now: float) -> list[LayerOutput[User]]:
        """Send a large request as a datagram, its connection having failed before any answer."""
        request, branch = client.request, client.key[0]
        assert request is not None
        self._forget(client)
        return self._begin(flow, request, self._ways.change(flow, request, branch), branch, client.user, now)

    # --- server side ---

    def receive_request(self, flow: Flow, request: Request, now: float) -> list[LayerOutput[User]] | Server[User]:
        """Take a request: what follows from it if its transaction is known, or the new transaction. Not for CANCEL.

        A new transaction answers to the flow; the source address is noted in the request's top Via.
        """
        key = server_key(request)
        server = self._servers.get(key)
        if server is not None:
            outputs = self._run(server, server.machine.handle(request, now))
            return outputs
        if request.method == "ACK":
            return [Unmatched(request)]
        return self._serve(flow, request, key, now)

    def cancelled_by(self, cancel: Server[User]) -> Server[User] | None:
        """The transaction of the INVITE that a CANCEL means (section 9.2)."""
        return self._servers.get((*cancel.key[:-1], "INVITE"))

    def server(self, name: str) -> Server[User] | None:
        """The server transaction of that name."""
        return self._by_name.get(name)

    def is_merged(self, server: Server[User]) -> bool:
        """Whether the same request came before by another way (section 8.2.2.2)."""
        return self._merge_keys[server.merge_key] > 1

    def respond(
        self,
        server: Server[User],
        status: int,
        now: float,
        reason: str = "",
        headers: tuple[Header, ...] = (),
        body: bytes = b"",
    ) -> list[LayerOutput[User]]:
        """Send a response in that transaction; after a final one there is nothing more to say, and nothing is sent."""
        request = server.request
        if request is None:
            return []
        server.to_tag = server.to_tag or self._identifiers.tag()
        data = self._build(request, server.to_tag, status, reason, headers, body)
        if status >= 200:
            server.request = None
        return self._run(server, server.machine.respond(status, data, now))

    def respond_again(self, server: Server[User], now: float) -> list[LayerOutput[User]]:
        """Send the 2xx of an INVITE once more."""
        machine = server.machine
        return self._run(server, machine.respond(200, machine.data, now)) if machine.data else []

    def refuse(self, flow: Flow, request: Request, status: int) -> Transmit:
        """Answer a broken request without a transaction (section 8.2.7); it needs the five headers only."""
        via = top_via(request.headers).stamped(flow.remote)
        request.headers = with_top_via(request.headers, via)
        return Transmit(way_back(flow, via), self._build(request, self._identifiers.tag(), status))

    def _serve(self, flow: Flow, request: Request, key: ServerKey, now: float) -> Server[User]:
        via = top_via(request.headers).stamped(flow.remote)
        request.headers = with_top_via(request.headers, via)
        machine: InviteServer | NonInviteServer
        if request.method == "INVITE":
            machine = InviteServer(flow.reliable, self._timers, lambda: self._build(request, "", 100), now)
        else:
            machine = NonInviteServer(flow.reliable, self._timers, now)
        merge_key = (
            tag_of(request.headers.get("From", "")),
            request.headers.get("Call-ID", ""),
            request.headers.get("CSeq", ""),
        )
        name = self._identifiers.transaction()
        server: Server[User] = Server(name, key, merge_key, way_back(flow, via), machine, request)
        self._servers[key] = self._by_name[server.name] = server
        self._merge_keys[merge_key] = self._merge_keys.get(merge_key, 0) + 1
        self._alarms.set(server, machine.deadline)
        return server

    def _build(
        self,
        request: Request,
        tag: str,
        status: int,
        reason: str = "",
        more: tuple[Header, ...] = (),
        body: bytes = b"",
    ) -> bytes:
        fields = Headers([*repeated_in_response(request, status, tag), *more])
        return self._style.encode(Response(status, reason or reason_phrase(status), fields, body), request=False)

    # --- both ---

    def tick(self, now: float) -> list[LayerOutput[User]]:
        """Fire all timers that are due."""
        outputs: list[LayerOutput[User]] = []
        while (entry := self._alarms.pop_due(now)) is not None:
            outputs += self._run(entry, entry.machine.tick(now))
        return outputs

    def flow_closed(self, flow: Flow, now: float) -> list[LayerOutput[User]]:
        """The connection is gone: nothing will come for the client transactions on it (section 18.4)."""
        outputs: list[LayerOutput[User]] = []
        for client in [client for client in self._clients.values() if client.flow == flow]:
            if client.fallback is not None and client.unanswered:
                outputs += self._fall_back(client, client.fallback, now)
            else:
                outputs += self._run(client, lose_transport(client.machine, now))
        for server in [server for server in self._servers.values() if server.flow == flow]:
            outputs += self._run(server, lose_transport(server.machine, now))
        return outputs

    def move(self, wanted: Callable[[User], bool], flow: Flow) -> list[LayerOutput[User]]:
        """Let the unfinished transactions of these users go on on another flow; what is unanswered is sent again."""
        outputs: list[LayerOutput[User]] = []
        for client in self._clients.values():
            if wanted(client.user) and client.flow != flow and client.machine.waiting:
                client.flow = flow
                outputs.append(Transmit(flow, client.machine.data))
        for server in self._servers.values():
            if server.user is not None and wanted(server.user):
                server.flow = flow
        return outputs

    def _run(self, entry: Client[User] | Server[User], outputs: list[TransactionOutput]) -> list[LayerOutput[User]]:
        """Carry out what a machine said, and note its next deadline or its end."""
        machine = entry.machine
        if machine.finished:
            self._forget(entry)
        else:
            self._alarms.set(entry, machine.deadline)
        if isinstance(entry, Client):
            if not machine.waiting:
                entry.request = None
            return [entry.translate(output) for output in outputs]
        if not machine.waiting and not isinstance(machine, InviteServer):
            entry.user = None  # what is finished holds nothing but bytes
        return [each for output in outputs if (each := entry.translate(output)) is not None]

    def _forget(self, entry: Client[User] | Server[User]) -> None:
        self._alarms.set(entry, None)
        if isinstance(entry, Client):
            self._clients.pop(entry.key, None)
            return
        self._servers.pop(entry.key, None)
        self._by_name.pop(entry.name, None)
        left = self._merge_keys.get(entry.merge_key, 1) - 1
        if left:
            self._merge_keys[entry.merge_key] = left
        else:
            self._merge_keys.pop(entry.merge_key, None)
