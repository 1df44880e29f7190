from __future__ import annotations

import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from cordboard.config import location
from cordboard.config.location import Path, locate

DOCUMENT = """\
# first line
title = "a # no comment"

[gateway]   # a section
sip = "127.0.0.1:5060"
"web socket" = 'x = 1'
long = [
  "a",  # ] no end
  "[b]",
]
text = \"\"\"
[not a section]
key = 1
\\"\"\"\"
after = 1
dotted.inner . key = { a = 1, b = [2] }

[[agents]]
dn = "5001"

  [[ agents ]]
  dn = "5002"
  [agents.more]
  x = '''
]]]'''
  y = 1
"""


def test_every_key_is_found_on_its_line() -> None:
    tomllib.loads(DOCUMENT)  # the sample itself is right
    lines = locate(DOCUMENT)
    assert lines == {
        ("title",): 2,
        ("gateway",): 4,
        ("gateway", "sip"): 5,
        ("gateway", "web socket"): 6,
        ("gateway", "long"): 7,
        ("gateway", "text"): 11,
        ("gateway", "after"): 15,
        ("gateway", "dotted"): 16,
        ("gateway", "dotted", "inner"): 16,
        ("gateway", "dotted", "inner", "key"): 16,
        ("agents",): 18,
        ("agents", 0): 18,
        ("agents", 0, "dn"): 19,
        ("agents", 1): 21,
        ("agents", 1, "dn"): 22,
        ("agents", 1, "more"): 23,
        ("agents", 1, "more", "x"): 24,
        ("agents", 1, "more", "y"): 26,
    }


def test_windows_line_ends() -> None:
    assert locate(DOCUMENT.replace("\n", "\r\n")) == locate(DOCUMENT)


def test_last_line_without_end() -> None:
    assert locate("a = 1\nb = 2") == {("a",): 1, ("b",): 2}


def test_empty_document() -> None:
    assert locate("") == {}


values = st.one_of(
    st.integers().map(str),
    st.booleans().map(lambda truth: str(truth).lower()),
    st.sampled_from(['"""\n#[x]\n"""', "'''\n=\n'''", "[1, # ]\n 2]", '{ a = "}" }', '"\\"#"', "'#'", '["]",\n\n"["]']),
)
blanks = st.sampled_from(["", "\n", "# comment = 1\n", "  \n# [table]\n"])


@given(st.lists(st.tuples(blanks, st.sampled_from(["key", '"quoted key"', "'k.k'"]), values), max_size=8))
def test_keys_are_found_whatever_stands_around_them(parts: list[tuple[str, str, str]]) -> None:
    document, expected = "", {}
    for index, (blank, key, value) in enumerate(parts):
        document += f"{blank}[t{index}]\n"
        expected[f"t{index}",] = document.count("\n")
        document += f"{key} = {value}\n"
        expected[f"t{index}", key.strip("\"'")] = expected[f"t{index}",] + 1
    tomllib.loads(document)
    assert locate(document) == expected


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Each key of a document, with the index of each table in an array of tables."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


statements = st.sampled_from(
    [
        "[a]",
        "[a.b]",
        "[[l]]",
        "[[l.m]]",
        "[l.n]",
        "[ 'q.r' . s ]",
        "k = 1",
        "d.e = 2",
        '"k" = "["',
        "x.y.z = [\n1]",
        "#[",
    ]
)


@given(st.lists(statements, max_size=7))
def test_every_key_of_a_document_has_a_line(parts: list[str]) -> None:
    document = "\n".join(parts)
    try:
        read = tomllib.loads(document)
    except tomllib.TOMLDecodeError:
        return  # a key twice, or a table where a value is: no document
    assert set(locate(document)) == set(paths(read))


def test_statements_tell_on_which_lines_they_are() -> None:
    text = 'a = [\n  1,\n]\n# no\n[[x]] # head\nb = """\n\n"""\n\n[x.y]\nc.d = 1\n[[x]]\n'
    assert [(each.path, each.first, each.last, each.header) for each in location.statements(text)] == [
        (("a",), 1, 3, False),
        (("x", 0), 5, 5, True),
        (("x", 0, "b"), 6, 8, False),
        (("x", 0, "y"), 10, 10, True),
        (("x", 0, "y", "c", "d"), 11, 11, False),
        (("x", 1), 12, 12, True),
    ]
