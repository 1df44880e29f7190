from __future__ import annotations

import pytest

from cordboard.sdp.errors import NoCommonCodec, NotAcceptable, SdpError


@pytest.mark.parametrize(
    ("error", "status"), [(SdpError("x"), 400), (NotAcceptable("x"), 488), (NoCommonCodec("x"), 488)]
)
def test_each_error_hints_at_a_status(error: SdpError, status: int) -> None:
    assert error.status_hint == status
    assert str(error) == "x"
