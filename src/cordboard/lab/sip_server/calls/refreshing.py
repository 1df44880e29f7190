"""SIP Server refreshes the sessions that it began, when half of Session-Expires is over (RFC 4028, `refresher=uac`;
reference: SIP Server 1.5).

The DN option `lab-session-refresh` says how: `reinvite` (default), `update`, or `none` for a server that forgets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.leg import SESSION_TIMER, TIMER_SUPPORT, Outputs, Phase, Phone
from cordboard.lab.sip_server.calls.media import add_job
from cordboard.lab.sip_server.calls.vocabulary import Job, JobKind
from cordboard.sip.events import SendInDialog
from cordboard.sip.message import Response

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.call import Call

LAB_SESSION_REFRESH = "lab-session-refresh"
DEFAULT_EXPIRES = 1800
_EXPIRES = re.compile(r"\s*(\d{1,9})\s*((?:;[^;]*)*)$")


def schedule(phone: Phone, response: Response, now: float) -> None:
    """The 2xx to an INVITE or UPDATE of ours: when this session is to be refreshed, if that is for us to do.

    A phone that says nothing of a timer is refreshed all the same if it was SIP Server that called it.
    """
    match = _EXPIRES.match(response.headers.get("Session-Expires") or "")
    expires = int(match[1]) if match else DEFAULT_EXPIRES
    by_phone = "refresher=uas" in match[2].replace(" ", "").lower() if match else not phone.was_called
    forgets = phone.options.get(LAB_SESSION_REFRESH) == "none"
    phone.refresh_at = None if by_phone or forgets else now + expires / 2


def refresh(call: Call, now: float) -> Outputs:
    """Refresh whatever is due."""
    outputs: Outputs = []
    for phone in call.phones():
        if phone.refresh_at is None or phone.refresh_at > now:
            continue
        phone.refresh_at = None
        if phone.phase is not Phase.CONNECTED:
            continue
        if phone.options.get(LAB_SESSION_REFRESH) == "update":
            headers = (phone.uuid_header, *SESSION_TIMER, TIMER_SUPPORT)
            outputs.append(SendInDialog(phone.session, call.key(phone, "update"), "UPDATE", headers))
        else:
            outputs += add_job(call, Job(JobKind.SESSION, phone), now)
    return outputs
