from __future__ import annotations

from cordboard.cli.admin.settings_shown import shown
from cordboard.config import lab_settings

HASH = "scrypt$16$8$1$c2FsdHNhbHQ$aGFzaGhhc2g"


def test_secrets_are_set_or_not_and_nothing_more() -> None:
    settings = lab_settings({"admin.password_hash": HASH})
    found = {each["name"]: each["value"] for each in shown(settings)}
    assert found["[admin] password_hash"] == "set"
    assert HASH not in str(found)
    assert all(agent.page_password not in str(found) for agent in settings.agents)


def test_values_are_shown_as_text() -> None:
    found = {each["name"]: each for each in shown(lab_settings())}
    assert found["[admin] listen"]["value"] == "127.0.0.1:8091"
    assert found["[media] video"]["value"] == "true"
    assert found["[[agents]]"]["value"] == "20"


def test_password_in_a_url_is_not_shown() -> None:
    settings = lab_settings({"records.database": "postgresql://cordboard:hidden@127.0.0.1/calls"})
    assert "hidden" not in str(list(shown(settings)))
