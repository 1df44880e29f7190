"""rtpengine.conf is the one that all tests with a real rtpengine run (kit/rtpengine.py)."""

from __future__ import annotations

import pytest

from cordboard.config import Address, PortRange, lab_settings
from cordboard.deploy.peers import rtpengine
from cordboard.deploy.rendering import RenderProblem

ENGINE = {"media.engine": "rtpengine"}


def values(text: str) -> dict[str, str]:
    return dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)


def test_nothing_where_something_else_carries_the_calls() -> None:
    assert rtpengine.render(lab_settings()) == []
    assert rtpengine.render(lab_settings({**ENGINE, "gateway.kind": "asterisk"})) == []


def test_one_daemon() -> None:
    changes = {
        "media.address": "192.0.2.20",
        "media.advertise": "198.51.100.20",
        "media.rtp_ports": PortRange(10000, 10999),
    }
    file, drop_in = rtpengine.render(lab_settings({**ENGINE, **changes}))
    assert (file.path, file.place) == ("rtpengine/rtpengine.conf", "/etc/rtpengine/rtpengine.conf")
    assert file.text.startswith("[rtpengine]\n")
    wanted = {
        "interface": "both/192.0.2.20!198.51.100.20",
        "listen-ng": "127.0.0.1:2223",
        "port-min": "10000",
        "port-max": "10999",
        "table": "-1",
        "timeout": "86400",
    }
    assert values(file.text).items() >= wanted.items()
    assert "num-threads" not in values(file.text)
    assert "CAP_NET_ADMIN" not in drop_in.text
    assert "--config-file=/etc/rtpengine/rtpengine.conf" in drop_in.text


def test_the_kernel_needs_a_right() -> None:
    file, drop_in = rtpengine.render(lab_settings({**ENGINE, "rtpengine.table": 0, "rtpengine.threads": 4}))
    assert values(file.text).items() >= {"table": "0", "num-threads": "4"}.items()
    assert "CapabilityBoundingSet=CAP_NET_ADMIN" in drop_in.text


def test_several_daemons_have_a_folder_each() -> None:
    daemons = (Address("192.0.2.21", 2223), Address("2001:db8::22", 2223))
    interfaces = ("trunk/192.0.2.21", "page/192.0.2.31!198.51.100.31")
    changes = {"rtpengine.daemons": daemons, "rtpengine.interfaces": interfaces, "rtpengine.page_interface": "page"}
    found = rtpengine.render(lab_settings({**ENGINE, **changes}))
    assert [each.path for each in found] == [
        "rtpengine/192.0.2.21-2223/rtpengine.conf",
        "rtpengine/192.0.2.21-2223/cordboard.conf",
        "rtpengine/2001_db8__22-2223/rtpengine.conf",
        "rtpengine/2001_db8__22-2223/cordboard.conf",
    ]
    assert values(found[2].text)["listen-ng"] == "[2001:db8::22]:2223"
    alone = rtpengine.render(lab_settings({**ENGINE, "rtpengine.daemons": daemons}))
    assert [values(alone[at].text)["interface"] for at in (0, 2)] == ["both/192.0.2.21", "both/2001:db8::22"]
    assert values(found[0].text)["interface"] == "page/192.0.2.31!198.51.100.31;trunk/192.0.2.21"


def test_what_cannot_be() -> None:
    with pytest.raises(RenderProblem) as told:
        rtpengine.render(
            lab_settings(
                {
                    **ENGINE,
                    "media.address": "0.0.0.0",
                    "media.advertise": "192.0.2.1",
                    "rtpengine.trunk_interface": "lan",
                }
            )
        )
    address, name = told.value.problems
    assert address.startswith("[media] address: rtpengine needs an address of its machine")
    assert name == "[rtpengine] trunk_interface: lan is none of the interfaces: both"
