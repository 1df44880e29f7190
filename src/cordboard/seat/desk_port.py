"""What the desk may know of a DN and say to its page: the port between desk and gateway.

The gateway implements it; a desk that runs without one has `NoSeats`. Words to a page are JSON objects that travel as
an out-of-dialog MESSAGE: `{"do": "mute", "microphone": true}`, `{"do": "volume", "speaker": 60}`, `{"do": "options",
...}`, `{"do": "register"}`, `{"do": "unregister"}`, `{"do": "sign out"}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

LOUDEST = 100


@dataclass(frozen=True, slots=True)
class SeatCall:
    """A call of the DN. `mos` is how the far end sounds, 1.0 to 4.5, `round_trip` seconds to the page and back; 0.0
    while not known.
    """

    call_uuid: str
    state: str  # ringing, dialing, talking or held
    mos: float = 0.0
    round_trip: float = 0.0


@dataclass(frozen=True, slots=True)
class AudioView:
    """What a page told of its microphone and its speaker. Volumes are 0 to 100."""

    microphone_muted: bool = False
    microphone_volume: int = LOUDEST
    microphone_name: str = ""
    speaker_muted: bool = False
    speaker_volume: int = LOUDEST
    speaker_name: str = ""


@dataclass(frozen=True, slots=True)
class SeatView:
    """A DN as it is now.

    `registered`: its page is there and its registration stands at SIP Server. `reachable`: the page can take calls.
    `microphone`: ready, asked or lost, empty without a page. `connection` names the page's connection, so that a page
    that came anew can be told from the one before.
    """

    registered: bool = False
    page: bool = False
    reachable: bool = False
    microphone: str = ""
    connection: str = ""
    calls: tuple[SeatCall, ...] = ()
    audio: AudioView | None = None


Listener = Callable[[str], None]


class SeatWords(Protocol):
    """The seats, as far as the desk is concerned with them. All of it is for the event loop's thread."""

    def view(self, dn: str) -> SeatView:
        """The DN as it is now; of a DN that nobody knows, nothing is true."""

    def say(self, dn: str, words: Mapping[str, object]) -> bool:
        """Say something to the page that gets the DN's new calls, or to one that un-registered and is still connected;
        False if there is none.
        """

    def release(self, dn: str, call_uuid: str) -> bool:
        """End a call of the DN on both sides; False if it has no such call."""

    def revoke(self, dn: str, token_id: str) -> None:
        """Refuse the tokens of a sign-in from now on, and let go of every page that came by one."""

    def on_change(self, listener: Listener) -> None:
        """Tell of each DN whose page, registration or audio changes. Calls come and go untold."""


class NoSeats:
    """The seats of a desk without a gateway: nobody is there."""

    def view(self, dn: str) -> SeatView:
        return SeatView()

    def say(self, dn: str, words: Mapping[str, object]) -> bool:
        return False

    def release(self, dn: str, call_uuid: str) -> bool:
        return False

    def revoke(self, dn: str, token_id: str) -> None:
        return None

    def on_change(self, listener: Listener) -> None:
        return None
