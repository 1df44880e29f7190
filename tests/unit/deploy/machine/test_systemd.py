"""What the units say; `systemd-analyze` has its word in tests/witness."""

from __future__ import annotations

import json
import re

import pytest

from cordboard.media.relay.settings import relay_settings
from kit.rendered import part, site

GATEWAY, MEDIA = "systemd/cordboard.service", "systemd/cordboard-media@.service"


def test_the_gateway_wants_its_workers_and_ends_without_them() -> None:
    unit = part("systemd", site())[GATEWAY].text
    assert "Wants=network-online.target cordboard-media@0.service cordboard-media@1.service" in unit
    assert "KillMode=mixed" in unit
    assert "TimeoutStopSec=80" in unit


def test_a_worker_is_told_what_the_gateway_will_ask_for() -> None:
    settings = site()
    unit = part("systemd", settings)[MEDIA].text
    (written,) = re.findall(r'--settings "(.*)" --core %i$', unit, re.MULTILINE)
    told = json.loads(re.sub(r"\\(.)", r"\1", written).replace("%%", "%").replace("$$", "$"))
    assert told == relay_settings(settings).to_json()
    assert told["supervised"] is True
    assert "RuntimeDirectory=cordboard/media\n" in unit
    assert "InaccessiblePaths=-/etc/cordboard\n" in unit


def test_workers_of_the_gateway_have_no_unit() -> None:
    files = part("systemd", site(media__workers_by=""))
    assert MEDIA not in files
    assert "KillMode=process" in files[GATEWAY].text


@pytest.mark.parametrize("changes", [{"media__engine": '"rtpengine"'}, {"gateway__kind": '"asterisk"'}])
def test_where_others_carry_the_calls_there_are_no_workers(changes: dict[str, str]) -> None:
    assert MEDIA not in part("systemd", site(**changes))


def test_ports_of_media_are_nobody_elses() -> None:
    assert "= 10000-20000,20100-20131\n" in part("systemd", site())["systemd/sysctl.conf"].text


def test_a_low_port_needs_a_capability() -> None:
    assert "CAP_NET_BIND_SERVICE" not in part("systemd", site())[GATEWAY].text
    unit = part("systemd", site(desk__listen='"192.0.2.10:80"'))[GATEWAY].text
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE\n" in unit
    assert "PrivateUsers" not in unit


def test_directories_elsewhere_can_be_written() -> None:
    unit = part("systemd", site(gateway__state_directory='"/srv/state"'))[GATEWAY].text
    assert "ReadWritePaths=-/srv/state\n" in unit


def test_credentials_are_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with open(f"{tmp_path}/hep", "w") as file:
        file.write("secret")
    settings = site(trace__hep_password='{ credential = "hep" }')
    assert settings.credentials == ("hep",)
    assert "LoadCredential=hep:/etc/cordboard/credentials/hep\n" in part("systemd", settings)[GATEWAY].text
