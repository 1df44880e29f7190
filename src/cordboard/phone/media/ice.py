"""ICE of a phone's call: the agent in use, and after a restart for a while the one before.

The peer's checks find their agent by our ufrag in them, answers by their transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from ipaddress import ip_address

from cordboard.sdp.webrtc import WebRtcRemote
from cordboard.stun.checker import Checker
from cordboard.stun.lite import ConsentLost
from cordboard.stun.message import Address, username_of
from cordboard.stun.vocabulary import Output, RemoteCandidates, Selected, Send, Timing

TRANSACTION = slice(8, 20)


class PhoneIce:
    """`send(datagram, address)` is False where the network refuses; `selected` and `lost` are told.

    That no candidate answers is no failure yet: the peer may check us from elsewhere (RFC 8863). The call's patience
    ends it.
    """

    def __init__(
        self,
        address: str,
        timing: Timing,
        send: Callable[[bytes, Address], bool],
        selected: Callable[[Address], None],
        lost: Callable[[], None],
    ) -> None:
        self._version = ip_address(address).version
        self._timing = timing
        self._send = send
        self._selected = selected
        self._lost = lost
        self._agents: list[Checker] = []  # the one in use last
        self._remote_ufrag = ""
        self.ufrag, self.password = _credentials()

    @property
    def begun(self) -> bool:
        return bool(self._agents)

    @property
    def deadline(self) -> float | None:
        return min((at for each in self._agents if (at := each.deadline) is not None), default=None)

    @property
    def is_settled(self) -> bool:
        """The newest description has led to a path."""
        return self.begun and self._agents[-1].selected is not None

    @property
    def path(self) -> Address | None:
        """Where to send: the newest path that works."""
        return next((each.selected for each in reversed(self._agents) if each.selected is not None), None)

    def begin(self, *, controlling: bool) -> None:
        """Answer the peer's checks from now on."""
        agent = Checker(
            self.ufrag,
            self.password,
            controlling=controlling,
            transaction=lambda: secrets.token_bytes(12),
            timing=self._timing,
        )
        self._agents = [*self._agents[-1:], agent]

    def restart_if_other(self, remote: WebRtcRemote) -> None:
        """Another ufrag in an offer is a restart (RFC 8839 section 4.4.1.1.1): we need new credentials, too."""
        if self._remote_ufrag not in ("", remote.ice_ufrag):
            self.ufrag, self.password = _credentials()
            self._remote_ufrag = ""
            self.begin(controlling=self._agents[-1].controlling)

    def take(self, remote: WebRtcRemote, now: float) -> None:
        """The peer's description: its candidates are checked."""
        if self._remote_ufrag not in ("", remote.ice_ufrag):
            self.begin(controlling=self._agents[-1].controlling)
        self._remote_ufrag = remote.ice_ufrag
        candidates = tuple(
            ((each.address, each.port), each.priority)
            for each in remote.candidates
            if each.component == 1 and each.transport == "udp" and self._is_ours(each.address) and each.port
        )
        theirs = RemoteCandidates(remote.ice_ufrag, remote.ice_password, candidates, remote.ice_lite)
        self._carry_out(self._agents[-1], self._agents[-1].take_remote(theirs, now), now)

    def receive(self, data: bytes, source: Address, now: float) -> None:
        """A STUN datagram."""
        agent = self._agent_of(data)
        if agent is not None:
            self._carry_out(agent, agent.handle(data, source, now), now)

    def tick(self, now: float) -> None:
        for agent in list(self._agents):
            self._carry_out(agent, agent.tick(now), now)

    def knows(self, source: Address) -> bool:
        """Somebody with our newest password is there."""
        return self.begun and self._agents[-1].knows(source)

    def _agent_of(self, data: bytes) -> Checker | None:
        username = username_of(data)
        if username is not None:
            ufrag = username.partition(":")[0]
            return next((each for each in reversed(self._agents) if each.ufrag == ufrag), None)
        return next((each for each in self._agents if each.asked(data[TRANSACTION])), None)

    def _is_ours(self, address: str) -> bool:
        try:
            return ip_address(address).version == self._version
        except ValueError:
            return False  # a name of mDNS; the peer's checks show who that is

    def _carry_out(self, agent: Checker, outputs: list[Output], now: float) -> None:
        for output in outputs:
            match output:
                case Send():
                    if not self._send(output.data, output.destination):
                        self._carry_out(agent, agent.unreachable(output.destination, now), now)
                case Selected():
                    if agent is self._agents[-1]:
                        self._agents = [agent]
                        self._selected(output.remote)
                case ConsentLost() if agent is self._agents[-1]:
                    self._lost()


def _credentials() -> tuple[str, str]:
    return secrets.token_hex(4), secrets.token_hex(12)
