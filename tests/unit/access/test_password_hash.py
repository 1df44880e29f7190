from __future__ import annotations

import pytest

from cordboard.access.password_hash import hashed, verified
from cordboard.config.kinds.people import PASSWORD_HASH

SALT = b"0123456789abcdef"


def test_password_is_known_again() -> None:
    text = hashed("correct horse", SALT, cost=2**4)
    assert verified("correct horse", text)
    assert not verified("correct horse ", text)
    assert PASSWORD_HASH.read(text) == text


def test_vector_of_rfc_7914() -> None:
    """Section 12, second vector: N=1024, r=8, p=16."""
    made = "_bq-HJ00cgB4VucZDQHp_nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG_xCSedmDDaxyevuUqD7m2DYMvfoswGQA"
    assert verified("password", f"scrypt$1024$8$16$TmFDbA$~{made}".replace("~", ""))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "scrypt",
        "bcrypt$16$8$1$c2FsdHNhbHQ$aGFzaGhhc2g",
        "scrypt$15$8$1$c2FsdHNhbHQ$aGFzaGhhc2g",
        "scrypt$x$8$1$a$b",
    ],
)
def test_what_is_no_hash_lets_nobody_in(text: str) -> None:
    assert not verified("password", text)
