"""All parts together: the same settings give the same files, and no strange value gets anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.config import ConfigError
from cordboard.config.kinds import quoted
from cordboard.deploy.parts import PARTS
from cordboard.deploy.rendering import RenderProblem
from cordboard.deploy.whole import render_all, without_header
from kit.rendered import site

HEADER = "Made by `cordboard render` from /etc/cordboard/cordboard.toml."


def test_each_file_says_what_made_it_and_is_the_same_again() -> None:
    first, second = render_all(site()), render_all(site())
    assert first == second
    assert len({each.path for each in first}) == len(first)
    for each in first:
        assert each.path.partition("/")[0] in PARTS
        head = "".join(each.text.splitlines(keepends=True)[:2])
        assert (HEADER in head) is bool(each.comment), each.path
        assert without_header(each.text).count(HEADER) == 0


def test_scripts_begin_with_their_program() -> None:
    scripts = [each for each in render_all(site()) if each.path.endswith(".sh")]
    assert scripts
    for each in scripts:
        assert each.text.startswith("#!/bin/sh\n")
        assert each.mode == 0o755


def test_what_holds_a_secret_is_private() -> None:
    found = [*render_all(site()), *render_all(site(gateway__kind='"asterisk"'))]
    private = [each for each in found if "-Secret" in each.text]
    assert private
    for each in found:
        if each in private or each.secrets:
            assert each.mode & 0o007 == 0, each.path
        for secret in ("Rather-Secret", "Also-Secret"):
            assert secret not in each.text or secret in each.secrets


def test_parts_by_name() -> None:
    assert {each.path.partition("/")[0] for each in render_all(site(), ["nginx", "firewall"])} == {"nginx", "firewall"}
    with pytest.raises(RenderProblem, match="apache is no part: nginx, "):
        render_all(site(), ["apache"])


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(RenderProblem) as told:
        render_all(site(site__public_name="", site__certificate="", site__certificate_key=""))
    assert any(each.startswith("nginx: [site] public_name") for each in told.value.problems)
    assert any("[site] certificate" in each for each in told.value.problems)


STRANGE = st.text(st.sampled_from("ab/ .;{}$\"'\\%#`\n\t&|<>*?!~^()[]=,é\u2028"), max_size=20)


@settings(max_examples=60, deadline=None, database=None)
@given(
    setting=st.sampled_from(
        [
            *("site__install_directory", "site__configuration_directory", "site__certificate", "nginx__log_directory"),
            *("nginx__configuration_directory", "nginx__acme_directory", "gateway__state_directory"),
            *("media__worker_directory", "nginx__pid_file", "nginx__gws_ca_file"),
        ]
    ),
    tail=STRANGE,
)
def test_a_strange_path_is_refused_or_stays_a_path(setting: str, tail: str) -> None:
    value = f"/x{tail}"
    ordinary = shape(site(**{setting: quoted("/x")}))
    try:
        strange = shape(site(**{setting: quoted(value)}))
    except (ConfigError, RenderProblem):
        return
    assert strange == ordinary


def shape(of: object) -> dict[str, int]:
    """How many lines each file has, and braces and semicolons outside quotes: directives, in other words."""
    found = {}
    for each in render_all(of):  # type: ignore[arg-type]
        lines = each.text.splitlines()
        found[each.path] = len(lines)
        if Path(each.path).parts[0] == "nginx" and each.path.endswith(".conf"):
            found[f"{each.path} ends"] = sum(line.rstrip().endswith((";", "{", "}")) for line in lines)
    return found
