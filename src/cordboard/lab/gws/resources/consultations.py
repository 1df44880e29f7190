"""Capabilities change with a consultation beside a call: told with the call's own hold, which comes before the second
call (HTCC API, InitiateTransfer), and when the second call is over.

SIP Server has no event of the first call for either, so GWS keeps in mind what it has asked for and what it has told.
"""

from __future__ import annotations

from cordboard.genesys.capabilities import Capability
from cordboard.lab.telephony import CallEvent, CallEventName, CallState, CallView

Key = tuple[str, str]  # DN, call UUID


class Consultations:
    """`ask` and `failed` take the reference of a request for a consultation; `told` and `is_news` are about what
    clients know."""

    def __init__(self) -> None:
        self._asked: dict[int, str] = {}
        self._told: dict[Key, tuple[Capability, ...]] = {}

    def ask(self, reference: int, call_uuid: str) -> None:
        """A second call is to be begun beside this one."""
        self._asked[reference] = call_uuid

    def failed(self, reference: int) -> None:
        self._asked.pop(reference, None)

    def begins(self, call: CallView) -> bool:
        """Whether this call is held for a second one that is not there yet."""
        return call.state is CallState.HELD and call.call_uuid in self._asked.values()

    def hear(self, event: CallEvent) -> None:
        """The second call is there, or the first one is over."""
        call = event.call
        done = call.parent_call if event.name is CallEventName.DIALING else ""
        if call.state is CallState.RELEASED:
            done = call.call_uuid
        self._asked = {reference: uuid for reference, uuid in self._asked.items() if uuid != done}

    def forget(self) -> None:
        """SIP Server came or went: its calls are others now."""
        self._asked.clear()
        self._told.clear()

    def told(self, call: CallView, capabilities: tuple[Capability, ...]) -> None:
        """Clients know what can be done with the call."""
        key = (call.dn, call.call_uuid)
        if call.state is CallState.RELEASED:
            self._told.pop(key, None)
        else:
            self._told[key] = capabilities

    def is_news(self, call: CallView, capabilities: tuple[Capability, ...]) -> bool:
        """Whether something else can be done with a call than was told last."""
        return self._told.get((call.dn, call.call_uuid), capabilities) != capabilities
