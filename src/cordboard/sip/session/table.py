"""The table of a session: `state x event -> (state, actions)`.

Rows that are the same in several states are written once, by `_in`. What is not in the table has no effect, above all
the commands that come too late because the session is over.
"""

from __future__ import annotations

from cordboard.sip.machine import Action, Cell, Table
from cordboard.sip.session.actions.ending import (
    answer_bye,
    deliver_request,
    give_expiry_as_reason,
    refuse_as_gone,
    refuse_to_send,
    remember_hangup,
    report_bye,
    report_dialog_gone,
    report_expired,
    report_no_ack,
    send_bye,
    send_in_dialog,
)
from cordboard.sip.session.actions.incoming import (
    accept,
    refuse_as_busy,
    refuse_as_pending,
    refuse_update,
    reject,
    reject_by_hangup,
    report_acknowledged,
    report_cancelled,
    report_cancelled_by_bye,
    take_reinvite,
    terminate_invite,
)
from cordboard.sip.session.actions.outgoing import (
    abandon_invite,
    end_fork,
    forget_invite,
    give_way,
    queue_reinvite,
    report_accepted,
    report_provisional,
    report_reinvite_rejected,
    report_rejected,
    report_terminated,
    send_ack,
    send_ack_again,
    send_answering_ack,
    send_cancel,
    send_invite_again,
    send_queued_reinvite,
    send_reinvite,
    settle_glare,
    stop_glare_timer,
    take_success,
    wait_after_glare,
)
from cordboard.sip.session.actions.provisional import (
    answer_in_prack,
    give_up_ringing,
    hold_accept,
    report_reliable,
    ring,
    take_prack,
    take_reliable,
)
from cordboard.sip.session.actions.refresh import refresh
from cordboard.sip.session.effects import Effect
from cordboard.sip.session.states import Event as E
from cordboard.sip.session.states import State as S

SessionTable = dict[tuple[S, E], Cell[S, Effect]]

ESTABLISHED = (S.ACCEPTED, S.CONFIRMED, S.UNACKNOWLEDGED, S.REINVITING, S.GLARE, S.REINVITED, S.REACCEPTED)
CONFIRMED = ESTABLISHED[1:]
OPEN = (S.PROCEEDING, S.INVITED, *ESTABLISHED)
WITH_OPEN_OFFER = (S.PROCEEDING, S.INVITED, S.ACCEPTED, S.UNACKNOWLEDGED, S.REINVITING, S.REINVITED, S.REACCEPTED)


def _in(states: tuple[S, ...], event: E, *actions: Action[Effect], to: S | None = None) -> SessionTable:
    """The same cell in several states; without `to` each stays as it is."""
    return {(state, event): (to or state, actions) for state in states}


