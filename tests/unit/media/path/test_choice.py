"""Which loop relays: the compiled one where it can be had, Python's where it cannot or is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cordboard.media.compiled.library import NotCompiled
from cordboard.media.relay.path import compiled
from cordboard.media.relay.path.choice import open_path
from cordboard.media.relay.path.compiled import CompiledCallPath, CompiledLoop
from cordboard.media.relay.path.loop import PacketLoop
from cordboard.media.relay.path.port import PlainCallPath
from cordboard.media.relay.ports import bind_udp
from cordboard.media.relay.settings import Loop, RelaySettings
from cordboard.media.relay.sides.webrtc_port import WebRtcPort
from cordboard.media.relay.worker import Worker


@pytest.fixture
def port() -> Iterator[WebRtcPort]:
    sock = bind_udp("127.0.0.1", 0)
    yield WebRtcPort(sock)
    sock.close()


@pytest.fixture
def not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "load", lambda directory, name: None)


@pytest.mark.parametrize("wanted", [Loop.AUTO, Loop.COMPILED])
def test_the_compiled_loop_where_there_is_one(wanted: Loop, port: WebRtcPort) -> None:
    with capture_logs() as lines:
        path = open_path(wanted, lambda failure: None, port)
    assert isinstance(path.loop, CompiledLoop)
    assert path.name == "compiled"
    call = path.open_call()
    assert isinstance(call, CompiledCallPath)
    call.close()
    path.loop.close()
    assert lines == []


def test_pythons_where_it_is_asked_for(port: WebRtcPort) -> None:
    with capture_logs() as lines:
        path = open_path(Loop.PYTHON, lambda failure: None, port)
    assert type(path.loop) is PacketLoop
    assert path.name == "python"
    assert isinstance(path.open_call(), PlainCallPath)
    path.loop.close()
    assert lines == []


@pytest.mark.usefixtures("not_compiled")
def test_pythons_with_one_line_where_nothing_was_compiled(port: WebRtcPort) -> None:
    with capture_logs() as lines:
        path = open_path(Loop.AUTO, lambda failure: None, port)
    assert type(path.loop) is PacketLoop
    path.loop.close()
    assert [line["event"] for line in lines] == ["the compiled packet loop cannot be used, Python's is"]


@pytest.mark.usefixtures("not_compiled")
def test_the_compiled_loop_that_must_be_had_and_cannot(port: WebRtcPort) -> None:
    with pytest.raises(
        NotCompiled, match=r"^\[media\] loop is compiled, but the compiled loop cannot be used: it was not"
    ):
        open_path(Loop.COMPILED, lambda failure: None, port)


def test_a_library_of_another_version_is_none(port: WebRtcPort, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled.ctypes, "sizeof", lambda kind: 1)
    with pytest.raises(NotCompiled, match="it was compiled from another version"):
        open_path(Loop.COMPILED, lambda failure: None, port)


@pytest.mark.usefixtures("not_compiled")
def test_worker_that_must_have_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NotCompiled, match=r"it was not compiled when Cordboard was installed$"):
        Worker(tmp_path / "worker.sock", RelaySettings(webrtc_ports=(0, 0), loop=Loop.COMPILED))
