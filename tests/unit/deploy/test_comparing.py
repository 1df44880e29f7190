"""What differs is told, what is secret is not."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from cordboard.deploy.comparing import MASK, differences
from cordboard.deploy.rendering import SECRET, Rendered

PLAIN = Rendered("nginx/a.conf", "# Made by `cordboard render` from /a.toml. x\nlisten 443;\n", place="/etc/a.conf")
HIDDEN = Rendered(
    "coturn/t.conf", "realm=x\nstatic-auth-secret=new-one\n", SECRET, place="/etc/t.conf", secrets=("new-one",)
)


def put(root: Path, rendered: Rendered, text: str, mode: int = 0o644) -> None:
    file = root / rendered.place.lstrip("/")
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def test_the_same_settings_from_elsewhere_are_no_difference(tmp_path: Path) -> None:
    put(tmp_path, PLAIN, PLAIN.text.replace("/a.toml", "/b.toml"))
    assert list(differences([PLAIN], tmp_path)) == []


def test_a_difference_is_a_diff_of_what_is_there_and_what_would_be(tmp_path: Path) -> None:
    put(tmp_path, PLAIN, "listen 80;\n")
    (found,) = differences([PLAIN], tmp_path)
    assert found.splitlines()[:2] == [f"--- {tmp_path}/etc/a.conf", "+++ nginx/a.conf (rendered)"]
    assert found.splitlines()[3:] == ["-listen 80;", "+listen 443;"]


def test_missing_and_strange_files(tmp_path: Path) -> None:
    assert list(differences([PLAIN], tmp_path)) == [f"{tmp_path}/etc/a.conf: is missing"]
    (tmp_path / "etc").mkdir()
    os.mkfifo(tmp_path / "etc/a.conf")
    assert list(differences([PLAIN], tmp_path)) == [f"{tmp_path}/etc/a.conf: is no file"]


def test_the_mode_of_a_secret_file(tmp_path: Path) -> None:
    put(tmp_path, HIDDEN, HIDDEN.text, 0o644)
    assert list(differences([HIDDEN], tmp_path)) == [f"{tmp_path}/etc/t.conf: its mode is 0644, 0600 would be right"]


def test_whom_a_file_belongs_to(tmp_path: Path) -> None:
    put(tmp_path, PLAIN, PLAIN.text)
    own = pwd.getpwuid(os.getuid()).pw_name
    assert list(differences([replace(PLAIN, owner=own)], tmp_path)) == []
    (found,) = differences([replace(PLAIN, owner="turnserver-of-another")], tmp_path)
    assert found == f"{tmp_path}/etc/a.conf: its user is {own}, turnserver-of-another would be right"


def test_neither_the_old_nor_the_new_secret_is_shown(tmp_path: Path) -> None:
    put(tmp_path, HIDDEN, "realm=y\nstatic-auth-secret=old-one\npassword = third\n", SECRET)
    (found,) = differences([HIDDEN], tmp_path)
    assert f"-static-auth-secret={MASK}" in found
    assert f"+static-auth-secret={MASK}" in found
    assert f"-password = {MASK}" in found
    assert "-realm=y" in found
    assert not [secret for secret in ("old-one", "new-one", "third") if secret in found]


def test_files_without_a_place_are_looked_for_where_they_were_written(tmp_path: Path) -> None:
    loose = Rendered("compose/x.yml", "a\n")
    assert list(differences([loose], tmp_path)) == []
    assert list(differences([loose], tmp_path, tmp_path)) == [f"{tmp_path}/compose/x.yml: is missing"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b""])
def test_half_written_files(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, PLAIN, "")
    (tmp_path / "etc/a.conf").write_bytes(content)
    (found,) = differences([PLAIN], tmp_path)
    assert "+listen 443;" in found