CALLER: SessionTable = {
    (S.CALLING, E.PROVISIONAL): (S.PROCEEDING, (report_provisional,)),
    (S.CALLING, E.RELIABLE): (S.PROCEEDING, (take_reliable, report_reliable)),
    (S.CALLING, E.REPAIRABLE): (S.CALLING, (send_invite_again,)),
    (S.CALLING, E.SUCCESS): (S.CONFIRMED, (take_success, report_accepted, send_ack)),
    (S.CALLING, E.SUCCESS_WITH_OFFER): (S.UNACKNOWLEDGED, (take_success, report_accepted)),
    (S.CALLING, E.FAILURE): (S.ENDED, (report_rejected,)),
    (S.CALLING, E.HANGUP): (S.CANCEL_WAITING, (remember_hangup,)),
    (S.PROCEEDING, E.PROVISIONAL): (S.PROCEEDING, (report_provisional,)),
    (S.PROCEEDING, E.RELIABLE): (S.PROCEEDING, (take_reliable, report_reliable)),
    (S.PROCEEDING, E.ACKNOWLEDGE): (S.PROCEEDING, (answer_in_prack,)),
    (S.PROCEEDING, E.REPAIRABLE): (S.CALLING, (send_invite_again,)),
    (S.PROCEEDING, E.SUCCESS): (S.CONFIRMED, (take_success, report_accepted, send_ack)),
    (S.PROCEEDING, E.SUCCESS_WITH_OFFER): (S.UNACKNOWLEDGED, (take_success, report_accepted)),
    (S.PROCEEDING, E.FAILURE): (S.ENDED, (report_rejected,)),
    (S.PROCEEDING, E.HANGUP): (S.CANCELLING, (remember_hangup, send_cancel)),
    (S.PROCEEDING, E.BYE): (S.CANCELLING, (answer_bye, report_terminated, send_cancel)),
    (S.PROCEEDING, E.REINVITE_CAME): (S.PROCEEDING, (refuse_as_pending,)),
    (S.CANCEL_WAITING, E.PROVISIONAL): (S.CANCELLING, (send_cancel,)),
    (S.CANCEL_WAITING, E.RELIABLE): (S.CANCELLING, (send_cancel,)),
    (S.CANCEL_WAITING, E.SUCCESS): (S.ENDING, (take_success, send_ack, send_bye)),
    (S.CANCEL_WAITING, E.SUCCESS_WITH_OFFER): (S.ENDING, (take_success, send_ack, send_bye)),
    (S.CANCEL_WAITING, E.FAILURE): (S.ENDED, (forget_invite,)),
    (S.CANCELLING, E.SUCCESS): (S.ENDING, (take_success, send_ack, send_bye)),
    (S.CANCELLING, E.SUCCESS_WITH_OFFER): (S.ENDING, (take_success, send_ack, send_bye)),
    (S.CANCELLING, E.FAILURE): (S.ENDED, (forget_invite,)),
    (S.CANCELLING, E.BYE): (S.CANCELLING, (answer_bye,)),
    (S.CANCELLING, E.REQUEST): (S.CANCELLING, (refuse_as_gone,)),
    (S.CANCELLING, E.REINVITE_CAME): (S.CANCELLING, (refuse_as_gone,)),
    (S.UNACKNOWLEDGED, E.ACKNOWLEDGE): (S.CONFIRMED, (send_answering_ack,)),
    (S.UNACKNOWLEDGED, E.HANGUP): (S.ENDING, (remember_hangup, send_ack, send_bye)),
    (S.UNACKNOWLEDGED, E.REINVITE_CAME): (S.UNACKNOWLEDGED, (refuse_as_pending,)),
}

CALLED: SessionTable = {
    (S.INVITED, E.RING): (S.INVITED, (ring,)),
    (S.INVITED, E.ACCEPT_EARLY): (S.INVITED, (hold_accept,)),
    (S.INVITED, E.PRACK): (S.INVITED, (take_prack,)),
    (S.INVITED, E.NO_PRACK): (S.ENDED, (give_up_ringing,)),
    (S.INVITED, E.ACCEPT): (S.ACCEPTED, (accept,)),
    (S.INVITED, E.REJECT): (S.ENDED, (reject,)),
    (S.INVITED, E.HANGUP): (S.ENDED, (reject_by_hangup,)),
    (S.INVITED, E.CANCEL): (S.ENDED, (terminate_invite, report_cancelled)),
    (S.INVITED, E.BYE): (S.ENDED, (answer_bye, terminate_invite, report_cancelled_by_bye)),
    (S.INVITED, E.REINVITE_CAME): (S.INVITED, (refuse_as_busy,)),
    (S.ACCEPTED, E.ACK): (S.CONFIRMED, (report_acknowledged,)),
    (S.ACCEPTED, E.HANGUP): (S.HANGUP_WAITING, (remember_hangup,)),
    # The peer has our 2xx, only its ACK is lost or late: RFC 5407 section 3.1.4.
    (S.ACCEPTED, E.REINVITE_CAME): (S.REINVITED, (take_reinvite,)),
    (S.ACCEPTED, E.REINVITE_CLASHED): (S.ACCEPTED, (refuse_as_pending,)),
    (S.HANGUP_WAITING, E.PRACK): (S.HANGUP_WAITING, (take_prack,)),
    (S.HANGUP_WAITING, E.ACK): (S.ENDING, (send_bye,)),
    (S.HANGUP_WAITING, E.NO_ACK): (S.ENDING, (send_bye,)),
    (S.HANGUP_WAITING, E.BYE): (S.ENDED, (answer_bye,)),
    (S.HANGUP_WAITING, E.REQUEST): (S.HANGUP_WAITING, (refuse_as_gone,)),
    (S.HANGUP_WAITING, E.REINVITE_CAME): (S.HANGUP_WAITING, (refuse_as_gone,)),
    (S.HANGUP_WAITING, E.REINVITE_CLASHED): (S.HANGUP_WAITING, (refuse_as_gone,)),
}

