"""ICE of the page's side: our credentials, which of the page's sources is nominated, and whether it is still there.

Usually there is one responder. After an ICE restart (RFC 8839 section 4.4.1.1.1) there are two for a while: the old
credentials are answered until a source is nominated under the new ones, so that sound goes on meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable

from cordboard.media.relay.path.loop import PacketLoop, Timer
from cordboard.media.relay.sides.webrtc_port import Page, WebRtcPort
from cordboard.stun.lite import ConsentLost, IceLite, Nominated, Refused, Reply
from cordboard.stun.message import Address


class PageIce:
    """`nominated(source)` and `lost()` are told; `page` is who gets the datagrams of sources that proved themselves."""

    def __init__(
        self,
        port: WebRtcPort,
        loop: PacketLoop,
        page: Page,
        nominated: Callable[[Address], None],
        lost: Callable[[], None],
    ) -> None:
        self._port = port
        self._loop = loop
        self._page = page
        self._nominated = nominated
        self._lost = lost
        self._responders: dict[str, IceLite] = {}
        self._remote_ufrag = ""
        self._consent_timer: Timer | None = None
        self.refused = 0
        self.ufrag, self.password = self._new_credentials()

    @property
    def consented(self) -> bool:
        """A check of the page has come within the last 30 s."""
        return any(responder.deadline is not None for responder in self._responders.values())

    def _new_credentials(self) -> tuple[str, str]:
        ufrag, password = secrets.token_hex(8), secrets.token_hex(16)
        self._responders[ufrag] = IceLite(ufrag, password)
        self._port.listen(ufrag, self._page)
        return ufrag, password

    def take(self, remote_ufrag: str, *, is_offer: bool) -> None:
        """The ufrag of the page's description; another one in an offer is a restart."""
        if is_offer and self._remote_ufrag not in ("", remote_ufrag):
            self._keep(ufrag for ufrag, each in self._responders.items() if each.selected is not None)
            self.ufrag, self.password = self._new_credentials()
        self._remote_ufrag = self._responders[self.ufrag].remote_ufrag = remote_ufrag

    def begin_anew(self) -> None:
        """Another page: what the one before has proved counts for nothing."""
        self._keep([])
        self._responders[self.ufrag] = IceLite(self.ufrag, self.password, self._remote_ufrag)
        self._port.listen(self.ufrag, self._page)
        self._port.release(self._page)

    def renew(self) -> None:
        """Another page, which gets credentials of its own; the one before is not answered any more."""
        self._keep([])
        self._port.release(self._page)
        self._remote_ufrag = ""
        self.ufrag, self.password = self._new_credentials()

    def _keep(self, wanted: Iterable[str]) -> None:
        kept = set(wanted)
        for ufrag in [ufrag for ufrag in self._responders if ufrag not in kept]:
            del self._responders[ufrag]
            self._port.unlisten(ufrag)

    def receive(self, ufrag: str, data: bytes, source: Address, now: float) -> None:
        """A STUN datagram whose USERNAME names one of our ufrags."""
        responder = self._responders[ufrag]
        for output in responder.handle(data, source, now):
            if isinstance(output, Reply):
                self._port.send(output.data, output.destination)
            elif isinstance(output, Nominated):
                if ufrag == self.ufrag:
                    self._keep([ufrag])
                self._nominated(output.source)
            elif isinstance(output, Refused):
                self.refused += 1
        if responder.knows(source):
            self._port.assign(source, self._page)
        if self._consent_timer is None and responder.deadline is not None:
            self._consent_timer = self._loop.at(responder.deadline, self.check_consent)

    def check_consent(self) -> None:
        """The earliest deadline has come."""
        self._consent_timer = None
        now = self._loop.now()
        ended = [output for each in self._responders.values() for output in each.tick(now)]
        deadlines = [each.deadline for each in self._responders.values() if each.deadline is not None]
        if deadlines:
            self._consent_timer = self._loop.at(min(deadlines), self.check_consent)
        elif any(isinstance(output, ConsentLost) for output in ended):
            # RFC 7675 section 5.1: nothing more may be sent there.
            self._port.release(self._page)
            self._lost()

    def close(self) -> None:
        self._keep([])
        self._port.release(self._page)
        if self._consent_timer is not None:
            self._consent_timer.cancel()
