"""The index of sessions: the deadline is the earliest of all, whatever came and went."""

from __future__ import annotations

import random

from cordboard.bayeux.clients import Clients
from cordboard.bayeux.events import Deliver, DeliverTo, DeliverTogether
from cordboard.bayeux.session import ServerSettings, Session
from kit.bayeux import Rig


def session(client: str, expires: float, owner: str = "agent5001", browser: str = "b1") -> Session:
    return Session(client, owner, browser, "h1", ServerSettings(), expires)


def test_the_deadline_is_the_earliest_of_all() -> None:
    chance = random.Random(3)
    clients = Clients()
    living: dict[str, Session] = {}
    for number in range(2000):
        name = f"c{chance.randrange(40)}"
        one = living.get(name)
        if one is None:
            living[name] = session(name, float(number + chance.randrange(100)))
            clients.add(living[name])
        elif chance.random() < 0.3:
            assert clients.remove(living.pop(name))
        else:
            one.expires = float(number + chance.randrange(-50, 100))
            clients.changed(one)
        assert clients.deadline == min((each.deadline for each in living.values()), default=None)
    assert len(clients) == len(living) > 0
    assert len(clients._due) < 300


def test_sessions_are_found_by_owner_and_browser() -> None:
    clients = Clients()
    one, other = session("c1", 9.0), session("c2", 8.0, owner="agent5002")
    clients.add(one)
    clients.add(other)
    assert clients.of("agent5001") == [one]
    assert clients.of(None) == [one, other]
    assert clients.of("nobody") == []
    assert clients.remove(one)
    assert not clients.remove(one)
    assert (clients.of("agent5001"), clients.get("c1"), clients.deadline) == ([], None, 8.0)


def test_what_came_together_goes_out_in_one_reply() -> None:
    rig = Rig()
    client = rig.client("/a", "/b")
    held = rig.connect(client)
    deliveries = (Deliver("/a", 1), Deliver("/none", 2), Deliver("/b", 3, "agent5001"), DeliverTo(client, "/c", 4))
    rig.feed(DeliverTogether(deliveries))
    told = rig.replies[held][1:]
    assert [(each["channel"], each["data"]) for each in told] == [("/a", 1), ("/b", 3), ("/c", 4)]
