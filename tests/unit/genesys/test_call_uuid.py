from __future__ import annotations

import re

import pytest

from cordboard.genesys.call_uuid import LENGTH, call_uuid, connection_id

RUN = bytes(range(16))


def test_the_calls_of_a_run_share_26_characters_and_count_in_base_32() -> None:
    uuids = [call_uuid(RUN, number) for number in (1, 31, 32, 32**6 - 1, 32**6)]

    assert {uuid[:26] for uuid in uuids} == {uuids[0][:26]}
    assert [uuid[26:] for uuid in uuids] == ["000001", "00000V", "000010", "VVVVVV", "000000"]


@pytest.mark.parametrize("run", [bytes(16), b"\xff" * 16, RUN])
def test_every_uuid_has_the_shape(run: bytes) -> None:
    assert re.fullmatch(rf"[0-9A-Z]{{{LENGTH}}}", call_uuid(run, 7))


@pytest.mark.parametrize("run", [b"", bytes(15), bytes(17)])
def test_a_run_has_16_octets(run: bytes) -> None:
    with pytest.raises(ValueError, match="16 octets"):
        call_uuid(run, 1)


def test_connection_ids_are_16_hex_digits() -> None:
    assert connection_id(RUN, 255) == "00010200000000ff"
