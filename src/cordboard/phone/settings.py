"""What an agent's phone is told."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from yarl import URL

from cordboard.phone.packets.sockets import SharedSockets
from cordboard.sdp.codec import OPUS, PCMA, PCMU, Codec
from cordboard.stun.vocabulary import DEFAULT_TIMING, Timing

CODECS: dict[str, Codec] = {"PCMU": PCMU, "PCMA": PCMA, "opus": OPUS}
SPOKEN = ("PCMU", "PCMA")


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """What a phone says and listens for. Frequencies in Hz.

    `codec` comes first in its descriptions and `also` after it. Only G.711 is spoken: an `opus` that is listed shows
    what a peer does with it, a call that agrees on it fails.
    """

    codec: str = "PCMU"
    frequency: float = 440.0  # 0.0: silence
    also: tuple[str, ...] = ()
    expected: float = 0.0  # the tone that is to be heard; 0.0: whatever comes is right
    stamp_every: int = 10  # of so many packets one carries the time, which is noise to other listeners; 0: none
    check_every: int = 1  # of so many packets one is decrypted and looked into

    def __post_init__(self) -> None:
        unknown = {self.codec, *self.also} - CODECS.keys()
        if unknown or self.codec not in SPOKEN:
            raise ValueError(f"codecs are {', '.join(CODECS)}, the first one of {', '.join(SPOKEN)}")

    @property
    def codecs(self) -> list[Codec]:
        """Those listed, in their order."""
        return [CODECS[name] for name in dict.fromkeys((self.codec, *self.also))]


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """One phone: where it registers, who it is, how it speaks and answers. Times in seconds.

    `token` is sent as `Authorization: Bearer ...`, asked for at each REGISTER if it is a function; without one a
    challenge is answered by `password`. `domain` "": that of `url`.
    """

    url: str
    dn: str
    token: str | Callable[[], str] = field(default="", repr=False)
    password: str = field(default="", repr=False)
    domain: str = ""
    tls: ssl.SSLContext | None = None
    origin: str = ""
    audio: AudioSettings = AudioSettings()
    answer_after: float | None = 0.0  # None: only when the gateway says so, or `PhoneCall.answer` is called
    expires: int = 600
    address: str = "127.0.0.1"  # of its media
    sockets: SharedSockets | None = (
        None  # for its media, on 0.0.0.0; `address` must be of this phone alone. None: its own
    )
    ice: Timing = DEFAULT_TIMING
    connect_within: float = 10.0
    respond_within: float = 10.0
    media_within: float = 15.0  # from the answer to the first keys

    def __post_init__(self) -> None:
        address = URL(self.url)
        if address.scheme not in ("ws", "wss") or not address.host:
            raise ValueError("url is not one of a WebSocket")

    @property
    def secure(self) -> bool:
        return URL(self.url).scheme == "wss"

    @property
    def sip_domain(self) -> str:
        """The host, and the port if it is none of a browser's own, as SIP URIs have them."""
        address = URL(self.url)
        host = f"[{address.host}]" if ":" in (address.host or "") else address.host or ""
        return self.domain or (host if address.is_default_port() else f"{host}:{address.port}")
