"""What both versions of the connector do with an agent's phone."""

from __future__ import annotations

from cordboard.config import Settings
from cordboard.desk.connector.endpoints import Endpoints, Wanted
from cordboard.seat.desk_port import AudioView, SeatView, SeatWords

MICROPHONE, SPEAKER = "microphone", "speaker"


class Phone:
    """The phone of one agent, whose DN is his own by what GWS said."""

    def __init__(self, dn: str, settings: Settings, seats: SeatWords, endpoints: Endpoints) -> None:
        self.dn = dn
        self.settings = settings
        self.endpoints = endpoints
        self._seats = seats

    @property
    def view(self) -> SeatView:
        return self._seats.view(self.dn)

    @property
    def ready(self) -> bool:
        """A call would ring: registered, and the page can take it."""
        view = self.view
        return view.registered and view.reachable

    def register(self) -> None:
        """Have the page register again, if it is there and un-registered; the one that comes registers by itself."""
        if not self.view.page:
            self._seats.say(self.dn, {"do": "register"})

    def unregister(self) -> bool:
        """Have the page un-register; False if there is none."""
        return self.view.page and self._seats.say(self.dn, {"do": "unregister"})

    def release(self, call_uuid: str) -> bool:
        return self._seats.release(self.dn, call_uuid)

    async def mute(self, device: str, muted: bool) -> AudioView | None:
        """Have the page mute or open a device; what it tells of its audio then, None if it tells nothing."""
        return await self._move({"do": "mute", device: muted}, lambda audio: is_muted(audio, device) is muted)

    async def set_volume(self, device: str, volume: int) -> AudioView | None:
        """Have the page set a volume; what it tells of its audio then, None if it tells nothing."""
        return await self._move({"do": "volume", device: volume}, lambda audio: volume_in(audio, device) == volume)

    async def _move(self, words: dict[str, object], wanted: Wanted) -> AudioView | None:
        if not self._seats.say(self.dn, words):
            return None
        return await self.endpoints.audio(self.dn, wanted, self.settings.connector.answer_milliseconds / 1000)


def is_muted(audio: AudioView, device: str) -> bool:
    return audio.microphone_muted if device == MICROPHONE else audio.speaker_muted


def volume_in(audio: AudioView, device: str) -> int:
    return audio.microphone_volume if device == MICROPHONE else audio.speaker_volume


def name_in(audio: AudioView, device: str) -> str:
    return audio.microphone_name if device == MICROPHONE else audio.speaker_name
