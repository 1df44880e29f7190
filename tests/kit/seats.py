"""Seats as a desk's tests want them: what is said is written down, and a page that obeys can be put behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cordboard.seat.desk_port import AudioView, SeatCall, SeatView

PRESENT = SeatView(
    registered=True, page=True, reachable=True, microphone="ready", connection="page-1", audio=AudioView()
)


@dataclass
class FakeSeats:
    """`said` are the words to pages by DN, `revoked` the ids of tokens, `released` the calls that were ended.

    With `obeys` a page does what it is told and tells so at once.
    """

    views: dict[str, SeatView] = field(default_factory=dict)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    revoked: list[tuple[str, str]] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    obeys: bool = True
    resting: bool = False
    _listeners: list[Callable[[str], None]] = field(default_factory=list)

    def view(self, dn: str) -> SeatView:
        return self.views.get(dn, SeatView())

    def say(self, dn: str, words: Mapping[str, object]) -> bool:
        if not self.view(dn).page and not self.resting:
            return False
        self.said.append((dn, dict(words)))
        if self.obeys:
            self._obey(dn, dict(words))
        return True

    def release(self, dn: str, call_uuid: str) -> bool:
        calls = self.view(dn).calls
        self.released += [call.call_uuid for call in calls if call.call_uuid == call_uuid]
        return any(call.call_uuid == call_uuid for call in calls)

    def revoke(self, dn: str, token_id: str) -> None:
        self.revoked.append((dn, token_id))

    def on_change(self, listener: Callable[[str], None]) -> None:
        self._listeners.append(listener)

    def put(self, dn: str, **changes: Any) -> None:
        """The DN is as `PRESENT` but for the changes."""
        self.views[dn] = replace(PRESENT, **changes)
        for listener in self._listeners:
            listener(dn)

    def leave(self, dn: str) -> None:
        self.views.pop(dn, None)
        for listener in self._listeners:
            listener(dn)

    def call(self, dn: str, *calls: SeatCall) -> None:
        self.put(dn, calls=calls)

    def _obey(self, dn: str, words: dict[str, Any]) -> None:
        view = self.view(dn)
        match words.pop("do"):
            case "mute":
                changes = {f"{device}_muted": muted for device, muted in words.items()}
            case "volume":
                changes = {f"{device}_volume": volume for device, volume in words.items()}
            case "unregister":
                self.resting = True
                return self.leave(dn)
            case "register":
                self.resting = False
                return self.put(dn)
            case _:
                return None
        return self.put(dn, calls=view.calls, audio=replace(view.audio or AudioView(), **changes))
