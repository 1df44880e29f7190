from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench.product import ProductSettings, password_of

from cordboard.config import Address, load


def settings(**changes: Any) -> ProductSettings:
    return ProductSettings(("10000", "10001"), ("127.0.0.1", 5062), **changes)


@pytest.mark.parametrize(
    "media", [{}, {"loop": "python"}, {"loop": "compiled", "load_limit": 0}, {"engine": "rtpengine"}], ids=str
)
def test_cordboard_understands_its_file(media: dict[str, object], tmp_path: Path) -> None:
    wanted = settings(media=media, gateway={"page_digest": True, "registrations_per_second": 500})
    file = tmp_path / "cordboard.toml"
    file.write_text(wanted.text(tmp_path))
    found = load(str(file), in_lab=False)
    assert [agent.dn for agent in found.agents] == ["10000", "10001"]
    assert found.agents[0].page_password == password_of("10000")
    assert found.sip_server.address == Address("127.0.0.1", 5062)
    assert found.gateway.page_digest
    assert found.gateway.registrations_per_second == 500
    assert {name: getattr(found.media, name) for name in media} == media
    assert found.media.workers == 1


def test_lists_become_lists(tmp_path: Path) -> None:
    assert 'codecs = ["PCMU", "PCMA"]\n' in settings(media={"codecs": ("PCMU", "PCMA")}).text(tmp_path)


def test_rtpengine_has_a_daemon_of_its_own() -> None:
    assert not settings().with_rtpengine
    beside = settings(media={"engine": "rtpengine"}, host="127.0.0.5")
    assert beside.with_rtpengine
    assert beside.daemon.ng == beside.ng == "127.0.0.5:22223"
    assert beside.daemon.rtp_ports == (10000, 19999)
