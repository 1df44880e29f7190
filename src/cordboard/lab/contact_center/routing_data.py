"""What Genesys's router attaches to a call that it gives to an agent.

The names are the router's; what each holds is the lab's choice where a name does not say it.
"""

from __future__ import annotations

import zlib

from cordboard.lab.contact_center.people import Person
from cordboard.lab.contact_center.strategy import RoutingPoint, Target

TENANT = "Environment"
AGENT, AGENT_GROUP = "0", "2"  # kinds of targets


def attached(visit: int, point: RoutingPoint, target: Target, group: str, person: Person) -> dict[str, str]:
    """`group` is set where the call has overflowed to one."""
    by_name = bool(target.dn) and not group
    chosen = group or target.group or (f"?:{target.expression}" if target.expression else person.employee_id)
    return {
        "RTargetObjectSelected": person.employee_id if by_name else chosen,
        "RTargetTypeSelected": AGENT if by_name or chosen == person.employee_id else AGENT_GROUP,
        "RTargetAgentSelected": person.employee_id,
        "RTargetPlaceSelected": person.place,
        "RRequestedSkillCombination": "" if group else target.expression,
        "RStrategyName": point.name or point.number,
        "RTenant": TENANT,
        "RVQID": f"{point.queue}-{visit}",
        "RVQDBID": str(zlib.crc32(point.queue.encode()) % 100_000),
    }
