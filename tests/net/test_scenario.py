"""20 agents, one of them in Chromium, and their customers over real SIP and CometD, with sound: nobody is lost, and
both planes agree all along.

`make bench-day` is the same with 300 customers.
"""

from __future__ import annotations

from pathlib import Path

from kit.agents import agents_of
from kit.both_planes import BothPlanes, Step
from kit.chromium import chromium
from kit.day import DNS, Day, center
from kit.lab import running_lab

CUSTOMERS = 30


async def test_every_customer_is_accounted_for_and_both_planes_agree(tmp_path: Path) -> None:
    file = center(tmp_path / "center.toml")
    async with running_lab(lab__contact_center=file) as lab, agents_of(lab) as agents, chromium() as browser:
        day = Day(lab, agents, customers=CUSTOMERS, rate=4.0, browser=browser)
        account = await day.run(within=20.0)
        summary = account.summary()
        assert (summary["customers"], summary["unaccounted"], summary["cancelled"]) == (CUSTOMERS, 0, 0)
        assert summary["refused"] >= 2  # 5999 is nobody
        assert summary["answered"] > CUSTOMERS / 2
        assert summary["answered"] + summary["abandoned"] + summary["released"] + summary["refused"] == CUSTOMERS
        assert list(day.planes.faults) == []
        assert day.quarrels(account) == []
        assert day.left() == []
        assert day.planes.looks > 20
        assert [call for call in day.planes.calls.values() if call.dn == DNS[0] and call.answered]


def test_what_does_not_agree_is_found() -> None:
    planes = BothPlanes(bound=0.5)
    call = planes.of("5001", "A")
    call.sip |= {Step.RINGING: 1.0, Step.TALKING: 2.0}
    call.gws |= {Step.RINGING: 1.1}
    assert call.faults(2.4, 0.5) == []
    assert call.faults(2.6, 0.5) == ["5001 A: GWS does not say talking after 0.60 s"]
    crossed = planes.of("5001", "B")
    crossed.sip |= {Step.RINGING: 1.0, Step.TALKING: 2.0, Step.OVER: 2.1}
    crossed.gws |= {Step.RINGING: 1.1, Step.OVER: 2.2}
    assert crossed.faults(9.0, 0.5) == []
    assert planes.crossed() == [call, crossed]
    late = planes.of("5001", "C")
    late.sip |= {Step.RINGING: 1.0, Step.OVER: 3.0}
    late.gws |= {Step.RINGING: 1.6}
    assert late.faults(3.6, 0.5) == ["5001 C: GWS does not say over after 0.60 s", "5001 C: ringing 0.60 s apart"]
