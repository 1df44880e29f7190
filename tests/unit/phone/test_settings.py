"""What a phone is told, and what it refuses to be told."""

from __future__ import annotations

import pytest

from cordboard.phone.settings import AgentSettings, AudioSettings


@pytest.mark.parametrize(
    ("url", "domain", "secure"),
    [
        ("ws://127.0.0.1:8443/ws", "127.0.0.1:8443", False),
        ("wss://gateway.example/ws", "gateway.example", True),
        ("ws://[::1]:8443/", "[::1]:8443", False),
    ],
)
def test_the_domain_is_that_of_the_address(url: str, domain: str, secure: bool) -> None:
    settings = AgentSettings(url, "5001")
    assert settings.sip_domain == domain
    assert settings.secure is secure
    assert AgentSettings(url, "5001", domain="site.example").sip_domain == "site.example"


@pytest.mark.parametrize("url", ["http://127.0.0.1/ws", "127.0.0.1:8443", "", "ws:///ws"])
def test_an_address_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="WebSocket"):
        AgentSettings(url, "5001")


def test_secrets_are_not_shown() -> None:
    shown = repr(AgentSettings("ws://127.0.0.1/ws", "5001", token="secret-token", password="secret-password"))
    assert "secret" not in shown


def test_codecs_are_listed_in_order_and_once() -> None:
    audio = AudioSettings("PCMA", also=("opus", "PCMU", "PCMA"))
    assert [codec.name for codec in audio.codecs] == ["PCMA", "opus", "PCMU"]


@pytest.mark.parametrize("wrong", [{"codec": "opus"}, {"codec": "G722"}, {"also": ("iLBC",)}])
def test_what_cannot_be_spoken_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="codecs are"):
        AudioSettings(**wrong)  # type: ignore[arg-type]
