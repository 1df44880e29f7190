"""Credentials that a TURN server with a shared secret takes for a time."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from cordboard.access.turn import turn_credentials

SECRET = b"north"
NOW = 1_800_000_000.5


def test_user_name_says_when_it_expires() -> None:
    made = turn_credentials(SECRET, "5001", NOW, 600)
    assert made.username.split(":")[0] == "1800000601" == str(made.expires)


def test_password_is_the_hmac_of_the_user_name() -> None:
    made = turn_credentials(SECRET, "5001", NOW, 600)
    expected = base64.b64encode(hmac.new(SECRET, made.username.encode(), hashlib.sha1).digest()).decode()
    assert made.password == expected


def test_user_name_tells_agents_apart_and_names_none() -> None:
    one, other = (turn_credentials(SECRET, dn, NOW, 600).username for dn in ("5001", "5002"))
    assert one != other
    assert "5001" not in one.split(":")[1]
    assert turn_credentials(b"south", "5001", NOW, 600).username != one


def test_password_is_not_shown() -> None:
    made = turn_credentials(SECRET, "5001", NOW, 600)
    assert made.password not in repr(made)


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        turn_credentials(b"", "5001", NOW, 600)
