"""The soak, as short as it can be: it runs, judges and leaves nothing behind."""

from __future__ import annotations

import pytest
from bench.soak import Plan, soak


@pytest.mark.timeout(40)
async def test_five_calls_for_six_seconds() -> None:
    result = await soak(Plan(6.0, 5, 2.0, 3.0, every=0.5, quiet=True))
    assert result.passed, result.text
    assert "nothing failed, everything stayed flat" in result.text
