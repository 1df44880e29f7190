from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.desk.agent import NoPhone, agent_of

READY = {"state": "Ready", "displayName": "Ready"}
LOGGED_OUT = {"state": "LoggedOut", "displayName": "Offline"}


def user(*devices: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"userName": "agent5001", "firstName": "Ada", "lastName": "Agent", "devices": list(devices), **more}


def device(dn: str = "5001", **more: Any) -> dict[str, Any]:
    return {"id": f"device-{dn}", "phoneNumber": dn, "channels": ["voice"], "userState": READY, **more}


def served(dn: str) -> bool:
    return dn in ("5001", "5002")


def test_agent_of_a_voice_device() -> None:
    assert agent_of(user(device()), served).to_json() == {
        "userName": "agent5001",
        "firstName": "Ada",
        "lastName": "Agent",
        "dn": "5001",
        "deviceId": "device-5001",
        "session": True,
        "state": READY,
    }


def test_first_device_whose_dn_is_served_is_taken() -> None:
    assert agent_of(user(device("9999"), device("5002"), device("5001")), served).dn == "5002"


@pytest.mark.parametrize("state", [LOGGED_OUT, {"state": "Logout"}, {}])
def test_no_session_runs_while_the_device_is_logged_out(state: dict[str, str]) -> None:
    assert not agent_of(user(device(userState=state)), served).session


def test_state_of_the_voice_channel_stands_in_for_the_devices() -> None:
    channels = [{"channel": "chat", "userState": LOGGED_OUT}, {"channel": "voice", "userState": READY}]
    agent = agent_of(user(device(userState=None), channels=channels), served)
    assert agent.session
    assert agent.state == READY


def test_device_that_names_no_channels_is_a_phone() -> None:
    phone = device()
    del phone["channels"]
    assert agent_of(user(phone), served).dn == "5001"


def test_no_phone_is_told() -> None:
    with pytest.raises(NoPhone, match="agent5001 has no phone at GWS"):
        agent_of(user(device(channels=["chat"])), served)
    with pytest.raises(NoPhone, match=r"agent5001 has DN 9999 at GWS, which is not among the \[\[agents\]\]"):
        agent_of(user(device("9999")), served)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["devices", "channels", "userState", "phoneNumber", "state", "id", "channel"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["userName", "devices", "channels", "firstName"]), json_values))
def test_any_resource_is_an_agent_or_none(resource: dict[str, Any]) -> None:
    try:
        agent = agent_of(resource, lambda dn: True)
    except NoPhone as refused:
        assert str(refused)  # noqa: PT017
    else:
        assert isinstance(agent.dn, str)
