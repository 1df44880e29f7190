"""sipcapture's hep-js reads our HEP packets as what they are."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cordboard.observe.trace.hep import LOG, Captured, packet
from witness.cometd_client import install

DIRECTORY = Path(__file__).parent / "hep"
INVITE = b"INVITE sip:5001@127.0.0.1 SIP/2.0\r\nCall-ID: \xc3\xa4\r\n\r\n"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not on PATH (`make test` puts one there)"),
    pytest.mark.timeout(180),
]


def decoded(*packets: bytes) -> list[dict[str, Any]]:
    install(DIRECTORY)
    lines = "".join(f"{each.hex()}\n" for each in packets)
    done = subprocess.run(
        ["node", "decode.cjs"], cwd=DIRECTORY, input=lines, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_hep_js_reads_our_packets() -> None:
    sip = Captured(1_700_000_000.25, ("127.0.0.1", 5060), ("127.0.0.2", 8088), INVITE, correlation="id@1")
    log = Captured(5.0, ("::1", 1), ("::2", 2), b"cometd: Ringing", "WSS", LOG, "id@1")
    first, second = decoded(packet(sip, 2001, "key"), packet(log, 2001))
    assert first == {
        "rcinfo": {
            "protocolFamily": 2,
            "protocol": 17,
            "srcIp": "127.0.0.1",
            "dstIp": "127.0.0.2",
            "srcPort": 5060,
            "dstPort": 8088,
            "timeSeconds": 1_700_000_000,
            "timeUseconds": 250_000,
            "payloadType": 1,
            "captureId": 2001,
            "capturePass": "key",
            "correlation_id": "id@1",
        },
        "payload": INVITE.decode(),
    }
    assert (second["rcinfo"]["protocolFamily"], second["rcinfo"]["protocol"], second["rcinfo"]["payloadType"]) == (
        10,
        6,
        100,
    )
    assert second["payload"] == "cometd: Ringing"
