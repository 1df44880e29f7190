"""Whatever a value is, it stays one value of the other language, or is refused."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cordboard.deploy import quoting
from cordboard.deploy.quoting import Unquotable

STRANGE = ['"; evil on; #', "a\nb", "${PATH}", "`id`", "a;b", "%n", "'", "\\", '\\"', "\x00", "\u2028", "a b", "é"]


def strange(test: object) -> object:
    for each in STRANGE:
        test = example(each)(test)  # type: ignore[type-var]
    return settings(deadline=None, database=None)(given(st.text(max_size=40))(test))  # type: ignore[arg-type]


@strange
def test_nginx_parameter_ends_where_it_ends(text: str) -> None:
    try:
        written = quoting.nginx(text)
    except Unquotable:
        assert not text.isprintable() or "$" in text
        return
    assert re.fullmatch(r'"(?:[^"\\$]|\\["\\])*"', written)
    assert re.sub(r"\\(.)", r"\1", written[1:-1]) == text


@strange
def test_nginx_pattern_ends_where_it_ends(text: str) -> None:
    try:
        written = quoting.pattern(text)
    except Unquotable:
        return
    assert re.fullmatch(r'"(?:[^"\\]|\\["\\])*"', written)


@strange
def test_systemd_argument_is_one_argument(text: str) -> None:
    try:
        written = quoting.systemd(text)
    except Unquotable:
        return
    assert re.fullmatch(r'"(?:[^"\\%$]|\\["\\]|%%|\$\$)*"', written)


@strange
def test_shell_word_is_one_word(text: str) -> None:
    try:
        written = quoting.shell(text)
    except Unquotable:
        return
    assert shlex.split(written) == [text]


@strange
def test_json_and_compose_values_stay_values(text: str) -> None:
    assert json.loads(quoting.json_text(text)) == text
    assert "\n" not in quoting.json_text(text)
    assert not re.search(r"(?<!\$)(\$\$)*\$(?!\$)", quoting.compose(text))
    assert json.loads(quoting.compose(text).replace("$$", "$")) == text


@strange
def test_words_hold_nothing_that_means_something(text: str) -> None:
    try:
        written = quoting.word(text)
    except Unquotable:
        return
    assert not set(written) & set(" \t\n\r\"'\\;{}()$`#|&<>!?")


@strange
def test_a_comment_is_one_line(text: str) -> None:
    assert len(f"# {quoting.comment(text)}".splitlines()) == 1


@strange
def test_pjsip_value_is_one_line_without_a_comment(text: str) -> None:
    try:
        written = quoting.pjsip(text)
    except Unquotable:
        return
    assert written.isprintable()
    assert re.search(r"(?<!\\);", written) is None


def test_paths_and_lists() -> None:
    assert quoting.path("/a%b") == "/a%%b"
    assert quoting.commas(["a", "b"]) == "a, b"
    assert quoting.words([1, "b"]) == "1 b"
    with pytest.raises(Unquotable):
        quoting.commas(["a b"])
