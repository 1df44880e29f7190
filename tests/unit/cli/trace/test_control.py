"""The socket by which a running gateway is asked for its traces; and when there is none."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import threading
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner

from cordboard.cli.main import main
from cordboard.cli.trace.control import NobodyThere, TraceControl, ask, socket_path
from cordboard.config import Settings, lab_settings
from cordboard.observe.trace import GATEWAY, SIP_SERVER, TraceRing
from kit.trace import Way, invite


def settings_in(directory: Path) -> Settings:
    return lab_settings({"gateway.state_directory": str(directory)})


def a_ring() -> TraceRing:
    ring = TraceRing()
    ring.message(SIP_SERVER, GATEWAY, invite("id-1"), Way())
    ring.began("call-1", "5001")
    ring.joined("call-1", "id-1")
    return ring


async def test_asked_and_answered(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    control = TraceControl(socket_path(settings), a_ring())
    await control.start()
    try:
        assert stat.S_IMODE(socket_path(settings).stat().st_mode) == 0o600
        listed = await asyncio.to_thread(ask, settings, {"do": "list"})
        assert [each["call"] for each in listed["calls"]] == ["call-1"]
        assert (await asyncio.to_thread(ask, settings, {"do": "mark", "call": "call-1"}))["marked"]
        got = await asyncio.to_thread(ask, settings, {"do": "get", "call": "call-1"})
        assert got["trace"]["bad"] == ["marked by hand"]
        assert (await asyncio.to_thread(ask, settings, {"do": "get", "call": "x"})) == {"trace": None}
        with pytest.raises(NobodyThere, match="another version"):
            await asyncio.to_thread(ask, settings, {"do": "dance"})
    finally:
        await control.close()
    assert not socket_path(settings).exists()


@pytest.mark.parametrize("said", [b"", b"what\n", b"[]\n", b"x" * 100_000 + b"\n"])
async def test_what_makes_no_sense_is_not_answered(tmp_path: Path, said: bytes) -> None:
    settings = settings_in(tmp_path)
    control = TraceControl(socket_path(settings), a_ring())
    await control.start()
    try:
        reader, writer = await asyncio.open_unix_connection(socket_path(settings))
        writer.write(said)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        assert await asyncio.to_thread(ask, settings, {"do": "list"})
    finally:
        await control.close()


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(NobodyThere, match="No such file"):
        ask(settings_in(tmp_path), {"do": "list"})


@pytest.mark.parametrize("said", [b"", b"garbage\n", b"{}\n", b'["calls"]\n', b'{"error": "unknown"}\n'])
def test_an_answer_of_something_else_is_a_sentence(tmp_path: Path, said: bytes) -> None:
    settings = settings_in(tmp_path)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(socket_path(settings)))
        other.listen()

        def answer() -> None:
            with other.accept()[0] as connection:
                connection.recv(100)
                connection.sendall(said)

        answering = threading.Thread(target=answer)
        answering.start()
        with pytest.raises(NobodyThere, match="no answer; it may be of another version"):
            ask(settings, {"do": "list"})
        answering.join()


async def test_a_socket_that_was_left_and_one_that_cannot_be(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(socket_path(settings)))
    control = TraceControl(socket_path(settings), a_ring())
    await control.start()
    assert await asyncio.to_thread(ask, settings, {"do": "list"})
    await control.close()
    (tmp_path / "file").touch()
    with structlog.testing.capture_logs() as lines:
        other = TraceControl(tmp_path / "file" / "trace.socket", a_ring())
        await other.start()
        await other.close()
    assert [line["event"] for line in lines] == ["traces cannot be asked for"]


def test_where_it_is(tmp_path: Path) -> None:
    assert socket_path(settings_in(tmp_path)) == tmp_path / "trace.socket"
    deep = tmp_path / ("x" * 120)
    for settings in (settings_in(deep), lab_settings()):
        path = socket_path(settings)
        assert path.parent.name == f"cordboard-{os.getuid()}"
        assert len(str(path)) < 100
    assert socket_path(settings_in(deep)) != socket_path(lab_settings())


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("list",), 1, "No such file or directory; it does not run, or --config names other settings"),
        (("show", "call-1"), 1, "can be asked"),
        (("export", "call-1"), 2, "either --hep HOST:PORT or --bundle FILE"),
        (("export", "call-1", "--hep", "x:1", "--bundle", "y"), 2, "either"),
        (("compare", "/nowhere"), 1, "No such file"),
        (("compare", "/dev/null"), 1, "/dev/null is no file"),
        (("compare",), 2, "Missing argument"),
    ],
)
def test_mistakes_are_sentences(tmp_path: Path, arguments: tuple[str, ...], status: int, said: str) -> None:
    config = tmp_path / "lab.toml"
    config.write_text(f'[gateway]\nstate_directory = "{tmp_path}"\n')
    result = CliRunner().invoke(main, ["trace", "--lab", "--config", str(config), *arguments])
    assert (result.exit_code, said in result.output) == (status, True), result.output


def test_wrong_settings(tmp_path: Path) -> None:
    config = tmp_path / "lab.toml"
    config.write_text("[gateway]\nspi = 1\n")
    for command in (["trace", "--lab", "--config", str(config), "list"], ["records", "--lab", "--config", str(config)]):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 2
        assert "no such setting" in result.output
