"""SIP Server's machine on its SIP core: bytes, CTI requests and time in; bytes, CTI events and media requests out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

from cordboard.lab.media_server_port import MediaReply, MediaRequest
from cordboard.lab.sip_server.calls.leg import Broken, Noted
from cordboard.lab.sip_server.identifiers import GenesysIdentifiers
from cordboard.lab.sip_server.machine import CallExpected, CommandRefused, DnsOutOfService, SipServerMachine
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.lab.sip_server.wire import OWN_ALLOW, SipServerStyle
from cordboard.lab.telephony import TelephonyEvent, TelephonyRequest
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from cordboard.sip.core.routing import default_next_hop
from cordboard.sip.errors import LocalProtocolError

StackInput = sip.Received | sip.FlowClosed | sip.Tick | TelephonyRequest | MediaReply | CallExpected | DnsOutOfService
StackOutput = sip.Transmit | sip.Malformed | TelephonyEvent | MediaRequest | Broken | Noted


def next_hop(flow: sip.Flow, uri: str) -> sip.Flow:
    """Where a request in a dialog goes: to the contact, over the transport of the dialog."""
    hop = default_next_hop(replace(flow, transport="UDP"), uri)
    return flow if hop.remote == flow.remote else sip.Flow(flow.transport, flow.listener, hop.remote)


_COMMANDS = get_args(sip.Input)
_FROM_CORE = tuple(kind for kind in get_args(sip.Output) if kind not in (sip.Transmit, sip.Malformed))


class Stack:
    """`handle` and `deadline` as everywhere; `machine.switch` for views."""

    def __init__(
        self,
        settings: SipServerSettings,
        identifiers: GenesysIdentifiers,
        *,
        run: bytes,
        secret: bytes,
        wall_clock: float,
    ) -> None:
        self._style = SipServerStyle()
        host, port = settings.address
        sent_by = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.core = UserAgentCore(
            identifiers,
            via_host=lambda flow: sent_by,
            next_hop=next_hop,
            style=self._style,
            allow=OWN_ALLOW,
            user_agent="",
            supported=("timer", "100rel", "uui"),
        )
        self.machine = SipServerMachine(settings, run=run, secret=secret, wall_clock=wall_clock)

    @property
    def deadline(self) -> float | None:
        times = [time for time in (self.core.deadline, self.machine.deadline) if time is not None]
        return min(times, default=None)

    def handle(self, input: StackInput, now: float) -> list[StackOutput]:
        """Take one input and everything that follows from it, in order."""
        work: deque[Any] = deque()
        if isinstance(input, sip.Received):
            self._style.note(input.data)
            work.extend(self.core.handle(input, now))
        elif isinstance(input, sip.FlowClosed):
            work.extend(self.core.handle(input, now))
        elif isinstance(input, sip.Tick):
            work.extend(self.core.handle(input, now))
            work.extend(self.machine.handle(input, now))
        else:
            work.extend(self.machine.handle(input, now))
        return self._settle(work, now)

    def _settle(self, work: deque[Any], now: float) -> list[StackOutput]:
        outputs: list[StackOutput] = []
        while work:
            each = work.popleft()
            if isinstance(each, _COMMANDS):
                work.extend(self._command(each, now))
            elif isinstance(each, _FROM_CORE):
                work.extend(self.machine.handle(each, now))
            else:
                outputs.append(each)
        return outputs

    def _command(self, command: sip.Input, now: float) -> Sequence[object]:
        try:
            return self.core.handle(command, now)
        except LocalProtocolError as error:
            return self.machine.handle(CommandRefused(getattr(command, "session", ""), error), now)
