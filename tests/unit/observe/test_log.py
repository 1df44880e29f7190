from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from cordboard import observe
from cordboard.observe import Occasionally, Private


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def written(level: str, format: str) -> tuple[io.StringIO, observe.Log]:
    stream = io.StringIO()
    observe.configure(level, format, stream)
    return stream, observe.get_log("gateway")


def test_json_lines_hold_event_component_level_and_time() -> None:
    stream, log = written("info", "json")
    log.info("call ended", cause="busy", number=Private("+15550100"))
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "call ended",
        "component": "gateway",
        "level": "info",
        "cause": "busy",
        "number": "***00",
    }


def test_console_lines_are_masked_and_redacted_too() -> None:
    stream, log = written("info", "console")
    log.warning("registration refused", dn=Private("5001"), authorization="Bearer hunter2hunter2")
    assert "registration refused" in stream.getvalue()
    assert "***01" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()
    assert "5001" not in stream.getvalue()


@pytest.mark.parametrize("format", ["console", "json"])
def test_tracebacks_are_written_without_secrets_and_without_local_values(format: str) -> None:
    stream, log = written("info", format)
    hunter = "hunter" + str(2)
    try:
        raise ValueError(f"Bearer {hunter}{hunter}")
    except ValueError:
        log.exception("a call broke")
    assert "ValueError" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()


def test_less_severe_events_are_left_out() -> None:
    stream, log = written("warning", "json")
    log.info("quiet")
    log.error("loud")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]


def test_log_taken_before_the_set_up_follows_it() -> None:
    log = observe.get_log("early")
    stream, _ = written("info", "json")
    log.info("late")
    assert json.loads(stream.getvalue())["component"] == "early"


def test_libraries_write_the_same_lines() -> None:
    stream, _ = written("info", "json")
    logging.getLogger("aiohttp.server").error("broken: JSESSIONID=hunter2")
    line = json.loads(stream.getvalue())
    assert (line["component"], line["level"]) == ("aiohttp.server", "error")
    assert "hunter2" not in line["event"]


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_repeated_events_are_counted_and_logged_once_a_minute() -> None:
    clock = _Clock()
    with structlog.testing.capture_logs() as lines:
        log = Occasionally(structlog.get_logger(), clock=clock)
        for _ in range(50):
            log.warning("127.0.0.9", "malformed message", source="127.0.0.9")
        clock.now += 59.9
        log.warning("127.0.0.9", "malformed message")
        clock.now += 0.2
        log.warning("127.0.0.9", "malformed message")
        log.info("127.0.0.8", "other source")
    assert [(line["event"], line.get("left_out")) for line in lines] == [
        ("malformed message", None),
        ("malformed message", 50),
        ("other source", None),
    ]


def test_number_of_remembered_keys_is_bounded() -> None:
    clock = _Clock()
    with structlog.testing.capture_logs() as lines:
        log = Occasionally(structlog.get_logger(), keys=2, clock=clock)
        for key in ("a", "b", "c", "a", "c"):
            log.warning(key, key)
    assert [line["event"] for line in lines] == ["a", "b", "c", "a"]
