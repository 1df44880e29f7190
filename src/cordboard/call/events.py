"""The language between the two legs of a call: a few words, none of them SIP.

A leg turns what its side says into these words and gets the other leg's words told. So the trunk leg never sees what
JsSIP sent, and the page leg never sees SIP Server's dialect.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Header = tuple[str, str]

WORDS_TYPE = "application/vnd.cordboard+json"  # the words to the page (architecture section 4.10)


@dataclass(frozen=True, slots=True)
class Try:
    """A call begins. `headers` are those that cross unchanged; `agent_first`: the agent's own MakeCall leg,
    probably."""

    caller: str  # the From value of the caller's side, without its tag
    dialled: str  # a number
    headers: tuple[Header, ...] = ()
    agent_first: bool = False


@dataclass(frozen=True, slots=True)
class Ring:
    """The called side rings; with `early_media` it already sends sound."""

    early_media: bool = False
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Connect:
    """The called side answered."""

    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Something about a connected call changed: hold (None: as before), the X-Genesys-CallUUID, or the media.

    `media_changed`: what the other side was told last does not fit any more (video came or went, another codec), so
    that leg offers anew. `unattended`, with `held`: no page is there, so nothing but a page's coming may open the call.
    """

    held: bool | None = None
    call_uuid: str = ""
    media_changed: bool = False
    unattended: bool = False


@dataclass(frozen=True, slots=True)
class Info:
    """A message for the other side: the words to the page, or an INFO body that passes through (DTMF relay)."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Disconnect:
    """A side ended the call, before or after it was connected."""

    cause: str
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Fail:
    """The called side refused; `status` is a SIP status of 300 to 699."""

    status: int
    reason: str = ""
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Refer:
    """SIP Server asks this leg to call somebody else in its own place (REFER, already answered with 202).

    The call itself carries it out; the page leg never hears of it. `target` is the Request-URI to call, `number` its
    user, `headers` those of the INVITE.
    """

    target: str
    number: str
    headers: tuple[Header, ...] = ()


CallEvent = Try | Ring | Connect | Update | Info | Disconnect | Fail | Refer


@dataclass(frozen=True, slots=True)
class CallEnded:
    """Both legs are over and the media is released; `answered` tells whether it was ever connected."""

    cause: str
    answered: bool = field(default=False)
