"""The connector's first version, which Workspace Web Edition 8.5 calls (GWS reference 4.4).

Names, bodies and answers up to Ping are from a trace of Workspace with the genuine program. Of the calls for
microphone and speaker only the names are known; their answers follow the manner of the others, under both forms of a
name that it has (`RegisterDnResult`, `get_DnSIPResult`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cordboard.desk.connector.bodies import names_only, volume_of
from cordboard.desk.connector.endpoints import MOST_PARAMETERS
from cordboard.desk.connector.options import PING_MILLISECONDS, kept_options, number_of
from cordboard.desk.connector.phone import MICROPHONE, SPEAKER, Phone, is_muted, volume_in

Body = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """`moves`: it changes something."""

    perform: Callable[[Phone, Body], Awaitable[Answer]]
    moves: bool


async def get_dn_sip(phone: Phone, body: Body) -> Answer:
    return {"get_DnSIPResult": phone.dn if phone.view.registered else ""}


async def set_options(phone: Phone, body: Body) -> Answer:
    phone.endpoints.set_options(phone.dn, kept_options(body.get("value")))
    return {}


async def set_parameters(phone: Phone, body: Body) -> Answer:
    pairs = body.get("value")
    kept = phone.endpoints.endpoint(phone.dn).parameters
    for pair in pairs if isinstance(pairs, list) else []:
        if isinstance(pair, dict) and isinstance(pair.get("Key"), str) and len(kept) < MOST_PARAMETERS:
            kept[pair["Key"][:100]] = str(pair.get("Value"))[:100]
    return {}


async def register(phone: Phone, body: Body) -> Answer:
    if not names_only(body, phone.dn):
        why = "RegisterDn names a DN that is not the agent's own"
        phone.endpoints.occasionally.warning(f"foreign {phone.dn}", why, dn=phone.dn)
        return {"RegisterDnResult": False}
    phone.register()
    return {"RegisterDnResult": True}


async def unregister(phone: Phone, body: Body) -> Answer:
    if not names_only(body, phone.dn):
        return {"UnregisterDnResult": False}
    phone.unregister()
    return {"UnregisterDnResult": True}


async def is_active(phone: Phone, body: Body) -> Answer:
    return {"get_IsEndpointActiveResult": phone.view.registered}


async def parameters(phone: Phone, body: Body) -> Answer:
    status = {"Key": "EndpointStatus", "Value": f"EndpointStatus_{'Ready' if phone.ready else 'NotReady'}"}
    others = [{"Key": "IsPingMandatory", "Value": False}, {"Key": "Status", "Value": "Initialized"}]
    return {"get_SIPEndpointParametersResult": [status, *others]}


async def set_ping_period(phone: Phone, body: Body) -> Answer:
    phone.endpoints.endpoint(phone.dn).ping_milliseconds = number_of(body.get("value"), PING_MILLISECONDS)
    return {}


async def ping(phone: Phone, body: Body) -> Answer:
    phone.endpoints.pinged(phone.dn)
    return {"PingResult": []}


def muting(name: str, device: str, muted: bool) -> Operation:
    """Answers true once the page has told that it is so."""

    async def perform(phone: Phone, body: Body) -> Answer:
        audio = await phone.mute(device, muted)
        return {f"{name}Result": audio is not None and is_muted(audio, device) is muted}

    return Operation(perform, moves=True)


def setting_volume(name: str, device: str) -> Operation:
    """Answers the volume that the page tells."""

    async def perform(phone: Phone, body: Body) -> Answer:
        audio = await phone.set_volume(device, volume_of(body.get("value")))
        return {f"{name}Result": volume_in(audio, device) if audio is not None else None}

    return Operation(perform, moves=True)


def telling(name: str, device: str, of: Callable[[Any, str], Any]) -> Operation:
    """Answers what the page told last, null if it told nothing yet."""

    async def perform(phone: Phone, body: Body) -> Answer:
        audio = phone.view.audio
        told = of(audio, device) if audio is not None else None
        return {f"{name}Result": told, f"get_{name.removeprefix('Get')}Result": told}

    return Operation(perform, moves=False)


def _audio_operations() -> dict[str, Operation]:
    made: dict[str, Operation] = {}
    for word, device in (("Microphone", MICROPHONE), ("Speaker", SPEAKER)):
        made[f"Mute{word}"] = muting(f"Mute{word}", device, True)
        made[f"Unmute{word}"] = muting(f"Unmute{word}", device, False)
        made[f"Set{word}Volume"] = setting_volume(f"Set{word}Volume", device)
        made[f"Get{word}Volume"] = telling(f"Get{word}Volume", device, volume_in)
        made[f"Get{word}State"] = telling(f"Get{word}State", device, is_muted)
    return made


NAMED = {
    "GetDnSIP": Operation(get_dn_sip, moves=False),
    "SetOptions": Operation(set_options, moves=True),
    "SetSIPEndpointParameters": Operation(set_parameters, moves=True),
    "RegisterDn": Operation(register, moves=True),
    "UnregisterDn": Operation(unregister, moves=True),
    "GetIsEndpointActive": Operation(is_active, moves=False),
    "GetSIPEndpointParameters": Operation(parameters, moves=False),
    "SetPingPeriod": Operation(set_ping_period, moves=True),
    "Ping": Operation(ping, moves=False),
    **_audio_operations(),
}
OPERATIONS = {name.lower(): operation for name, operation in NAMED.items()}
