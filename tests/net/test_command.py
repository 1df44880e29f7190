"""The command line: mistakes are sentences with exit status 2, never tracebacks."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from click.testing import CliRunner, Result

from cordboard import __version__
from cordboard.cli.main import main


def cordboard(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_version() -> None:
    result = cordboard("--version")
    assert (result.exit_code, result.output) == (0, f"cordboard, version {__version__}\n")


@pytest.mark.parametrize("arguments", [("--help",), ("serve", "--help"), ("lab", "--help"), ("lab", "call", "-h")])
def test_help(arguments: tuple[str, ...]) -> None:
    result = cordboard(*arguments)
    assert result.exit_code == 0
    assert "Usage: " in result.output


@pytest.mark.parametrize(
    "arguments", [("serve",), ("srve",), ("lab", "call"), ("lab", "cal"), ("serve", "--confg", "x")]
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert cordboard(*arguments).exit_code == 2


@pytest.mark.parametrize("verb", [("serve",), ("lab",), ("lab", "call", "--to", "8000")])
def test_wrong_settings(verb: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "cordboard.toml"
    file.write_text('[sip_server]\naddress = "a:5060"\n[gws]\nurl = "http://a"\n[gateway]\nsip = "x"\nspi = 1\n')
    result = cordboard(*verb, "--config", str(file))
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f'{file}:6: [gateway] sip: "x" is not host:port; right would be "x:5060"',
        f"{file}:7: [gateway] spi: no such setting; the closest is sip",
    ]


def test_missing_file(tmp_path: Path) -> None:
    result = cordboard("serve", "--config", str(tmp_path / "none.toml"))
    assert (result.exit_code, result.stderr) == (2, f"{tmp_path / 'none.toml'}: no such file or directory\n")


def test_taken_ports(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as owner:
        owner.bind(("127.0.0.78", 0))
        port = owner.getsockname()[1]
        file = tmp_path / "cordboard.toml"
        file.write_text(
            '[sip_server]\naddress = "127.0.0.78:5070"\n[gws]\nurl = "http://127.0.0.78"\n'
            f'[gateway]\nsip = "127.0.0.78:{port}"\nwebsocket = "127.0.0.78:8088"\n[desk]\nlisten = "127.0.0.78:8080"\n'
        )
        result = cordboard("serve", "--config", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"port {port}/udp on 127.0.0.78 is taken by process ")
    assert result.stderr.endswith("; [gateway] sip moves it\n")


@pytest.mark.parametrize("arguments", [("serve",), ("lab", "--engine", "rtpengine")])
def test_no_rtpengine_answers(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    host = "127.0.0.79"
    file = tmp_path / "cordboard.toml"
    lab = '[lab]\nsip_server = "{0}:5070"\ngws = "{0}:8090"\n' if "lab" in arguments else ""
    text = lab or '[sip_server]\naddress = "{0}:5070"\n[gws]\nurl = "http://{0}"\n[media]\nengine = "rtpengine"\n'
    text += '[gateway]\nsip = "{0}:5060"\nwebsocket = "{0}:8088"\n[desk]\nlisten = "{0}:8080"\n'
    file.write_text((text + '[rtpengine]\ndaemons = ["{0}:9"]\n').format(host))
    result = cordboard(*arguments, "--config", str(file))
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"No rtpengine answers ([rtpengine] daemons: {host}:9)."


class _Lab(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[str, object]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, body))
        answer = b'{"error": "nobody has this number"}' if body["to"] == "9999" else b"{}"
        self.send_response(404 if body["to"] == "9999" else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def running_lab(tmp_path: Path) -> Iterator[str]:
    _Lab.asked.clear()
    with HTTPServer(("127.0.0.1", 0), _Lab) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        file = tmp_path / "lab.toml"
        file.write_text(f'[lab]\ngws = "127.0.0.1:{server.server_port}"\n')
        yield str(file)
        server.shutdown()
        thread.join()


def test_lab_call(running_lab: str) -> None:
    result = cordboard("lab", "call", "--to", "8000", "--from", "+15550199", "--config", running_lab)
    assert (result.exit_code, result.output) == (0, "+15550199 calls 8000\n")
    assert _Lab.asked == [("/lab/calls", {"from": "+15550199", "to": "8000"})]


def test_lab_call_that_the_lab_refuses(running_lab: str) -> None:
    result = cordboard("lab", "call", "--to", "9999", "--config", running_lab)
    assert (result.exit_code, result.stderr) == (2, "the lab refuses: nobody has this number\n")


def test_lab_call_without_a_lab(running_lab: str, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        file = tmp_path / "other.toml"
        file.write_text(f'[lab]\ngws = "{address}"\n')
        result = cordboard("lab", "call", "--to", "8000", "--config", str(file))
    assert result.exit_code == 2
    assert result.stderr == f"no lab answers at http://{address}: connection refused; `cordboard lab` starts one\n"