REINVITE: SessionTable = {
    (S.CONFIRMED, E.REINVITE): (S.REINVITING, (send_reinvite,)),
    (S.CONFIRMED, E.QUEUED): (S.REINVITING, (send_queued_reinvite,)),
    (S.CONFIRMED, E.REINVITE_CAME): (S.REINVITED, (take_reinvite,)),
    (S.CONFIRMED, E.HANGUP): (S.ENDING, (remember_hangup, send_bye)),
    (S.REINVITING, E.PROVISIONAL): (S.REINVITING, ()),
    (S.REINVITING, E.RELIABLE): (S.REINVITING, (take_reliable,)),
    (S.REINVITING, E.REPAIRABLE): (S.REINVITING, (send_invite_again,)),
    (S.REINVITING, E.SUCCESS): (S.CONFIRMED, (settle_glare, take_success, report_accepted, send_ack)),
    (S.REINVITING, E.SUCCESS_WITH_OFFER): (S.UNACKNOWLEDGED, (settle_glare, take_success, report_accepted)),
    (S.REINVITING, E.FAILURE): (S.CONFIRMED, (report_reinvite_rejected,)),
    (S.REINVITING, E.REQUEST_PENDING): (S.GLARE, (wait_after_glare,)),
    (S.REINVITING, E.REINVITE_CAME): (S.REINVITING, (refuse_as_pending,)),
    (S.REINVITING, E.REINVITE_PREFERRED): (S.REINVITED, (give_way, take_reinvite)),
    (S.REINVITING, E.HANGUP): (S.ENDING, (remember_hangup, abandon_invite, send_bye)),
    (S.GLARE, E.GLARE_OVER): (S.CONFIRMED, ()),
    (S.GLARE, E.REINVITE_CAME): (S.REINVITED, (stop_glare_timer, take_reinvite)),
    (S.GLARE, E.HANGUP): (S.ENDING, (remember_hangup, send_bye)),
    (S.REINVITED, E.ACCEPT): (S.REACCEPTED, (accept,)),
    (S.REINVITED, E.REJECT): (S.CONFIRMED, (reject,)),
    (S.REINVITED, E.CANCEL): (S.CONFIRMED, (terminate_invite,)),
    (S.REINVITED, E.HANGUP): (S.ENDING, (remember_hangup, terminate_invite, send_bye)),
    (S.REINVITED, E.REINVITE_CAME): (S.REINVITED, (refuse_as_busy,)),
    (S.REACCEPTED, E.ACK): (S.CONFIRMED, (report_acknowledged,)),
    (S.REACCEPTED, E.HANGUP): (S.ENDING, (remember_hangup, send_bye)),
    (S.REACCEPTED, E.REINVITE_CAME): (S.REINVITED, (take_reinvite,)),
    (S.REACCEPTED, E.REINVITE_CLASHED): (S.REACCEPTED, (refuse_as_pending,)),
    **_in((S.ACCEPTED, S.UNACKNOWLEDGED, S.REINVITING, S.GLARE, S.REINVITED, S.REACCEPTED), E.REINVITE, queue_reinvite),
}

