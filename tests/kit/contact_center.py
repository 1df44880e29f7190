"""A small contact centre for tests: 5001 sells in English, 5002 in German, 5003 supports."""

from __future__ import annotations

from typing import Any

from cordboard.lab.contact_center.plan import ContactCenter
from cordboard.lab.contact_center.reading import parse
from kit.sip_server_stack import SipServerStack

TEXT = """
[agents]
5001 = { name = "Anna Berg", groups = ["Sales"], skills = { english = 9, sales = 8 } }
5002 = { name = "Ben Carter", groups = ["Sales"], skills = { german = 9, sales = 5 } }
5003 = { name = "Clara Diaz", groups = ["Support"], skills = { english = 5 }, wrap_up_time = 7 }

[sounds]
welcome = [[523, 1], [659, 1]]
language = [[880, 1]]

[routing_points.8000]
routing_data = false
steps = [{ music = true }, { select = {} }]

[routing_points.8001]
name = "Sales"
virtual_queue = "VQ_Sales"
wrap_up_time = 20
no_answer = { timeout = 10, action = "notready", overflow = ["5003", "recall"] }
steps = [
    { announce = "welcome" },
    { collect = "Language", prompt = "language", timeout = 3, branches = { 1 = "english", 2 = "german" }, otherwise = "english" },
    { label = "german", attach = { CustomerLanguage = "German" } },
    { music = true },
    { select = { skills = "sales and german" }, timeout = 30, overflow = "8000" },
    { label = "english", music = true },
    { select = { skills = "sales and english" }, timeout = 30, overflow = "8000" },
]

[routing_points.8002]
early_media = true
after_routing = { timeout = 4, action = "logout" }
steps = [
    { announce = "welcome" },
    { music = true },
    { select = { group = "Sales" }, timeout = 60, overflow = "hang up" },
]

[routing_points.8003]
no_answer = { timeout = 5, overflow = ["none"] }
steps = [
    { branch = "Extension", branches = { 1 = "by-number" }, otherwise = "agent" },
    { label = "by-number", route = "600" },
    { label = "agent", select = { dn = "$Extension" }, timeout = 10, next = "out" },
    { label = "out", hang_up = 404 },
]
"""  # noqa: E501


def contact_center(text: str = TEXT) -> ContactCenter:
    return parse(text, "test.toml")


def new_server(**options: Any) -> SipServerStack:
    """A SIP Server with that contact centre."""
    return SipServerStack(contact_center=contact_center(), **options)
