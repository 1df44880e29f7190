"""The DNs' passwords at SIP Server, and who may see the answers made of them: SIP Server alone.

Whoever can make us send a request elsewhere, by a Contact or a redirection, could otherwise collect answers to
challenges of his own choice (digest leak).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cordboard.config.settings import Settings
from cordboard.gateway.trunk.servers import Server
from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Credentials, Flow


class ServerCredentials:
    """What answers a challenge to a request that went on a flow, in the name of an address: or nothing."""

    def __init__(self, settings: Settings, servers: Callable[[], Sequence[Server]]) -> None:
        self._settings = settings
        self._servers = servers

    def __call__(self, flow: Flow, address: str) -> Credentials | None:
        if not any(is_server(server, flow) for server in self._servers()):
            return None
        try:
            dn = NameAddress.parse(address).uri.user
        except RemoteProtocolError:
            return None
        agent = self._settings.agent(dn)
        if agent is None or not agent.sip_server_password:
            return None
        return Credentials(dn, agent.sip_server_password)


def is_server(server: Server, flow: Flow) -> bool:
    """Whether a flow leads to an address and port that this server was found at."""
    known = {(target.address, target.port) for target in server.targets}
    return flow.remote == server.flow.remote or flow.remote in known
