from __future__ import annotations

import pytest

from cordboard.genesys.status import StatusCode, failure, http_status, not_registered, partly_done, success


@pytest.mark.parametrize(
    ("code", "status"),
    [(0, 200), (1, 400), (2, 400), (3, 403), (4, 500), (6, 404), (7, 200), (10, 400), (12, 500), (18, 409), (20, 403)],
)
def test_each_code_has_its_http_status(code: int, status: int) -> None:
    assert http_status(StatusCode(code)) == status


def test_envelopes() -> None:
    assert success(version="1") == {"statusCode": 0, "version": "1"}
    assert failure(StatusCode.INTERNAL_ERROR, not_registered("5001")) == {
        "statusCode": 4,
        "statusMessage": "Device '5001' is not registered.",
    }


def test_partly_done_names_the_channels() -> None:
    assert partly_done({"multimedia": (StatusCode.INTERNAL_ERROR, "no")}, ["voice"]) == {
        "statusCode": 7,
        "failed": [{"statusCode": 4, "statusMessage": "no", "channel": "multimedia"}],
        "succeeded": [{"statusCode": 0, "channel": "voice"}],
    }
