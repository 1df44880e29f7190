"""Two SIP Servers, primary and backup, each at its own address; by setting both know the bindings of both."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cordboard.lab.pacer import Pacer
from cordboard.lab.sip_server.server import SipServer
from cordboard.lab.sip_server.settings import HostPort, SipServerSettings


@dataclass(frozen=True, slots=True)
class SipServerPair:
    """Made by `SipServerPair.start`; each can be closed by itself, as a crash would."""

    primary: SipServer
    backup: SipServer

    @classmethod
    async def start(
        cls, settings: SipServerSettings, backup: HostPort, *, synchronised: bool = False, pacer: Pacer | None = None
    ) -> SipServerPair:
        """The primary listens at `settings.address`. Raises what `SipServer.start` raises; then none is left."""
        first = await SipServer.start(settings, pacer)
        try:
            second = await SipServer.start(replace(settings, address=backup), pacer)
        except BaseException:
            await first.close()
            raise
        if synchronised:
            second.stack.machine.switch.registrar.share(first.stack.machine.switch.registrar)
        return cls(first, second)

    async def close(self) -> None:
        await self.primary.close()
        await self.backup.close()
