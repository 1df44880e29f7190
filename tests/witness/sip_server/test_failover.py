"""Two SIPp as primary and backup SIP Server, of which the primary is ended."""

from __future__ import annotations

from pathlib import Path

from kit.phone import until
from witness.sip_server.scenario import scenario
from witness.sip_server.scene import AGENT, AGENT_ENDS, ANOTHER_UUID, ANSWERED, OTHER, scene
from witness.sipp_process import sipp

WELL = """
    call OPTIONS
    <- OPTIONS
    -> 200
"""


PRIMARY = f"""
    call REGISTER
    <- REGISTER
    -> 200
    {ANSWERED.replace("| echo", "| other")}
    pause 30000
    {WELL}
"""


BACKUP = f"""
    call REGISTER
    <- REGISTER
    -> 200
    {ANSWERED}
    {AGENT_ENDS}
    {WELL}
"""


async def test_failover(tmp_path: Path) -> None:
    """The primary dies: the DN is registered at the backup and called from there, the call in progress goes on."""
    directory = tmp_path / "backup"
    directory.mkdir()
    (directory / "scenario.xml").write_text(scenario(BACKUP, ANOTHER_UUID))
    keys = {"caller": "+15550101", "rtp_address": "127.0.0.1", "rtp_port": 9}
    async with (
        sipp(directory / "scenario.xml", directory, calls=1000, **keys) as backup,
        scene(PRIMARY, tmp_path, calls=1000, backup=backup.address) as it,
    ):
        await it.meets_other("< 3 200 INVITE")
        first = await it.page.called()
        await first.hears(OTHER)
        it.server.process.terminate()
        await it.server.process.wait()
        second = await it.page.called(2)
        await second.hears(AGENT)
        assert second.invite["X-Genesys-CallUUID"] == ANOTHER_UUID
        assert it.site.gateway.trunk.current.name == "backup"
        await first.hears(OTHER)
        assert await it.other.hears(AGENT)
        it.page.hang_up(second)
        assert await until(lambda: any(line.endswith("200 BYE") for line in backup.lines()), 5), backup.report()
        assert first.state == "talking"
