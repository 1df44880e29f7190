"""Who GWS says the page's agent is (`GET /api/v2/me`, GWS reference 1.7 and 1.8), reduced to what a page needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SUBRESOURCES = "devices,channels,calls"
_LOGGED_OUT = frozenset({"", "LoggedOut", "Logout"})


class NoPhone(Exception):
    """GWS knows the user, but not with a DN that Cordboard serves; the text tells the agent why."""


@dataclass(frozen=True, slots=True)
class SignedInAgent:
    """`session`: a contact-centre session is already running. `state`: GWS's userState of the voice device."""

    user_name: str
    first_name: str
    last_name: str
    dn: str
    device_id: str
    session: bool
    state: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "userName": self.user_name,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "dn": self.dn,
            "deviceId": self.device_id,
            "session": self.session,
            "state": dict(self.state),
        }


def agent_of(user: Mapping[str, Any], is_served: Callable[[str], bool]) -> SignedInAgent:
    """The agent behind a `user` resource. Raises `NoPhone` when none of its voice devices has a DN that is served."""
    name = _text(user, "userName")
    devices = [(_text(device, "phoneNumber"), device) for device in _voice_devices(user)]
    for dn, device in devices:
        if is_served(dn):
            state = _user_state(user, device)
            return SignedInAgent(
                user_name=name,
                first_name=_text(user, "firstName"),
                last_name=_text(user, "lastName"),
                dn=dn,
                device_id=_text(device, "id"),
                session=_text(state, "state") not in _LOGGED_OUT,
                state=state,
            )
    if not devices:
        raise NoPhone(f"{name} has no phone at GWS")
    raise NoPhone(f"{name} has DN {devices[0][0] or '(none)'} at GWS, which is not among the [[agents]] of Cordboard")


def _voice_devices(user: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for device in _items(user, "devices"):
        channels = device.get("channels")
        if not isinstance(channels, list) or "voice" in channels:
            yield device


def _user_state(user: Mapping[str, Any], device: Mapping[str, Any]) -> Mapping[str, Any]:
    """The device's state, or that of the voice channel where the device tells none."""
    channels = [channel for channel in _items(user, "channels") if channel.get("channel") == "voice"]
    for holder in (device, *channels):
        state = holder.get("userState")
        if isinstance(state, dict) and state:
            return state
    return {}


def _items(resource: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    items = resource.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _text(resource: Mapping[str, Any], key: str) -> str:
    value = resource.get(key)
    return value if isinstance(value, str) else ""
