"""Workspace's options, as GWS gives them to a user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.doctor.check import Result, check, skipped, together, warning
from cordboard.doctor.checks.gws_account import NOBODY, account_of
from cordboard.doctor.patient import Patient
from cordboard.genesys.channels import INTERNAL_API_PATH

SECTION = "interaction-workspace"
SOFTPHONE_ALLOWED = "privilege.sipendpoint.can-use"
SOFTPHONE_ADDRESS = "sipendpoint.uri"
VOICE_ALLOWED = ("privilege.voice.can-use", "voice.can-use")


@check(
    "gws.workspace_options",
    "Workspace uses the softphone",
    why="Workspace asks the connector for the phone only with these options: without them it signs agents in whose DN"
    " is not registered, and shows no mute and no volume.",
    mend="In section interaction-workspace of GWS's cluster application (or of the agents' group):"
    " privilege.sipendpoint.can-use=true, sipendpoint.uri=[connector] path below Workspace's own origin, and"
    " privilege.voice.can-use=true.",
    after=("gws.account",),
)
async def workspace_options(patient: Patient) -> Result:
    """Reads the user's options as Workspace does, and compares those that concern the softphone."""
    settings = patient.settings
    if not settings.doctor.gws_user:
        return skipped(NOBODY)
    account = await account_of(patient)
    url = f"{settings.gws.url}{INTERNAL_API_PATH}/me/settings?fields=*"
    answer = await patient.http.ask("GET", url, cookies=account.cookies, verified=True)
    options = options_in(answer.json)
    if answer.status != 200 or not options:
        return skipped("GWS does not tell its users' options here")
    results = []
    if options.get(SOFTPHONE_ALLOWED, "").lower() != "true":
        results.append(warning(f"{SOFTPHONE_ALLOWED} is {options.get(SOFTPHONE_ALLOWED) or 'absent'}"))
    address = options.get(SOFTPHONE_ADDRESS, "")
    if not address.rstrip("/").endswith(settings.connector.path):
        results.append(
            warning(f"{SOFTPHONE_ADDRESS} is {address or 'absent'}, the connector is at {settings.connector.path}")
        )
    results += [warning(f"{name} is false") for name in VOICE_ALLOWED if options.get(name, "").lower() == "false"]
    return together(results, f"{SOFTPHONE_ADDRESS} is {address}")


def options_in(said: object) -> dict[str, str]:
    """The section's options: GWS lists the sections, each with a list of names and values (a trace of Workspace)."""
    sections = _list(_object(_object(_object(said).get("resources")).get("user")).get("settings"))
    listed = next((each.get("settings") for each in sections if each.get("name") == SECTION), None)
    return {str(each.get("name")): str(each.get("value") or "") for each in _list(listed)}


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


CHECKS = (workspace_options,)
