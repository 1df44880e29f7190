"""The command: what it prints, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cordboard.cli.render import render
from kit.rendered import SITE


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "cordboard.toml"
    file.write_text(SITE)
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(render, [str(each) for each in arguments])


def test_files_are_written_and_told_with_their_places(tmp_path: Path, settings: Path) -> None:
    result = run(tmp_path / "out", "--config", settings)
    assert result.exit_code == 0, result.output
    for line in result.stdout.splitlines():
        if line.startswith("  install "):
            *_, source, place = line.split()
            assert Path(source).is_file()
            assert place.startswith("/")
    assert f"install -D -m 0644 {tmp_path}/out/nginx/nginx.conf /etc/nginx/nginx.conf" in result.stdout
    assert f"from {settings}." in (tmp_path / "out/nginx/nginx.conf").read_text()


def test_check_finds_what_was_changed(tmp_path: Path, settings: Path) -> None:
    root = tmp_path / "root"
    for line in run(tmp_path / "out", "--config", settings).stdout.splitlines():
        if line.startswith("  install "):
            mode, source, place = line.split()[3], Path(line.split()[-2]), root / line.split()[-1].lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(source.read_text())
            place.chmod(int(mode, 8))
    same = run("--check", "--root", root, "--config", settings)
    assert (same.exit_code, same.stdout) == (0, "Nothing differs.\n")
    with (root / "etc/nginx/nginx.conf").open("a") as file:
        file.write("daemon off;\n")
    other = run("--check", "--root", root, "--config", settings)
    assert other.exit_code == 1
    assert "-daemon off;" in other.stdout
    assert other.stdout.endswith("One difference.\n")


def test_check_of_a_machine_that_has_some_parts(tmp_path: Path, settings: Path) -> None:
    """A machine with units has no containers: that is no difference, and is said."""
    limits = tmp_path / "etc/sysctl.d/50-cordboard.conf"
    limits.parent.mkdir(parents=True)
    rendering = ("--root", tmp_path, "--config", settings, "--check")
    bare = run(*rendering)
    assert (bare.exit_code, "tmpfiles.d/cordboard.conf: is missing" in bare.stdout) == (1, True)
    limits.write_text("")
    some = run(*rendering)
    assert "system/cordboard.service: is missing" in some.stdout
    assert "tmpfiles.d" not in some.stdout
    assert "Nothing of nginx, compose, firewall, logrotate is in place" in some.stdout
    assert "tmpfiles.d/cordboard.conf: is missing" in run(*rendering, "--only", "compose").stdout


def test_only_some_parts(tmp_path: Path, settings: Path) -> None:
    assert run(tmp_path / "out", "--config", settings, "--only", "firewall").exit_code == 0
    assert [each.name for each in (tmp_path / "out").iterdir() if each.is_dir()] == ["firewall"]
    assert run(tmp_path / "other", "--config", settings, "--only", "firewall,nginx").exit_code == 0
    assert {each.name for each in (tmp_path / "other").iterdir() if each.is_dir()} == {"firewall", "nginx"}


def test_a_file_that_was_changed_by_hand_is_kept_and_told(tmp_path: Path, settings: Path) -> None:
    rendering = (tmp_path / "out", "--config", settings, "--only", "nginx")
    run(*rendering)
    assert "Kept:" not in run(*rendering).stdout
    (tmp_path / "out/nginx/nginx.conf").write_text("mine")
    assert f"Kept: {tmp_path}/out/nginx/nginx.conf.1 is what stood there" in run(*rendering).stdout


def test_the_file_here_is_taken_without_being_named(
    tmp_path: Path, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("out", "--only", "logrotate").exit_code == 0
    assert run("--check", "--root", "/nonexistent").exit_code == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('public_name = "phone.example"\n', ""), "nginx: [site] public_name: is missing"),
        (('address = "192.0.2.81:5060"', 'address = "300.1.1.1:5060"'), "[sip_server] address"),
    ],
)
def test_wrong_settings_are_told_in_sentences(
    tmp_path: Path, settings: Path, change: tuple[str, str], told: str
) -> None:
    settings.write_text(SITE.replace(*change))
    result = run(tmp_path / "out", "--config", settings)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_nothing_to_write_to(settings: Path) -> None:
    result = run("--config", settings)
    assert (result.exit_code, "DIRECTORY is missing" in result.stderr) == (2, True)


def test_no_settings(tmp_path: Path) -> None:
    result = run(tmp_path, "--config", tmp_path / "none.toml")
    assert (result.exit_code, "no such file" in result.stderr) == (2, True)
