"""What the core lets in at all: requests, by the general checks of RFC 3261 section 8.2, and its user's commands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cordboard.sip import events
from cordboard.sip.address import NameAddress
from cordboard.sip.errors import LocalProtocolError, RemoteProtocolError
from cordboard.sip.events import Header
from cordboard.sip.fields import media_type
from cordboard.sip.grammar import is_token
from cordboard.sip.message import Request
from cordboard.sip.session.timer import SessionTimer, is_too_small

SDP = "application/sdp"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The response to a request that is not let in."""

    status: int
    headers: tuple[Header, ...] = ()


class Admission:
    """Knows the methods and extensions of one core.

    REGISTER is always let in and never announced: whether there is a registrar is the business of the core's user.
    """

    def __init__(self, allow: Iterable[str], supported: Iterable[str]) -> None:
        self._allow = tuple(allow)
        self._methods = frozenset((*self._allow, "REGISTER"))
        self._supported = frozenset(option.lower() for option in supported)

    def __contains__(self, option: str) -> bool:
        """Whether that extension is supported."""
        return option in self._supported

    def refusal(self, request: Request) -> Refusal | None:
        """Why this request is not let in; None if it is."""
        if request.method not in self._methods:
            return Refusal(405, (("Allow", ", ".join(self._allow)),))
        if request.method == "CANCEL":  # section 8.2.2.3: its options are those of the INVITE
            return None
        if request.headers.get("Max-Forwards", "").lstrip("0") == "" and "Max-Forwards" in request.headers:
            return Refusal(483)
        unsupported = [
            option for option in request.headers.get_list("Require") if option.lower() not in self._supported
        ]
        if unsupported:
            return Refusal(420, (("Unsupported", ", ".join(unsupported)),))
        return _refusal_of_body(request)


def _refusal_of_body(request: Request) -> Refusal | None:
    """Section 8.2.3: an INVITE is about its description, so a body of another kind cannot be let pass."""
    headers = request.headers
    if request.method != "INVITE" or not request.body or "handling=optional" in headers.get("Content-Disposition", ""):
        return None
    if media_type(headers.get("Content-Type", SDP)) != SDP:
        return Refusal(415, (("Accept", SDP),))
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        return Refusal(415, (("Accept-Encoding", "identity"),))
    return None


def refusal_of_interval(request: Request, timer: SessionTimer | None) -> Refusal | None:
    """422 for an INVITE whose session interval is too small (RFC 4028 section 9)."""
    if timer is None or not is_too_small(timer, request):
        return None
    return Refusal(422, (("Min-SE", str(timer.minimum)),))


def check_command(command: events.Input) -> None:
    """Raises LocalProtocolError, before anything happens, for a command whose texts would make no message."""
    match command:
        case events.Received() | events.Tick() | events.FlowClosed() | events.MoveSession() | events.Restore():
            return
        case events.Invite():
            _check_addresses(command.from_uri, command.to_uri, command.contact)
            check_texts(command.target, command.from_uri, command.to_uri, command.contact, command.call_id)
        case events.SendRequest():
            _check_addresses(command.from_uri, command.to_uri)
            check_texts(command.target, command.from_uri, command.to_uri, command.call_id, command.content_type)
            _check_method(command.method)
        case events.SendInDialog():
            check_texts(command.content_type)
            _check_method(command.method)
        case events.Ring():
            _check_addresses(command.contact)
            check_texts(command.contact)
            _check_status(command.status, 100, 199)
        case events.Accept():
            _check_addresses(command.contact)
            check_texts(command.contact)
        case events.Reject():
            check_texts(command.reason)
            _check_status(command.status, 300, 699)
        case events.Respond():
            check_texts(command.reason, command.content_type)
            _check_status(command.status, 100, 699)
        case events.Hangup():
            _check_status(command.status, 300, 699)
    for name, value in command.headers:
        check_texts(value)
        if not is_token(name):
            raise LocalProtocolError("a header name of the command is not a token")


def _check_addresses(*addresses: str) -> None:
    for address in addresses:
        check_address(address)


def check_address(address: str) -> None:
    """Raises LocalProtocolError for what is no address."""
    try:
        NameAddress.parse(address)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"an address of the command cannot be used: {error}") from None


def check_texts(*texts: str) -> None:
    """Raises LocalProtocolError for a text that would break out of its header."""
    if any("\r" in text or "\n" in text for text in texts):
        raise LocalProtocolError("a line end hides in a text of the command")


def _check_method(method: str) -> None:
    if not is_token(method) or method in ("INVITE", "ACK", "CANCEL", "BYE"):
        raise LocalProtocolError("this method has a command of its own, or is none")


def _check_status(status: int, lowest: int, highest: int) -> None:
    if not lowest <= status <= highest:
        raise LocalProtocolError(f"status of the command is not between {lowest} and {highest}")
