"""A call of the whole lab leaves a trace with both planes, a record, and nothing of anybody in what is handed on."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
import zipfile
from pathlib import Path

from click.testing import CliRunner

from cordboard.cli.main import main
from cordboard.cli.trace.control import socket_path
from cordboard.config import Address, Settings
from cordboard.observe.trace import Plane
from cordboard.observe.trace.titles import title_of
from kit.agents import agents_of
from kit.both_planes import BothPlanes
from kit.day_agents import DayAgent
from kit.lab import RunningLab, running_lab, until

CALLER = "+15550177"


async def test_a_call_answered_by_gws(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as homer:
        homer.bind(("127.0.0.84", 0))
        homer.settimeout(2)
        live = {
            "trace__hep_address": Address(*homer.getsockname()),
            "records__numbers": "whole",
            "trace__least_mos": 4.5,
        }
        async with running_lab(gateway__state_directory=str(tmp_path), **live) as lab:
            uuid = await answered_by_gws(lab)
            config = tmp_path / "lab.toml"
            config.write_text(toml_of(lab.settings))
            command = ("trace", "--lab", "--config", str(config))
            path = socket_path(lab.settings)
            assert stat.S_IMODE(path.stat().st_mode) == 0o600

            listed = await cordboard(*command, "list", "--bad")
            assert uuid in listed
            assert "bad: MOS" in listed
            assert "DN number-1" in listed
            shown = await cordboard(*command, "show", uuid)
            assert_ladder(shown)
            assert "5001" in await cordboard(*command, "show", uuid, "--private", "--messages")
            assert (await cordboard(*command, "mark", uuid, "--why", "it crackled")) == "marked\n"
            assert "it crackled" in await cordboard(*command, "list")

            await cordboard(*command, "export", uuid, "--bundle", str(tmp_path / "call.zip"))
            assert_nothing_of_anybody(tmp_path / "call.zip", lab.settings)
            assert await cordboard("trace", "compare", str(tmp_path / "call.zip")) == "no differences\n"
            homer.setblocking(False)
            assert any(b"INVITE sip:5001@" in packet for packet in received(homer)), "live, as it happened"
            await cordboard(*command, "export", uuid, "--hep", "{}:{}".format(*homer.getsockname()))
            packets = received(homer)
            assert len(packets) == len(json.loads(await cordboard(*command, "show", uuid, "--json"))["entries"])
            assert not any(CALLER.encode() in packet for packet in packets)
        assert not path.exists()
        (record,) = (await cordboard("records", "--lab", "--config", str(config), "--json", "--private")).splitlines()
    told = json.loads(record)
    assert (told["call_uuid"], told["dn"], told["far_number"], told["outcome"]) == (uuid, "5001", CALLER, "answered")
    assert told["begun"] < told["answered"] < told["ended"]
    assert told["mos_from_page"] > 4
    assert told["bad"]
    for form in ("--csv", "--json", "--bad"):
        assert CALLER not in await cordboard("records", "--lab", "--config", str(config), form)


async def answered_by_gws(lab: RunningLab) -> str:
    """A customer has called 5001, who answered at the desktop, and has hung up: the call's UUID."""
    traces = lab.lab.product.gateway.history.traces  # type: ignore[union-attr]

    def told(what: str) -> bool:
        trace = traces.get(uuid)
        return trace is not None and any(what in title_of(each) for each in trace.entries)

    async with agents_of(lab) as agents:
        agent = DayAgent(agents, "5001", BothPlanes(1.0), by_gws=True)
        await agent.begin()
        customer = await lab.customer("5001", caller=CALLER)
        await customer.is_in("talking")
        uuid = lab.uuid("5001")
        await until(lambda: told("StatusChange Established") and told("connected"), "both planes")
        await asyncio.sleep(0.3)  # a few packets
        await customer.hang_up()
        await lab.is_idle()
        await until(lambda: told("StatusChange Released") and told("quality"), "the end in both planes")
        await agent.end()
        await agent.close()
    return uuid


def assert_ladder(shown: str) -> None:
    """Both legs, media, CometD and REST, in an order that makes sense."""
    lines = shown.splitlines()
    steps = (
        "<------------|             |   INVITE sip:number-1@",
        "   |<------------|             |             |   INVITE sip:number-",
        "   |------------>|             |             |   180 Ringing (INVITE)",
        "<----------------------------------------|   CallStateChangeMessage StatusChange Ringing",
        "---------------------------------------->|   POST /api/v2/me/calls/",
        "|<------------|             |   NOTIFY sip:number-1@",
        "|             *             |             |   media: connected",
        "CallStateChangeMessage StatusChange Released",
    )
    found = [next((at for at, line in enumerate(lines) if step in line), -1) for step in steps]
    assert -1 not in found, (steps[found.index(-1)], shown)
    assert found == sorted(found), shown
    assert "quality" in shown


def assert_nothing_of_anybody(file: Path, settings: Settings) -> None:
    """No number, name, password or address of the lab is in any file of the bundle."""
    with zipfile.ZipFile(file) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert set(files) == {"trace.json", "ladder.txt", "versions.json", "settings.json"}
    assert any(entry["plane"] == Plane.COMETD for entry in json.loads(files["trace.json"])["entries"])
    private = {CALLER, CALLER[1:], "555-0177", "127.0.0.1", "agent5001"}
    for agent in settings.agents:
        private |= {agent.page_password, agent.sip_server_password, f"sip:{agent.dn}@", f'"{agent.dn}"'} - {""}
    found = {(value, name) for name, text in files.items() for value in private if value in text}
    assert found == set()


def toml_of(settings: Settings) -> str:
    """The ports of a lab, as a file for commands that ask it."""
    return (
        f'[gateway]\nsip = "{settings.gateway.sip}"\nwebsocket = "{settings.gateway.websocket}"\n'
        f'state_directory = "{settings.gateway.state_directory}"\n[desk]\nlisten = "{settings.desk.listen}"\n'
        f'[lab]\nsip_server = "{settings.lab.sip_server}"\ngws = "{settings.lab.gws}"\n'
    )


async def cordboard(*arguments: str) -> str:
    """What the command prints."""
    result = await asyncio.to_thread(CliRunner().invoke, main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def received(homer: socket.socket) -> list[bytes]:
    packets = []
    while True:
        try:
            packets.append(homer.recv(65535))
        except BlockingIOError:
            return packets
