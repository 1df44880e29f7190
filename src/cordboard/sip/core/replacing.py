"""INVITE with Replaces (RFC 3891 section 3): which of our sessions the new one shall take the place of."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.sip.core.admission import Refusal
from cordboard.sip.core.registry import Registry
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import WHITESPACE, parse_parameters
from cordboard.sip.message import Request


@dataclass(frozen=True, slots=True)
class Replaces:
    """The value of a Replaces header; the tags as the recipient sees them: `to_tag` is its own."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool

    @classmethod
    def parse(cls, text: str) -> Replaces:
        """Read the value of a Replaces header; raises RemoteProtocolError."""
        call_id, _, rest = text.partition(";")
        call_id, parameters = call_id.strip(WHITESPACE), parse_parameters(rest)
        to_tag, from_tag = parameters.get("to-tag"), parameters.get("from-tag")
        if not call_id or not to_tag or not from_tag:
            raise RemoteProtocolError("Replaces is malformed")
        return cls(call_id, _tag(to_tag), _tag(from_tag), "early-only" in parameters)


def replaced(request: Request, sessions: Registry) -> str | Refusal:
    """The name of the session to be replaced, "" without the header, or what the INVITE gets instead.

    Whether the sender may do so is for the user to decide. Raises RemoteProtocolError for a malformed header.
    """
    values = request.headers.get_list("Replaces")
    if not values:
        return ""
    if len(values) > 1:
        return Refusal(400)
    wanted = Replaces.parse(values[0])
    session = sessions.with_key(wanted.call_id, wanted.to_tag)
    dialog = session.dialog_with(wanted.from_tag) if session else None
    if session is None or dialog is None:
        return Refusal(481)
    if session.over:
        return Refusal(603)
    if dialog.confirmed:
        return Refusal(486) if wanted.early_only else session.name
    return session.name if dialog.owner else Refusal(481)


def _tag(text: str) -> str:
    """Tag "0" stands for none, as in RFC 2543 (section 6.1)."""
    return "" if text == "0" else text
