"""What a registrar's responses say."""

from __future__ import annotations

from cordboard.sip import digest
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.fields import contacts, expires_of
from cordboard.sip.message import Response
from cordboard.sip.uri import Uri


def granted(response: Response, own: Uri, asked: int) -> int | None:
    """For how many seconds the contact `own` is bound; None if the response shows that it is not."""
    try:
        bound = contacts(response.headers)
    except RemoteProtocolError:
        bound = []
    mine = next((contact for contact in bound if contact.uri.matches(own)), None)
    if bound and mine is None:
        return None
    lifetime = expires_of(response.headers, mine)
    return asked if lifetime is None else lifetime or None


def shows(response: Response, own: Uri) -> bool:
    """Whether the answer to a query lists the contact `own`."""
    try:
        return any(contact.uri.matches(own) for contact in contacts(response.headers))
    except RemoteProtocolError:
        return False


def challenge_of(response: Response) -> str | None:
    """The challenge of a 401 or 407 that we can answer; None if there is none."""
    name = "WWW-Authenticate" if response.status == 401 else "Proxy-Authenticate"
    challenge = digest.first_supported(response.headers.get_all(name))
    try:
        digest.authorization(challenge or "", "REGISTER", "", "", "", "")
    except RemoteProtocolError:
        return None
    return challenge
