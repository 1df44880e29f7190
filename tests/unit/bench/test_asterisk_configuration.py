from __future__ import annotations

from pathlib import Path

import pytest
from bench.asterisk.configuration import AsteriskSettings, password_of, write
from bench.asterisk.install import Installed


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """A folder that looks like one, with two of the modules."""
    modules = tmp_path / "root" / "usr" / "lib" / "x86_64-linux-gnu" / "asterisk" / "modules"
    modules.mkdir(parents=True)
    for name in ("chan_pjsip", "res_srtp", "app_of_another"):
        (modules / f"{name}.so").touch()
    return Installed(tmp_path / "root")


def text(installed: Installed, folder: Path, name: str, **changes: object) -> str:
    settings = AsteriskSettings(("10000", "10001"), ("127.0.0.1", 5062), **changes)  # type: ignore[arg-type]
    return (write(installed, folder, settings).parent / f"{name}.conf").read_text()


def test_agents_have_endpoint_place_and_password(installed: Installed, tmp_path: Path) -> None:
    pjsip = text(installed, tmp_path / "run", "pjsip")
    assert pjsip.count("[10000](agent)\naors=10000\nauth=secret-10000\n[10000](place)\n") == 1
    assert f"username=10001\npassword={password_of('10001')}\n" in pjsip


def test_far_end_is_known_by_its_port(installed: Installed, tmp_path: Path) -> None:
    assert "match=127.0.0.1:5062\n" in text(installed, tmp_path / "run", "pjsip")


def test_certificate_is_fresh_for_each_call_unless_one_is_given(installed: Installed, tmp_path: Path) -> None:
    assert "dtls_auto_generate_cert=yes" in text(installed, tmp_path / "run", "pjsip")
    fixed = text(installed, tmp_path / "run", "pjsip", certificate=Path("both.pem"))
    assert "dtls_auto_generate_cert" not in fixed
    assert "dtls_cert_file=both.pem\ndtls_private_key=both.pem\n" in fixed


def test_only_modules_that_are_needed_and_there(installed: Installed, tmp_path: Path) -> None:
    loaded = text(installed, tmp_path / "run", "modules").splitlines()
    assert loaded == ["[modules]", "autoload=no", "load => chan_pjsip.so", "load => res_srtp.so"]


def test_candidates_are_on_loopback_and_sessions_are_enough(installed: Installed, tmp_path: Path) -> None:
    assert "198.51.100.1 => 127.0.0.1" in text(installed, tmp_path / "run", "rtp")
    assert "sessionlimit=204" in text(installed, tmp_path / "run", "http")
