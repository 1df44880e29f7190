"""The options of Workspace Web Edition, as WWE reads them from GWS: the section `interaction-workspace` and those
that it names (reference: GWS API 1.7, 4.1, 4.2).

Only names that a document or a trace knows are here; values are texts, as in Configuration Server.
"""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.genesys.status import Resource
from cordboard.lab.gws.settings import Account, GwsSettings

SECTION = "interaction-workspace"

OPTIONS: Mapping[str, str] = {
    "login.prompt-place": "false",
    "login.voice.auto-not-ready-reason": "",
    "login.voice.prompt-dn-less-phone-number": "false",
    "login.voice.prompt-queue": "false",
    "login.voice.list-available-queues": "",
    "voice.auto-answer": "false",
    "voice.mark-done-on-release": "false",
    "voice.prompt-for-end": "false",
    "voice.can-use": "true",
    "voice.can-make-call": "true",
    "voice.can-send-dtmf": "true",
    "voice.can-one-step-transfer": "true",
    "voice.can-one-step-conference": "true",
    "privilege.voice.can-use": "true",
    "privilege.sipendpoint.can-use": "true",
    "interaction.web-content": "",
    "workspace.web-content": "",
    "service-client-api.accepted-web-content-origins": "",
    "service-client-api.rate-limit": "0",
    "service-client-api.rate-limit-quarantine-delay": "30",
    "service-client-api.user-data.read-allowed": "*",
    "service-client-api.user-data.write-allowed": "*",
    "service-client-api.option.read-allowed-web-content-origin": "",
    "system.cometd.timeout": "60000",
}


def options(settings: GwsSettings, account: Account) -> dict[str, str]:
    """The options for this agent: the lab's, what its settings say of the same things, then what they add."""
    supervisor = _truth(account.is_supervisor)
    return {
        **OPTIONS,
        "login.voice.is-auto-ready": _truth(settings.auto_ready),
        "login.voice.list-available-queues": ",".join(queue.number for queue in settings.queues),
        "voice.logout-on-session-cleanup.enable": _truth(settings.logs_out_lost_sessions),
        "interaction.disposition.key-name": settings.disposition_key,
        "privilege.teamlead.can-monitor-voice": supervisor,
        "privilege.teamlead.can-coach-voice": supervisor,
        "privilege.teamlead.can-monitor-routing-point": "false",
        **{name: value for name, value in settings.workspace_options.items() if "/" not in name},
    }


def sections(settings: GwsSettings, account: Account) -> Resource:
    """All sections by name. A setting `section/option` is an option of a section of its own, as a web content has."""
    found: dict[str, dict[str, str]] = {SECTION: options(settings, account)}
    for name, value in settings.workspace_options.items():
        section, slash, option = name.partition("/")
        if slash:
            found.setdefault(section, {})[option] = value
    return {name: dict(sorted(section.items())) for name, section in found.items()}


def _truth(value: bool) -> str:
    return "true" if value else "false"
