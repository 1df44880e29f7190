"""A bundle holds what others need, and of the settings nothing that tells of anybody."""

from __future__ import annotations

import json
import stat
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cordboard.cli.trace.bundle import plain_settings, shown, write_bundle
from cordboard.config import Address, Settings, lab_settings
from cordboard.observe.trace import GATEWAY, SIP_SERVER, CallTrace, Plane, TraceEntry
from cordboard.observe.trace.redaction import Redactor
from kit.trace import invite

TRACE = CallTrace(
    "call-1", "A", "5001", 1.0, 2.0, (TraceEntry(1.0, Plane.SIP, SIP_SERVER, GATEWAY, "", invite("id-1").decode()),)
)


@pytest.fixture
def settings() -> Settings:
    lab = lab_settings()
    return replace(
        lab,
        sip_server=replace(lab.sip_server, address=Address("sip-server.greengrocer.example", 5060)),
        records=replace(lab.records, database="postgresql://cordboard:hunter22@127.0.0.1/calls"),
        gateway=replace(lab.gateway, state_directory="/srv/greengrocer/state"),
    )


def test_settings_tell_nothing_of_anybody(settings: Settings) -> None:
    plain = plain_settings(settings, Redactor())
    assert plain["sip_server.address"] == "host-1.example:5060"
    assert (plain["records.database"], plain["gateway.state_directory"]) == ("(set)", "(set)")
    assert (plain["gateway.page_digest"], plain["media.engine"], plain["trace.calls"]) == (True, "relay", 500)
    assert plain["agents"] == len(settings.agents)
    text = json.dumps(plain)
    assert not any(word in text for word in ("greengrocer", "hunter22", '"5001"', "agent5001", "127.0.0.1"))


def test_a_bundle_with_findings(tmp_path: Path, settings: Settings) -> None:
    file = tmp_path / "call.zip"
    findings: list[Any] = [{"id": "sip.dn", "what": "DN 5020 is not registered at 127.0.0.1:5070"}]
    write_bundle(file, TRACE, settings, Redactor(), findings)
    with zipfile.ZipFile(file) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert sorted(files) == ["findings.json", "ladder.txt", "settings.json", "trace.json", "versions.json"]
    assert "5020" not in files["findings.json"]
    assert "127.0.0.1" not in files["findings.json"]
    assert json.loads(files["versions.json"])["cordboard"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_place_that_cannot_be_written(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_bundle(tmp_path / "none" / "call.zip", TRACE, settings, Redactor(), [])


def test_shown() -> None:
    assert shown(TRACE, private=True).dn == "5001"
    assert "5001" not in str(shown(TRACE, private=False))
