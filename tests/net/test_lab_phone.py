"""`cordboard lab phone`: a phone for an agent of a running lab, and its mistakes in sentences."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cordboard import observe
from cordboard.cli.main import main
from cordboard.lab.telephony import AnswerCall, HoldCall, RetrieveCall
from kit.command import cordboard, ended, ready
from kit.desk import free_port
from kit.lab import RunningLab, running_lab, until

PATIENCE = 10.0  # seconds


@pytest.fixture(autouse=True)
def log_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs in this process, whose log other tests listen to."""
    monkeypatch.setattr(observe, "configure", lambda *_: None)


def settings_of(lab: RunningLab, file: Path) -> str:
    settings = lab.settings
    file.write_text(
        f'[gateway]\nwebsocket = "{settings.gateway.websocket}"\n'
        f'[desk]\nlisten = "{settings.desk.listen}"\n[lab]\ngws = "{settings.lab.gws}"\n'
    )
    return str(file)


async def says(process: asyncio.subprocess.Process, what: str) -> str:
    """The next line that ends so, without its time."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stdout.readline()).decode().rstrip():
            if line.endswith(what):
                return line.partition("  ")[2]
    raise AssertionError(f"it ended without {what}")


async def test_it_answers_when_gws_says_so_and_tells_what_happens(tmp_path: Path) -> None:
    async with running_lab() as lab:
        file = settings_of(lab, tmp_path / "lab.toml")
        async with cordboard("lab", "phone", "5003", "--tone", "620", "--config", file) as process:
            first = f"5003 has a phone at {lab.settings.gateway.websocket_url} and waits for calls; Ctrl-C ends it."
            assert await ready(process) == first
            customer = await lab.customer("5003", tone=440.0)
            assert await says(process, "calls") == "+15550100 calls"
            await until(lambda: bool(lab.lab.telephone.sip_server.calls("5003")), "the call at SIP Server")
            lab.cti(AnswerCall("5003", lab.uuid("5003")))
            await says(process, "told to answer")
            assert await says(process, "talks") == "+15550100 talks"
            await customer.hears(620.0)
            lab.cti(HoldCall("5003", lab.uuid("5003")))
            await says(process, "told to hold")
            await customer.hears_music()
            lab.cti(RetrieveCall("5003", lab.uuid("5003")))
            await says(process, "told to retrieve")
            await customer.hears(620.0)
            await customer.hang_up()
            assert (await says(process, "lost")).startswith("+15550100 is gone: hung up there; ")

            async with lab.connections_lost():
                await says(process, "trying again")
            await says(process, "registered again")

            process.send_signal(signal.SIGINT)
            out, errors = await ended(process)
            assert (process.returncode, out, errors) == (0, "", "")
            await lab.is_idle()


async def test_it_answers_by_itself_after_a_time(tmp_path: Path) -> None:
    async with running_lab() as lab:
        file = settings_of(lab, tmp_path / "lab.toml")
        async with cordboard("lab", "phone", "5003", "--answer", "0.1", "--config", file) as process:
            await ready(process)
            customer = await lab.customer("5003")
            await says(process, "talks")
            await customer.hears(440.0)
            process.send_signal(signal.SIGINT)
            await ended(process)
            await customer.is_in("ended")


def phone(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["lab", "phone", *arguments])


@pytest.mark.parametrize("dn", ["5099", "agent5001"])
def test_a_dn_that_the_lab_does_not_have(dn: str) -> None:
    result = phone(dn)

    assert result.exit_code == 2
    assert result.stderr == f"{dn} is not the DN of an agent here: the lab has 5001 to 5020\n"


def test_no_lab_runs(tmp_path: Path) -> None:
    file = tmp_path / "lab.toml"
    port = free_port("127.0.0.1")
    file.write_text(f'[gateway]\nwebsocket = "127.0.0.1:{port}"\n')
    result = phone("5003", "--config", str(file))

    assert result.exit_code == 2
    assert result.stderr.startswith(f"no lab answers at ws://127.0.0.1:{port}/ws: ")
    assert result.stderr.endswith("; `cordboard lab` starts one\n")


@pytest.mark.parametrize("arguments", [(), ("5003", "--tone", "9999"), ("5003", "--answer", "soon"), ("5003", "--who")])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert phone(*arguments).exit_code == 2
