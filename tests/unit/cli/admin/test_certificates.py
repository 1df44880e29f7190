from __future__ import annotations

import re
import time
from pathlib import Path

from cordboard.cli.admin.certificates import note_certificates
from cordboard.config import lab_settings
from cordboard.observe import Metrics
from kit.certificates import Authority

NAME = "cordboard_certificate_expires_timestamp_seconds"


def told(metrics: Metrics) -> dict[str, float]:
    found = re.findall(rf'^{NAME}{{certificate="([^"]+)"}} (\S+)$', metrics.text().decode(), re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_each_certificate_with_its_end(tmp_path: Path) -> None:
    identity = Authority(tmp_path).identity("phone.example", days=3)
    settings = lab_settings(
        {
            "gateway.websocket_certificate": identity.certificate,
            "gateway.websocket_key": identity.key,
            "sip_server.tls_certificate": str(tmp_path / "missing.pem"),
            "sip_server.tls_key": str(tmp_path / "missing.key"),
        }
    )
    metrics = Metrics()
    note_certificates(metrics, settings)
    assert told(metrics).keys() == {"websocket"}
    assert 2 * 86400 < told(metrics)["websocket"] - time.time() < 4 * 86400
    Path(identity.certificate).write_text("half a certi")
    note_certificates(metrics, settings)
    assert told(metrics) == {}


def test_of_a_chain_what_ends_first_counts(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    long, short = authority.identity("a.example", days=9), authority.identity("b.example", days=2)
    chain = tmp_path / "chain.pem"
    chain.write_bytes(Path(long.certificate).read_bytes() + Path(short.certificate).read_bytes())
    metrics = Metrics()
    values = {"gateway.websocket_certificate": str(chain), "gateway.websocket_key": long.key}
    note_certificates(metrics, lab_settings(values))
    assert told(metrics)["websocket"] - time.time() < 3 * 86400
