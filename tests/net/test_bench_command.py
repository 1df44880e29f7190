"""`cordboard bench` as a user runs it: a gateway of its own, agents who speak and listen, a report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kit.command import cordboard, ended
from kit.site import free_port

CONFIG = """\
[sip_server]
address = "127.0.0.1:5999"
[gws]
url = "http://127.0.0.1:9"
[gateway]
websocket = "127.0.0.1:{port}"
{state}
"""
AGENT = '[[agents]]\ndn = "5001"\n'


async def bench(*arguments: str) -> tuple[int, str, str]:
    """Exit status, report, and what was said besides."""
    async with cordboard("bench", *arguments) as process:
        report, progress = await ended(process, within=40)
        assert process.returncode is not None
        return process.returncode, report, progress


def count(report: str, measure: str) -> int:
    found = re.search(rf"^{measure} +(\d+) ", report, re.MULTILINE)
    return int(found[1]) if found else 0


async def test_calls_at_a_rate(tmp_path: Path) -> None:
    saved = tmp_path / "report.txt"
    status, report, _ = await bench(
        *("calls", "--agents", "4", "--rate", "3", "--talk", "1", "--seconds", "1.2", "--save", str(saved))
    )
    assert status == 0, report
    assert "calls completed             4 of 4" in report
    assert "packets of sound lost       0 (0.0000%)" in report
    assert count(report, "answer to sound both ways") == 4
    assert "answer to sound both ways, over the run" in report, "the plot"
    assert saved.read_text() in report


async def test_log_in_storms_over_tls() -> None:
    status, report, _ = await bench("login", "--agents", "10", "--storms", "2", "--pause", "0.2", "--tls")
    assert status == 0, report
    assert "agents registered           10 of 10" in report
    assert count(report, "registered") == 20


async def test_long_holds_are_retrieved_with_sound() -> None:
    status, report, _ = await bench("holds", "--agents", "3", "--seconds", "0.5")
    assert status == 0, report
    assert "calls completed             3 of 3" in report
    assert count(report, "retrieve to sound") == 3


async def test_failures_are_told_by_cause() -> None:
    status, report, said = await bench("calls", "--agents", "1", "--rate", "10", "--talk", "1", "--seconds", "0.5")
    assert status == 1, said
    assert "no agent is free: more agents, fewer calls or shorter ones" in report


@pytest.mark.parametrize(
    ("state", "agents", "more", "expected"),
    [
        ("", AGENT, (), "the settings have no [gateway] state_directory"),
        ("state_directory = {tmp}", "", (), "the settings have no [[agents]]: there is nobody to register"),
        ("state_directory = {tmp}", AGENT, ("--agents", "9"), "the settings have 1 agents, --agents asks for 9"),
    ],
)
async def test_settings_that_cannot_be_used(
    tmp_path: Path, state: str, agents: str, more: tuple[str, ...], expected: str
) -> None:
    config = tmp_path / "cordboard.toml"
    state = state.format(tmp=f'"{tmp_path}"')
    config.write_text(CONFIG.format(port=free_port(), state=state) + agents)
    status, _, said = await bench("login", "--config", str(config), *more)
    assert status == 2
    assert expected in said


async def test_a_site_that_is_not_there(tmp_path: Path) -> None:
    config = tmp_path / "cordboard.toml"
    config.write_text(CONFIG.format(port=free_port(), state=f'state_directory = "{tmp_path}"') + AGENT)
    status, report, _ = await bench("login", "--config", str(config), "--agents", "1", "--storms", "1")
    assert status == 1
    assert "cannot be reached: connection refused" in report


async def test_settings_that_are_not_there(tmp_path: Path) -> None:
    status, _, said = await bench("login", "--config", str(tmp_path / "none.toml"))
    assert status == 2
    assert "no such file" in said
