"""turnserver.conf says what the settings say; what real coturn makes of it is shown in tests/witness."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as checked
from hypothesis import strategies as st

from cordboard.config import Address, PortRange, lab_settings
from cordboard.deploy.peers import coturn
from cordboard.deploy.rendering import RenderProblem

URLS = ("turn:turn.example:3478",)


def lines(**changes: object) -> list[str]:
    """The lines of turnserver.conf for these settings, `turn__realm="x"`."""
    named = {name.replace("__", "."): value for name, value in changes.items()}
    file, *_ = coturn.render(lab_settings({"turn.urls": URLS, "turn.secret": "s", **named}))
    return file.text.splitlines()


def value(name: str, found: list[str]) -> list[str]:
    """As coturn reads them: from the first quote to the last one, or all that is behind the sign."""
    given = [line.partition("=")[2] for line in found if line.startswith(f"{name}=")]
    return [each[1:-1] if each.startswith('"') else each for each in given]


def problems(**changes: object) -> tuple[str, ...]:
    with pytest.raises(RenderProblem) as told:
        lines(**changes)
    return told.value.problems


def test_nothing_without_addresses_for_pages() -> None:
    assert coturn.render(lab_settings()) == []


def test_the_media_is_allowed_and_everything_denied() -> None:
    found = lines(media__address="198.51.100.10", media__advertise="198.51.100.10")
    assert value("allowed-peer-ip", found) == ["198.51.100.10"]
    assert value("denied-peer-ip", found)[0] == "0.0.0.0-255.255.255.255"
    assert "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" in value("denied-peer-ip", found)
    assert "127.0.0.0-127.255.255.255" in value("denied-peer-ip", found)
    assert "allow-loopback-peers" not in found
    assert {"use-auth-secret", "fingerprint", "no-cli", "no-multicast-peers", "no-tcp-relay", "no-tls"} <= set(found)


def test_loopback_in_a_laboratory_only() -> None:
    assert "allow-loopback-peers" in lines()


def test_media_of_rtpengine() -> None:
    engine = {"media__engine": "rtpengine"}

    def allowed(**changes: object) -> list[str]:
        return value("allowed-peer-ip", lines(**engine, **changes))

    assert allowed() == ["127.0.0.1"]
    interfaces = ("trunk/198.51.100.22", "page/198.51.100.21!203.0.113.21")
    assert allowed(rtpengine__interfaces=interfaces) == ["198.51.100.22"]
    assert allowed(rtpengine__interfaces=interfaces, rtpengine__page_interface="page") == ["203.0.113.21"]
    daemons = (Address("198.51.100.20", 2223), Address("name.example", 2223), Address("198.51.100.19", 2223))
    assert allowed(rtpengine__daemons=daemons) == ["198.51.100.19", "198.51.100.20"]
    assert allowed(site__media_address="203.0.113.1") == ["127.0.0.1", "203.0.113.1"]


def test_addresses_and_ports() -> None:
    found = lines(
        turn__listen=Address("198.51.100.30", 3479),
        turn__external_address="203.0.113.30",
        turn__relay_ports=PortRange(50000, 50999),
        turn__listen_tls=Address("198.51.100.30", 5349),
        site__certificate="/etc/phone.pem",
        site__certificate_key="/etc/phone.key",
        site__public_name="phone.example",
    )
    wanted = {
        "listening-ip": "198.51.100.30",
        "listening-port": "3479",
        "relay-ip": "198.51.100.30",
        "external-ip": "203.0.113.30/198.51.100.30",
        "min-port": "50000",
        "max-port": "50999",
        "tls-listening-port": "5349",
        "cert": "/etc/phone.pem",
        "pkey": "/etc/phone.key",
        "realm": "phone.example",
        "proc-user": "turnserver",
    }
    assert {name: value(name, found) for name in wanted} == {name: [one] for name, one in wanted.items()}
    assert "no-tls" not in found


@checked(deadline=None, database=None)
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=100))
@example('"')
@example("a#b")
@example("=x")
@example("\\")
def test_a_strange_secret_is_one_value(secret: str) -> None:
    found = lines(turn__secret=secret, turn__realm=secret)
    assert value("static-auth-secret", found) == [secret]
    assert value("realm", found) == [secret]
    assert len(found) == len(lines())


def test_secret_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "turn.secret"
    said = {"turn__secret": "", "turn__secret_file": str(file)}
    assert problems(**said) == (f"[turn] secret_file: {file} cannot be read: no such file or directory",)
    file.write_text("hidden\n")
    assert value("static-auth-secret", lines(**said)) == ["hidden"]
    for content, why in ((b"", "is empty"), (b"hid\nden", "is more than one line"), (b"hid\xffden", "it is not text")):
        file.write_bytes(content)
        (problem,) = problems(**said)
        assert why in problem
        assert "hid" not in problem


def test_what_cannot_be() -> None:
    tls = problems(turn__listen_tls=Address("0.0.0.0", 5349))
    assert tls == ("[turn] listen_tls: TLS needs a certificate; set [site] certificate and certificate_key",)
    other = problems(turn__listen_tls=Address("198.51.100.1", 5349), site__acme=True, site__public_name="phone.example")
    assert other == ("[turn] listen_tls: coturn has one address for all; 198.51.100.1 is not that of [turn] listen",)
    ports = problems(turn__relay_ports=PortRange(19000, 21000))
    assert [each.partition(" overlaps ")[2].split()[1] for each in ports] == ["rtp_ports", "webrtc_ports"]


def test_the_secret_is_roots_alone() -> None:
    file, drop_in, _ = coturn.render(lab_settings({"turn.urls": URLS, "turn.secret": "hidden"}))
    assert (file.mode, file.secrets, file.place) == (0o600, ("hidden",), "/etc/turnserver.conf")
    assert "hidden" not in drop_in.text
