"""What engine and workers say to each other survives the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.media.port import CallStatistics, MediaEvent, MediaEventKind, StreamStatistics
from cordboard.media.relay.settings import Loop, RelaySettings, TrunkSource
from cordboard.media.relay.words import (
    decode,
    encode,
    event_from_json,
    event_to_json,
    statistics_from_json,
    statistics_to_json,
)


def test_one_object_is_one_line() -> None:
    line = encode({"sdp": "v=0\r\no=ä\r\n", "id": 7})
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == {"sdp": "v=0\r\no=ä\r\n", "id": 7}


@pytest.mark.parametrize("line", [b"", b"nonsense", b"[1]", b"7", b"\xff\xfe", b'{"id":'])
def test_what_is_no_object_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode(line)


@pytest.mark.parametrize("kind", list(MediaEventKind))
def test_events_survive(kind: MediaEventKind) -> None:
    event = MediaEvent("call", kind, "why")
    assert event_from_json(decode(encode(event_to_json(event)))) == event


def test_statistics_survive() -> None:
    page = StreamStatistics(1, 2, 3, 4, 0.5, 6.5, 7.5, 8.5, "PCMU", 9, 0.25)
    statistics = CallStatistics(page, StreamStatistics(), 12.5)
    assert statistics_from_json(decode(encode(statistics_to_json(statistics)))) == statistics
    pictures = replace(statistics, page_video=page, trunk_video=StreamStatistics(codec="VP8"))
    assert statistics_from_json(decode(encode(statistics_to_json(pictures)))) == pictures


def test_settings_survive() -> None:
    settings = RelaySettings("127.0.0.2", "127.0.0.3", (4000, 5000), (0, 0), 3)
    settings = replace(settings, worker_directory="/run/x", trunk_source=TrunkSource.LATCH, loop=Loop.PYTHON)
    settings = replace(settings, codecs=("PCMA",), video_codecs=(), orphan_seconds=1.5)
    assert RelaySettings.from_json(decode(encode(settings.to_json()))) == settings
    assert decode(encode(settings.to_json())) == settings.to_json()


def test_advertised_address_is_the_own_one_unless_set() -> None:
    assert RelaySettings(address="127.0.0.2").advertised == "127.0.0.2"
    assert RelaySettings(address="127.0.0.2", advertise="127.0.0.3").advertised == "127.0.0.3"
