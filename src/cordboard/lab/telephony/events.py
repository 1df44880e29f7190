"""What SIP Server reports per DN, and SIP Server itself as a CTI client sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from cordboard.lab.telephony.requests import TelephonyRequest
from cordboard.lab.telephony.views import CallView, DnView


class CallEventName(StrEnum):
    RINGING = "EventRinging"
    DIALING = "EventDialing"
    ESTABLISHED = "EventEstablished"
    HELD = "EventHeld"
    RETRIEVED = "EventRetrieved"
    RELEASED = "EventReleased"
    ABANDONED = "EventAbandoned"
    ATTACHED_DATA_CHANGED = "EventAttachedDataChanged"
    PARTY_CHANGED = "EventPartyChanged"
    PARTY_ADDED = "EventPartyAdded"
    PARTY_DELETED = "EventPartyDeleted"
    PRIVATE_INFO = "EventPrivateInfo"  # a supervisor came, went or changed mode: MonitorMode
    RECORDING_CHANGED = "EventRecordingStateChanged"  # the lab's own word
    DTMF_SENT = "EventDtmfSent"


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something happened to a call, seen from `call.dn`.

    Extensions: BusinessCall always; NO_ANSWER_TIMEOUT (seconds), NO_ANSWER_ACTION and NO_ANSWER_OVERFLOW on Ringing;
    WrapUpTime (seconds) on Established.
    """

    name: CallEventName
    call: CallView
    extensions: dict[str, Any]
    reference: int = 0


@dataclass(frozen=True, slots=True)
class DnEvent:
    """The agent's state or the DN's service state changed."""

    dn: DnView
    reference: int = 0


@dataclass(frozen=True, slots=True)
class Error:
    """A request failed (EventError)."""

    dn: str
    reference: int
    code: int
    message: str


TelephonyEvent = CallEvent | DnEvent | Error


class Telephony(Protocol):
    """SIP Server as GWS sees it. `request` returns at once; views are snapshots."""

    @property
    def available(self) -> bool:
        """Whether there is a connection to SIP Server."""

    def request(self, request: TelephonyRequest) -> None: ...

    def subscribe(self, listener: Callable[[TelephonyEvent], None]) -> None: ...

    def calls(self, dn: str) -> list[CallView]: ...

    def dn(self, dn: str) -> DnView | None:
        """None for a number that is not a configured DN."""

    def annex(self, dn: str) -> dict[str, str]:
        """The DN's [TServer] options: contact, sip-cti-control ... (reference: SIP Server 1.2)."""
