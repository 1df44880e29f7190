"""How a trunk leg ends: by SIP Server, unused, or because another dialog has taken its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.call.events import Disconnect
from cordboard.call.leg import LegState
from cordboard.call.outputs import LegOutput
from cordboard.call.trunk.referral import LAST
from cordboard.sip import events as sip

if TYPE_CHECKING:
    from cordboard.call.trunk.leg import TrunkLeg

ENDED = "SIP Server ended the call"
CAUSES = {
    sip.EndCause.EXPIRED: "SIP Server did not refresh the session",
    sip.EndCause.NO_ACK: "SIP Server never acknowledged the answer",
    sip.EndCause.DIALOG_GONE: "SIP Server does not know the call any more",
}


def server_ended(leg: TrunkLeg, event: sip.Cancelled | sip.Ended) -> list[LegOutput]:
    """CANCEL, BYE, or one of the ends that the SIP core finds by itself; Reason crosses."""
    leg.state = LegState.ENDED
    reasons = event.request.headers.get_all("Reason") if event.request else []
    cause = CAUSES.get(event.cause, ENDED) if isinstance(event, sip.Ended) else ENDED
    return [Disconnect(cause, tuple(("Reason", value) for value in reasons))]


def never_called(leg: TrunkLeg, event: Disconnect) -> list[LegOutput]:
    """The other side is over before this one began."""
    leg.state = LegState.ENDED
    return []


def give_way(leg: TrunkLeg, reports: bool) -> list[LegOutput]:
    """Another dialog is in this one's place; the BYE waits for the answer to the last NOTIFY, if one is out."""
    if leg.state is LegState.ENDED:
        return []
    if not reports:
        return leg.hang_up(Disconnect("replaced"))
    leg.state = LegState.REPLACED
    return []


def reported(leg: TrunkLeg, event: sip.Replied) -> list[LegOutput]:
    """SIP Server has the last NOTIFY, or never will."""
    return leg.hang_up(Disconnect("transferred")) if event.key == LAST else []


def refused_as_replaced(leg: TrunkLeg, event: sip.Reinvited) -> list[LegOutput]:
    """The media is another dialog's now."""
    return [leg.send(sip.Reject(leg.session, 488))]
