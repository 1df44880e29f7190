"""The programs that read what is rendered have their word: is it right, would it work, how exposed is it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cordboard.config import Settings
from cordboard.deploy.whole import render_all
from cordboard.deploy.writing import write
from kit.certificates import Authority
from kit.desk import free_port
from kit.rendered import site

HOST = "127.0.0.1"
MOST_EXPOSED = 2.0  # of 10, as systemd-analyze counts; what one finds elsewhere has 9
UNIT_NAMES = ("cordboard.service", "cordboard-media@0.service", "cordboard-media@1.service")


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return subprocess.run(
        [*map(str, command)],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "PATH": path, **environment},
    )


def rendered(directory: Path, settings: Settings) -> Path:
    write(render_all(settings), directory)
    return directory


# --- nginx


def nginx_says(directory: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """`nginx -t` of a site in this directory, with certificates and free ports of its own."""
    identity = Authority(directory).identity("phone.example")
    own = {
        "site__certificate": f'"{identity.certificate}"',
        "site__certificate_key": f'"{identity.key}"',
        "gws__url": '"http://127.0.0.1:9"',
        "nginx__https": f'["{HOST}:{free_port(HOST)}"]',
        "nginx__http": f'["{HOST}:{free_port(HOST)}"]',
        "nginx__configuration_directory": f'"{directory}"',
        "nginx__log_directory": f'"{directory}"',
        "nginx__temporary_directory": f'"{directory}"',
        "nginx__pid_file": f'"{directory}/pid"',
    }
    for each in render_all(site(**{**own, **changes}), ["nginx"]):
        if each.place.startswith(f"{directory}/"):
            file = Path(each.place)
            file.parent.mkdir(exist_ok=True)
            file.write_text(each.text)
    return run("nginx", "-t", "-e", directory / "early.log", "-c", directory / "nginx.conf")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"gws__url": '"https://127.0.0.1:9"', "nginx__loader": '"none"', "nginx__rewrite_gws_uris": "false"},
        {"gws__browser_url": '"https://wwe.example"', "nginx__hsts_seconds": "0", "nginx__http": "[]"},
        {
            "admin__listen": '"127.0.0.1:8091"',
            "admin__users": '["root"]',
            "admin__url": '"https://phone.example:8443"',
            "nginx__admin_https": '["127.0.0.1:0"]',
            "nginx__trusted_proxies": '["198.51.100.0/24", "2001:db8::/32"]',
            "gateway__websocket_certificate": '"/etc/cordboard/ws.pem"',
            "gateway__websocket_key": '"/etc/cordboard/ws.key"',
            "desk__workspace_path": '"/ui/wwe/in.dex-1~.html"',
        },
    ],
    ids=["plain", "GWS by https", "GWS elsewhere", "everything"],
)
def test_nginx_takes_it(tmp_path: Path, changes: dict[str, str]) -> None:
    changes = {name: value.replace(':0"', f':{free_port(HOST)}"') for name, value in changes.items()}
    said = nginx_says(tmp_path, **changes)
    assert said.returncode == 0, said.stderr
    warnings = [line for line in said.stderr.splitlines() if "[warn]" in line and '"user" directive' not in line]
    assert warnings == []


# --- systemd


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    settings = site(site__install_directory=f'"{Path(sys.executable).parent.parent}"')
    found = rendered(directory, settings) / "systemd"
    for name in UNIT_NAMES[1:]:
        (found / name).symlink_to(found / "cordboard-media@.service")
    return found


def verified(units: Path) -> subprocess.CompletedProcess[str]:
    return run(
        *("systemd-analyze", "verify", "--man=no", *(units / name for name in UNIT_NAMES)),
        SYSTEMD_UNIT_PATH=f"{units}:",
    )


def test_systemd_takes_the_units(units: Path) -> None:
    said = verified(units)
    assert (said.returncode, said.stderr) == (0, "")


def test_systemd_would_have_found_a_mistake(units: Path, tmp_path: Path) -> None:
    for name in UNIT_NAMES:
        (tmp_path / name).write_text((units / name).read_text().replace("ProtectHome=yes", "ProtectHomes=yes"))
    assert "ProtectHomes" in verified(tmp_path).stderr


@pytest.mark.parametrize("name", UNIT_NAMES[:2])
def test_a_unit_may_little(units: Path, name: str) -> None:
    said = run(
        "systemd-analyze",
        "security",
        "--offline=true",
        "--no-pager",
        f"--threshold={MOST_EXPOSED * 10:.0f}",
        units / name,
    )
    overall = said.stdout.strip().splitlines()[-1]
    print(overall)
    assert said.returncode == 0, overall


# --- containers, firewall, logs


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"gateway__kind": '"asterisk"'},
        {"media__engine": '"rtpengine"', "site__configuration_directory": '"/etc/dollar-and-é"'},
        {
            "turn__urls": '["turn:turn.example:3478"]',
            "turn__secret_file": '"<secret>"',
            "turn__listen_tls": '"0.0.0.0:5349"',
        },
    ],
    ids=["relay", "Asterisk", "rtpengine", "coturn"],
)
def test_docker_compose_takes_its_file(tmp_path: Path, changes: dict[str, str]) -> None:
    (tmp_path / "secret").write_text("secret")
    settings = site(**{name: value.replace("<secret>", str(tmp_path / "secret")) for name, value in changes.items()})
    said = run("docker-compose", "--file", rendered(tmp_path, settings) / "compose/docker-compose.yml", "config", "-q")
    assert (said.returncode, said.stderr) == (0, "")


def test_docker_compose_would_have_found_a_mistake(tmp_path: Path) -> None:
    file = rendered(tmp_path, site()) / "compose/docker-compose.yml"
    file.write_text(file.read_text().replace("container_name:", "container-name:"))
    said = run("docker-compose", "--file", file, "config", "-q")
    assert said.returncode == 1
    assert "container-name" in said.stderr


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sip_server__address": '"sip-server.example"', "desk__listen": '"0.0.0.0:8080"'},
        {
            "sip_server__address": '"[2001:db8::81]:5060"',
            "gateway__sip": '"[2001:db8::10]:5060"',
            "metrics__listen": '"192.0.2.10:9095"',
        },
    ],
)
def test_nftables_takes_its_table(tmp_path: Path, changes: dict[str, str]) -> None:
    table = rendered(tmp_path, site(**changes)) / "firewall/cordboard.nft"
    said = run("unshare", "--net", *([] if os.getuid() == 0 else ["--map-root-user"]), "nft", "--file", table)
    assert (said.returncode, said.stderr) == (0, "")


def test_logrotate_takes_its_file(tmp_path: Path) -> None:
    file = rendered(tmp_path, site(nginx__log_directory=f'"{tmp_path}"')) / "logrotate/cordboard"
    (tmp_path / "cordboard.json").write_text("{}\n")
    said = run("logrotate", "--debug", "--state", tmp_path / "state", file)
    assert said.returncode == 0
    assert f"considering log {tmp_path}/cordboard.json" in said.stderr
    assert "error" not in said.stderr


@pytest.mark.parametrize("script", ["firewall/firewalld.sh", "selinux/cordboard.sh", "nginx/renewed.sh"])
def test_scripts_can_be_read(tmp_path: Path, script: str) -> None:
    settings = site(site__acme="true", site__certificate="", site__certificate_key="")
    assert run("sh", "-n", rendered(tmp_path, settings) / script).returncode == 0
