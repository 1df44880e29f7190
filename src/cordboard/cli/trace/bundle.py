"""A bundle: all that somebody elsewhere needs to look into a call, with nobody's number or name in it."""

from __future__ import annotations

import json
import platform
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cordboard import __version__
from cordboard.config import Address, Settings
from cordboard.config.setting import Setting
from cordboard.config.settings import SETTINGS
from cordboard.observe.trace import CallTrace
from cordboard.observe.trace.ladder import ladder
from cordboard.observe.trace.redaction import Redactor
from cordboard.observe.trace.titles import about
from cordboard.observe.trace.written import trace_to_json

LIBRARIES = ("aiohttp", "cryptography", "pylibsrtp", "uvloop")
SET = "(set)"
TRACE, LADDER, VERSIONS, SETTINGS_FILE, FINDINGS = (
    "trace.json",
    "ladder.txt",
    "versions.json",
    "settings.json",
    "findings.json",
)


def write_bundle(
    file: Path, trace: CallTrace, settings: Settings, redactor: Redactor, findings: list[Mapping[str, Any]]
) -> None:
    """Write the zip file; `findings` are the doctor's. Raises `OSError`."""
    for agent in settings.agents:
        redactor.note("number", agent.dn)
    shown = redactor.trace(about(trace))
    files = {
        TRACE: json.dumps(trace_to_json(shown), indent=1),
        LADDER: ladder(shown, messages=True),
        VERSIONS: json.dumps(versions(), indent=1),
        SETTINGS_FILE: json.dumps(plain_settings(settings, redactor), indent=1),
    }
    if findings:
        files[FINDINGS] = redactor.text(json.dumps(findings, indent=1))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in files.items():
            bundle.writestr(name, text)
    file.chmod(0o600)


def shown(trace: CallTrace, private: bool) -> CallTrace:
    """The trace as it is shown: the call's own events only, without secrets, and without numbers unless `private`."""
    redacted = Redactor(private).trace(about(trace))
    return redacted if not private else replace(redacted, dn=trace.dn, call=trace.call)


def versions() -> dict[str, str]:
    """Of Cordboard and what it stands on."""
    found = {"cordboard": __version__, "python": platform.python_version(), "system": platform.platform()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def plain_settings(settings: Settings, redactor: Redactor) -> dict[str, Any]:
    """Every setting, as far as it tells nothing of anybody: of names, paths and secrets whether there is one."""
    found: dict[str, Any] = {}
    for each in SETTINGS:
        value = getattr(getattr(settings, each.section), each.key)
        found[each.name] = (SET if value else "") if each.declared.secret else _plain(each, value, redactor)
    return found | {"agents": len(settings.agents)}


def _plain(setting: Setting, value: object, redactor: Redactor) -> Any:
    match value:
        case bool() | int() | float():
            return value
        case Address(host, port):
            return f"{redactor.host(host)}:{port}" if host else ""
        case str():
            is_word = f'"{value}"' in setting.declared.kind.name or value == setting.declared.default
            return redactor.text(value) if is_word else SET
        case tuple():
            return f"{len(value)} {SET}"
    return str(value)
