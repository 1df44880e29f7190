"""The connector's second version, of Genesys Softphone 9 (GWS reference 4.4): register, session, audio and calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.desk.connector.bodies import names_only, volume_of
from cordboard.desk.connector.phone import MICROPHONE, SPEAKER, Phone, is_muted, name_in, volume_in
from cordboard.desk.connector.v1 import Operation
from cordboard.desk.errors import Refusal
from cordboard.seat.desk_port import AudioView, SeatCall, SeatView

Body = Mapping[str, Any]
Answer = dict[str, Any]
DEVICES = (MICROPHONE, SPEAKER)


async def register(phone: Phone, body: Body) -> Answer:
    """The OAuth token that the body may carry is left unread: the page has one of the desk's."""
    if not names_only(body, phone.dn):
        raise Refusal(403, "foreign-dn", "this DN is not the agent's own")
    phone.register()
    return {}


async def unregister(phone: Phone, body: Body) -> Answer:
    if not phone.unregister():
        raise Refusal(404, "no-phone", "the agent's phone is not there")
    return {}


async def close_session(phone: Phone, body: Body) -> Answer:
    phone.unregister()
    phone.endpoints.forget(phone.dn)
    return {}


async def session(phone: Phone, body: Body) -> Answer:
    view = phone.view
    url = phone.settings.gateway.websocket_url
    connection = {"server": str(phone.settings.sip_server.address), "user": phone.dn, "state": _state(view)}
    return {
        "devices": _devices(view.audio or AudioView()) | {"headset_used": view.page and view.microphone != "lost"},
        "phone": _calls(view.calls),
        "connectivities": [{"protocol": url.partition(":")[0], "connections": [connection]}],
    }


async def audio(phone: Phone, body: Body) -> Answer:
    """Mutes and volumes of both devices, under `devices` or bare; what is not named stays."""
    asked = body.get("devices", body)
    if not isinstance(asked, dict) or not any(isinstance(asked.get(device), dict) for device in DEVICES):
        raise Refusal(400, "wrong-body", "microphone or speaker is missing, with muted or volume")
    orders = [(device, *_order(asked[device])) for device in DEVICES if isinstance(asked.get(device), dict)]
    if not phone.view.page:
        raise Refusal(404, "no-phone", "the agent's phone is not there")
    for device, muted, volume in orders:
        if muted is not None:
            await phone.mute(device, muted)
        if volume is not None:
            await phone.set_volume(device, volume)
    return {"devices": _devices(phone.view.audio or AudioView())}


async def release(phone: Phone, body: Body) -> Answer:
    """The call that `uuid` names, or the only one that there is."""
    calls = [call.call_uuid for call in phone.view.calls]
    wanted = body.get("uuid", calls[0] if len(calls) == 1 else None)
    if wanted is None and len(calls) > 1:
        raise Refusal(400, "which-call", "there are several calls; uuid says which")
    if not isinstance(wanted, str) or not phone.release(wanted):
        raise Refusal(404, "no-call", "the agent's phone has no such call")
    return {}


def _order(asked: Mapping[str, Any]) -> tuple[bool | None, int | None]:
    muted = asked.get("muted", asked.get("mute"))
    if muted is not None and not isinstance(muted, bool):
        raise Refusal(400, "wrong-body", "muted is true or false")
    volume = asked.get("volume")
    return muted, None if volume is None else volume_of(volume)


def _devices(told: AudioView) -> Answer:
    return {
        device: {"name": name_in(told, device), "muted": is_muted(told, device), "volume": volume_in(told, device)}
        for device in DEVICES
    }


def _calls(calls: tuple[SeatCall, ...]) -> Answer:
    known = [call.mos for call in calls if call.mos]
    return {
        "calls": [{"state": call.state.upper(), "uuid": call.call_uuid} for call in calls],
        "local_mos": round(min(known, default=0.0), 2),
        "rtt_ms": round(1000 * max((call.round_trip for call in calls), default=0.0)),
    }


def _state(view: SeatView) -> str:
    if view.registered:
        return "REGISTERED"
    return "REGISTERING" if view.page else "NONE"


OPERATIONS = {
    ("POST", "register"): Operation(register, moves=True),
    ("DELETE", "register"): Operation(unregister, moves=True),
    ("GET", "session"): Operation(session, moves=False),
    ("DELETE", "session"): Operation(close_session, moves=True),
    ("POST", "audio"): Operation(audio, moves=True),
    ("DELETE", "calls"): Operation(release, moves=True),
}