ENDING: SessionTable = {
    **_in(
        (S.ACCEPTED, S.CONFIRMED, S.UNACKNOWLEDGED, S.GLARE, S.REACCEPTED), E.BYE, answer_bye, report_bye, to=S.ENDED
    ),
    (S.REINVITING, E.BYE): (S.ENDED, (answer_bye, abandon_invite, report_bye)),
    (S.REINVITED, E.BYE): (S.ENDED, (answer_bye, terminate_invite, report_bye)),
    **_in(
        (S.ACCEPTED, S.CONFIRMED, S.UNACKNOWLEDGED, S.GLARE, S.REACCEPTED),
        E.NO_DIALOG,
        send_bye,
        report_dialog_gone,
        to=S.ENDING,
    ),
    (S.REINVITING, E.NO_DIALOG): (S.ENDING, (abandon_invite, send_bye, report_dialog_gone)),
    (S.REINVITED, E.NO_DIALOG): (S.ENDING, (terminate_invite, send_bye, report_dialog_gone)),
    **_in(
        (S.ACCEPTED, S.CONFIRMED, S.UNACKNOWLEDGED, S.GLARE, S.REACCEPTED),
        E.NO_ACK,
        send_bye,
        report_no_ack,
        to=S.ENDING,
    ),
    (S.REINVITING, E.NO_ACK): (S.ENDING, (abandon_invite, send_bye, report_no_ack)),
    (S.REINVITED, E.NO_ACK): (S.ENDING, (terminate_invite, send_bye, report_no_ack)),
    **_in(
        (S.ACCEPTED, S.CONFIRMED, S.UNACKNOWLEDGED, S.GLARE, S.REACCEPTED),
        E.EXPIRED,
        give_expiry_as_reason,
        send_bye,
        report_expired,
        to=S.ENDING,
    ),
    (S.REINVITING, E.EXPIRED): (S.ENDING, (give_expiry_as_reason, abandon_invite, send_bye, report_expired)),
    (S.REINVITED, E.EXPIRED): (S.ENDING, (give_expiry_as_reason, terminate_invite, send_bye, report_expired)),
    (S.ENDING, E.BYE): (S.ENDED, (answer_bye,)),
    (S.ENDING, E.BYE_DONE): (S.ENDED, ()),
    (S.ENDING, E.REQUEST): (S.ENDING, (refuse_as_gone,)),
    (S.ENDING, E.REINVITE_CAME): (S.ENDING, (refuse_as_gone,)),
    **_in((S.ENDING, S.ENDED), E.SUCCESS, take_success, send_ack),
    **_in((S.ENDING, S.ENDED), E.SUCCESS_WITH_OFFER, take_success, send_ack),
    **_in((S.ENDING, S.ENDED), E.FAILURE, forget_invite),
}

EVERYWHERE: SessionTable = {
    **_in((*CONFIRMED, S.ENDING, S.ENDED), E.REPEATED, send_ack_again),
    **_in((*CONFIRMED, S.ENDING, S.ENDED), E.FORKED, end_fork),
    **_in(CONFIRMED, E.LATE_ACK, report_acknowledged),
    **_in(ESTABLISHED, E.PRACK, take_prack),
    **_in(ESTABLISHED, E.REFRESH, refresh),
    **_in(OPEN, E.REQUEST, deliver_request),
    **_in(WITH_OPEN_OFFER, E.UPDATE_CLASHED, refuse_update),
    **_in(OPEN, E.SEND, send_in_dialog),
    **_in((S.CALLING, S.CANCEL_WAITING, S.CANCELLING, S.HANGUP_WAITING, S.ENDING), E.SEND, refuse_to_send),
}

TABLE: Table[S, E, Effect] = {**CALLER, **CALLED, **REINVITE, **ENDING, **EVERYWHERE}
