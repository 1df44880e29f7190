"""Calls that are over and may still be given a disposition, in After Call Work for instance.

SIP Server has forgotten them. That GWS has not is the lab's own: that a client names the call by `callUuid` besides its
address suggests it, no document says it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from cordboard.lab.telephony import AgentState, CallEvent, CallState, CallView, DnEvent, TelephonyEvent, UserData

KEPT = 20  # of each DN, the newest


class EndedCalls:
    """A listener of the telephony; a DN's calls are kept until its agent has logged out."""

    def __init__(self) -> None:
        self._calls: dict[str, OrderedDict[str, CallView]] = {}

    def hear(self, event: TelephonyEvent) -> None:
        match event:
            case CallEvent(call=call) if call.state is CallState.RELEASED and call.established is not None:
                self._keep(call)
            case DnEvent(view) if view.state is AgentState.LOGGED_OUT:
                self._calls.pop(view.dn, None)

    def of(self, dn: str) -> list[CallView]:
        return list(self._calls.get(dn, {}).values())

    def changed(self, call: CallView, pairs: UserData) -> CallView:
        """The call with these attached data, which it keeps."""
        self._keep(replace(call, user_data={**call.user_data, **pairs}))
        return self._calls[call.dn][call.call_uuid]

    def _keep(self, call: CallView) -> None:
        calls = self._calls.setdefault(call.dn, OrderedDict())
        calls[call.call_uuid] = call
        while len(calls) > KEPT:
            calls.popitem(last=False)
