"""Numbers with a fraction, and databases."""

from __future__ import annotations

import pytest

from cordboard.config.kinds import DATABASE, Wrong, decimal


def test_decimal() -> None:
    kind = decimal(1.0, 4.5)
    assert (kind.read(3.6), kind.read(2)) == (3.6, 2.0)
    for wrong in (True, "3.6", None, 0.9, 4.6, float("nan")):
        with pytest.raises(Wrong):
            kind.read(wrong)


@pytest.mark.parametrize(
    "text", ["", "none", "sqlite:///var/lib/cordboard/records.db", "postgresql://a:b@h/n", "postgresql://h:5433/n"]
)
def test_databases(text: str) -> None:
    assert DATABASE.read(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "records.db",
        "sqlite:records.db",
        "sqlite://records.db",
        "sqlite:///",
        "mysql://h/n",
        "postgresql:///n",
        "postgresql://h",
        "postgresql://h:x/n",
        "sqlite:///a\nb",
        7,
    ],
)
def test_no_databases(text: object) -> None:
    with pytest.raises(Wrong):
        DATABASE.read(text)
