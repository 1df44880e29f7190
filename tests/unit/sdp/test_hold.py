from __future__ import annotations

import pytest

from cordboard.sdp.codec import PCMU, TELEPHONE_EVENT
from cordboard.sdp.description import SdpError
from cordboard.sdp.direction import Direction
from cordboard.sdp.hold import as_old_hold
from cordboard.sdp.plain import PlainLocal, read_plain, write_plain

from .samples import GENESYS_OFFER, crlf


@pytest.mark.parametrize(("address", "nowhere"), [("127.0.0.1", "0.0.0.0"), ("::1", "::")])
@pytest.mark.parametrize("direction", list(Direction))
def test_the_old_form_of_a_hold(address: str, nowhere: str, direction: Direction) -> None:
    sdp = as_old_hold(write_plain(PlainLocal(5, 3, address, 10000, [PCMU, TELEPHONE_EVENT], direction)))
    remote = read_plain(sdp)
    assert (remote.address, remote.port, remote.held) == (nowhere, 10000, True)
    assert not any(f"a={each}" in sdp for each in Direction)
    assert remote.codecs == [PCMU, TELEPHONE_EVENT]
    assert f"IN IP{'6' if ':' in address else '4'} {address}" in sdp.splitlines()[1], "the origin is who speaks"


def test_addresses_of_lines_and_a_direction_of_all_go_too() -> None:
    text = GENESYS_OFFER.replace("m=audio", "a=sendonly\r\nm=audio") + "c=IN IP4 198.51.100.9\r\na=sendrecv\r\n"
    sdp = as_old_hold(crlf(text))
    assert sdp.count("c=IN") == 1
    assert "198.51.100.9" not in sdp
    assert "a=send" not in sdp


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(SdpError):
        as_old_hold("nonsense")
