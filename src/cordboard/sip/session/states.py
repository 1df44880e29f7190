"""States and events of a session; `table` says what they do to each other."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    # our INVITE is not answered
    CALLING = "Calling"  # no response yet
    PROCEEDING = "Proceeding"  # a provisional response came
    CANCEL_WAITING = "CancelWaiting"  # to be cancelled as soon as a provisional response comes
    CANCELLING = "Cancelling"  # CANCEL is sent
    # their INVITE
    INVITED = "Invited"  # not answered
    ACCEPTED = "Accepted"  # 2xx is sent, no ACK yet
    HANGUP_WAITING = "HangupWaiting"  # BYE will be sent when the ACK comes (RFC 3261 section 15)
    # the dialog is confirmed
    CONFIRMED = "Confirmed"
    UNACKNOWLEDGED = "Unacknowledged"  # 2xx with an offer came, our user owes the answer for the ACK
    REINVITING = "Reinviting"  # our re-INVITE is not answered
    GLARE = "Glare"  # our re-INVITE met theirs (491), we wait before the next try
    REINVITED = "Reinvited"  # their re-INVITE is not answered
    REACCEPTED = "Reaccepted"  # 2xx to their re-INVITE is sent, no ACK yet
    # the session is over for its user
    ENDING = "Ending"  # BYE is sent
    ENDED = "Ended"


class Event(StrEnum):
    # commands
    RING = "Ring"
    ACCEPT = "Accept"
    REJECT = "Reject"
    ACKNOWLEDGE = "Acknowledge"
    REINVITE = "Reinvite"
    HANGUP = "Hangup"
    SEND = "SendInDialog"
    ACCEPT_EARLY = "Accept before PRACK"
    # responses to our INVITE or re-INVITE
    PROVISIONAL = "1xx"
    RELIABLE = "reliable 1xx"
    SUCCESS = "2xx"
    SUCCESS_WITH_OFFER = "2xx to offerless"
    FAILURE = "300-699 or none"
    REPAIRABLE = "401, 407 or 422 to answer"
    REQUEST_PENDING = "491 to re-INVITE"
    NO_DIALOG = "481 or 408"  # to a re-INVITE or to any request that belongs to the INVITE usage
    REPEATED = "2xx again"
    FORKED = "2xx of another fork"
    BYE_DONE = "end of our BYE"
    # requests
    REINVITE_CAME = "re-INVITE"
    REINVITE_PREFERRED = "re-INVITE that ours gives way to"
    REINVITE_CLASHED = "re-INVITE against our open offer"
    ACK = "ACK"
    LATE_ACK = "ACK of an earlier 2xx"
    CANCEL = "CANCEL"
    BYE = "BYE"
    PRACK = "PRACK"
    REQUEST = "other request"
    UPDATE_CLASHED = "UPDATE against an open offer"
    # time
    NO_ACK = "64*T1 without ACK"
    NO_PRACK = "64*T1 without PRACK"
    REFRESH = "refresh timer"
    EXPIRED = "session timer"
    GLARE_OVER = "glare timer"
    QUEUED = "queued Reinvite"


OVER = frozenset({State.CANCEL_WAITING, State.CANCELLING, State.HANGUP_WAITING, State.ENDING, State.ENDED})
"""States in which the user has been told, or has said itself, that the session is over."""
