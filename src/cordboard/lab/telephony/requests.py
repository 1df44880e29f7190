"""What a CTI client asks of SIP Server: T-Library's TMakeCall is `MakeCall` here.

Every request names the DN it is made for and carries a `reference` that comes back in the event or the error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cordboard.lab.telephony.views import UserData


@dataclass(frozen=True, slots=True)
class AgentLogin:
    """`queue`: the queue the agent logs in to, empty for none; it comes back in no event."""

    dn: str
    agent: str
    reference: int = 0
    queue: str = ""


@dataclass(frozen=True, slots=True)
class AgentLogout:
    dn: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class AgentSetReady:
    dn: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class AgentSetNotReady:
    dn: str
    work_mode: str = ""
    reason: str = ""
    reference: int = 0


@dataclass(frozen=True, slots=True)
class SetDoNotDisturb:
    """Calls to `dn` are refused while it is on; the outcome is a DnEvent."""

    dn: str
    on: bool
    reference: int = 0


@dataclass(frozen=True, slots=True)
class SetForward:
    """Calls to `dn` go to `destination` instead; empty cancels. The outcome is a DnEvent."""

    dn: str
    destination: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class MakeCall:
    dn: str
    destination: str
    user_data: UserData = field(default_factory=dict)
    reference: int = 0


# --- one call ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerCall:
    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class HoldCall:
    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class RetrieveCall:
    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class ReleaseCall:
    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class SendDtmf:
    dn: str
    call_uuid: str
    digits: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class ChangeUserData:
    """Attach or update `pairs`, remove the keys in `delete`, or remove everything first when `clear` is set."""

    dn: str
    call_uuid: str
    pairs: UserData = field(default_factory=dict)
    delete: tuple[str, ...] = ()
    clear: bool = False
    reference: int = 0


@dataclass(frozen=True, slots=True)
class ClearCall:
    """Drop every party."""

    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class RedirectCall:
    """Send a call that rings at `dn` to another number."""

    dn: str
    call_uuid: str
    destination: str
    reference: int = 0


# --- two calls of one DN ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InitiateTransfer:
    """Hold the call and begin a consult call; whether that ends as transfer or conference is open."""

    dn: str
    call_uuid: str
    destination: str
    user_data: UserData = field(default_factory=dict)
    reference: int = 0


@dataclass(frozen=True, slots=True)
class InitiateConference(InitiateTransfer):
    pass


@dataclass(frozen=True, slots=True)
class CompleteTransfer:
    """`call_uuid` is either of the two calls."""

    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class CompleteConference(CompleteTransfer):
    pass


@dataclass(frozen=True, slots=True)
class AlternateCall(CompleteTransfer):
    """Hold the one, retrieve the other."""


@dataclass(frozen=True, slots=True)
class ReconnectCall(CompleteTransfer):
    """Release the consult call, retrieve the main call."""


# --- a third party ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SingleStepTransfer:
    dn: str
    call_uuid: str
    destination: str
    user_data: UserData = field(default_factory=dict)
    reference: int = 0


@dataclass(frozen=True, slots=True)
class SingleStepConference(SingleStepTransfer):
    pass


@dataclass(frozen=True, slots=True)
class DeleteFromConference:
    """Drop the party at the number `party`."""

    dn: str
    call_uuid: str
    party: str
    reference: int = 0


# --- recording and supervision ----------------------------------------------------------------------------------------


class RecordingAction(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class RecordCall:
    dn: str
    call_uuid: str
    action: RecordingAction = RecordingAction.START
    reference: int = 0


class MonitorMode(StrEnum):
    """How a supervisor is in a call (reference: SIP Server 6.5)."""

    MUTE = "mute"  # hears all, is heard by nobody
    NORMAL = "normal"  # as mute
    COACH = "coach"  # hears all, is heard by the agent alone
    CONNECT = "connect"  # hears all, is heard by all


class MonitorScope(StrEnum):
    CALL = "call"  # the supervisor stays to the end of the call
    AGENT = "agent"  # the supervisor leaves with the agent


@dataclass(frozen=True, slots=True)
class MonitorNextCall:
    """Let the supervisor at `dn` into the call that `target` has or will have next."""

    dn: str
    target: str
    mode: MonitorMode = MonitorMode.MUTE
    scope: MonitorScope = MonitorScope.CALL
    reference: int = 0


@dataclass(frozen=True, slots=True)
class CancelMonitoring:
    dn: str
    target: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class SetMonitorMode:
    """For a supervisor who is in the call: TSetMuteOn, TSetMuteOff and their MonitorMode."""

    dn: str
    call_uuid: str
    mode: MonitorMode
    reference: int = 0


TelephonyRequest = (
    AgentLogin
    | AgentLogout
    | AgentSetReady
    | AgentSetNotReady
    | SetDoNotDisturb
    | SetForward
    | MakeCall
    | AnswerCall
    | HoldCall
    | RetrieveCall
    | ReleaseCall
    | SendDtmf
    | ChangeUserData
    | ClearCall
    | RedirectCall
    | InitiateTransfer
    | CompleteTransfer
    | SingleStepTransfer
    | DeleteFromConference
    | RecordCall
    | MonitorNextCall
    | CancelMonitoring
    | SetMonitorMode
)
